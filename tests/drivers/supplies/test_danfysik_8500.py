"""Dialogues of the Danfysik 8500 and its like. Each command of a script is marked by how it is known: see `HOW`."""

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
    LinkTimeoutError,
    RefusedError,
    ReplyError,
    SupplyReading,
)
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.supplies.danfysik_8500 import Danfysik8500

MAGNET = CurrentLimits(max_current_a=100.0, max_rate_a_per_s=10.0)
FULL_A = 160.0  # of the unit that pymeasure was written for

# manual: SYS8X00 command reference; driver: pymeasure danfysik8500 or exopy; assumed: not seen in use
HOW = {
    "ADR 075": "manual",
    "ERRT": "manual",
    "NASW": "manual",
    "UNLOCK": "manual",
    "REM": "manual",
    "CMD": "manual",
    "S1": "manual",
    "PRINT": "manual",
    "PO": "manual",
    "PO -": "driver",
    "N": "manual",
    "F": "manual",
    "RA": "manual",
    "DA 0": "driver",
    "AD 8": "driver",
}
# ISIS status table and pymeasure: 0 power off, 1 normal, 2 reversed, 9 sum interlock, 22 not ready
ON = ".!......................"
ON_REVERSED = "..!....................."
OFF = "!!....................!."
OFF_REVERSED = "!.!...................!."
OFF_BETWEEN = "!.....................!."
OPEN = [("ERRT", None)]
READY = [*OPEN, ("NASW", None), ("REM", None), ("CMD", "REM")]


def look(count, status=ON, ppm=0):
    return [("AD 8", str(count)), ("S1", status), ("DA 0", f"0 {ppm}")]


def make(link, **options):
    return Danfysik8500(link, MAGNET, **{"full_scale_a": FULL_A, **options})


def prepared(wire, script, *, count=0, status=ON, ppm=0, sign="+", **options):
    link = wire([*READY, *look(count, status, ppm), ("PO", sign), *script])
    supply = make(link, **options)
    supply.prepare()
    return supply, link


def polls(supply, link, count, every_s=0.25):
    readings = []
    for _ in range(count):
        link.clock.sleep(every_s)
        readings.append(supply.poll())
    return readings


def test_how_each_command_is_known():
    assert set(HOW.values()) == {"manual", "driver"}
    assert {sent for sent, _ in (*READY, *look(0))} <= set(HOW)


# --- identity, options, limits -----------------------------------------------------------------------------------


def test_identity_is_the_status_and_what_it_prints(wire):
    link = wire([*OPEN, ("S1", OFF), ("PRINT", "SYSTEM 8500")])
    assert make(link).identify() == "SYSTEM 8500"
    assert link.clears == 2  # before the first setting; PRINT may have given more lines
    assert link.clock.now() == pytest.approx(0.3)


def test_identity_of_a_program_without_print(wire):
    """A SYS8800 answers so (infn-epics traces)."""
    link = wire([("ADR 075", None), *OPEN, ("S1", OFF), ("PRINT", "?\a COMMAND ERROR")])
    assert make(link, address=75).identify() == f"S1 {OFF}"


@pytest.mark.parametrize("other", ["", ON[:-1], ON + ".", "SYSTEM 8500", ON.replace(".", "-")])
def test_another_instrument(wire, other):
    with pytest.raises(IdentityError, match="a Danfysik System 8500 with 24 status characters"):
        make(wire([*OPEN, ("S1", other)])).identify()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"full_scale_a": 0.0}, LimitError, "full scale"),
        ({"full_scale_a": math.nan}, LimitError, "full scale"),
        ({"address": 256}, LimitError, "address"),
        ({"readback_count_a": -1.0}, LimitError, "count of the readback"),
        ({"accuracy_a": 0.0}, LimitError, "accuracy"),
        ({"zero_current_a": 2.0}, LimitError, "current at which the polarity may be switched"),
        ({"dialect": "7000"}, BenchError, "'7000' is not known; allowed are 8500, 8000, 9100"),
    ],
)
def test_options_out_of_range(wire, options, error, message):
    with pytest.raises(error, match=message):
        make(wire(), **options)


def test_limits_and_resolution(wire):
    supply = Danfysik8500(wire(), CurrentLimits(200.0, 5.0), full_scale_a=160.0)
    assert supply.limits == CurrentLimits(pytest.approx(159.99984), 5.0)  # 999999 ppm
    assert supply.resolution_a == pytest.approx(160e-6)
    supply = Danfysik8500(wire(), CurrentLimits(200.0, 5.0), full_scale_a=50.0, dialect="9100")
    assert (supply.limits, supply.resolution_a) == (CurrentLimits(50.0, 5.0), 0.001)


