"""Dialogue of Lake Shore 425, 455, 475. Oracles: definitions of the units (1 Oe = 1000/4 pi A/m), formats of the manuals,
what published drivers send."""

from __future__ import annotations

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_sim.instruments.gaussmeters.probes import engineering

ALL = pytest.mark.parametrize("model", ["425", "455", "475"])
DSP = pytest.mark.parametrize("model", ["455", "475"])
TESLA_A_PER_M = 1e7 / (4 * math.pi)


@pytest.fixture
def meter(made: Any, model: str) -> Any:
    return made(model)


@pytest.fixture
def say(meter: Any, talk: Any) -> Any:
    return talk(meter)


# 1 T corresponds to 1e7/(4 pi) A/m and to 1e4 G (CODATA mu0 differs from 4 pi e-7 by 1e-10)
@ALL
@pytest.mark.parametrize(
    ("unit", "text"), [(1, "+010.0000E+03"), (2, "+001.0000E+00"), (3, "+010.0000E+03"), (4, "+795.7747E+03")]
)
def test_one_tesla_in_each_unit(say: Any, shown: Any, unit: int, text: str):
    shown(TESLA_A_PER_M)
    say(f"UNIT {unit}")
    assert [say("UNIT?"), say("RDGFIELD?")] == [str(unit), text]


@given(st.floats(-1e9, 1e9))
def test_the_text_holds_seven_digits_and_its_shape(value: float):
    text = engineering(value)
    assert re.fullmatch(r"[+-]\d{3}\.\d{4}E[+-]\d{2}", text)
    assert float(text) == pytest.approx(value, rel=5.1e-5, abs=1e-99)
    if text[1:4] > "099":
        assert float(text) == pytest.approx(value, rel=5.1e-7)


@ALL
def test_the_text_resolves_the_noise_of_the_probe(say: Any, shown: Any):
    say("UNIT 4")
    shown(799_999.8)
    assert float(say("RDGFIELD?")) == pytest.approx(799_999.8, abs=0.06)


@ALL
def test_identity_and_plain_queries(say: Any, model: str):
    assert say("*IDN?").startswith(f"LSCI,MODEL{model},")
    assert len(say("*IDN?").split(",")) == 4
    assert say("TYPE?") == "40"
    assert float(say("PRBSENS?")) == 1.0


# highest range of an HSE probe: 3.5 T; pymeasure has the 425's as 35, 350, 3500, 35000 G
@pytest.mark.parametrize(("model", "low", "high"), [("425", "1", "4"), ("455", "2", "5"), ("475", "2", "5")])
def test_ranges(say: Any, shown: Any, low: str, high: str):
    shown(2.5e3)  # 3.1 mT
    assert [say("AUTO?"), say("RANGE?")] == ["1", low]
    shown(8e5)
    assert say("RANGE?") == high
    say("AUTO 0")
    assert [say("AUTO?"), say("RANGE?")] == ["0", high]
    say(f"RANGE {low}")
    assert [say("RDGFIELD?"), say("OPST?"), say("AUTO?")] == ["OL", "002", "0"]
    shown(2.5e3)
    assert say("OPST?") == "004"  # a new reading
    assert say("RDGFIELD?") != "OL"
    shown(8e5)
    say("AUTO 1")
    assert say("RDGFIELD?") != "OL"


@ALL
def test_status_live_and_latched(say: Any, shown: Any):
    say("RANGE 1")
    shown(8e5)
    say("OPSTR?")
    assert int(say("OPSTR?")) & 0b11 == 0b10
    shown(0.0)
    assert [int(say("OPST?")) & 0b11, int(say("OPSTR?")) & 0b11, int(say("OPSTR?")) & 0b11] == [0, 0, 0]
    shown(8e5)
    say("RDGFIELD?")
    shown(0.0)
    assert [int(say("OPST?")) & 0b11, int(say("OPSTR?")) & 0b11] == [0, 0b10]


@DSP
def test_the_summary_bit_wants_an_enabled_event(say: Any, shown: Any):
    say("RANGE 1")
    shown(8e5)
    assert int(say("*STB?")) & 0x80 == 0
    say("OPSTE 2")
    assert [say("OPSTE?"), int(say("*STB?")) & 0x80] == ["002", 0x80]


