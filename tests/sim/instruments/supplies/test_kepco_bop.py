"""Dialogue of the Kepco BOP. Oracles: the manual's formats, and the circuit's equation solved by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import vsmdaq_configs
from vsmdaq_sim.instruments.supplies.kepco_bop import KepcoBop
from vsmdaq_sim.world import World

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
R_OHM, L_H = 0.45, 0.1  # of the reference magnet
STEP_A = 12.0 / 32768


@pytest.fixture
def world() -> World:
    return World.load(REFERENCE)


@pytest.fixture
def make(world: World, talk: Any) -> Any:
    def make(*, serial: bool = False, **options: Any) -> Any:
        return talk(KepcoBop(world.magnet, world.clock, options, serial=serial))

    return make


@pytest.fixture
def say(make: Any) -> Any:
    """In current mode at full scale, output on, 30 V."""
    talker = make()
    talker("FUNC:MODE CURR;:CURR:RANG 1;:VOLT 30;:OUTP ON;*CLS")
    return talker


def test_it_wakes_up_in_voltage_mode_with_the_output_off(make: Any):
    say = make()
    assert [say("FUNC:MODE?"), say("OUTP?"), say("CURR?"), say("VOLT?")] == ["0", "0", "0.0E0", "0.0E0"]


@pytest.mark.parametrize(
    ("options", "identity"),
    [
        ({}, "KEPCO,BIT 4886 36-12  08-04-2023,H249977,4.04-1.82"),
        ({"identity": "spaced", "model": "200-20"}, "KEPCO, BIT4886-6 200-20, A38621 11/10/98, 1.81-1.81"),
    ],
)
def test_identity(make: Any, options: dict[str, str], identity: str):
    assert make(**options)("*IDN?") == identity


def test_a_set_point_is_driven_by_the_compliance(say: Any, world: World):
    say("CURR 10")
    world.clock.sleep(0.02)
    expected_a = 30.0 / R_OHM * (1.0 - math.exp(-0.02 * R_OHM / L_H))
    assert float(say("MEAS:CURR?")) == pytest.approx(expected_a, abs=STEP_A)
    assert float(say("MEAS:VOLT?")) == pytest.approx(30.0, abs=36.0 / 32768)
    world.clock.sleep(1.0)
    assert float(say("MEAS:CURR?")) == pytest.approx(10.0, abs=STEP_A)
    assert float(say("MEAS:VOLT?")) == pytest.approx(10.0 * R_OHM, abs=36.0 / 32768)


def test_a_set_point_reads_back_late(say: Any, world: World):
    say("CURR 10")
    world.clock.sleep(0.059)
    assert say("CURR?") == "0.0E0"
    world.clock.sleep(0.002)
    assert float(say("CURR?")) == pytest.approx(10.0, abs=STEP_A)


@pytest.mark.parametrize(
    ("value", "shown"), [("27.1", "2.71E1"), ("0.5", "5.0E-1"), ("-12", "-1.2E1"), ("1.00001e-1", "1.00001E-1")]
)
def test_numbers_are_written_with_an_exponent(make: Any, world: World, value: str, shown: str):
    say = make(model="36-32.768")  # steps of 1 mA
    say(f"FUNC:MODE CURR;:CURR:RANG 1;:CURR {value}")
    world.clock.sleep(0.1)
    found = say("CURR?")
    assert float(found) == pytest.approx(float(value), abs=0.5e-3)
    assert "E" in found
    if round(float(value), 3) == float(value):
        assert found == shown


def test_every_setting_is_rounded_to_16_bits(say: Any, world: World):
    say("CURR 1.2345")
    world.clock.sleep(1.0)
    assert float(say("CURR?")) == pytest.approx(round(1.2345 / STEP_A) * STEP_A, abs=5e-6)


def test_the_low_range_is_finer_and_ends_at_a_quarter(say: Any, world: World):
    say("CURR:RANG 4;:CURR 0.00009")
    world.clock.sleep(1.0)
    assert float(say("CURR?")) == pytest.approx(STEP_A / 4, rel=1e-5)
    say("CURR 3.01")
    assert say("SYST:ERR?") == '-222,"Data out of range"'
    assert say("CURR:RANG?") == "4"
    say("FUNC:MODE CURR")
    assert [say("CURR:RANG?"), say("CURR:RANG:AUTO?")] == ["1", "1"]  # a change of mode brings autoranging back


def test_output_off_lets_the_current_run_down_and_on_brings_it_back(say: Any, world: World):
    say("CURR 10")
    world.clock.sleep(1.0)
    say("OUTP OFF")
    world.clock.sleep(0.2)
    assert float(say("MEAS:CURR?")) == pytest.approx(10.0 * math.exp(-0.2 * R_OHM / L_H), abs=2 * STEP_A)
    assert float(say("MEAS:VOLT?")) == 0.0
    assert float(say("CURR?")) == pytest.approx(10.0, abs=STEP_A)
    world.clock.sleep(5.0)
    say("OUTP ON")
    world.clock.sleep(1.0)
    assert float(say("MEAS:CURR?")) == pytest.approx(10.0, abs=STEP_A)


def test_settings_may_be_hidden_while_the_output_is_off(make: Any, world: World):
    say = make(off_readback="zero")
    say("FUNC:MODE CURR;:CURR 5;:VOLT 30")
    world.clock.sleep(1.0)
    assert say("CURR?") == "0.0E0"
    say("OUTP ON")
    assert float(say("CURR?")) == pytest.approx(5.0, abs=STEP_A)


@pytest.mark.parametrize(("bits", "word"), [("current", "2"), ("voltage", "1"), ("both", "3")])
def test_compliance_shows_in_the_questionable_register(make: Any, world: World, bits: str, word: str):
    say = make(limit_bits=bits)
    say("FUNC:MODE CURR;:VOLT 2;:OUTP ON;:CURR 10")
    world.clock.sleep(10.0)
    assert float(say("MEAS:CURR?")) == pytest.approx(2.0 / R_OHM, abs=0.002)
    assert [say("STAT:QUES:COND?"), say("STAT:OPER:COND?")] == [word, "256"]
    say("VOLT 30")
    world.clock.sleep(1.0)
    assert [say("STAT:QUES:COND?"), say("STAT:OPER:COND?")] == ["0", "1024"]
    assert [say("STAT:QUES?"), say("STAT:QUES?")] == [word, "0"]  # latched, cleared by reading


def test_the_questionable_summary_needs_its_enable(make: Any):
    say = make()
    say("*CLS;:STAT:QUES?")
    say("FUNC:MODE CURR;:VOLT 2;:OUTP ON;:CURR 10")
    assert int(say("*STB?")) & 8 == 0
    say("STAT:QUES:ENAB 3")
    assert int(say("*STB?")) & 8 == 8
    say("STAT:PRES")
    assert [say("STAT:QUES:ENAB?"), int(say("*STB?")) & 8] == ["0", 0]


def test_voltage_mode(make: Any, world: World):
    say = make()
    say("CURR 8;:VOLT -1.8;:OUTP ON")
    world.clock.sleep(10.0)
    assert float(say("MEAS:CURR?")) == pytest.approx(-1.8 / R_OHM, abs=0.003)
    assert say("STAT:QUES:COND?") == "0"
    say("VOLT 18")  # 40 A would flow: limited
    world.clock.sleep(10.0)
    assert float(say("MEAS:CURR?")) == pytest.approx(8.0, abs=2 * STEP_A)
    assert [say("STAT:QUES:COND?"), say("STAT:OPER:COND?")] == ["1", "1024"]


def test_a_fault_switches_off_and_keeps_off(say: Any, world: World):
    say("CURR 10")
    world.clock.sleep(1.0)
    say.instrument.fail(8)
    assert [say("OUTP?"), say("STAT:QUES:COND?")] == ["0", "8"]
    say("OUTP ON")
    assert [say("OUTP?"), say("*ESR?")] == ["0", "16"]
    say.instrument.mend()
    say("OUTP ON")
    assert say("OUTP?") == "1"


def test_reset(say: Any, world: World):
    say("CURR 10")
    world.clock.sleep(1.0)
    say("*RST")
    world.clock.sleep(0.1)
    assert [say("OUTP?"), say("FUNC:MODE?"), say("CURR?")] == ["0", "0", "0.0E0"]
    assert world.magnet.current_a() == pytest.approx(10.0 * math.exp(-0.1 * R_OHM / L_H), abs=2 * STEP_A)


def test_on_rs232_it_listens_after_remote_only(make: Any, world: World):
    say = make(serial=True)
    say("CURR 5")
    assert say("SYST:ERR?") != '0,"No error"'
    world.clock.sleep(1.0)
    assert say("CURR?") == "0.0E0"
    say("SYST:REM 1;:CURR 5")
    world.clock.sleep(1.0)
    assert [say("SYST:REM?"), float(say("CURR?"))] == ["1", pytest.approx(5.0, abs=STEP_A)]
    assert say.instrument.reply_terminator == b"\r\n"


@pytest.mark.parametrize(
    "text", ["CURR 12.1", "VOLT 36.1", "FUNC:MODE POW", "OUTP 2", "CURR:RANG 2", "CURR 1e999", "CURR? SOME"]
)
def test_out_of_range(say: Any, text: str):
    say(text)
    assert [say("*ESR?"), say("SYST:ERR?"), say("SYST:ERR?")] == ["16", '-222,"Data out of range"', '0,"No error"']


@pytest.mark.parametrize("text", ["CURR", "CURR one", "CURR 1,2", "VOLT:LIM 5", "LIST:CURR 1"])
def test_what_it_does_not_understand(say: Any, text: str):
    say(text)
    assert say("*ESR?") == "32"


def test_words_for_the_ends_of_a_range(say: Any, world: World):
    assert [say("CURR? MAX"), say("VOLT? MIN")] == ["1.2E1", "-3.6E1"]
    say("CURR MAX")
    world.clock.sleep(1.0)
    assert float(say("CURR?")) == pytest.approx(12.0, abs=STEP_A)


def test_the_test_that_drives_a_magnet_to_its_limits_is_noted(say: Any):
    assert say("DIAG:TST?") == "0"
    assert say.instrument.unmodelled == ["DIAG:TST?"]


@pytest.mark.parametrize("options", [{"limit_bits": "none"}, {"identity": "?"}, {"off_readback": "no"}])
def test_options_that_are_refused(make: Any, options: dict[str, str]):
    with pytest.raises(ValueError, match="allowed are '"):
        make(**options)
