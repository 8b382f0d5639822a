"""Oracles: JCGM 100:2008 examples H.1 and H.2 with their published numbers, GTC, uncertainties, analytic derivatives."""

import math

import GTC
import numpy as np
import pytest
import uncertainties
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty import (
    PropagationError,
    correlation,
    coverage_factor,
    expanded_uncertainty,
    propagate,
    propagate_many,
)


def test_end_gauge_of_gum_h1():
    # H.1.3: l = l_s + d - l_s (delta_alpha theta + alpha_s delta_theta); lengths in nm, 50 mm nominal
    inputs = {
        "l_s": Quantity(50_000_623.0, 25.0, "nm", 18),
        "d": Quantity(215.0, 9.7, "nm", 25.6),
        "delta_alpha": Quantity(0.0, 0.58e-6, "1/K", 50, "rectangular"),
        "theta_mean": Quantity(-0.1, 0.2, "K"),
        "theta_cyclic": Quantity(0.0, 0.35, "K"),
        "alpha_s": Quantity(11.5e-6, 1.2e-6, "1/K", math.inf, "rectangular"),
        "delta_theta": Quantity(0.0, 0.029, "K", 2, "rectangular"),
    }

    def length(v):
        theta = v["theta_mean"] + v["theta_cyclic"]
        return v["l_s"] + v["d"] - v["l_s"] * (v["delta_alpha"] * theta + v["alpha_s"] * v["delta_theta"])

    gauge = propagate(length, inputs, unit="nm")
    parts = {c.name: abs(c.contribution) for c in gauge.components}
    assert gauge.value == pytest.approx(50_000_838.0, abs=0.5)
    assert parts["delta_theta"] == pytest.approx(16.6, abs=0.1)  # H.1.4
    assert parts["delta_alpha"] == pytest.approx(2.9, abs=0.05)
    assert parts["theta_mean"] == parts["theta_cyclic"] == parts["alpha_s"] == 0.0  # first order, table H.1
    assert gauge.u == pytest.approx(32.0, abs=0.5)
    assert int(gauge.dof) == 16  # H.1.6: 16.7
    assert coverage_factor(16, 0.99) == pytest.approx(2.92, abs=0.005)
    assert expanded_uncertainty(gauge, 0.99) == pytest.approx(93.0, abs=1.0)


# H.2: five simultaneous readings of V, I, phi; means share what disturbed them
VOLT = np.array([5.007, 4.994, 5.005, 4.990, 4.999])
AMPERE = np.array([19.663, 19.639, 19.640, 19.685, 19.678]) * 1e-3
RADIAN = np.array([1.0456, 1.0438, 1.0468, 1.0428, 1.0433])


def impedance(v):
    z, phi = v["V"] / v["I"], v["phi"]
    return {"R": z * math.cos(phi), "X": z * math.sin(phi), "Z": z}


def test_resistance_and_reactance_of_gum_h2():
    # Means as estimates that share the five disturbances: contributions (x_i - mean)/sqrt(n (n - 1))
    inputs = {
        name: Estimate(
            readings.mean(),
            "",
            tuple(Component(f"reading {i}", c) for i, c in enumerate((readings - readings.mean()) / math.sqrt(20.0))),
        )
        for name, readings in (("V", VOLT), ("I", AMPERE), ("phi", RADIAN))
    }
    assert inputs["V"].u == pytest.approx(0.0032, abs=0.00005)  # table H.2
    assert correlation(list(inputs.values()))[np.triu_indices(3, 1)] == pytest.approx([-0.36, 0.86, -0.65], abs=0.005)
    found = propagate_many(impedance, inputs, units={"R": "ohm", "X": "ohm", "Z": "ohm"})
    assert [e.value for e in found.values()] == pytest.approx([127.732, 219.847, 254.260], abs=0.001)  # table H.3
    assert [e.u for e in found.values()] == pytest.approx([0.071, 0.295, 0.236], abs=0.001)
    r_x, r_z, x_z = correlation(list(found.values()))[np.triu_indices(3, 1)]
    assert [r_x, r_z, x_z] == pytest.approx([-0.588, -0.485, 0.993], abs=0.002)


# The main job of this house: reference and sample on one bench. Gains, amplitude and field are common.
CHAIN = {
    "m_ref": Quantity(3.47e-3, 0.01e-3, "A m2"),
    "x_ref": Quantity(5.354e-3, 2e-6, "V", 12),
    "x": Quantity(3.1e-6, 9e-9, "V", 7),
    "gain": Quantity(1.0, 0.005, "1"),
    "diameter": Quantity(1e-3, 3e-6, "m"),
}


def coupling(v):
    return v["gain"] * v["x_ref"] / v["m_ref"]


def magnetisation(v):
    moment = v["gain"] * v["x"] / v["coupling"]
    return moment / (math.pi / 6.0 * v["diameter"] ** 3)


def chained():
    calibration = propagate(coupling, CHAIN, unit="V/(A m2)", noise={"x_ref"})
    sample = {"coupling": calibration, **{n: CHAIN[n] for n in ("gain", "x", "diameter")}}
    return propagate(magnetisation, sample, unit="A/m", noise={"x"})


