"""Oracles: Monte Carlo over whole loops, GTC at single points, the analytic covariance of a straight line."""

import math

import GTC
import numpy as np
import pytest

from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty import (
    EstimateArray,
    PropagationError,
    Source,
    covariance,
    noise_array,
    propagate,
    propagate_arrays,
    propagate_points,
)

N = 40
FIELD = np.linspace(-8e5, 8e5, N)
SIGNAL = 3.1e-6 * np.tanh(FIELD / 2e5)
CALIBRATION = Estimate(
    1.563, "V/(A m2)", (Component("reference.value", 0.0045), Component("x_ref", 0.0012, noise=True, dof=9))
)
GAIN = Quantity(1.0, 0.002, "1")
OFFSET = Quantity(0.0, 40.0, "A/m")
VOLUME = Quantity(5.236e-10, 5e-12, "m3")


def loop():
    """Magnetisation and internal field of the same points: M is in both, and so is the gaussmeter."""
    signal = noise_array("run:x", SIGNAL, np.full(N, 9e-9), "V")
    reading = noise_array("run:field", FIELD, np.full(N, 6.0), "A/m")
    m = propagate_arrays(
        lambda v: v["x"] / v["c"] / v["volume"], {"x": signal, "c": CALIBRATION, "volume": VOLUME}, unit="A/m"
    )
    h = propagate_arrays(
        lambda v: v["gain"] * v["h"] + v["offset"] - v["m"] / 3.0,
        {"h": reading, "gain": GAIN, "offset": OFFSET, "m": m},
        unit="A/m",
    )
    return h, m


def drawn_loops(draws):
    rng = np.random.default_rng(7)
    c = rng.normal(CALIBRATION.value, CALIBRATION.u, (draws, 1))
    volume = rng.normal(VOLUME.value, VOLUME.u, (draws, 1))
    m = rng.normal(SIGNAL, 9e-9, (draws, N)) / c / volume
    field = rng.normal(FIELD, 6.0, (draws, N))
    h = rng.normal(1.0, GAIN.u, (draws, 1)) * field + rng.normal(0.0, OFFSET.u, (draws, 1)) - m / 3.0
    return h, m


def test_points_against_gtc():
    h, _ = loop()
    i = 33
    c, volume = GTC.ureal(CALIBRATION.value, CALIBRATION.u), GTC.ureal(VOLUME.value, VOLUME.u)
    x, field = GTC.ureal(SIGNAL[i], 9e-9), GTC.ureal(FIELD[i], 6.0)
    expected = GTC.ureal(1.0, GAIN.u) * field + GTC.ureal(0.0, OFFSET.u) - x / c / volume / 3.0
    assert h.values[i] == pytest.approx(expected.x, rel=1e-13)
    assert h.u[i] == pytest.approx(expected.u, rel=1e-4)
    assert h.u_noise[i] == pytest.approx(math.hypot(6.0, 9e-9 / 1.563 / 5.236e-10 / 3.0), rel=1e-4)
    assert h.u_common**2 + h.u_noise**2 == pytest.approx(h.u**2, rel=1e-13)


def test_covariance_of_points_against_monte_carlo():
    h, m = loop()
    drawn_h, drawn_m = drawn_loops(20_000)
    for found, drawn in ((h, drawn_h), (m, drawn_m)):
        scale = np.outer(found.u, found.u)
        assert found.covariance / scale == pytest.approx(np.cov(drawn.T) / scale, abs=0.05)  # 5 Monte Carlo deviations


def test_what_went_into_a_calibration_as_noise_is_common_to_all_points():
    _, m = loop()
    noisy = {s.name for s in m.sources if s.noise}
    assert noisy == {"run:x"}
    assert Source("x_ref", noise=False, dof=9) in m.sources


def test_two_points_share_what_is_common_and_not_their_noise():
    h, m = loop()
    found = covariance([m.estimate(3), m.estimate(30), h.estimate(3)])
    assert found[0, 1] == pytest.approx(m.covariance[3, 30], rel=1e-12)
    assert found[0, 0] == pytest.approx(m.u[3] ** 2, rel=1e-12)
    # M enters H_int: - var(M)/3 at the same point, noise included
    assert found[0, 2] == pytest.approx(-(m.u[3] ** 2) / 3.0, rel=1e-6)
    assert m.estimate(-1).components[0].name == f"run:x[{N - 1}]"


