"""Oracles: the tanh loop's own closed form, Monte Carlo, finite differences, symmetry."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsmdaq.analyse import LoopParameters, loop_parameters

SATURATION, COERCIVE, WIDTH = 2e-6, 20e3, 30e3
REMANENCE = SATURATION * math.tanh(COERCIVE / WIDTH)
U_MOMENT, U_FIELD = 5e-9, 9.0


def steps(start, stop, count):
    return start + (stop - start) * np.arange(1, count + 1) / count


def tanh_loop():
    """Descending branch then ascending; the first saturation itself is no point."""
    down = np.concatenate([steps(800e3, 60e3, 25), steps(60e3, -60e3, 50), steps(-60e3, -800e3, 25)])
    field = np.concatenate([down, -down])
    shift = np.where(np.arange(field.size) < down.size, COERCIVE, -COERCIVE)
    return field, SATURATION * np.tanh((field + shift) / WIDTH)


def noisy(seed):
    rng = np.random.default_rng(seed)
    field, moment = tanh_loop()
    return field + U_FIELD * rng.normal(size=field.size), moment + U_MOMENT * rng.normal(size=field.size)


@pytest.mark.parametrize("u", [{}, {"u_moment": U_MOMENT, "u_field": U_FIELD}])
def test_bias_on_the_tanh_loop_is_far_below_its_noise(u):
    found = loop_parameters(*tanh_loop(), **u)
    assert abs(found["saturation"].value - SATURATION) < 1e-18
    assert abs(found["remanence"].value - REMANENCE) < 1.2e-10
    assert abs(found["coercive_field"].value - COERCIVE) < 0.1
    assert abs(found["coercive_field_slope_corrected"].value - COERCIVE) < 0.1
    assert abs(found["field_shift"].value) < 1e-6
    assert abs(found["high_field_slope"].value) < 1e-21
    assert not found.missing
    assert not found.notes


def test_gradients_agree_with_finite_differences_point_by_point():
    field, moment = noisy(3)
    options = {"u_moment": U_MOMENT, "u_field": U_FIELD}
    base = loop_parameters(field, moment, **options)
    near = np.flatnonzero(np.abs(field) < 35e3)[::6]
    far = np.flatnonzero(np.abs(field) > 500e3)[::9]
    for place in (*near, *far):
        for which, step in (("d_moment", 1e-10), ("d_field", 0.5)):
            both = []
            for sign in (1, -1):
                h, m = field.copy(), moment.copy()
                (m if which == "d_moment" else h)[place] += sign * step
                both.append(loop_parameters(h, m, **options))
            for name, parameter in base.parameters.items():
                gradient = getattr(parameter, which)
                numeric = (both[0][name].value - both[1][name].value) / (2 * step)
                assert abs(numeric - gradient[place]) < 1e-4 * np.abs(gradient).max(), (name, which, place)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_gradients_agree_with_finite_differences_along_any_direction(seed):
    field, moment = noisy(seed)
    rng = np.random.default_rng(seed + 100)
    dm, dh = 1e-11 * rng.normal(size=field.size), 0.02 * rng.normal(size=field.size)
    options = {"u_moment": U_MOMENT, "u_field": U_FIELD}
    base = loop_parameters(field, moment, **options)
    ahead = loop_parameters(field + dh, moment + dm, **options)
    back = loop_parameters(field - dh, moment - dm, **options)
    for name, parameter in base.parameters.items():
        numeric = (ahead[name].value - back[name].value) / 2
        assert abs(numeric - parameter.shift(dm, dh)) < 1e-4 * parameter.u(1e-11, 0.02), name


def test_propagated_uncertainty_is_the_spread_of_repeated_loops():
    field, moment = tanh_loop()
    rng = np.random.default_rng(20)
    nominal = loop_parameters(field, moment, u_moment=U_MOMENT, u_field=U_FIELD)
    names = ("saturation", "remanence", "coercive_field", "high_field_slope", "offset")
    repeats = []
    for _ in range(800):  # spread of a standard deviation: 2.5 %
        h = field + U_FIELD * rng.normal(size=field.size)
        m = moment + U_MOMENT * rng.normal(size=field.size)
        found = loop_parameters(h, m, u_moment=U_MOMENT, u_field=U_FIELD)
        repeats.append([found[name].value for name in names])
    spread, mean = np.std(repeats, axis=0, ddof=1), np.mean(repeats, axis=0)
    truth = {"saturation": SATURATION, "remanence": REMANENCE, "coercive_field": COERCIVE}
    for k, name in enumerate(names):
        assert spread[k] == pytest.approx(nominal.u[name], rel=0.05), name
        assert abs(mean[k] - truth.get(name, 0.0)) < 0.1 * nominal.u[name], name


def test_common_errors_shift_the_parameters_as_physics_says():
    field, moment = tanh_loop()
    found = loop_parameters(field, moment)
    gain = 0.01
    assert found["saturation"].shift(moment=gain * moment) == pytest.approx(gain * SATURATION, rel=1e-9)
    assert found["coercive_field"].shift(moment=gain * moment) == pytest.approx(0.0, abs=1e-6)
    assert found["coercive_field"].shift(field=gain * field) == pytest.approx(gain * COERCIVE, rel=1e-5)
    assert found["field_shift"].shift(field=40.0) == pytest.approx(40.0, rel=1e-5)
    assert found["coercive_field"].shift(field=40.0) == pytest.approx(0.0, abs=1e-6)
    assert found["offset"].shift(moment=1e-9) == pytest.approx(1e-9, rel=1e-9)


def test_constant_added_to_the_moments_is_the_offset():
    field, moment = tanh_loop()
    found = loop_parameters(field, moment + 3e-7)
    assert found["offset"].value == pytest.approx(3e-7, rel=1e-9)
    assert found["remanence_offset"].value == pytest.approx(3e-7, rel=1e-9)
    assert found["coercive_field"].value == pytest.approx(COERCIVE, abs=0.1)


def test_diamagnetic_part_is_told_apart_by_the_slope_corrected_coercive_field():
    field, moment = tanh_loop()
    slope = -2e-11  # the raw loop crosses zero three times a branch
    found = loop_parameters(field, moment + slope * field)
    assert found["high_field_slope"].value == pytest.approx(slope, rel=1e-9)
    assert found["saturation"].value == pytest.approx(SATURATION, rel=1e-9)
    assert found["coercive_field_slope_corrected"].value == pytest.approx(COERCIVE, abs=0.1)
    # tanh((H - Hc)/w) = -slope H/Ms, solved by fixed-point iteration
    raw = COERCIVE
    for _ in range(200):
        raw = COERCIVE + WIDTH * math.atanh(-slope * raw / SATURATION)
    assert found["coercive_field"].value == pytest.approx(raw, abs=1.0)


def test_virgin_curve_is_ignored():
    field, moment = tanh_loop()
    virgin = np.linspace(0.0, 795e3, 30)
    h = np.concatenate([virgin, field])
    m = np.concatenate([SATURATION * np.tanh(virgin / 90e3), moment])
    with_virgin, without = loop_parameters(h, m), loop_parameters(field, moment)
    for name in ("saturation", "remanence", "coercive_field"):
        assert with_virgin[name].value == pytest.approx(without[name].value, rel=1e-12)
        assert not with_virgin[name].d_moment[:29].any()


def test_several_sign_changes_in_noise_do_not_fool_the_coercive_field():
    rng = np.random.default_rng(8)
    down = np.linspace(800e3, -800e3, 3201)
    field = np.concatenate([down, -down[1:]])
    shift = np.where(np.arange(field.size) < down.size, COERCIVE, -COERCIVE)
    u = 0.1 * SATURATION  # 12 times the step of m at the crossing
    moment = SATURATION * np.tanh((field + shift) / WIDTH) + u * rng.normal(size=field.size)
    found = loop_parameters(field, moment, u_moment=u)
    assert found["coercive_field"].value == pytest.approx(COERCIVE, abs=3.5 * found.u["coercive_field"])
    assert found.u["coercive_field"] < 0.2 * COERCIVE


def test_plateaus_and_repeated_fields_do_no_harm():
    field, _ = tanh_loop()
    rng = np.random.default_rng(4)
    h = np.repeat(field, 5) + 2.0 * rng.normal(size=5 * field.size)
    shift = np.where(np.arange(h.size) < h.size // 2, COERCIVE, -COERCIVE)
    m = SATURATION * np.tanh((h + shift) / WIDTH) + 1e-9 * rng.normal(size=h.size)
    found = loop_parameters(h, m, u_moment=1e-9, u_field=2.0)
    for name, truth in (("saturation", SATURATION), ("remanence", REMANENCE), ("coercive_field", COERCIVE)):
        assert abs(found[name].value - truth) < 4 * found.u[name] + 1e-4 * truth, name


@pytest.mark.parametrize(
    ("field", "moment", "absent"),
    [
        ([], [], "saturation"),
        ([1.0], [1.0], "coercive_field"),
        ([5.0, 5.0, 5.0], [1.0, 2.0, 3.0], "remanence"),
        (np.linspace(1, 9, 20), np.ones(20), "coercive_field"),
        (np.linspace(9, -9, 20), np.linspace(9, -9, 20), "remanence"),
        (np.concatenate([np.linspace(9, 1, 20), np.linspace(1, 9, 20)]), np.ones(40), "remanence"),
        (np.concatenate([np.linspace(9, -9, 20), np.linspace(-9, 9, 20)]), np.ones(40), "coercive_field"),
        (np.concatenate([np.linspace(9, -9, 20), np.linspace(-9, 9, 20)]), np.zeros(40), "squareness"),
    ],
)
def test_what_cannot_be_had_is_missing_with_a_reason(field, moment, absent):
    found = loop_parameters(field, moment)
    assert found.missing[absent]
    assert not set(found.missing) & set(found.parameters)
    assert all(math.isfinite(p.value) for p in found.parameters.values())
    with pytest.raises(KeyError, match=absent):
        found[absent]


def test_unsaturated_ends_are_noted():
    field, _ = tanh_loop()
    shift = np.where(np.arange(field.size) < field.size // 2, 200.0, -200.0)
    found = loop_parameters(field, SATURATION * np.tanh((field + shift) / 500e3))
    assert "not straight" in found.notes["saturation"]


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        (([1.0, 2.0], [1.0]), {}),
        (([1.0, math.nan], [1.0, 2.0]), {}),
        (([1.0, 2.0], [1.0, math.inf]), {}),
        (([1.0, 2.0], [1.0, 2.0]), {"high_field_fraction": 1.0}),
        (([1.0, 2.0], [1.0, 2.0]), {"neighbours": 1}),
    ],
)
def test_wrong_input_is_refused(arguments, options):
    with pytest.raises(ValueError, match="allowed"):
        loop_parameters(*arguments, **options)


# Symmetries -----------------------------------------------------------------------------------------------------------


def random_loop(seed, noise, coercive, shift):
    """A loop in units of its range, with noise of moment and field, a slope and a horizontal shift."""
    rng = np.random.default_rng(seed)
    down = np.linspace(1.0, -1.0, int(rng.integers(30, 120)))
    field = np.concatenate([down, -down[1:]])
    offset = np.where(np.arange(field.size) < down.size, coercive, -coercive)
    field = field + 0.1 * noise * rng.normal(size=field.size)
    moment = np.tanh((field + offset - shift) / 0.2) + rng.uniform(-0.3, 0.3) * field
    return field, moment + noise * rng.normal(size=field.size)


loops = st.builds(
    random_loop,
    st.integers(0, 10_000),
    st.sampled_from([0.0, 1e-4, 0.01, 0.1]),
    st.floats(0.02, 0.3),
    st.floats(-0.05, 0.05),
)


def same(found: LoopParameters, base: LoopParameters, factors: dict[str, float], scale: float = 1.0):
    assert set(found.parameters) == set(base.parameters)
    for name, parameter in base.parameters.items():
        wanted = factors.get(name, 1.0) * parameter.value
        assert found[name].value == pytest.approx(wanted, rel=1e-9, abs=1e-9 * abs(factors.get(name, 1.0)) * scale), (
            name
        )


@settings(deadline=None, max_examples=40)
@given(loop=loops, h_power=st.integers(-6, 8), m_power=st.integers(-12, 6))
def test_scaled_fields_and_moments_scale_the_parameters(loop, h_power, m_power):
    field, moment = loop
    a, b = 10.0**h_power, 10.0**m_power
    factors = dict.fromkeys(("saturation", "offset", "remanence", "remanence_offset"), b)
    factors |= dict.fromkeys(("coercive_field", "field_shift", "coercive_field_slope_corrected"), a)
    factors["high_field_slope"] = b / a
    same(loop_parameters(a * field, b * moment), loop_parameters(field, moment), factors)


@settings(deadline=None, max_examples=40)
@given(loop=loops)
def test_mirrored_loop_has_the_same_parameters(loop):
    field, moment = loop
    factors = {"offset": -1.0, "remanence_offset": -1.0, "field_shift": -1.0}
    same(loop_parameters(-field, -moment), loop_parameters(field, moment), factors)


@settings(deadline=None, max_examples=40)
@given(loop=loops)
def test_loop_walked_backwards_changes_signs_only(loop):
    field, moment = loop
    factors = dict.fromkeys(("remanence", "coercive_field", "coercive_field_slope_corrected", "squareness"), -1.0)
    same(loop_parameters(field[::-1], moment[::-1]), loop_parameters(field, moment), factors)


@settings(deadline=None, max_examples=40)
@given(loop=loops, offset=st.floats(-5.0, 5.0))
def test_added_offset_is_found_and_changes_nothing_else(loop, offset):
    field, moment = loop
    base, found = loop_parameters(field, moment), loop_parameters(field, moment + offset)
    assert set(found.parameters) == set(base.parameters)
    for name, parameter in base.parameters.items():
        added = offset if name in {"offset", "remanence_offset"} else 0.0
        assert found[name].value == pytest.approx(parameter.value + added, rel=1e-9, abs=1e-9), name
