"""QCoDeS' drivers (and those of qcodes-contrib-drivers), unmodified.

`settle` walks through an instrument: every parameter that can be set gets every word that its mapping has, or the ends and the middle of
its range, and must read back what was set.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

DUT = "GPIB0::9::INSTR"


@pytest.fixture
def open_driver(foreign, make_bench, bench_time):
    opened = []

    def open_it(module, name, kind, address=DUT, instrument_options=None, **options):
        foreign("qcodes")
        driver = getattr(foreign(module), name)
        bench = make_bench(dut=(kind, address, *([instrument_options] if instrument_options else [])))
        bench_time(bench.clock, "qcodes", "qcodes_contrib_drivers")
        opened.append(driver(f"dut_{len(opened)}_{name}", address, visalib=bench.library, **options))
        return bench, opened[-1]

    yield open_it
    for instrument in opened:
        instrument.close()


def parameters_of(instrument, but=()):
    found = {name: parameter for name, parameter in instrument.parameters.items() if name not in but}
    for name, part in instrument.submodules.items():
        if hasattr(part, "parameters") and name not in but:
            inner = parameters_of(part)
            found |= {
                f"{name}.{key}": one for key, one in inner.items() if key not in but and f"{name}.{key}" not in but
            }
    return found


def values_for(parameter):
    if getattr(parameter, "inverse_val_mapping", None):
        return list(parameter.val_mapping)
    validator = parameter.vals
    kind = type(validator).__name__
    if kind == "Enum":
        return [value for value in validator.valid_values if not isinstance(value, bytes)]
    if kind == "Bool":
        return [True, False]
    if kind in {"Numbers", "Ints"}:
        low, high = float(validator.min_value), float(validator.max_value)
        if math.isfinite(low) and math.isfinite(high) and high < 1e9:
            middle = math.sqrt(low * high) if low > 0.0 else 0.5 * (low + high)
            return [int(v) if kind == "Ints" else v for v in (low, high, middle)]
    return []


def settle(instrument, but=(), *, rel=1e-3, absolute=1e-6, extra=None):
    """Set everything that can be set, read it back, and read everything else; returns the names of what was set."""
    settled = []
    for name, parameter in parameters_of(instrument, (*but, "IDN", "timeout")).items():
        if parameter.settable and parameter.gettable:
            values = (extra or {}).get(name) or values_for(parameter)
            for given in values:
                parameter.set(given)
                value, back = given, parameter.get()
                number = isinstance(value, int | float) and not isinstance(value, bool)
                back = float(back) if number else back
                if parameter.unit in {"deg", "degree"}:  # a phase comes back within half a turn
                    value, back = (one % 360.0 for one in (value, back))
                if getattr(parameter, "inverse_val_mapping", None):  # several words may stand for one code
                    value, back = parameter.val_mapping[value], parameter.val_mapping[back]
                expected = pytest.approx(value, rel=rel, abs=absolute) if number else value
                assert back == expected, f"{name}: {value!r} reads back {back!r}"
            settled += [name] if values else []
        elif parameter.gettable:
            parameter.get()
    return settled


SRS = "qcodes.instrument_drivers.stanford_research"


def test_sr830(open_driver, truth):
    bench, lockin = open_driver(SRS, "SR830", "sr830")
    assert lockin.IDN()["model"] == "SR830"
    settled = settle(
        lockin,
        # the last three hold the other session's interface, a trace that must be recorded first, and its axis
        but=(
            "output_interface",
            "ch1_databuffer",
            "ch2_databuffer",
            "ch1_datatrace",
            "ch2_datatrace",
            "sweep_setpoints",
        ),
        absolute=1e-9,
        extra={
            "harmonic": [3, 1],  # harmonic times frequency stays below 102 kHz
            "amplitude": [0.004, 1.0, 5.0],  # steps of 2 mV
            **{f"aux_out{n}": [-10.5, 1.5 + n] for n in range(1, 5)},
            "ch1_display": ["R", "X Noise", "Aux In 1", "Aux In 2", "X"],
            "ch2_display": ["Phase", "Y Noise", "Aux In 3", "Aux In 4", "Y"],
            "ch1_ratio": ["Aux In 1", "Aux In 2", "none"],
            "ch2_ratio": ["Aux In 3", "Aux In 4", "none"],
        },
    )
    assert len(settled) > 20
    assert bench.ask("dut", "OFLT?") == "19"
    assert lockin.snap("x", "y", "freq")[2] == pytest.approx(lockin.frequency(), rel=1e-3)
    bench.mount("reference-sphere")
    bench.drive(40.0)
    expected = truth.saturated_v_rms(40.0)
    for parameter, value in (
        (lockin.reference_source, "external"),
        (lockin.phase, 0.0),
        (lockin.harmonic, 1),
        (lockin.input_config, "a"),
        (lockin.input_shield, "ground"),
        (lockin.sensitivity, 5e-6),
        (lockin.time_constant, 0.1),
        (lockin.filter_slope, 24),
        (lockin.sync_filter, "off"),
        (lockin.ch1_display, "X"),
        (lockin.ch1_ratio, "none"),
        (lockin.ch2_display, "Y"),
        (lockin.ch2_ratio, "none"),
        (lockin.buffer_SR, 64),
        (lockin.buffer_acq_mode, "loop"),
        (lockin.buffer_trig_mode, "OFF"),
    ):
        parameter(value)
    bench.clock.sleep(3.0)
    slack = 0.01 * abs(expected) + 5.0 * 7.25e-9 + 1e-8
    assert lockin.X() == pytest.approx(expected.real, abs=slack)
    assert lockin.Y() == pytest.approx(expected.imag, abs=slack)
    assert lockin.R() == pytest.approx(abs(expected), abs=slack)
    assert abs(lockin.complex_voltage() - expected) < 2 * slack
    assert lockin.P() == pytest.approx(math.degrees(math.atan2(expected.imag, expected.real)), abs=1.0)
    lockin.buffer_reset()
    lockin.buffer_start()
    bench.clock.sleep(2.0)
    lockin.buffer_pause()
    stored = lockin.buffer_npts()
    assert stored == pytest.approx(128, abs=2)
    lockin.ch1_databuffer.prepare_buffer_readout()
    trace = lockin.ch1_databuffer()
    assert len(trace) == stored
    assert np.mean(trace) == pytest.approx(expected.real, abs=slack)
    lockin.set_sweep_parameters(lockin.phase, 0.0, 1.0, stored)
    assert len(lockin.ch2_datatrace()) == stored
    assert lockin.increment_sensitivity()
    assert lockin.decrement_sensitivity()
    lockin.sensitivity(1e-3)
    lockin.autorange(max_changes=8)
    assert 1.0 < lockin.sensitivity() / abs(expected) < 10.0
    for action in (lockin.auto_gain, lockin.auto_reserve, lockin.auto_phase, lockin.reset):
        action()
        bench.clock.sleep(10.0)
    lockin.auto_offset(1)
    lockin.disable_front_panel()
    lockin.enable_front_panel()
    lockin.send_trigger()
    assert bench.unknown("dut") == []


@pytest.mark.parametrize(("name", "kind"), [("SR860", "sr860"), ("SR865A", "sr865a")])
def test_sr86x(open_driver, truth, name, kind):
    bench, lockin = open_driver(SRS, name, kind)
    buffers = tuple(f"buffer.{letter}" for letter in "XYRT")
    four = tuple(f"data_channel_{n}" for n in range(1, 5))  # the instrument wants four different ones: below
    lockin.reference_source("INT")
    settled = settle(
        lockin, but=(*buffers, *four, "reference_source", "buffer.capture_rate", "capture_length_in_kb"), absolute=1e-9
    )
    for source in ("EXT", "DUAL", "CHOP", "INT"):
        lockin.reference_source(source)
        assert lockin.reference_source() == source
    assert len(settled) > 20
    words = list(lockin.PARAMETER_NAMES)
    for start in (4, 8, 12, 0):
        for offset in range(4):
            lockin.submodules[f"data_channel_{offset + 1}"].assigned_parameter(words[start + offset])
        assert list(lockin.get_data_channels_parameters()) == words[start : start + 4]
    bench.mount("reference-sphere")
    bench.drive(40.0)
    expected = truth.saturated_v_rms(40.0)
    lockin.reset()
    for parameter, value in (
        (lockin.signal_input, "voltage"),
        (lockin.reference_source, "EXT"),
        (lockin.sensitivity, 5e-6),
        (lockin.time_constant, 0.1),
        (lockin.filter_slope, 24),
    ):
        parameter(value)
    bench.clock.sleep(3.0)
    slack = 0.01 * abs(expected) + 5.0 * 7.25e-9 + 1e-8
    assert lockin.get_values("X", "Y") == pytest.approx((expected.real, expected.imag), abs=slack)
    assert lockin.get_data_channels_values()[:2] == pytest.approx((expected.real, expected.imag), abs=slack)
    assert lockin.get_data_channels_dict()["R"] == pytest.approx(abs(expected), abs=slack)
    assert abs(lockin.complex_voltage() - expected) < 2 * slack
    lockin.buffer.capture_config("X,Y")
    lockin.buffer.set_capture_rate_to_maximum()
    rates = lockin.buffer.available_frequencies
    lockin.buffer.capture_rate(rates[6])
    assert lockin.buffer.capture_rate() == pytest.approx(rates[6])
    captured = lockin.buffer.capture_samples(100)
    assert len(captured["X"]) == 100
    assert np.mean(captured["X"]) == pytest.approx(expected.real, abs=slack)
    assert np.mean(captured["Y"]) == pytest.approx(expected.imag, abs=slack)
    assert len(lockin.buffer.X()) == 100
    for action in (lockin.auto_range, lockin.auto_scale, lockin.auto_phase):
        action()
        bench.clock.sleep(10.0)
    lockin.disable_front_panel()
    lockin.enable_front_panel()
    assert bench.unknown("dut") == []


LAKESHORE = "qcodes.instrument_drivers.Lakeshore"


@pytest.mark.parametrize(
    ("name", "kind"), [("LakeshoreModel335", "lakeshore_335"), ("LakeshoreModel336", "lakeshore_336")]
)
def test_lakeshore_335_and_336(open_driver, name, kind):
    bench, controller = open_driver(LAKESHORE, name, kind)
    readings = ("input", "blocking_t", "curve_number", "range", "auto_range_enabled", "sensor_type", "units")
    heater = tuple(
        f"output_{word}" for word in ("type", "heater_resistance", "max_current", "max_user_current", "display")
    )
    outputs = [f"output_{n}" for n in range(1, 3 if kind.endswith("335") else 5)]
    for channel in "AB":
        sensor = controller.submodules[channel]
        for parameter in sensor.parameters.values():
            parameter.get()
        sensor.sensor_name("Sample platform")
        assert sensor.sensor_name() == "Sample platform"
        sensor.t_limit(300.0)
        assert sensor.t_limit() == 300.0
        sensor.t_limit(0.0)
    assert controller.A.temperature() == pytest.approx(295.15, abs=0.05)
    settle(controller.output_1, but=(*readings, *heater, "input_channel", "setpoint", "setpoint_ramp_enabled", "mode"))
    for output in outputs:
        controller.submodules[output].mode("off")
        assert controller.submodules[output].mode() == "off"
    one = controller.output_1
    if kind.endswith("335"):
        for word in heater:
            one.parameters[word].get()
    one.input_channel("A")
    one.mode("closed_loop")
    one.setpoint_ramp_enabled(False)
    one.setpoint(300.0)
    one.output_range("high")
    assert float(bench.ask("dut", "SETP? 1")) == 300.0
    one.wait_cycle_time(1.0)
    one.wait_tolerance(0.0005)
    one.wait_equilibration_time(5.0)
    one.wait_until_set_point_reached(wait_cycle_time=1.0, wait_tolerance=0.0005, wait_equilibration_time=5.0)
    assert controller.A.temperature() == pytest.approx(300.0, abs=0.5)
    assert bench.sim.world.thermometer.sensor_k() == pytest.approx(300.0, abs=0.5)
    assert bench.unknown("dut") == []


KEYSIGHT = "qcodes.instrument_drivers.Keysight"


@pytest.mark.parametrize(
    ("name", "kind", "options"),
    [
        ("Keysight33511B", "keysight_33500", {}),
        ("Keysight33512B", "keysight_33500", {"model": "33512B"}),
        ("Keysight33210A", "keysight_33220a", {"model": "33210A"}),
    ],
)
def test_keysight_33xxx(open_driver, name, kind, options):
    bench, generator = open_driver(KEYSIGHT, name, kind, instrument_options=options)
    for channel in (part for key, part in generator.submodules.items() if key.startswith("ch")):
        channel.function_type("SIN")
        channel.amplitude_unit("VPP")
        for parameter, values in (
            (channel.frequency, (83.0, 1e5)),
            (channel.amplitude, (0.1, 2.0)),
            (channel.offset, (0.5, -0.5, 0.0)),
            (channel.function_type, ("SQU", "RAMP", "SIN")),
            (channel.output, ("ON", "OFF")),
            (channel.trigger_source, ("BUS", "EXT", "IMM")),
            (channel.trigger_slope, ("NEG", "POS")),
            (channel.burst_mode, ("N Cycle", "Gated", "N Cycle")),
            (channel.burst_ncycles, (1, 25)),
            (channel.burst_phase, (0.0, 90.0)),
            (channel.burst_int_period, (0.1, 0.01)),
            (channel.burst_state, ("ON", "OFF")),
            (channel.amplitude_unit, ("VRMS", "VPP")),
        ):
            for value in values:
                parameter(value)
                got = parameter()
                assert got == (pytest.approx(value, rel=1e-4) if isinstance(value, float) else value), parameter.name
        for key, parameter in channel.parameters.items():
            assert key in parameter.full_name
            parameter.get()
    generator.sync.output("ON")
    assert generator.sync.output() == "ON"
    assert generator.error() == (0, "No error")
    generator.flush_error_queue()
    assert float(bench.ask("dut", "FREQ?")) == pytest.approx(1e5)
    assert bench.unknown("dut") == []


def test_keysight_34461a(open_driver):
    bench, meter = open_driver(
        KEYSIGHT, "Keysight34461A", "keysight_34461a", instrument_options={"terminals": "amplitude"}
    )
    assert meter.is_34465A_34470A is False
    settled = settle(
        meter,
        # the 34461A has no SAMPle:SOURce, which the driver's time trace asks for
        but=(
            "timetrace",
            "time_axis",
            "timetrace_npts",
            "timetrace_dt",
            "resolution",
            "trigger.count",
            "sample.count",
            "text",
            "autozero",
        ),
        extra={"NPLC": [0.02, 0.2, 1, 10, 100], "range": [0.1, 1.0, 10.0, 100.0, 1000.0]},
    )
    assert {"NPLC", "range", "sense_function"} <= set(settled)
    for given, expected in (("ON", "ON"), ("OFF", "OFF"), ("ONCE", "OFF")):
        meter.autozero(given)
        assert meter.autozero() == expected
    meter.trigger.source("IMM")
    meter.trigger.delay(0.0)
    meter.trigger.count(1)
    meter.sample.count(1)
    meter.sense_function("AC Voltage")
    reading = meter.read()
    assert reading.shape == (1,)
    # the vibration sensor of the reference world: its rms voltage, as the world's own terminals have it
    assert reading[0] == pytest.approx(bench.sim.world.voltage_of("amplitude").ac_v_rms(), rel=1e-3)
    assert meter.ac_volt() == pytest.approx(reading[0], rel=1e-3)
    meter.sense_function("DC Voltage")
    meter.init_measurement()
    assert meter.fetch().shape == (1,)
    meter.autorange_once()
    meter.increase_range()
    meter.decrease_range()
    meter.display.text("VSM")
    meter.display.clear()
    meter.abort_measurement()
    meter.reset()
    assert bench.unknown("dut") == []


def test_keysight_e4980a(open_driver, foreign):
    bench, meter = open_driver(KEYSIGHT, "KeysightE4980A", "keysight_e4980a")
    functions = foreign("qcodes.instrument_drivers.Keysight.keysight_e4980a").KeysightE4980AMeasurements
    settled = settle(meter, but=("measurement_function", "signal_mode", "current_level", "voltage_level", "correction"))
    assert {"frequency", "range", "averaging_rate"} <= set(settled)
    meter.current_level(0.001)
    assert meter.current_level() == pytest.approx(0.001)
    meter.voltage_level(1.0)
    assert meter.voltage_level() == pytest.approx(1.0)
    meter.correction.open_state("on")
    assert meter.correction.open_state() in {"on", True}
    meter.correction.short_state("on")
    meter.frequency(1000.0)
    inductance_h = bench.sim.world.coil.inductance_h()
    resistance_ohm = bench.sim.world.coil.resistance_ohm()
    pair = meter.measure_impedance
    assert pair.resistance == pytest.approx(resistance_ohm, rel=0.01)
    assert pair.reactance == pytest.approx(2.0 * math.pi * 1000.0 * inductance_h, rel=0.01)
    meter.measurement_function(functions.LSRS)
    pair = meter.measurement
    assert pair.get()[0] == pytest.approx(inductance_h, rel=0.01)
    assert pair.get()[1] == pytest.approx(resistance_ohm, rel=0.01)
    assert "No error" in meter.system_errors()
    meter.clear_status()
    meter.reset()
    assert bench.unknown("dut") == []


def test_keithley_2000(open_driver):
    bench, meter = open_driver(
        "qcodes.instrument_drivers.Keithley",
        "Keithley2000",
        "keithley_2000",
        instrument_options={"terminals": "amplitude"},
    )
    for mode in meter._mode_map:
        meter.mode(mode)
        assert meter.mode() == mode
    meter.mode("dc voltage")
    settled = settle(meter, but=("amplitude", "range", "mode"), extra={"trigger_count": [1, 100, 1]})
    assert {"nplc", "digits", "averaging_type", "trigger_source"} <= set(settled)
    meter.reset()
    meter.mode("ac voltage")
    meter.range(10.0)
    assert meter.range() == pytest.approx(10.0)
    meter.trigger_continuous(False)
    meter.trigger()
    assert meter.amplitude() == pytest.approx(bench.sim.world.voltage_of("amplitude").ac_v_rms(), rel=1e-3)
    assert bench.unknown("dut") == []


def test_signal_recovery_7270(open_driver, truth):
    bench, lockin = open_driver(
        "qcodes_contrib_drivers.drivers.Ametek.SR_7270", "Signalrecovery7270", "signal_recovery_7270"
    )
    for mode in ("CURRENT_MODE_ON_HIGH_BW", "CURRENT_MODE_ON_LOW_BW", "CURRENT_MODE_OFF"):
        lockin.I_mode(mode)
        assert lockin.I_mode() == mode
    bench.tell("dut", "FASTMODE 1")  # time constants below 5 ms want it; the driver cannot say so
    bench.ask("dut", "FASTMODE")
    settled = settle(lockin, but=("I_mode", "noise_mode"), absolute=1e-9)
    bench.tell("dut", "FASTMODE 0")
    assert {"sensitivity", "timeconstant", "reference", "V_mode", "osc_sync"} <= set(settled)
    lockin.reference("EXT_front")
    lockin.V_mode("A_INPUT_ONLY")
    lockin.timeconstant(0.1)
    lockin.sensitivity(5e-6)
    bench.mount("reference-sphere")
    bench.drive(40.0)
    expected = truth.saturated_v_rms(40.0)
    slack = 0.01 * abs(expected) + 5.0 * 7.25e-9 + 5e-9
    assert abs(lockin.xy() - expected) < 2 * slack
    assert lockin.r() == pytest.approx(abs(expected), abs=slack)
    assert lockin.frequency() == pytest.approx(truth.frequency_hz, rel=1e-4)
    assert bench.unknown("dut") == ["IDN?"]  # which is no command of the 7270: its driver lives with the empty answer
