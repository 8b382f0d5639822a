"""Dialogue of the voltmeters. Oracles: the manuals' formats (9.9E37, -213), and times of the Truevolt guide."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from vsmdaq_sim.instruments.others import keithley_2000, keithley_2182a, keysight_34461a
from vsmdaq_sim.instruments.others.scpi_meter.instrument import ScpiMeter


@dataclass
class Volts:
    dc: float = 0.0
    ac: float = 0.0

    def dc_v(self) -> float:
        return self.dc

    def ac_v_rms(self) -> float:
        return self.ac


@dataclass
class Bench:
    meter: ScpiMeter
    volts: Volts
    clock: Any

    def __call__(self, message: str) -> Any:
        """One reply, also one that takes its time."""
        replies = self.meter.execute(message, message_available=False)
        while self.meter.busy:
            self.clock.sleep(max(0.0, self.meter.next_event_s - self.clock.now()))
            replies += self.meter.poll()
        return replies[0] if replies else None


@pytest.fixture
def bench(clock: Any) -> Any:
    def make(module: Any, **volts: float) -> Bench:
        source = Volts(**volts)
        return Bench(ScpiMeter(source, clock, module.MODEL), source, clock)

    return make


def test_keithley_2000_reads_ac(bench: Any):
    say = bench(keithley_2000, dc=-0.3, ac=0.5)
    say("CONF:VOLT:AC")
    assert [say("READ?"), say("FUNC?"), say(":CONF?")] == ["+5.000000E-01", '"VOLT:AC"', '"VOLT:AC"']
    say('SENS:FUNC "VOLTAGE:DC"')
    assert say(":READ?;:FUNC?") == '-3.000000E-01;"VOLT:DC"'


def test_after_power_on_it_measures_by_itself_and_read_is_refused(bench: Any):
    say = bench(keithley_2000, dc=0.25)
    assert [say("READ?"), say("SYST:ERR?")] == ["+2.500000E-01", '-213,"Init ignored"']
    say("INIT:CONT OFF")
    assert [say("READ?"), say("SYST:ERR?")] == ["+2.500000E-01", '0,"No error"']


@pytest.mark.parametrize("module", [keithley_2000, keithley_2182a, keysight_34461a])
def test_an_overflow_is_a_large_number_and_no_error(bench: Any, module: Any):
    say = bench(module, dc=-1.5)
    say("INIT:CONT OFF;:SENS:VOLT:RANG 1")
    assert float(say("READ?")) == -9.9e37
    assert say("SYST:ERR?").endswith('0,"No error"')
    assert say("STAT:QUES?") == "1"
    say("SENS:VOLT:RANG:AUTO 1")
    assert float(say("READ?")) == -1.5


def test_ranges_hold_the_value_and_a_fifth_more(bench: Any):
    say = bench(keithley_2000, dc=0.119)
    say("INIT:CONT OFF;:VOLT:RANG 0.1")
    assert float(say("READ?")) == 0.119
    say("VOLT:RANG 0.5")
    assert [float(say("VOLT:RANG?")), say("VOLT:RANG:AUTO?")] == [1.0, "0"]


def test_a_reading_takes_its_time_and_is_of_its_end(bench: Any):
    say = bench(keysight_34461a, ac=0.1)
    say("CONF:VOLT:AC;:VOLT:AC:BAND 3")
    assert say.meter.execute("READ?", message_available=False) == []
    assert say.meter.next_event_s == pytest.approx(say.clock.now() + 1.66)
    say.volts.ac = 0.2
    say.clock.sleep(1.66)
    assert say.meter.poll() == ["+2.00000000E-01"]


@pytest.mark.parametrize(("band", "seconds"), [(3, 1.66), (20, 0.25), (100, 0.25), (200, 0.025)])
def test_ac_filters_of_the_truevolt_series(bench: Any, band: int, seconds: float):
    say = bench(keysight_34461a, ac=1.0)
    say(f"CONF:VOLT:AC;:VOLT:AC:BAND {band}")
    begun_s = say.clock.now()
    say("READ?")
    assert say.clock.now() - begun_s == pytest.approx(seconds)


def test_init_and_fetch(bench: Any):
    say = bench(keysight_34461a, dc=1.0)
    say("CONF:VOLT:DC")
    assert [say("FETC?"), say("SYST:ERR?")] == [None, '-230,"Data corrupt or stale"']
    say("INIT")
    assert say("VOLT:RANG:AUTO?") == "1"  # others are answered meanwhile
    assert float(say("FETC?")) == 1.0
    say.volts.dc = 2.0
    assert float(say("FETC?")) == 1.0
    assert float(say("MEAS:VOLT:DC? DEF,DEF")) == 2.0


def test_references(bench: Any):
    say = bench(keithley_2182a, dc=1e-3)
    say("INIT:CONT 0;:SENS:VOLT:REF:ACQ;:SENS:VOLT:REF:STAT ON")
    say.volts.dc = 1.5e-3
    assert float(say("READ?")) == pytest.approx(5e-4)


def test_the_nanovoltmeter(bench: Any):
    say = bench(keithley_2182a, dc=1.234567891e-3)
    assert say("*IDN?").startswith("KEITHLEY INSTRUMENTS INC.,MODEL 2182A,")
    say(":SENS:CHAN 1;:SENS:FUNC 'VOLT';:SENS:VOLT:NPLC 5;:SENS:VOLT:RANG:AUTO 1;:INIT:CONT OFF")
    assert [say("SENS:FUNC?"), float(say("SENS:VOLT:NPLC?")), say("READ?")] == ['"VOLT:DC"', 5.0, "+1.23456789E-03"]


def test_functions_that_the_world_lacks_are_told(bench: Any):
    say = bench(keithley_2000)
    say("CONF:RES;:FUNC 'CURR:AC'")
    assert float(say("READ?")) == 0.0
    assert say.meter.unmodelled == ["FUNC CURR:AC"]


@pytest.mark.parametrize("text", ["FUNC 'FOO'", "VOLT:RANG 2000", "VOLT:NPLC 1000", "VOLT:RANG x"])
def test_refused_settings(bench: Any, text: str):
    say = bench(keithley_2000)
    say(text)
    assert not say("SYST:ERR?").startswith("0,")


def test_a_device_clear_ends_a_measurement(bench: Any):
    say = bench(keysight_34461a, dc=1.0)
    say.meter.execute("READ?", message_available=False)
    say.meter.device_clear()
    assert not say.meter.busy
    assert float(say("READ?")) == 1.0
