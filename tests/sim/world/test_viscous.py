"""Magnetic viscosity against scipy's matrix exponential and the logarithmic law."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from scipy.linalg import expm

import vsmdaq_configs
from vsmdaq_sim.world import World, WorldError
from vsmdaq_sim.world.materials import LinearMoment, Viscous

PER_FIELD_M3 = 1e-9
REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"


class Sample:
    """A viscous sample with a clock of its own."""

    def __init__(self, share=0.3, shortest_s=0.01, longest_s=1e4, modes=60) -> None:
        self.time_s = 0.0
        self.material = Viscous(LinearMoment(PER_FIELD_M3), share, shortest_s, longest_s, modes, lambda: self.time_s)

    def follow(self, field_a_per_m, duration_s):
        self.time_s += duration_s
        return self.material.moment_a_m2(field_a_per_m)


def test_a_ramp_and_a_rest_are_those_of_the_linear_system():
    shares, modes, times = 0.3, 4, [0.01 * 1e6 ** ((k + 0.5) / 4) for k in range(4)]
    material = Sample(modes=modes)
    # state (y_1 .. y_4, m_eq, slope): dy/dt = (m_eq - y)/tau, dm_eq/dt = slope
    rates = np.zeros((6, 6))
    for k, tau in enumerate(times):
        rates[k, k], rates[k, 4] = -1 / tau, 1 / tau
    rates[4, 5] = 1.0
    state = np.zeros(6)
    state[5] = PER_FIELD_M3 * 1e5 / 2.0
    state = expm(rates * 2.0) @ state
    assert material.follow(1e5, 2.0) == pytest.approx(0.7 * state[4] + shares * state[:4].mean(), rel=1e-12)
    state[5] = 0.0
    state = expm(rates * 30.0) @ state
    assert material.follow(1e5, 30.0) == pytest.approx(0.7 * state[4] + shares * state[:4].mean(), rel=1e-12)


def test_between_its_times_the_moment_grows_with_the_logarithm():
    material = Sample()
    material.follow(1e5, 0.0)
    moments, at = [], 0.0
    for time_s in (1.0, 10.0, 100.0):
        moments.append(material.follow(1e5, time_s - at))
        at = time_s
    per_decade = 0.3 * PER_FIELD_M3 * 1e5 * math.log(10) / math.log(1e4 / 0.01)
    assert np.diff(moments) == pytest.approx([per_decade] * 2, rel=0.01)  # 60 modes in six decades: ripple below 1 %


def test_steps_do_not_matter_and_rest_is_reached():
    one, many = Sample(), Sample()
    one.follow(1e5, 0.0)
    many.follow(1e5, 0.0)
    for _ in range(50):
        last = many.follow(1e5, 0.5)
    assert one.follow(1e5, 25.0) == pytest.approx(last, rel=1e-13)
    assert one.material.relaxing
    one.follow(1e5, 1e6)
    assert not one.material.relaxing
    assert one.material.next_step_s(1e3) == 1e3


def test_the_step_grows_as_the_quick_modes_come_to_rest():
    material = Sample()
    material.follow(1e5, 0.0)
    first = material.material.next_step_s(1e9)
    material.follow(1e5, 100.0)
    assert material.material.next_step_s(1e9) > 100 * first


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_ends_of_the_share(share):
    material = Sample(share=share)
    assert material.follow(1e5, 0.0) == pytest.approx((1 - share) * PER_FIELD_M3 * 1e5)


def test_in_the_world_the_moment_goes_on_at_rest(tmp_path):
    """A linear sample after a quick ramp: what is missing decays with the logarithm of time, by the modes' closed form."""
    path = tmp_path / "world.toml"
    path.write_text(
        f'base = "{REFERENCE}"\n[magnet]\nlag_s = 1e-4\nremanence_a_per_m = 0.0\n[samples.slow]\nmaterial = "linear"\n'
        "volume_susceptibility = 1e-3\ndiameter_m = 1e-3\n"
        "viscosity = { share = 0.5, shortest_s = 1.0, longest_s = 1e4, modes = 8 }\n",
        encoding="utf-8",
    )
    world = World.load(path)
    world.operator.mount("slow")
    world.clock.sleep(100.0)
    world.magnet.ramp_to(10.0, 1e4)  # in a millisecond
    chi = 1e-3 / (1 + 1e-3 / 3) * math.pi / 6 * 1e-9
    equilibrium = chi * 10.0 * world.spec.magnet.field_constant_per_m
    taus = [1e4 ** ((k + 0.5) / 8) for k in range(8)]
    for waited_s in (3.0, 30.0, 3000.0):
        world.clock.sleep(waited_s - (world.clock.now() - 100.0))
        missing = 0.5 * sum(math.exp(-waited_s / tau) for tau in taus) / 8
        # the ramp of 1 ms is the one thing that the formula leaves out: 1 ms / 1 s of the quickest mode
        assert world.true_moment_a_m2() == pytest.approx(equilibrium * (1 - missing), rel=2e-4)


def test_the_steps_of_the_world_do_not_matter(tmp_path):
    path = tmp_path / "world.toml"
    path.write_text(
        f'base = "{REFERENCE}"\n[signal]\nnoise_v_per_sqrt_hz = 0.0\n[samples.slow]\nmaterial = "preisach"\n'
        "moment_a_m2 = 2e-6\ncoercive_field_a_per_m = 2e4\nspread = 0.4\nwidth_a_per_m = 8e3\n"
        "viscosity = { share = 0.3, shortest_s = 0.1, longest_s = 1e3 }\n",
        encoding="utf-8",
    )
    readings = []
    for steps in (1, 40):
        world = World.load(path)
        world.lockin.set_filter(0.1, 4, False)
        world.operator.mount("slow")
        world.clock.sleep(100.0)
        world.magnet.ramp_to(-3.0, 10.0)
        for _ in range(steps):
            world.clock.sleep(4.0 / steps)
            world.advance()
        readings.append(world.lockin.read())
    assert readings[0] == pytest.approx(readings[1], rel=1e-5)  # the world's own steps bend by 1e-6 of the moment


@pytest.mark.parametrize(
    "table",
    ["{ share = 1.5, shortest_s = 1.0, longest_s = 2.0 }", "{ share = 0.5, shortest_s = 2.0, longest_s = 2.0 }"],
)
def test_a_viscosity_that_is_none_is_refused(tmp_path, table):
    path = tmp_path / "world.toml"
    path.write_text(f'base = "{REFERENCE}"\n[samples.reference-sphere]\nviscosity = {table}\n', encoding="utf-8")
    with pytest.raises(WorldError, match=r"samples\.reference-sphere\.viscosity"):
        World.load(path)
