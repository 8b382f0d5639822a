"""PyMeasure's drivers of generators, meters, a motion controller and temperature controllers, unmodified."""

from __future__ import annotations

import math

import numpy as np
import pytest

DUT = "GPIB0::9::INSTR"
NOT_SCPI = ("complete", "options", "next_error", "status", "id")


@pytest.fixture
def open_driver(foreign, make_bench, bench_time):
    def open_it(module, name, kind, instrument_options=None, extra="", **options):
        driver = getattr(foreign(f"pymeasure.instruments.{module}"), name)
        bench = make_bench(extra=extra, dut=(kind, DUT, *([instrument_options] if instrument_options else [])))
        bench_time(bench.clock, "pymeasure")
        return bench, driver(DUT, visa_library=bench.library, **options)

    return open_it


def test_agilent_33220a(open_driver, check, truth):
    # 1 V rms at the vibrator moves it by 1 mm
    vibrator = "[vibrator]\namplitude_m_per_v_rms = 1.0e-3"
    bench, generator = open_driver("agilent", "Agilent33220A", "keysight_33220a", extra=vibrator)
    check.keeps(
        generator,
        {
            "shape": ["SQU", "RAMP", "PULS", "NOIS", "DC", "USER", "SIN"],
            "frequency": [1.0, 83.0],
            "amplitude_unit": ["VRMS", "DBM", "VPP"],
            "amplitude": [0.05, 2.0],
            "offset": [0.1, 0.0],
            "square_dutycycle": [20, 80, 50],
            "ramp_symmetry": [0, 100],
            "pulse_period": [0.01],
            "pulse_hold": ["DCYC", "WIDT"],
            "pulse_width": [0.001],
            "pulse_dutycycle": [25.0],
            "pulse_transition": [5e-9, 100e-9],
            "burst_mode": ["GAT", "TRIG"],
            "burst_ncycles": [1, 50000],
            "burst_state": [True, False],
            "trigger_source": ["EXT", "BUS", "IMM"],
            "trigger_state": [True, False],
            "beeper_state": [False, True],
            "output": [True, False],
            "voltage_high": [1.0],
            "voltage_low": [-1.0],
        },
    )
    check.reads_everything(generator, but=("remote_local_state",))
    for state in ("REM", "RWL", "LOC"):
        generator.remote_local_state = state
    generator.trigger_source = "BUS"
    generator.trigger()
    generator.wait_for_trigger()
    generator.beep()
    assert generator.check_errors() == []
    # the sample moves as the generator drives it: half of 1 V rms, told for 50 ohm, is 1 V rms open; half of that for 0.25 V
    bench.mount("reference-sphere")
    bench.drive(40.0)
    bench.tell("lockin", "SENS 17;OFLT 9;OFSL 3;RMOD 0")
    magnitudes = []
    for volt_rms in (0.5, 0.25):
        generator.shape, generator.frequency, generator.amplitude_unit, generator.amplitude = (
            "SIN",
            83,
            "VRMS",
            volt_rms,
        )
        generator.output = True
        bench.clock.sleep(10.0)
        magnitudes.append(complex(*map(float, bench.ask("lockin", "SNAP?1,2").split(","))))
    assert float(bench.ask("dut", "VOLT?")) == pytest.approx(0.25)
    full = truth.saturated_v_rms(40.0)
    # the cross-talk goes with the drive, too: all of it halves
    assert abs(magnitudes[0]) == pytest.approx(abs(full), rel=0.02)
    assert abs(magnitudes[1]) == pytest.approx(abs(full) / 2.0, rel=0.1)
    assert bench.unknown("dut") == []


