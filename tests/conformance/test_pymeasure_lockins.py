"""PyMeasure's lock-in drivers, unmodified."""

from __future__ import annotations

import math

import numpy as np
import pytest

LOCKIN = "GPIB0::9::INSTR"
NOT_SCPI = ("complete", "status", "options", "id", "next_error")  # the base class has them; these instruments do not


def open_driver(foreign, bench_time, bench, module, name, address=LOCKIN, **options):
    driver = getattr(foreign(f"pymeasure.instruments.{module}"), name)
    bench_time(bench.clock, "pymeasure")
    return driver(address, visa_library=bench.library, **options)


@pytest.fixture
def sr830(foreign, make_bench, bench_time):
    bench = make_bench(dut=("sr830", LOCKIN))
    return bench, open_driver(foreign, bench_time, bench, "srs", "SR830")


def test_sr830_settings(sr830, check):
    bench, driver = sr830
    check.keeps(
        driver,
        {
            "sensitivity": driver.SENSITIVITIES,
            "time_constant": driver.TIME_CONSTANTS,
            "filter_slope": driver.FILTER_SLOPES,
            "filter_synchronous": [True, False],
            "reserve": driver.RESERVE_VALUES,
            "input_config": [*driver.INPUT_CONFIGS[1:], driver.INPUT_CONFIGS[0]],
            "input_grounding": driver.INPUT_GROUNDINGS,
            "input_coupling": driver.INPUT_COUPLINGS,
            "input_notch_config": driver.INPUT_NOTCH_CONFIGS,
            "reference_source_trigger": driver.REFERENCE_SOURCE_TRIGGER,
            "reference_source": ["External", "Internal"],
            "sine_voltage": [0.004, 1.0, 5.0],
            "frequency": [83.0, 1234.5],
            "harmonic": [3, 1],
            "phase": [0.0, 34.4, -123.45],
            "aux_out_1": [-10.5, 1.5],
            "aux_out_2": [10.5, -2.5],
            "aux_out_3": [0.001, 3.5],
            "aux_out_4": [0.0, -4.5],
            "sample_frequency": [*driver.SAMPLE_FREQUENCIES, None],
        },
    )
    for index, (one, two) in enumerate(
        zip(
            ["X", "R", "X Noise", "Aux In 1", "Aux In 2"],
            ["Y", "Theta", "Y Noise", "Aux In 3", "Aux In 4"],
            strict=True,
        )
    ):
        # the answer has two numbers (display, ratio), which the driver does not map to words
        driver.channel1, driver.channel2 = one, two
        assert driver.channel1 == driver.channel2 == [index, 0.0]
    driver.channel1, driver.channel2 = "X", "Y"
    for channel in driver.CHANNELS:
        for expand in driver.EXPANSION_VALUES:
            driver.set_scaling(channel, 12.5, expand)
            # the driver sends the factor (10) where the instrument wants its index (1): see docs/conformance.md
            assert driver.get_scaling(channel)[0] in {12.5, 0.0}
    driver.set_scaling("X", 12.5, 1)
    assert driver.output_conversion("X")(0.0) == pytest.approx(0.125 * driver.sensitivity)
    assert [bench.ask("dut", one) for one in ("SENS?", "OFLT?", "OFSL?", "SRAT?")] == [
        "26",
        "13",
        "3",
        "14",
    ]  # above 200 Hz: 30 s at most
    assert float(bench.ask("dut", "PHAS?")) == -123.45
    assert bench.ask("dut", "AUXV? 3") == "3.500"
    assert driver.status.isdigit()
    assert driver.id.startswith("Stanford_Research_Systems,SR830")
    assert check.reads_everything(driver, but=NOT_SCPI)["reserve"] == driver.RESERVE_VALUES[-1]
    assert bench.unknown("dut") == []


