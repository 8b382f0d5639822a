"""Dialogue of the waveform generators. Oracles: the 33500 series manual ("Output termination"), and sines by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

import pytest

from vsmdaq_sim.instruments.others.keysight_33220a.instrument import WaveformGenerator
from vsmdaq_sim.instruments.others.keysight_33220a.tables import MODELS


@dataclass
class Terminals:
    driven: bool = True
    calls: list[tuple[float, float, float, bool]] = field(default_factory=list)

    def drive(self, open_v_rms: float, source_ohm: float, frequency_hz: float, *, reference: bool) -> None:
        self.calls.append((open_v_rms, source_ohm, frequency_hz, reference))

    @property
    def now(self) -> tuple[float, float, float, bool]:
        return self.calls[-1]


@pytest.fixture
def terminals() -> Terminals:
    return Terminals()


@pytest.fixture
def generator(terminals: Terminals) -> WaveformGenerator:
    return WaveformGenerator(terminals, MODELS["33220A"], {})


@pytest.fixture
def say(generator: WaveformGenerator, talk: Any) -> Any:
    return talk(generator)


def test_as_it_wakes_up(say: Any, terminals: Terminals):
    assert say("*IDN?").startswith("Agilent Technologies,33220A,")
    assert [say("FUNC?"), float(say("FREQ?")), float(say("VOLT?")), say("VOLT:UNIT?")] == ["SIN", 1000.0, 0.1, "VPP"]
    assert [say("OUTP?"), float(say("OUTP:LOAD?")), say("SYST:ERR?")] == ["0", 50.0, '+0,"No error"']
    assert terminals.now == (0.0, 50.0, 1000.0, True)


def test_the_load_setting_changes_the_numbers_and_not_the_output(say: Any, terminals: Terminals):
    say("VOLT 1;:OUTP ON")  # 1 Vpp into 50 ohm is 2 Vpp without load
    without_load = 2.0 / (2.0 * math.sqrt(2.0))
    assert terminals.now[0] == pytest.approx(without_load)
    say("OUTP:LOAD INF")
    assert [say("OUTP:LOAD?"), float(say("VOLT?"))] == ["9.9E+37", 2.0]
    assert terminals.now[0] == pytest.approx(without_load)
    say("VOLT 1")
    assert terminals.now[0] == pytest.approx(without_load / 2.0)
    say("OUTP:LOAD 50")
    assert float(say("VOLT?")) == 0.5


@pytest.mark.parametrize(("units", "after"), [("keep", "VRMS"), ("vpp", "VPP")])
def test_what_high_resistance_does_to_the_unit(terminals: Terminals, talk: Any, units: str, after: str):
    say = talk(WaveformGenerator(terminals, MODELS["33220A"], {"high_z_units": units}))
    say("VOLT:UNIT VRMS;:OUTP:LOAD INF")
    assert say("VOLT:UNIT?") == after


def test_units(say: Any):
    say("VOLT 1 VPP")
    for unit, value in (("VRMS", 1 / (2 * math.sqrt(2))), ("DBM", 10 * math.log10(1 / 8 / 50 / 1e-3))):
        say(f"VOLT:UNIT {unit}")
        assert float(say("VOLT?")) == pytest.approx(value)
    say("VOLT:UNIT VRMS;:VOLT 0.5;:FUNC SQU")
    assert float(say("VOLT?")) == pytest.approx(0.5 * math.sqrt(2.0))  # same Vpp, no crest


def test_no_dbm_without_load(say: Any):
    say("OUTP:LOAD INF;:VOLT:UNIT DBM")
    assert [say("VOLT:UNIT?"), say("SYST:ERR?")] == ["VPP", '-222,"Data out of range"']


def test_out_of_range_is_clipped_and_noted(say: Any):
    say("VOLT 11")
    assert [float(say("VOLT?")), say("SYST:ERR?")] == [10.0, '-222,"Data out of range; value clipped to upper limit"']
    say("VOLT 0.001;:FREQ 30E6")
    assert [float(say("VOLT?")), float(say("FREQ?"))] == [0.01, 20e6]
    assert float(say("VOLT? MAX")) == 10.0


def test_levels_offset_and_apply(say: Any, terminals: Terminals):
    say("VOLT:HIGH 2;LOW -1")
    assert [float(say("VOLT?")), float(say("VOLT:OFFS?"))] == [3.0, 0.5]
    say("APPL:SIN 83 HZ, 0.5 VRMS, 0")
    assert [float(say("FREQ?")), say("OUTP?")] == [83.0, "1"]
    assert terminals.now == (pytest.approx(1.0), 50.0, 83.0, True)
    assert say("APPL?").startswith('"SIN +8.3000000000000E+01,')


def test_square_and_sync(say: Any, terminals: Terminals):
    say("FUNC SQU;:VOLT 1;:OUTP ON;:OUTP:SYNC OFF")
    assert terminals.now == (pytest.approx(2.0 / (2.0 * math.sqrt(2.0)) * 4.0 / math.pi), 50.0, 1000.0, False)


def test_what_is_not_modelled_is_told(say: Any, generator: WaveformGenerator, terminals: Terminals):
    terminals.driven = False
    say("FUNC NOIS;:OUTP ON;:BURS:STAT ON")
    assert "output of NOIS" in generator.unmodelled
    assert any("no table [vibrator]" in text for text in generator.unmodelled)
    assert terminals.now[0] == 0.0


def test_the_second_channel_drives_nothing(terminals: Terminals, talk: Any):
    say = talk(WaveformGenerator(terminals, MODELS["33522B"], {}))
    say("SOUR2:FREQ 5;:SOUR2:VOLT 3;:OUTP2 ON")
    assert [float(say("SOUR2:FREQ?")), float(say("SOURCE1:FREQUENCY?"))] == [5.0, 1000.0]
    assert terminals.now[0] == 0.0


def test_reset(say: Any, terminals: Terminals):
    say("VOLT 1;:OUTP:LOAD INF;:OUTP ON;*RST")
    assert [say("OUTP?"), float(say("OUTP:LOAD?"))] == ["0", 50.0]
    assert terminals.now[0] == 0.0


@pytest.mark.parametrize("options", [{"high_z_units": "x"}])
def test_options(terminals: Terminals, options: Any):
    with pytest.raises(ValueError, match="allowed are"):
        WaveformGenerator(terminals, MODELS["33220A"], options)
