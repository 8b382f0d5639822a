"""Dialogue of the temperature controllers. Oracles: the manuals' formats and bits."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pytest

from vsmdaq_sim.instruments.others.lakeshore_335.instrument import LakeShore335


@dataclass
class Stove:
    temperature_k: float = 295.15
    set_point: float = 0.0
    share: float = 0.0
    calls: list[tuple[Any, ...]] = field(default_factory=list)

    def sensor_k(self) -> float:
        return self.temperature_k

    def set_point_k(self) -> float:
        return self.set_point

    def heater_share(self) -> float:
        return self.share

    def control(self, sensor_k: float, rate_k_per_s: float, power_share: float) -> None:
        self.calls.append(("control", sensor_k, rate_k_per_s, power_share))

    def heat(self, output_share: float, power_share: float) -> None:
        self.calls.append(("heat", output_share, power_share))


@pytest.fixture
def stove() -> Stove:
    return Stove()


@pytest.fixture
def controller(stove: Stove) -> LakeShore335:
    return LakeShore335(stove, "335", {})


@pytest.fixture
def say(controller: LakeShore335, talk: Any) -> Any:
    return talk(controller)


def test_readings(say: Any):
    assert say("*IDN?").startswith("LSCI,MODEL335,")
    assert [say("KRDG? A"), say("CRDG? a"), say("RDGST? A")] == ["+295.150", "+22.0000", "000"]
    assert 0.4 < float(say("SRDG? A")) < 0.7  # a diode at room temperature


@pytest.mark.parametrize(("kelvin", "text"), [(4.2, "+4.2000"), (77.35, "+77.3500"), (295.1234, "+295.123")])
def test_six_digits(say: Any, stove: Stove, kelvin: float, text: str):
    stove.temperature_k = kelvin
    assert say("KRDG? A") == text


@pytest.mark.parametrize(("kelvin", "status"), [(1.0, "016"), (501.0, "032"), (300.0, "000")])
def test_beyond_the_sensor_there_is_no_reading(say: Any, stove: Stove, kelvin: float, status: str):
    stove.temperature_k = kelvin
    assert say("RDGST? A") == status
    assert (float(say("KRDG? A")) == 0.0) == (status != "000")


def test_inputs_without_sensor(say: Any, controller: LakeShore335):
    assert [say("KRDG? B"), say("RDGST? B")] == ["+0.0000", "129"]
    controller.break_sensor()
    assert say("RDGST? A") == "129"
    say("INTYPE A,0,0,0,0,1")
    assert [say("INTYPE? A"), say("RDGST? A")] == ["0,0,0,0,1", "001"]


def test_closed_loop(say: Any, stove: Stove):
    say("SETP 1,310.5")
    assert stove.calls[-1] == ("heat", 0.0, 0.0)  # the heater is off
    say("RANGE 1,2")
    assert stove.calls[-1] == ("control", 310.5, math.inf, 0.1)
    assert [say("SETP? 1"), say("RANGE? 1"), say("OUTMODE? 1")] == ["+310.500", "2", "1,1,0"]
    say("RAMP 1,1,6.0;SETP 1,320")
    assert stove.calls[-1] == ("control", 320.0, pytest.approx(0.1), 0.1)
    stove.set_point, stove.share = 315.0, 0.256
    assert [say("RAMP? 1"), say("RAMPST? 1"), say("HTR? 1")] == ["1,+6.0000", "1", "+025.6"]
    stove.set_point = 320.0
    assert say("RAMPST? 1") == "0"
    say("RANGE 1,0")
    assert stove.calls[-1][0] == "heat"
    assert say("HTR? 1") == "+000.0"


def test_open_loop_and_celsius(say: Any, stove: Stove):
    say("OUTMODE 1,3,1,0;MOUT 1,40;RANGE 1,3")
    assert stove.calls[-1] == ("heat", 0.4, 1.0)
    say("OUTMODE 1,1,1,0;INTYPE A,1,0,0,0,2;SETP 1,50")
    assert stove.calls[-1] == ("control", pytest.approx(323.15), math.inf, 1.0)


def test_a_loop_cannot_be_closed_without_sensor(say: Any, stove: Stove, controller: LakeShore335):
    say("RANGE 1,3;SETP 1,310")
    controller.break_sensor()
    assert stove.calls[-1] == ("heat", 0.0, 1.0)
    say("OUTMODE 1,1,2,0")
    assert stove.calls[-1][0] == "heat"


def test_settings_are_kept_and_told(say: Any, controller: LakeShore335):
    say('PID 1,30,15,5;INNAME A,"VTI";TLIMIT A,400;FILTER A,1,8,2')
    assert [say("PID? 1"), say("INNAME? A")] == ["+0030.0,+0015.0,+0005", "VTI            "]
    assert [say("TLIMIT? A"), say("FILTER? A")] == ["+400.000", "1,8,2"]
    assert "PID 1,30,15,5" in controller.unmodelled


def test_the_336_has_four_inputs_and_no_heater_type(stove: Stove, talk: Any):
    say = talk(LakeShore335(stove, "336", {"input": "C"}))
    assert [say("KRDG? C"), say("RDGST? A"), say("OUTMODE? 1")] == ["+295.150", "129", "1,3,0"]
    assert [say("HTRSET? 1"), say("HTR? 3")] == ["1,2,+0.000,1", None]
    assert say("AOUT? 3") == "+000.0"


@pytest.mark.parametrize(
    ("text", "events"),
    [
        ("KRDG? C", "016"),
        ("SETP 1,-1", "016"),
        ("RAMP 1,1,101", "016"),
        ("RANGE 1,4", "016"),
        ("PID 1,0,1,1", "016"),
        ("SETP 1", "032"),
        ("KRDG?", "032"),
        ("HTRSET 1,1,2", "032"),
        ("FOO", "032"),
    ],
)
def test_errors(say: Any, text: str, events: str):
    say("*CLS")
    assert say(text) is None
    assert say("*ESR?") == events


def test_options(stove: Stove):
    with pytest.raises(ValueError, match="input is 'C'; allowed are A, B"):
        LakeShore335(stove, "335", {"input": "C"})


def test_reset_and_defaults(say: Any, stove: Stove):
    say("RANGE 1,3;SETP 1,310;DFLT 99")
    assert [say("RANGE? 1"), stove.calls[-1]] == ["0", ("heat", 0.0, 0.0)]