def test_sr830_memories_and_status(sr830):
    bench, driver = sr830
    driver.sensitivity = 1e-3
    driver.save_setup(3)
    driver.reset()
    assert driver.sensitivity == 1.0
    driver.load_setup(3)
    assert driver.sensitivity == 1e-3
    driver.clear()
    assert driver.lia_status == 0
    assert driver.err_status == 0
    driver.aquireOnTrigger(True)
    assert bench.ask("dut", "TSTR?") == "1"
    assert bench.unknown("dut") == []


def test_sr830_sees_the_sphere(sr830, truth):
    bench, driver = sr830
    bench.mount("reference-sphere")
    bench.drive(40.0)
    expected = truth.saturated_v_rms(40.0)
    driver.time_constant, driver.filter_slope, driver.sensitivity = 0.1, 24, 5e-6
    bench.clock.sleep(3.0)
    noise = 5.0 * 7.25e-9 * math.sqrt(5.0 / 64.0 / 0.1)  # five standard deviations at 24 dB/octave and 0.1 s
    slack = 0.01 * abs(expected) + noise + 1e-8 + 5e-6 / 1000  # 1 %: remanence, and the step of the display
    assert driver.x == pytest.approx(expected.real, abs=slack)
    assert driver.y == pytest.approx(expected.imag, abs=slack)
    assert driver.magnitude == pytest.approx(abs(expected), abs=slack)
    assert driver.theta == pytest.approx(math.degrees(math.atan2(expected.imag, expected.real)), abs=1.0)
    assert driver.xy == pytest.approx([expected.real, expected.imag], abs=slack)
    six = driver.snap("X", "Y", "R", "Theta", "Frequency", "CH1")
    assert six[4] == pytest.approx(truth.frequency_hz, rel=1e-4)
    assert six[5] == pytest.approx(six[0], rel=1e-3)
    driver.sensitivity = 2e-9
    bench.clock.sleep(1.0)
    driver.quick_range()
    assert 1.0 <= driver.sensitivity / abs(expected) <= 3.0
    driver.auto_phase()
    bench.clock.sleep(3.0)
    assert abs(driver.y) < 0.02 * abs(expected)
    driver.auto_gain()
    bench.clock.sleep(5.0)
    assert 1.0 <= driver.sensitivity / abs(expected) <= 3.0
    driver.auto_reserve()
    bench.clock.sleep(5.0)
    driver.auto_offset("X")
    bench.clock.sleep(1.0)
    assert abs(driver.get_scaling("X")[0]) > 20.0
    assert bench.unknown("dut") == []


def test_sr830_buffers(sr830):
    bench, driver = sr830
    driver.sensitivity = 5e-6
    driver.time_constant = 0.03
    driver.sample_frequency = 64
    driver.reset_buffer()
    driver.start_scan()
    bench.clock.sleep(2.0)
    driver.pause_scan()
    stored = driver.buffer_count
    assert stored == pytest.approx(128, abs=2)
    assert len(driver.get_buffer(1)) == stored
    driver.reset_buffer()
    driver.start_scan()
    one, two = driver.fill_buffer(40)
    assert np.hypot(one, two).mean() == pytest.approx(2e-6, rel=0.05)  # the empty bench: cross-talk
    driver.reset_buffer()
    driver.start_scan()
    driver.wait_for_buffer(20)
    assert driver.buffer_count >= 20
    driver.sample_frequency = None
    driver.reset_buffer()
    driver.start_scan()
    for _ in range(5):
        driver.trigger()
    assert driver.buffer_count == 5
    assert bench.unknown("dut") == []


@pytest.fixture
def sr860(foreign, make_bench, bench_time):
    bench = make_bench(dut=("sr860", LOCKIN))
    return bench, open_driver(foreign, bench_time, bench, "srs", "SR860")


