"""Dialogue of Lake Shore F41 and F71: what the vendor's Python driver sends and how it reads the answers."""

from __future__ import annotations

import math
from typing import Any

import pytest

TESLA_A_PER_M = 1e7 / (4 * math.pi)
pytestmark = pytest.mark.parametrize("model", ["F41", "F71"])


@pytest.fixture
def meter(made: Any, model: str) -> Any:
    return made(model)


@pytest.fixture
def say(meter: Any, talk: Any) -> Any:
    return talk(meter)


def floats(text: str) -> list[float]:
    return [float(part) for part in text.split(",")]


def test_identity(say: Any, model: str):
    maker, name, _, firmware = say("*IDN?").split(",")
    assert (maker, name) == ("LSCI", model)
    assert [int(part) for part in firmware.split(".")] >= [1, 6, 2019092002]  # newest that the vendor's driver asks for


@pytest.mark.parametrize(("unit", "value"), [("TESLA", 0.5), ("GAUSS", 5e3)])
def test_units(say: Any, shown: Any, unit: str, value: float):
    shown(0.5 * TESLA_A_PER_M)
    say(f"UNIT:FIELD {unit}")
    assert say("UNIT:FIELD?") == unit
    assert float(say("FETCH:DC?")) == pytest.approx(value, rel=1e-8)
    assert float(say("FETCh:RMS?")) == pytest.approx(value, rel=1e-8)


def test_a_single_axis_has_a_sign(say: Any, shown: Any):
    shown(-0.5 * TESLA_A_PER_M)
    for query in ("FETCH:DC?", "FETCH:DC? X", "FETCH:DC? MAG"):
        assert float(say(query)) == pytest.approx(-0.5, rel=1e-8)
    assert say("PROBE:AXES?") == "1"


def test_three_axes_and_a_magnitude_without_sign(made: Any, talk: Any, shown: Any, model: str):
    say = talk(made(model, probe="3", axis="Z"))
    shown(-0.5 * TESLA_A_PER_M)
    assert float(say("FETCH:DC?")) == pytest.approx(0.5, rel=1e-8)
    assert floats(say("FETC:DC? ALL")) == pytest.approx([0.5, 0.0, 0.0, -0.5], rel=1e-8)
    assert [float(say(f"FETC:DC? {axis}")) for axis in "XYZ"] == pytest.approx([0.0, 0.0, -0.5], rel=1e-8)
    assert say("PROBE:AXES?") == "3"


def test_a_chain_as_the_vendor_sends_it(say: Any, shown: Any):
    shown(TESLA_A_PER_M)
    first, *rest = say("SENSE:AVERAGE:COUNT 25;:FETCH:DC?;:FETCH:TEMP?;:SYSTem:ERRor:ALL?").split(";")
    assert float(first) == pytest.approx(1.0, rel=1e-8)
    assert rest == ["23.0", '0,"No error"']


def test_ranges(say: Any, shown: Any):
    shown(0.2 * TESLA_A_PER_M)
    assert [say("SENS:RANGE:AUTO?"), float(say("SENS:RANGE?"))] == ["1", pytest.approx(0.35)]
    say("SENS:RANGE 1.2")  # the lowest that holds it
    assert [say("SENS:RANGE:AUTO?"), float(say("SENS:RANGE?"))] == ["0", pytest.approx(3.5)]
    say("UNIT:FIELD GAUSS;:SENS:RANGE 300")
    assert [float(say("SENS:RANGE?")), float(say("FETCH:DC?"))] == [pytest.approx(350.0), 9.9e37]
    assert say("STATus:OPERation:CONDition?") == "2"
    say("SENS:RANGE 1e9")
    assert say("SYST:ERR:ALL?").startswith("-222")


def test_status_live_and_latched(say: Any, shown: Any):
    say("SENS:RANGE 0.01")
    shown(TESLA_A_PER_M)
    assert [say("STATus:OPERation:CONDition?"), say("STATus:QUEStionable:CONDition?")] == ["2", "0"]
    shown(0.0)
    assert [say("STATus:OPERation:CONDition?"), say("STATus:OPERation:EVENt?"), say("STAT:OPER?")] == ["0", "2", "0"]
    say("STATus:OPERation:ENABle 2")
    assert int(say("*STB?")) & 0x80 == 0
    shown(TESLA_A_PER_M)
    assert [say("STAT:OPER:ENAB?"), int(say("*STB?")) & 0x80] == ["2", 0x80]
    say("STAT:PRES")
    assert say("STAT:OPER:ENAB?") == "0"


