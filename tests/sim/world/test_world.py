import numpy as np
import pytest
from scipy.signal import detrend

from vsmdaq_sim.world import MaterialRangeError, World


def test_two_sessions_share_no_noise(reference_file):
    series = []
    for session in ("one", "two"):
        world = World.load(reference_file, seed=7, session=session)
        readings = []
        for _ in range(1500):
            world.clock.sleep(1.0)
            readings.append((*world.lockin.read(), world.gaussmeter.read_a_per_m(), world.balance.apparent_mass_kg()))
        series.append(detrend(readings, axis=0))  # both balances drift alike: that is no noise
    for column in range(4):
        assert abs(np.corrcoef(series[0][:, column], series[1][:, column])[0, 1]) < 0.1


def test_one_seed_and_session_is_one_world(reference_file):
    def history(session):
        world = World.load(reference_file, seed=3, session=session)
        world.operator.mount("reference-sphere")
        world.magnet.ramp_to(30.0, 10.0)
        result = []
        for _ in range(300):
            world.clock.sleep(0.3)
            result.append((*world.lockin.read(), world.gaussmeter.read_a_per_m(), world.magnet.current_a()))
        return result

    assert history("a") == history("a")
    assert history("a") != history("b")


def test_the_session_does_not_change_the_truth(population_file):
    first, second = (World.load(population_file, seed=4, session=session) for session in ("a", "b"))
    assert first.spec == second.spec
    assert World.load(population_file, seed=5).spec.magnet != first.spec.magnet


def test_a_drawn_diameter_leaves_the_moment_alone(population_file):
    spheres = [World.load(population_file, seed=seed).spec.samples["reference-sphere"] for seed in range(20)]
    assert len({sphere.diameter_m for sphere in spheres}) == 20
    assert {sphere.moment_a_m2 for sphere in spheres} == {2e-6}
    assert np.std([sphere.diameter_m for sphere in spheres]) == pytest.approx(3e-6, rel=0.5)


def test_idle_time_costs_nothing(make_world):
    world = make_world()
    world.clock.sleep(1e8)
    x, y = world.lockin.read()
    assert abs(complex(x, y)) == pytest.approx(2e-6, abs=1e-6)


def test_a_measured_loop_refuses_where_the_signal_is_asked_for_and_nowhere_else(make_world, tmp_path):
    file = tmp_path / "loop.txt"
    file.write_text("4e5 1e-6\n0 5e-7\n-4e5 -1e-6\n0 -5e-7\n4e5 1e-6\n", encoding="utf-8")
    rock = {"material": "measured-loop", "file": str(file), "crossover_a_per_m": 1e3}
    world = make_world({"samples.rock": rock, "operator": {"mount_s": 0.0}})
    world.operator.mount("rock")
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(20.0)
    with pytest.raises(MaterialRangeError, match=r"samples\.rock"):
        world.lockin.read()
    with pytest.raises(MaterialRangeError):
        world.true_moment_a_m2()
    world.magnet.ramp_to(15.0, 10.0)
    world.clock.sleep(20.0)
    assert not world.magnet.ramping()
    field = world.magnet.field_a_per_m()
    assert world.true_moment_a_m2() == pytest.approx(5e-7 + 5e-7 * field / 4e5, rel=1e-9)
    world.lockin.read()


def test_signal_is_the_phasor_of_the_textbook(quiet):
    # model coil, 82 Hz, 1 mm peak, 3.47 mA m2: 5.354 mV rms with C at the centre (-0.25 % at this amplitude)
    world = quiet(
        {"vibration": {"frequency_hz": 82.0}, "samples.loop": {"material": "current-loop", "moment_a_m2": 3.47e-3}}
    )
    world.lockin.set_filter(0.1, 4, True)
    world.operator.mount("loop")
    world.clock.sleep(100.0)
    z = complex(*world.lockin.read())
    assert abs(z) == pytest.approx(5.354e-3 * (1 - 0.0025), rel=2e-3)
    assert np.degrees(np.angle(z)) == pytest.approx(37.0)