def test_chain_of_two_steps_against_gtc():
    un = {n: GTC.ureal(q.value, q.u, df=q.dof, label=n) for n, q in CHAIN.items()}
    c = un["gain"] * un["x_ref"] / un["m_ref"]
    expected = un["gain"] * un["x"] / c / (math.pi / 6.0 * un["diameter"] ** 3)
    found = chained()
    assert found.value == pytest.approx(expected.x, rel=1e-13)
    assert found.u == pytest.approx(expected.u, rel=1e-4)  # second order of the step u in the cube: 1e-5
    assert found.dof == pytest.approx(GTC.dof(expected), rel=1e-3)
    for component in found.components:
        assert abs(component.contribution) == pytest.approx(
            abs(GTC.component(expected, un[component.name])), rel=1e-4, abs=1e-4 * found.u
        )


def test_chain_of_two_steps_against_uncertainties():
    un = {n: uncertainties.ufloat(q.value, q.u, n) for n, q in CHAIN.items()}
    c = un["gain"] * un["x_ref"] / un["m_ref"]
    expected = un["gain"] * un["x"] / c / (math.pi / 6.0 * un["diameter"] ** 3)
    assert chained().u == pytest.approx(expected.std_dev, rel=1e-4)


def test_what_reference_and_sample_share_cancels():
    gain = {c.name: c.contribution for c in chained().components}["gain"]
    assert abs(gain) < 1e-4 * 0.005 * chained().value  # alone it would be 0.5 %, twice


def test_noise_and_common_are_told_apart():
    found = chained()
    assert {c.name for c in found.components if c.noise} == {"x", "x_ref"}
    assert math.hypot(found.u_noise, found.u_common) == pytest.approx(found.u, rel=1e-14)
    assert found.u_noise / found.value == pytest.approx(math.hypot(9 / 3100, 2e-6 / 5.354e-3), rel=1e-4)


@given(a=st.floats(-10.0, 10.0), b=st.floats(-10.0, 10.0), u_a=st.floats(1e-6, 1.0), u_b=st.floats(1e-6, 1.0))
def test_sums_are_exact(a, b, u_a, u_b):
    found = propagate(lambda v: 3.0 * v["a"] - 2.0 * v["b"], {"a": Quantity(a, u_a), "b": Quantity(b, u_b)})
    assert found.value == 3.0 * a - 2.0 * b
    assert found.u == pytest.approx(math.hypot(3.0 * u_a, 2.0 * u_b), rel=1e-6)


@given(x=st.floats(0.1, 10.0), power=st.integers(-4, 4), decades=st.integers(-12, -4))
def test_sensitivities_are_derivatives_down_to_tiny_uncertainties(x, power, decades):
    u = x * 10.0**decades
    found = propagate(lambda v: v["x"] ** power, {"x": Quantity(x, u)})
    assert found.u == pytest.approx(abs(power * x ** (power - 1)) * u, rel=1e-6, abs=1e-300)


@given(factor=st.floats(1e-6, 1e6))
def test_choice_of_unit_does_not_matter(factor):
    inputs = {n: Quantity(q.value * factor, q.u * factor, q.unit, q.dof) for n, q in CHAIN.items()}
    here, there = propagate(coupling, CHAIN), propagate(coupling, inputs)
    assert there.u / factor == pytest.approx(here.u, rel=1e-9)
    assert there.dof == pytest.approx(here.dof, rel=1e-9)


def test_certain_inputs_leave_no_trace():
    found = propagate(lambda v: v["a"] + v["b"], {"a": Quantity(1.0), "b": Estimate(2.0)}, unit="m")
    assert found == Estimate(3.0, "m", ())


@pytest.mark.parametrize(
    ("call", "message", "blamed"),
    [
        (
            lambda: propagate(lambda v: float(np.sqrt(np.maximum(v["a"], 0.0)) / v["a"]), {"a": Quantity(1.0, 1.0)}),
            "nan for its result with a = 0",
            "a",
        ),
        (lambda: propagate(lambda v: v["a"], {"a": Quantity(1.0, -1.0)}), "a: .* -1.0 was given", "a"),
        (lambda: propagate(lambda v: v["a"], {"a": Quantity(1.0, math.nan)}), "nan was given", "a"),
        (lambda: propagate(lambda v: v["a"], {"a": Quantity(math.inf, 1.0)}), "inf for its result", ""),
        (lambda: propagate(lambda v: v["a"], {"a": Quantity(1.0, 1.0)}, noise={"b"}), "noise of b", "b"),
        (
            lambda: propagate(
                lambda v: v["a"] + v["b"],
                {"a": Quantity(1.0, 1.0, dof=4), "b": Estimate(1.0, "1", (Component("a", 1.0, dof=5),))},
            ),
            "two inputs are called 'a': one with 4, one with 5",
            "a",
        ),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
def test_what_cannot_be_propagated_is_refused(call, message, blamed):
    with pytest.raises(PropagationError, match=message) as caught:
        call()
    assert caught.value.input == blamed
