"""Dialogues of the Genesys with its relay. Each command of a script is marked by how it is known: see `HOW`."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import (
    BenchError,
    CurrentLimits,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    RefusedError,
    ReplyError,
    SupplyReading,
)
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.supplies.tdk_genesys import TdkGenesys

MAGNET = CurrentLimits(max_current_a=60.0, max_rate_a_per_s=10.0)
RELAY = {"relay_normal": "SIG1 OFF", "relay_reversed": "SIG1 ON", "relay_query": "SIG1?"}

# manual: Genesys user's manuals, ch. 7; driver: pymeasure tdk_base; bench: words that the bench file chooses
HOW = {
    "ADR 6": "manual",
    "IDN?": "manual",
    "RMT?": "manual",
    "RMT REM": "manual",
    "AST OFF": "driver",
    "AST?": "driver",
    "SENA 00": "manual",
    "SENA?": "manual",
    "FENA 00": "manual",
    "FENA?": "manual",
    "PV 40.000": "manual",
    "PV?": "manual",
    "STT?": "manual",
    "PC?": "manual",
    "OUT ON": "manual",
    "OUT OFF": "manual",
    "OUT?": "manual",
    "SIG1 OFF": "bench",
    "SIG1 ON": "bench",
    "SIG1?": "bench",
}
# manual: SR bits 0 CV, 1 CC, 2 no fault, 3 fault, 7 local
CV, CC, OFF = 0x05, 0x06, 0x04


def status(current, set_point, word=CC, faults=0):
    return ("STT?", f"MV(01.000),PV(40),MC({current}),PC({set_point}),SR({word:02X}),FR({faults:02X})")


def slow(relay="OFF", remote="REM"):
    return [("RMT?", remote), ("SIG1?", relay)]


READY = [
    ("ADR 6", "OK"),
    ("RMT?", "REM"),
    ("AST OFF", "OK"),
    ("AST?", "OFF"),
    ("SENA 00", "OK"),
    ("SENA?", "00"),
    ("FENA 00", "OK"),
    ("FENA?", "00"),
]


def make(link, **options):
    return TdkGenesys(link, MAGNET, **{**RELAY, **options})


def prepared(wire, script, *, current="00.000", set_point="0", word=CC, relay="OFF", **options):
    link = wire([*READY, status(current, set_point, word), ("SIG1?", relay), *script])
    supply = make(link, **options)
    supply.prepare()
    return supply, link


def test_how_each_command_is_known():
    assert set(HOW.values()) == {"manual", "driver", "bench"}
    assert {sent for sent, _ in (*READY, status("0", "0"), *slow())} <= set(HOW)


# --- identity, options, limits -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("identity", "rated"),
    [
        ("LAMBDA,GEN40-38", 38.0),  # manual: LAMBDA,GENX-Y; pymeasure has this model
        ("LAMBDA, GEN80-9.5", 9.5),  # manual prints a blank
        ("TDK-LAMBDA,G20-250", 60.0),  # assumed for a Genesys+: rated above the magnet
        ("lambda,GENH6-100", 60.0),
    ],
)
def test_identity_carries_the_rating(wire, identity, rated):
    supply = make(wire([("ADR 6", "OK"), ("IDN?", identity)]))
    assert supply.limits == MAGNET
    assert supply.identify() == identity
    assert supply.limits == CurrentLimits(rated, 10.0)


@pytest.mark.parametrize("other", ["LAMBDA,Z20-10", "ACME,GEN40-38", "", "LAMBDA,GEN40", "LAMBDA,GENx-y"])
def test_another_instrument(wire, other):
    with pytest.raises(IdentityError, match="expected a TDK-Lambda Genesys"):
        make(wire([("ADR 6", "OK"), ("IDN?", other)])).identify()


def test_an_instrument_that_does_not_know_its_address(wire):
    with pytest.raises(IdentityError, match="'ES' answers"):
        make(wire([("ADR 6", "ES")])).identify()


@pytest.mark.parametrize(
    ("options", "quantity"),
    [
        ({"address": 31}, "address"),
        ({"address": -1}, "address"),
        ({"accuracy_a": 0.0}, "accuracy"),
        ({"voltage_v": math.nan}, "voltage limit"),
        ({"zero_current_a": 1.01}, "current at which the polarity may be switched"),
        ({"zero_current_a": 0.0}, "current at which the polarity may be switched"),
        ({"dwell_s": 0.05}, "dwell"),
        ({"dwell_s": math.inf}, "dwell"),
        ({"settle_s": -1.0}, "settle"),
        ({"patience_s": 0.1}, "patience"),
    ],
)
def test_options_out_of_range(wire, options, quantity):
    with pytest.raises(LimitError, match=quantity):
        make(wire(), **options)


@pytest.mark.parametrize(
    "options",
    [
        {"relay_normal": "SIG1 ON"},
        {"relay_query": ""},
        {"relay_reversed": ""},
        {"relay_normal_reply": "ON"},
    ],
)
def test_words_that_do_not_tell_the_positions_apart(wire, options):
    with pytest.raises(BenchError, match="two commands and the two replies must differ"):
        make(wire(), **options)


@pytest.mark.parametrize(
    ("current", "rate"),
    [(60.001, 1.0), (-60.001, 1.0), (math.nan, 1.0), (math.inf, 1.0), (1.0, 10.001), (1.0, 0.0), (1.0, -1.0)],
)
def test_beyond_the_limits_no_byte_is_sent(wire, current, rate):
    link = wire()
    with pytest.raises(LimitError):
        make(link).ramp_to(current, rate)
    assert link.sent == ()


# --- prepare -----------------------------------------------------------------------------------------------------


def test_prepare_takes_over_a_current_and_its_sign(wire):
    supply, _ = prepared(
        wire, [status("12.003", "12.000"), *slow("ON")], current="12.003", set_point="12.000", relay="ON"
    )
    supply._slow_look_s = None
    reading = supply.poll()
    assert reading == SupplyReading(-12.003, -12.0, ramping=False, faults=(), flags=(), time_s=0.0)


def test_prepare_takes_control_from_the_panel(wire):
    script = [
        READY[0],
        ("RMT?", "LOC"),
        ("RMT REM", "OK"),
        ("RMT?", "REM"),
        *READY[2:],
        status("0", "0"),
        ("SIG1?", "OFF"),
    ]
    make(wire(script)).prepare()


def test_prepare_leaves_a_lockout(wire):
    make(wire([READY[0], ("RMT?", "LLO"), *READY[2:], status("0", "0"), ("SIG1?", "OFF")])).prepare()


def test_a_service_request_in_between_is_passed_over(wire):
    script = [*READY[:4], ("SENA 00", "!06"), (None, "OK"), *READY[5:], status("0", "0"), ("SIG1?", "OFF")]
    make(wire(script)).prepare()


def test_prepare_sets_the_voltage_limit(wire):
    script = [("PV?", "20"), ("PV 40.000", "OK"), ("PV?", "40.000"), ("SIG1?", "OFF")]
    make(wire([*READY, status("0", "0"), *script]), voltage_v=40.0).prepare()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([("ADR 6", "C01")], "'ADR 6': C01, illegal command or query"),
        ([READY[0], ("RMT?", "LOC"), ("RMT REM", "OK"), ("RMT?", "LOC")], r"'RMT REM': RMT\? reads back LOC"),
        ([*READY[:3], ("AST?", "ON")], r"'AST OFF': AST\? reads back ON"),
        ([*READY, status("0", "0"), ("PV?", "0"), ("PV 40.000", "E01")], "'PV 40.000': E01, the voltage is above"),
        ([*READY, status("0", "0"), ("PV?", "0"), ("PV 40.000", "OK"), ("PV?", "38")], r"PV\? reads back 38"),
        ([*READY, status("9", "9"), ("PV?", "44")], "not sent, the output is on with 44 V"),
    ],
)
def test_what_prepare_refuses(wire, script, message):
    with pytest.raises(RefusedError, match=message):
        make(wire(script), voltage_v=40.0).prepare()


# manual: fault register, bit by bit; the Genesys+ differs from bit 7 on
FAULTS = [
    (0x02, "AC fail"),
    (0x04, "over temperature"),
    (0x08, "foldback tripped"),
    (0x10, "over voltage"),
    (0x20, "shut off"),
    (0x40, "output off at the front panel"),
]


@pytest.mark.parametrize(("word", "name"), [*FAULTS, (0x80, "enable open"), (0x01, "fault bit 0")])
def test_prepare_names_the_faults(wire, word, name):
    with pytest.raises(InstrumentFaultError) as caught:
        make(wire([*READY, status("0", "0", 0x08, word), ("SIG1?", "OFF")])).prepare()
    assert caught.value.faults == (name,)


@pytest.mark.parametrize(
    ("word", "name"),
    [*FAULTS, (0x80, "interlock"), (0x100, "enable open"), (0x200, "under voltage"), (0x8000, "power switch off")],
)
def test_prepare_names_the_faults_of_a_plus(wire, word, name):
    reply = f"MV(0),PV(0),MC(0),PC(0),SR(0008),FR({word:04X})"
    supply = make(wire([("ADR 6", "OK"), ("IDN?", "LAMBDA,G20-250"), *READY, ("STT?", reply), ("SIG1?", "OFF")]))
    supply.identify()
    with pytest.raises(InstrumentFaultError) as caught:
        supply.prepare()
    assert caught.value.faults == (name,)


def test_two_faults_and_a_relay_in_neither_position(wire):
    with pytest.raises(InstrumentFaultError) as caught:
        make(wire([*READY, status("0", "0", 0x08, 0x24), ("SIG1?", "MOVING")])).prepare()
    assert caught.value.faults == ("over temperature", "shut off", "polarity relay in neither position")


# --- ramps -------------------------------------------------------------------------------------------------------


def start(current, set_point, word=CC, relay="OFF"):
    return [status(current, set_point, word), ("SIG1?", relay)]


def polls(supply, link, count, every_s=0.1):
    readings = []
    for _ in range(count):
        link.clock.sleep(every_s)
        readings.append(supply.poll())
    return readings


def test_a_ramp_within_one_polarity(wire):
    script = [
        *start("00.000", "0"),
        status("00.000", "0"),
        ("PC 1.000", "OK"),  # 10 A/s for 0.1 s
        status("00.950", "1.000"),
        ("PC?", "1.000"),
        ("PC 1.500", "OK"),
        status("01.499", "1.500"),
        ("PC?", "1.500"),
    ]
    supply, link = prepared(wire, script)
    supply.ramp_to(1.5, 10.0)
    readings = polls(supply, link, 3)
    assert [(reading.set_point_a, reading.ramping) for reading in readings] == [(1.0, True), (1.5, True), (1.5, False)]
    assert [reading.current_a for reading in readings] == [0.0, 0.95, 1.499]


def test_a_late_poll_gets_no_catching_up(wire):
    supply, link = prepared(wire, [*start("0", "0"), status("0", "0"), *slow(), ("PC 10.000", "OK")])
    supply.ramp_to(30.0, 10.0)
    (reading,) = polls(supply, link, 1, every_s=10.0)  # one step stands for 1 s at most
    assert reading.set_point_a == 10.0


QUIET = status("00.000", "0.000", OFF)
# A poll every 0.25 s; every second one looks at the front panel and the relay as well.
REVERSAL = {
    0.25: [status("00.500", "0.500"), ("PC 0.000", "OK")],
    0.50: [status("00.300", "0.000"), *slow(), ("PC?", "0.000")],  # read back, but the current is not yet there
    0.75: [status("00.099", "0.000"), ("OUT OFF", "OK")],  # within 0.1 A
    1.00: [status("00.010", "0.000", OFF), *slow()],
    1.25: [QUIET],
    1.50: [QUIET, *slow()],
    1.75: [QUIET, ("OUT?", "OFF"), ("SIG1 ON", "OK")],  # 1 s of dwell is over
    2.00: [QUIET, ("RMT?", "REM")],  # 0.3 s for the relay to settle
    2.25: [QUIET, ("SIG1?", "MOVING")],
    2.50: [QUIET, ("RMT?", "REM"), ("SIG1?", "ON"), ("OUT ON", "OK")],
    2.75: [QUIET],
    3.00: [status("00.000", "0.000"), *slow("ON")],  # on
    3.25: [status("00.000", "0.000"), ("PC 0.700", "OK")],
    3.50: [status("00.699", "0.700"), *slow("ON"), ("PC?", "0.700")],
}


def reversing(wire, until_s, then=(), **options):
    """A supply on its way from +0.5 A to -0.7 A, polled until some time; `then` is what follows."""
    steps = [line for time_s, lines in REVERSAL.items() if time_s <= until_s for line in lines]
    script = [*start("00.500", "0.500"), *steps, *then]
    supply, link = prepared(wire, script, current="00.500", set_point="0.500", **options)
    supply.ramp_to(-0.7, 10.0)
    return supply, link, polls(supply, link, round(until_s / 0.25), every_s=0.25)


def test_a_change_of_sign_step_by_step(wire):
    _, _, readings = reversing(wire, 3.5)
    assert [reading.ramping for reading in readings] == [True] * 13 + [False]
    assert all(reading.faults == () for reading in readings)
    assert [reading.set_point_a for reading in readings] == [0.0] * 12 + [-0.7, -0.7]
    assert [reading.current_a for reading in readings[:3]] == [0.5, 0.3, 0.099]
    assert readings[-1].current_a == -0.699


@pytest.mark.parametrize("at_s", [time_s for time_s in REVERSAL if 0.25 <= time_s < 3.25])
def test_stop_sends_nothing_and_ends_at_zero(wire, at_s):
    supply, link, _ = reversing(wire, at_s)
    sent = link.sent
    supply.stop()
    assert link.sent == sent
    # whatever was under way, no set-point but zero and no output-on follows, and a moving relay is waited for
    assert supply._reversal.target_a == 0.0


def test_stop_while_the_relay_moves_waits_for_it(wire):
    then = [QUIET, ("SIG1?", "ON"), QUIET, *slow("ON")]
    supply, link, _ = reversing(wire, 2.0, then)
    supply.stop()
    readings = polls(supply, link, 2, every_s=0.25)
    assert [reading.ramping for reading in readings] == [False, False]
    assert readings[-1].set_point_a == 0.0


def test_turning_back_while_the_relay_moves(wire):
    """The relay arrives first; then comes another dwell, counted from there, and it moves back."""
    then = [
        QUIET,  # ramp_to asks for nothing but the status: where the relay is cannot be said now
        *[QUIET, ("SIG1?", "ON")],  # 2.25 s: arrived
        *[QUIET, *slow("ON")],  # 2.5 s
        QUIET,
        *[QUIET, *slow("ON")],  # 3.0 s
        *[QUIET, ("OUT?", "OFF"), ("SIG1 OFF", "OK")],  # 3.25 s: 1 s after 2.25 s
    ]
    supply, link, _ = reversing(wire, 2.0, then)
    supply.ramp_to(0.3, 10.0)
    assert all(reading.ramping for reading in polls(supply, link, 5, every_s=0.25))


def test_going_on_where_it_was_needs_no_relay(wire):
    """Turned back with the output off: it is switched on again, the relay stays."""
    then = [*start("00.000", "0.000", OFF), QUIET, ("OUT ON", "OK"), status("00.000", "0.000"), *slow()]
    supply, link, _ = reversing(wire, 1.0, then)
    supply.ramp_to(0.3, 10.0)
    assert all(reading.ramping for reading in polls(supply, link, 2, every_s=0.25))


def test_an_output_that_is_about_to_go_off_does_not_count_as_on(wire):
    """Turned back right after ``OUT OFF``, while the status still shows it on: first off, then on again, then up."""
    then = [*start("00.000", "0.000", CC), *[QUIET, *slow()], ("OUT ON", "OK")]
    supply, link, _ = reversing(wire, 0.75, then)
    supply.ramp_to(0.3, 10.0)
    (reading,) = polls(supply, link, 1, every_s=0.25)
    assert (reading.ramping, reading.faults) == (True, ())


def test_zero_moves_nothing(wire):
    supply, link = prepared(wire, [*start("0", "0", relay="ON"), status("0", "0")], relay="ON")
    supply.ramp_to(0.0, 10.0)
    (reading,) = polls(supply, link, 1)
    assert (reading.ramping, reading.set_point_a) == (False, 0.0)


def test_a_target_that_rounds_to_zero_moves_nothing(wire):
    supply, link = prepared(wire, [*start("0", "0"), status("0", "0")])
    supply.ramp_to(-4e-4, 10.0)
    assert not polls(supply, link, 1)[0].ramping


# --- what goes wrong on the way ----------------------------------------------------------------------------------


def late(supply, link, count):
    return polls(supply, link, count, every_s=5.1)[-1]


@pytest.mark.parametrize(
    ("until_s", "then", "fault"),
    [
        (
            0.5,
            [status("00.300", "0.000"), *slow()] * 2,
            "current does not come to zero, polarity not switched",
        ),
        (0.75, [status("00.010", "0.000", CC), *slow()] * 2, "output does not switch off"),
        (0.75, [status("00.300", "0.000", OFF), *slow()] * 2, "current flows though the output is off"),
        (1.75, [QUIET, ("RMT?", "REM"), ("SIG1?", "OFF")] * 2, "polarity switch does not arrive"),
        (1.75, [status("0", "0.000", CC), ("RMT?", "REM")], "output has come on while the polarity switch moves"),
        (2.5, [QUIET, *slow("ON")] * 2, "output does not switch on"),
    ],
)
def test_what_cannot_be_verified_is_a_named_fault_and_the_end(wire, until_s, then, fault):
    count = sum(sent == "STT?" for sent, _ in then)
    after = [status("0", "0.000", OFF), *slow("OFF")]
    supply, link, _ = reversing(wire, until_s, [*then, *after], patience_s=10.0)
    reading = late(supply, link, count)
    assert reading.faults == (fault,)
    assert not reading.ramping
    assert late(supply, link, 1).faults == (fault,)  # and nothing more is sent


def test_after_a_stuck_relay_zero_is_possible_and_a_current_is_not(wire):
    stuck = [QUIET, ("RMT?", "REM"), ("SIG1?", "MOVING")] * 2
    then = [*start("0", "0.000", OFF, "MOVING"), *start("0", "0.000", OFF, "MOVING"), QUIET, *slow("MOVING")]
    supply, link, _ = reversing(wire, 1.75, [*stuck, *then])
    late(supply, link, 2)
    with pytest.raises(InstrumentFaultError, match="polarity switch in neither position"):
        supply.ramp_to(-0.7, 10.0)
    supply.ramp_to(0.0, 10.0)
    reading = late(supply, link, 1)
    assert (reading.ramping, reading.faults) == (False, ())


def test_the_relay_is_not_moved_when_the_output_says_on(wire):
    supply, link, _ = reversing(wire, 1.5, [QUIET, ("OUT?", "ON")])
    with pytest.raises(RefusedError, match="did not accept 'SIG1 ON': not sent, the output is ON"):
        polls(supply, link, 1, every_s=0.25)


def test_a_relay_that_moves_by_itself(wire):
    script = [status("05.000", "5.000"), *slow("ON"), status("05.000", "5.000"), *slow("ON")]
    supply, link = prepared(wire, script, current="05.000", set_point="5.000")
    assert polls(supply, link, 1, every_s=0.5)[0].faults == ("polarity switch has moved by itself",)
    polls(supply, link, 1, every_s=0.5)


def test_an_output_that_goes_off_without_a_fault(wire):
    supply, link = prepared(wire, [status("00.000", "5.000", OFF)], current="05.000", set_point="5.000")
    reading = polls(supply, link, 1)[0]
    assert reading.faults == ("output is off",)


def test_a_trip_stops_the_way_up_and_not_the_way_down(wire):
    tripped = status("02.000", "2.000", 0x08, 0x10)
    script = [
        *start("00.000", "0"),
        status("00.000", "0"),
        ("PC 2.000", "OK"),
        tripped,
        ("PC?", "2.000"),
        tripped,  # to 5 A: refused
        *[tripped, ("SIG1?", "OFF")],  # to 0 A
        tripped,  # the output is off, the current still runs down
        status("00.050", "2.000", 0x08, 0x10),
        ("PC 0.000", "OK"),
        ("PC?", "0.000"),
    ]
    supply, link = prepared(wire, script)
    supply.ramp_to(5.0, 10.0)
    readings = polls(supply, link, 2, every_s=0.2)
    assert (readings[-1].faults, readings[-1].set_point_a) == (("over voltage",), 2.0)
    with pytest.raises(InstrumentFaultError, match="reports over voltage"):
        supply.ramp_to(5.0, 10.0)
    supply.ramp_to(0.0, 10.0)
    supply._slow_look_s = link.clock.now()
    readings = polls(supply, link, 2, every_s=0.2)
    assert [(reading.set_point_a, reading.ramping) for reading in readings] == [(2.0, True), (0.0, False)]


def test_the_front_panel_takes_control(wire):
    supply, link = prepared(wire, [status("0", "0"), *slow(remote="LOC"), status("0", "0")])
    assert polls(supply, link, 1, every_s=0.5)[0].faults == ("front panel has taken control",)
    with pytest.raises(InstrumentFaultError, match="front panel has taken control"):
        supply.ramp_to(1.0, 1.0)


def test_constant_voltage_is_compliance_and_no_step_leads_farther_away(wire):
    script = [
        *start("00.000", "0"),
        status("00.000", "0"),
        ("PC 2.500", "OK"),
        status("01.000", "2.500", CV),
        *slow(),
        ("PC?", "2.500"),
        ("PC 5.000", "OK"),
        status("01.000", "5.000", CV),
        ("PC?", "5.000"),
    ]
    supply, link = prepared(wire, script)
    supply.ramp_to(30.0, 10.0)
    readings = polls(supply, link, 3, every_s=0.25)
    assert [reading.flags for reading in readings] == [(), ("compliance",), ("compliance",)]
    assert readings[-1].set_point_a == 5.0


def test_after_a_trip_the_way_up_starts_at_zero_and_not_at_the_old_set_point(wire):
    script = [
        *start("00.000", "20.000", OFF),
        ("PC 0.000", "OK"),
        status("00.000", "0.000", OFF),
        ("PC 0.000", "OK"),
        ("PC?", "0.000"),
        status("00.000", "0.000", OFF),
        ("OUT ON", "OK"),
    ]
    supply, link = prepared(wire, script, current="00.000", set_point="20.000", word=OFF)
    supply.ramp_to(5.0, 10.0)
    polls(supply, link, 2)


def test_a_set_point_that_is_not_taken(wire):
    script = [*start("0", "0"), status("0", "0"), ("PC 1.000", "C05")]
    supply, link = prepared(wire, script)
    supply.ramp_to(5.0, 10.0)
    with pytest.raises(RefusedError, match=r"'PC 1.000': C05, setting out of range"):
        polls(supply, link, 1)


def test_a_set_point_that_reads_back_as_another(wire):
    script = [*start("0", "0"), status("0", "0"), ("PC 1.000", "OK"), status("0", "0"), ("PC?", "0.9")]
    supply, link = prepared(wire, script)
    supply.ramp_to(5.0, 10.0)
    with pytest.raises(RefusedError, match=r"'PC 1.000': the set-point reads back \+0.9000 A"):
        polls(supply, link, 2)


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "OK",
        "MV(1),PV(1),MC(1),PC(1),SR(06)",
        "MV(1),PV(1),MC(x),PC(1),SR(06),FR(00)",
        "MV(1),PV(1),MC(1),PC(1),SR(6G),FR(00)",
        "PV(1),MV(1),MC(1),PC(1),SR(06),FR(00)",
        "MV(1),PV(1),MC(nan),PC(1),SR(06),FR(00)",
    ],
)
def test_a_status_that_cannot_be_read(wire, reply):
    supply, _ = prepared(wire, [("STT?", reply)])
    with pytest.raises(ReplyError, match="expected MV"):
        supply.poll()


def test_a_status_with_blanks_as_the_manual_prints_it(wire):
    supply, _ = prepared(wire, [("STT?", "MV(45.201),PV(45), MC(4.3257), PC(10), SR(30), FR(00)")])
    assert supply.poll().current_a == 4.3257


@given(st.sampled_from(["STT?", "RMT?", "SIG1?"]), st.text(max_size=20))
def test_no_reply_escapes_as_another_error(broken, reply):
    good = [status("1.0", "1.0"), *slow()]
    supply = make(ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good] * 2))
    try:
        supply.poll()
    except ReplyError as error:
        assert error.command == broken  # noqa: PT017
