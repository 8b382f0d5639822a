"""Coercive field of B and largest energy product: closed forms, symmetry, gradients, a measured magnet."""

import math
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.analyse.second_quadrant import second_quadrant
from vsmdaq.formats import read_any

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
MU0 = 1.25663706212e-6


def straight_loop(remanence=8e5, slope=0.05, coercive=1e6, count=61):
    """J straight in the second quadrant, switching at -coercive."""
    down = np.linspace(1.5e6, -1.5e6, count)
    m = np.where(down > -coercive, remanence + slope * down, -remanence + slope * down)
    return np.concatenate([down, -down[1:]]), np.concatenate([m, -m[1:]])


def smooth_loop(count=81):
    down = np.linspace(6e5, -6e5, count)
    field = np.concatenate([down, -down[1:]])
    side = np.where(np.arange(field.size) < count, 1.0, -1.0)
    return field, 4e5 * np.tanh((field + side * 2.5e5) / 1.5e5)


def test_a_straight_line_has_a_closed_form():
    found = second_quadrant(*straight_loop()).parameters
    assert found["coercive_field_b"].value == pytest.approx(8e5 / 1.05, rel=1e-9)
    assert found["maximum_energy_product"].value == pytest.approx(MU0 * 8e5**2 / (4 * 1.05), rel=1e-9)


def test_a_smooth_loop_against_its_formula_on_a_fine_grid():
    found = second_quadrant(*smooth_loop()).parameters
    h = np.linspace(-6e5, 0.0, 1_000_001)
    m = 4e5 * np.tanh((h + 2.5e5) / 1.5e5)
    assert found["maximum_energy_product"].value == pytest.approx(np.max(-MU0 * h * (h + m)), rel=1e-4)
    assert found["coercive_field_b"].value == pytest.approx(-np.interp(0.0, h + m, h), rel=5e-4)  # steps of 15 kA/m


def test_mirror_image_changes_nothing():
    field, moment = smooth_loop()
    one, other = second_quadrant(field, moment), second_quadrant(-field, -moment)
    for name, parameter in one.parameters.items():
        assert other.parameters[name].value == pytest.approx(parameter.value, rel=1e-12)


@pytest.mark.parametrize("name", ["coercive_field_b", "maximum_energy_product"])
def test_gradients_are_those_of_moved_points(name):
    field, moment = smooth_loop()
    rng = np.random.default_rng(3)
    moment = moment + rng.normal(0.0, 200.0, moment.size)
    parameter = second_quadrant(field, moment).parameters[name]
    for i in (np.argmax(np.abs(parameter.d_moment)), np.argmax(np.abs(parameter.d_field))):
        for values, gradient, step in ((moment, parameter.d_moment, 5.0), (field, parameter.d_field, 5.0)):
            up, low = values.copy(), values.copy()
            up[i] += step
            low[i] -= step
            pair = (second_quadrant(field, v) if values is moment else second_quadrant(v, moment) for v in (up, low))
            above, below = (found.parameters[name].value for found in pair)
            slope = (above - below) / (2 * step)
            assert gradient[i] == pytest.approx(slope, rel=2e-3, abs=1e-3 * np.max(np.abs(gradient)))


def test_scatter_of_noisy_loops_is_what_the_gradients_say():
    field, moment = smooth_loop()
    rng = np.random.default_rng(11)
    u = 1500.0
    stated = {name: p.u(u_moment=u) for name, p in second_quadrant(field, moment, u_magnetization=u).parameters.items()}
    found = {name: [] for name in stated}
    for _ in range(300):
        noisy = second_quadrant(field, moment + rng.normal(0.0, u, moment.size), u_magnetization=u)
        for name, values in found.items():
            values.append(noisy.parameters[name].value)
    for name, values in found.items():
        assert np.std(values, ddof=1) == pytest.approx(stated[name], rel=0.15), (
            name
        )  # 4 % of its own, and the window moves


def test_what_cannot_be_had_is_said():
    down = np.linspace(6e5, -6e5, 41)
    alone = second_quadrant(down, np.tanh(down / 1e5))
    assert set(alone.missing.values()) == {"no ascending branch"}
    field, moment = smooth_loop()
    without = second_quadrant(field, -0.01 * field)
    assert without.missing["maximum_energy_product"] == "descending: no point where B and H have opposite signs"
    small = np.abs(field) > 4.5e5
    part = second_quadrant(field[small], moment[small])
    assert set(part.parameters) | set(part.missing) == {"coercive_field_b", "maximum_energy_product"}
    with pytest.raises(ValueError, match="allowed: finite, both of shape"):
        second_quadrant(field, moment[:-1])


@pytest.mark.skipif(DATA is None, reason="the measured files are not here")
def test_measured_permanent_magnet():
    """magmeas 0.5.1 takes the largest product among the points of one branch: 34.1375 kJ/m3 with N = 0.268258."""
    loop = read_any(DATA / "loops" / "VSM_MH.DAT")
    magnetization = loop.moment_a_m2 / (1.98e-3 * 1.99e-3 * 2.70e-3)
    field = loop.field_a_per_m - 0.268258 * magnetization
    products = -4e-7 * math.pi * field * (field + magnetization)
    assert products.max() == pytest.approx(34137.5, rel=1e-5)  # the same curve as the peer's
    found = second_quadrant(field, magnetization)
    # a local cubic and the mean of both branches; the points lie 5 to 15 kA/m apart there
    assert found.parameters["maximum_energy_product"].value == pytest.approx(34137.5, rel=0.025)
    assert 0.107186e6 < found.parameters["coercive_field_b"].value < 0.245353e6  # between the peer's knee and its HcJ