def test_without_a_probe(made: Any, talk: Any, model: str):
    say = talk(made(model, probe="none"))
    assert [say("STAT:OPER:COND?"), float(say("FETC:DC?")), say("PROB:AXES?")] == ["1", 9.91e37, "0"]
    with pytest.raises(ValueError, match="axis 'W' was asked for; allowed: X, Y, Z"):
        made(model, axis="W")


@pytest.mark.parametrize("count", [1, 10, 20])
def test_a_reading_stays_for_the_averaging_window(say: Any, probe: Any, clock: Any, count: int):
    """The count is in 10 ms."""
    say(f"SENS:AVERAGE:COUNT {count}.0")
    assert say("SENS:AVERAGE:COUNT?") == str(count)
    changes, last = 0, None
    for n in range(2000):
        probe.field_a_per_m = float(n)
        found = say("FETC:DC?")
        changes += found != last
        last = found
        clock.sleep(0.001)
    assert changes == pytest.approx(2.0 / (0.01 * count), abs=1)


def test_the_buffer_gives_each_point_once(say: Any, shown: Any):
    shown(TESLA_A_PER_M)
    stamp, *numbers = say("FETC:BUFF:DC?").strip('"').rstrip(";").split(",")
    assert stamp.startswith("2026-01-01T00:00:01")
    assert [float(number) for number in numbers] == pytest.approx([1.0, 1.0, 0.0, 0.0, 0.0], rel=1e-8)
    assert say("FETC:BUFF:DC?") == '""'


def test_largest_smallest_relative(say: Any, shown: Any):
    for tesla in (0.1, -0.05, 0.02):
        shown(tesla * TESLA_A_PER_M)
        say("FETC:DC?")
    assert [float(part) for part in say("FETCH:MAX?;:FETCH:MIN?").split(";")] == pytest.approx([0.1, -0.05], rel=1e-8)
    say("SENS:MRESET")
    assert float(say("FETCH:MIN?")) == pytest.approx(0.02, rel=1e-8)
    say("SENS:RELATIVE:TARE")
    assert float(say("FETCH:RELATIVE?")) == 0.0
    say("SENS:RELATIVE:BASELINE 0.05")
    assert float(say("FETCH:RELATIVE?")) == pytest.approx(-0.03, rel=1e-7)


@pytest.mark.parametrize(
    "name",
    [
        "SENS:TCOM:TSOURCE", "SENSE:FILT", "SENSE:FILTER:LPASS:CUTOFF", "SENSE:QUALIFIER:LATCH", "SOURCE:FIELD:VLIMIT",
        "SOURCE:FIELD:CLL:RAMPRATE", "SOURCE:FIELD:OPL:VOLTAGE", "SOURCE:AOUT", "SOURCE:AOUT:SFACTOR",
    ],
)  # fmt: skip
def test_settings_that_the_world_does_not_show_are_kept_and_noted(say: Any, meter: Any, name: str):
    say(f"{name} 3")
    assert say(f"{name}?") == "3"
    assert len(meter.unmodelled) == 1
    say("SYSTEM:PRESET")
    assert say(f"{name}?") != "3"


def test_errors(say: Any, meter: Any):
    say("SYST:ERR:CLE")
    assert [say("NOPE?"), say("SENS:MODE XY"), say("UNIT:FIELD OERSTED")] == [None] * 3
    assert say("SYSTEM:ERROR:ALL?").count('"') == 6
    assert say("SYSTEM:ERROR:ALL?") == '0,"No error"'
    assert [say("SENS:MODE?"), say("UNIT:FIELD?"), meter.unknown] == ["DC", "TESLA", ["NOPE?"]]
    say("SENS:MODE AC")
    assert meter.unmodelled == ["SENSE:MODE AC: not DC"]