def slope_and_field_at_zero(v):
    """High-field slope and the field where M goes through 0, from the points on either side."""
    h, m = v["h"], v["m"]
    near = np.argsort(np.abs(m))[:4]
    zero = np.polyval(np.polyfit(m[near] / 1e3, h[near], 1), 0.0)
    high = h > 4e5
    return {"slope": float(np.polyfit(h[high] / 1e5, m[high], 1)[0] / 1e5), "zero": float(zero)}


def test_results_of_a_loop_against_monte_carlo():
    h, m = loop()
    found = propagate_points(slope_and_field_at_zero, {"h": h, "m": m}, units={"slope": "1", "zero": "A/m"})
    drawn = np.array(
        [tuple(slope_and_field_at_zero({"h": a, "m": b}).values()) for a, b in zip(*drawn_loops(800), strict=True)]
    )
    expected = np.cov(drawn.T)
    assert [e.u for e in found.values()] == pytest.approx(np.sqrt(np.diag(expected)), rel=0.12)  # 5 deviations
    rho = covariance(list(found.values()))[0, 1] / (found["slope"].u * found["zero"].u)
    assert rho == pytest.approx(expected[0, 1] / np.sqrt(np.prod(np.diag(expected))), abs=0.15)
    assert found["zero"].u_common == pytest.approx(OFFSET.u, rel=0.05)


def test_straight_line_against_its_textbook_covariance():
    # y = a + b x, weights equal: cov = s^2 (A^T A)^-1, all of it noise, and exact in spite of few components
    x = np.linspace(0.0, 1.0, 30)
    line = noise_array("y", 2.0 + 3.0 * x, np.full(30, 0.1))
    found = propagate_points(
        lambda v: dict(zip(("b", "a"), np.polyfit(x, v["y"], 1), strict=True)), {"y": line}, units={"a": "1", "b": "1"}
    )
    design = np.stack([np.ones(30), x], axis=1)
    expected = 0.01 * np.linalg.inv(design.T @ design)
    assert covariance([found["a"], found["b"]]) == pytest.approx(expected, rel=1e-6)
    assert [c.name for c in found["a"].components] == ["y#1", "y#2"]
    assert found["a"].u_common == 0.0


def test_one_point_is_the_scalar_propagation():
    one = propagate_arrays(lambda v: np.array([v["a"] * v["b"]]), {"a": Quantity(2.0, 0.1), "b": Quantity(3.0, 0.2)})
    scalar = propagate(lambda v: v["a"] * v["b"], {"a": Quantity(2.0, 0.1), "b": Quantity(3.0, 0.2)})
    assert one.estimate(0) == scalar


def test_points_of_zero_value_and_zero_uncertainty():
    zeros = noise_array("x", np.zeros(3), np.array([0.0, 0.0, 1e-9]))
    found = propagate_arrays(lambda v: v["x"] / 2.0, {"x": zeros})
    assert found.u == pytest.approx([0.0, 0.0, 5e-10])
    assert propagate_arrays(lambda _: np.zeros(2), {}).u == pytest.approx([0.0, 0.0])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: EstimateArray(np.zeros(3), (), np.zeros((1, 3))), r"0 inputs of values of shape \(3,\)"),
        (lambda: EstimateArray(np.zeros(3), (Source("a"), Source("a")), np.zeros((2, 3))), "named twice: a, a"),
        (lambda: propagate_arrays(lambda _: np.zeros((2, 2)), {}), r"shape \(2, 2\); allowed: \(n,\)"),
        (lambda: propagate_arrays(lambda _: np.array([1.0, np.nan]), {}), "nan at point 1"),
        (
            lambda: propagate_arrays(
                lambda v: v["x"] + v["y"],
                {"x": noise_array("a", np.ones(2), np.ones(2)), "y": Estimate(1.0, "1", (Component("a", 1.0),))},
            ),
            "two inputs are called 'a'",
        ),
        (
            lambda: propagate_points(
                lambda v: {"s": float(v["x"].sum())},
                {"x": noise_array("a", np.ones(2), np.ones(2)), "y": noise_array("b", np.ones(3), np.ones(3))},
                units={"s": "1"},
            ),
            "different lengths were given .x: 2, y: 3.",
        ),
        (
            lambda: propagate_points(
                lambda v: {"s": float(v["x"].sum()) * np.inf},
                {"x": noise_array("a", np.ones(2), np.ones(2))},
                units={"s": "1"},
            ),
            "inf for s within the uncertainty",
        ),
    ],
)
def test_what_cannot_be_is_refused(call, message):
    with pytest.raises(PropagationError, match=message):
        call()
