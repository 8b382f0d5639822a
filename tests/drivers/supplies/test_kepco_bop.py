"""Dialogues of the Kepco BOP. Each line of a script is marked by how it is known: see `HOW`."""

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
from vsmdaq_drivers.supplies.kepco_bop import KepcoBop

MAGNET = CurrentLimits(max_current_a=10.0, max_rate_a_per_s=5.0)

# manual: BIT 4886 appendix B; driver: ISIS EPICS-kepco or pymeasure; assumed: not confirmed for this card
HOW = {
    "*IDN?": "manual",
    "*CLS": "manual",
    "SYST:REM 1": "manual",
    "OUTP?": "manual",
    "OUTP ON": "manual",
    "OUTP OFF": "manual",
    "MEAS:CURR?": "manual",
    "MEAS:VOLT?": "manual",
    "FUNC:MODE?": "manual",
    "FUNC:MODE CURR": "manual",
    "CURR:RANG 1": "manual",
    "CURR:RANG?": "driver",
    "CURR?": "manual",
    "VOLT?": "manual",
    "STAT:QUES:COND?": "assumed",
    "SYST:ERR?": "manual",
}
HEALTHY = [("OUTP?", "1"), ("STAT:QUES:COND?", "0")]
NO_ERROR = ("SYST:ERR?", '0,"No error"')
ZERO = [("CURR 0.0000", None), ("CURR?", "0.0E0"), ("VOLT 30.0000", None), ("VOLT?", "2.99997E1")]
FULL_SCALE = [("CURR:RANG 1", None), ("CURR:RANG?", "1")]


def make(link, limits=MAGNET, **options):
    return KepcoBop(link, limits, **{"model": "36-12", "compliance_v": 30.0, **options})


@pytest.fixture
def gpib(wire):
    """A wire with a status byte: GPIB."""
    return lambda script=(): wire(script, status_byte=0)


def poll(current, word="0", *, look=False):
    return [("MEAS:CURR?", current), ("STAT:QUES:COND?", word), *([("OUTP?", "1")] if look else [])]


def start(current):
    return [*HEALTHY, ("MEAS:CURR?", current)]


def test_how_each_command_is_known():
    assert set(HOW.values()) == {"manual", "driver", "assumed"}
    used = {sent for sent, _ in (*HEALTHY, NO_ERROR, *ZERO, *FULL_SCALE, *poll("0", look=True))}
    assert {sent for sent in used if not sent.startswith(("CURR 0", "VOLT 3"))} <= set(HOW)


@pytest.mark.parametrize(
    ("model", "identity"),
    [
        ("36-12", "KEPCO,BIT 4886 36-12  08-04-2023,H249977,4.04-1.82"),  # as in pymeasure's tests
        ("200-20", "KEPCO, BIT4886-6 200-20, A38621 11/10/98, 1.81-1.81."),  # manual, ISIS
        ("100-2", "KEPCO, BIT 4886 100-2 123456 1.8-"),  # ISIS, old firmware
        ("36-28", "KEPCO,BOP1KW 36-28,A1234,1.83-1.83"),
    ],
)
def test_identity(gpib, model, identity):
    assert make(gpib([("*IDN?", identity)]), model=model, compliance_v=10.0).identify() == identity


@pytest.mark.parametrize(
    "other", ["KEPCO,BIT 4886 136-12  08-04-2023,H249977,4.04-1.82", "KEPCO,BIT 4886 36-1,x", "ACME,36-12", "", "36-12"]
)
def test_another_instrument_or_model(gpib, other):
    with pytest.raises(IdentityError, match="expected a Kepco BOP 36-12"):
        make(gpib([("*IDN?", other)])).identify()


@pytest.mark.parametrize("model", ["", "36", "36x12", "BOP 36-12", "0-12", "36-0"])
def test_a_model_that_cannot_be_read(gpib, model):
    with pytest.raises(BenchError, match="the option model is"):
        make(gpib(), model=model)


