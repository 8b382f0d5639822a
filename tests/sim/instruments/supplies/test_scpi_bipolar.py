"""Dialogue of the bipolar SCPI source. Oracles: SCPI-99, and the circuit's equation solved by hand."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

import vsmdaq_configs
from vsmdaq_sim.instruments.supplies.scpi_bipolar import ScpiBipolar
from vsmdaq_sim.world import World

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
R_OHM, L_H = 0.45, 0.1


@pytest.fixture
def world() -> World:
    return World.load(REFERENCE)


@pytest.fixture
def make(world: World, talk: Any) -> Any:
    return lambda **options: talk(ScpiBipolar(world.magnet, world.clock, options))


@pytest.fixture
def say(make: Any) -> Any:
    talker = make()
    talker("*CLS;VOLT 30;OUTP 1")
    return talker


def test_identity_and_power_up(make: Any):
    say = make(identity="ACME,X,1,2")
    assert [say("*IDN?"), say("OUTP?"), say("CURR?"), say("VOLT?")] == ["ACME,X,1,2", "0", "0.0000", "0.0000"]


@pytest.mark.parametrize("head", ["CURR", "SOUR:CURR", ":SOURce:CURRent:LEVel:IMMediate:AMPLitude", "curr:lev"])
def test_a_set_point_in_every_spelling(say: Any, world: World, head: str):
    say(f"{head} -4")
    world.clock.sleep(0.01)
    expected_a = -30.0 / R_OHM * (1.0 - math.exp(-0.01 * R_OHM / L_H))
    assert float(say("MEAS:CURR?")) == pytest.approx(expected_a, abs=4e-4)
    assert float(say("MEAS:VOLT?")) == pytest.approx(-30.0, abs=2e-3)
    assert float(say(f"{head}?")) == pytest.approx(-4.0, abs=4e-4)
    world.clock.sleep(1.0)
    assert float(say("MEAS:CURR?")) == pytest.approx(-4.0, abs=4e-4)


def test_the_readback_may_lag(make: Any, world: World):
    say = make(readback_lag_s=0.2)
    say("CURR 2")
    world.clock.sleep(0.19)
    assert float(say("CURR?")) == 0.0
    world.clock.sleep(0.02)
    assert float(say("CURR?")) == pytest.approx(2.0, abs=4e-4)


def test_status(say: Any, world: World):
    say("VOLT 0.9;CURR 5")
    world.clock.sleep(10.0)
    assert [float(say("MEAS:CURR?")), say("STAT:QUES:COND?")] == [pytest.approx(2.0, abs=2e-3), "1"]
    say.instrument.fail()
    assert [say("OUTP?"), say("STAT:QUES:COND?"), say("STAT:QUES?"), say("STAT:QUES?")] == ["0", "16", "17", "16"]
    say("OUTP ON")
    assert [say("OUTP?"), say("SYST:ERR?")] == ["0", '-222,"Data out of range"']
    say.instrument.mend()
    say("OUTP ON")
    assert say("OUTP?") == "1"


def test_a_supply_without_status_registers(make: Any):
    say = make(status=False)
    assert say("STAT:QUES:COND?") is None
    assert say.instrument.unknown == ["STAT:QUES:COND?"]


def test_reset_switches_off(say: Any, world: World):
    say("CURR 5")
    world.clock.sleep(1.0)
    say("*RST")
    assert [say("OUTP?"), say("CURR?")] == ["0", "0.0000"]
    world.clock.sleep(20.0)
    assert world.magnet.current_a() == 0.0


@pytest.mark.parametrize("text", ["CURR 10.1", "CURR -11", "VOLT -1", "VOLT 41", "OUTP 2"])
def test_out_of_range(say: Any, text: str):
    say(text)
    assert say("SYST:ERR?") == '-222,"Data out of range"'
