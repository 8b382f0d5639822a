"""Monte Carlo through whole reductions. Oracles: the same loop drawn by hand here, analytic intervals, linear propagation."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vsmdaq.analyse.loop import loop_parameters
from vsmdaq.reduce import reduce_run
from vsmdaq.reduce.data import is_noise_of
from vsmdaq.reduce.drawn import drawn_run
from vsmdaq.reduce.monte_carlo import monte_carlo_check
from vsmdaq.terms import Component, Estimate, Quantity
from vsmdaq.uncertainty import Draws, covariance

PER_VOLT, U_SIGNAL, U_FIELD = 0.64, 6e-9, 25.0
MS, HC, WIDTH, DIAMETER = 2e-6, 20e3, 60e3, 1e-3
VOLUME = math.pi / 6.0 * DIAMETER**3
GRID = np.concatenate([np.linspace(8e5, 1e5, 12), np.linspace(80e3, -80e3, 21), np.linspace(-1e5, -8e5, 12)])
DRAWS = 400


def made_loop():
    """Readings of the field and moments, with noise: how many neighbours a local fit takes depends on it."""
    rng = np.random.default_rng(1)
    field = np.concatenate([GRID, -GRID])
    way = np.repeat([1.0, -1.0], GRID.size)
    moment = MS * np.tanh((field + way * HC) / WIDTH)
    noise = rng.standard_normal((2, field.size))
    return field + U_FIELD * noise[0], moment + PER_VOLT * U_SIGNAL * noise[1]


def loop_run(made):
    field, moment = made_loop()
    return made.run(
        "loop",
        sample=made.sample("reference-sphere"),
        moment_points=made.points(field, moment, u_field=U_FIELD, u_signal=U_SIGNAL),
        artefacts=made.calibrations(u_relative=0.003, u_angle=1e-5),
    )


NAMES = ("saturation_moment", "saturation_magnetization", "remanent_moment", "coercive_field", "coercive_field_applied")


@pytest.fixture(scope="module")
def by_hand():
    """Draws of the quantities in NAMES by formulas written here, without the toolkit's propagation or drawing."""
    rng = np.random.default_rng(44)
    field, moment = made_loop()
    rows = []
    for _ in range(DRAWS):
        offset, gain = rng.normal(0.0, 40.0), rng.normal(1.0, 0.002)  # as the bench file says
        scale = rng.normal(1.0, 0.003)
        diameter = rng.normal(DIAMETER, 0.003 * DIAMETER)
        m = scale * (moment + PER_VOLT * U_SIGNAL * rng.standard_normal(field.size))
        h = (field + U_FIELD * rng.standard_normal(field.size) - offset) / gain
        volume = math.pi / 6.0 * diameter**3
        inner, outer = (loop_parameters(x, m, high_field_fraction=0.7).parameters for x in (h - m / (3 * volume), h))
        ms = inner["saturation"].value
        rows.append(
            (ms, ms / volume, inner["remanence"].value, inner["coercive_field"].value, outer["coercive_field"].value)
        )
    return np.array(rows)


@pytest.fixture(scope="module")
def checked(made):
    run = loop_run(made)
    reduction = reduce_run(run)
    return reduction, monte_carlo_check(run, reduction, DRAWS, seed=2)


def correlations(matrix):
    scale = np.sqrt(np.diag(matrix))
    return (matrix / np.outer(scale, scale))[np.triu_indices(len(scale), 1)]


def test_covariance_of_a_loop_is_that_of_draws_by_hand(by_hand, checked):
    # noise and common inputs together; errors of the draws: u by 1/sqrt(2 n) = 2.9 %, r by up to 1/sqrt(n) = 4 %
    reduction, check = checked
    linear = covariance([reduction.quantities[name].estimate for name in NAMES])
    place = [list(check.quantities).index(name) for name in NAMES]
    drawn = check.covariance[np.ix_(place, place)]
    expected = np.cov(by_hand, rowvar=False)
    for found in (linear, drawn):
        assert np.sqrt(np.diag(found) / np.diag(expected)) == pytest.approx(np.ones(5), abs=0.13)
        assert correlations(found) == pytest.approx(correlations(expected), abs=0.17)
    assert correlations(linear) == pytest.approx(correlations(drawn), abs=0.17)


