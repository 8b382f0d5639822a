"""Covariance of the points against draws of all inputs, through the measurement function and through a formula written here."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vsmdaq.reduce.covariance import joint_covariance, point_estimates
from vsmdaq.reduce.geometry import volume_m3
from vsmdaq.reduce.moments import true_moment
from vsmdaq.reduce.points import internal_field, point_inputs
from vsmdaq.reduce.second_quadrant import reduce_second_quadrant
from vsmdaq.reduce.signals import signals, true_field
from vsmdaq.terms import Component, Estimate, InputError, Quantity

DRAWS = 6000
FIELD = np.array([700e3, 300e3, 100e3, -100e3, -300e3, -700e3])
VOLUME = math.pi / 6 * 1e-9


@pytest.fixture
def run(made):
    """A sphere of 1 mm, chi_external = 0.01; the calibration shares the gaussmeter's gain with the run."""
    moment = 0.01 * VOLUME * FIELD
    found = made.run(
        "palladium",
        sample=made.sample("reference-sphere"),
        moment_points=made.points(FIELD, moment, u_field=300.0, u_signal=4e-9),
        artefacts=made.calibrations(),
    )
    shared = (Component("nickel.moment", 0.0024), Component("gaussmeter.gain", -0.0011))
    values = {**found.artefacts["moment"].values, "moment_per_volt": Estimate(0.64, "A m2/V", shared)}
    background = found.artefacts["background"]
    line = {**background.values, "x0": Estimate(background.values["x0"].value, "V", (Component("holder", 3e-9),))}
    fields = {"fields": 2, "field.0_a_per_m": -800e3, "field.1_a_per_m": 800e3}
    artefacts = {
        "moment": replace(found.artefacts["moment"], values=values),
        "background": replace(background, values=line, conditions={**background.conditions, **fields}),
    }
    return replace(found, artefacts=artefacts)


def drawn(run, rng):
    """One draw of everything: applied field, moment, M/H_internal, with equal names moving together."""
    inputs, _ = point_inputs(run)
    deviates = {}
    x = {}
    for name, item in inputs.items():
        parts = (Component(name, item.u),) if isinstance(item, Quantity) else item.components
        x[name] = item.value + sum(deviates.setdefault(c.name, rng.standard_normal()) * c.contribution for c in parts)
    data = signals(run.moment_points, run.run_id)
    n = data.reading_a_per_m.size
    moved = replace(
        data,
        reading_a_per_m=data.reading_a_per_m + data.u_reading_a_per_m * rng.standard_normal(n),
        signal_v_rms=data.signal_v_rms
        + data.u_signal_v_rms * (rng.standard_normal(n) + 1j * rng.standard_normal(n)),  # as a lock-in has it
    )
    field, moment = true_field(moved.reading_a_per_m, x), true_moment(run, moved, x)
    inside = internal_field(run, field, moment, x)
    return field, moment, moment / volume_m3(run.sample, x) / inside


def close(found, expected, sigmas=5.0):
    """Sample covariance of DRAWS draws against the expected one: (i, j) has variance (C_ii C_jj + C_ij²)/DRAWS."""
    spread = np.sqrt((np.outer(np.diag(expected), np.diag(expected)) + expected**2) / DRAWS)
    return float(np.max(np.abs(found - expected) / spread)) < sigmas


def test_draws_through_the_measurement_function_have_this_covariance(run):
    rng = np.random.default_rng(20)
    draws = np.array([np.concatenate(drawn(run, rng)) for _ in range(DRAWS)])
    points = point_estimates(run)
    arrays = {"h": points.applied, "m": points.moment, "chi": points.susceptibility}
    expected = joint_covariance(arrays)
    assert expected.shape == (18, 18)
    assert close(np.cov(draws.T), expected)
    # and the test can tell: without what field and moment share it fails
    apart = expected.copy()
    apart[:6, 6:] = apart[6:, :6] = 0.0
    assert not close(np.cov(draws.T), apart)


