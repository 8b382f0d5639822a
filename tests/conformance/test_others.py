"""Drivers of makers and of other projects, unmodified: Lake Shore, Stanford Research, Mettler Toledo, Sartorius.

Where a driver opens its own port or socket, it talks to a served world, which runs at a multiple of real time.
"""

from __future__ import annotations

import asyncio
import inspect
import io
import math

import numpy as np
import pytest

DUT = "GPIB0::9::INSTR"


# --- Lake Shore's own package -----------------------------------------------------------------------------------------


@pytest.fixture
def lakeshore(foreign, make_bench, bench_time):
    """Its instruments on a connection that the user gives: a PyVISA resource has what they want (write, query, clear)."""
    module = foreign("lakeshore")

    def open_it(name, kind, **options):
        bench = make_bench(dut=(kind, DUT))
        bench_time(bench.clock, "lakeshore")
        end = bench.sim.endpoint_of("dut").instrument.reply_terminator.decode()
        resource = bench.manager.open_resource(DUT, read_termination=end, write_termination="\n")
        return bench, getattr(module, name)(connection=resource, **options)

    return open_it


def asks_everything(instrument, but=(), **arguments):
    """Call every method that asks; returns how many there are."""
    count = 0
    for name, method in inspect.getmembers(instrument, inspect.ismethod):
        if name.startswith(("get_", "is_")) and name not in but:
            wanted = [p.name for p in inspect.signature(method).parameters.values() if p.default is p.empty]
            method(*(arguments[word] for word in wanted))
            count += 1
    return count


def test_lakeshore_electromagnet_supply(lakeshore):
    bench, supply = lakeshore("ElectromagnetPowerSupply", "lakeshore_643")
    supply.set_limits(60.0, 20.0)
    assert supply.get_limits() == [60.0, 20.0]
    supply.set_ramp_rate(5.0)
    assert supply.get_ramp_rate() == 5.0
    for segment in range(1, 6):
        supply.set_ramp_segment(segment, 10.0 * segment, 1.0 + segment)
        assert supply.get_ramp_segment(segment) == [10.0 * segment, 1.0 + segment]
    for state in (True, False):
        supply.set_ramp_segments_enable(state)
        assert supply.get_ramp_segments_enable() is state
    for mode in range(3):
        supply.set_internal_water(mode)
        assert supply.get_internal_water() == mode
    for mode in range(3):
        supply.set_magnet_water(mode)
        assert supply.get_magnet_water() == mode
    supply.set_internal_water(0)
    supply.set_magnet_water(0)
    for level in range(4):
        supply.set_display_brightness(level)
        assert supply.get_display_brightness() == level
    supply.set_front_panel_lock(2, 123)
    assert (supply.get_front_panel_status(), supply.get_front_panel_lock_code()) == (2, 123)
    supply.set_programming_mode(0)
    assert supply.get_programming_mode() == 0
    supply.set_ieee_interface_mode(1)
    assert supply.get_ieee_interface_mode() == 1
    supply.set_ieee_488(0, 0, 12)
    assert supply.get_iee_488() == [0, 0, 12]
    assert supply.get_self_test() is False
    for kind in ("service_request", "standard_event_status", "operation_event"):
        mask = getattr(supply, f"get_{kind}_enable_mask")()
        getattr(supply, f"set_{kind}_enable_mask")(mask)
        assert vars(getattr(supply, f"get_{kind}_enable_mask")()) == vars(mask)
    assert asks_everything(supply, segment=1) > 20
    assert bench.unknown("dut") == []


def test_lakeshore_electromagnet_supply_drives_the_magnet(lakeshore, truth):
    bench, supply = lakeshore("ElectromagnetPowerSupply", "lakeshore_643")
    supply.set_limits(60.0, 20.0)
    supply.set_ramp_rate(5.0)
    supply.set_current(30.0)
    assert supply.get_current() == 30.0
    bench.clock.sleep(20.0)
    assert supply.get_measured_current() == pytest.approx(30.0, abs=0.02)
    assert supply.get_measured_voltage() == pytest.approx(30.0 * truth.resistance_ohm, abs=0.05)
    expected = 30.0 * truth.field_per_current_per_m
    gauss = float(bench.ask("gaussmeter", "RDGFIELD?"))
    assert gauss * 1000.0 / (4.0 * math.pi) == pytest.approx(expected, abs=truth.field_tolerance_a_per_m(expected))
    supply.set_current(0.0)
    bench.clock.sleep(2.0)
    supply.stop_output_current_ramp()
    assert 10.0 < supply.get_measured_current() < 25.0
    assert float(bench.ask("dut", "SETI?")) == pytest.approx(supply.get_current())
    with pytest.raises(Exception, match=r"Execution Error|Command Error"):
        supply.set_ramp_rate(1e6)
    supply.clear_interface()
    supply.reset_instrument()
    supply.set_current(0.0)
    bench.clock.sleep(30.0)  # factory defaults are refused while current flows
    supply.set_factory_defaults()
    assert bench.unknown("dut") == []