@pytest.mark.parametrize(
    ("options", "quantity"),
    [
        ({"compliance_v": 36.1}, "compliance"),
        ({"compliance_v": 0.0}, "compliance"),
        ({"compliance_v": math.nan}, "compliance"),
        ({"max_step_a": -1.0}, "largest step"),
        ({"accuracy_a": 0.0}, "accuracy"),
    ],
)
def test_options_out_of_range(gpib, options, quantity):
    link = gpib()
    with pytest.raises(LimitError, match=quantity):
        make(link, **options)
    assert link.sent == ()


def test_limits_and_resolution(gpib):
    assert make(gpib(), CurrentLimits(100.0, 3.0)).limits == CurrentLimits(12.0, 3.0)
    assert make(gpib()).resolution_a == 0.0005  # 12 A / 2**15 is 0.366 mA
    assert make(gpib(), model="100-1").resolution_a == 0.0001


def test_prepare_after_power_up(gpib):
    """Voltage mode, output off, as the manual says it starts."""
    script = [
        ("*CLS", None),
        ("OUTP?", "0"),
        ("MEAS:CURR?", "0.0E0"),
        ("FUNC:MODE?", "0"),
        ("FUNC:MODE CURR", None),
        ("FUNC:MODE?", "1"),
        *FULL_SCALE,
        *ZERO,
        ("MEAS:CURR?", "1.1E-3"),
        ("OUTP ON", None),
        ("OUTP?", "1"),
        NO_ERROR,
        *HEALTHY,
    ]
    make(gpib(script)).prepare()


def test_on_rs232_it_goes_remote_first(wire):
    script = [("SYST:REM 1", None), ("*CLS", None), ("OUTP?", "1"), ("MEAS:CURR?", "0.0E0"), ("FUNC:MODE?", "1")]
    rest = [*FULL_SCALE, *ZERO, ("MEAS:CURR?", "0.0E0"), NO_ERROR, *HEALTHY]
    make(wire([*script, *rest])).prepare()


def test_prepare_waits_with_each_readback(gpib):
    script = [("*CLS", None), ("OUTP?", "1"), ("MEAS:CURR?", "0.0E0"), ("FUNC:MODE?", "1"), *FULL_SCALE, *ZERO]
    link = gpib([*script, ("MEAS:CURR?", "0.0E0"), NO_ERROR, *HEALTHY])
    make(link).prepare()
    assert link.clock.now() == pytest.approx(0.12)  # 60 ms for CURR and for VOLT


def test_a_mode_is_changed_with_the_output_off_only(gpib):
    script = [
        ("*CLS", None),
        ("OUTP?", "1"),
        ("MEAS:CURR?", "1.0E-3"),
        ("FUNC:MODE?", "0"),
        ("OUTP OFF", None),
        ("OUTP?", "0"),
        ("FUNC:MODE CURR", None),
        ("FUNC:MODE?", "1"),
        *FULL_SCALE,
        *ZERO,
        ("MEAS:CURR?", "0.0E0"),
        ("OUTP ON", None),
        ("OUTP?", "1"),
        NO_ERROR,
        *HEALTHY,
    ]
    make(gpib(script)).prepare()


def test_prepare_takes_over_a_current_that_flows(gpib):
    script = [
        ("*CLS", None),
        ("OUTP?", "1"),
        ("MEAS:CURR?", "5.00012E0"),
        ("FUNC:MODE?", "1"),
        ("CURR?", "5.0E0"),
        ("MEAS:VOLT?", "2.25E0"),
        *ZERO[2:],
        NO_ERROR,
        *HEALTHY,
    ]
    make(gpib(script)).prepare()


def test_prepare_brings_the_set_point_to_a_current_that_is_not_at_it(gpib):
    script = [
        ("*CLS", None),
        ("OUTP?", "1"),
        ("MEAS:CURR?", "5.00012E0"),
        ("FUNC:MODE?", "1"),
        ("CURR?", "9.0E0"),  # held back by its voltage limit
        ("CURR 5.0000", None),
        ("CURR?", "5.00011E0"),
        ("MEAS:VOLT?", "2.25E0"),
        *ZERO[2:],
        NO_ERROR,
        *HEALTHY,
    ]
    make(gpib(script)).prepare()


