"""Dialogue of the Lake Shore 475. Oracles: the definitions of the units (1 Oe = 1000/4 pi A/m) and the manual's formats."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_sim.instruments.gaussmeters.lakeshore_475 import LakeShore475, engineering


@pytest.fixture
def meter(probe: Any) -> LakeShore475:
    return LakeShore475(probe, {})


@pytest.fixture
def say(meter: LakeShore475, talk: Any) -> Any:
    talker = talk(meter)
    talker("*CLS")
    return talker


# 1 T corresponds to 1e7/(4 pi) A/m and to 1e4 G (CODATA mu0 differs from 4 pi e-7 by 1e-10)
@pytest.mark.parametrize(
    ("unit", "text"), [(1, "+010.0000E+03"), (2, "+001.0000E+00"), (3, "+010.0000E+03"), (4, "+795.7747E+03")]
)
def test_one_tesla_in_each_unit(say: Any, probe: Any, unit: int, text: str):
    probe.field_a_per_m = 1e7 / (4 * math.pi)
    say(f"UNIT {unit}")
    assert [say("UNIT?"), say("RDGFIELD?")] == [str(unit), text]


@given(st.floats(-1e9, 1e9))
def test_the_text_holds_seven_digits_and_its_shape(value: float):
    text = engineering(value)
    assert re.fullmatch(r"[+-]\d{3}\.\d{4}E[+-]\d{2}", text)
    assert float(text) == pytest.approx(value, rel=5.1e-5, abs=1e-99)
    if text[1:4] > "099":
        assert float(text) == pytest.approx(value, rel=5.1e-7)


def test_the_text_resolves_the_noise_of_the_probe(say: Any, probe: Any):
    say("UNIT 4")
    probe.field_a_per_m = 799_999.8
    assert float(say("RDGFIELD?")) == pytest.approx(799_999.8, abs=0.06)


def test_identity_and_plain_queries(say: Any):
    assert say("*IDN?").startswith("LSCI,MODEL475,")
    assert len(say("*IDN?").split(",")) == 4
    assert [say("TYPE?"), say("RDGFRQ?"), float(say("RDGTEMP?"))] == ["40", "+000.000E+00", 23.0]


def test_ranges(say: Any, probe: Any):
    assert [say("AUTO?"), say("RANGE?")] == ["1", "1"]
    probe.field_a_per_m = 8e5
    assert say("RANGE?") == "4"
    say("AUTO 0")
    assert [say("AUTO?"), say("RANGE?")] == ["0", "4"]
    say("RANGE 2")
    assert [say("RDGFIELD?"), say("OPST?"), say("OPSTR?"), say("AUTO?")] == ["OL", "002", "002", "0"]
    probe.field_a_per_m = 1e3
    assert [say("OPST?"), say("OPSTR?")] == ["000", "000"]
    probe.field_a_per_m = 8e5
    say("AUTO 1")
    assert say("RDGFIELD?") != "OL"


def test_the_overload_text_is_the_world_files(probe: Any, talk: Any):
    probe.field_a_per_m = 1e7
    assert talk(LakeShore475(probe, {"overload_text": "----"}))("RDGFIELD?") == "----"


def test_reading_mode_has_five_arguments(say: Any, meter: LakeShore475):
    say("RDGMODE 1,2,2,1,1")
    assert [say("RDGMODE?"), say("*ESR?")] == ["1,2,2,1,1", "000"]
    say("RDGMODE 1,2,1")
    assert say("*ESR?") == "032"
    say("RDGMODE 9,2,1,1,1")
    assert say("*ESR?") == "016"
    say("RDGMODE 2,2,2,1,1")
    assert meter.unmodelled == ["RDGMODE 2: not DC"]


def test_zero_and_relative(say: Any, probe: Any):
    say("UNIT 4")
    probe.field_a_per_m = 40.0
    say("ZPROBE")
    probe.field_a_per_m = 140.0
    assert float(say("RDGFIELD?")) == 100.0
    say("REL 1,1")
    probe.field_a_per_m = 190.0
    assert [float(say("RDGREL?")), float(say("RDGFIELD?")), say("REL?")] == [50.0, 150.0, "1,1"]


@pytest.mark.parametrize(("text", "event"), [("UNIT 5", "016"), ("UNIT 0", "016"), ("UNIT", "032"), ("RANGE 9", "016")])
@pytest.mark.parametrize("query", ["UNIT?"])
def test_refusals(say: Any, text: str, event: str, query: str):
    assert say(text) is None
    assert [say("*ESR?"), say(query)] == [event, "1"]


def test_a_chain_is_joined(say: Any):
    assert say("UNIT 4;UNIT?;RANGE?") == "4;1"


def test_reset(say: Any):
    say("UNIT 4;RANGE 1;*RST")
    assert say("UNIT?;AUTO?") == "1;1"


def test_the_old_dialect_is_unknown(say: Any, meter: LakeShore475):
    assert say("FIELD?") is None
    assert meter.unknown == ["FIELD?"]


def test_a_high_stability_probe_reads_ten_times_as_far(probe: Any, talk: Any):
    """Probes of this family: high sensitivity to 35 kG, high stability to 350 kG (1 T is 1e7/(4 pi) A/m)."""
    probe.field_a_per_m = 14e7 / (4 * math.pi)
    say = talk(LakeShore475(probe, {"probe": "HST"}))
    assert [say("TYPE?"), say("RDGFIELD?"), say("RANGE?")] == ["41", "+140.0000E+03", "4"]
    assert talk(LakeShore475(probe, {"probe": "HSE"}))("RDGFIELD?") == "OL"
    with pytest.raises(ValueError, match=r"^probe 'UHS' was asked for; allowed: HSE, HST$"):
        LakeShore475(probe, {"probe": "UHS"})
