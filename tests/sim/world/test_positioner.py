"""The head that moves the sample. Oracle: the flux of a point moment in the coils, at the place where it then is."""

from __future__ import annotations

from pathlib import Path

import pytest

from vsmdaq_configs import starter_set
from vsmdaq_sim.world import World
from vsmdaq_sim.world.errors import WorldOperatorError
from vsmdaq_sim.world.pickup import Motion, pickup
from vsmdaq_sim.world.positioner import Positioner, PositionerTable

OFFSET = (0.35e-3, -0.20e-3, 0.50e-3)


@pytest.fixture
def world() -> World:
    made = World.load(Path(str(starter_set())) / "worlds" / "equipped.toml")
    made.vibrator.drive(1.0, 0.0, 83.0, reference=True)
    made.operator.mount("nickel-sphere")
    made.clock.sleep(61.0)
    made.advance()
    return made


def expected(world: World, place: tuple[float, float, float]) -> float:
    return pickup(world.spec.coils, Motion(1.0e-3), position_m=place).flux(1).real / 1.0e-3


def test_the_signal_is_that_of_the_place(world: World):
    assert world.coupling_h_per_m3("nickel-sphere", 0.0) == pytest.approx(expected(world, OFFSET), rel=1e-12)
    world.positioner.set("x", 1.5e-3)
    assert world.coupling_h_per_m3("nickel-sphere", 0.0) == pytest.approx(
        expected(world, (1.85e-3, *OFFSET[1:])), rel=1e-12
    )
    # a point at the middle is what is calibrated for, wherever the head stands
    assert world.coupling_constant_h_per_m3 == pytest.approx(expected(world, (0.0, 0.0, 0.0)), rel=1e-12)


def test_a_motor_takes_its_time(world: World):
    world.positioner.move_to("z", -2.0e-3, 1.0e-3)
    world.clock.sleep(0.7)
    assert world.positioner.position_m("z") == pytest.approx(-0.7e-3)
    assert world.positioner.driving("z")
    world.clock.sleep(2.0)
    assert world.positioner.position_m("z") == -2.0e-3
    assert not world.positioner.driving("z")
    world.positioner.move_to("z", 0.0, 1.0e-3)
    world.clock.sleep(0.5)
    world.positioner.stop("z")
    world.clock.sleep(5.0)
    assert world.positioner.position_m("z") == pytest.approx(-1.5e-3)


def test_what_cannot_be_moved_says_so():
    fixed = Positioner(None, lambda: None)
    with pytest.raises(WorldOperatorError, match="cannot be moved"):
        fixed.set("x", 0.0)
    free = Positioner(PositionerTable(), lambda: None)
    with pytest.raises(WorldOperatorError, match="allowed: x, y, z"):
        free.set("w", 0.0)
    with pytest.raises(WorldOperatorError, match="allowed: more than 0"):
        free.move_to("x", 1e-3, 0.0)
