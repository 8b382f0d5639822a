"""Shape correction from points that the simulator's coils see: centring run, calibration, samples that are no spheres.

The world is the flux through four coils, integrated over the sample's volume by the simulator; the runs are made without messages.
"""

import math
from dataclasses import replace

import numpy as np
import pytest

from vsmdaq.formats.inputs.bench_calibration import CoilGeometry, CoilSpec, MountingSpec, PolesSpec
from vsmdaq.reduce import reduce_run
from vsmdaq.reduce.corrections import correction_inputs
from vsmdaq.terms import InputError, Quantity
from vsmdaq_sim.world.extents import CylinderExtent, PrismExtent
from vsmdaq_sim.world.pickup import Motion, pickup
from vsmdaq_sim.world.schema import CoilsTable

COILS = CoilsTable(radius_m=0.010, turns=1500, half_spacing_x_m=0.015, half_spacing_z_m=0.012)
OFFSET_M = (0.35e-3, -0.20e-3, 0.50e-3)
CHI_PER_MASS = 1.0e-12  # so small that H_int is H_applied
MASS_KG = 50.0e-6


def seen(place=(0.0, 0.0, 0.0), sample=None):
    return pickup(COILS, Motion(1e-3), position_m=tuple(map(float, place)), extent=sample).direct[1].real


CENTRE = seen()


def curvature(axis):
    """By central differences of tenth of a millimetre: 1e-4 of it is left out."""
    place = [1e-4 if axis == other else 0.0 for other in range(3)]
    return 2.0 * (seen(place) / CENTRE - 1.0) / 1e-8


def scan(
    made, *, rng=None, u_position_m=2e-6, gain=lambda _: 1.0, points=9, half_m=2e-3, order="xyz", sample="nickel-sphere"
):
    """Run of a centring; with `rng` each position is off within its u. `gain` by number of the point."""
    made_points, at = [], [0.0, 0.0, 0.0]
    for number, axis in enumerate(order):
        for k in range(points):
            setting = half_m * (2.0 * k / (points - 1) - 1.0)
            place = [*at]
            place["xyz".index(axis)] = setting + (0.0 if rng is None else u_position_m * rng.standard_normal())
            index = len(made_points)
            signal = 5.35e-3 * gain(index) * seen(np.add(OFFSET_M, place)) / CENTRE
            noise = 0.0 if rng is None else 4e-9 * rng.standard_normal()
            point = made.point(index, 4e5, complex(signal + noise))
            made_points.append(replace(point, setting=setting, segment=2 * number))
        at["xyz".index(axis)] = -OFFSET_M["xyz".index(axis)]
    procedure = made.procedure("centring")
    axes = tuple(order)
    details = replace(procedure.details, axes=axes, starts_m=(0.0,) * len(axes), half_ranges_m=(half_m,) * len(axes))
    known = made.sample(sample)
    run = made.run("centring", sample=known, moment_points=tuple(made_points))
    return replace(run, procedure=replace(procedure, details=details))


def centring_artefact(made, **options):
    found = reduce_run(scan(made, **options))
    assert found.artefact_kind == "centring"
    return made.artefact("centring", found.artefact_values, **found.conditions)


# --- from scans to a saddle ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ["xyz", "zyx", "yxz"])
def test_curvatures_are_those_of_the_common_centre(made, order):
    """The first scans pass the centre at 0.2 to 0.5 mm; uncorrected, kappa_x would be 0.25 % low."""
    found = reduce_run(scan(made, order=order))
    assert found.flags == ()
    for number, axis in enumerate("xyz"):
        value = found.quantities[f"curvature_{axis}"].estimate
        assert value.value == pytest.approx(curvature(number), abs=0.15 * value.u)
        assert found.artefact_values[f"curvature_{axis}"] == value
        constrained = found.artefact_values[f"harmonic_curvature_{axis}"]
        assert constrained.value == pytest.approx(curvature(number), abs=0.15 * constrained.u)
        assert constrained.u < value.u
    assert dict(found.conditions) == {"frequency_hz": 83.0, "amplitude_m": 1e-3, "field_a_per_m": 4e5}


