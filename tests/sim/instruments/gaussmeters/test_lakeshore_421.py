"""Dialogue of the Lake Shore 421: what its manual (4.2) and pymeasure's driver say."""

from __future__ import annotations

import math
from typing import Any

import pytest

TESLA_A_PER_M = 1e7 / (4 * math.pi)


@pytest.fixture
def meter(made: Any) -> Any:
    return made("421")


@pytest.fixture
def say(meter: Any, talk: Any) -> Any:
    return talk(meter)


def test_identity(say: Any):
    assert say("*IDN?") == "LSCI,MODEL421,0,070199"  # manual p. 4-11


# ranges of an HSE probe: 3 T, 0.3 T, 30 mT, 3 mT, or 30 kG, 3 kG, 300 G, 30 G (pymeasure)
@pytest.mark.parametrize(
    ("tesla", "unit", "text", "letter", "number"),
    [
        (1.23456, "T", "+1.2346", " ", "0"),
        (-0.123456, "T", "-123.46", "m", "1"),
        (0.0123456, "T", "+12.346", "m", "2"),
        (0.00123456, "T", "+1.2346", "m", "3"),
        (1.23456, "G", "+12.346", "k", "0"),
        (0.123456, "G", "+1.2346", "k", "1"),
        (0.0123456, "G", "+123.46", " ", "2"),
        (0.00123456, "G", "+12.346", " ", "3"),
    ],
)
def test_number_multiplier_and_range(
    say: Any, shown: Any, tesla: float, unit: str, text: str, letter: str, number: str
):
    shown(tesla * TESLA_A_PER_M)
    say(f"UNIT {unit}")
    assert [say("UNIT?"), say("FIELD?"), say("FIELDM?"), say("RANGE?")] == [unit, text, letter, number]


@pytest.mark.parametrize("micro", ["u", "n"])
def test_microtesla(made: Any, talk: Any, shown: Any, micro: str):
    say = talk(made("421", probe="UHS", micro=micro))
    say("UNIT T")
    shown(123.456e-6 * TESLA_A_PER_M)
    assert [say("FIELD?"), say("FIELDM?"), say("TYPE?")] == ["+123.46", micro, "2"]


def test_the_range_may_change_between_the_two_questions(say: Any, probe: Any, clock: Any):
    say("UNIT T")
    probe.field_a_per_m = 0.29 * TESLA_A_PER_M
    clock.sleep(0.21)
    number = say("FIELD?")
    probe.field_a_per_m = 0.31 * TESLA_A_PER_M
    clock.sleep(0.21)
    assert [number, say("FIELDM?"), say("FIELD?")] == ["+290.00", " ", "+0.3100"]


@pytest.mark.parametrize(("fast", "interval_s"), [(0, 0.2), (1, 1 / 18)])
def test_a_reading_stays_until_the_next(say: Any, probe: Any, clock: Any, fast: int, interval_s: float):
    say("UNIT G")
    say(f"FAST {fast};RANGE 0")
    changes, last = 0, None
    for n in range(3000):
        probe.field_a_per_m = 1000.0 * n
        found = say("FIELD?")
        changes += found != last
        last = found
        clock.sleep(0.001)
        if n * 1000.0 > 2.3e6:
            break
    assert changes == pytest.approx(n * 0.001 / interval_s, abs=1)


def test_a_fixed_range_and_its_overload(say: Any, shown: Any):
    shown(0.2 * TESLA_A_PER_M)
    say("RANGE 2")
    assert [say("AUTO?"), say("RANGE?"), say("FIELD?")] == ["0", "2", "OL"]
    say("AUTO 1")
    assert [say("AUTO?"), say("RANGE?")] == ["1", "1"]
    shown(4.0 * TESLA_A_PER_M)
    assert say("FIELD?") == "OL"


def test_fast_mode_ends_autorange(say: Any):
    say("MAX 1;REL 1")
    say("FAST 1")
    assert [say("FAST?"), say("AUTO?"), say("MAX?"), say("REL?"), say("ALARM?")] == ["1", "0", "0", "0", "0"]


def test_without_a_probe(made: Any, talk: Any):
    assert talk(made("421", probe="none"))("FIELD?") == "NO PROBE"
    assert talk(made("421", probe="none", no_probe_text="----"))("FIELD?") == "----"
    with pytest.raises(ValueError, match="probe 'XYZ' was asked for; allowed: HSE, HST, UHS, none"):
        made("421", probe="XYZ")


def test_zeroing_takes_twenty_seconds(say: Any, meter: Any, shown: Any, clock: Any):
    say("UNIT G")
    shown(80.0)
    say("ZCAL")
    assert meter.busy
    assert meter.next_event_s == clock.now() + 20.0  # pymeasure waits as long
    clock.sleep(20.0)
    meter.poll()
    assert not meter.busy
    assert float(say("FIELD?")) == 0.0


def test_set_points_are_in_unit_and_multiplier_of_the_range(say: Any, shown: Any):
    shown(0.1 * TESLA_A_PER_M)
    say("UNIT T")  # 300 mT: milli
    for name in ("RELS", "ALMH", "ALML"):
        say(f"{name} 60")
        assert [float(say(f"{name}?")), say(f"{name}M?")] == [60.0, "m"]
    assert [float(say("RELR?")), say("RELRM?")] == [40.0, "m"]


def test_largest_reading(say: Any, shown: Any):
    say("UNIT G")
    for gauss in (10.0, -25.0, 5.0):
        shown(gauss * 1e-4 * TESLA_A_PER_M)
        say("FIELD?")
    assert float(say("MAXR?")) == 25.0
    say("MAXC")
    assert float(say("MAXR?")) == 5.0  # it begins again with the present field


@pytest.mark.parametrize(
    "name", ["ACDC", "ALARM", "ALMB", "ALMIO", "ALMSORT", "AUTO", "FAST", "FILT", "LOCK", "MAX", "REL"]
)
def test_switches(say: Any, meter: Any, name: str):
    for value in ("1", "0"):
        say(f"{name} {value}")
        assert say(f"{name}?") == value
    say(f"{name} 2")
    assert say(f"{name}?") == "0"
    assert meter.unmodelled == ([f"{name} 1"] if name in {"ACDC", "ALARM", "FILT"} else [])


def test_other_settings(say: Any):
    say("BRIGT 3;BAUD 1;UNIT X")
    assert [say("BRIGT?"), say("BAUD?"), say("UNIT?"), say("SNUM?"), say("ALMS?")] == ["3", "1", "G", "H12345", "0"]
    say("*RST")
    assert say("BRIGT?") == "7"


def test_it_has_no_status_registers(say: Any, meter: Any):
    assert [say("*ESR?"), say("*STB?"), say("RDGFIELD?")] == [None] * 3
    assert meter.unknown == ["*ESR?", "*STB?", "RDGFIELD?"]
    assert meter.status_byte(message_available=True) == 0