@ALL
@pytest.mark.parametrize(
    ("probe_kind", "field", "field_text", "status"),
    [("UHS", 8e5, "OL", 2), ("none", 8e5, "NO PROBE", 1), ("HST", 14 * TESLA_A_PER_M, "+140.0000E+03", 0)],
)
def test_probes(
    made: Any, talk: Any, shown: Any, model: str, probe_kind: str, field: float, field_text: str, status: int
):
    say = talk(made(model, probe=probe_kind))
    shown(field)
    assert [say("RDGFIELD?"), int(say("OPST?")) & 3] == [field_text, status]
    assert say("TYPE?") == {"UHS": "42", "none": "00", "HST": "41"}[probe_kind]


@ALL
def test_texts_are_the_world_files(made: Any, talk: Any, shown: Any, model: str):
    shown(1e7)
    assert talk(made(model, overload_text="----"))("RDGFIELD?") == "----"
    assert talk(made(model, probe="none", no_probe_text="+0.0"))("RDGFIELD?") == "+0.0"


@ALL
@pytest.mark.parametrize(("key", "value"), [("probe", "XYZ"), ("terminator", "cr"), ("chain", "no")])
def test_options_that_do_not_exist(made: Any, model: str, key: str, value: str):
    with pytest.raises(ValueError, match=rf"^{key} '{value}' was asked for; allowed: "):
        made(model, **{key: value})


@DSP
def test_reading_mode_has_five_arguments(say: Any, meter: Any):
    say("*CLS")
    say("RDGMODE 1,2,2,1,1")
    assert [say("RDGMODE?"), say("*ESR?")] == ["1,2,2,1,1", "000"]
    say("RDGMODE 1, 3")  # fsc2's driver of the 455
    assert [say("RDGMODE?"), say("*ESR?")] == ["1,3,2,1,1", "000"]
    say("RDGMODE 1,2,1")
    assert say("*ESR?") == "032"
    say("RDGMODE 9,2,1,1,1")
    assert say("*ESR?") == "016"
    assert meter.unmodelled == []
    say("RDGMODE 2,2,2,1,1")
    assert meter.unmodelled == ["RDGMODE 2: not DC"]


@pytest.mark.parametrize("model", ["425"])
def test_reading_mode_of_the_425_has_three(say: Any, meter: Any):
    for sent, found in (("1,0,2", "1,0,2"), ("2, 1, 1", "2,1,1"), ("1,2,2,1,1", "2,1,1"), ("3,0,1", "2,1,1")):
        say(f"RDGMODE {sent}")
        assert say("RDGMODE?") == found
    assert meter.unmodelled == ["RDGMODE 2: not DC"]


@pytest.mark.parametrize("model", ["425"])
def test_the_425_knows_two_common_commands(say: Any, meter: Any):
    assert [say("*ESR?"), say("*CLS"), say("*SRE 1"), say("*STB?")] == [None] * 4
    assert meter.unknown == ["*ESR?", "*CLS", "*SRE 1", "*STB?"]
    say("UNIT 4")
    say("*RST")
    assert say("UNIT?") == "1"


@ALL
def test_the_last_question_again(say: Any):
    assert say("?") is None
    assert [say("UNIT?"), say("UNIT 2"), say("?"), say("AUTO?"), say("?")] == ["1", None, "2", "1", "1"]


@ALL
def test_chains(made: Any, talk: Any, model: str):
    assert talk(made(model))("UNIT 4;UNIT?;AUTO?") == "4;1"
    refusing = made(model, chain="refused")
    assert talk(refusing)("UNIT 4;UNIT?") is None
    assert refusing.unknown == ["UNIT 4;UNIT?"]
    assert talk(refusing)("UNIT?") == "1"


@ALL
def test_zeroing_takes_its_time(say: Any, meter: Any, shown: Any, clock: Any):
    say("UNIT 4")
    shown(40.0)
    say("ZPROBE")
    assert meter.next_event_s == clock.now() + 5.0
    assert float(say("RDGFIELD?")) == 40.0
    clock.sleep(5.0)
    meter.poll()
    shown(140.0)
    assert float(say("RDGFIELD?")) == 100.0
    assert int(say("OPST?")) & 0x80
    say("ZCLEAR")
    assert float(say("RDGFIELD?")) == 140.0


