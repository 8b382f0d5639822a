"""Other people's drivers, unmodified, on the simulated bench; skipped where their packages are not installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pyvisa

REFERENCE = Path(__file__).resolve().parents[4] / "configs" / "vsmdaq_configs" / "worlds" / "reference.toml"
KINDS = (
    "keysight_33220a",
    "keysight_33500",
    "keysight_e4980a",
    "keysight_34461a",
    "keithley_2000",
    "keithley_2182a",
    "newport_esp301",
    "lakeshore_335",
    "lakeshore_336",
)
ADDRESSES = {kind: f"GPIB0::{20 + at}::INSTR" for at, kind in enumerate(KINDS)}

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Any]:
    lines = [f'base = "{REFERENCE.as_posix()}"', "[vibrator]\namplitude_m_per_v_rms = 1.0e-3"]
    for kind, address in ADDRESSES.items():
        lines.append(f'[instruments.{kind}]\nkind = "{kind}"\naddress = "{address}"\nreply_s = 0.001')
    path = tmp_path / "world.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    manager = pyvisa.ResourceManager(f"{path}@vsmsim")
    yield manager.visalib
    unknown = {kind: manager.visalib.bench.endpoints[ADDRESSES[kind]].instrument.unknown for kind in KINDS}
    manager.close()
    assert unknown == {kind: [] for kind in KINDS}


@pytest.fixture
def pymeasure(library: Any) -> Any:
    instruments = pytest.importorskip("pymeasure.instruments", reason="an oracle")
    adapters = pytest.importorskip("pymeasure.adapters", reason="an oracle")
    assert instruments

    def make(driver: Any, kind: str, **options: Any) -> Any:
        return driver(adapters.VISAAdapter(ADDRESSES[kind], visa_library=f"{library.library_path}@vsmsim", **options))

    return make


def test_pymeasure_33220a(pymeasure: Any, library: Any):
    from pymeasure.instruments.agilent import Agilent33220A

    generator = pymeasure(Agilent33220A, "keysight_33220a")
    generator.shape, generator.frequency, generator.amplitude_unit, generator.amplitude = "SIN", 83, "VRMS", 0.5
    generator.offset, generator.output = 0, True
    assert [generator.frequency, generator.amplitude, generator.output, generator.shape] == [83.0, 0.5, True, "SIN"]
    generator.burst_state = False
    generator.trigger_source = "BUS"
    generator.trigger()
    generator.beep()
    assert generator.check_errors() == []
    # told of 50 ohm, nothing connected but a high resistance
    assert library.bench.world.vibrator.amplitude_m == pytest.approx(1e-3)


def test_pymeasure_33500(pymeasure: Any):
    from pymeasure.instruments.agilent import Agilent33500

    generator = pymeasure(Agilent33500, "keysight_33500")
    generator.output_load, generator.amplitude_unit, generator.amplitude = "INF", "VRMS", 0.25
    assert [generator.ch_1.amplitude, generator.output_load, generator.phase] == [0.25, 9.9e37, 0.0]
    assert generator.check_errors() == []


def test_pymeasure_e4980(pymeasure: Any):
    from pymeasure.instruments.agilent import AgilentE4980

    meter = pymeasure(AgilentE4980, "keysight_e4980a")
    meter.mode, meter.frequency, meter.ac_voltage = "LSRS", 1000, 0.5
    meter.aperture("MED", 2)
    assert meter.aperture() == ("MED", 2)
    assert meter.impedance[0] > 0.0
    assert meter.check_errors() == []


def test_pymeasure_meters(pymeasure: Any):
    from pymeasure.instruments.agilent import Agilent34410A
    from pymeasure.instruments.keithley import Keithley2000, Keithley2182

    keithley = pymeasure(Keithley2000, "keithley_2000")
    keithley.reset()
    keithley.measure_voltage(1, ac=True)
    keithley.voltage_ac_bandwidth = 30
    assert [keithley.mode, keithley.voltage, keithley.voltage_ac_range] == ["voltage ac", 0.0, 1.0]
    assert keithley.check_errors() == []
    nano = pymeasure(Keithley2182, "keithley_2182a", read_termination="\n")
    nano.reset()
    nano.ch_1.setup_voltage()
    assert [nano.voltage, nano.channel_function] == [0.0, "voltage"]
    agilent = pymeasure(Agilent34410A, "keysight_34461a")
    assert [agilent.voltage_dc, agilent.voltage_ac] == [0.0, 0.0]


def test_pymeasure_esp300(pymeasure: Any, library: Any):
    from pymeasure.instruments.newport import ESP300

    controller = pymeasure(ESP300, "newport_esp301", read_termination="\r\n", write_termination="\r")
    axis = controller.x
    axis.enable()
    axis.position = 20
    assert not axis.motion_done
    library.clock.sleep(3.0)
    assert [axis.motion_done, axis.position, axis.units] == [True, 20.0, "degree"]
    axis.position = 400
    assert [str(error) for error in controller.errors] == [
        "Newport ESP300 axis 1 reported the error: PARAMETER OUT OF RANGE"
    ]


@pytest.fixture
def qcodes(library: Any) -> Iterator[Any]:
    instrument = pytest.importorskip("qcodes.instrument", reason="an oracle")

    def make(driver: Any, kind: str) -> Any:
        return driver(kind, ADDRESSES[kind], visalib=f"{library.library_path}@vsmsim")

    yield make
    instrument.Instrument.close_all()


def test_qcodes_lakeshore(qcodes: Any, library: Any):
    from qcodes.instrument_drivers.Lakeshore import LakeshoreModel335, LakeshoreModel336

    for driver, kind in ((LakeshoreModel335, "lakeshore_335"), (LakeshoreModel336, "lakeshore_336")):
        controller = qcodes(driver, kind)
        assert controller.A.temperature() == pytest.approx(295.15)
        assert [controller.A.sensor_status(), controller.A.units()] == ["OK", "kelvin"]
        assert controller.B.sensor_status() == "Sensor Units Overrange, Invalid Reading"
    controller.output_1.mode("closed_loop")
    controller.output_1.P(30)
    controller.output_1.output_range("high")
    controller.output_1.setpoint(310.0)
    library.clock.sleep(3600.0)
    assert controller.A.temperature() == pytest.approx(310.0)


def test_qcodes_keysight(qcodes: Any):
    from qcodes.instrument_drivers.Keysight import (
        Keysight33511B,
        Keysight34461A,
        KeysightE4980A,
        KeysightE4980AMeasurements,
    )

    generator = qcodes(Keysight33511B, "keysight_33500")
    generator.ch1.frequency(83)
    generator.ch1.amplitude_unit("VRMS")
    generator.ch1.amplitude(0.5)
    generator.ch1.output("ON")
    assert [generator.ch1.frequency(), generator.ch1.output(), generator.error()] == [83.0, "ON", (0, "No error")]
    assert qcodes(Keysight34461A, "keysight_34461a").ac_volt() == pytest.approx(1.0)  # 1 V open, 1 mm, 1 V/mm
    meter = qcodes(KeysightE4980A, "keysight_e4980a")
    meter.measurement_function(KeysightE4980AMeasurements.LSRS)
    assert meter.measurement.names == ("inductance", "resistance")
    assert meter.system_errors() == '+0,"No error"'


def test_qcodes_keithley_2000(qcodes: Any):
    from qcodes.instrument_drivers.Keithley import Keithley2000

    meter = qcodes(Keithley2000, "keithley_2000")
    meter.mode("ac voltage")
    meter.trigger_continuous(False)
    meter.trigger()
    assert [meter.mode(), meter.nplc(), meter.amplitude()] == ["ac voltage", 1.0, 0.0]
