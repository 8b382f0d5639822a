"""JCGM 100:2008, H.3: calibration of a thermometer by a straight line, and a correction predicted outside of it.

Oracles: the printed numbers, GTC's type-A line, uncertainties.
"""

import math

import GTC
import numpy as np
import pytest
import uncertainties
from GTC import type_a

from vsmdaq.analyse.linear import fit_line
from vsmdaq.uncertainty import (
    correlated,
    correlation,
    draw,
    expanded_uncertainty,
    noise_array,
    propagate,
    propagate_points,
)

READING = np.array([21.521, 22.012, 22.512, 23.003, 23.507, 23.999, 24.513, 25.002, 25.503, 26.010, 26.511])
CORRECTION = np.array([-0.171, -0.169, -0.166, -0.159, -0.164, -0.165, -0.156, -0.157, -0.159, -0.161, -0.160])
AT_20 = READING - 20.0
LINE = fit_line(AT_20, CORRECTION)
Y = correlated({"y1": LINE.intercept, "y2": LINE.slope}, LINE.covariance, "fit", dof=LINE.dof)


def predicted(v):
    return v["y1"] + v["y2"] * (30.0 - 20.0)


def test_line_as_printed():
    # H.3.3: y1 = -0.1712(29) °C, y2 = 0.00218(67), r = -0.930, s = 0.0035 °C
    assert (Y["y1"].value, Y["y2"].value) == (pytest.approx(-0.1712, abs=5e-5), pytest.approx(0.00218, abs=5e-6))
    assert (Y["y1"].u, Y["y2"].u) == (pytest.approx(0.0029, abs=5e-5), pytest.approx(0.00067, abs=5e-6))
    assert correlation([Y["y1"], Y["y2"]])[0, 1] == pytest.approx(-0.930, abs=5e-4)
    assert LINE.scatter == pytest.approx(0.0035, abs=5e-5)


def test_predicted_correction_as_printed():
    # H.3.4: b(30 °C) = -0.1494 °C, u = 0.0041 °C, 9 degrees of freedom; without the covariance it would be 0.0073
    found = propagate(predicted, Y, unit="°C")
    assert found.value == pytest.approx(-0.1494, abs=5e-5)
    assert found.u == pytest.approx(0.0041, abs=5e-5)
    assert found.dof == pytest.approx(9.0)
    assert expanded_uncertainty(found) == pytest.approx(2.262 * found.u, rel=1e-3)  # Student, table G.2
    assert math.hypot(Y["y1"].u, 10.0 * Y["y2"].u) == pytest.approx(0.0073, abs=5e-5)


def test_independent_parameters_about_the_mean():
    # H.3.5: with t0 at the mean of the readings nothing correlates: y1 = -0.1625(11), the same slope and correction
    mean = float(READING.mean())
    assert mean == pytest.approx(24.0085, abs=5e-5)
    line = fit_line(READING - mean, CORRECTION)
    y = correlated({"y1": line.intercept, "y2": line.slope}, line.covariance, "fit", dof=line.dof)
    assert (y["y1"].value, y["y1"].u) == (pytest.approx(-0.1625, abs=5e-5), pytest.approx(0.0011, abs=5e-5))
    assert correlation([y["y1"], y["y2"]])[0, 1] == pytest.approx(0.0, abs=1e-9)
    found = propagate(lambda v: v["y1"] + v["y2"] * (30.0 - mean), y)
    assert (found.value, found.u) == (pytest.approx(-0.1494, abs=5e-5), pytest.approx(0.0041, abs=5e-5))


def test_against_gtc():
    line = type_a.line_fit(list(AT_20), list(CORRECTION))
    expected = line.intercept + line.slope * 10.0
    found = propagate(predicted, Y)
    assert (found.value, found.u) == (pytest.approx(expected.x, rel=1e-12), pytest.approx(expected.u, rel=1e-12))
    assert found.dof == pytest.approx(GTC.dof(expected), rel=1e-12)


def test_against_uncertainties():
    y1, y2 = uncertainties.correlated_values([LINE.intercept, LINE.slope], LINE.covariance)
    assert propagate(predicted, Y).u == pytest.approx((y1 + 10.0 * y2).std_dev, rel=1e-12)


def test_the_same_from_the_noise_of_every_point():
    # the other way round: each correction has the scatter s as its noise, and the fit is the model
    points = noise_array("b", CORRECTION, np.full(11, LINE.scatter), "°C", dof=9.0)

    def line(v):
        y2, y1 = np.polyfit(AT_20, v["b"], 1)
        return {"y1": y1, "y2": y2}

    found = propagate_points(line, {"b": points}, units={"y1": "°C", "y2": "1"})
    assert found["y1"].u == pytest.approx(Y["y1"].u, rel=1e-9)
    assert correlation(list(found.values()))[0, 1] == pytest.approx(-0.930, abs=5e-4)


def test_against_monte_carlo():
    found = propagate(predicted, Y)
    values = predicted(draw(Y, seed=3, draws=400_000))
    low, high = np.quantile(values, (0.025, 0.975))
    assert 0.5 * (high + low) == pytest.approx(found.value, abs=0.02 * found.u)
    assert 0.5 * (high - low) == pytest.approx(expanded_uncertainty(found), rel=0.01)
