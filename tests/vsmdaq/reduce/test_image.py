"""Image effect in reductions of runs that follow from formulas: k(H) that was put in is found, and takes itself out again."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.formats.inputs import parse_procedure
from vsmdaq.reduce import reduce_run
from vsmdaq.terms import Component, Estimate, InputError

KNOTS = np.array([300e3, 400e3, 500e3, 600e3, 700e3, 800e3])
PER_VOLT = 0.64
LOOP = 'name = "current-loop"\n[reference]\nlaw = "current-loop"\nmoment = "1 mA m2 ± 0.2 %"\nstatus = "typical"\nsource = "x"\n'


def k_of(field):
    """Falls ever faster, even in H, 1 at 300 kA/m."""
    size = np.abs(np.asarray(field)) / 1e6
    return (1.0 - 0.05 * size**3) / (1.0 - 0.05 * 0.3**3)


def nickel(field):
    """The certificate's formula at 295.15 K."""
    size = 3.47e-3 * (1.0 + 0.0026 * np.log(np.abs(field) / 398e3)) * (1.0 - 0.00047 * (295.15 - 298.0))
    return np.sign(field) * size


def walk(knots=KNOTS):
    down = knots[::-1]
    return np.concatenate([down, -knots, -down[1:], knots]) + 1.2e3  # the yoke's remanence


def image_run(made, moment, *, field=None, sample="nickel-sphere", edits=(), u_signal=4e-9, artefacts=None):
    text = made.text("procedures", "image")
    for old, new in edits:
        assert text.count(old) == 1
        text = text.replace(old, new)
    field = walk() if field is None else field
    run = made.run("image", sample=made.sample(sample) if isinstance(sample, str) else sample)
    return replace(
        run,
        procedure=parse_procedure(text, Path("image.toml")),
        moment_points=made.points(field, moment(field), u_signal=u_signal),
        artefacts=made.calibrations() if artefacts is None else artefacts,
    )


def found(reduction):
    return np.array([value.value for value in reduction.artefact_values.values()])


def test_nickel_gives_the_factors(made):
    reduction = reduce_run(image_run(made, lambda h: k_of(h) * nickel(h)))
    assert found(reduction) == pytest.approx(k_of(KNOTS), abs=3e-6)
    assert reduction.artefact_kind == "image"
    assert reduction.conditions["reference_field_a_per_m"] == 300e3
    assert [reduction.conditions[f"knot_{i}_a_per_m"] for i in range(6)] == list(KNOTS)
    assert reduction.flags == ()


def test_a_current_loop_gives_them_from_zero_on_and_its_own_moment_drops_out(made, lines):
    knots = np.array([0.0, 200e3, 400e3, 600e3, 800e3])
    old = made.text("procedures", "image")
    line = next(text for text in old.splitlines() if text.startswith("fields ="))
    new = 'fields = ["0 A/m", "200 kA/m", "400 kA/m", "600 kA/m", "800 kA/m"]\nreference = "400 kA/m"'
    loop = made.sample_text(LOOP)
    field = np.concatenate([knots[::-1], -knots[1:], -knots[::-1][1:], knots[1:]]) + 1.2e3
    reduction = reduce_run(image_run(made, lambda h: 1.1e-3 * k_of(h), field=field, sample=loop, edits=((line, new),)))
    assert found(reduction) == pytest.approx(k_of(knots) / k_of(400e3), abs=5e-5)
    for value in reduction.artefact_values.values():
        assert abs(lines(value).get("current-loop.reference.value", 0.0)) < 1e-12


def test_a_cross_talk_that_changed_since_the_background_is_no_image_effect(made):
    run = image_run(made, lambda h: k_of(h) * nickel(h))
    shifted = tuple(replace(p, x_v_rms=p.x_v_rms + 1e-6) for p in run.moment_points)
    assert found(reduce_run(replace(run, moment_points=shifted))) == pytest.approx(k_of(KNOTS), abs=3e-6)