def test_means_of_both_agree(by_hand, checked):
    _, check = checked
    for name, values in zip(NAMES, by_hand.T, strict=True):
        item = check.quantities[name].comparison
        assert item.drawn.mean == pytest.approx(values.mean(), abs=5 * values.std() * math.sqrt(2 / DRAWS))


def test_a_loop_stands(checked):
    _, check = checked
    assert {item.verdict for item in check.quantities.values()} <= {"validated", "more draws needed"}
    assert check.flags == ()
    assert check.failures == {}
    assert check.first_order == ()
    assert check.not_compared == ("gain_drift_per_hour", "closure_normalised_error")


def test_a_draw_is_exact_and_repeatable(made):
    run = loop_run(made)
    one, again, other = (drawn_run(run, Draws(seed, 100).at(3)) for seed in (1, 1, 2))
    assert one.bench == again.bench
    assert one.moment_points == again.moment_points
    assert one.moment_points != other.moment_points
    assert one.bench.gaussmeter_gain.value != other.bench.gaussmeter_gain.value
    assert one.bench.gaussmeter_gain.u == one.sample.shape.diameter.u == one.sample.mass.u == 0.0
    assert all(value.components == () for a in one.artefacts.values() for value in a.values.values())
    left = {c.name for q in reduce_run(one).quantities.values() for c in q.estimate.components}
    assert all(is_noise_of("loop", name) for name in left)


def test_what_a_reduction_makes_is_drawn_but_for_noise_that_the_readings_have(made):
    run = drawn_run(loop_run(made), Draws(1, 100).at(0))
    stated = {
        "fit": Estimate(1.0, "V", (Component("noise:loop.b0", 0.5, noise=True), Component("gain", 0.0))),
        "other": Estimate(1.0, "V", (Component("noise:nickel.b0", 0.5, noise=True),)),
        "place": Quantity(0.0, 1e-4, "m"),
    }
    found = run.drawn(stated)
    assert found["fit"] == Quantity(1.0, 0.0, "V")
    assert found["other"].value != 1.0
    assert found["place"].value != 0.0
    assert [item.u for item in found.values()] == [0.0, 0.0, 0.0]
    assert loop_run(made).drawn(stated) == stated


def test_names_of_inputs_are_those_of_the_budget(made):
    # whatever the budget names is moved by the draw of the run, under that name
    run = loop_run(made)
    draws = Draws(1, 100)
    reduce_run(drawn_run(run, draws.at(0)))
    names = {c.name for q in reduce_run(run).quantities.values() for c in q.estimate.components}
    assert {name for name in names if not is_noise_of("loop", name)} <= set(draws.drawn)


@pytest.mark.parametrize(
    ("name", "noise"),
    [("noise:a", True), ("noise:a.x0", True), ("noise:a#1", True), ("noise:a-2", False), ("noise:ab.x", False)],
)
def test_noise_of_a_run_is_told_from_that_of_another(name, noise):
    assert is_noise_of("a", name) == noise


# A soft ball: with N chi near 1 the sample nearly shields itself, and u of chi is no longer that of a straight line
def soft_run(made, chi):
    field = np.linspace(-8e4, 8e4, 11)
    return made.run(
        "palladium",
        sample=made.sample_text('name = "ball"\nshape = "sphere"\ndiameter = "1.000 mm ± 0.3 %"\n'),
        moment_points=made.points(field, chi / (1.0 + chi / 3.0) * VOLUME * field),
        artefacts=made.calibrations(u_relative=0.003),
    )


def check_of(run, draws=1000, seed=5):
    reduction = reduce_run(run)
    return reduction, monte_carlo_check(run, reduction, draws, seed)