def test_constrained_curvatures_add_to_zero_with_no_uncertainty(made):
    values = reduce_run(scan(made, rng=np.random.default_rng(1))).artefact_values
    three = [values[f"harmonic_curvature_{axis}"] for axis in "xyz"]
    assert math.fsum(e.value for e in three) == pytest.approx(0.0, abs=1e-9)
    totals = {}
    for estimate in three:
        for c in estimate.components:
            totals[c.name] = totals.get(c.name, 0.0) + c.contribution
    assert max(map(abs, totals.values())) < 1e-9


def test_u_of_curvatures_and_quartics_is_their_scatter(made):
    """40 scans whose positions are off within their u: z has a mean of 0 and a spread of 1, known to 11 %."""
    z = []
    for seed in range(40):
        values = reduce_run(scan(made, rng=np.random.default_rng(seed))).artefact_values
        z.append([(values[f"harmonic_curvature_{a}"].value - curvature(i)) / values[f"harmonic_curvature_{a}"].u for i, a in enumerate("xyz")])  # fmt: skip
    z = np.array(z)
    assert np.all(np.abs(z.mean(axis=0)) < 3.0 / math.sqrt(40))
    assert np.all((z.std(axis=0) > 0.7) & (z.std(axis=0) < 1.35))


def test_a_scale_that_is_wrong_moves_curvatures_twice_and_quartics_four_times(made, lines):
    """The world's stage goes 1 % farther than it says."""
    run = scan(made)
    said = tuple(replace(p, setting=p.setting / 1.01) for p in run.moment_points)
    details = replace(run.procedure.details, u_scale=0.01)
    procedure = replace(run.procedure, details=details)
    right = reduce_run(replace(run, procedure=procedure)).artefact_values
    wrong = reduce_run(replace(run, procedure=procedure, moment_points=said)).artefact_values
    for name in ("curvature_x", "harmonic_curvature_y", "harmonic_curvature_z", "quartic_x"):
        assert wrong[name].value - right[name].value == pytest.approx(-lines(right[name])["stage.scale"], rel=0.05)
    assert lines(right["curvature_x"])["stage.scale"] / right["curvature_x"].value == pytest.approx(-0.02, rel=1e-3)
    assert lines(right["quartic_z"])["stage.scale"] / right["quartic_z"].value == pytest.approx(-0.04, rel=1e-2)


def test_a_gain_that_bends_fails_the_test_of_laplace_and_leaves_no_calibration(made):
    """2e-3 of a half period of a sine along each scan: a curvature of its own that coils cannot have."""
    found = reduce_run(scan(made, gain=lambda i: 1.0 + 2e-3 * math.sin(math.pi * (i % 9) / 8.0)))
    assert found.artefact_kind == ""
    assert dict(found.artefact_values) == {}
    summed, reason = found.flags
    assert summed.startswith("the curvatures add to ")
    assert reason == "no calibration of the geometry: the test of the curvatures failed"
    assert "curvature_sum" in found.quantities


def test_a_scan_that_is_no_curve_leaves_no_calibration(made):
    """One point a thousandth high: 2 µm of u explain a tenth of that near the centre."""
    found = reduce_run(scan(made, gain=lambda i: 1.001 if i == 4 else 1.0))
    assert found.artefact_kind == ""
    assert found.flags[0].startswith("the scan along x is no smooth curve: chi2 = ")
    assert found.flags[-1] == "no calibration of the geometry: a scan is no smooth curve"