@pytest.mark.parametrize(("name", "kind"), [("F41", "lakeshore_f41"), ("F71", "lakeshore_f71")])
def test_lakeshore_teslameters(lakeshore, truth, name, kind):
    bench, meter = lakeshore(name, kind)
    for mode in ("DC", "AC", "HIFR"):
        meter.configure_field_measurement_setup(mode, autorange=True, averaging_samples=10)
        assert meter.get_field_measurement_setup()["mode"] == mode
    meter.configure_field_measurement_setup("DC", autorange=True, averaging_samples=20)
    for unit in ("GAUSS", "TESLA"):
        meter.configure_field_units(unit)
        assert meter.get_field_units() == unit
    for source in ("PROB", "MTEM", "NONE"):
        meter.configure_temperature_compensation(source, 25.0)
    assert (
        asks_everything(
            meter,
            but=("get_analog_output", "get_buffered_data_points"),
            length_of_time_in_seconds=1,
            sample_rate_in_ms=100,
        )
        > 20
    )
    assert set(meter.get_probe_information()) >= {"model_number", "serial_number", "sensor_type"}
    bench.drive(30.0)
    meter.reset_max_min()
    expected = 30.0 * truth.field_per_current_per_m
    slack = truth.field_tolerance_a_per_m(expected)
    per_tesla = 1e7 / (4.0 * math.pi)
    assert meter.get_dc_field() * per_tesla == pytest.approx(expected, abs=slack)
    field = meter.get_dc_field_xyz()
    assert field[0] * per_tesla == pytest.approx(expected, abs=slack)
    for value in meter.get_max_min():
        assert value * per_tesla == pytest.approx(expected, abs=slack)
    meter.tare_relative_field()
    assert abs(meter.get_relative_field()) * per_tesla < 200.0
    meter.set_relative_field_baseline(0.1)
    assert meter.get_relative_field_baseline() == pytest.approx(0.1)
    points = meter.get_buffered_data_points(0.5, 10)
    assert len(points) == 50
    assert points[-1].x * per_tesla == pytest.approx(expected, abs=slack)
    written = io.StringIO()
    meter.log_buffered_data_to_file(0.2, 20, written)
    assert len(written.getvalue().splitlines()) == 11
    meter.enable_qualifier()
    meter.configure_qualifier("OVER", 0.1)
    assert meter.get_qualifier_configuration()[0] == "OVER"
    assert meter.is_qualifier_condition_met() in {True, False}
    meter.enable_qualifier_latching()
    meter.reset_qualifier_latch()
    meter.disable_qualifier_latching()
    meter.disable_qualifier()
    meter.enable_high_frequency_filters()
    for kind_of_filter in ("LPASS", "HPASS", "BPASS"):
        meter.set_frequency_filter_type(kind_of_filter)
        assert meter.get_frequency_filter_type() == kind_of_filter
    meter.set_low_pass_filter_cutoff("F100")
    meter.set_high_pass_filter_cutoff("F100")
    meter.set_band_pass_filter_center("F100")
    meter.disable_high_frequency_filters()
    assert bench.unknown("dut") == []


def test_lakeshore_425(lakeshore, truth):
    bench, meter = lakeshore("Model425", "lakeshore_425")
    bench.drive(-20.0)
    meter.command("UNIT 4")
    meter.command("AUTO 1")
    bench.clock.sleep(3.0)
    expected = -20.0 * truth.field_per_current_per_m
    assert float(meter.query("RDGFIELD?")) == pytest.approx(expected, abs=truth.field_tolerance_a_per_m(expected))
    assert meter.model_number == "MODEL425"
    assert bench.unknown("dut") == []


