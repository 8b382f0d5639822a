"""A loop made of straight lines, in H_internal: saturation, slope, remanence and coercivity are exact by construction.

Down: m = s (h + c), cut where it meets +-m_s + k h. Remanence is s c, coercive field c, saturation m_s, slope k.
"""

import math

import numpy as np
import pytest

from vsmdaq.reduce import reduce_run
from vsmdaq.terms import InputError

MS, HC, MR, SLOPE = 2e-6, 20e3, 1.2e-6, 1e-14
DIAMETER_M = 1e-3
VOLUME = math.pi / 6.0 * DIAMETER_M**3
GRID = np.concatenate([np.linspace(8e5, 6.5e4, 22), np.arange(60, -61, -2) * 1e3, np.linspace(-6.5e4, -8e5, 22)])
INNER = np.concatenate([GRID, -GRID])
ALL = (
    "saturation_moment",
    "saturation_magnetization",
    "saturation_mass_magnetization",
    "remanent_moment",
    "remanent_magnetization",
    "coercive_field",
    "coercive_field_applied",
    "high_field_susceptibility",
    "high_field_mass_susceptibility",
    "high_field_molar_susceptibility",
)


def branch(h, sign):
    """Moment at internal field h on the branch down (+1) or up (-1)."""
    steep = MR / HC * (h + sign * HC)
    return np.clip(steep, -MS + SLOPE * h, MS + SLOPE * h)


def loop(factor=1.0 / 3.0, volume=VOLUME):
    """Applied fields and moments of both branches."""
    moment = np.concatenate([branch(GRID, 1.0), branch(-GRID, -1.0)])
    return INNER + factor * moment / volume, moment


def loop_run(made, *, sample=None, flags=None, artefacts=None, **points):
    h, m = loop()
    return made.run(
        "loop",
        sample=sample or made.sample("reference-sphere"),
        moment_points=made.points(h, m, flags=flags, **points),
        artefacts=artefacts if artefacts is not None else made.calibrations(u_relative=0.0029, u_angle=1e-5),
    )


def test_quantities_come_back(made):
    found = reduce_run(loop_run(made))
    values = {name: item.estimate.value for name, item in found.quantities.items()}
    # it closes: test_drift.py has more of these two
    assert values.pop("gain_drift_per_hour") == pytest.approx(0.0, abs=1e-6)
    assert values.pop("closure_normalised_error") < 1e-4
    mass, molar = 4.1e-6, 0.0586934
    assert values == pytest.approx(
        {
            "saturation_moment": MS,
            "saturation_magnetization": MS / VOLUME,
            "saturation_mass_magnetization": MS / mass,
            "remanent_moment": MR,
            "remanent_magnetization": MR / VOLUME,
            "coercive_field": HC,
            "coercive_field_applied": HC,  # m = 0: no demagnetising field there
            "high_field_susceptibility": SLOPE / VOLUME,
            "high_field_mass_susceptibility": SLOPE / mass,
            "high_field_molar_susceptibility": SLOPE / mass * molar,
        },
        rel=1e-8,
    )
    assert tuple(values) == ALL
    assert found.flags == ()
    assert found.artefact_kind == ""
    units = {name: item.estimate.unit for name, item in found.quantities.items()}
    assert units["saturation_magnetization"] == "A/m"
    assert units["high_field_molar_susceptibility"] == "m3/mol"


def test_what_is_common_cancels_where_it_must(made, lines):
    found = {name: lines(item.estimate) for name, item in reduce_run(loop_run(made)).quantities.items()}
    # a field offset moves both crossings the same way
    for name in ("coercive_field", "coercive_field_applied", "remanent_moment", "saturation_moment"):
        assert abs(found[name]["gaussmeter.offset"]) < 1e-9 * (HC if "field" in name else MS)
    # the scale of m moves no crossing; that of H moves H_int by 0.2 % of N M at the ends, and the line there has a slope
    assert abs(found["coercive_field"]["nickel.moment"]) < 1e-9 * HC
    assert found["coercive_field"]["gaussmeter.gain"] == pytest.approx(-0.002 * HC, rel=1e-5)
    shift = 0.002 * MS / 3.0 / VOLUME
    assert found["saturation_moment"]["gaussmeter.gain"] == pytest.approx(SLOPE * shift, rel=1e-3)
    assert found["saturation_moment"]["nickel.moment"] == pytest.approx(0.0029 * MS, rel=1e-6)
    # the slope of the ends goes with m over H; the holder was measured with the same gaussmeter
    ends = found["high_field_susceptibility"]
    assert ends["gaussmeter.gain"] == pytest.approx(0.002 * SLOPE / VOLUME, rel=1e-3)
    assert ends["nickel.moment"] == pytest.approx(0.0029 * SLOPE / VOLUME, rel=1e-3)
    # the volume enters once, the diameter three times
    assert found["saturation_magnetization"]["reference-sphere.diameter"] == pytest.approx(
        -0.009 * MS / VOLUME, rel=1e-3
    )
    assert found["saturation_mass_magnetization"]["reference-sphere.mass"] == pytest.approx(
        -0.005 * MS / 4.1e-6, rel=1e-3
    )
    # a wrong angle only acts in second order
    assert abs(found["saturation_moment"]["noise:nickel.angle"]) < 1e-8 * MS


