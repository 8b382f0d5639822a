"""The time constant that is chosen, against the conditions that it has to meet."""

import math

import pytest
from scipy.signal import lti

from vsmdaq.measure import MeasurePolicy
from vsmdaq.measure.filters import RIPPLE_SHARE, FilterChoice, best_time_constant_s, ripple
from vsmdaq.measure.window import Statistics
from vsmdaq.physics.ramp import settle_time_s
from vsmdaq_drivers.contracts import LockInFilter

SR830 = tuple(sorted(m * 10.0**e for e in range(-5, 5) for m in (1.0, 3.0)))


def policy(u, dwell=60.0):
    return MeasurePolicy(u, 0.05, 0.1, dwell, stop_on_timeout=False)


@pytest.mark.parametrize(("tau", "poles"), [(0.03, 4), (0.1, 1), (0.01, 2)])
def test_ripple_is_the_filters_response_at_twice_the_frequency(tau, poles):
    roots = [-1.0 / tau] * poles
    _, response = lti([], roots, (1.0 / tau) ** poles).freqresp([2.0 * math.pi * 166.0])
    assert ripple(83.0, tau, poles) == pytest.approx(abs(response[0]), rel=1e-9)


def test_the_reference_loop_takes_10_ms():
    """3 ms would leave 0.9 % of 3 uV as ripple, more than the wanted 7.8 nV; 30 ms settles for twice as long."""
    choice = FilterChoice(83.0, 3.1e-6, 7.25e-9, 0.007)
    assert best_time_constant_s(SR830, 4, choice, policy(7.8e-9)) == pytest.approx(0.01)


@pytest.mark.parametrize("signal", [1e-9, 1e-6, 1e-3, 0.1])
@pytest.mark.parametrize("u", [1e-10, 1e-8, 1e-6])
def test_ripple_stays_small_wherever_any_time_constant_keeps_it_so(signal, u):
    chosen = best_time_constant_s(SR830, 4, FilterChoice(83.0, signal, 7.25e-9, 0.007), policy(u, dwell=1e4))
    quiet = [tau for tau in SR830 if signal * ripple(83.0, tau, 4) <= RIPPLE_SHARE * u]
    assert chosen in quiet


def test_a_dwell_too_short_for_any_takes_the_shortest_there_is():
    assert best_time_constant_s((0.1, 1.0), 4, FilterChoice(83.0, 1e-6, 7e-9, 0.007), policy(1e-8, 0.1)) == 0.1


def test_ripple_that_none_can_keep_small_takes_the_longest_that_fits():
    chosen = best_time_constant_s((0.001, 0.01, 0.1), 1, FilterChoice(83.0, 1.0, 7e-9, 0.007), policy(1e-9, 60.0))
    assert chosen == 0.1


@pytest.mark.parametrize("frequency", [30.0, 83.0, 200.0])
@pytest.mark.parametrize(("signal", "u"), [(3e-6, 7.8e-9), (5e-3, 5e-9), (1e-7, 1e-9), (1e-6, 1e-7), (1e-4, 1e-8)])
def test_four_poles_are_the_slope_to_have(frequency, signal, u):
    """24 dB/oct keeps the ripple out with the shortest time constant: no other slope gets there sooner by more than a tenth."""
    choice, wish = FilterChoice(frequency, signal, 7.25e-9, 0.007), policy(u)

    def time_s(poles):
        tau = best_time_constant_s(SR830, poles, choice, wish)
        statistics = Statistics(LockInFilter("rc", poles, tau, synchronous=False), frequency, 7.25e-9, 0.007)
        window_s = statistics.duration_s(wish)
        return window_s + settle_time_s(1e-3, window_s, 0.0, tau, poles)

    assert time_s(4) <= 1.1 * min(time_s(poles) for poles in (1, 2, 3))