def settles(controller, bench, temperature_k):
    controller.set_heater_output_mode(1, controller.HeaterOutputMode.CLOSED_LOOP, 1)
    controller.set_control_setpoint(1, temperature_k)
    controller.set_heater_range(1, controller.HeaterRange.HIGH)
    bench.clock.sleep(3600.0)
    assert controller.get_kelvin_reading("A") == pytest.approx(temperature_k, abs=0.3)
    assert bench.sim.world.thermometer.sensor_k() == pytest.approx(temperature_k, abs=0.3)
    assert controller.get_heater_output(1) > 0.0
    controller.all_heaters_off()
    assert controller.get_heater_range(1) == controller.HeaterRange.OFF


CONTROLLERS = pytest.mark.parametrize(("name", "kind"), [("Model335", "lakeshore_335"), ("Model336", "lakeshore_336")])


@pytest.fixture
def open_controller(lakeshore):
    return lambda name, kind: lakeshore(name, kind, **({"baud_rate": 57600} if name == "Model335" else {}))


@CONTROLLERS
def test_lakeshore_temperature_controllers_answer_everything(open_controller, name, kind):
    small = name == "Model335"
    bench, controller = open_controller(name, kind)
    asked = asks_everything(
        controller,
        output=2 if small else 3,
        heater_output=1,
        channel="A",
        input_channel="A",
        curve=21,
        curve_number=21,
        index=1,
        zone=1,
        field=1,
        relay_number=1,
        relay_channel=1,
        # those of two words each need other arguments; the registers have another name in the class of the 335
        but=(
            "get_heater_pid",
            "get_setpoint_ramp_parameter",
            "get_setpoint_ramp_status",
            "get_heater_output",
            *(("get_service_request", "get_status_byte") if small else ()),
        ),
    )
    assert asked > 35
    assert bench.unknown("dut") == []


@CONTROLLERS
def test_lakeshore_temperature_controllers_loops_and_alarms(open_controller, foreign, name, kind):
    bench, controller = open_controller(name, kind)
    module = foreign("lakeshore")
    controller.set_heater_pid(1, 40.0, 30.0, 5.0)
    assert controller.get_heater_pid(1) == {"gain": 40.0, "integral": 30.0, "ramp_rate": 5.0} or (
        list(controller.get_heater_pid(1).values()) == [40.0, 30.0, 5.0]
    )
    controller.set_setpoint_ramp_parameter(1, True, 10.0)
    assert controller.get_setpoint_ramp_parameter(1) == {"ramp_enable": True, "rate_value": 10.0}
    assert controller.get_setpoint_ramp_status(1) is False
    controller.set_setpoint_ramp_parameter(1, False, 10.0)
    alarm = module.AlarmSettings(290.0, 10.0, 1.0, False, audible=True, visible=True)
    controller.set_alarm_parameters("A", True, alarm)
    back = controller.get_alarm_parameters("A")
    assert (back.high_value, back.low_value, back.alarm_enable) == (290.0, 10.0, True)
    assert controller.get_alarm_status("A") == {"high_state_enabled": True, "low_state_enabled": False}
    controller.set_relay_alarms(1, "A", controller.RelayControlAlarm.HIGH_ALARM)
    assert controller.get_relay_status(1) is True
    controller.turn_relay_on(2)
    assert controller.get_relay_control_mode(2) == controller.RelayControlMode.RELAY_ON
    controller.turn_relay_off(2)
    assert controller.get_relay_status(2) is False
    controller.set_alarm_parameters("A", False)
    controller.reset_alarm_status()
    assert controller.get_alarm_status("A") == {"high_state_enabled": False, "low_state_enabled": False}
    assert bench.unknown("dut") == []