def test_uncertainties_against_monte_carlo(made):
    """Inputs and noise drawn, parameters by interpolation and straight fits written here. The scatter of 1500 is known to 1.8 %."""
    u_m, u_h, n = 3e-9, 30.0, 1500
    run = loop_run(made, u_signal=u_m / 0.64, u_field=u_h)
    stated = {name: item.estimate.u for name, item in reduce_run(run).quantities.items()}
    rng = np.random.default_rng(5)
    h, m = loop()
    half = GRID.size
    drawn = {"saturation_moment": [], "coercive_field": [], "remanent_moment": [], "remanent_magnetization": []}
    for _ in range(n):
        field = (h - 40.0 * rng.standard_normal() + u_h * rng.standard_normal(h.size)) / (
            1.0 + 0.002 * rng.standard_normal()
        )
        moment = (m + u_m * rng.standard_normal(m.size)) * (1.0 + 0.0029 * rng.standard_normal())
        volume = VOLUME * (1.0 + 0.003 * rng.standard_normal()) ** 3
        inner = field - moment / 3.0 / volume
        ends = np.abs(inner) >= 0.7 * 8e5
        design = np.column_stack([np.ones(ends.sum()), np.sign(inner[ends]), inner[ends] / 8e5])
        offset, saturation, _ = np.linalg.lstsq(design, moment[ends], rcond=None)[0]
        drawn["saturation_moment"].append(saturation)
        crossings, remanences = [], []
        for part, here in ((slice(None, half), -HC), (slice(half, None), HC)):
            for about, kept, level in ((here, crossings, offset), (0.0, remanences, 0.0)):
                # the toolkit's window: four fields on each side, a cubic
                near = np.argsort(np.abs(INNER[part] - about))[:9]
                t, y = (inner[part][near] - about) / 8e3, moment[part][near] - level
                c = np.polyfit(t, y, 3)
                kept.append(about - 8e3 * c[3] / c[2] if kept is crossings else c[3])
        drawn["coercive_field"].append(0.5 * (crossings[1] - crossings[0]))
        drawn["remanent_moment"].append(0.5 * (remanences[0] - remanences[1]))
        drawn["remanent_magnetization"].append(0.5 * (remanences[0] - remanences[1]) / volume)
    for name, values in drawn.items():
        assert stated[name] == pytest.approx(np.std(values), rel=0.06), name


def test_noise_of_two_results_keeps_its_covariance(made):
    """Remanent moment and magnetisation come from the same points: fully correlated but for the volume."""
    quantities = reduce_run(loop_run(made)).quantities
    one, other = (
        {c.name: c.contribution for c in quantities[name].estimate.components if c.noise}
        for name in ("remanent_moment", "remanent_magnetization")
    )
    assert {name for name in one if one[name]} <= set(other)
    assert [other[name] * VOLUME for name in one] == pytest.approx(list(one.values()), rel=1e-6)


def test_noise_of_the_moment_moves_the_internal_field_too(made):
    """H_int = H - N m/V: on a line of slope s an error e of m leaves the point e (1 + N s/V) off the line."""
    h, m = loop(volume=math.pi / 6.0 * 0.4e-3**3)
    small = made.sample_text('name = "small"\nshape = "sphere"\ndiameter = "0.4 mm"\n')
    needle = made.sample_text('name = "needle"\n')
    runs = (
        made.run("loop", sample=sample, moment_points=made.points(field, m), artefacts=made.calibrations())
        for sample, field in ((small, h), (needle, INNER))
    )
    with_shape, without = (reduce_run(run).quantities for run in runs)
    factor = 1.0 + MR / HC / 3.0 / (math.pi / 6.0 * 0.4e-3**3)
    for name in ("remanent_moment", "coercive_field"):
        assert with_shape[name].estimate.value == pytest.approx(without[name].estimate.value, rel=1e-6)
        ratio = with_shape[name].estimate.u_noise / without[name].estimate.u_noise
        assert ratio == pytest.approx(factor, rel=1e-3), name


