import math

import pytest
from scipy.optimize import brentq

from vsmdaq_sim.world import WorldOperatorError


def test_a_sample_is_on_the_rod_when_the_step_is_done(make_world):
    world = make_world()
    world.clock.sleep(5.0)
    world.operator.mount("nickel-sphere")
    assert world.operator.busy_until_s == 65.0
    assert world.operator.mounted_name is None
    world.clock.sleep(59.0)
    assert world.operator.mounted_name is None
    world.clock.sleep(1.0)
    assert world.operator.mounted_name == "nickel-sphere"
    world.operator.unmount()
    assert world.operator.mounted_name is None


def test_tubes_hang_apart_from_samples(make_world):
    world = make_world()
    world.operator.hang("gouy-blank")
    world.clock.sleep(60.0)
    world.operator.mount("empty-holder")
    world.clock.sleep(60.0)
    assert (world.operator.hung_name, world.operator.mounted_name) == ("gouy-blank", "empty-holder")
    world.operator.unhang()
    assert world.operator.hung_name is None


def test_unknown_names_are_answered_with_the_known_ones(make_world):
    with pytest.raises(WorldOperatorError, match=r"'iron'; available: empty-holder, nickel-sphere, palladium-cylinder"):
        make_world().operator.mount("iron")
    with pytest.raises(WorldOperatorError, match="no tube 'iron'; available: gouy-blank, gouy-sample"):
        make_world().operator.hang("iron")


def test_one_step_after_the_other(make_world):
    world = make_world()
    world.operator.mount("nickel-sphere")
    with pytest.raises(WorldOperatorError, match="busy until 60 s"):
        world.operator.hang("gouy-blank")


def test_a_sample_keeps_its_history_off_the_rod(quiet):
    world = quiet()
    world.operator.mount("reference-sphere")
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(20.0)
    world.magnet.ramp_to(0.0, 10.0)
    world.clock.sleep(20.0)
    before = world.true_moment_a_m2()
    world.operator.unmount()
    assert world.true_moment_a_m2() == 0.0
    world.operator.mount("reference-sphere")
    world.clock.sleep(1.0)
    # off the rod it went down the branch from the yoke's 1.2 kA/m to 0, and coming back lies within the play
    demagnetising = 2e-6 / (math.pi / 6 * 1e-9) / 3
    zero = brentq(lambda m: math.tanh((20e3 - demagnetising * m) / 30e3) - m, 0.0, 1.0, xtol=1e-14)
    assert world.true_moment_a_m2() == pytest.approx(2e-6 * zero, rel=1e-9)
    assert before > world.true_moment_a_m2()
