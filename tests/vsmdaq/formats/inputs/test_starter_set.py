"""The files of the starter set agree with the reference world and with each other."""

import math
import tomllib
from pathlib import Path

import pytest

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import (
    KINDS,
    DriverFacts,
    parse_bench,
    parse_procedure,
    parse_sample,
    parse_tube,
    read_text,
)
from vsmdaq.formats.inputs.kinds.nickel_slope import NickelSlope
from vsmdaq.terms import Cylinder, Sphere
from vsmdaq_configs import starter_set

STARTER = Path(str(starter_set()))
WORLD = tomllib.loads((STARTER / "worlds" / "reference.toml").read_text("utf-8"))
POPULATION = tomllib.loads((STARTER / "worlds" / "population.toml").read_text("utf-8"))
DRIVERS = {
    "lakeshore_643": DriverFacts("supply", 70.1, 50.0),
    "lakeshore_475": DriverFacts("gaussmeter"),
    "sr830": DriverFacts("lockin"),
    "mt_sics": DriverFacts("balance"),
    "operator": DriverFacts("operator"),
}


def bench(name: str):
    path = STARTER / "benches" / f"{name}.toml"
    return parse_bench(read_text(path, "bench file"), path, known_drivers=DRIVERS)


def procedure(name: str):
    path = STARTER / "procedures" / f"{name}.toml"
    return parse_procedure(read_text(path, "procedure file"), path)


def sample(name: str):
    path = STARTER / "samples" / f"{name}.toml"
    return parse_sample(read_text(path, "sample file"), path)


def tube(name: str):
    path = STARTER / "samples" / f"{name}.toml"
    return parse_tube(read_text(path, "sample file"), path)


def leaves(table: dict[str, object], prefix: str = "") -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in table.items():
        found.update(leaves(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value})
    return found


def differing(one: str, other: str) -> set[str]:
    a, b = (leaves(tomllib.loads((STARTER / "benches" / f"{n}.toml").read_text("utf-8"))) for n in (one, other))
    return {key for key in a.keys() | b.keys() if a.get(key) != b.get(key)}


def test_real_and_simulated_bench_differ_in_addresses_and_library_alone():
    different = differing("real", "simulated")
    assert "visa_library" in different
    assert {key for key in different if not key.endswith(".address")} == {"visa_library"}


def test_a_calibration_of_the_simulated_bench_is_none_of_the_real_one():
    assert bench("real").name != bench("simulated").name != bench("population").name


def test_population_differs_from_simulated_in_its_world_alone():
    different = differing("population", "simulated")
    beside = {key for key in different if key.startswith(("coils.", "mounting."))}  # "simulated" has them as comments
    assert different - beside == {"name", "visa_library"}
    assert beside


def test_the_worlds_of_the_benches_are_there():
    for name in ("simulated", "population"):
        assert Path(bench(name).visa_library.removesuffix("@vsmsim")).is_file()


@pytest.mark.parametrize("name", ["simulated", "population"])
def test_bench_states_what_is_true_nominally(name: str):
    spec = bench(name)
    for role, address in (
        ("supply", spec.supply),
        ("gaussmeter", spec.gaussmeter),
        ("lockin", spec.lockin),
        ("balance", spec.balance),
        ("operator", spec.operator),
    ):
        assert address is not None
        assert (address.driver, address.address) == (
            WORLD["instruments"][role]["kind"],
            WORLD["instruments"][role]["address"],
        )
    for stated, true in (
        (spec.magnet.field_constant_per_m, WORLD["magnet"]["field_constant_per_m"]),
        (spec.magnet.lag_s, WORLD["magnet"]["lag_s"]),
        (spec.vibration.frequency_hz, WORLD["vibration"]["frequency_hz"]),
        (spec.vibration.amplitude_m, WORLD["vibration"]["amplitude_m"]),
        (spec.gaussmeter_offset, WORLD["gaussmeter"]["offset_a_per_m"]),
        (spec.gaussmeter_gain, WORLD["gaussmeter"]["gain"]),
        (spec.temperature, WORLD["world"]["temperature_k"]),
        (spec.gravity, WORLD["world"]["gravity_m_per_s2"]),
        (spec.air_susceptibility, WORLD["world"]["air_volume_susceptibility"]),
        (spec.low_field_ratio, WORLD["gouy"]["low_field_ratio"]),
        (spec.balance_gain, 1.0 + WORLD["balance"]["gain_error"]),
    ):
        assert stated.value == pytest.approx(true, rel=1e-6)
    assert spec.noise_density_v_per_sqrt_hz == WORLD["signal"]["noise_v_per_sqrt_hz"]
    assert spec.magnet.remanence_a_per_m >= WORLD["magnet"]["remanence_a_per_m"]


