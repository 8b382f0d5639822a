"""The empty holder: line or table, between temperatures, with time. Signals are made by formula, without noise where none is said."""

import math
from dataclasses import replace

import numpy as np
import pytest

from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.reduce import reduce_run
from vsmdaq.reduce.moments import calibration_inputs, true_moment
from vsmdaq.reduce.signals import signals

PER_VOLT = 0.64
H_THERE = np.linspace(8e5, -8e5, 17)
H = np.concatenate([H_THERE, H_THERE[::-1]])
U_V = 4e-9


def bent(h, size=2e-8):
    """A holder that saturates, beside the straight one: what a ferromagnetic speck in it does."""
    return size * np.tanh(h / 1e5)


def background(made, moment, *, seed=None, temperature_k=295.15, **changes):
    points = made.points(H, moment, u_signal=U_V)
    rng = None if seed is None else np.random.default_rng(seed)
    noise = np.zeros((len(points), 2)) if rng is None else U_V * rng.standard_normal((len(points), 2))
    points = tuple(
        replace(p, x_v_rms=p.x_v_rms + a, y_v_rms=p.y_v_rms + b, temperature_k=temperature_k)
        for p, (a, b) in zip(points, noise, strict=True)
    )
    return made.run("background", moment_points=points, artefacts=made.calibrations(), **changes)


def artefact_of(made, found):
    return made.artefact("background", found.artefact_values, **found.conditions)


def moment_left(made, artefact, field, moment, *, temperature_k=295.15, utc_at_zero_s=None):
    """Moments of a run with this background, and its flags."""
    points = tuple(replace(p, temperature_k=temperature_k) for p in made.points(field, moment))
    run = made.run(
        "loop",
        sample=made.sample("reference-sphere"),
        moment_points=points,
        artefacts={**made.calibrations(), "background": artefact},
        utc_at_zero_s=utc_at_zero_s,
    )
    inputs, flags = calibration_inputs(run)
    x = {name: item.value for name, item in inputs.items()}
    return true_moment(run, signals(points, "run"), x), flags, inputs


# --- line or table ---------------------------------------------------------------------------------------------------------


def test_a_straight_holder_stays_a_line_with_four_inputs(made):
    found = reduce_run(background(made, 0.0 * H, seed=1))
    assert (found.conditions["table"], found.flags) == (0.0, ())
    *_, inputs = moment_left(made, artefact_of(made, found), H, 0.0 * H)
    assert sorted(n for n in inputs if n.startswith("background.")) == [
        f"background.{n}" for n in ("x0", "x1", "y0", "y1")
    ]


def test_means_at_the_fields_are_kept_with_their_noise(made):
    found = reduce_run(background(made, bent(H)))
    expected = made.signal(H_THERE[::-1], bent(H_THERE[::-1]), 37.0)
    for k, z in enumerate(expected):
        x, y = found.artefact_values[f"bg.{k}.x"], found.artefact_values[f"bg.{k}.y"]
        assert complex(x.value, y.value) == pytest.approx(complex(z), abs=1e-15)
        assert found.conditions[f"field.{k}_a_per_m"] == pytest.approx(H_THERE[::-1][k])
        assert [c.name for c in x.components] == [f"noise:background.bg.{k}.x"]
        assert x.u == pytest.approx(U_V / math.sqrt(2.0))  # down and up
    assert found.conditions["fields"] == 17.0


def test_a_bent_holder_becomes_a_table_that_takes_it_off(made):
    found = reduce_run(background(made, bent(H)))
    assert found.conditions["table"] == 1.0
    assert any("taken as a table of 17 fields" in flag for flag in found.flags)
    left, flags, _ = moment_left(made, artefact_of(made, found), H_THERE, bent(H_THERE) + 1e-6)
    assert left == pytest.approx(np.full(17, 1e-6), abs=1e-15)
    assert flags == ()
    # half-way between two fields: straight, as numpy has it
    middle = H_THERE[:-1] - 5e4
    left, *_ = moment_left(made, artefact_of(made, found), middle, bent(middle))
    by_numpy = np.interp(middle, H_THERE[::-1], bent(H_THERE[::-1]))
    assert left == pytest.approx(bent(middle) - by_numpy, abs=1e-14)


def test_beyond_the_table_is_told(made):
    found = reduce_run(background(made, bent(H)))
    left, flags, _ = moment_left(made, artefact_of(made, found), 1.2 * H_THERE, bent(1.2 * H_THERE))
    assert any("this run goes to 960.0 kA/m" in flag for flag in flags)
    assert np.max(np.abs(left)) < 2e-8 * 0.5


