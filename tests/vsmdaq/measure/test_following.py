"""Drifts too small for one point: an exponential rest is waited for, a logarithmic one told of, none made up from noise."""

import math

import numpy as np
import pytest

from vsmdaq.measure.following import LONG, Following, Rest

U = 1.0
WINDOW_S = 0.4


def walk(following, rate_after, steps, seed, points=400):
    """Feed drifts of points whose signal goes on by rate_after(time) of the last step; returns what was told when."""
    rng = np.random.default_rng(seed)
    told = []
    for index in range(points):
        time_s = 0.35 + following.extra_s
        drift = rate_after(time_s) * steps + U * rng.standard_normal()
        following.add(drift, U, steps, WINDOW_S)
        told.append((index, following.doubt, following.extra_s))
    return told


@pytest.mark.parametrize("seed", range(20))
def test_noise_alone_is_never_taken_for_a_rest(seed):
    following = Following()
    walk(following, lambda _: 0.0, 5.0, seed)
    assert (following.doubt, following.extra_s, following.lasting) == ("", 0.0, False)


@pytest.mark.parametrize("seed", range(5))
def test_an_exponential_rest_gets_more_time_and_is_told_of_until_that_has_helped(seed):
    following = Following()
    told = walk(following, lambda t: math.exp(-t / 0.2) / 0.2, 10.0, seed)
    first = next(index for index, doubt, _ in told if doubt)
    assert first < 30
    assert not following.lasting
    assert following.extra_s >= WINDOW_S
    assert math.exp(-(0.35 + following.extra_s) / 0.2) / 0.2 < 0.05, "hardly anything is left"


@pytest.mark.parametrize("seed", range(5))
def test_a_logarithmic_rest_is_told_of_to_the_end_and_not_waited_for(seed):
    following = Following()
    told = walk(following, lambda t: 0.3 / t, 10.0, seed)
    assert following.lasting
    assert following.extra_s == 0.0
    assert told[-1][1].startswith("follows_late(+")
    rate = float(told[-1][1].removeprefix("follows_late(").removesuffix("of_the_step/s)"))
    assert rate == pytest.approx(0.3 / (0.35 + WINDOW_S), rel=0.4)


def test_a_few_points_prove_nothing():
    following = Following()
    for _ in range(7):
        following.add(10.0, 1.0, 10.0, WINDOW_S)
    assert following.doubt == ""
    following.add(10.0, 1.0, 10.0, WINDOW_S)
    assert following.doubt == "follows_late(+1of_the_step/s)"


def test_where_time_is_what_points_differ_in_nothing_is_looked_for():
    found = []
    for looked_for in (True, False):
        rest = Rest(1.0, looked_for=looked_for)
        windows = [rest.next_window()]
        for x_v in (0.0, 100.0, 190.0, 240.0, 260.0, 270.0, 275.0, 278.0, 279.0, 280.0, 280.5):
            rest.saw(x_v, 5.0, 1.0, WINDOW_S, moving=False)
            windows.append(rest.next_window())
        found.append((max(windows), bool(rest.doubt)))
    assert found == [(LONG, True), (1, False)]