def test_prepare_does_not_cut_the_voltage_that_a_current_needs(gpib):
    script = [
        ("*CLS", None),
        ("OUTP?", "1"),
        ("MEAS:CURR?", "9.0E0"),
        ("FUNC:MODE?", "1"),
        ("CURR?", "9.0E0"),
        ("MEAS:VOLT?", "3.1E1"),
        ("VOLT?", "3.5E1"),
        NO_ERROR,
        *HEALTHY,
    ]
    make(gpib(script)).prepare()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([("OUTP?", "0"), ("MEAS:CURR?", "2.0E0")], r"'OUTP ON': the output is off, but \+2\.000 A flow"),
        (
            [("OUTP?", "1"), ("MEAS:CURR?", "2.0E0"), ("FUNC:MODE?", "0")],
            r"'FUNC:MODE CURR': \+2\.000 A flow in another mode",
        ),
        (
            [("OUTP?", "1"), ("MEAS:CURR?", "0.0E0"), ("FUNC:MODE?", "1"), ("CURR:RANG 1", None), ("CURR:RANG?", "4")],
            "'CURR:RANG 1': it reads back '4'",
        ),
        (
            [
                ("OUTP?", "1"),
                ("MEAS:CURR?", "0.0E0"),
                ("FUNC:MODE?", "1"),
                *FULL_SCALE,
                ("CURR 0.0000", None),
                ("CURR?", "2.0E-2"),
            ],
            r"'CURR 0\.0000': the set-point reads back \+0\.0200 A",
        ),
        (
            [("OUTP?", "1"), ("MEAS:CURR?", "0"), ("FUNC:MODE?", "1"), *FULL_SCALE, *ZERO[:3], ("VOLT?", "2.0E1")],
            r"'VOLT 30\.0000': the voltage limit reads back 20\.0000 V",
        ),
        (
            [("OUTP?", "1"), ("MEAS:CURR?", "0"), ("FUNC:MODE?", "1"), *FULL_SCALE, *ZERO, ("MEAS:CURR?", "1.0E0")],
            r"at a set-point of 0 A the current is \+1\.000 A",
        ),
        (
            [
                ("OUTP?", "0"),
                ("MEAS:CURR?", "0"),
                ("FUNC:MODE?", "1"),
                *FULL_SCALE,
                *ZERO,
                ("MEAS:CURR?", "0"),
                ("OUTP ON", None),
                ("OUTP?", "0"),
            ],
            "'OUTP ON': the output stays off",
        ),
    ],
)
def test_what_prepare_refuses(gpib, script, message):
    with pytest.raises(RefusedError, match=message):
        make(gpib([("*CLS", None), *script])).prepare()


def test_prepare_reports_errors_and_faults(gpib):
    ready = [("*CLS", None), ("OUTP?", "1"), ("MEAS:CURR?", "0"), ("FUNC:MODE?", "1"), *FULL_SCALE, *ZERO]
    ready += [("MEAS:CURR?", "0")]
    with pytest.raises(RefusedError, match=r'SYST:ERR\? answers \'-222,"Data out of range"\''):
        make(gpib([*ready, ("SYST:ERR?", '-222,"Data out of range"')])).prepare()
    with pytest.raises(InstrumentFaultError) as caught:
        make(gpib([*ready, NO_ERROR, ("OUTP?", "1"), ("STAT:QUES:COND?", "8")])).prepare()
    assert caught.value.faults == ("over temperature",)


@pytest.mark.parametrize(
    ("current", "rate"),
    [(10.001, 1.0), (-10.001, 1.0), (math.nan, 1.0), (1.0, 5.001), (1.0, 0.0), (1.0, -1.0), (1.0, 1e-5)],
)
def test_beyond_the_limits_no_byte_is_sent(gpib, current, rate):
    link = gpib()
    with pytest.raises(LimitError):
        make(link).ramp_to(current, rate)
    assert link.sent == ()