@CONTROLLERS
def test_lakeshore_temperature_controllers_curves_and_panel(open_controller, foreign, name, kind):
    bench, controller = open_controller(name, kind)
    module = foreign("lakeshore")
    controller.set_curve_header(
        21,
        module.Model336CurveHeader(
            "Our diode",
            "D12345",
            controller.CurveFormat.VOLTS_PER_KELVIN,
            475.0,
            controller.CurveTemperatureCoefficient.NEGATIVE,
        ),
    )
    assert controller.get_curve_header(21).curve_name.strip() == "Our diode"
    controller.set_curve_data_point(21, 1, 0.10191, 470.0)
    controller.set_curve_data_point(21, 2, 1.64429, 1.4)
    assert controller.get_curve_data_point(21, 2) == (1.64429, 1.4)
    controller.delete_curve(21)
    assert controller.get_curve_data_point(21, 2) == (0.0, 0.0)
    controller.set_input_curve("A", 2)
    assert controller.get_input_curve("A") == 2
    controller.set_diode_excitation_current("A", controller.DiodeCurrent.ONE_MILLIAMP)
    assert controller.get_diode_excitation_current("A") == controller.DiodeCurrent.ONE_MILLIAMP
    controller.set_filter("A", True, 16, 5)
    assert list(controller.get_filter("A").values()) == [True, 16, 5]
    controller.set_sensor_name("A", "Sample")
    assert controller.get_sensor_name("A").strip() == "Sample"
    controller.set_temperature_limit("A", 400.0)
    assert controller.get_temperature_limit("A") == 400.0
    controller.set_keypad_lock(True, 456)
    assert controller.get_keypad_lock() == {"state": True, "code": 456}
    controller.set_led_state(False)
    assert controller.get_led_state() is False
    controller.set_remote_interface_mode(controller.InterfaceMode.REMOTE)
    assert controller.get_remote_interface_mode() == controller.InterfaceMode.REMOTE
    controller.set_ieee_488(14)
    assert controller.get_ieee_488() == 14
    controller.set_manual_output(1, 12.5)
    assert controller.get_manual_output(1) == 12.5
    controller.set_manual_output(1, 0.0)
    assert bench.unknown("dut") == []


@CONTROLLERS
def test_lakeshore_temperature_controllers_control(open_controller, name, kind):
    bench, controller = open_controller(name, kind)
    extremes = controller.get_min_max_data("A")
    assert extremes["minimum"] == pytest.approx(295.15, abs=0.05)
    controller.reset_min_max_data()
    if name == "Model336":
        assert controller.get_all_kelvin_reading()[0] == pytest.approx(295.15, abs=0.05)
        assert len(controller.get_all_sensor_reading()) == 4
        controller.set_interface(controller.Interface.ETHERNET)
        assert controller.get_interface() == controller.Interface.ETHERNET
    settles(controller, bench, 310.0)
    controller.clear_interface_command()
    controller.reset_instrument()
    assert bench.unknown("dut") == []


# --- Stanford Research ------------------------------------------------------------------------------------------------


@pytest.fixture(params=["sr860", "sr865a"])
def srs(request, foreign, make_bench, bench_time, monkeypatch):
    visa = foreign("srsinst.sr860.instruments.visainterface").VisaInterface
    module = foreign("srsinst.sr860")
    bench = make_bench(dut=(request.param, DUT))
    monkeypatch.setattr(visa, "rm", bench.manager)  # its class opens whatever PyVISA library is the computer's default
    bench_time(bench.clock, "srsinst", "srsgui")
    lockin = module.SR860()
    lockin.connect("visa", DUT)
    yield bench, lockin
    lockin.disconnect()


COMPONENTS = (
    "ref", "signal", "output", "aux", "display", "chart", "fft", "scan", "data", "capture", "stream", "system", "interface", "status",
)  # fmt: skip


def commands_of(component, package):
    """Its commands, those that are numbered once for each number: (name, getter, setter or None, values)."""
    kinds = [one for kind in type(component).__mro__ for one in vars(kind).items()]
    for name, one in kinds:
        if isinstance(one, package.Command) and one._get_enable:
            words = list(getattr(one, "set_dict", None) or {})
            yield name, lambda n=name: getattr(component, n), lambda v, n=name: setattr(component, n, v), one, words
    for name, one in vars(component).items():
        if isinstance(one, package.IndexCommand) and one._get_enable:
            for at in range(one.index_min, one.index_max + 1):
                yield f"{name}[{at}]", lambda o=one, i=at: o[i], lambda v, o=one, i=at: o.__setitem__(i, v), one, []


def test_srsinst_sr860_asks_and_keeps_everything(srs, foreign):
    bench, lockin = srs
    package = foreign("srsgui")
    assert lockin.check_id()[0] in {"SR860", "SR865A"}
    asked = kept = 0
    for part in COMPONENTS:
        component = getattr(lockin, part)
        for name, get, put, command, words in commands_of(component, package):
            value = get()
            asked += 1
            # the data channels want four different parameters, a stream has no host, and a status is cleared by asking
            if (
                not command._set_enable
                or part in {"status", "stream", "interface"}
                or name.startswith(("config[", "channel_config["))
            ):
                continue
            if (
                name in {"equivalent_noise_bandwidth", "timebase_source", "blade_phase"}
                or "time[" in name
                or "date[" in name
            ):
                continue  # the driver could set these; the instrument has no such command, or its clock is the bench's
            for one in words or [value]:
                put(one)
                assert get() == (pytest.approx(one, rel=1e-4) if isinstance(one, float) else one), f"{part}.{name}"
                kept += 1
    assert asked > 150
    assert kept > 200
    assert bench.unknown("dut") == []