def test_a_steady_drift_does_not_bend(made):
    """A straight line in time moves the centres, not the curvatures."""
    found = reduce_run(scan(made, gain=lambda i: 1.0 + 1e-5 * i))
    assert found.artefact_kind == "centring"
    for number, axis in enumerate("xyz"):
        value = found.artefact_values[f"harmonic_curvature_{axis}"]
        assert abs(value.value - curvature(number)) < value.u


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"order": "xz"}, "y not scanned"),
        ({"order": "z"}, "x and y not scanned"),
        ({"points": 6}, "the scan of x and y and z gives no fourth order; it needs 7 points or more around its centre"),
        ({"sample": "palladium-cylinder"}, "the sample is no sphere, or its file does not say that it is one"),
        ({"sample": "empty-holder"}, "the sample is no sphere, or its file does not say that it is one"),
    ],
)
def test_what_is_no_calibration_says_why(made, options, reason):
    found = reduce_run(scan(made, **options))
    assert (found.artefact_kind, dict(found.artefact_values), dict(found.conditions)) == ("", {}, {})
    assert f"no calibration of the geometry: {reason}" in found.flags
    assert "centre_z" in found.quantities


# --- samples that are no spheres -------------------------------------------------------------------------------------

FILM_XY = """name = "it"
shape = "film"
length = "5.00 mm ± 0.02 mm"
width = "5.00 mm ± 0.02 mm"
thickness = "1.00 µm ± 0.02 µm"
field = "length"
vibration = "thickness"
mass = "50 mg"
"""
FILM_XZ = FILM_XY.replace('vibration = "thickness"', 'vibration = "width"')
ROD = """name = "it"
shape = "cylinder"
diameter = "3.00 mm ± 0.02 mm"
length = "5.00 mm ± 0.02 mm"
field = "transverse"
vibration = "axial"
mass = "50 mg"
"""
CUP = ROD.replace("cylinder", "cup")
SAMPLES = {  # file, what the coils see of it by its lengths (mm), nominal lengths, deviation without correction
    "film in x and y": (FILM_XY, lambda a, b: PrismExtent(shape="prism", edges_m=[a, b, 1e-6]), (5.0, 5.0), 0.020),
    "film in x and z": (FILM_XZ, lambda a, b: PrismExtent(shape="prism", edges_m=[a, 1e-6, b]), (5.0, 5.0), 0.012),
    "rod": (ROD, lambda d, h: CylinderExtent(shape="cylinder", diameter_m=d, length_m=h, axis="z"), (3.0, 5.0), -0.015),
    "cup": (CUP, lambda d, h: CylinderExtent(shape="cylinder", diameter_m=d, length_m=h, axis="z"), (3.0, 5.0), -0.015),
}
FIELDS = np.linspace(-8e5, 8e5, 9)


def measured(made, text, sensitivity, *, artefacts=None, bench=None, without=frozenset()):
    """Mass susceptibility of a weak sample of 50 mg whose signal per moment is `sensitivity` times that of a point."""
    points = made.points(FIELDS, sensitivity * CHI_PER_MASS * MASS_KG * FIELDS, u_signal=1e-16)
    run = made.run(
        "palladium",
        sample=made.sample_text(text),
        moment_points=points,
        artefacts=made.calibrations() | (artefacts or {}),
        without=frozenset(without),
    )
    exact = Quantity(1.0)  # else it is all that is seen of the uncertainty
    return reduce_run(replace(run, bench=replace(bench or made.bench, gaussmeter_gain=exact)))


@pytest.mark.parametrize("name", SAMPLES)
def test_with_correction_it_agrees_and_without_it_is_off_by_what_was_published(made, name):
    text, extent_of, lengths_mm, published = SAMPLES[name]
    sensitivity = seen(sample=extent_of(*(n * 1e-3 for n in lengths_mm))) / CENTRE
    centring = {"centring": centring_artefact(made)}
    found = measured(made, text, sensitivity, artefacts=centring)
    value = found.quantities["mass_susceptibility"].estimate
    assert value.value == pytest.approx(CHI_PER_MASS, abs=0.3 * value.u)
    assert value.u < 5e-4 * CHI_PER_MASS
    assert not any("geometry" in flag for flag in found.flags)
    plain = measured(made, text, sensitivity, artefacts=centring, without={"shape"})
    assert plain.quantities["mass_susceptibility"].estimate.value / CHI_PER_MASS - 1.0 == pytest.approx(
        published, abs=6e-4
    )
    assert "correction shape left out: as asked" in plain.flags