def test_blocks_against_the_formula(run):
    points = point_estimates(run)
    matrix = joint_covariance({"h": points.applied, "m": points.moment})
    moment = 0.01 * VOLUME * FIELD
    # H = (reading - offset)/gain: 0.2 % and 40 A/m of the bench file, 300 A/m a reading
    field = np.outer(FIELD, FIELD) * 0.002**2 + 40.0**2 + np.diag(np.full(6, 300.0**2))
    np.testing.assert_allclose(matrix[:6, :6], field, rtol=1e-4)
    # m = k (X - x0): k = 0.64 ± 0.0024 ± 0.0011, x0 3 nV, 4 nV a point; the holder at the reading adds 1e-13 m3 H, too
    relative = (0.0024**2 + 0.0011**2) / 0.64**2
    of_moment = np.outer(moment, moment) * relative + (0.64 * 3e-9) ** 2 + np.diag(np.full(6, (0.64 * 4e-9) ** 2))
    np.testing.assert_allclose(matrix[6:, 6:], of_moment, rtol=1e-3)
    # the gain moves H by -H per 1 and k by -0.0011 per 0.002
    cross = np.outer(-FIELD * 0.002, -0.0011 / 0.64 * moment)
    np.testing.assert_allclose(
        matrix[:6, 6:] - np.diag(np.diag(matrix[:6, 6:])), cross - np.diag(np.diag(cross)), rtol=1e-4
    )


def test_it_is_symmetric_and_not_negative(run):
    points = point_estimates(run)
    matrix = joint_covariance({"h": points.applied, "m": points.moment})
    assert np.array_equal(matrix, matrix.T)
    scale = np.sqrt(np.diag(matrix))
    assert np.linalg.eigvalsh(matrix / np.outer(scale, scale)).min() > -1e-9


def test_its_diagonal_is_that_of_each_array(run):
    points = point_estimates(run)
    np.testing.assert_allclose(np.sqrt(np.diag(joint_covariance({"m": points.moment}))), points.moment.u)
    np.testing.assert_allclose(np.sqrt(np.diag(joint_covariance({"h": points.applied}))), points.applied.u)


def test_no_susceptibility_where_a_field_may_be_zero(made, run):
    field = np.array([700e3, 0.0, -700e3])
    near = replace(run, moment_points=made.points(field, 1e-14 * field))
    assert point_estimates(near).susceptibility is None
    assert point_estimates(near, np.array([0, 2])).susceptibility is not None
    shapeless = replace(run, sample=replace(run.sample, shape=None))
    assert point_estimates(shapeless).magnetization is None
    assert point_estimates(shapeless).susceptibility is None


def test_what_the_branch_of_the_yoke_leaves_open_is_common(run):
    moved = tuple(
        replace(p, flags=("field_between_branches",), set_current_a=-float(p.index)) for p in run.moment_points
    )
    points = point_estimates(replace(run, moment_points=moved))
    matrix = joint_covariance({"h": points.applied})
    expected = np.outer(FIELD, FIELD) * 0.002**2 + 40.0**2 + 300.0**2
    np.testing.assert_allclose(matrix, expected, rtol=1e-4)


def test_weights_have_none(made):
    field = np.linspace(0.0, 800e3, 5)
    run = made.run("gouy", tube=made.tube(), weight_points=made.weights(field, field * 0.0, 0))
    with pytest.raises(InputError, match="given weights; allowed: points of a vibrating sample"):
        point_estimates(run)


def loop_moment(field, amplitude=50e3):
    side = np.where(np.arange(field.size) <= field.size // 2, 1.0, -1.0)
    return amplitude * VOLUME * np.tanh((field + side * 100e3) / 60e3)


def test_demagnetisation_quantities_move_with_their_inputs(made):
    """H_cB and (BH)max are linear and quadratic in M and H: a diameter 1 % larger makes M 3 % smaller."""
    down = np.linspace(600e3, -600e3, 81)
    field = np.concatenate([down, -down[1:]])
    points = made.points(field, loop_moment(field))
    fields = {"fields": 2, "field.0_a_per_m": -800e3, "field.1_a_per_m": 800e3}
    calibrations = made.calibrations(u_relative=0.004)
    background = calibrations["background"]
    calibrations["background"] = replace(background, conditions={**background.conditions, **fields})
    run = made.run("loop", sample=made.sample("reference-sphere"), moment_points=points, artefacts=calibrations)
    values, missing = reduce_second_quadrant(run)
    assert missing == {}

    def truth(factor):
        h_applied = np.linspace(-200e3, 100e3, 1_000_001)
        m = 50e3 * factor * np.tanh((h_applied + 100e3) / 60e3)
        h = h_applied - m / 3
        return -np.interp(0.0, h + m, h), np.max(-1.25663706212e-6 * h * (h + m))

    for number, name in enumerate(("coercive_field_b", "maximum_energy_product")):
        estimate = values[name].estimate
        assert estimate.value == pytest.approx(truth(1.0)[number], rel=1e-3)
        contributions = {c.name: c.contribution for c in estimate.components}
        of_calibration = 0.5 * (truth(1.004)[number] - truth(0.996)[number])
        assert contributions["nickel.moment"] == pytest.approx(of_calibration, rel=0.02)
        assert contributions["noise:loop." + name] > 0.0
