"""PyMeasure's drivers of supplies and gaussmeters, unmodified: current in, field out."""

from __future__ import annotations

import pytest

NOT_SCPI = ("complete", "options", "next_error")
A_PER_M_PER_GAUSS = 1000.0 / (4.0 * 3.141592653589793)


@pytest.fixture
def open_driver(foreign, make_bench, bench_time):
    def open_it(module, name, kind, address, instrument_options=None, **options):
        driver = getattr(foreign(f"pymeasure.instruments.{module}"), name)
        bench = make_bench(dut=(kind, address, *([instrument_options] if instrument_options else [])))
        bench_time(bench.clock, "pymeasure")
        return bench, driver(address, visa_library=bench.library, **options)

    return open_it


def field_a_per_m(bench):
    """By the bench's own LakeShore 475, in tesla."""
    bench.tell("gaussmeter", "UNIT 2;AUTO 1")
    bench.clock.sleep(2.0)
    return float(bench.ask("gaussmeter", "RDGFIELD?")) * 1e4 * A_PER_M_PER_GAUSS


def sees_field(bench, truth, current_a):
    expected = current_a * truth.field_per_current_per_m
    assert field_a_per_m(bench) == pytest.approx(expected, abs=truth.field_tolerance_a_per_m(expected))


def test_kepco_bop(open_driver, check, truth):
    bench, supply = open_driver("kepco", "KepcoBOP3612", "kepco_bop", "GPIB0::6::INSTR")
    step_a = 12.0 / 4096  # 13 bits over both polarities
    assert supply.id.startswith("KEPCO")
    assert supply.confidence_test == 0
    assert supply.bop_test == 0
    supply.beep()

    def wait():  # the card shows a setting 60 ms after it was made
        bench.clock.sleep(0.1)

    check.keeps(supply, {"output_enabled": [False, True], "operating_mode": ["VOLT", "CURR"]}, after=wait)
    check.keeps(supply, {"voltage_setpoint": [30.0, 36.0]}, after=wait, abs=0.02)
    check.keeps(supply, {"current_setpoint": [-12.0, 5.0]}, after=wait, abs=step_a)
    assert bench.ask("dut", "FUNC:MODE?") == "1"
    assert float(bench.ask("dut", "CURR?")) == pytest.approx(5.0, abs=step_a)
    for current_a in (5.0, -8.0):
        supply.current_setpoint = current_a
        supply.wait_to_continue()
        bench.clock.sleep(10.0)
        assert supply.current == pytest.approx(current_a, abs=step_a)
        assert supply.voltage == pytest.approx(current_a * truth.resistance_ohm, abs=0.02)
        sees_field(bench, truth, current_a)
    check.reads_everything(supply, but=("options",))  # *OPT? is no command of the BIT 4886
    assert supply.check_errors() == []
    assert bench.unknown("dut") == []


def test_danfysik_8500(open_driver, truth):
    bench, supply = open_driver(
        "danfysik", "Danfysik8500", "danfysik_8500", "ASRL9::INSTR", {"full_scale_a": 160.0, "signed_set_point": True}
    )
    assert supply.id
    supply.remote()
    supply.reset_interlocks()
    supply.enable()
    supply.wait_for_ready()
    assert supply.is_enabled()
    assert supply.is_ready()
    supply.current = 20.0
    assert supply.current_ppm == 125000
    assert supply.current_setpoint == pytest.approx(20.0)
    supply.wait_for_current()
    assert supply.is_current_stable()
    assert supply.current == pytest.approx(20.0, abs=0.02)
    bench.clock.sleep(5.0)
    sees_field(bench, truth, 20.0)
    assert "Main Power ON" in supply.status
    assert "Polarity Normal" in supply.status
    supply.current = 0.0
    supply.wait_for_current()
    bench.clock.sleep(20.0)
    supply.disable()  # the switch moves without power only
    supply.polarity = -1
    bench.clock.sleep(1.0)
    assert supply.polarity == -1
    supply.polarity = 1
    bench.clock.sleep(1.0)
    supply.enable()
    supply.current = -10.0  # this unit takes a sign, and reverses by itself
    supply.wait_for_current()
    bench.clock.sleep(10.0)
    assert supply.polarity == -1
    sees_field(bench, truth, -10.0)
    assert supply.slew_rate >= 0.0
    supply.current = 0.0
    bench.clock.sleep(30.0)
    supply.disable()
    assert not supply.is_enabled()
    supply.local()
    assert bench.unknown("dut") == []


