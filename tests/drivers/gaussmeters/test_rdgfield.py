"""Lake Shore 425, 455, 475. Each step of a dialogue is known from where its script says so (manual, other driver, assumed)."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import FieldReading, IdentityError, LimitError, LinkTimeoutError, RefusedError, ReplyError
from vsmdaq_drivers.gaussmeters.lakeshore_425 import LakeShore425
from vsmdaq_drivers.gaussmeters.lakeshore_455 import LakeShore455
from vsmdaq_drivers.gaussmeters.lakeshore_475 import LakeShore475
from vsmdaq_drivers.links.scripted import ScriptedLink

IN_A_PER_M = [("UNIT 4", None), ("UNIT?", "4")]  # manual 425 p. 57
DC = {
    LakeShore425: [("RDGMODE?", "1,0,1")],  # manual 425 p. 56
    LakeShore455: [("RDGMODE?", "1,3,1,1,1")],  # other driver
    LakeShore475: [("RDGMODE?", "1,3,1,1,1")],  # manual 475 ch. 6
}
AUTO = [("AUTO 1", None), ("AUTO?", "1")]  # other driver
CHAIN = [("RDGFIELD?;OPST?", "+001.234E+03;000")]  # assumed: one line
FAMILY = pytest.mark.parametrize("driver", DC)
# H of one of each unit: 1 G and 1 Oe are 1000/(4 pi) A/m, 1 T 1e4 times that (SI before 2019; CODATA 2022 differs by 2e-10)
UNITS = {"1": 1e3 / (4 * math.pi), "2": 1e7 / (4 * math.pi), "3": 1e3 / (4 * math.pi), "4": 1.0}


def prepared(driver, wire, *script, unit=IN_A_PER_M, chain=CHAIN, **options):
    meter = driver(wire([*unit, *DC[driver], *AUTO, *chain, *script], **options))
    meter.prepare()
    return meter


@FAMILY
def test_identity(wire, driver):
    model = driver.__name__[-3:]
    assert driver(wire([("*IDN?", f"LSCI,MODEL{model},1234567,1.0\r")])).identify() == f"LSCI,MODEL{model},1234567,1.0"
    with pytest.raises(IdentityError, match=f"expected a Lake Shore {model}, but 'LSCI,MODEL460,1,1.0' answers"):
        driver(wire([("*IDN?", "LSCI,MODEL460,1,1.0")])).identify()


@FAMILY
def test_a_reading_and_its_time(wire, driver):
    meter = prepared(driver, wire, ("RDGFIELD?;OPST?", "+123.456E+03;004"), message_s=0.01)
    reading = meter.read()
    assert (reading.field_a_per_m, reading.flags) == (123456.0, ())
    assert reading.time_s == meter._link.clock.now()


@FAMILY
@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_is_a_per_m(wire, driver, unit):
    """A meter that keeps the unit of its panel until one is set that it has."""
    script = []
    for wanted in ("4", "2", "3", "1"):
        script += [(f"UNIT {wanted}", None), ("UNIT?", unit)]
        if wanted == unit:
            break
    meter = prepared(driver, wire, ("RDGFIELD?;OPST?", "-002.000E+00;000"), unit=script)
    assert meter.read().field_a_per_m == pytest.approx(-2.0 * UNITS[unit], rel=1e-9)


@FAMILY
def test_a_unit_that_does_not_exist(wire, driver):
    with pytest.raises(ReplyError, match=r"answered '9' to 'UNIT\?'; expected one of 1, 2, 3, 4"):
        driver(wire([("UNIT 4", None), ("UNIT?", "9")])).prepare()


@FAMILY
def test_a_unit_that_cannot_be_set(wire, driver):
    script = [line for unit in "42" for line in ((f"UNIT {unit}", None), ("UNIT?", "3"))]
    link = wire([*script, ("UNIT 3", None), ("UNIT?", "2"), ("UNIT 1", None), ("UNIT?", "2")])
    with pytest.raises(RefusedError, match=r"did not accept 'UNIT 1': the unit reads back 2 \(tesla\)\."):
        driver(link).prepare()


@pytest.mark.parametrize(
    ("driver", "found", "wanted"),
    [
        (LakeShore425, "2,1,2", "1,0,2"),  # AC, filter on, narrow: the band stays
        (LakeShore455, "2,1,3,2,1", "1,3,3,2,1"),
        (LakeShore475, "3,2,2,1,3", "1,3,2,1,3"),
    ],
)
def test_dc_mode_is_set_and_the_rest_of_it_kept(wire, driver, found, wanted):
    mode = [("RDGMODE?", found), (f"RDGMODE {wanted}", None), ("RDGMODE?", wanted)]
    driver(wire([*IN_A_PER_M, *mode, *AUTO, *CHAIN])).prepare()
    with pytest.raises(RefusedError, match=f"'RDGMODE {wanted}': it reads back {found}"):
        driver(wire([*IN_A_PER_M, *mode[:2], ("RDGMODE?", found)])).prepare()


@FAMILY
def test_autorange_that_is_not_taken(wire, driver):
    with pytest.raises(RefusedError, match="'AUTO 1': it reads back 0"):
        driver(wire([*IN_A_PER_M, *DC[driver], ("AUTO 1", None), ("AUTO?", "0")])).prepare()


@FAMILY
def test_a_fixed_range(wire, driver):
    fixed = [("AUTO 0", None), ("AUTO?", "0"), ("RANGE 3", None), ("RANGE?", "3")]
    driver(wire([*IN_A_PER_M, *DC[driver], *fixed, *CHAIN]), fixed_range=3).prepare()
    with pytest.raises(RefusedError, match="'RANGE 3': it reads back 4"):
        driver(wire([*IN_A_PER_M, *DC[driver], *fixed[:3], ("RANGE?", "4")]), fixed_range=3).prepare()


@pytest.mark.parametrize(("driver", "highest"), [(LakeShore425, 4), (LakeShore455, 5), (LakeShore475, 5)])
def test_a_range_that_does_not_exist_is_refused_before_a_byte_is_sent(wire, driver, highest):
    driver(wire(), fixed_range=highest)
    for number in (0, highest + 1):
        with pytest.raises(
            LimitError, match=rf"range of {number} \(number\) was asked for, allowed are 1 to {highest}"
        ):
            driver(wire(), fixed_range=number)


@FAMILY
@pytest.mark.parametrize(
    ("reply", "flag"),
    [
        ("OL;002", "overload"),
        ("OL;000", "overload"),
        ("OVL;000", "overload"),
        ("-OL-;000", "overload"),
        ("+000.000E+00;002", "overload"),  # a number all the same: the status decides
        ("NO PROBE;001", "no_probe"),
        ("NO PROBE;000", "no_probe"),
        ("+000.000E+00;001", "no_probe"),
        ("+001.000E+00;016", "invalid_probe"),
        ("----;000", "unreadable"),
        (";000", "unreadable"),
        ("nan;000", "unreadable"),
        ("inf;000", "unreadable"),
        ("+1.0E+03,+2.0;000", "unreadable"),
    ],
)
def test_what_is_no_reading_is_a_flag(wire, driver, reply, flag):
    assert prepared(driver, wire, ("RDGFIELD?;OPST?", reply)).read() == FieldReading(None, (flag,), 0.0)


@FAMILY
def test_a_status_that_cannot_be_read(wire, driver):
    meter = prepared(driver, wire, ("RDGFIELD?;OPST?", "+001.000E+00;"))
    with pytest.raises(ReplyError, match=r"answered '' to 'OPST\?'"):
        meter.read()


@FAMILY
@pytest.mark.parametrize("reply", ["+001.234E+03", "+001.234E+03;x", LinkTimeoutError("no reply")])
def test_without_chains_both_are_asked_one_by_one(wire, driver, reply):
    asked = [("RDGFIELD?", "+005.000E+03"), ("OPST?", "000"), ("RDGFIELD?", "OL"), ("OPST?", "002")]
    meter = prepared(driver, wire, *asked, chain=[("RDGFIELD?;OPST?", reply), ("OPST?", "000")])
    assert meter._link.clears == 1  # what an instrument of two lines has left is gone
    assert meter.read().field_a_per_m == 5000.0
    assert meter.read().flags == ("overload",)


@FAMILY
def test_a_unit_changed_at_the_panel_is_found_within_five_seconds(wire, driver):
    reading = ("RDGFIELD?;OPST?", "+001.000E+03;000")
    meter = prepared(driver, wire, reading, ("UNIT?", "4"), reading, ("UNIT?", "3"))
    clock = meter._link.clock
    clock.sleep(4.9)
    meter.read()
    clock.sleep(0.2)
    meter.read()
    clock.sleep(5.0)
    with pytest.raises(RefusedError, match="the unit is now oersted instead of A/m; was it changed at the front panel"):
        meter.read()


@FAMILY
def test_without_prepare_there_is_no_unit(wire, driver):
    with pytest.raises(RefusedError, match="the unit is not known before prepare"):
        driver(wire()).read()


@FAMILY
@given(reply=st.text(max_size=30))
def test_every_reply_is_a_number_a_flag_or_an_error(driver, reply):
    meter = prepared(driver, ScriptedLink, ("RDGFIELD?;OPST?", reply))
    try:
        reading = meter.read()
    except ReplyError:
        return
    assert (reading.field_a_per_m is None) == bool(reading.flags)
    assert reading.field_a_per_m is None or math.isfinite(reading.field_a_per_m)


@FAMILY
@given(broken=st.sampled_from(["UNIT?", "RDGMODE?", "AUTO?"]), reply=st.text(max_size=20))
def test_garbage_while_preparing(driver, broken, reply):
    good = [*IN_A_PER_M, *DC[driver], *AUTO, *CHAIN]
    meter = driver(ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good]))
    try:
        meter.prepare()
    except (ReplyError, RefusedError, AssertionError) as error:
        # an AssertionError is the script's: a digit was read as a setting to be corrected
        assert not isinstance(error, AssertionError) or "script" in str(error)  # noqa: PT017


# --- over the simulated instrument ---------------------------------------------------------------------------------

ADDRESSES = {LakeShore425: "ASRL5::INSTR", LakeShore455: "GPIB0::13::INSTR", LakeShore475: "ASRL6::INSTR"}
SPELLINGS = [
    {},
    {"chain": "refused"},
    {"overload_text": "+000.0000E+00", "no_probe_text": "+000.0000E+00"},
]


def simulated(world, driver, **options):
    kind = f"lakeshore_{driver.__name__[-3:]}"
    bench = world(kind, ADDRESSES[driver], **options)
    meter = driver(bench.link)
    meter.identify()
    meter.prepare()
    return bench, meter


# only for the 425 do sources disagree on what ends a line
LINES = [*((driver, options) for driver in DC for options in SPELLINGS), (LakeShore425, {"terminator": "lf"})]


@pytest.mark.parametrize(("driver", "options"), LINES, ids=str)
def test_the_field_of_the_magnet(world, driver, options):
    bench, meter = simulated(world, driver, **options)
    bench.magnet(-30.0)
    reading = meter.read()
    assert reading.flags == ()
    # 60 A give 800 kA/m; remanence 1.2 kA/m, noise 20 A/m (3 u)
    assert reading.field_a_per_m == pytest.approx(-400e3, abs=1.2e3 + 60)


@FAMILY
@pytest.mark.parametrize("options", SPELLINGS, ids=str)
def test_overload_and_missing_probe_on_the_bench(world, driver, options):
    bench, meter = simulated(world, driver, probe="UHS", **options)  # 3.5 mT are 2.8 kA/m
    bench.magnet(30.0)
    assert meter.read().flags == ("overload",)
    _, meter = simulated(world, driver, probe="none", **options)
    assert meter.read().flags == ("no_probe",)


@FAMILY
def test_a_reading_stays_until_the_next_one(world, driver):
    bench, meter = simulated(world, driver)
    values = set()
    for _ in range(40):
        bench.clock.sleep(0.02)
        values.add(meter.read().field_a_per_m)
    elapsed_s = bench.clock.now()
    assert 5 < len(values) < 40
    assert len(values) <= elapsed_s / meter.reading_interval_s