def test_sr860_settings(sr860, check):
    bench, driver = sr860
    everything = {
        "sensitivity": driver.SENSITIVITIES,
        "time_constant": driver.TIME_CONSTANTS,
        "filter_slope": range(4),
        "filter_synchronous": driver.INPUT_FILTER,
        "reference_source": driver.INPUT_REFERENCESOURCE,
        "reference_triggermode": driver.INPUT_REFERENCETRIGGERMODE[:3],  # the manual knows 0 to 2 only
        "input_signal": driver.INPUT_SIGNAL_INPUT[:2][::-1],
        "input_voltage_mode": driver.INPUT_VOLTAGE_MODE,
        "input_coupling": driver.INPUT_COUPLING,
        "input_shields": driver.INPUT_SHIELDS,
        "input_range": driver.INPUT_RANGE,
        "input_current_gain": driver.INPUT_GAIN,
        "timebase": [0, 1],
        "dcmode": driver.INPUT_DCMODE[:2],
        "phase": [0.0, 45.25, -90.0],
        "internalfrequency": [83.0, 1234.5],
        "harmonic": [3, 1],
        "harmonicdual": [2, 1],
        "sine_voltage": [0.0, 0.5, 2.0],
        "screen_layout": driver.SCREEN_LAYOUT_VALUES,
        "front_panel": driver.ON_OFF_VALUES,
    }
    everything |= {f"frequencypreset{n}": [100.0 * n] for n in range(1, 5)}
    everything |= {f"sine_amplitudepreset{n}": [0.1 * n] for n in range(1, 5)}
    everything |= {f"sine_dclevelpreset{n}": [-0.5 * n] for n in range(1, 5)}
    everything |= {f"aux_out_{n}": [1.5 * n, -10.5] for n in range(1, 5)}
    # The instrument wants four different parameters: start from 0 to 3, end at 12 to 15.
    everything |= {f"parameter_DAT{n}": [n - 1, n + 11] for n in range(1, 5)}
    everything |= {f"strip_chart_dat{n}": driver.ON_OFF_VALUES for n in range(1, 5)}
    check.keeps(driver, everything)
    assert bench.ask("dut", "SCAL?") == "27"
    assert bench.ask("dut", "OFLT?") == "21"
    assert bench.ask("dut", "IRNG?") == "4"
    check.reads_everything(driver, but=(*NOT_SCPI, "sensitvity", "filer_synchronous"))
    driver.screenshot()
    assert bench.unknown("dut") == []


def test_sr860_driver_slips_are_answered_as_the_instrument_would(sr860):
    # "REFZ&d", "ADVFIL 1" and "GSDP 3" are no commands of the SR860 (manual: REFZ, ADVFILT, GSPD).
    bench, driver = sr860
    for name, value in (("reference_externalinput", "1MEG"), ("filter_advanced", "On"), ("horizontal_time_div", 3)):
        try:
            setattr(driver, name, value)
        except TypeError:  # "REFZ&d" takes no value
            continue
    assert set(bench.unknown("dut")) <= {"REFZ&d", "ADVFIL 1", "GSDP 3"}


def test_sr860_sees_the_sphere(sr860, truth):
    bench, driver = sr860
    bench.mount("reference-sphere")
    bench.drive(-40.0)
    expected = truth.saturated_v_rms(-40.0)
    driver.reference_source = "EXT"
    driver.time_constant, driver.filter_slope, driver.sensitivity = 0.1, 3, 5e-6
    bench.clock.sleep(3.0)
    slack = 0.01 * abs(expected) + 5.0 * 7.25e-9 + 1e-8
    assert driver.snap() == pytest.approx([expected.real, expected.imag], abs=slack)
    assert driver.snap("X", "Y", "R")[2] == pytest.approx(abs(expected), abs=slack)
    assert driver.snap_all()[:3] == pytest.approx([expected.real, expected.imag, abs(expected)], abs=slack)
    assert driver.x == pytest.approx(expected.real, abs=slack)
    assert driver.y == pytest.approx(expected.imag, abs=slack)
    assert driver.magnitude == pytest.approx(abs(expected), abs=slack)
    assert driver.theta == pytest.approx(math.degrees(math.atan2(expected.imag, expected.real)), abs=1.0)
    assert driver.detectedfrequency == pytest.approx(truth.frequency_hz, rel=1e-4)
    assert driver.extfreqency == pytest.approx(truth.frequency_hz, rel=1e-4)
    assert driver.get_noise_bandwidth == pytest.approx(5.0 / 64.0 / 0.1, rel=0.02)
    assert 0 <= driver.get_signal_strength_indicator <= 4
    assert bench.unknown("dut") == []


