"""The drivers of this folder over VISA to the simulated bench. Oracles: the world file, and the textbook's signal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import vsmdaq_configs
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import RefusedError
from vsmdaq_drivers.links.visa import VisaSession

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
ADDRESSES = {
    "lakeshore_335": "ASRL11::INSTR",
    "lakeshore_336": "GPIB0::21::INSTR",
    "keysight_33220a": "GPIB0::22::INSTR",
    "keithley_2000": "GPIB0::23::INSTR",
    "keithley_2182a": "GPIB0::24::INSTR",
    "keysight_34461a": "TCPIP0::dmm::5025::SOCKET",
    "keysight_e4980a": "GPIB0::25::INSTR",
    "newport_esp301": "ASRL12::INSTR",
}
TABLES = """
[operator]
mount_s = 0.0
[vibrator]
amplitude_m_per_v_rms = 2.0e-3
[thermometer]
offset_k = 0.25
lag_s = 20.0
[sensor]
amplitude_v_rms_per_m = 500.0
hall_v_per_a_per_m = 1.0e-7
[coil_impedance]
inductance_h = 0.2
resistance_ohm = 990.0
[samples.loop]
material = "current-loop"
moment_a_m2 = 1.0e-3
"""


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Any]:
    sessions: list[VisaSession] = []

    def make(**options: str) -> Any:
        lines = [f'base = "{REFERENCE.as_posix()}"', TABLES]
        for kind, address in ADDRESSES.items():
            lines.append(f'[instruments.{kind}]\nkind = "{kind}"\naddress = "{address}"\nreply_s = 0.002')
            if kind in options:
                lines.append(f"[instruments.{kind}.options]\n{options[kind]}")
        path = tmp_path / "world.toml"
        path.write_text("\n".join(lines), encoding="utf-8")
        session = VisaSession(f"{path}@vsmsim")
        sessions.append(session)

        def opened(name: str, **settings: Any) -> Any:
            entry, address = DRIVERS[name], ADDRESSES[name]
            return entry.make(session.open(address, name, entry.terminators(address), serial=entry.serial), **settings)

        opened.clock = session.clock  # type: ignore[attr-defined]
        opened.send = lambda name, line: session.open(  # type: ignore[attr-defined]
            ADDRESSES[name], "somebody", DRIVERS[name].terminators(ADDRESSES[name])
        ).write(line)
        return opened

    yield make
    for session in sessions:
        session.close()


@pytest.mark.parametrize("name", sorted(set(ADDRESSES) - {"newport_esp301"}))
def test_identity_and_preparation(bench, name):
    driver = bench()(name)
    driver.identify()
    driver.prepare()
    driver.prepare()  # it may be prepared already


@pytest.mark.parametrize("name", ["lakeshore_335", "lakeshore_336"])
def test_temperature_is_measured_and_controlled(bench, name):
    opened = bench()
    controller = opened(name)
    controller.prepare()
    assert controller.read().temperature_k == pytest.approx(295.15 + 0.25, abs=5e-4)
    controller.control_to(295.4)  # the ramp begins at the last set-point
    controller.heater_range = "high"
    controller.control_to(310.0, 0.1)
    assert controller.ramping
    opened.clock.sleep(400.0)
    assert not controller.ramping
    assert controller.read().temperature_k == pytest.approx(310.0, abs=1e-3)
    assert controller.heater_share == pytest.approx((310.0 - 295.4) / 200.0, abs=1e-3)
    opened.send(name, "INTYPE A,1,0,0,0,2")
    with pytest.raises(RefusedError, match="preferred unit"):
        controller.control_to(300.0)


def test_an_input_without_sensor_is_flagged(bench):
    thermometer = bench()("lakeshore_336", channel="B")
    assert thermometer.read().flags == ("unreadable", "overload")


@pytest.mark.parametrize("units", ["keep", "vpp"])
def test_the_generator_sets_amplitude_and_frequency_whatever_it_believed_of_its_load(bench, units):
    opened = bench(keysight_33220a=f'high_z_units = "{units}"')
    opened.send("keysight_33220a", "OUTP:LOAD 50;:VOLT:UNIT VRMS;:VOLT 0.5")
    generator, meter = opened("keysight_33220a"), opened("keithley_2000")
    generator.prepare()
    meter.prepare()
    assert generator.amplitude_v_rms == pytest.approx(1.0)  # that is what comes out without load
    generator.amplitude_v_rms = 0.4
    generator.frequency_hz = 83.0
    assert meter.read().voltage_v == 0.0
    generator.output_on = True
    # 0.4 V rms * 2 mm/V * 500 V/m
    assert meter.read().voltage_v == pytest.approx(0.4, rel=1e-6)


def test_the_load_that_nobody_told_doubles_the_vibration(bench):
    opened = bench()
    generator, meter = opened("keysight_33220a", load="50"), opened("keysight_34461a")
    generator.prepare()
    meter.prepare()
    generator.amplitude_v_rms = 0.2
    generator.output_on = True
    assert meter.read().voltage_v == pytest.approx(0.4, rel=1e-6)


def test_voltmeters_flag_an_overload(bench):
    opened = bench()
    generator = opened("keysight_33220a")
    generator.prepare()
    generator.amplitude_v_rms = 0.5
    generator.output_on = True
    for name in ("keithley_2000", "keysight_34461a"):
        meter = opened(name, range_v=0.1)
        meter.prepare()
        assert (meter.read().voltage_v, meter.read().flags) == (None, ("overload",))


def test_the_nanovoltmeter_reads_the_hall_voltage(bench):
    opened = bench()
    meter = opened("keithley_2182a")
    meter.prepare()
    # no current yet: the yoke's remanence is 0 in the virgin state
    assert meter.read().voltage_v == pytest.approx(0.0, abs=1e-12)


def test_inductance(bench):
    meter = bench()("keysight_e4980a", frequency_hz=1000.0, level_v_rms=0.5)
    meter.prepare()
    reading = meter.read()
    assert (reading.inductance_h, reading.resistance_ohm) == pytest.approx((0.2, 990.0), rel=1e-5)
    assert reading.flags == ()


def test_the_stage_turns(bench):
    opened = bench()
    stage = opened("newport_esp301")
    stage.identify()
    with pytest.raises(RefusedError, match="the motor is off"):
        stage.prepare()
    opened.send("newport_esp301", "1MO")
    stage.prepare()
    begun_s = opened.clock.now()
    stage.move_to(30.0)
    while (reading := stage.poll()).moving:
        opened.clock.sleep(0.1)
    assert reading.angle_deg == pytest.approx(30.0, abs=0.02)
    assert opened.clock.now() - begun_s == pytest.approx(3.0, abs=0.2)  # 10 degree/s
    stage.move_to(-30.0)
    opened.clock.sleep(1.0)
    stage.stop()
    stopped = stage.poll()
    assert not stopped.moving
    assert 15.0 < stopped.angle_deg < 25.0