def test_population_is_drawn_from_what_the_files_state():
    spec, drawn = bench("population"), {**WORLD["draw"], **POPULATION["draw"]}
    nickel, palladium, sphere = sample("nickel-sphere"), sample("palladium-cylinder"), sample("reference-sphere")
    filled = tube("gouy-sample")
    assert nickel.reference is not None
    assert palladium.reference is not None
    assert isinstance(sphere.shape, Sphere)
    assert isinstance(nickel.shape, Sphere)
    coils, slope = spec.coils.geometry, procedure("nickel-slope").details
    assert coils is not None
    assert isinstance(slope, NickelSlope)
    assert spec.mounting.u_position_m == POPULATION["draw"]["samples.nickel-sphere.position_m.0"]["u"]
    for key, quantity in (
        ("coils.radius_m", coils.radius),
        ("coils.half_spacing_x_m", coils.half_spacing_x),
        ("coils.half_spacing_z_m", coils.half_spacing_z),
        ("samples.nickel-sphere.diameter_m", nickel.shape.diameter),
        ("samples.nickel-sphere.initial_susceptibility", slope.initial_susceptibility),
        ("world.temperature_k", spec.temperature),
        ("world.gravity_m_per_s2", spec.gravity),
        ("world.air_volume_susceptibility", spec.air_susceptibility),
        ("gaussmeter.offset_a_per_m", spec.gaussmeter_offset),
        ("gaussmeter.gain", spec.gaussmeter_gain),
        ("magnet.field_constant_per_m", spec.magnet.field_constant_per_m),
        ("magnet.lag_s", spec.magnet.lag_s),
        ("vibration.amplitude_m", spec.vibration.amplitude_m),
        ("balance.gain_error", spec.balance_gain),
        ("gouy.low_field_ratio", spec.low_field_ratio),
        ("samples.reference-sphere.diameter_m", sphere.shape.diameter),
        ("samples.reference-sphere.mass_kg", sphere.mass),
        ("samples.nickel-sphere.moment_a_m2", nickel.reference.value),
        ("samples.palladium-cylinder.mass_kg", palladium.mass),
        ("samples.palladium-cylinder.mass_susceptibility_m3_per_kg", palladium.reference.value),
        ("samples.palladium-cylinder.temperature_coefficient_per_k", palladium.reference.temperature_coefficient),
        ("tubes.gouy-sample.bore_diameter_m", filled.bore_diameter),
        ("tubes.gouy-sample.density_kg_per_m3", filled.density),
    ):
        assert quantity is not None
        draw = drawn[key]
        u = draw["u"] if "u" in draw else draw["u_relative"] * abs(quantity.value)
        assert quantity.u == pytest.approx(u, rel=1e-9), key


@pytest.mark.parametrize("name", ["nickel-sphere", "palladium-cylinder", "reference-sphere"])
def test_samples_state_what_is_true_nominally(name: str):
    stated, true = sample(name), WORLD["samples"][name]
    assert stated.name == name
    assert stated.mass is not None
    assert stated.molar_mass is not None
    assert stated.shape is not None
    assert stated.mass.value == true["mass_kg"]
    assert stated.molar_mass.value == pytest.approx(true["molar_mass_kg_per_mol"], rel=1e-12)
    assert stated.shape.diameter.value == true["diameter_m"]


def test_references_state_what_is_true_nominally():
    nickel, palladium = sample("nickel-sphere").reference, sample("palladium-cylinder").reference
    assert nickel is not None
    assert palladium is not None
    assert palladium.temperature_coefficient is not None
    assert nickel.value.value == WORLD["samples"]["nickel-sphere"]["moment_a_m2"]
    true = WORLD["samples"]["palladium-cylinder"]
    assert palladium.value.value == true["mass_susceptibility_m3_per_kg"]
    assert palladium.temperature_coefficient.value == true["temperature_coefficient_per_k"]
    assert {nickel.status, palladium.status} <= {"literature", "typical"}, "nobody certified the simulated ones"


