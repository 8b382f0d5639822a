"""The pooled standard deviation against numpy's."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.measure import NoisePool

GROUPS = st.lists(st.lists(st.floats(-1e3, 1e3, allow_subnormal=False), min_size=2, max_size=8), min_size=1, max_size=8)


@given(GROUPS)
def test_is_the_pooled_variance_of_all_groups(groups):
    pool = NoisePool(0.0, 0.0)
    for group in groups:
        pool.add(float(np.var(group, ddof=1)), len(group) - 1)
    # residuals of all groups about their own means, over what is left of their number
    residuals = np.concatenate([np.asarray(g) - np.mean(g) for g in groups])
    dof = sum(len(g) - 1 for g in groups)
    assert pool.dof == dof
    assert pool.sigma == pytest.approx(math.sqrt(float(residuals @ residuals) / dof), rel=1e-9, abs=1e-12)


def test_the_expectation_counts_as_so_many_degrees_of_freedom():
    pool = NoisePool(2.0, 20.0)
    assert pool.sigma == 2.0
    pool.add(1.0, 60.0)
    assert pool.sigma == pytest.approx(math.sqrt((20 * 4.0 + 60 * 1.0) / 80))


def test_nothing_known_is_zero_and_a_group_without_freedom_adds_nothing():
    pool = NoisePool(0.0, 0.0)
    pool.add(5.0, 0.0)
    assert (pool.sigma, pool.dof) == (0.0, 0.0)


def test_finds_the_noise_out_of_many_small_groups():
    # a true sigma of 3; 400 groups of 3 have 800 degrees of freedom, so sigma is known to 1/sqrt(1600) = 2.5 %
    draw = np.random.Generator(np.random.PCG64(5)).normal(7.0, 3.0, (400, 3))
    pool = NoisePool(10.0, 20.0)  # an expectation that is far off is outvoted: 20 * 100 + 800 * 9 over 820
    for group in draw:
        pool.add(float(np.var(group, ddof=1)), 2.0)
    assert pool.sigma == pytest.approx(math.sqrt((20 * 100 + 800 * 9) / 820), rel=3 * 0.025)
