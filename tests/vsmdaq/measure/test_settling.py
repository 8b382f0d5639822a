"""Waiting times against what is left of a step, filtered and averaged by scipy."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import lti, step

from vsmdaq.measure.settling import Settling
from vsmdaq_drivers.contracts import LockInFilter


def left_of_a_step(times, lag, tau, poles):
    roots = [-1.0 / tau] * poles + ([-1.0 / lag] if lag else [])
    _, response = step(lti([], roots, float(np.prod(np.negative(roots)))), T=times)
    return 1.0 - response


def mean_left(start, window, lag, tau, poles):
    times = np.linspace(0.0, start + window, 4001)
    left = left_of_a_step(times, lag, tau, poles)
    inside = times >= start
    return np.trapezoid(left[inside], times[inside]) / window


@pytest.mark.parametrize("poles", [1, 2, 4])
@pytest.mark.parametrize("relative", [1e-2, 1e-3, 1e-4])
@pytest.mark.parametrize("rest", [0.02, 1.0])
def test_the_mean_of_the_window_is_free_of_the_step(poles, relative, rest):
    settling = Settling(LockInFilter("rc", poles, 0.01, synchronous=False), 0.1, None)
    wait_s = settling.wait_s(relative, rest, 0.4)

    def left(start):
        filtered = mean_left(start, 0.4, 0.0, 0.01, poles)
        return (1.0 - rest) * filtered + rest * mean_left(start, 0.4, 0.1, 0.01, poles)

    assert left(wait_s) <= relative * 1.001
    assert left(0.6 * wait_s) > relative, "not much longer than needed"


def test_what_the_gaussmeter_sees_as_well_need_not_be_waited_for():
    four = LockInFilter("rc", 4, 0.01, synchronous=False)
    blind, seeing = Settling(four, 0.1, None), Settling(four, 0.1, 0.1)
    assert blind.apart == 1.0
    # 40 ms of the filter and 50 ms of half an interval: 10 ms apart, and a quarter of an interval for the readings' own grid
    assert seeing.apart == pytest.approx((0.01 + 0.025) / 0.1)
    assert seeing.wait_s(1e-3, 0.05, 0.4) < blind.wait_s(1e-3, 0.05, 0.4)
    assert seeing.wait_s(1e-3, 0.05, 0.0) == blind.wait_s(1e-3, 0.05, 0.0), "a single reading sees it all"


def test_after_a_change_the_filter_forgets():
    settling = Settling(LockInFilter("rc", 4, 0.03, synchronous=False), 0.1, 0.1)
    times = np.linspace(0.0, settling.after_change_s(0.01), 2001)
    assert left_of_a_step(times, 0.0, 0.03, 4)[-1] == pytest.approx(0.01, rel=0.15)