@pytest.mark.parametrize("options", [{"reply_end": "cr"}, {"silent_until": "unlock"}, {"print_lines": 3}])
def test_danfysik_8500_in_other_moods(open_driver, options):
    bench, supply = open_driver("danfysik", "Danfysik8500", "danfysik_8500", "ASRL9::INSTR", options)
    assert supply.id.strip() == "SYSTEM 8500"
    bench.clock.sleep(1.0)
    supply.adapter.flush_read_buffer()  # further lines of PRINT, which the driver leaves
    supply.remote()
    supply.enable()
    supply.wait_for_ready()
    supply.current = 5.0
    supply.wait_for_current()
    assert supply.current == pytest.approx(5.0, abs=0.02)
    supply.current = -5.0  # unipolar: refused, told by a line of its own
    with pytest.raises(Exception, match="Danfysik raised the error: DATA PARM ERROR"):
        assert supply.polarity
    assert bench.unknown("dut") == []


def test_danfysik_8500_ramps(open_driver):
    bench, supply = open_driver(
        "danfysik", "Danfysik8500", "danfysik_8500", "ASRL9::INSTR", {"full_scale_a": 160.0, "compliance_v": 80.0}
    )
    supply.remote()
    supply.enable()
    supply.wait_for_ready()
    supply.ramp_to_current(8.0, points=5, delay_time=1)
    bench.clock.sleep(20.0)
    assert supply.current == pytest.approx(8.0, abs=0.1)
    supply.set_sequence(0, [8.0, 16.0, 8.0], [2.0, 2.0], multiplier=1)
    supply.start_sequence(0)
    supply.is_sequence_running(0)
    bench.clock.sleep(3.0)
    supply.stop_sequence()
    supply.sync_sequence(0, 1)
    supply.clear_sequence(0)
    assert bench.unknown("dut") == []


def test_tdk_genesys(open_driver, check, truth):
    bench, supply = open_driver("tdk", "TDK_Gen40_38", "tdk_genesys", "ASRL9::INSTR", {"model": "GEN40-38"})
    check.keeps(
        supply,
        {
            "remote": ["LOC", "LLO", "REM"],
            "voltage_setpoint": [10.0, 30.0],
            "current_setpoint": [1.5, 10.0],
            "pass_filter": [18, 23, 46],
            "over_voltage": [42.0, 44.0],
            "under_voltage": [1.0, 0.0],
            "foldback_delay": [5, 0],
            "foldback_enabled": [True, False],
            "auto_restart_enabled": [True, False],
            "output_enabled": [False, True],
        },
    )
    assert float(bench.ask("dut", "PC?")) == 10.0
    assert supply.id == ["LAMBDA", "GEN40-38"]
    check.reads_everything(supply, but=(*NOT_SCPI, "address"))
    for command in ("set_max_over_voltage", "save", "recall", "clear"):
        with pytest.raises(
            NotImplementedError
        ):  # the driver sends its command, then calls what its class does not have
            getattr(supply, command)()
        assert supply.read() == "OK"
    with pytest.raises(NotImplementedError):
        supply.foldback_reset()
    assert supply.read() == "C01"  # "FDBRST": the manual's command is FBDRST
    assert supply.over_voltage == pytest.approx(44.0, abs=0.2)
    supply.ramp_to_current(12.0, steps=5)
    bench.clock.sleep(10.0)
    assert supply.mode == "CC"
    assert supply.current == pytest.approx(12.0, abs=0.02)
    assert supply.voltage == pytest.approx(12.0 * truth.resistance_ohm, abs=0.05)
    sees_field(bench, truth, 12.0)
    assert float(supply.status[0].split("(")[1].rstrip(")")) == pytest.approx(12.0 * truth.resistance_ohm, abs=0.05)
    assert supply.display[2] == pytest.approx(12.0, abs=0.02)
    supply.shutdown()
    bench.clock.sleep(5.0)
    assert bench.ask("dut", "OUT?") == "OFF"
    assert bench.unknown("dut") == ["FDBRST"]


