"""Thermometer, vibrator, stage, sensors and coil in the world. Oracles: closed forms written out here."""

import math

import numpy as np
import pytest

from vsmdaq_sim.world import WorldFileError

ROOM_K = 295.15
LOOP = {"samples.loop": {"material": "current-loop", "moment_a_m2": 3.47e-3}}
DRIVEN = {"vibrator": {"amplitude_m_per_v_rms": 1e-3}}


def signal(world):
    world.clock.sleep(20.0)
    return complex(*world.lockin.read())


def mounted(quiet, name, changes):
    world = quiet(changes)
    world.lockin.set_filter(0.1, 4, True)
    world.operator.mount(name)
    return world


# --- temperature


def test_without_heater_it_is_the_rooms_temperature(quiet):
    world = quiet()
    world.clock.sleep(1e6)
    assert world.thermometer.temperature_k() == world.thermometer.sensor_k() == ROOM_K
    assert world.thermometer.heater_share() == 0.0


@pytest.mark.parametrize("looks", [1, 7, 100])
def test_a_lag_follows_a_step_whenever_somebody_looks(quiet, looks):
    world = quiet({"thermometer": {"lag_s": 40.0}})
    world.thermometer.control(ROOM_K + 10.0, math.inf, 1.0)
    for _ in range(looks):
        world.clock.sleep(80.0 / looks)
        world.thermometer.temperature_k()
    assert world.thermometer.temperature_k() == pytest.approx(ROOM_K + 10.0 * (1.0 - math.exp(-2.0)), abs=1e-9)
    world.clock.sleep(4000.0)
    assert world.thermometer.temperature_k() == ROOM_K + 10.0
    assert not world.thermometer.moving


@pytest.mark.parametrize("looks", [1, 13])
def test_a_ramp_is_followed_at_the_distance_of_rate_times_lag(quiet, looks):
    world = quiet({"thermometer": {"lag_s": 10.0}})
    world.thermometer.control(ROOM_K + 50.0, 0.1, 1.0)
    for _ in range(looks):
        world.clock.sleep(200.0 / looks)
        world.thermometer.set_point_k()
    assert world.thermometer.set_point_k() == pytest.approx(ROOM_K + 20.0, abs=1e-9)
    assert world.thermometer.temperature_k() == pytest.approx(ROOM_K + 20.0 - 0.1 * 10.0, abs=1e-8)
    world.clock.sleep(301.0)
    assert world.thermometer.set_point_k() == ROOM_K + 50.0


def test_the_heater_has_a_limit_and_cannot_cool(quiet):
    world = quiet({"thermometer": {"lag_s": 1.0, "full_rise_k": 100.0}})
    world.thermometer.control(ROOM_K + 50.0, math.inf, 0.1)
    world.clock.sleep(100.0)
    assert world.thermometer.temperature_k() == pytest.approx(ROOM_K + 10.0)
    assert world.thermometer.heater_share() == 1.0
    world.thermometer.control(ROOM_K - 50.0, math.inf, 1.0)
    world.clock.sleep(100.0)
    assert world.thermometer.temperature_k() == pytest.approx(ROOM_K)
    assert world.thermometer.heater_share() == 0.0


def test_open_loop(quiet):
    world = quiet({"thermometer": {"lag_s": 1.0, "full_rise_k": 100.0}})
    world.thermometer.heat(0.25, 1.0)
    world.clock.sleep(100.0)
    assert world.thermometer.temperature_k() == pytest.approx(ROOM_K + 25.0)
    assert world.thermometer.heater_share() == 0.25


def test_the_sensor_has_an_offset_and_is_what_is_controlled(quiet):
    world = quiet({"thermometer": {"offset_k": 0.5, "lag_s": 1.0}})
    assert world.thermometer.sensor_k() == ROOM_K + 0.5
    world.thermometer.control(310.0, math.inf, 1.0)
    world.clock.sleep(100.0)
    assert world.thermometer.sensor_k() == pytest.approx(310.0)
    assert world.thermometer.temperature_k() == pytest.approx(309.5)