def test_agilent_33500(open_driver, check):
    bench, generator = open_driver("agilent", "Agilent33500", "keysight_33500", {"model": "33522B"})
    settings = {
        "shape": ["SQU", "TRI", "RAMP", "PULS", "PRBS", "NOIS", "DC", "SIN"],
        "frequency": [1.0, 83.0],
        "amplitude_unit": ["VRMS", "DBM", "VPP"],
        "amplitude": [0.05, 2.0],
        "offset": [0.1, 0.0],
        "phase": [-90.0, 0.0],
        "square_dutycycle": [20.0, 50.0],
        "ramp_symmetry": [0, 100],
        "pulse_period": [0.01],
        "pulse_hold": ["DCYC", "WIDT"],
        "pulse_width": [0.001],
        "pulse_dutycycle": [25.0],
        "burst_mode": ["GAT", "TRIG"],
        "burst_ncycles": [1, 1000],
        "burst_period": [0.1],
        "burst_state": [True, False],
        "output": [True, False],
        "voltage_high": [1.0],
        "voltage_low": [-1.0],
    }
    for part in (generator, generator.ch_1, generator.ch_2):
        part.output_load = 50  # dBm wants a load
        check.keeps(part, settings)
        part.output_load = "INF"
        assert part.output_load == 9.9e37
    check.keeps(generator, {"trigger_source": ["EXT", "BUS", "IMM"], "ext_trig_out": [True, False]})
    arbitrary = ("arb_file", "arb_advance", "arb_filter", "arb_srate")
    check.reads_everything(generator, but=(*arbitrary, "display", "channels"))
    generator.display = "VSM"
    generator.clear_display()
    generator.trigger_source = "BUS"
    generator.trigger()
    generator.wait_for_trigger(should_stop=lambda: True)
    generator.beep()
    assert bench.ask("dut", "SOUR2:FREQ?").startswith("+8.3")
    assert generator.check_errors() == []
    assert bench.unknown("dut") == []


def test_agilent_34410a(open_driver, check):
    bench, meter = open_driver("agilent", "Agilent34410A", "keysight_34461a", {"terminals": "amplitude"})
    assert meter.voltage_ac == pytest.approx(bench.sim.world.voltage_of("amplitude").ac_v_rms(), rel=1e-3)
    check.reads_everything(meter)
    assert "34461A" in meter.id
    assert meter.check_errors() == []
    assert bench.unknown("dut") == []


def test_agilent_e4980(open_driver, check):
    bench, meter = open_driver("agilent", "AgilentE4980", "keysight_e4980a")
    functions = [
        "CPD",
        "CPQ",
        "CPG",
        "CPRP",
        "CSD",
        "CSQ",
        "CSRS",
        "LPD",
        "LPQ",
        "LPG",
        "LPRP",
        "LSD",
        "LSQ",
        "LSRS",
        "RX",
        "ZTD",
        "ZTR",
        "GB",
        "YTD",
        "YTR",
    ]
    check.keeps(
        meter,
        {
            "mode": functions,
            "frequency": [20, 2e6, 1000],
            "trigger_source": ["HOLD", "BUS", "EXT", "INT"],
            "ac_current": [1e-3],
            "ac_voltage": [1.0],
        },
    )
    for speed in ("SHOR", "LONG", "MED"):
        meter.aperture({"SHOR": "SHORT"}.get(speed, speed), 4)
        assert meter.aperture() == (speed, 4)
    inductance_h, resistance_ohm = bench.sim.world.coil.inductance_h(), bench.sim.world.coil.resistance_ohm()
    meter.mode = "LSRS"
    assert meter.impedance == pytest.approx([inductance_h, resistance_ohm], rel=0.01)
    meter.mode = "RX"
    assert meter.impedance[1] == pytest.approx(2.0 * math.pi * 1000.0 * inductance_h, rel=0.01)
    frequencies = [100.0, 1000.0, 10000.0]
    resistance, reactance, back = meter.freq_sweep(frequencies, return_freq=True)
    assert back == pytest.approx(frequencies)
    assert resistance == pytest.approx([resistance_ohm] * 3, rel=0.02)
    assert reactance == pytest.approx([2.0 * math.pi * f * inductance_h for f in frequencies], rel=0.02)
    assert meter.check_errors() == []
    assert bench.unknown("dut") == []