def test_lakeshore_421(open_driver, check, truth):
    bench, meter = open_driver("lakeshore", "LakeShore421", "lakeshore_421", "ASRL9::INSTR")
    check.keeps(
        meter,
        {
            "unit": ["T", "G"],
            "fast_mode": [True, False],
            "field_mode": ["AC", "DC"],
            "display_filter_enabled": [True, False],
            "front_panel_locked": [True, False],
            "front_panel_brightness": range(8),
            "max_hold_enabled": [True, False],
            "relative_mode_enabled": [True, False],
            "alarm_mode_enabled": [True, False],
            "alarm_audible": [True, False],
            "alarm_sort_enabled": [True, False],
            "auto_range": [False],
            "field_range_raw": [3, 2, 1, 0],
            "field_range": [30.0, 300.0, 3000.0, 30000.0],
            "relative_setpoint": [1000.0, 0.0],
            "alarm_low": [-200.0],
            "alarm_high": [300.0],
        },
    )
    check.keeps(meter, {"unit": ["T"], "field_range": [0.003, 0.03, 0.3, 3.0]})
    meter.unit = "G"
    assert bench.ask("dut", "UNIT?").strip() == "G"
    assert bench.ask("dut", "RANGE?").strip() == "0"
    check.reads_everything(meter, but=(*NOT_SCPI, "status", "id"))
    bench.drive(30.0)
    meter.auto_range = True
    bench.clock.sleep(3.0)
    expected = 30.0 * truth.field_per_current_per_m
    slack = truth.field_tolerance_a_per_m(expected)
    assert meter.field * A_PER_M_PER_GAUSS == pytest.approx(expected, abs=slack)
    meter.unit = "T"
    bench.clock.sleep(3.0)
    assert meter.field * 1e4 * A_PER_M_PER_GAUSS == pytest.approx(expected, abs=slack)
    meter.max_hold_enabled = True
    meter.max_hold_reset()
    bench.clock.sleep(3.0)
    assert meter.max_hold_field * 1e4 * A_PER_M_PER_GAUSS == pytest.approx(expected, abs=slack)
    meter.zero_probe()
    bench.clock.sleep(3.0)
    assert abs(meter.field) < 1e-3
    assert bench.unknown("dut") == []
    meter.shutdown()


def test_lakeshore_425(open_driver, check, truth):
    bench, meter = open_driver("lakeshore", "LakeShore425", "lakeshore_425", "ASRL9::INSTR")
    check.keeps(meter, {"range": [35, 350, 3500, 35000], "unit": ["T", "Oe", "A/m", "G"]})
    for set_mode, expected in (
        (meter.ac_mode, [(2, 1, 1), (2, 1, 2)]),
        (meter.dc_mode, [(1, 0, 1), (1, 0, 2)]),
    ):
        for wideband, mode in zip((True, False), expected, strict=True):
            set_mode(wideband)
            assert meter.mode == mode
    meter.dc_mode()
    assert bench.ask("dut", "UNIT?").strip() == "1"
    bench.drive(30.0)
    meter.auto_range()
    bench.clock.sleep(3.0)
    expected = 30.0 * truth.field_per_current_per_m
    slack = truth.field_tolerance_a_per_m(expected)
    assert meter.field * A_PER_M_PER_GAUSS == pytest.approx(expected, abs=slack)
    meter.unit = "A/m"
    bench.clock.sleep(1.0)
    assert meter.field == pytest.approx(expected, abs=slack)
    mean, deviation = meter.measure(20, delay=0.1)
    assert mean == pytest.approx(expected, abs=slack)
    assert 0.0 < deviation < 5 * 20.0  # the world's noise is 20 A/m
    meter.zero_probe()
    bench.clock.sleep(30.0)
    assert abs(meter.field) < 500.0
    assert bench.unknown("dut") == []