@pytest.mark.parametrize("name", ["film in x and y", "film in x and z", "rod"])
def test_deviation_over_u_with_scan_dimensions_and_place_drawn(made, name):
    """20 benches: positions of the scan, lengths and place of the sample drawn within what the files state."""
    text, extent_of, lengths_mm, _ = SAMPLES[name]
    u_place_m = 0.1e-3
    bench = replace(made.bench, mounting=MountingSpec(u_position_m=u_place_m))
    z = []
    for seed in range(20):
        rng = np.random.default_rng(seed + 100)
        lengths_m = (np.array(lengths_mm) + 0.02 * rng.standard_normal(2)) * 1e-3
        place = u_place_m * rng.standard_normal(3)
        sensitivity = seen(place, extent_of(*map(float, lengths_m))) / CENTRE
        found = measured(made, text, sensitivity, artefacts={"centring": centring_artefact(made, rng=rng)}, bench=bench)
        value = found.quantities["mass_susceptibility"].estimate
        z.append((value.value - CHI_PER_MASS) / value.u)
    assert abs(np.mean(z)) < 3.0 / math.sqrt(20)
    assert 0.55 < np.std(z) < 1.5
    assert np.max(np.abs(z)) < 3.5


def test_each_line_of_the_budget_moves_the_result_by_what_it_states(made, lines):
    """The world's lengths and curvatures moved by one u; the contribution is the error that this makes, with the other sign."""
    text, extent_of, _, _ = SAMPLES["film in x and z"]
    centring = centring_artefact(made)
    right = seen(sample=extent_of(5e-3, 5e-3)) / CENTRE
    value = measured(made, text, right, artefacts={"centring": centring}).quantities["mass_susceptibility"].estimate
    stated = lines(value)
    moved = {"it.length": extent_of(5.02e-3, 5e-3), "it.width": extent_of(5e-3, 5.02e-3)}
    for name, extent in moved.items():
        shifted = measured(made, text, seen(sample=extent) / CENTRE, artefacts={"centring": centring})
        error = shifted.quantities["mass_susceptibility"].estimate.value - value.value
        assert error == pytest.approx(-stated[name], rel=0.02), name
    # a scan along x whose noise component k is one u: x^2/2 of the curvature and what Laplace's equation makes of it
    for component in [c for c in stated if c.startswith("noise:centring.x")]:
        values = {
            name: replace(e, value=e.value + sum(c.contribution for c in e.components if c.name == component))
            for name, e in centring.values.items()
        }
        other = measured(made, text, right, artefacts={"centring": replace(centring, values=values)})
        difference = other.quantities["mass_susceptibility"].estimate.value - value.value
        assert difference == pytest.approx(stated[component], rel=0.02, abs=1e-7 * CHI_PER_MASS)


def test_a_sphere_needs_no_correction(made):
    text = 'name = "it"\nshape = "sphere"\ndiameter = "5.00 mm ± 0.02 mm"\nmass = "50 mg"\n'
    found = measured(made, text, 1.0, artefacts={"centring": centring_artefact(made)})
    assert found.quantities["mass_susceptibility"].estimate.value == pytest.approx(CHI_PER_MASS, rel=1e-12)
    assert not any("centring" in c.name for c in found.quantities["mass_susceptibility"].estimate.components)
    assert found.flags == measured(made, text, 1.0).flags


@pytest.mark.parametrize(
    ("text", "known", "flag"),
    [
        (ROD, False, "geometry not corrected: no centring run"),
        (
            ROD.replace('vibration = "axial"\n', ""),
            True,
            "geometry not corrected: it does not say how it lies to the vibration (key vibration)",
        ),
        ('name = "it"\nmass = "50 mg"\n', True, "geometry not corrected: the sample file has no shape"),
    ],
)
def test_what_is_not_corrected_is_told(made, text, known, flag):
    artefacts = {"centring": centring_artefact(made)} if known else {}
    found = measured(made, text, 1.0, artefacts=artefacts)
    assert flag in found.flags
    assert found.quantities["mass_susceptibility"].estimate.value == pytest.approx(CHI_PER_MASS, rel=1e-6)