def test_palladium_is_as_heavy_as_palladium_of_its_size():
    palladium = sample("palladium-cylinder")
    assert isinstance(palladium.shape, Cylinder)
    assert palladium.mass is not None
    volume = math.pi / 4 * palladium.shape.diameter.value**2 * palladium.shape.length.value
    assert palladium.mass.value / volume == pytest.approx(12023.0, rel=1e-4)  # CRC Handbook: 12.023 g/cm3


def test_nickel_is_as_heavy_as_nickel_of_its_size():
    nickel = sample("nickel-sphere")
    assert isinstance(nickel.shape, Sphere)
    assert nickel.mass is not None
    density = nickel.mass.value / (math.pi / 6 * nickel.shape.diameter.value**3)
    assert density == pytest.approx(
        8908.0, rel=3 * 3 * 0.005 / 2.383
    )  # CRC Handbook: 8.908 g/cm3 at 3 u of the diameter


def test_tubes_state_what_is_true_nominally():
    filled, true = tube("gouy-sample"), WORLD["tubes"]["gouy-sample"]
    assert filled.density is not None
    assert filled.molar_mass is not None
    assert filled.bore_diameter.value == true["bore_diameter_m"]
    assert filled.density.value == true["density_kg_per_m3"]
    assert filled.molar_mass.value == pytest.approx(true["molar_mass_kg_per_mol"], rel=1e-12)
    assert tube("gouy-blank").name in WORLD["tubes"]


@pytest.mark.parametrize("kind", KINDS)
def test_procedures_stay_on_the_magnet_and_name_files_that_are_there(kind: str):
    chosen, magnet = procedure(kind), bench("simulated").magnet
    assert (chosen.kind, chosen.name) == (kind, kind)
    assert chosen.sample is not None
    assert chosen.sample.is_file()
    assert chosen.blank is None or chosen.blank.is_file()
    fields = plan_of(chosen)
    highest = magnet.max_current_a * magnet.field_constant_per_m.value
    assert max(map(abs, (*fields.fields_a_per_m, *fields.approach_a_per_m))) <= highest * (1 + 1e-5)
    assert chosen.rate_a_per_s <= magnet.max_rate_a_per_s
    assert chosen.u_moment_a_m2 > 0.0


def test_loop_is_the_reference_loop():
    points = plan_of(procedure("loop"))
    fields = points.fields_a_per_m
    assert len(fields) == 200
    assert points.approach_a_per_m == (800e3,)
    assert fields[24] == 60e3
    assert fields[74] == -60e3
    assert fields[99] == -800e3
    assert fields[199] == 800e3
    # ascending is descending mirrored, and each part has equal steps
    assert fields[100:] == tuple(-field for field in fields[:100])
    steps = [b - a for a, b in zip((800e3, *fields), fields, strict=False)]
    for part, size in ((slice(0, 25), -740e3 / 25), (slice(25, 75), -120e3 / 50), (slice(75, 100), -740e3 / 25)):
        assert steps[part] == pytest.approx([size] * len(steps[part]), rel=1e-9)
    assert procedure("loop").u_moment_a_m2 == 5e-9


def test_branches_never_turn_back():
    fields = plan_of(procedure("loop")).fields_a_per_m
    assert list(fields[:100]) == sorted(fields[:100], reverse=True)
    assert list(fields[100:]) == sorted(fields[100:])


def test_nickel_is_measured_where_it_is_saturated():
    fields = plan_of(procedure("nickel")).fields_a_per_m
    # a sphere needs more than M/3 = 163 kA/m; the law's range begins at 236 kA/m
    assert min(map(abs, fields)) >= 280e3
    assert sum(field > 0 for field in fields) == sum(field < 0 for field in fields)


def test_gouy_weighs_at_both_polarities():
    fields = plan_of(procedure("gouy")).fields_a_per_m
    assert fields[0] == fields[-1] == 0.0
    assert {abs(field) for field in fields if field > 0} == {abs(field) for field in fields if field < 0}