@pytest.mark.parametrize(
    ("current", "rate"), [(100.01, 1.0), (-100.01, 1.0), (math.nan, 1.0), (1.0, 10.1), (1.0, 0.0), (1.0, -1.0)]
)
def test_beyond_the_limits_no_byte_is_sent(wire, current, rate):
    link = wire()
    with pytest.raises(LimitError):
        make(link).ramp_to(current, rate)
    assert link.sent == ()


# --- prepare -----------------------------------------------------------------------------------------------------


def test_prepare_takes_over_a_current_and_its_sign(wire):
    supply, _ = prepared(wire, look(1201, ON_REVERSED, 75000), count=1201, status=ON_REVERSED, ppm=75000, sign="-")
    reading = supply.poll()  # 75000 ppm of 160 A, 10 mA a count
    assert reading == SupplyReading(-12.01, -12.0, ramping=False, faults=(), flags=(), time_s=0.0)


def test_unlock_is_sent_where_it_is_asked_for(wire):
    script = [("ADR 075", None), *OPEN, ("UNLOCK", None), *READY[1:], *look(0), ("PO", "PO +")]
    make(wire(script), address=75, unlock=True).prepare()


def test_prepare_refuses_local_control(wire):
    with pytest.raises(RefusedError, match="'REM': it stays LOC; see LOCK at its panel"):
        make(wire([*READY[:3], ("CMD", "LOC")])).prepare()


def test_a_complaint_belongs_to_the_setting_before_it(wire):
    """The answer to the question follows the complaint, and is not left for the next one."""
    script = [*READY[:3], ("CMD", "?\a DATA PARM ERROR"), (None, "REM"), *READY]
    supply = make(wire([*script, *look(0), ("PO", "+")]))
    with pytest.raises(RefusedError, match="did not accept 'REM': data parm error"):
        supply.prepare()
    supply.prepare()


def test_a_complaint_about_a_question(wire):
    supply, _ = prepared(wire, [("AD 8", "?\a COMMAND ERROR")])
    with pytest.raises(RefusedError, match="did not accept 'AD 8': command error"):
        supply.poll()


def test_silence(wire):
    with pytest.raises(LinkTimeoutError):
        make(wire([*OPEN, ("S1", LinkTimeoutError("no complete reply"))])).identify()


# ISIS DFKPS_8500_status.db and pymeasure, character by character
FAULTS = {
    7: "spare interlock",
    8: "one transistor fault",
    9: "sum interlock",
    10: "DC overcurrent",
    11: "DC overload",
    12: "regulation module failure",
    13: "preregulator failure",
    14: "phase failure",
    15: "supply water flow",
    16: "earth leakage",
    17: "thermal breaker or fuses",
    18: "supply over temperature",
    19: "panic button or door switch",
    20: "magnet water flow",
    21: "magnet over temperature",
    23: "status character 23",
}
# Tango Danfysik_9100 and the ISIS emulator
FAULTS_9100 = {
    7: "external interlock 0",
    8: "status character 8",
    10: "over voltage",
    11: "DC overcurrent",
    12: "DC undervoltage",
    13: "status character 13",
    14: "phase failure",
    16: "earth leakage",
    17: "fan",
    18: "supply over temperature",
    19: "external interlock 1",
    20: "external interlock 2",
    21: "external interlock 3",
}


def with_characters(*held, base=OFF):
    return "".join("!" if index in held else character for index, character in enumerate(base))


@pytest.mark.parametrize(
    ("dialect", "held", "names"),
    [
        *[("8500", (index,), (name,)) for index, name in FAULTS.items()],
        *[("9100", (index,), (name,)) for index, name in FAULTS_9100.items()],
        ("8500", (9, 15, 18), ("supply water flow", "supply over temperature")),  # the sum says nothing of its own
    ],
)
def test_prepare_names_the_interlocks(wire, dialect, held, names):
    reply = with_characters(*held)
    read = [("RA", "000000")] if dialect == "9100" else [("DA 0", "0 0")]
    with pytest.raises(InstrumentFaultError) as caught:
        make(wire([*READY, ("AD 8", "0"), ("S1", reply), *read, ("PO", "+")]), dialect=dialect).prepare()
    assert caught.value.faults == names


@pytest.mark.parametrize("index", [3, 4, 5, 6])
def test_what_is_no_fault(wire, index):
    supply, _ = prepared(wire, look(0, with_characters(index, base=ON)))
    assert supply.poll().faults == ()


def test_not_ready_is_a_flag_while_the_power_is_on(wire):
    supply, _ = prepared(wire, [*look(0, with_characters(22, base=ON)), *look(0, OFF)])
    assert supply.poll().flags == ("not_ready",)
    assert supply.poll().flags == ()


