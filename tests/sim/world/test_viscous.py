"""Magnetic viscosity against scipy's matrix exponential and the logarithmic law."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.linalg import expm

from vsmdaq_sim.world.materials import LinearMoment, Viscous

PER_FIELD_M3 = 1e-9


def sample(share=0.3, shortest_s=0.01, longest_s=1e4, modes=60) -> Viscous:
    return Viscous(LinearMoment(PER_FIELD_M3), share, shortest_s, longest_s, modes)


def test_a_ramp_and_a_rest_are_those_of_the_linear_system():
    shares, modes, times = 0.3, 4, [0.01 * 1e6 ** ((k + 0.5) / 4) for k in range(4)]
    material = sample(modes=modes)
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
    material = sample()
    material.moment_a_m2(1e5)
    moments, at = [], 0.0
    for time_s in (1.0, 10.0, 100.0):
        moments.append(material.follow(1e5, time_s - at))
        at = time_s
    per_decade = 0.3 * PER_FIELD_M3 * 1e5 * math.log(10) / math.log(1e4 / 0.01)
    assert np.diff(moments) == pytest.approx([per_decade] * 2, rel=0.01)  # 60 modes in six decades: ripple below 1 %


def test_steps_do_not_matter_and_rest_is_reached():
    one, many = sample(), sample()
    one.moment_a_m2(1e5)
    many.moment_a_m2(1e5)
    for _ in range(50):
        last = many.follow(1e5, 0.5)
    assert one.follow(1e5, 25.0) == pytest.approx(last, rel=1e-13)
    assert one.relaxing
    one.follow(1e5, 1e6)
    assert not one.relaxing
    assert one.next_step_s(1e3) == 1e3


def test_the_step_grows_as_the_quick_modes_come_to_rest():
    material = sample()
    material.moment_a_m2(1e5)
    first = material.next_step_s(1e9)
    material.follow(1e5, 100.0)
    assert material.next_step_s(1e9) > 100 * first


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_ends_of_the_share(share):
    material = sample(share=share)
    assert material.moment_a_m2(1e5) == pytest.approx((1 - share) * PER_FIELD_M3 * 1e5)