# --- by the dimensions of the coils ----------------------------------------------------------------------------------


def with_coils(made, u_relative=0.005):
    of = {"radius": 0.010, "half_spacing_x": 0.015, "half_spacing_z": 0.012}
    known = {name: Quantity(value, u_relative * value, "m") for name, value in of.items()}
    return replace(made.bench, coils=CoilSpec("set", CoilGeometry(turns=Quantity(1500.0), **known)))


def test_without_a_centring_run_the_dimensions_of_the_coils_do(made, lines):
    text, extent_of, _, _ = SAMPLES["film in x and z"]
    right = seen(sample=extent_of(5e-3, 5e-3)) / CENTRE
    value = measured(made, text, right, bench=with_coils(made)).quantities["mass_susceptibility"].estimate
    assert value.value == pytest.approx(CHI_PER_MASS, abs=1e-4 * CHI_PER_MASS)
    # a wider coil of the world, by one u
    wider = COILS.model_copy(update={"radius_m": 0.01005})
    seen_wider = [pickup(wider, Motion(1e-3), extent=extent).direct[1].real for extent in (extent_of(5e-3, 5e-3), None)]
    shifted = measured(made, text, seen_wider[0] / seen_wider[1], bench=with_coils(made))
    error = shifted.quantities["mass_susceptibility"].estimate.value - value.value
    assert error == pytest.approx(-lines(value)["coils.radius"], rel=0.1)
    assert "coils.turns" not in lines(value)


def test_poles_whose_gap_is_stated_make_the_curvatures_less_certain(made, lines):
    """Whatever the images' strength in the world, from none to full, the result lies within two u of it."""
    text, extent_of, _, _ = SAMPLES["film in x and y"]
    bench = replace(with_coils(made, 1e-4), poles=PolesSpec(gap=Quantity(0.040, 1e-5, "m")))
    for strength in (0.0, 0.5, 1.0):
        film, point = (
            pickup(COILS, Motion(1e-3), extent=extent, gap_m=0.040).flux(1, strength).real
            for extent in (extent_of(5e-3, 5e-3), None)
        )
        value = measured(made, text, film / point, bench=bench).quantities["mass_susceptibility"].estimate
        assert abs(value.value - CHI_PER_MASS) < 2.0 * value.u
    assert 3e-4 < abs(lines(value)["poles.image_strength"]) / value.value < 5e-4


def test_coils_that_do_not_fit_between_the_poles_are_told(made):
    bench = replace(with_coils(made), poles=PolesSpec(gap=Quantity(0.029, 0.0, "m")))
    with pytest.raises(InputError, match=r"coils: given a gap of 0.029 m was asked for; allowed: above 0.03 m"):
        measured(made, ROD, 1.0, bench=bench)


def test_the_centring_run_goes_before_the_dimensions(made):
    bench = with_coils(made)
    run = made.run("palladium", sample=made.sample_text(ROD), artefacts={"centring": centring_artefact(made)})
    names = correction_inputs(replace(run, bench=bench))[0]
    assert "centring.harmonic_curvature_x" in names
    assert not any(name.startswith("coils.") for name in names)


# --- mounting --------------------------------------------------------------------------------------------------------


def test_place_and_repeatability_are_inputs_of_the_run(made, lines):
    bench = replace(made.bench, mounting=MountingSpec(u_position_m=0.3e-3, u_remount=0.002))
    known = {"centring": centring_artefact(made)}
    found = measured(made, ROD, 1.0, artefacts=known, bench=bench).quantities["mass_susceptibility"].estimate
    relative = {name: c / found.value for name, c in lines(found).items()}
    kappa = [curvature(axis) for axis in range(3)]
    expected = 0.09e-6 * math.sqrt(0.5 * math.fsum(k * k for k in kappa))
    assert abs(relative["palladium.mount.position"]) == pytest.approx(expected, rel=0.003)
    assert abs(relative["palladium.mount.repeatability"]) == pytest.approx(0.002, rel=1e-3)
    # left out is the shape, not the doubt about the place
    plain = measured(made, ROD, 1.0, artefacts=known, bench=bench, without={"shape"})
    assert "palladium.mount.position" in lines(plain.quantities["mass_susceptibility"].estimate)