def test_without_the_background_a_holder_would_pass_for_an_image(made):
    run = image_run(made, lambda h: k_of(h) * nickel(h), artefacts={})
    with pytest.raises(InputError, match="k\\(H\\) and the holder look alike"):
        reduce_run(run)


def test_covariance_of_the_noise_is_that_of_a_fit_repeated(made):
    """The spread of k over many draws of noise, against the stated contributions."""
    rng = np.random.default_rng(5)
    u = 4e-6
    clean = image_run(made, lambda h: k_of(h) * nickel(h), u_signal=u)
    stated = reduce_run(clean).artefact_values
    draws = []
    for _ in range(80):
        noisy = tuple(
            replace(p, x_v_rms=p.x_v_rms + u * rng.standard_normal(), y_v_rms=p.y_v_rms + u * rng.standard_normal())
            for p in clean.moment_points
        )
        draws.append(found(reduce_run(replace(clean, moment_points=noisy))))
    covariance = np.cov(np.array(draws).T)
    noise = [{c.name: c.contribution for c in value.components if c.noise} for value in stated.values()]
    expected = [[math.fsum(a.get(n, 0.0) * b.get(n, 0.0) for n in {*a, *b}) for b in noise] for a in noise]
    assert not noise[0]
    assert covariance == pytest.approx(np.array(expected), abs=0.6 * np.max(expected))
    assert np.trace(covariance) == pytest.approx(np.trace(expected), rel=0.35)


def test_a_signal_that_turns_with_the_field_is_told(made):
    run = image_run(made, lambda h: k_of(h) * nickel(h))
    turned = tuple(
        replace(p, y_v_rms=p.y_v_rms + 0.01 * p.x_v_rms * (abs(p.field_a_per_m) / 800e3) ** 2)
        for p in run.moment_points
    )
    (flag,) = [f for f in reduce_run(replace(run, moment_points=turned)).flags if "phase" in f]
    assert "the phase of the signal turns with the field, by" in flag


# --- and what is done with it -------------------------------------------------------------------------------------


def in_use(made, u=0.0, knots=KNOTS):
    values = {
        f"k_{i}": Estimate(float(k), "1", (Component(f"noise:image.{i}", u, noise=True),) if u else ())
        for i, k in enumerate(k_of(knots))
    }
    conditions = {f"knot_{i}_a_per_m": float(h) for i, h in enumerate(knots)}
    return {"image": made.artefact("image", values, reference_field_a_per_m=300e3, **conditions)}


def knowing(artefacts):
    """The moment calibration of `artefacts`, as one that was reduced with the image effect."""
    moment = artefacts["moment"]
    return {**artefacts, "moment": replace(moment, conditions={**moment.conditions, "image_reference_a_per_m": 300e3})}


def nickel_run(made, moment, artefacts):
    field = walk()
    return made.run(
        "nickel",
        sample=made.sample("nickel-sphere"),
        moment_points=made.points(field, moment(field)),
        artefacts=artefacts,
    )


def test_nickel_is_calibrated_at_factor_one(made):
    run = nickel_run(made, lambda h: k_of(h) * nickel(h), in_use(made))
    reduction = reduce_run(run)
    assert reduction.artefact_values["moment_per_volt"].value == pytest.approx(PER_VOLT, rel=2e-5)
    assert reduction.conditions["image_reference_a_per_m"] == 300e3
    # without it: the holder's column takes the fall for its own, what is left is the factor carried to H = 0
    plain = reduce_run(replace(run, artefacts={}))
    assert plain.artefact_values["moment_per_volt"].value < 0.99 * PER_VOLT
    assert "image_reference_a_per_m" not in plain.conditions
    left_out = reduce_run(replace(run, without=frozenset({"image"})))
    assert left_out.artefact_values["moment_per_volt"] == plain.artefact_values["moment_per_volt"]
    assert "image_reference_a_per_m" not in left_out.conditions


SLOPE = 60e-6 * 6.597e-8  # m3, of palladium


