"""Lake Shore 421: number and multiplier are two questions. Steps are known from the manual (p. 4-11, 4-12) and pymeasure."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import FieldReading, IdentityError, LimitError, RefusedError, ReplyError
from vsmdaq_drivers.gaussmeters.lakeshore_421 import LakeShore421
from vsmdaq_drivers.links.scripted import ScriptedLink

ADDRESS = "ASRL4::INSTR"
UNIT = [("UNIT T", None), ("UNIT?", "T")]  # other driver (pymeasure)
MODE = [
    ("ACDC 0", None), ("ACDC?", "0"),  # manual p. 4-12
    ("FAST 0", None), ("FAST?", "0"),  # other driver
    ("FILT 0", None), ("FILT?", "0"),  # other driver
]  # fmt: skip
AUTO = [("AUTO 1", None), ("AUTO?", "1")]  # other driver
TESLA_A_PER_M = 1e7 / (4 * math.pi)  # SI before 2019; CODATA 2022 differs by 2e-10


def prepared(wire, *script, unit=UNIT, **options):
    meter = LakeShore421(wire([*unit, *MODE, *AUTO, *script], **options))
    meter.prepare()
    return meter


def test_identity(wire):
    assert LakeShore421(wire([("*IDN?", "LSCI,MODEL421,0,070199")])).identify() == "LSCI,MODEL421,0,070199"
    with pytest.raises(IdentityError, match=r"expected a Lake Shore 421, but 'LSCI,MODEL425,1,1\.0' answers"):
        LakeShore421(wire([("*IDN?", "LSCI,MODEL425,1,1.0")])).identify()


@pytest.mark.parametrize(
    ("letter", "factor"), [("u", 1e-6), ("µ", 1e-6), ("m", 1e-3), ("", 1.0), (" ", 1.0), ("k", 1e3)]
)
def test_number_times_multiplier(wire, letter, factor):
    meter = prepared(wire, ("FIELDM?", letter), ("FIELD?", "-1.2345 "), ("FIELDM?", letter))
    assert meter.read().field_a_per_m == pytest.approx(-1.2345 * factor * TESLA_A_PER_M, rel=1e-9)


def test_gauss_where_there_is_no_tesla(wire):
    unit = [("UNIT T", None), ("UNIT?", "G"), ("UNIT G", None), ("UNIT?", "G")]
    meter = prepared(wire, ("FIELDM?", "k"), ("FIELD?", "+10.000"), ("FIELDM?", "k"), unit=unit)
    assert meter.read().field_a_per_m == pytest.approx(TESLA_A_PER_M, rel=1e-9)


def test_a_number_under_two_multipliers_counts_for_nothing(wire):
    """The range changes from 300 mT to 3 T around the first number: 0.2999 or 299.9 times what it is."""
    meter = prepared(
        wire, ("FIELDM?", "m"), ("FIELD?", "+299.90"), ("FIELDM?", ""), ("FIELD?", "+0.3011"), ("FIELDM?", ""),
        message_s=0.05,
    )  # fmt: skip
    reading = meter.read()
    assert reading.field_a_per_m == pytest.approx(0.3011 * TESLA_A_PER_M, rel=1e-9)
    assert reading.time_s == pytest.approx(meter._link.clock.now() - 2 * 0.05)  # that of the number


def test_a_range_that_keeps_changing(wire):
    script = [("FIELDM?", "m")]
    for number in range(4):
        script += [("FIELD?", "+299.90"), ("FIELDM?", "" if number % 2 == 0 else "m")]
    assert prepared(wire, *script).read() == FieldReading(None, ("range_changing",), 0.0)


@pytest.mark.parametrize(
    ("reply", "flag"),
    [("OL", "overload"), ("NO PROBE", "no_probe"), ("", "unreadable"), ("----", "unreadable"), ("nan", "unreadable")],
)
def test_what_is_no_number_is_a_flag(wire, reply, flag):
    assert prepared(wire, ("FIELDM?", "m"), ("FIELD?", reply)).read() == FieldReading(None, (flag,), 0.0)


@pytest.mark.parametrize("letter", ["n", "M", "mT", "1", "?"])
def test_a_multiplier_that_nobody_explains_gives_no_number(wire, letter):
    """`n` is 1e-6 for pymeasure alone."""
    script = [("FIELDM?", letter), ("FIELD?", "+1.0000"), ("FIELDM?", letter)]
    assert prepared(wire, *script).read() == FieldReading(None, ("unreadable",), 0.0)


def test_a_fixed_range(wire):
    fixed = [("AUTO 0", None), ("AUTO?", "0"), ("RANGE 1", None), ("RANGE?", "1")]
    LakeShore421(wire([*UNIT, *MODE, *fixed]), fixed_range=1).prepare()
    with pytest.raises(RefusedError, match="'RANGE 1': it reads back 0"):
        LakeShore421(wire([*UNIT, *MODE, *fixed[:3], ("RANGE?", "0")]), fixed_range=1).prepare()
    for number in (-1, 4):
        with pytest.raises(LimitError, match=rf"range of {number} \(number\) was asked for, allowed are 0 to 3"):
            LakeShore421(wire(), fixed_range=number)


def test_the_display_filter_makes_readings_rarer(wire):
    filtered = [line if line[0] != "FILT 0" else ("FILT 1", None) for line in MODE[:-1]] + [("FILT?", "1")]
    meter = LakeShore421(wire([*UNIT, *filtered, *AUTO]), display_filter=True)
    meter.prepare()
    assert meter.reading_interval_s == 2.0
    assert LakeShore421(wire()).reading_interval_s == 0.2


@pytest.mark.parametrize("setting", ["ACDC", "FAST", "FILT"])
def test_settings_that_are_not_taken(wire, setting):
    script = [*UNIT, *MODE]
    end = next(i for i, line in enumerate(script) if line[0] == f"{setting}?")
    with pytest.raises(RefusedError, match=f"'{setting} 0': it reads back 1"):
        LakeShore421(wire([*script[:end], (f"{setting}?", "1")])).prepare()


def test_a_unit_changed_at_the_panel_is_found(wire):
    meter = prepared(wire, ("UNIT?", "G"))
    meter._link.clock.sleep(5.1)
    with pytest.raises(RefusedError, match="the unit is now gauss instead of tesla"):
        meter.read()


def test_without_prepare_there_is_no_unit(wire):
    with pytest.raises(RefusedError, match="the unit is not known before prepare"):
        LakeShore421(wire()).read()


@given(st.text(max_size=10), st.text(max_size=20))
def test_every_reply_is_a_number_or_a_flag(letter, number):
    script = [("FIELDM?", letter), ("FIELD?", number), ("FIELDM?", letter)]
    reading = prepared(ScriptedLink, *script).read()
    assert (reading.field_a_per_m is None) == bool(reading.flags)
    assert reading.field_a_per_m is None or math.isfinite(reading.field_a_per_m)


@given(st.sampled_from(["UNIT?", "ACDC?", "FAST?", "FILT?", "AUTO?"]), st.text(max_size=20))
def test_garbage_while_preparing(broken, reply):
    good = [*UNIT, *MODE, *AUTO]
    meter = LakeShore421(ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good]))
    try:
        meter.prepare()
    except (ReplyError, RefusedError, AssertionError) as error:
        assert not isinstance(error, AssertionError) or "script" in str(error)  # noqa: PT017 - `G` goes on to UNIT G


# --- over the simulated instrument ---------------------------------------------------------------------------------


@pytest.mark.parametrize("micro", ["u", "n"])
def test_the_field_of_the_magnet(world, micro):
    bench = world("lakeshore_421", ADDRESS, micro=micro)
    meter = LakeShore421(bench.link)
    meter.identify()
    meter.prepare()
    bench.magnet(-30.0)
    reading = meter.read()
    assert reading.flags == ()
    # 60 A give 800 kA/m; remanence 1.2 kA/m, noise 20 A/m (3 u), half a digit of 0.1 mT
    assert reading.field_a_per_m == pytest.approx(-400e3, abs=1.2e3 + 60 + 40)


def test_overload_and_missing_probe_on_the_bench(world):
    for probe, flag in (("UHS", "overload"), ("none", "no_probe")):
        bench = world("lakeshore_421", ADDRESS, probe=probe)
        meter = LakeShore421(bench.link)
        meter.prepare()
        bench.magnet(30.0)
        assert meter.read().flags == (flag,)


def test_a_ramp_through_the_ranges_gives_no_number_that_is_off_by_a_thousand(world):
    """Asked for number, then multiplier, as two questions: some are wrong by 1000; the driver's never."""
    bench = world("lakeshore_421", ADDRESS, lines=("bus.message_s = 0.011",))
    meter = LakeShore421(bench.link)
    meter.prepare()
    factors = {"m": 1e-3, "": 1.0}
    naive, ours = [], []
    for turn in range(24):
        bench.magnet(16.0)  # 213 kA/m, 268 mT
        bench.supply.write("RATE 4")
        bench.supply.write("SETI 20")  # 335 mT, beyond the range of 300 mT
        for _ in range(20):
            current_a = float(bench.supply.query("RDGI?"))
            if turn % 2:
                ours.append((current_a, meter.read().field_a_per_m))
            else:
                number = float(bench.link.query("FIELD?"))
                naive.append((current_a, number * factors[bench.link.query("FIELDM?").strip()] * TESLA_A_PER_M))
    wrong = [field for current, field in naive if not 0.5 < field / (current * 800e3 / 60) < 2.0]
    assert wrong, "the race does not happen: nothing is shown"
    good = [(current, field) for current, field in ours if field is not None]
    assert len(good) > 0.9 * len(ours)
    # one second of the ramp is 4 A
    assert all(abs(field - current * 800e3 / 60) < 4 * 800e3 / 60 + 1.3e3 for current, field in good)
