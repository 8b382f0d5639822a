"""What chi does to N. Oracles: linear algebra by numpy, and the polarisability of a cube from the literature."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics import prism, susceptibility_limits, u_from_susceptibility


def factor_of(operator, chi):
    """N of a body with the demagnetising `operator`, from m = chi <(1 + chi D)^-1> = chi/(1 + N chi)."""
    size = len(operator)
    uniform = np.full(size, size**-0.5)
    external = chi * uniform @ np.linalg.solve(np.eye(size) + chi * operator, uniform)
    return 1.0 / external - 1.0 / chi


@given(
    spectrum=st.lists(st.floats(0.0, 1.0), min_size=2, max_size=6),
    seed=st.integers(0, 2**32 - 1),
    chi=st.floats(-0.99, 1e3).filter(lambda chi: abs(chi) > 1e-3),
)
def test_no_body_leaves_the_limits(spectrum, seed, chi):
    rotation, _ = np.linalg.qr(np.random.default_rng(seed).normal(size=(len(spectrum), len(spectrum))))
    operator = rotation @ np.diag(spectrum) @ rotation.T
    uniform = np.full(len(spectrum), len(spectrum) ** -0.5)
    low, high = susceptibility_limits(min(1.0, max(0.0, float(uniform @ operator @ uniform))), chi)
    slack = 1e-9 / min(1.0, abs(chi)) / (1.0 + min(chi, 0.0))
    assert low - slack <= factor_of(operator, chi) <= high + slack


@given(uniform=st.floats(0.01, 0.99), chi=st.floats(0.01, 100.0))
def test_limits_are_reached(uniform, chi):
    low, high = susceptibility_limits(uniform, chi)
    assert factor_of(np.diag([uniform, uniform]), chi) == pytest.approx(high, rel=1e-9)
    # eigenvalues 0 and 1 with the weights 1 - N and N in the uniform state
    tilt = np.array([math.sqrt(1.0 - uniform), math.sqrt(uniform)])
    external = chi * (tilt**2 @ np.array([1.0, 1.0 / (1.0 + chi)]))
    assert 1.0 / external - 1.0 / chi == pytest.approx(low, rel=1e-6, abs=1e-12)


def test_a_cube():
    # polarisability/volume of a cube: 3.6442 at infinite permittivity (permeability), -1.6383 at zero;
    # A. Sihvola et al., IEEE Trans. Antennas Propag. 52, 2226 (2004), not looked up again: used only between wide limits
    uniform = prism(1.0, 1.0, 1.0)
    low, high = susceptibility_limits(uniform, math.inf)
    assert low < 1.0 / 3.6442 < high == uniform
    low, high = susceptibility_limits(uniform, -1.0)
    assert uniform == low < 1.0 - 1.0 / 1.6383 < high == pytest.approx(1.0)


def test_uncertainty_by_hand():
    # N = 1/2, chi = 1: 0.5/1.5 = 1/3, so 1/6 below, over sqrt 3
    assert u_from_susceptibility(0.5, 1.0) == pytest.approx(1.0 / 6.0 / math.sqrt(3.0))
    assert u_from_susceptibility(0.2, 0.0) == 0.0
    # first order: chi N (1 - N)
    assert u_from_susceptibility(0.2, -1e-5) == pytest.approx(1e-5 * 0.16 / math.sqrt(3.0), rel=1e-4)
    assert u_from_susceptibility(1.0, -1.0) == u_from_susceptibility(0.0, math.inf) == 0.0


@pytest.mark.parametrize(
    ("uniform", "chi", "told"),
    [(1.1, 0.0, "1.1"), (-0.1, 0.0, "-0.1"), (math.nan, 0.0, "nan"), (0.3, -1.1, "-1.1"), (0.3, math.nan, "nan")],
)
def test_outside_there_is_no_answer(uniform, chi, told):
    with pytest.raises(ValueError, match=rf"of {told} was given; allowed: "):
        u_from_susceptibility(uniform, chi)