@DSP
def test_relative_to_a_set_point_or_to_the_present_field(say: Any, shown: Any):
    """Manual 475 p. 6-38: source 1 user defined (RELSP), 2 present field."""
    say("UNIT 4")
    shown(150.0)
    say("RELSP 1.0E+02")
    say("REL 1,1")
    assert [float(say("RELSP?")), float(say("RDGREL?")), say("REL?")] == [100.0, 50.0, "1,1"]
    say("REL 1,2")
    shown(190.0)
    assert [float(say("RDGREL?")), float(say("RDGFIELD?")), say("REL?")] == [40.0, 190.0, "1,2"]


@pytest.mark.parametrize("model", ["425"])
def test_relative_of_the_425_has_no_source(say: Any, shown: Any):
    say("UNIT 4")
    say("RELSP 100")
    shown(150.0)
    say("REL 1")
    assert [say("REL?"), float(say("RDGREL?"))] == ["1", 50.0]


@ALL
def test_largest_and_smallest_reading(say: Any, shown: Any):
    say("UNIT 4")
    for field in (100.0, -50.0, 20.0):
        shown(field)
        say("RDGFIELD?")
    assert [float(text) for text in say("RDGMNMX?").split(",")] == [-50.0, 100.0]
    assert float(say("RDGMX?")) == 100.0
    say("MXRST")
    assert float(say("RDGMX?")) == 20.0


@pytest.mark.parametrize(
    ("model", "digits", "interval_s"),
    [("475", 3, 0.1), ("475", 2, 1 / 30), ("475", 1, 0.01), ("455", 3, 0.1), ("425", None, 0.1)],
)
def test_a_reading_stays_until_the_next(say: Any, probe: Any, clock: Any, digits: int | None, interval_s: float):
    """10, 30, 100 readings a second with 5, 4, 3 digits."""
    say("UNIT 4")
    if digits is not None:
        say(f"RDGMODE 1,{digits},1,1,1")
    changes, last = 0, None
    for n in range(3000):
        probe.field_a_per_m = float(n)
        found = say("RDGFIELD?")
        changes += found != last
        last = found
        clock.sleep(0.001)
    assert changes == pytest.approx(3.0 / interval_s, abs=1)


@DSP
@pytest.mark.parametrize(("text", "event"), [("UNIT 5", "016"), ("UNIT 0", "016"), ("UNIT", "032"), ("RANGE 9", "016")])
def test_refusals(say: Any, text: str, event: str):
    say("*CLS")
    assert say(text) is None
    assert [say("*ESR?"), say("UNIT?")] == [event, "1"]


@ALL
def test_reset_and_factory_defaults(say: Any):
    for restore in ("*RST", "DFLT 99"):
        say("UNIT 4;RANGE 1")
        say(restore)
        assert say("UNIT?;AUTO?") == "1;1"
    say("UNIT 4")
    say("DFLT 1")
    assert say("UNIT?") == "4"


@pytest.mark.parametrize(
    ("model", "sent", "asked", "found"),
    [
        ("425", "ALARM 1,1,100,300,1,0,0", "ALARM?", "1,1,+100.0000E+00,+300.0000E+00,1,0,0"),  # manual p. 52
        ("425", "RELAY 2,1", "RELAY?", "2,1"),  # manual p. 56
        ("475", "CPARAM 1.0,2.0,3.0,4.0", "CPARAM?", "+001.0000E+00,+002.0000E+00,+003.0000E+00,+004.0000E+00"),
        ("475", "CMODE 1", "CMODE?", "1"),  # InstrumentKit
        ("475", "CSETP 0.5", "CSETP?", "+500.0000E-03"),  # InstrumentKit
        (
            "455",
            "ANALOG 3,1,0.000E-3,00.000E-3,1.5,10",
            "ANALOG?",
            "3,1,+000.0000E+00,+000.0000E+00,+001.5000E+00,+010.0000E+00",
        ),
    ],
)
def test_settings_that_the_world_does_not_show_are_kept_and_noted(
    say: Any, meter: Any, sent: str, asked: str, found: str
):
    say(sent)
    assert say(asked) == found
    assert meter.unmodelled == [sent]
    say(sent.split(",", maxsplit=1)[0] + ",x")
    assert say(asked) == found


@ALL
def test_the_old_dialect_is_unknown(say: Any, meter: Any):
    assert say("FIELD?") is None
    assert meter.unknown == ["FIELD?"]
