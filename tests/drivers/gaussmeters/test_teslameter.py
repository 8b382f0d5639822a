"""Lake Shore F41 and F71. Steps are known from the vendor's Python driver, unless said otherwise."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import FieldReading, IdentityError, LimitError, RefusedError, ReplyError
from vsmdaq_drivers.gaussmeters.lakeshore_f41 import LakeShoreF41
from vsmdaq_drivers.gaussmeters.lakeshore_f71 import LakeShoreF71
from vsmdaq_drivers.links.scripted import ScriptedLink

TESLA_A_PER_M = 1e7 / (4 * math.pi)  # SI before 2019; CODATA 2022 differs by 2e-10
UNIT = [("UNIT:FIELD TESLA", None), ("UNIT:FIELD?", "TESLA")]
MODE = [
    ("SENSE:MODE DC", None), ("SENSE:MODE?", "DC"),
    ("SENSE:AVERAGE:COUNT 10", None), ("SENSE:AVERAGE:COUNT?", "10"),
]  # fmt: skip
AUTO = [("SENSE:RANGE:AUTO 1", None), ("SENSE:RANGE:AUTO?", "1")]
AXES = [("PROBE:AXES?", "1")]  # other driver
NO_ERROR = [("SYSTEM:ERROR:ALL?", '0,"No error"')]
CLEAR = [("SYSTem:ERRor:CLEar", None)]
BOTH = pytest.mark.parametrize("driver", [LakeShoreF41, LakeShoreF71])


def asked(axis="X"):
    return f"FETCH:DC? {axis};:STATus:OPERation:CONDition?;:STATus:QUEStionable:CONDition?"


def prepared(driver, wire, *script, unit=UNIT, axes=AXES, **options):
    meter = driver(wire([*CLEAR, *unit, *MODE, *AUTO, *axes, *NO_ERROR, *script], **options))
    meter.prepare()
    return meter


@BOTH
def test_identity(wire, driver):
    model = driver.__name__[-3:]
    found = f"LSCI,{model},LSA12FF,1.6.2019092002"
    assert driver(wire([("*IDN?", found)])).identify() == found
    other = {"F41": "F71", "F71": "F41"}[model]
    with pytest.raises(IdentityError, match=f"expected a Lake Shore {model}, but 'LSCI,{other},1,1' answers"):
        driver(wire([("*IDN?", f"LSCI,{other},1,1")])).identify()


@BOTH
def test_tesla(wire, driver):
    meter = prepared(driver, wire, (asked(), "-0.5;0;0"), message_s=0.01)
    reading = meter.read()
    assert reading.field_a_per_m == pytest.approx(-0.5 * TESLA_A_PER_M, rel=1e-9)
    assert (reading.flags, reading.time_s) == ((), meter._link.clock.now())


@BOTH
def test_gauss_where_there_is_no_tesla(wire, driver):
    unit = [*UNIT[:1], ("UNIT:FIELD?", "GAUSS"), ("UNIT:FIELD GAUSS", None), ("UNIT:FIELD?", '"GAUS"')]
    meter = prepared(driver, wire, (asked(), "+5.0E+03;0;0"), unit=unit)
    assert meter.read().field_a_per_m == pytest.approx(0.5 * TESLA_A_PER_M, rel=1e-9)


def test_three_axes_have_no_default(wire):
    script = [*CLEAR, *UNIT, *MODE, *AUTO, ("PROBE:AXES?", "3")]
    with pytest.raises(RefusedError, match=r"the probe has 3 axes; say which one .*: \[gaussmeter.options\] axis"):
        LakeShoreF71(wire(script)).prepare()
    meter = LakeShoreF71(wire([*CLEAR, *UNIT, *MODE, *AUTO, *NO_ERROR, (asked("Y"), "1.0;0;0")]), axis="Y")
    meter.prepare()
    assert meter.read().field_a_per_m == pytest.approx(TESLA_A_PER_M, rel=1e-9)


def test_a_fixed_range_has_to_reach_the_field(wire):
    head = [*CLEAR, *UNIT, *MODE, ("SENSE:RANGE:AUTO 0", None), ("SENSE:RANGE:AUTO?", "0")]
    put = ("SENSE:RANGE 1.256637E+00", None)  # 1 MA/m is 0.4 pi T
    LakeShoreF71(wire([*head, put, ("SENSE:RANGE?", "3.5"), *AXES, *NO_ERROR]), largest_field_a_per_m=1e6).prepare()
    with pytest.raises(RefusedError, match=r"the range reads back 0\.35, which does not reach that far"):
        LakeShoreF71(wire([*head, put, ("SENSE:RANGE?", "0.35")]), largest_field_a_per_m=1e6).prepare()
    with pytest.raises(LimitError, match="range of 0 A/m was asked for"):
        LakeShoreF71(wire(), largest_field_a_per_m=0.0)


@BOTH
@pytest.mark.parametrize(
    ("reply", "flags"),
    [
        ("+9.9E37;0;0", ("overload",)),
        ("-9.91E+37;0;0", ("overload",)),
        ("NAN;2;0", ("overload",)),
        ("0.0;2;0", ("overload",)),
        ("OVERLOAD;0;0", ("overload",)),
        ("0.0;1;0", ("no_probe",)),
        ("0.1;4;0", ("range_changing",)),
        ("0.1;0;4", ("probe_error",)),
        ("0.1;0;32", ("probe_error",)),
        ("0.1;0;256", ("calibration_error",)),
        ("NAN;0;0", ("unreadable",)),
        (";0;0", ("unreadable",)),
        ("0.1,0.2;0;0", ("unreadable",)),
    ],
)
def test_what_is_no_reading_is_a_flag(wire, driver, reply, flags):
    assert prepared(driver, wire, (asked(), reply)).read() == FieldReading(None, flags, 0.0)


@BOTH
def test_field_control_bits_are_no_fault_of_the_reading(wire, driver):
    assert prepared(driver, wire, (asked(), "0.1;32;192")).read().flags == ()  # ramp done; slew and voltage limit


@BOTH
@pytest.mark.parametrize("reply", ["0.1", "0.1;0", "0.1;0;x", "0.1;0;0;0"])
def test_half_an_answer_is_an_error(wire, driver, reply):
    with pytest.raises(ReplyError):
        prepared(driver, wire, (asked(), reply)).read()


@BOTH
@pytest.mark.parametrize(("setting", "found"), [("SENSE:MODE", "AC"), ("SENSE:AVERAGE:COUNT", "20")])
def test_settings_that_are_not_taken(wire, driver, setting, found):
    script = [*CLEAR, *UNIT, *MODE]
    end = next(i for i, line in enumerate(script) if line[0] == f"{setting}?")
    with pytest.raises(RefusedError, match=f"it reads back {found}"):
        driver(wire([*script[:end], (f"{setting}?", found)])).prepare()


@BOTH
def test_an_error_in_the_queue(wire, driver):
    script = [*CLEAR, *UNIT, *MODE, *AUTO, *AXES, ("SYSTEM:ERROR:ALL?", '-113,"Undefined header"')]
    with pytest.raises(RefusedError, match='its error queue says -113,"Undefined header"'):
        driver(wire(script)).prepare()


@BOTH
def test_a_unit_changed_at_the_panel_is_found(wire, driver):
    meter = prepared(driver, wire, ("UNIT:FIELD?", "GAUSS"))
    meter._link.clock.sleep(5.1)
    with pytest.raises(RefusedError, match="the unit is now gauss instead of tesla"):
        meter.read()


@BOTH
@given(reply=st.text(max_size=30))
def test_every_reply_is_a_number_a_flag_or_an_error(driver, reply):
    try:
        reading = prepared(driver, ScriptedLink, (asked(), reply)).read()
    except ReplyError:
        return
    assert (reading.field_a_per_m is None) == bool(reading.flags)


# --- over the simulated instrument ---------------------------------------------------------------------------------

ADDRESSES = {LakeShoreF41: "ASRL7::INSTR", LakeShoreF71: "TCPIP0::teslameter::7777::SOCKET"}


@BOTH
@pytest.mark.parametrize(("probe", "axis"), [("1", ""), ("3", "Z")])
def test_the_field_of_the_magnet(world, driver, probe, axis):
    kind = f"lakeshore_{driver.__name__[-3:].lower()}"
    bench = world(kind, ADDRESSES[driver], probe=probe, axis=axis or "X")
    meter = driver(bench.link, axis=axis)
    meter.identify()
    meter.prepare()
    bench.magnet(-30.0)
    reading = meter.read()
    assert reading.flags == ()
    # 60 A give 800 kA/m; remanence 1.2 kA/m, noise 20 A/m (3 u)
    assert reading.field_a_per_m == pytest.approx(-400e3, abs=1.2e3 + 60)


@pytest.mark.parametrize("text", ["+9.9E+37", "NAN", "+0.0E+00"])
def test_an_overload_is_known_from_the_status(world, text):
    bench = world("lakeshore_f71", ADDRESSES[LakeShoreF71], overload_text=text)
    meter = LakeShoreF71(bench.link, largest_field_a_per_m=20e3)  # 35 mT
    meter.prepare()
    bench.magnet(30.0)
    assert meter.read().flags == ("overload",)


def test_without_a_probe(world):
    bench = world("lakeshore_f71", ADDRESSES[LakeShoreF71], probe="none")
    meter = LakeShoreF71(bench.link, axis="X")
    meter.prepare()
    assert meter.read().flags == ("no_probe",)
