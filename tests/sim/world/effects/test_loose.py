import numpy as np
import pytest

from vsmdaq_sim.world.draws import Normals, generator
from vsmdaq_sim.world.effects.loose import Rattle

RATTLE = {"loose": {"rattle_per_sqrt_hz": 1e-4}}


@pytest.mark.parametrize(("moment", "tau", "poles", "bandwidth"), [(1e-3, 0.1, 1, 2.5), (-4e-3, 0.05, 4, 1.5625)])
def test_rattling_is_noise_in_proportion_to_the_moment_and_in_phase_with_it(loop, moment, tau, poles, bandwidth):
    world = loop(RATTLE | {"samples.loop": {"material": "current-loop", "moment_a_m2": moment}})
    world.lockin.set_filter(tau, poles, True)
    world.lockin.set_phase_deg(37.0)
    world.clock.sleep(30.0)
    values = []
    for _ in range(4000):
        world.clock.sleep(20.0 * tau)
        values.append(complex(*world.lockin.read()))
    mean = np.mean(values).real
    assert np.sign(mean) == np.sign(moment)
    # noise bandwidth 1/(4 tau), 5/(64 tau), less 3 % for the synchronous filter's pole of 6 ms at the longest
    assert np.std(np.real(values)) / abs(mean) == pytest.approx(1e-4 * bandwidth**0.5, rel=0.06)
    assert np.max(np.abs(np.imag(values))) < 1e-12 * abs(mean)


def test_rattling_has_the_autocorrelation_of_the_filter():
    rattle = Rattle(1.0, Normals(generator(5)))
    values = np.array([rattle.filtered((0.1,), 0.05 * i) for i in range(20000)])
    for lag in (1, 2, 6):
        assert np.mean(values[lag:] * values[:-lag]) / np.var(values) == pytest.approx(np.exp(-0.5 * lag), abs=0.05)


def test_bare_holder_does_not_rattle(quiet, settled):
    assert abs(settled(quiet(RATTLE), 60.0)) == 0.0


def jumps(world, settled, currents):
    return [settled(world, current).real for current in currents]


def test_sample_sits_differently_after_each_reversal_and_only_then(loop, settled):
    world = loop({"loose": {"step_relative": 0.01, "threshold_a_per_m": 1e5}})
    z0 = settled(loop()).real
    values = jumps(world, settled, [5.0, 20.0, 60.0, -5.0, -20.0, -60.0, -20.0, 5.0, 20.0, -5.0, 60.0])
    ratios = np.array(values) / z0 - 1.0
    assert ratios[0] == pytest.approx(0.0, abs=1e-12)  # below the threshold of 100 kA/m, 7.5 A
    for first, last in ((1, 3), (4, 7), (8, 10)):
        assert np.ptp(ratios[first : last + 1]) < 1e-11
    assert len({round(float(r), 9) for r in ratios[[0, 1, 4, 8]]}) == 4
    world.operator.mount("loop")
    world.clock.sleep(1.0)
    world.magnet.ramp_to(0.0, 10.0)
    world.clock.sleep(60.0)
    world.operator.mount("loop")  # in no field
    world.clock.sleep(1.0)
    assert settled(world).real / z0 == pytest.approx(1.0, abs=1e-12)


def test_steps_have_the_stated_spread(loop, settled):
    world = loop({"loose": {"step_relative": 0.01}})
    z0 = settled(loop()).real
    values = jumps(world, settled, [-10.0, 10.0] * 60)
    assert np.std(values[1:]) / z0 == pytest.approx(0.01, rel=0.3)  # u of a standard deviation of 119: 6.5 %
    assert values[0] / z0 == pytest.approx(1.0, abs=1e-12)  # the first side is no reversal