@pytest.mark.parametrize("reply", ["N", "O", "?", ""])
def test_prepare_with_the_switch_in_neither_position(wire, reply):
    with pytest.raises(InstrumentFaultError, match="polarity switch in neither position"):
        make(wire([*READY, *look(0, OFF_BETWEEN), ("PO", reply)])).prepare()


# --- ramps and readings ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("dialect", "write", "ask", "counts"),
    [
        ("8500", "DA 0,15625", [("DA 0", "0 15625")], 250),  # 2.5 A of 160 A
        ("8000", "WA 015625", [("RA", "015625")], 1563),  # I/In x 100000
        ("9100", "DA 0 2500", [("RA", "002500")], 250),
    ],
)
def test_how_a_set_point_is_written_and_read(wire, dialect, write, ask, counts):
    zero = [(ask[0][0], "0")]
    script = [*READY, ("AD 8", "0"), ("S1", ON), *zero, ("PO", "+")]
    script += [("AD 8", "0"), ("S1", ON), *zero, ("PO", "+")]  # ramp_to
    script += [("AD 8", "0"), ("S1", ON), *zero, (write, None)]
    script += [("AD 8", str(counts)), ("S1", ON), *ask, ("CMD", "REM"), *ask]
    link = wire(script)
    supply = make(link, dialect=dialect)
    supply.prepare()
    supply.ramp_to(2.5, 10.0)
    readings = polls(supply, link, 2)
    assert [reading.ramping for reading in readings] == [True, False]
    assert readings[-1].current_a == pytest.approx(2.5, abs=0.002)
    assert readings[-1].set_point_a == pytest.approx(2.5, abs=2e-4)


@pytest.mark.parametrize(
    ("reply", "current"),
    [("1234", 12.34), ("8 1234", 12.34), ("+001234", 12.34), ("-2", -0.02), ("  1234", 12.34), ("8,1234", 12.34)],
)
def test_values_with_and_without_their_channel(wire, reply, current):
    supply, _ = prepared(wire, [("AD 8", reply), *look(0, ppm=0)[1:]])
    assert supply.poll().current_a == pytest.approx(current)


def test_a_value_from_before_an_error_is_asked_again(wire):
    supply, _ = prepared(wire, [("AD 8", "E5000"), ("AD 8", "0"), *look(0)[1:]])
    assert supply.poll().current_a == 0.0
    supply, _ = prepared(wire, [("AD 8", "E5000"), ("AD 8", "E5000")])
    with pytest.raises(ReplyError, match="not from before an error"):
        supply.poll()


def test_a_reversed_current_is_negative(wire):
    supply, _ = prepared(wire, look(500, ON_REVERSED, 31250), count=500, status=ON_REVERSED, ppm=31250, sign="-")
    assert supply.poll().current_a == -5.0


REVERSAL = {
    0.25: [*look(50, ON, 3125), ("DA 0,0", None)],
    0.50: [*look(30), ("CMD", "REM"), ("DA 0", "0 0")],  # read back, but the current is not yet there
    0.75: [*look(9), ("F", None)],  # within 0.1 A
    1.00: [*look(1, OFF), ("CMD", "REM")],
    1.25: look(0, OFF),
    1.50: [*look(0, OFF), ("CMD", "REM")],
    1.75: [*look(0, OFF), ("S1", OFF), ("PO -", None)],  # 1 s of dwell is over
    2.00: [*look(0, OFF_BETWEEN), ("CMD", "REM")],  # 0.3 s for the switch to settle
    2.25: [*look(0, OFF_BETWEEN), ("PO", "N")],
    2.50: [*look(0, OFF_REVERSED), ("CMD", "REM"), ("PO", "-"), ("N", None)],
    2.75: look(0, OFF_REVERSED),
    3.00: [*look(0, ON_REVERSED), ("CMD", "REM")],
    3.25: [*look(0, ON_REVERSED), ("DA 0,4375", None)],  # 0.7 A of 160 A
    3.50: [*look(70, ON_REVERSED, 4375), ("CMD", "REM"), ("DA 0", "0 4375")],
}


def reversing(wire, until_s, then=()):
    """A supply on its way from +0.5 A to -0.7 A, polled until some time; `then` is what follows."""
    steps = [line for time_s, lines in REVERSAL.items() if time_s <= until_s for line in lines]
    supply, link = prepared(wire, [*look(50, ON, 3125), ("PO", "+"), *steps, *then], count=50, ppm=3125)
    supply.ramp_to(-0.7, 10.0)
    return supply, link, polls(supply, link, round(until_s / 0.25))