def test_place_without_a_centring_run_is_told(made):
    bench = replace(made.bench, mounting=MountingSpec(u_position_m=0.3e-3))
    found = measured(made, ROD, 1.0, bench=bench)
    assert "u_position of the mounting not counted: no centring run" in found.flags


def nickel_run(made, *, sensitivity=1.0, bench=None, artefacts=None, edits=()):
    fields = np.concatenate([np.linspace(8e5, 3e5, 6), np.linspace(-3e5, -8e5, 6)])
    law = 3.47e-3 * (1.0 + 0.0026 * np.log(np.abs(fields) / 398e3)) * (1.0 - 0.00047 * (295.15 - 298.0))
    points = made.points(fields, sensitivity * np.sign(fields) * law)
    sample = made.sample("nickel-sphere", *edits)
    run = made.run("nickel", sample=sample, moment_points=points, artefacts=artefacts or {})
    return reduce_run(run if bench is None else replace(run, bench=bench))


def test_the_calibrant_was_mounted_too_and_apart_from_the_sample(made, lines):
    bench = replace(made.bench, mounting=MountingSpec(u_position_m=0.3e-3, u_remount=0.002))
    values = nickel_run(made, bench=bench, artefacts={"centring": centring_artefact(made)}).artefact_values
    per_volt, coupling = values["moment_per_volt"], values["coupling_constant"]
    assert lines(per_volt)["nickel.mount.repeatability"] / per_volt.value == pytest.approx(0.002, rel=1e-3)
    assert lines(coupling)["nickel.mount.repeatability"] / coupling.value == pytest.approx(-0.002, rel=1e-3)
    assert lines(per_volt)["nickel.mount.position"] / per_volt.value == pytest.approx(0.00251, rel=0.02)


def test_a_calibrant_that_is_no_sphere_is_corrected_for_its_own_shape(made):
    """A nickel cylinder: what it shows is brought to a point, so that a sphere is measured right with it."""
    edits = (
        (
            'shape = "sphere"\ndiameter = "2.383 mm ± 0.005 mm"',
            'shape = "cylinder"\ndiameter = "3.00 mm"\nlength = "5.00 mm"\nfield = "transverse"\nvibration = "axial"',
        ),
    )
    rod = CylinderExtent(shape="cylinder", diameter_m=3e-3, length_m=5e-3, axis="z")
    sensitivity = seen(sample=rod) / CENTRE
    corrected = nickel_run(
        made, sensitivity=sensitivity, edits=edits, artefacts={"centring": centring_artefact(made)}
    ).artefact_values["moment_per_volt"]
    assert corrected.value == pytest.approx(0.64, rel=1e-5)
    plain = nickel_run(made, sensitivity=sensitivity, edits=edits)
    assert plain.artefact_values["moment_per_volt"].value / 0.64 == pytest.approx(1.0151, abs=6e-4)
    assert "geometry not corrected: no centring run" in plain.flags


# --- a powder cup ----------------------------------------------------------------------------------------------------


def test_a_cup_has_volume_and_factor_of_its_cylinder(made):
    cup, rod = (measured(made, text, 1.0).quantities for text in (CUP, ROD))
    for name in ("volume_susceptibility", "volume_susceptibility_external"):
        assert cup[name].estimate == rod[name].estimate
    volume = math.pi / 4.0 * 3e-3**2 * 5e-3
    assert cup["volume_susceptibility_external"].estimate.value == pytest.approx(
        CHI_PER_MASS * MASS_KG / volume, rel=1e-6
    )
