"""The Preisach material against plays summed one by one, and against what the model is known for."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad

from vsmdaq_sim.world.materials import Preisach

SATURATION, COERCIVE, SPREAD, WIDTH = 2e-6, 2e4, 0.4, 8e3
FIELDS = st.lists(st.floats(-1e5, 1e5), min_size=1, max_size=8)


def sample() -> Preisach:
    return Preisach(SATURATION, COERCIVE, SPREAD, WIDTH)


def lognormal(r: float) -> float:
    z = math.log(r / COERCIVE) / SPREAD
    return math.exp(-0.5 * z * z) / (math.sqrt(2 * math.pi) * SPREAD * r)


def summed(history: list[float]) -> float:
    """m_s times the integral over all plays, each followed by itself; scipy's adaptive quadrature between the kinks."""

    def play(r: float) -> float:
        position = 0.0
        for field in history:
            position = max(min(position, field + r), field - r)
        return lognormal(r) * math.tanh(position / WIDTH)

    lowest, highest = COERCIVE * math.exp(-8 * SPREAD), COERCIVE * math.exp(8 * SPREAD)
    kinks = {abs(a - b) / 2 for a in history for b in history} | {abs(field) for field in history}
    edges = [lowest, *sorted(kink for kink in kinks if lowest < kink < highest), highest]
    return SATURATION * sum(quad(play, a, b, epsabs=1e-13, limit=200)[0] for a, b in pairwise(edges))


@pytest.mark.parametrize("seed", range(12))
def test_any_history_is_the_sum_of_its_plays(seed):
    rng = np.random.default_rng(seed)
    history = [float(field) for field in rng.uniform(-8e4, 8e4, rng.integers(1, 9))]
    material = sample()
    moment = [material.moment_a_m2(field) for field in history][-1]
    assert moment == pytest.approx(summed(history), abs=1e-10 * SATURATION)


@given(FIELDS)
def test_only_the_extrema_of_the_history_count(history):
    fast, slow = sample(), sample()
    at = 0.0
    for field in history:
        for step in np.linspace(at, field, 6)[1:]:
            in_steps = slow.moment_a_m2(float(step))
        at = field
        assert fast.moment_a_m2(field) == pytest.approx(in_steps, abs=1e-12 * SATURATION)


@given(st.floats(-5e4, 5e4), st.floats(-5e4, 5e4), st.floats(0.0, 1.0))
def test_a_minor_loop_closes(start, turn, share):
    material = sample()
    for field in (2e6, start, turn):
        before = material.moment_a_m2(field)
    if (turn - start) * (start - 2e6) > 0:  # still on the major branch: the loop goes back towards saturation
        start = 2e6
    material.moment_a_m2(turn + share * (start - turn))
    assert material.moment_a_m2(turn) == pytest.approx(before, abs=1e-12 * SATURATION)


@given(FIELDS)
def test_it_is_odd(history):
    one, other = sample(), sample()
    for field in history:
        assert one.moment_a_m2(field) == pytest.approx(-other.moment_a_m2(-field), abs=1e-12 * SATURATION)


def test_saturation_and_virgin_state():
    material = sample()
    assert material.moment_a_m2(0.0) == 0.0
    assert material.moment_a_m2(5e6) == pytest.approx(SATURATION, rel=1e-12)
    assert 0 < material.moment_a_m2(0.0) < SATURATION


@pytest.mark.parametrize(("hc", "hu"), [(2.0e4, 0.0), (1.5e4, 4e3), (3.0e4, -6e3), (2.2e4, 1.2e4)])
def test_forc_density_is_the_mixed_second_derivative(hc, hu):
    def on_a_forc(reversal: float, field: float) -> float:
        material = sample()
        material.moment_a_m2(2e6)
        material.moment_a_m2(reversal)
        return material.moment_a_m2(field)

    ha, hb, step = hu - hc, hu + hc, 150.0
    mixed = (
        on_a_forc(ha + step, hb + step)
        - on_a_forc(ha + step, hb - step)
        - on_a_forc(ha - step, hb + step)
        + on_a_forc(ha - step, hb - step)
    ) / (4 * step * step)
    # central differences are wrong by (step/scale)**2, scale = 4 to 8 kA/m here
    assert -0.5 * mixed == pytest.approx(sample().forc_density(hc, hu), rel=4e-3)


def test_forc_density_integrates_to_the_moment():
    """Over all Hc > 0 and Hu (dHa dHb = 2 dHc dHu) the density gives m_s: everything that is irreversible."""
    total = quad(lambda hc: sample().forc_density(hc, 0.0), 0, 4e5, points=[1e4, 2e4, 4e4], limit=200)[0]
    along_hu = 2 * WIDTH  # integral of sech^2(Hu/w)
    assert 2 * total * along_hu == pytest.approx(SATURATION, rel=1e-6)