def test_a_holder_with_hysteresis_is_flagged_and_its_u_grows(made):
    way = np.concatenate([np.ones(17), -np.ones(17)])
    quiet, split = (reduce_run(background(made, bent(H + d * way, 5e-8))) for d in (0.0, 3e4))
    assert any("not the same on both ways" in flag for flag in split.flags)
    assert not any("not the same on both ways" in flag for flag in quiet.flags)
    assert split.artefact_values["bg.3.x"].u > 1.5 * quiet.artefact_values["bg.3.x"].u


def test_left_out_on_purpose_says_so(made):
    points = made.points(H, 0.0 * H)
    run = made.run("loop", moment_points=points, artefacts=made.calibrations(), without=frozenset({"background"}))
    inputs, flags = calibration_inputs(run)
    assert "correction background left out: as asked" in flags
    x = {name: item.value for name, item in inputs.items()}
    # holder and the cross-talk's part along the signal stay in it
    stray = 2e-6 * math.cos(math.radians(120.0 - 37.0)) * PER_VOLT
    assert true_moment(run, signals(points, "run"), x) == pytest.approx(-2e-13 * H + stray, rel=1e-9)


# --- temperatures -------------------------------------------------------------------------------------------------------------

KELVIN = (280.0, 300.0, 340.0)


def over_temperature(made, law, *, curie=False, u_signal=U_V):
    """A background run whose holder has -2e-13 m3 law(T)."""
    points = []
    for number, kelvin in enumerate(KELVIN):
        for h in H:
            z = complex(made.signal(h, -2e-13 * h * law(kelvin), 37.0, holder=0.0))
            p = made.point(len(points), float(h), z, u_signal=u_signal)
            points.append(replace(p, segment=2 * number + (h > 0), temperature_k=kelvin))
    details = Temperature("operator", (), None, KELVIN, None, 0.1, 60.0, 3600.0, (), curie_weiss=curie)
    run = made.run("background", moment_points=tuple(points), artefacts=made.calibrations())
    return reduce_run(replace(run, procedure=replace(run.procedure, details=details)))


def test_between_its_temperatures_the_holder_is_straight_in_t(made):
    def law(kelvin):
        return 1.0 + 2e-3 * (kelvin - 295.15)

    found = over_temperature(made, law)
    assert [found.conditions[f"temperature.{k}_k"] for k in range(3)] == list(KELVIN)
    assert found.quantities["holder_temperature_coefficient"].estimate.value == pytest.approx(
        2e-3 / law(300.0), rel=1e-6
    )
    for kelvin in (280.0, 290.0, 333.0, 340.0):
        # what the run shows is the holder at that temperature: nothing must be left
        extra = -2e-13 * H_THERE * (law(kelvin) - 1.0)
        left, flags, inputs = moment_left(made, artefact_of(made, found), H_THERE, extra, temperature_k=kelvin)
        assert left == pytest.approx(np.zeros(17), abs=1e-15)
        assert flags == ()
        assert sum(n.startswith("background.") for n in inputs) in (4, 8)


def test_a_paramagnetic_holder_is_straight_in_inverse_t(made):
    def law(kelvin):
        return 295.15 / kelvin

    curie, straight = over_temperature(made, law, curie=True), over_temperature(made, law)
    extra = -2e-13 * H_THERE * (law(320.0) - 1.0)
    left, *_ = moment_left(made, artefact_of(made, curie), H_THERE, extra, temperature_k=320.0)
    assert left == pytest.approx(np.zeros(17), abs=1e-15)
    left, *_ = moment_left(made, artefact_of(made, straight), H_THERE, extra, temperature_k=320.0)
    assert np.max(np.abs(left)) > 1e-10


def test_far_from_the_holders_temperature_is_told(made):
    several = artefact_of(made, over_temperature(made, lambda _: 1.0))
    assert any(
        "beyond, it is taken as at the nearest" in f
        for f in moment_left(made, several, H, 0.0 * H, temperature_k=350.0)[1]
    )
    one = artefact_of(made, reduce_run(background(made, 0.0 * H)))
    assert moment_left(made, one, H, 0.0 * H, temperature_k=300.0)[1] == ()
    assert any("measured at 295.15 K" in f for f in moment_left(made, one, H, 0.0 * H, temperature_k=330.0)[1])
