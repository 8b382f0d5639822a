"""A true input that is one standard uncertainty away from what the user's files say moves the result as the budget states.

A result is f(readings, inputs as stated), the truth f(readings, inputs as they are): with the true input at stated + u the
error value - truth shifts by minus the contribution. Inputs that touch different quantities are moved in one world; where
two touch the same one, their contributions add. benchmarks/budget_lines.py prints every line of every budget.
"""

import math
import re
import shutil

import pytest

from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

QUIET = (  # noise a thousand times smaller than in the reference world
    "signal.noise_v_per_sqrt_hz = 7.25e-12",
    "gaussmeter.noise_a_per_m = 0.02",
    "balance.noise_kg = 2e-11",
    "balance.readability_kg = 1e-11",
)
PROCEDURES = ("phase", "nickel", "background", "palladium", "loop", "gouy")
SAMPLES = {
    "nickel": "nickel-sphere",
    "background": "empty-holder",
    "palladium": "palladium-cylinder",
    "loop": "reference-sphere",
    "gouy": "gouy-sample",
}
FLOOR = 0.01  # lines below this part of u are as small as second order and noise of the test

# Lines of each world, nominal values of worlds/reference.toml moved by the u of bench and sample files; and the inputs.
MOVED = {
    "field": (("gaussmeter.gain = 1.002",), ("gaussmeter.gain",)),
    "calibrant": (("samples.nickel-sphere.moment_a_m2 = 3.48e-3",), ("nickel-sphere.reference.value",)),
    "temperature": (("world.temperature_k = 295.65",), ("environment.temperature",)),
    "offset and shapes": (
        (
            "gaussmeter.offset_a_per_m = 40.0",
            "samples.palladium-cylinder.diameter_m = 2.505e-3",
            "samples.reference-sphere.diameter_m = 1.003e-3",
            "gouy.low_field_ratio = 0.055",
            "tubes.gouy-sample.density_kg_per_m3 = 1648.2",
        ),
        (
            "gaussmeter.offset",
            "palladium-cylinder.diameter",
            "reference-sphere.diameter",
            "gouy.low_field_ratio",
            "gouy-sample.density",
        ),
    ),
    "amplitude and masses": (
        (
            "vibration.amplitude_m = 1.005e-3",
            "samples.palladium-cylinder.mass_kg = 60.02e-6",
            "samples.reference-sphere.mass_kg = 4.1205e-6",
            "tubes.gouy-sample.bore_diameter_m = 8.016e-3",
        ),
        ("vibration.amplitude", "palladium-cylinder.mass", "reference-sphere.mass", "gouy-sample.bore_diameter"),
    ),
}


def quiet_procedures(place):
    """The starter's procedures, that wait until a thousandth of the wanted noise is left unsettled: it would count here."""
    shutil.copytree(place.starter / "samples", place.folder / "samples")
    (place.folder / "procedures").mkdir()
    paths = []
    for name in PROCEDURES:
        text = (place.starter / "procedures" / f"{name}.toml").read_text("utf-8")
        if name != "gouy":
            text = re.sub(r"^settling_fraction = .*\n", "", text, flags=re.MULTILINE)
            text = text.replace("[measure]\n", "[measure]\nsettling_fraction = 0.001\n").replace('"auto"', '"30 ms"')
        paths.append(place.folder / "procedures" / f"{name}.toml")
        paths[-1].write_text(text, "utf-8")
    return paths


def errors_of(place, *lines):
    """Run the campaign in the quiet world with `lines`: {(procedure, quantity): (value - truth, estimate)}."""
    place.write_world(*QUIET, *lines)
    outcomes = place.measure(quiet_procedures(place))
    world = World.load(place.world)
    found = {}
    for outcome in outcomes[1:]:
        result = outcome.reduced.result
        name = SAMPLES[result.procedure]
        true = {key: entry["value"] for key, entry in truth(world, name).items()}
        if result.procedure == "palladium":
            true["reference_mass_susceptibility"] = true["mass_susceptibility"]
        if result.procedure == "loop":
            true["saturation_mass_magnetization"] = true["saturation_moment"] / world.spec.samples[name].mass_kg
        for quantity, item in result.quantities.items():
            if quantity in true:
                found[result.procedure, quantity] = (item.estimate.value - true[quantity], item.estimate)
    return found


@pytest.fixture(scope="module")
def unmoved(workplace):
    return errors_of(workplace())


def test_quiet_campaign_finds_the_truth(unmoved):
    assert len(unmoved) == 18
    for error, estimate in unmoved.values():
        assert abs(error) < 0.02 * estimate.u


@pytest.mark.parametrize("world", MOVED)
def test_error_moves_by_the_stated_contributions(world, workplace, unmoved):
    lines, inputs = MOVED[world]
    moved = errors_of(workplace(), *lines)
    judged = set()
    for key, (error, estimate) in unmoved.items():
        contributions = {c.name: c.contribution for c in estimate.components if c.name in inputs}
        stated = math.fsum(contributions.values())
        found = -(moved[key][0] - error)
        if abs(stated) < FLOOR * estimate.u:
            assert abs(found) < FLOOR * estimate.u, key  # the budget has no line, and nothing moved
            continue
        assert found == pytest.approx(stated, rel=0.1), key
        judged.update(name for name, c in contributions.items() if abs(c) >= FLOOR * estimate.u)
    # an offset of the gaussmeter has no line that matters: branches, polarities and slopes take it out
    assert judged == set(inputs) - {"gaussmeter.offset"}