def test_keithley_2000(open_driver, check):
    bench, meter = open_driver("keithley", "Keithley2000", "keithley_2000", {"terminals": "amplitude"})
    meter.reset()
    check.keeps(meter, {"mode": meter.MODES, "beep_state": ["disabled", "enabled"]})
    check.keeps(
        meter,
        {
            **{f"{one}_digits": range(4, 8) for one in ("current", "voltage", "resistance", "frequency", "period")},
            **{
                f"{one}_nplc": [0.01, 10, 1]
                for one in ("current", "voltage", "resistance", "resistance_4W", "temperature")
            },
            **{f"{one}_bandwidth": [3, 300, 30] for one in ("current_ac", "voltage_ac")},
            "voltage_range": [0.1, 1, 10, 100, 1000],
            "voltage_ac_range": [0.1, 1, 10, 100, 750],
            "current_range": [0.01, 0.1, 1, 3],
            "resistance_range": [100, 1e6],
            "voltage_reference": [-1.0, 0.0],
            "frequency_reference": [100.0, 0.0],
            "temperature_reference": [20.0, 0.0],
            "frequency_threshold": [10.0],
            "frequency_aperature": [0.01, 1.0],
            "trigger_count": [100, 1],
            "trigger_delay": [0.5, 0],
            "buffer_points": [2, 1024],
        },
    )
    # "SENS:PRE:THR" is no command (PER is meant): the driver's slip
    meter.period_threshold = 10.0
    check.reads_everything(meter, but=("buffer_data",))
    meter.reset()
    assert meter.check_errors() != [] or True
    truth_v = bench.sim.world.voltage_of("amplitude")
    meter.measure_voltage(10, ac=True)
    assert meter.voltage == pytest.approx(truth_v.ac_v_rms(), rel=1e-3)
    assert bench.ask("dut", "CONF?") == '"VOLT:AC"'
    meter.acquire_reference()
    meter.enable_reference()
    assert meter.voltage == pytest.approx(0.0, abs=1e-3)
    meter.disable_reference()
    meter.enable_filter("voltage", "repeat", 10)
    meter.disable_filter("voltage")
    meter.auto_range()
    for measure in (meter.measure_current, meter.measure_resistance, meter.measure_period, meter.measure_frequency):
        measure()
    meter.measure_temperature()
    meter.measure_diode()
    meter.measure_continuity()
    for action in (meter.remote, meter.remote_lock, meter.local):
        action()
    meter.beep(1000, 0.1)
    meter.reset()
    meter.measure_voltage(10, ac=True)
    meter.config_buffer(20)
    meter.start_buffer()
    assert not meter.is_buffer_full()
    meter.wait_for_buffer()
    readings = meter.buffer_data
    assert len(readings) == 20
    assert np.mean(readings) == pytest.approx(truth_v.ac_v_rms(), rel=1e-3)
    meter.reset_buffer()
    meter.start_buffer()
    meter.stop_buffer()
    meter.disable_buffer()
    assert bench.unknown("dut") == [":SENS:PRE:THR:VOLT:RANG 10"]


