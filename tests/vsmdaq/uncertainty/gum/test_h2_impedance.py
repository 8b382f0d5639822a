"""JCGM 100:2008, H.2: resistance and reactance from voltage, current and phase that were read together five times.

Oracles: the printed tables H.2 to H.4, GTC, uncertainties.
"""

import math

import GTC
import numpy as np
import pytest
import uncertainties
from GTC import type_a
from uncertainties import umath

from vsmdaq.terms import Estimate
from vsmdaq.uncertainty import correlation, covariance, coverage_factor, draw, means_of, propagate_many

READ = {
    "V": np.array([5.007, 4.994, 5.005, 4.990, 4.999]),
    "I": np.array([19.663, 19.639, 19.640, 19.685, 19.678]) * 1e-3,
    "phi": np.array([1.0456, 1.0438, 1.0468, 1.0428, 1.0433]),
}
UNITS = {"R": "ohm", "X": "ohm", "Z": "ohm"}
PAIRS = np.triu_indices(3, 1)


def impedance(v):
    z = v["V"] / v["I"]
    return {"R": z * np.cos(v["phi"]), "X": z * np.sin(v["phi"]), "Z": z}


MEANS = means_of(READ, "readings", {"V": "V", "I": "A", "phi": "rad"})
FOUND = propagate_many(impedance, MEANS, units=UNITS)


def test_means_as_printed():
    # table H.2
    assert [e.value for e in MEANS.values()] == pytest.approx([4.9990, 19.6610e-3, 1.04446], rel=1e-6)
    assert [e.u for e in MEANS.values()] == pytest.approx([0.0032, 0.0095e-3, 0.00075], rel=0.02)
    assert correlation(list(MEANS.values()))[PAIRS] == pytest.approx([-0.36, 0.86, -0.65], abs=0.005)


def test_results_as_printed():
    # table H.3
    assert [e.value for e in FOUND.values()] == pytest.approx([127.732, 219.847, 254.260], abs=0.0005)
    assert [e.u for e in FOUND.values()] == pytest.approx([0.071, 0.295, 0.236], abs=0.001)
    assert correlation(list(FOUND.values()))[PAIRS] == pytest.approx([-0.588, -0.485, 0.993], abs=0.001)


def test_second_approach_as_printed():
    # table H.4: R, X and Z of every set of readings, and their means
    single = impedance(READ)
    assert single["R"] == pytest.approx([127.67, 127.89, 127.51, 127.71, 127.88], abs=0.005)
    assert single["X"] == pytest.approx([220.32, 219.79, 220.64, 218.97, 219.51], abs=0.005)
    found = means_of(single, "readings", UNITS)
    assert [e.value for e in found.values()] == pytest.approx([127.732, 219.847, 254.260], abs=0.0015)
    assert [e.u for e in found.values()] == pytest.approx([0.071, 0.295, 0.236], abs=0.0006)
    assert correlation(list(found.values()))[PAIRS] == pytest.approx([-0.588, -0.485, 0.993], abs=0.001)


def test_one_set_of_readings_has_four_degrees_of_freedom_whatever_is_made_of_it():
    # 5 sets of readings, n - 1 = 4: R. Willink, Metrologia 44, 340 (2007); the plain formula would give up to 12
    for estimate in (*MEANS.values(), *FOUND.values()):
        assert estimate.dof == pytest.approx(4.0)


def test_against_gtc():
    v, i, phi = type_a.multi_estimate_real([list(values) for values in READ.values()], labels=list(READ))
    expected = {"R": v * GTC.cos(phi) / i, "X": v * GTC.sin(phi) / i, "Z": v / i}
    for name, one in expected.items():
        assert FOUND[name].value == pytest.approx(one.x, rel=1e-12)
        assert FOUND[name].u == pytest.approx(one.u, rel=1e-4)  # central differences over ±u of a sine
        assert FOUND[name].dof == pytest.approx(GTC.dof(one), rel=1e-9)
    pairs = [(expected["R"], expected["X"]), (expected["R"], expected["Z"]), (expected["X"], expected["Z"])]
    expected_r = [GTC.get_correlation(one, other) for one, other in pairs]
    assert correlation(list(FOUND.values()))[PAIRS] == pytest.approx(expected_r, abs=1e-5)


def test_against_uncertainties():
    stacked = np.stack(list(READ.values()))
    v, i, phi = uncertainties.correlated_values(stacked.mean(axis=1), np.cov(stacked) / 5)
    expected = [v / i * umath.cos(phi), v / i * umath.sin(phi), v / i]
    matrix = np.array(uncertainties.covariance_matrix(expected))
    scale = np.sqrt(np.outer(np.diag(matrix), np.diag(matrix)))
    assert covariance(list(FOUND.values())) / scale == pytest.approx(matrix / scale, abs=1e-4)


def test_against_monte_carlo():
    # as if the covariance were known: normal, no degrees of freedom
    known = {name: Estimate(e.value, e.unit, tuple(replaced(c) for c in e.components)) for name, e in MEANS.items()}
    drawn = impedance(draw(known, seed=22, draws=200_000))
    for name, values in drawn.items():
        assert values.mean() == pytest.approx(FOUND[name].value, abs=0.02 * FOUND[name].u)
        assert values.std() == pytest.approx(FOUND[name].u, rel=0.01)
    stacked = np.corrcoef(np.stack(list(drawn.values())))[PAIRS]
    assert stacked == pytest.approx([-0.588, -0.485, 0.993], abs=0.005)


def test_monte_carlo_with_degrees_of_freedom_gives_student_intervals():
    # all three share one scatter, so a linear combination follows Student's t of 4 degrees of freedom exactly
    drawn = impedance(draw(MEANS, seed=23, draws=400_000))
    for name, values in drawn.items():
        low, high = np.quantile(values, (0.025, 0.975))
        assert 0.5 * (high - low) == pytest.approx(coverage_factor(4.0) * FOUND[name].u, rel=0.015)


def replaced(component):
    return type(component)(component.name, component.contribution, component.noise, math.inf)