def test_a_whole_ramp(gpib):
    script = [
        *start("0.0E0"),
        *poll("0.0E0"),
        ("CURR 1.0000", None),
        *poll("1.00012E0"),
        ("CURR?", "9.9997E-1"),
        ("CURR 2.0000", None),
        *poll("1.99997E0", look=True),
        ("CURR?", "2.00011E0"),
        ("CURR 2.5000", None),
        *poll("2.49991E0"),
        ("CURR?", "2.5E0"),
        *poll("2.50001E0"),
    ]
    link = gpib(script)
    supply = make(link)
    supply.ramp_to(2.5, 5.0)
    readings = []
    for _ in range(5):
        link.clock.sleep(0.2)
        readings.append(supply.poll())
    assert readings[0] == SupplyReading(0.0, 1.0, ramping=True, faults=(), flags=(), time_s=0.2)
    assert [reading.set_point_a for reading in readings] == [1.0, 2.0, 2.5, 2.5, 2.5]
    assert [reading.ramping for reading in readings] == [True, True, True, False, False]


def test_no_readback_before_60_ms(gpib):
    script = [*start("0"), *poll("0"), ("CURR 0.2500", None), *poll("0.25"), *poll("0.25"), ("CURR?", "0.25")]
    link = gpib([*script, ("CURR 0.5550", None)])
    supply = make(link)
    supply.ramp_to(5.0, 5.0)
    for interval in (0.05, 0.05, 0.011):
        link.clock.sleep(interval)
        supply.poll()


def test_ramps_start_from_the_current_that_flows(gpib):
    script = [*start("5.0E0"), ("CURR 5.0000", None), ("CURR?", "5.0E0"), *poll("5.0E0"), ("CURR 4.5000", None)]
    link = gpib(script)
    supply = make(link)
    supply.ramp_to(0.0, 5.0)
    link.clock.sleep(0.1)
    supply.poll()


def test_the_largest_step(gpib):
    link = gpib([*start("0"), *poll("0"), ("CURR 0.1000", None)])
    supply = make(link, max_step_a=0.1)
    supply.ramp_to(5.0, 5.0)
    link.clock.sleep(0.4)
    supply.poll()


def test_stop_sends_nothing_and_steps_no_more(gpib):
    link = gpib([*start("0"), *poll("0"), ("CURR 0.5000", None), *poll("0.5"), ("CURR?", "0.5"), *poll("0.5")])
    supply = make(link)
    supply.ramp_to(5.0, 5.0)
    link.clock.sleep(0.1)
    supply.poll()
    supply.stop()
    for ramping in (False, False):
        link.clock.sleep(0.1)
        assert supply.poll().ramping is ramping


@pytest.mark.parametrize("word", ["1", "2", "3", "8194"])
def test_compliance_is_a_flag_and_the_ramp_waits(gpib, word):
    stuck = [*poll("0.0E0", word), ("OUTP?", "1")]
    script = [*start("0"), *poll("0"), ("CURR 0.5000", None), *stuck, ("CURR?", "0.5"), ("CURR 1.0000", None)]
    script += [*stuck, ("CURR?", "1.0"), *stuck]
    link = gpib(script)
    supply = make(link)
    supply.ramp_to(5.0, 5.0)
    readings = []
    for _ in range(4):
        link.clock.sleep(0.1)
        readings.append(supply.poll())
    assert [reading.flags for reading in readings] == [(), *[("compliance",)] * 3]
    assert [reading.set_point_a for reading in readings] == [0.5, 1.0, 1.0, 1.0]
    assert readings[-1].ramping