def test_readings_repeat_within_an_interval_and_scatter_between(quiet):
    world = quiet({"thermometer": {"noise_k": 0.01, "interval_s": 0.1}})
    assert world.thermometer.sensor_k() == world.thermometer.sensor_k()
    readings = []
    for _ in range(2000):
        world.clock.sleep(0.1)
        readings.append(world.thermometer.sensor_k())
    assert np.std(readings) == pytest.approx(0.01, rel=0.1)  # 6 standard errors


def test_the_moment_of_nickel_follows_the_temperature(quiet):
    # -0.047 %/K; the loop's field does not matter for the ratio, so far above saturation
    nickel = {"material": "nickel", "moment_a_m2": 3.47e-3, "diameter_m": 2.383e-3, "field_coefficient": 0.0}
    world = mounted(quiet, "ball", {"samples.ball": nickel, "thermometer": {"lag_s": 2.0}})
    world.magnet.ramp_to(60.0, 10.0)
    cold = abs(signal(world))
    world.thermometer.control(ROOM_K + 40.0, math.inf, 1.0)
    world.clock.sleep(100.0)
    warm = abs(signal(world))
    low, high = (1.0 - 0.00047 * (temperature_k - 298.0) for temperature_k in (ROOM_K, ROOM_K + 40.0))
    assert warm / cold == pytest.approx(high / low, rel=1e-6)


def test_the_lock_in_follows_a_drifting_sample(quiet):
    def at_the_end(looks):
        paramagnet = {"material": "linear", "mass_susceptibility_m3_per_kg": 1e-7, "mass_kg": 1e-4}
        paramagnet["temperature_coefficient_per_k"] = -3e-3
        world = mounted(quiet, "salt", {"samples.salt": paramagnet, "thermometer": {"lag_s": 30.0}})
        world.magnet.ramp_to(60.0, 10.0)
        world.clock.sleep(100.0)
        world.thermometer.control(ROOM_K + 60.0, math.inf, 1.0)
        for _ in range(looks):
            world.clock.sleep(20.0 / looks)
            world.lockin.read()
        return complex(*world.lockin.read())

    assert at_the_end(1) == pytest.approx(at_the_end(400), rel=1e-5)


@pytest.mark.parametrize(
    "call",
    [
        lambda part: part.control(math.nan, 1.0, 1.0),
        lambda part: part.control(300.0, 0.0, 1.0),
        lambda part: part.control(300.0, 1.0, 1.1),
        lambda part: part.heat(-0.1, 1.0),
    ],
)
def test_the_heater_refuses_nonsense(quiet, call):
    with pytest.raises(ValueError, match="asked for; allowed"):
        call(quiet().thermometer)


# --- vibrator


def test_without_a_table_the_vibration_runs_by_itself(quiet):
    world = mounted(quiet, "loop", LOOP)
    before = signal(world)
    assert not world.vibrator.driven
    world.vibrator.drive(0.0, 50.0, 20.0, reference=False)
    assert signal(world) == pytest.approx(before)
    assert world.lockin.reference_frequency_hz() == 83.0


def test_the_signal_follows_amplitude_and_frequency(quiet):
    by_itself = abs(signal(mounted(quiet, "loop", LOOP)))
    world = mounted(quiet, "loop", {**LOOP, **DRIVEN})
    assert signal(world) == 0.0
    world.vibrator.drive(1.0, 50.0, 83.0, reference=True)
    assert abs(signal(world)) == pytest.approx(by_itself, rel=1e-9)
    world.vibrator.drive(0.5, 50.0, 41.5, reference=True)
    # half the amplitude at half the frequency; C differs by less than 0.3 % (kappa a^2/8)
    assert abs(signal(world)) == pytest.approx(by_itself / 4.0, rel=3e-3)
    assert world.lockin.reference_frequency_hz() == 41.5
    world.vibrator.drive(0.0, 50.0, 41.5, reference=False)
    assert signal(world) == pytest.approx(0.0, abs=1e-15)
    assert world.lockin.reference_frequency_hz() is None