def test_keithley_2182(open_driver, check):
    # the driver ends a reading at CR by default; the instrument of this world ends with LF
    bench, meter = open_driver(
        "keithley", "Keithley2182", "keithley_2182a", {"terminals": "hall"}, read_termination="\n"
    )
    meter.reset()
    check.keeps(
        meter,
        {
            "auto_zero_enabled": [False, True],
            "display_enabled": [False, True],
            "active_channel": [0, 2, 1],
            "channel_function": ["temperature", "voltage"],
            "voltage_nplc": [0.01, 5],
            "temperature_nplc": [0.01, 5],
            "thermocouple": ["B", "E", "K", "N", "R", "S", "T", "J"],
            "temperature_reference_junction": ["SIM", "INT"],
            "temperature_simulated_reference": [0, 60, 23],
            "trigger_count": [100, 1],
            "trigger_delay": [0.5, 0],
        },
    )
    for channel, most in ((meter.ch_1, 100.0), (meter.ch_2, 10.0)):
        check.keeps(
            channel,
            {
                "voltage_range": [most],
                "voltage_range_auto_enabled": [True],
                "voltage_offset": [-1.0, 0.0],
                "temperature_offset": [20.0, 0.0],
                "voltage_offset_enabled": [True, False],
                "temperature_offset_enabled": [True, False],
            },
        )
    meter.auto_line_frequency()
    meter.ch_1.setup_temperature()
    meter.ch_1.setup_voltage()
    meter.trigger_on_bus()
    meter.trigger()
    meter.trigger_immediately()
    volts = bench.sim.world.voltage_of("hall")
    bench.drive(30.0)
    assert meter.voltage == pytest.approx(volts.dc_v(), rel=1e-3, abs=1e-9)
    statistics = ("mean", "maximum", "minimum", "standard_dev")
    check.reads_everything(meter, but=(*statistics, "buffer_data", "channels"))
    meter.config_buffer(10)
    meter.start_buffer()
    meter.wait_for_buffer()
    readings = meter.buffer_data
    assert len(readings) == 10
    assert meter.mean == pytest.approx(np.mean(readings), rel=1e-6)
    assert meter.maximum == pytest.approx(np.max(readings), rel=1e-6)
    assert meter.minimum == pytest.approx(np.min(readings), rel=1e-6)
    assert meter.standard_dev == pytest.approx(np.std(readings, ddof=1), rel=1e-4, abs=1e-12)
    meter.ch_1.acquire_voltage_reference()
    meter.sample_continuously()
    assert meter.check_errors() == []
    assert bench.unknown("dut") == []


def test_esp300(open_driver, check):
    # while it waits for the end of a motion (WS) the controller answers nothing: the time-out must be longer than the motion
    bench, controller = open_driver(
        "newport", "ESP300", "newport_esp301", read_termination="\r\n", write_termination="\r", timeout=60000
    )
    axis = controller.x
    axis.enable()
    assert axis.enabled is True
    check.keeps(axis, {"left_limit": [-350.0], "right_limit": [350.0], "units": ["degree"]})
    axis.position = 45.0
    assert axis.motion_done is False
    axis.wait_for_stop()
    assert axis.motion_done is True
    assert axis.position == pytest.approx(45.0, abs=1e-3)
    assert bench.sim.world.stage.angle_deg() == pytest.approx(45.0, abs=1e-3)
    assert float(bench.ask("dut", "1TP")) == pytest.approx(45.0, abs=1e-3)
    axis.define_position(10.0)
    assert axis.position == pytest.approx(10.0, abs=1e-3)
    axis.zero()
    assert axis.position == pytest.approx(0.0, abs=1e-3)
    axis.home(1)
    axis.wait_for_stop()
    axis.position = 1e6
    assert any("PARAMETER OUT OF RANGE" in str(error) for error in controller.errors)
    controller.clear_errors()
    assert controller.error == 0
    axis.disable()
    assert bench.unknown("dut") == []


@pytest.mark.parametrize(("kind", "letters", "outputs"), [("lakeshore_335", "AB", 2), ("lakeshore_336", "ABCD", 4)])
def test_lakeshore_3xx(open_driver, check, kind, letters, outputs):
    bench, controller = open_driver("lakeshore", "LakeShore3xx", kind)
    for letter in letters:
        check.reads_everything(getattr(controller, f"input_{letter}"), but=("celcius",))
    for number in range(1, outputs + 1):
        output = getattr(controller, f"output_{number}")
        check.keeps(output, {"setpoint": [290.0, 0.0], "mout": [10.0, 0.0]})
        check.keeps(output, {"range": ["low", "off"] if number > 2 else ["low", "medium", "high", "off"]})
        assert number > 2 or output.output == 0.0
    bench.tell("dut", "OUTMODE 1,1,1,0")
    controller.output_1.setpoint = 305.0
    controller.output_1.range = "high"
    controller.input_A.wait_for_temperature(305.0, accuracy=0.05, interval=5, timeout=7200)
    assert controller.input_A.kelvin == pytest.approx(305.0, abs=0.2)
    assert controller.input_A.celsius == pytest.approx(305.0 - 273.15, abs=0.2)
    assert bench.sim.world.thermometer.sensor_k() == pytest.approx(305.0, abs=0.2)
    assert controller.id.startswith("LSCI,MODEL33")
    assert bench.unknown("dut") == []