@pytest.mark.parametrize(("voltage", "flags"), [("2.95E1", ("compliance",)), ("1.0E0", ("not_following",))])
def test_a_current_that_stays_behind_without_a_bit(gpib, voltage, flags):
    script = [*start("0"), *poll("0"), ("CURR 0.5000", None), *poll("0"), ("CURR?", "0.5"), ("CURR 1.0000", None)]
    script += [*poll("0", look=True), ("MEAS:VOLT?", voltage), ("CURR?", "1.0")]
    link = gpib(script)
    supply = make(link)
    supply.ramp_to(5.0, 5.0)
    for _ in range(3):
        link.clock.sleep(0.1)
        reading = supply.poll()
    assert reading.flags == flags


def test_an_output_that_went_off_is_a_fault_within_half_a_second(gpib):
    quiet = [*poll("0.5"), ("CURR?", "0.5"), *poll("0.5"), *poll("0.5")]
    script = [*start("0"), *poll("0"), ("CURR 0.5000", None), *quiet, ("MEAS:CURR?", "0.3"), ("STAT:QUES:COND?", "0")]
    link = gpib([*script, ("OUTP?", "0")])
    supply = make(link)
    supply.ramp_to(0.5, 5.0)
    for _ in range(5):
        link.clock.sleep(0.1)
        reading = supply.poll()
    assert reading == SupplyReading(0.3, 0.5, ramping=False, faults=("output off",), flags=(), time_s=0.5)


def test_after_a_trip_only_zero_may_be_asked_for(gpib):
    off = [("OUTP?", "0"), ("STAT:QUES:COND?", "0")]
    supply = make(gpib([*off, *off, ("CURR 0.0000", None)]))
    with pytest.raises(InstrumentFaultError, match="reports output off"):
        supply.ramp_to(1.0, 1.0)
    supply.ramp_to(0.0, 1.0)


def test_with_a_fault_and_the_output_on_it_still_ramps_to_zero(gpib):
    hot = [("OUTP?", "1"), ("STAT:QUES:COND?", "8")]
    script = [*hot, ("MEAS:CURR?", "2.0"), ("CURR 2.0000", None), ("CURR?", "2.0"), *poll("2.0", "8", look=True)]
    link = gpib([*script, ("CURR 1.5000", None)])
    supply = make(link)
    supply.ramp_to(0.0, 5.0)
    link.clock.sleep(0.1)
    reading = supply.poll()
    assert (reading.faults, reading.ramping, reading.set_point_a) == (("over temperature",), True, 1.5)


@pytest.mark.parametrize(
    ("word", "faults"),
    [
        ("8", "over temperature"),
        ("512", "relay error"),
        ("1024", "overload"),
        ("2048", "power loss"),
        ("4", "status bit 2"),
    ],
)
def test_faults_stop_the_ramp(gpib, word, faults):
    link = gpib([*start("0"), *poll("0.0", word, look=True)])
    supply = make(link)
    supply.ramp_to(5.0, 5.0)
    link.clock.sleep(0.1)
    reading = supply.poll()
    assert (reading.faults, reading.ramping, reading.set_point_a) == ((faults,), False, 0.0)


def test_a_set_point_that_was_not_taken(gpib):
    script = [*start("0"), *poll("0"), ("CURR 0.5000", None), *poll("0"), ("CURR?", "0.0")]
    link = gpib(script)
    supply = make(link)
    supply.ramp_to(5.0, 5.0)
    link.clock.sleep(0.1)
    supply.poll()
    link.clock.sleep(0.1)
    with pytest.raises(RefusedError, match=r"'CURR 0\.5000': the set-point reads back \+0\.0000 A"):
        supply.poll()


@given(st.sampled_from(["MEAS:CURR?", "STAT:QUES:COND?", "OUTP?"]), st.text(max_size=20))
def test_no_reply_escapes_as_another_error(broken, reply):
    good = [("MEAS:CURR?", "0.0E0"), ("STAT:QUES:COND?", "0"), ("OUTP?", "1"), ("MEAS:VOLT?", "1.0E0")]
    link = ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good], status_byte=0)
    try:
        make(link).poll()
    except ReplyError as error:
        assert error.reply == reply  # noqa: PT017 - some texts are good replies


def test_close(gpib):
    link = gpib()
    make(link).close()
    assert link.closed