def test_a_load_divides_the_voltage(quiet):
    world = quiet({"vibrator": {"amplitude_m_per_v_rms": 1e-3, "load_ohm": 50.0}})
    world.vibrator.drive(1.0, 50.0, 83.0, reference=True)
    assert world.vibrator.amplitude_m == pytest.approx(0.5e-3)


def test_cross_talk_goes_with_the_drive(make_world):
    world = make_world({"signal": {"noise_v_per_sqrt_hz": 0.0}, **DRIVEN})
    world.lockin.set_filter(0.1, 4, True)
    assert signal(world) == 0.0
    world.vibrator.drive(0.5, 50.0, 83.0, reference=True)
    assert abs(signal(world)) == pytest.approx(1e-6)  # half of 2 uV


def test_another_lock_in_follows_too(quiet):
    world = quiet(DRIVEN)
    first = world.lockin_of("first")
    world.vibrator.drive(1.0, 50.0, 20.0, reference=True)
    assert {part.reference_frequency_hz() for part in (first, world.lockin_of("second"), world.lockin)} == {20.0}


@pytest.mark.parametrize("values", [(-1.0, 50.0, 83.0), (1.0, -1.0, 83.0), (1.0, 50.0, 0.0), (math.inf, 50.0, 83.0)])
def test_the_vibrator_refuses_nonsense(quiet, values):
    with pytest.raises(ValueError, match="asked for"):
        quiet(DRIVEN).vibrator.drive(*values, reference=True)


# --- stage


@pytest.mark.parametrize("angle", [0.0, 60.0, 90.0, 180.0, -45.0])
def test_a_current_loop_turns_with_the_stage(quiet, angle):
    world = mounted(quiet, "loop", LOOP)
    straight = signal(world)
    world.stage.move_to(angle, 20.0)
    world.clock.sleep(10.0)
    assert not world.stage.turning()
    assert world.stage.angle_deg() == angle
    assert signal(world) == pytest.approx(straight * math.cos(math.radians(angle)), abs=1e-12)
    assert world.true_moment_a_m2() == pytest.approx(3.47e-3 * math.cos(math.radians(angle)), abs=1e-15)


def test_other_samples_are_isotropic(quiet):
    world = mounted(quiet, "nickel-sphere", {})
    world.magnet.ramp_to(60.0, 10.0)
    straight = signal(world)
    world.stage.move_to(90.0, 20.0)
    world.clock.sleep(10.0)
    assert signal(world) == pytest.approx(straight)


def test_speed_stop_and_offset(quiet):
    world = mounted(quiet, "loop", {**LOOP, "stage": {"offset_deg": 60.0}})
    world.clock.sleep(1.0)
    assert world.true_moment_a_m2() == pytest.approx(3.47e-3 * 0.5)
    world.stage.move_to(90.0, 10.0)
    world.clock.sleep(3.0)
    assert world.stage.turning()
    assert world.stage.angle_deg() == pytest.approx(30.0)
    assert world.true_moment_a_m2() == pytest.approx(0.0, abs=1e-15)
    world.stage.stop()
    world.clock.sleep(3.0)
    assert world.stage.angle_deg() == pytest.approx(30.0)
    assert not world.stage.turning()


def test_the_magnet_ramps_and_the_stage_turns_at_once(quiet):
    def moments(looks):
        world = mounted(quiet, "loop", LOOP)
        world.magnet.ramp_to(50.0, 10.0)
        world.stage.move_to(-90.0, 15.0)
        for _ in range(looks):
            world.clock.sleep(4.0 / looks)
            world.stage.angle_deg()
        return world.magnet.field_a_per_m(), world.stage.angle_deg(), world.true_moment_a_m2()

    assert moments(1) == pytest.approx(moments(37), rel=1e-9)
    assert moments(1)[1] == pytest.approx(-60.0)