def seen(field, k):
    """What the coils see of palladium and holder, less the holder as the background run knows it: at small fields."""
    return k * SLOPE * field + (k / k_of(0.0) - 1.0) * -2.0e-13 * field


def palladium_run(made, artefacts, field=None, **data):
    field = np.linspace(-800e3, 800e3, 17) if field is None else field
    points = made.points(field, seen(field, k_of(field)))
    sample = made.sample("palladium-cylinder")
    return made.run("palladium", sample=sample, moment_points=points, artefacts=artefacts, **data)


def test_a_sample_is_divided_by_the_factor_at_its_own_fields(made):
    artefacts = knowing(made.calibrations() | in_use(made, knots=np.linspace(0.0, 800e3, 9)))
    right = reduce_run(palladium_run(made, artefacts)).quantities["mass_susceptibility"].estimate
    internal = SLOPE / 60e-6 / (1.0 - 0.2379 * SLOPE / (math.pi / 4.0 * 2.5e-3**2 * 1.0166e-3))
    assert right.value == pytest.approx(internal, rel=2e-4)
    wrong = reduce_run(palladium_run(made, artefacts, without=frozenset({"image"}))).quantities["mass_susceptibility"]
    assert wrong.estimate.value / right.value - 1.0 < -0.01


def test_a_point_moves_by_the_line_of_its_budget(made):
    """One knot of the truth is u higher than the table says: m there is too large by the contribution, at other knots nothing moves."""
    u, field = 1e-3, np.linspace(-800e3, 800e3, 17)
    artefacts = knowing(made.calibrations() | in_use(made, u, knots=np.linspace(0.0, 800e3, 9)))
    run = palladium_run(made, artefacts, field)
    table = reduce_run(run).table
    i = 2  # -600 kA/m
    moved = np.where(np.abs(field) == 600e3, k_of(field) + u, k_of(field))
    error = np.array(
        reduce_run(replace(run, moment_points=made.points(field, seen(field, moved)))).table["moment_a_m2"]
    ) - np.array(table["moment_a_m2"])
    assert error[i] == pytest.approx(u / k_of(600e3) * (SLOPE - 2.0e-13) * field[i], rel=1e-2)
    assert error[i + 2] == pytest.approx(0.0, abs=1e-20)
    shared = table["u_common_moment_a_m2"][i]  # of the knot alone, but for the gaussmeter's and the table's
    assert abs(error[i]) <= shared < 1.1 * abs(error[i])


def test_what_is_beyond_the_table_is_flagged_and_uncertain(made):
    field = np.linspace(-880e3, 880e3, 23)
    artefacts = knowing(made.calibrations() | in_use(made))
    reduction = reduce_run(palladium_run(made, artefacts, field))
    above, below = (f for f in reduction.flags if "where the image calibration ends" in f)
    assert above.startswith("2 points above 800 kA/m, where the image calibration ends (point 0, 22)")
    assert below.startswith("7 points below 300 kA/m, where the image calibration ends (point 8 to 14)")
    u = dict(zip(np.round(field / 1e3), reduction.table["u_common_moment_a_m2"], strict=True))
    assert u[880.0] / 880.0 > 3.0 * u[800.0] / 800.0


@pytest.mark.parametrize("stated", [None, 400e3])
def test_a_moment_calibration_of_another_kind_is_refused(made, stated):
    artefacts = made.calibrations() | in_use(made)
    if stated is not None:
        moment = artefacts["moment"]
        artefacts["moment"] = replace(moment, conditions={**moment.conditions, "image_reference_a_per_m": stated})
    with pytest.raises(InputError, match=r"Run nickel\.toml again"):
        reduce_run(palladium_run(made, artefacts))
    # on purpose it is left out
    reduce_run(palladium_run(made, artefacts, without=frozenset({"image"})))


def test_a_moment_calibration_with_images_and_a_sample_without_is_refused(made):
    with pytest.raises(InputError, match="the moment calibration was reduced with one"):
        reduce_run(palladium_run(made, knowing(made.calibrations())))