@pytest.fixture
def dsp7265(foreign, make_bench, bench_time):
    bench = make_bench(dut=("signal_recovery_7265", LOCKIN))
    return bench, open_driver(foreign, bench_time, bench, "signalrecovery", "DSP7265")


def test_dsp7265_settings(dsp7265, check):
    bench, driver = dsp7265
    check.keeps(
        driver,
        {
            "slope": [6, 12, 18, 24],
            "time_constant": driver.TIME_CONSTANTS,
            "shield": [0, 1],
            "fet": [0, 1],
            "coupling": [0, 1],
            "voltage": [0.0, 1.5, 5.0],
            "frequency": [83.0, 1234.5],
            "reference": driver.REFERENCES,
            "harmonic": [2, 1],
            "reference_phase": [0.0, 90.25],
            "dac1": [-12, 1.5],
            "dac2": [12, -1.5],
            "dac3": [0.5],
            "dac4": [-0.5],
            "adc3_time": [0.5, 0.01],
            "curve_buffer_bits": [3, 19],
            "curve_buffer_length": [100, 1000],
            "curve_buffer_interval": [5, 100],
            "sensitivity": driver.SENSITIVITIES[1:],
        },
    )
    for mode, most in (("current mode", 1e-6), ("low noise current mode", 1e-8)):
        driver.imode = mode
        assert driver.imode == mode
        driver.sensitivity = most
        assert driver.sensitivity == pytest.approx(most)
    driver.set_voltage_mode()
    assert driver.imode == "voltage mode"
    driver.setDifferentialMode()
    assert bench.ask("dut", "VMODE") == "3"
    driver.setChannelAMode()
    assert bench.ask("dut", "VMODE") == "1"
    driver.gain = 20
    assert driver.gain == [2.0]
    driver.auto_gain = False
    assert bench.ask("dut", "AUTOMATIC") == "0"
    with pytest.raises(TypeError):  # int() of a list: the driver's own slip, see docs/conformance.md
        assert driver.auto_gain
    assert bench.ask("dut", "TC") == "28"
    assert driver.id == 7265
    check.reads_everything(driver, but=(*NOT_SCPI, "auto_gain"))
    driver.shutdown()
    assert bench.unknown("dut") == []


def test_dsp7265_sees_the_sphere(dsp7265, truth):
    bench, driver = dsp7265
    bench.mount("reference-sphere")
    bench.drive(40.0)
    expected = truth.saturated_v_rms(40.0)
    driver.reference, driver.time_constant, driver.slope, driver.sensitivity = "external front", 0.1, 24, 5e-6
    bench.clock.sleep(3.0)
    slack = 0.01 * abs(expected) + 5.0 * 7.25e-9 + 5e-6 / 1000
    assert driver.xy == pytest.approx([expected.real, expected.imag], abs=slack)
    assert driver.mag == pytest.approx(abs(expected), abs=slack)
    assert driver.phase == pytest.approx(math.degrees(math.atan2(expected.imag, expected.real)), abs=1.0)
    driver.set_buffer(50, ["x", "y", "sensitivity", "frequency"], 0.01)
    driver.start_buffer()
    curves = driver.get_buffer()
    assert len(curves["x"]) == 50
    assert curves["x"].mean() == pytest.approx(expected.real, abs=slack)
    assert curves["y"].mean() == pytest.approx(expected.imag, abs=slack)
    assert curves["frequency"] == pytest.approx(truth.frequency_hz, rel=1e-3)
    driver.auto_phase()
    bench.clock.sleep(3.0)
    assert abs(driver.y) < 0.02 * abs(expected)
    driver.sensitivity = 1e-3
    driver.auto_sensitivity()
    bench.clock.sleep(10.0)
    assert 1.0 < driver.sensitivity / abs(expected) < 4.0
    assert bench.unknown("dut") == []