def test_a_change_of_sign_step_by_step(wire):
    _, _, readings = reversing(wire, 3.5)
    assert [reading.ramping for reading in readings] == [True] * 13 + [False]
    assert all(reading.faults == () for reading in readings)
    assert [reading.set_point_a for reading in readings] == [0.0] * 12 + [-0.7, -0.7]
    assert readings[-1].current_a == -0.7


@pytest.mark.parametrize("at_s", [time_s for time_s in REVERSAL if time_s < 3.25])
def test_stop_sends_nothing_and_ends_at_zero(wire, at_s):
    supply, link, _ = reversing(wire, at_s)
    sent = link.sent
    supply.stop()
    assert link.sent == sent
    assert supply._reversal.target_a == 0.0


def test_the_polarity_is_not_switched_with_the_power_on(wire):
    supply, link, _ = reversing(wire, 1.5, [*look(0, OFF), ("S1", ON)])
    with pytest.raises(RefusedError, match="did not accept 'PO -': not sent, the main power is on"):
        polls(supply, link, 1)


@pytest.mark.parametrize(
    ("until_s", "then", "fault"),
    [
        (0.5, [*look(30), ("CMD", "REM")], "current does not come to zero, polarity not switched"),
        (0.75, [*look(9), ("CMD", "REM")], "output does not switch off"),
        (1.75, [*look(0, OFF_BETWEEN), ("CMD", "REM"), ("PO", "O")], "polarity switch does not arrive"),
        (2.5, [*look(0, OFF_REVERSED), ("CMD", "REM")], "output does not switch on"),
    ],
)
def test_what_cannot_be_verified_is_a_named_fault(wire, until_s, then, fault):
    supply, link, _ = reversing(wire, until_s, then)
    (reading,) = polls(supply, link, 1, every_s=10.1)
    assert (reading.faults, reading.ramping) == ((fault,), False)


def test_power_on_is_refused_by_an_interlock(wire):
    """The complaint about ``N`` comes before the answer to the next question."""
    supply, link, _ = reversing(wire, 2.5, [("AD 8", "?\a INTERLOCK"), (None, "0")])
    with pytest.raises(RefusedError, match="did not accept 'N': interlock"):
        polls(supply, link, 1)


def test_a_switch_that_moves_by_itself(wire):
    supply, link = prepared(wire, look(500, ON_REVERSED, 31250), count=500, ppm=31250)
    assert polls(supply, link, 1)[0].faults == ("polarity switch has moved by itself",)


def test_a_trip(wire):
    tripped = with_characters(9, 20)
    script = [
        *look(0, tripped, 31250),
        *look(0, tripped, 31250),
        *look(0, tripped, 31250),
        ("PO", "+"),
        ("DA 0,0", None),
    ]
    supply, link = prepared(wire, script, count=500, ppm=31250)
    assert polls(supply, link, 1)[0].faults == ("magnet water flow",)
    with pytest.raises(InstrumentFaultError, match="magnet water flow"):
        supply.ramp_to(1.0, 1.0)
    supply.ramp_to(0.0, 1.0)


def test_the_front_panel_takes_control(wire):
    supply, link = prepared(wire, [*look(0), ("CMD", "LOC"), *look(0)])
    assert polls(supply, link, 1, every_s=0.5)[0].faults == ("front panel has taken control",)
    with pytest.raises(InstrumentFaultError, match="front panel has taken control"):
        supply.ramp_to(1.0, 1.0)


@pytest.mark.parametrize(
    ("reads_back", "refused"),
    [(15617, False), (15632, False), (15600, True), (0, True)],  # one step of a 16-bit converter is 15 ppm
)
def test_a_set_point_read_back(wire, reads_back, refused):
    script = [*look(0), ("PO", "+"), *look(0), ("DA 0,15625", None)]
    script += [*look(250, ppm=reads_back), ("CMD", "REM"), ("DA 0", f"0 {reads_back}")]
    supply, link = prepared(wire, script)
    supply.ramp_to(2.5, 10.0)
    if refused:
        with pytest.raises(RefusedError, match=r"'DA 0,15625': the set-point reads back"):
            polls(supply, link, 2)
    else:
        assert not polls(supply, link, 2)[-1].ramping


@given(st.sampled_from(["AD 8", "S1", "DA 0", "CMD"]), st.text(max_size=26))
def test_no_reply_escapes_as_another_error(broken, reply):
    good = [*look(0), ("CMD", "REM")]
    supply = make(ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good * 2]))
    try:
        supply.poll()
    except ReplyError as error:
        assert error.command == broken  # noqa: PT017
    except RefusedError as error:
        assert error.command == broken  # noqa: PT017
