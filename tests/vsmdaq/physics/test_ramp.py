"""Oracle: the same chain as a linear system, by the matrix exponential of scipy."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from vsmdaq.physics import ramp_residual, settle_time_s, settling_residual, settling_time


def by_matrix_exponential(t, ramp, lag, tau, poles):
    size = poles + 1  # field, stages; then the set-point and its rate
    system = np.zeros((size + 2, size + 2))
    system[0, 0], system[0, size] = -1 / lag, 1 / lag
    for k in range(1, size):
        system[k, k], system[k, k - 1] = -1 / tau, 1 / tau
    resting = system.copy()
    system[size, size + 1] = 1
    start = np.zeros(size + 2)
    start[size + 1] = 1 / ramp
    return 1 - (expm(resting * t) @ expm(system * ramp) @ start)[poles]


@pytest.mark.parametrize("poles", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("lag", [0.1, 0.1 * (1 + 1e-9), 0.03, 1.0])
@pytest.mark.parametrize("tau", [0.1, 0.03, 0.3])
def test_against_the_matrix_exponential(poles, lag, tau):
    for ramp in (0.01, 5.0):
        for t in (0.0, 0.1, 2.0):
            expected = by_matrix_exponential(t, ramp, lag, tau, poles)
            assert ramp_residual(t, ramp, lag, tau, poles) == pytest.approx(expected, abs=2e-13)


def test_tiny_residuals_keep_their_digits():
    # slowest pole alone at late times, equal poles: e_4 of 5 equal stages after a step is Q_5
    assert ramp_residual(6.0, 0.0, 0.1, 0.1, 4) == pytest.approx(settling_residual(60.0, 5), rel=1e-12)
    assert ramp_residual(6.0, 1e-4, 0.1, 0.1, 4) == pytest.approx(settling_residual(60.0005, 5), rel=1e-5)


def test_field_alone_has_a_closed_form():
    lag, ramp, t = 0.1, 2.4, 0.35
    expected = lag / ramp * np.exp(-t / lag) * (1 - np.exp(-ramp / lag))
    assert ramp_residual(t, ramp, lag, 0.03, 0) == pytest.approx(expected, rel=1e-13)
    assert ramp_residual(t, ramp, lag, 0.0, 4) == pytest.approx(expected, rel=1e-13)


def test_filter_alone_after_a_step_is_the_settling_table():
    assert ramp_residual(0.3, 0.0, 0.0, 0.03, 4) == pytest.approx(settling_residual(10.0, 4), rel=1e-13)
    assert settle_time_s(0.01, 0.0, 0.0, 0.03, 4) == pytest.approx(0.03 * settling_time(0.01, 4), rel=1e-8)


def test_nothing_in_the_way_needs_no_wait():
    assert ramp_residual(0.0, 1.0, 0.0, 0.0, 4) == 0.0
    assert settle_time_s(1e-6, 1.0, 0.0, 0.0, 0) == 0.0
    assert settle_time_s(1.0, 0.0, 0.1, 0.03, 4) == 0.0


def test_long_ramp_leaves_little():
    # quasi-steady: the output is behind by the sum of the time constants, as a fraction of the ramp
    assert ramp_residual(0.0, 100.0, 0.1, 0.03, 4) == pytest.approx((0.1 + 4 * 0.03) / 100.0, rel=1e-12)


_seconds = st.floats(1e-4, 100.0)


@given(
    relative=st.floats(1e-12, 0.9),
    ramp=st.floats(0.0, 1e4),
    lag=st.one_of(st.just(0.0), _seconds),
    tau=st.one_of(st.just(0.0), _seconds),
    poles=st.integers(0, 8),
)
def test_settle_time_is_the_inverse_on_the_longer_side(relative, ramp, lag, tau, poles):
    time = settle_time_s(relative, ramp, lag, tau, poles)
    assert time >= 0.0
    assert ramp_residual(time, ramp, lag, tau, poles) <= relative
    if time > 0.0:
        assert ramp_residual(time * (1 - 1e-8), ramp, lag, tau, poles) >= relative * (1 - 1e-6)


@given(ramp=st.floats(0.0, 10.0), lag=_seconds, tau=_seconds, poles=st.integers(0, 4), t=st.floats(0.0, 50.0))
def test_residual_falls_and_stays_within_0_and_1(ramp, lag, tau, poles, t):
    now, later = (ramp_residual(x, ramp, lag, tau, poles) for x in (t, t + 0.1))
    assert 0.0 <= later <= now * (1 + 1e-9) <= 1 + 2e-9


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: ramp_residual(-1.0, 0.1, 0.1, 0.1, 4), "t_s = -1.0 s was asked for; allowed: 0 or more"),
        (lambda: ramp_residual(1.0, 0.1, 0.1, float("inf"), 4), "tau_s = inf"),
        (lambda: ramp_residual(1.0, 0.1, 0.1, 0.1, -1), "-1 poles .* allowed: 0 to 16"),
        (lambda: settle_time_s(0.0, 0.1, 0.1, 0.1, 4), "settling to 0.0 .* allowed: 1e-12 or more"),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
