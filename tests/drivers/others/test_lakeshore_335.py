from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import IdentityError, LimitError, RefusedError, ReplyError, TemperatureReading
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.others.lakeshore_335 import LakeShore335

SETUP = ("INTYPE? A", "1,0,0,0,1")  # manual
LOOP = [("OUTMODE? 1", "1,1,0"), SETUP]  # manual


def test_identity(wire):
    for model in ("335", "336"):
        assert LakeShore335(wire([("*IDN?", f"LSCI,MODEL{model},LSA1/#######,1.3")])).identify()
    for other in ("LSCI,MODEL340,1,1.0", "LSCI,MODEL3350,1,1", ""):
        with pytest.raises(IdentityError, match="expected a Lake Shore 335 or 336"):
            LakeShore335(wire([("*IDN?", other)])).identify()


def test_prepare_changes_nothing_and_refuses_a_disabled_input(wire):
    LakeShore335(wire([SETUP])).prepare()
    with pytest.raises(RefusedError, match="input B is disabled; choose its sensor in the controller's menu"):
        LakeShore335(wire([("INTYPE? B", "0,0,0,0,1")]), channel="B").prepare()


def test_a_reading(wire):
    reading = LakeShore335(wire([("KRDG? C", "+295.123"), ("RDGST? C", "000")]), channel="C").read()
    assert reading == TemperatureReading(295.123, (), 0.0)


@pytest.mark.parametrize(
    ("number", "status", "flags"),
    [
        ("+0.0000", "001", ("unreadable",)),  # manual
        ("+295.000", "016", ("underload",)),  # manual
        ("+0.0000", "032", ("overload",)),  # manual
        ("+0.0000", "064", ("no_sensor",)),  # manual
        ("+0.0000", "129", ("unreadable", "overload")),  # manual
        ("+77.0000", "002", ("old",)),  # manual of the 340
        ("+77.0000", "004", ("unreadable",)),  # assumed: a bit that nobody explains
        ("S-OVER", "000", ("unreadable",)),  # assumed
    ],
)
def test_a_number_is_nothing_without_its_status(wire, number, status, flags):
    reading = LakeShore335(wire([("KRDG? A", number), ("RDGST? A", status)])).read()
    assert reading == TemperatureReading(None, flags, 0.0)


def test_control_with_a_ramp(wire):
    script = [
        *LOOP,
        ("RAMP 1,1,6.0", None),
        ("RAMP? 1", "1,+6.0000"),
        ("SETP 1,310.500", None),
        ("SETP? 1", "+310.500"),
    ]
    LakeShore335(wire(script)).control_to(310.5, 0.1)


def test_control_without_ramp_leaves_the_rate(wire):
    script = [*LOOP, ("RAMP? 1", "1,+6.0000"), ("RAMP 1,0,6.0", None), ("RAMP? 1", "0,+6.0000")]
    LakeShore335(wire([*script, ("SETP 1,4.200", None), ("SETP? 1", "+4.2000")])).control_to(4.2)


def test_a_set_point_that_reads_back_late_is_waited_for(wire):
    script = [*LOOP, ("RAMP 1,1,6.0", None), ("RAMP? 1", "1,6.0"), ("SETP 1,300.000", None)]
    link = wire([*script, ("SETP? 1", "+290.000"), ("SETP? 1", "+300.000")])  # other driver (qcodes waits)
    LakeShore335(link).control_to(300.0, 0.1)
    assert link.clock.now() == pytest.approx(0.1)


def test_a_set_point_that_is_not_taken_is_refused(wire):
    script = [*LOOP, ("RAMP 1,1,6.0", None), ("RAMP? 1", "1,6.0"), ("SETP 1,300.000", None)]
    link = wire([*script, *[("SETP? 1", "+290.000")] * 11])
    with pytest.raises(RefusedError, match=r"'SETP 1,300.000': the set-point reads back 290.000 K"):
        LakeShore335(link).control_to(300.0, 0.1)


@pytest.mark.parametrize(
    ("mode", "setup", "message"),
    [
        ("3,1,0", None, "output 1 is in mode 3 with input 1; wanted are closed loop"),
        ("1,2,0", None, "output 1 is in mode 1 with input 2"),
        ("1,1,0", "1,0,0,0,2", "the preferred unit of input A is 2; wanted is kelvin"),
    ],
)
def test_a_loop_that_does_not_control_this_input_is_refused(wire, mode, setup, message):
    script = [("OUTMODE? 1", mode), *([("INTYPE? A", setup)] if setup else [])]
    with pytest.raises(RefusedError, match=message):
        LakeShore335(wire(script)).control_to(300.0)


@pytest.mark.parametrize(
    ("kelvin", "rate"),
    [(-0.1, None), (400.1, None), (float("nan"), None), (300.0, 0.001), (300.0, 2.0), (300.0, float("nan"))],
)
def test_beyond_the_limits_no_byte_is_sent(wire, kelvin, rate):
    link = wire()
    with pytest.raises(LimitError):
        LakeShore335(link).control_to(kelvin, rate)
    assert link.sent == ()


def test_heater(wire):
    script = [("RANGE 2,3", None), ("RANGE? 2", "3"), ("HTR? 2", "+025.6"), ("RAMPST? 2", "1")]
    controller = LakeShore335(wire(script), output=2)
    controller.heater_range = "high"
    assert controller.heater_share == pytest.approx(0.256)
    assert controller.ramping
    with pytest.raises(RefusedError, match=r"'RANGE 1,1': it reads back off"):
        LakeShore335(wire([("RANGE 1,1", None), ("RANGE? 1", "0")])).heater_range = "low"
    with pytest.raises(ValueError, match="allowed are off, low, medium, high"):
        LakeShore335(wire()).heater_range = "full"


@pytest.mark.parametrize("options", [{"channel": "E"}, {"output": 3}])
def test_options(wire, options):
    with pytest.raises(ValueError, match="allowed are"):
        LakeShore335(wire(), **options)


@given(st.sampled_from(["KRDG? A", "RDGST? A"]), st.text(max_size=12))
def test_no_reply_escapes_as_another_error(broken, reply):
    good = [("KRDG? A", "+295.123"), ("RDGST? A", "000")]
    controller = LakeShore335(ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good]))
    try:
        controller.read()
    except ReplyError as error:
        assert error.reply == reply  # noqa: PT017


def test_a_heater_that_is_named_is_switched_on_with_the_set_point(wire):
    before = [("OUTMODE? 1", "1,1,0"), ("INTYPE? A", "1,0,0,0,1"), ("RAMP? 1", "0,5.0"), ("RAMP 1,0,5.0", None)]
    before += [("RAMP? 1", "0,5.0"), ("SETP 1,310.000", None), ("SETP? 1", "+310.000")]
    link = wire([*before, ("RANGE? 1", "0"), ("RANGE 1,3", None), ("RANGE? 1", "3")])
    LakeShore335(link, heater="high").control_to(310.0)
    with pytest.raises(ValueError, match="allowed are off, low, medium, high"):
        LakeShore335(wire([]), heater="hot")