# --- what is not there -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        (
            'name = "bare"\n',
            (
                "no saturation_magnetization: the sample file has no shape",
                "no saturation_mass_magnetization: the sample file has no mass",
                "no remanent_magnetization: the sample file has no shape",
                "no high_field_susceptibility: the sample file has no shape",
                "no high_field_mass_susceptibility: the sample file has no mass",
                "no high_field_molar_susceptibility: the sample file has no molar_mass",
            ),
        ),
        (
            'name = "bare"\nmass = "4.1 mg ± 0.1 mg"\nshape = "sphere"\ndiameter = "1 mm ± 1 µm"\n',
            ("no high_field_molar_susceptibility: the sample file has no molar_mass",),
        ),
        (
            'name = "bare"\nmolar_mass = "58 g/mol"\nshape = "sphere"\ndiameter = "1 mm ± 1 µm"\n',
            (
                "no saturation_mass_magnetization: the sample file has no mass",
                "no high_field_mass_susceptibility: the sample file has no mass",
                "no high_field_molar_susceptibility: the sample file has no mass",
            ),
        ),
    ],
)
def test_absent_quantities_are_named_with_their_reason(made, text, absent):
    found = reduce_run(loop_run(made, sample=made.sample_text(text)))
    assert found.flags == absent
    assert [name for name in ALL if name not in found.quantities] == [flag.split()[1][:-1] for flag in absent]


def test_one_branch_alone_has_no_coercive_field(made):
    run = loop_run(made)
    half = type(run)(**{**fields(run), "moment_points": run.moment_points[: GRID.size]})
    found = reduce_run(half)
    assert "saturation_moment" in found.quantities
    for name in ("coercive_field", "coercive_field_applied", "remanent_moment"):
        assert f"no {name}: no ascending branch" in found.flags


def test_a_loop_ended_before_the_other_side_says_of_each_quantity_what_it_lacks(made):
    """Its sample has a mass: what is missing is the slope, and nothing is blamed on the sample file."""
    run = loop_run(made)
    begun = type(run)(**{**fields(run), "moment_points": run.moment_points[: GRID.size // 3]})
    found = reduce_run(begun)
    for name in ("saturation_moment", "saturation_mass_magnetization", "high_field_molar_susceptibility"):
        (flag,) = [flag for flag in found.flags if flag.startswith(f"no {name}: ")]
        assert flag.endswith("fewer than 2 different negative fields beyond 0.7 of the largest")


def fields(run):
    return {name: getattr(run, name) for name in run.__dataclass_fields__}


def test_disturbed_points_are_left_out_and_named(made):
    """A hundredfold moment at two points: without them nothing changes."""
    clean = reduce_run(loop_run(made))
    run = loop_run(
        made, flags={3: ("overload_output",), 70: ("field_overload", "u_not_reached"), 9: ("u_not_reached",)}
    )
    wrong = {3: 1e-3, 70: -1e-3}
    points = tuple(type(p)(**{**fields(p), "x_v_rms": wrong.get(p.index, p.x_v_rms)}) for p in run.moment_points)
    found = reduce_run(type(run)(**{**fields(run), "moment_points": points}))
    assert found.flags == (
        "point 3 left out: overload_output",
        "point 70 left out: field_overload, u_not_reached",
    )
    assert len(found.table["index"]) == len(clean.table["index"]) - 2
    assert 3 not in found.table["index"]
    assert 9 in found.table["index"]  # noisy, not wrong
    for name in ("saturation_moment", "coercive_field", "remanent_moment"):
        value = clean.quantities[name].estimate.value
        assert found.quantities[name].estimate.value == pytest.approx(value, rel=1e-8)


def test_without_moment_calibration_it_refuses(made):
    with pytest.raises(InputError) as error:
        reduce_run(loop_run(made, artefacts={}))
    assert str(error.value) == (
        "loop: 1 problem\n  calibration: given no moment calibration; allowed: one of this bench. Run nickel.toml first."
    )


def test_without_background_the_holder_is_in_it_and_said(made):
    artefacts = {"moment": made.calibrations()["moment"]}
    found = reduce_run(loop_run(made, artefacts=artefacts))
    assert found.flags == ("holder not subtracted: no background run",)
    # the holder's -2e-13 m3 stands in the slope, and the shape's demagnetising correction acts on all of the moment
    outer = SLOPE / (1.0 + SLOPE / 3.0 / VOLUME) - 2e-13
    inner = outer / (1.0 - outer / 3.0 / VOLUME)
    assert found.quantities["high_field_susceptibility"].estimate.value == pytest.approx(inner / VOLUME, rel=1e-5)


def test_too_few_usable_points(made):
    run = loop_run(made)
    points = made.points(*(part[:4] for part in loop()), flags={0: ("reference_unlocked",), 1: ("field_no_probe",)})
    with pytest.raises(InputError) as error:
        reduce_run(type(run)(**{**fields(run), "moment_points": points}))
    expected = "loop: 1 problem\n  points: given 2 usable of 4; allowed: at least 3. Measure the run again."
    assert str(error.value) == expected