def test_srsinst_sr860_sees_the_sphere(srs, truth):
    bench, lockin = srs
    bench.mount("reference-sphere")
    bench.drive(40.0)
    expected = truth.saturated_v_rms(40.0)
    lockin.reset()
    lockin.ref.reference_source = "external"
    lockin.signal.time_constant = 0.1
    lockin.signal.filter_slope = 24
    lockin.signal.voltage_sensitivity = 5e-6
    bench.clock.sleep(3.0)
    slack = 0.01 * abs(expected) + 5.0 * 7.25e-9 + 1e-8
    assert lockin.data.get_values(0, 1) == pytest.approx([expected.real, expected.imag], abs=slack)
    assert lockin.data.get_channel_values()[2] == pytest.approx(abs(expected), abs=slack)
    assert lockin.data.value["X"] == pytest.approx(expected.real, abs=slack)
    assert lockin.ref.detection_frequency == pytest.approx(truth.frequency_hz, rel=1e-4)
    lockin.capture.config = "XY"
    lockin.capture.buffer_size_in_kilobytes = 2
    lockin.capture.start(0, 0)
    bench.clock.sleep(30.0)
    lockin.capture.stop()
    x, y = lockin.capture.get_all_data()
    assert np.mean(x) == pytest.approx(expected.real, abs=slack)
    assert np.mean(y) == pytest.approx(expected.imag, abs=slack)
    for action in (lockin.auto.set_phase, lockin.auto.set_range, lockin.auto.set_scale):
        action()
        bench.clock.sleep(5.0)
    assert abs(lockin.data.value["Y"]) < 0.02 * abs(expected)
    lockin.output.auto_offset(0)
    lockin.scan.start()
    lockin.scan.pause()
    lockin.scan.reset()
    lockin.chart.auto_find(0)
    lockin.system.capture_screen()
    lockin.status.clear()
    assert "Frequency" in lockin.get_status()
    assert bench.unknown("dut") == []


# --- balances, over a served world ------------------------------------------------------------------------------------


def test_mettler_toledo_device(foreign, serve_world):
    driver = foreign("mettler_toledo_device")
    served = serve_world(balance=("mt_sics", "ASRL3::INSTR"))
    # its terminal is open at once: the time for a reset of the board, which the driver waits for, is not needed
    balance = driver.MettlerToledoDevice(port=served.instruments["balance"].serial, timeout=2.0)
    try:
        assert "SI" in " ".join(balance.get_commands()) or balance.get_commands()
        assert balance.get_mtsics_level()
        assert balance.get_balance_data()
        assert balance.get_software_version()
        assert balance.get_software_id()
        assert balance.get_serial_number().isdigit()
        value, unit, status = balance.get_weight()
        assert (unit, status) in {("g", "S"), ("g", "D")}
        assert abs(value) < 0.01
        stable = balance.get_weight_stable()
        assert stable is not None
        assert stable[1] == "g"
        assert balance.zero_stable() is True
        assert balance.zero() in {"S", "D"}
        served.world.operator.hang("gouy-sample")
        served.wait(90.0)
        assert balance.get_weight_stable()[0] == pytest.approx(12.0, abs=0.02)  # load_mass_kg of the tube, g
        balance.reset()
    finally:
        balance.close()
    assert served.unknown("balance") == []


def test_sartorius(foreign, serve_world):
    driver = foreign("sartorius")
    served = serve_world(scale=("sartorius_sbi", "TCPIP0::scale::49155::SOCKET", {"characters": 22}))
    address = served.instruments["scale"].serial.removeprefix("socket://")

    async def talk():
        scale = driver.Scale(address)
        info = await scale.get_info()
        empty = await scale.get()
        await scale.zero()
        served.world.operator.hang("gouy-sample")
        await asyncio.sleep(90.0 / served.speed)
        loaded = await scale.get()
        scale.hw.close()
        await scale.hw.connection["writer"].wait_closed()
        return info, empty, loaded

    info, empty, loaded = asyncio.run(talk())
    assert set(info) == {"model", "serial", "software"}
    assert abs(empty["mass"]) < 0.01
    assert loaded["mass"] == pytest.approx(12.0, abs=0.02)
    assert loaded["units"] == "g"
    assert loaded["stable"] is True
    assert served.unknown("scale") == []