# --- voltages and coil


def test_amplitude_sensor_and_hall_voltage(quiet):
    world = quiet(
        {"sensor": {"amplitude_v_rms_per_m": 500.0, "hall_v_per_a_per_m": 1e-7, "hall_offset_v": 1e-5}, **DRIVEN}
    )
    amplitude, hall = world.voltage_of("amplitude"), world.voltage_of("hall")
    assert [amplitude.dc_v(), amplitude.ac_v_rms(), hall.dc_v(), hall.ac_v_rms()] == [0.0, 0.0, 1e-5, 0.0]
    world.vibrator.drive(1.0, 50.0, 83.0, reference=True)
    world.magnet.ramp_to(30.0, 10.0)
    world.clock.sleep(20.0)
    assert amplitude.ac_v_rms() == pytest.approx(0.5)
    assert hall.dc_v() == pytest.approx(1e-5 + 1e-7 * world.magnet.field_a_per_m())
    with pytest.raises(ValueError, match="terminals 'pickup' were asked for; allowed: amplitude, hall"):
        world.voltage_of("pickup")


def test_noise_of_a_voltage(quiet):
    world = quiet({"sensor": {"hall_noise_v": 1e-6}})
    readings = [world.voltage_of("hall").dc_v() for _ in range(2000)]
    assert np.std(readings) == pytest.approx(1e-6, rel=0.1)


def test_a_linear_sample_changes_the_inductance(quiet):
    # dL = chi V b^2/mu0: 1e-4 kg of 1e-7 m3/kg in 0.01 T/A
    salt = {"material": "linear", "mass_susceptibility_m3_per_kg": 1e-7, "mass_kg": 1e-4}
    coil = {"inductance_h": 0.01, "resistance_ohm": 100.0, "field_t_per_a": 0.01}
    world = quiet({"samples.salt": salt, "coil_impedance": coil})
    assert [world.coil.inductance_h(), world.coil.resistance_ohm()] == [0.01, 100.0]
    world.operator.mount("salt")
    world.clock.sleep(1.0)
    assert world.coil.inductance_h() - 0.01 == pytest.approx(1e-11 * 1e-4 / (4e-7 * math.pi), rel=1e-6)


def test_the_estimate_from_the_coils(quiet):
    # four rings of 1500 turns, R = 10 mm, a = 2.5 mm: 4 mu0 N^2 R (ln 32 - 7/4); copper in half of the cross-section
    world = quiet()
    assert world.coil.inductance_h() == pytest.approx(
        4 * 4e-7 * math.pi * 1500**2 * 0.01 * (math.log(32) - 1.75), rel=1e-6
    )
    wire_m, wire_m2 = 4 * 1500 * 2 * math.pi * 0.01, 0.5 * math.pi * 0.0025**2 / 1500
    assert world.coil.resistance_ohm() == pytest.approx(1.72e-8 * wire_m / wire_m2)


# --- the file


def test_a_wrong_key_is_named(make_world):
    with pytest.raises(WorldFileError, match=r"thermometer\.lag: given an unknown key; allowed: offset_k, noise_k"):
        make_world({"thermometer": {"lag": 1.0}})
    with pytest.raises(WorldFileError, match=r"vibrator\.amplitude_m_per_v_rms: given nothing"):
        make_world({"vibrator": {"load_ohm": 50.0}})


def test_a_number_can_be_drawn(make_world):
    changes = {"thermometer": {"offset_k": 0.0}, 'draw."thermometer.offset_k"': {"u": 0.1}}
    first, second = (make_world(changes, seed=seed).spec.surroundings.thermometer.offset_k for seed in (1, 2))
    assert first != second