def test_susceptibility_near_the_limit_of_the_shape_is_not_validated(made):
    reduction, check = check_of(soft_run(made, 60.0))
    found = check.quantities["volume_susceptibility"]
    assert found.verdict == "not validated"
    assert check.quantities["volume_susceptibility_external"].verdict != "not validated"
    assert len(check.flags) == 1
    assert check.flags[0].startswith("volume_susceptibility: linear uncertainty not validated by Monte Carlo: 95 %")
    # chi_int = e/(1 - e/3) is monotonic in e below 3: its interval is that of e put through it, and skew
    e = reduction.quantities["volume_susceptibility_external"].estimate
    low = e.value - 1.96 * e.u
    assert found.comparison.drawn.interval95[0] == pytest.approx(low / (1.0 - low / 3.0), rel=0.05)


def test_small_susceptibility_stands(made):
    _, check = check_of(soft_run(made, 0.01), draws=1200)
    assert check.quantities["volume_susceptibility"].verdict != "not validated"
    assert check.flags == ()


def test_draws_of_a_rectangular_input_stay_within_its_limits(made):
    # all else certain, so that the limits show
    run = soft_run(made, 0.01)
    exact = replace(
        run,
        bench=replace(
            run.bench,
            gaussmeter_offset=replace(run.bench.gaussmeter_offset, u=0.0),
            gaussmeter_gain=Quantity(1.0, 0.01, "1", distribution="rectangular"),
        ),
        sample=replace(run.sample, shape=replace(run.sample.shape, diameter=Quantity(DIAMETER, 0.0, "m"))),
        artefacts=made.calibrations(),
        moment_points=tuple(replace(p, u_x_v_rms=1e-15, u_y_v_rms=1e-15) for p in run.moment_points),
    )
    _, check = check_of(exact, draws=400)
    found = check.quantities["volume_susceptibility_external"].comparison
    half = 0.01 * math.sqrt(3.0)
    chi = 0.01 / (1 + 0.01 / 3)
    assert found.drawn.interval95[0] == pytest.approx(chi * (1.0 - 0.95 * half), rel=1e-3)
    assert found.drawn.interval95[1] == pytest.approx(chi * (1.0 + 0.95 * half), rel=1e-3)


def test_an_input_that_the_reduction_makes_itself_is_moved_to_first_order(made):
    run = soft_run(made, 0.01)
    reduction = reduce_run(run)
    name = "volume_susceptibility"
    old = reduction.quantities[name]
    extra = replace(
        old.estimate, components=(*old.estimate.components, Component("made.elsewhere", 0.02 * old.estimate.value))
    )
    quantities = {**reduction.quantities, name: replace(old, estimate=extra)}
    check = monte_carlo_check(run, replace(reduction, quantities=quantities), 1000, 5)
    assert check.first_order == ("made.elsewhere",)
    assert check.quantities[name].comparison.drawn.u == pytest.approx(extra.u, rel=0.1)


def test_quantities_that_draws_do_not_have_are_not_validated(made):
    # noise as large as the loop: some draws cross zero in several places
    field, moment = made_loop()
    run = made.run(
        "loop",
        sample=made.sample("reference-sphere"),
        moment_points=made.points(field, moment, u_signal=0.4 * MS / PER_VOLT),
        artefacts=made.calibrations(),
    )
    reduction = reduce_run(run)
    check = monte_carlo_check(run, reduction, 100, 1)
    lost = {name: item for name, item in check.quantities.items() if item.lacking}
    assert lost
    for name, item in lost.items():
        assert item.verdict == "not validated"
        assert any(flag.startswith(f"{name}: ") and "not to be had" in flag for flag in check.flags)


def test_too_few_draws_are_refused(made):
    run = soft_run(made, 0.01)
    with pytest.raises(ValueError, match="99 draws were asked for; allowed: 100 or more"):
        monte_carlo_check(run, reduce_run(run), 99, 1)
