"""JCGM 100:2008, H.4: activity of radon in water against a standard, counted in six cycles; two ways to evaluate them.

Oracles: the printed tables H.8 and H.9 and results, GTC, uncertainties.
"""

import GTC
import numpy as np
import pytest
import uncertainties
from GTC import type_a

from vsmdaq.terms import Quantity
from vsmdaq.uncertainty import correlation, draw, mean_of, means_of, propagate

# table H.7: times (min) and counts in 60 min of standard, blank and sample
T_S = np.array([243.74, 984.53, 1723.87, 2463.17, 3217.56, 3956.83])
C_S = np.array([15380, 14978, 14394, 13254, 12516, 11058])
C_B = np.array([4054, 3922, 4200, 3830, 3956, 3980])
T_X = np.array([367.37, 1107.66, 1846.99, 2586.28, 3340.68, 4079.94])
C_X = np.array([41432, 38706, 35860, 32238, 29640, 26356])
DECAY = 1.25894e-4  # 1/min

rate_x = (C_X - C_B) / 60.0 * np.exp(DECAY * T_X)
rate_s = (C_S - C_B) / 60.0 * np.exp(DECAY * T_S)
STATED = {
    "A_S": Quantity(0.1368, 0.0018, "Bq/g"),
    "m_S": Quantity(5.0192, 0.0050, "g"),
    "m_x": Quantity(5.0571, 0.0010, "g"),
}
RATES = means_of({"R_x": rate_x, "R_S": rate_s}, "cycles", {"R_x": "1/min", "R_S": "1/min"})


def of_rates(v):
    return v["A_S"] * v["m_S"] / v["m_x"] * v["R_x"] / v["R_S"]


def of_ratio(v):
    return v["A_S"] * v["m_S"] / v["m_x"] * v["R"]


def test_corrected_rates_as_printed():
    # table H.8
    assert rate_x == pytest.approx([652.46, 666.48, 665.80, 655.68, 651.87, 623.31], abs=0.005)
    assert rate_s == pytest.approx([194.65, 208.58, 211.08, 214.17, 213.92, 194.13], abs=0.005)
    assert rate_x / rate_s == pytest.approx([3.3520, 3.1953, 3.1543, 3.0615, 3.0473, 3.2107], abs=0.0001)
    assert (RATES["R_x"].value, RATES["R_x"].u) == (pytest.approx(652.60, abs=0.005), pytest.approx(6.42, abs=0.005))
    assert (RATES["R_S"].value, RATES["R_S"].u) == (pytest.approx(206.09, abs=0.005), pytest.approx(3.79, abs=0.005))
    assert correlation(list(RATES.values()))[0, 1] == pytest.approx(0.646, abs=0.0005)


def test_first_approach_as_printed():
    # H.4.3.1: means of the rates with their covariance: A_x = 0.4300 Bq/g, u = 0.0083 Bq/g
    found = propagate(of_rates, {**STATED, **RATES}, unit="Bq/g")
    assert found.value == pytest.approx(0.4300, abs=6e-5)  # 0.429 95; the guide rounds the rates before
    assert found.u == pytest.approx(0.0083, abs=5e-5)


def test_second_approach_as_printed():
    # H.4.3.2: mean of the six ratios: R = 3.170(46), A_x = 0.4304 Bq/g, u = 0.0084 Bq/g
    ratio = mean_of(rate_x / rate_s)
    assert (ratio.value, ratio.u, ratio.dof) == (pytest.approx(3.170, abs=5e-4), pytest.approx(0.046, abs=5e-4), 5.0)
    found = propagate(of_ratio, {**STATED, "R": ratio}, unit="Bq/g")
    assert (found.value, found.u) == (pytest.approx(0.4304, abs=5e-5), pytest.approx(0.0084, abs=5e-5))


def test_without_the_correlation_it_would_be_another_number():
    apart = {"R_x": mean_of(rate_x), "R_S": mean_of(rate_s)}
    found = propagate(of_rates, {**STATED, **apart}, unit="Bq/g")
    rel = [6.42 / 652.60, 3.79 / 206.09, 0.0018 / 0.1368, 0.0050 / 5.0192, 0.0010 / 5.0571]
    assert found.u / found.value == pytest.approx(np.sqrt(np.sum(np.square(rel))), rel=2e-3)
    assert found.u > 1.1 * propagate(of_rates, {**STATED, **RATES}).u


def test_against_gtc():
    r_x, r_s = type_a.multi_estimate_real([list(rate_x), list(rate_s)], labels=["R_x", "R_S"])
    un = {name: GTC.ureal(q.value, q.u) for name, q in STATED.items()}
    expected = of_rates({**un, "R_x": r_x, "R_S": r_s})
    found = propagate(of_rates, {**STATED, **RATES}, unit="Bq/g")
    assert (found.value, found.u) == (pytest.approx(expected.x, rel=1e-12), pytest.approx(expected.u, rel=1e-3))
    assert found.dof == pytest.approx(GTC.dof(expected), rel=5e-3)


def test_against_uncertainties():
    r_x, r_s = uncertainties.correlated_values([rate_x.mean(), rate_s.mean()], np.cov(rate_x, rate_s) / 6)
    un = {name: uncertainties.ufloat(q.value, q.u) for name, q in STATED.items()}
    expected = of_rates({**un, "R_x": r_x, "R_S": r_s})
    assert propagate(of_rates, {**STATED, **RATES}).u == pytest.approx(expected.std_dev, rel=1e-3)


def test_against_monte_carlo():
    # five degrees of freedom: Student's t has a standard deviation sqrt(5/3) times u, the stated inputs have not
    found = propagate(of_rates, {**STATED, **RATES}, unit="Bq/g")
    values = of_rates(draw({**STATED, **RATES}, seed=4, draws=400_000))
    counted = sum(c.contribution**2 for c in found.components if c.ensemble == "cycles")
    assert values.std() == pytest.approx(np.sqrt(found.u**2 + counted * (5 / 3 - 1)), rel=0.01)
    low, high = np.quantile(values, (0.025, 0.975))
    assert 0.5 * (low + high) == pytest.approx(found.value, abs=0.1 * found.u)  # 1/R_S is bent
