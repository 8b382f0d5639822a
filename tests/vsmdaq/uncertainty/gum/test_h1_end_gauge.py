"""JCGM 100:2008, H.1: an end gauge of 50 mm against a standard. JCGM 101:2008, 9.5 does the same by Monte Carlo.

Lengths in nm. Oracles: the printed numbers, GTC, uncertainties.
"""

import math

import GTC
import numpy as np
import pytest
import uncertainties

from vsmdaq.terms import Quantity
from vsmdaq.uncertainty import (
    arcsine,
    coverage_factor,
    dof_of_judgement,
    draw,
    expanded_uncertainty,
    propagate,
    rectangular,
    second_order_variance,
    validate,
)

NOMINAL = 50e6
INPUTS = {
    "l_s": Quantity(50_000_623.0, 25.0, "nm", 18),  # H.1.3.1
    "d": Quantity(215.0, 9.7, "nm", 25.6),  # H.1.3.2
    "delta_alpha": rectangular(0.0, 1e-6, "1/K", dof=dof_of_judgement(0.10)),  # H.1.3.5, H.1.6
    "theta_mean": Quantity(-0.1, 0.2, "K"),  # H.1.3.4
    "theta_cyclic": arcsine(0.0, 0.5, "K"),
    "alpha_s": rectangular(11.5e-6, 2e-6, "1/K"),  # H.1.3.3
    "delta_theta": rectangular(0.0, 0.05, "K", dof=dof_of_judgement(0.50)),  # H.1.3.6, H.1.6
}


def length(v):
    theta = v["theta_mean"] + v["theta_cyclic"]
    return v["l_s"] + v["d"] - v["l_s"] * (v["delta_alpha"] * theta + v["alpha_s"] * v["delta_theta"])


GAUGE = propagate(length, INPUTS, unit="nm")


def test_standard_uncertainties_of_the_inputs_from_their_limits():
    u = {name: q.u for name, q in INPUTS.items()}
    assert u["alpha_s"] == pytest.approx(1.2e-6, abs=0.05e-6)
    assert u["delta_alpha"] == pytest.approx(0.58e-6, abs=0.005e-6)
    assert u["theta_cyclic"] == pytest.approx(0.35, abs=0.005)
    assert math.hypot(u["theta_mean"], u["theta_cyclic"]) == pytest.approx(0.41, abs=0.005)
    assert u["delta_theta"] == pytest.approx(0.029, abs=0.0005)
    assert (INPUTS["delta_alpha"].dof, INPUTS["delta_theta"].dof) == (pytest.approx(50.0), pytest.approx(2.0))


def test_result_and_budget_as_printed():
    parts = {c.name: abs(c.contribution) for c in GAUGE.components}
    assert GAUGE.value == pytest.approx(50_000_838.0, abs=0.5)  # 50.000 838 mm
    assert parts["l_s"] == pytest.approx(25.0, abs=0.05)
    assert parts["d"] == pytest.approx(9.7, abs=0.05)
    assert parts["delta_theta"] == pytest.approx(16.6, abs=0.1)
    assert parts["delta_alpha"] == pytest.approx(2.9, abs=0.05)
    assert parts["theta_mean"] == parts["theta_cyclic"] == parts["alpha_s"] == 0.0  # table H.1
    assert GAUGE.u == pytest.approx(32.0, abs=0.5)


def test_expanded_uncertainty_as_printed():
    assert int(GAUGE.dof) == 16  # H.1.6: 16.7, truncated
    assert GAUGE.dof == pytest.approx(16.7, abs=0.1)
    assert coverage_factor(int(GAUGE.dof), 0.99) == pytest.approx(2.92, abs=0.005)
    assert coverage_factor(int(GAUGE.dof), 0.99) * GAUGE.u == pytest.approx(
        93.0, abs=1.0
    )  # 2.92 times 32, rounded before
    assert expanded_uncertainty(GAUGE, 0.99) < coverage_factor(int(GAUGE.dof), 0.99) * GAUGE.u  # 16.7 as it is


def test_second_order_terms_as_printed():
    # H.1.7: 11.7 nm and 1.7 nm are missed in first order, and u_c becomes 34 nm
    assert math.sqrt(second_order_variance(length, INPUTS)) == pytest.approx(math.hypot(11.7, 1.7), abs=0.1)
    assert math.sqrt(GAUGE.u**2 + second_order_variance(length, INPUTS)) == pytest.approx(34.0, abs=0.5)


def test_against_gtc():
    un = {name: GTC.ureal(q.value, q.u, df=q.dof) for name, q in INPUTS.items()}
    expected = length(un)
    assert GAUGE.value == pytest.approx(expected.x, rel=1e-15)
    assert GAUGE.u == pytest.approx(expected.u, rel=1e-9)
    assert GAUGE.dof == pytest.approx(GTC.dof(expected), rel=1e-6)


def test_against_uncertainties():
    un = {name: uncertainties.ufloat(q.value, q.u) for name, q in INPUTS.items()}
    assert GAUGE.u == pytest.approx(length(un).std_dev, rel=1e-9)


def test_monte_carlo_of_supplement_1():
    # 9.5.4: 838 nm, u = 36 nm, 99 % interval 745 to 932 nm; the parts of d are drawn apart, its 9.5.2.4 to 9.5.2.6
    parts = {"d0": Quantity(215.0, 6.0, "nm", 24), "d1": Quantity(0.0, 4.0, "nm", 5), "d2": Quantity(0.0, 7.0, "nm", 8)}
    others = {name: q for name, q in INPUTS.items() if name != "d"}
    v = draw({**others, **parts}, seed=95, draws=500_000)
    found = length({**v, "d": v["d0"] + v["d1"] + v["d2"]}) - NOMINAL
    assert found.mean() == pytest.approx(838.0, abs=0.5)
    assert found.std() == pytest.approx(
        36.0, abs=0.7
    )  # the limits of two rectangles are themselves vague there: 0.3 more
    assert np.quantile(found, (0.005, 0.995)) == pytest.approx([745.0, 932.0], abs=2.5)


def test_linear_propagation_is_not_validated_as_supplement_1_finds():
    # 9.5.4.3: the second-order terms are missing
    v = draw(INPUTS, seed=96, draws=500_000)
    assert validate(GAUGE, length(v), digits=2).verdict == "not validated"
