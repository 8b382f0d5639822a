"""A made-up campaign: what run folders of a real one would hold, from closed formulas and a seeded generator."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vsmdaq.report import ReportData, RunSection, artefact_summary

DIGEST = "5f" * 32


def quantity(value, unit, definition, budget, dof=None):
    """One entry of result.json; `budget` has (input, contribution, noise)."""
    u_common = math.hypot(*(c for _, c, noise in budget if not noise), 0.0)
    u_noise = math.hypot(*(c for _, c, noise in budget if noise), 0.0)
    u = math.hypot(u_common, u_noise)
    lines = [
        {"input": name, "contribution": c, "share": (c / u) ** 2, "noise": noise, "dof": None}
        for name, c, noise in budget
    ]
    numbers = {"value": value, "u": u, "u_common": u_common, "u_noise": u_noise, "dof": dof}
    return numbers | {"unit": unit, "definition": definition, "budget": lines}


def result_of(procedure, sample, points, bench_time_s, quantities, flags=()):
    names = list(quantities)
    return {
        "schema": 1,
        "procedure": procedure,
        "sample": sample,
        "points": points,
        "bench_time_s": bench_time_s,
        "wall_time_s": bench_time_s / 400,
        "flags": list(flags),
        "quantities": quantities,
        "covariance": {"names": names, "matrix": [[0.0] * len(names) for _ in names]},
    }


def run_of(run_id, procedure, sample, started, points=0, calibrations=()):
    identities = {
        "supply": "LSCI,MODEL643,6430001,1.2",
        "gaussmeter": "LSCI,MODEL475,4750001,2.0",
        "lockin": "Stanford_Research_Systems,SR830,s/n12345,ver1.07",
    }
    return {
        "schema": 1,
        "run_id": run_id,
        "procedure": procedure,
        "name": procedure,
        "sample": sample,
        "bench": "simulated reference bench",
        "visa_library": "world.toml@vsmsim",
        "started_utc": f"2026-01-01T{started}:00.000+00:00",
        "identities": identities,
        "phase_deg": 37.021,
        "plan": {"digest": "0c" * 32, "fields_a_per_m": [0.0] * points},
        "calibrations": {content["kind"]: content for content in calibrations},
        "files": {"procedure": f'kind = "{procedure}"\nwanted_u_moment_a_m2 = 5e-9\n'},
        "seed": 1,
        "vsmdaq": "0.1.0",
    }


def artefact(kind, values, reference=""):
    return {
        "kind": kind,
        "created_utc": "2026-01-01T00:09:12+00:00",
        "run_id": "nickel" if kind == "moment" else kind,
        "reference": reference,
        "digest": {"moment": "a7", "phase": "b2", "background": "c9"}[kind] * 32,
        "values": {name: {"value": v, "u": u, "unit": unit} for name, (v, u, unit) in values.items()},
    }


ARTEFACTS = (
    artefact("phase", {"signal_phase": (37.021, 0.014, "deg")}),
    artefact(
        "moment",
        {"coupling_constant": (4.2312, 0.026, "H/m3"), "moment_per_volt": (0.6402, 0.0016, "A m2/V")},
        "ni-sphere: literature, saturation of pure nickel",
    ),
    artefact("background", {"x0": (1.2e-9, 2.1e-10, "V"), "x1": (-3.13e-13, 4e-16, "V m/A")}),
)


def loop_fields():
    branch = np.concatenate([np.linspace(800, 60, 26)[1:], np.linspace(60, 50, 2)[1:]])
    down = np.concatenate([branch[:-1], np.linspace(50, -60, 26)[1:], np.linspace(-60, -800, 26)[1:], [-800.0]])
    return np.concatenate([down, -down]) * 1e3


def moment_points(field, moment, rng):
    number = field.size
    signal = 1.562 * moment
    start = np.cumsum(np.full(number, 0.9)) + rng.random(number) * 0.02
    return {
        "index": list(range(number)),
        "set_field_a_per_m": field.tolist(),
        "field_a_per_m": (field + rng.normal(0, 60, number)).tolist(),
        "x_v_rms": (signal - 3.1e-13 * field + rng.normal(0, 8e-9, number)).tolist(),
        "u_x_v_rms": (7.6e-9 + rng.random(number) * 6e-10).tolist(),
        "t_start_s": start.tolist(),
        "t_end_s": (start + 0.43 + 0.05 * rng.random(number)).tolist(),
    }


def loop_section(flags=()):
    rng = np.random.default_rng(7)
    field = loop_fields()
    side = np.sign(np.diff(field, prepend=field[0] + 1))
    moment = 2e-6 * np.tanh((field - side * 20e3) / 30e3)
    volume = math.pi / 6 * 1e-9
    measured = moment + rng.normal(0, 5e-9, field.size)
    derived = {
        "index": list(range(field.size)),
        "field_applied_a_per_m": field.tolist(),
        "field_internal_a_per_m": (field - measured / volume / 3).tolist(),
        "moment_a_m2": measured.tolist(),
        "u_noise_moment_a_m2": [5e-9] * field.size,
        "magnetization_a_per_m": (measured / volume).tolist(),
        "u_noise_magnetization_a_per_m": [5e-9 / volume] * field.size,
    }
    common = ("nickel.moment", 4.6), ("gaussmeter.gain", -0.9), ("environment.temperature", 0.7)
    noise = [(f"noise:loop.{k}", 0.3 + 0.1 * k, True) for k in range(4)]
    budget = [(name, c * 2e3, False) for name, c in common] + [(name, c * 2e3, True) for name, c, _ in noise]
    volume_line = [("reference-sphere.diameter", -21e3, False)]
    quantities = {
        "saturation_moment": quantity(
            2.0012e-6,
            "A m2",
            "m_s of m = ±m_s + slope H_int, holder removed",
            [(n, c * 1e-12, f) for n, c, f in budget],
        ),
        "saturation_magnetization": quantity(
            3.822e6 / 1e3, "A/m", "saturation_moment per volume", [(n, c / 1e3, f) for n, c, f in budget + volume_line]
        ),
        "remanent_magnetization": quantity(1.05e3, "A/m", "remanent_moment per volume", [("noise:loop.1", 9.0, True)]),
        "coercive_field": quantity(
            20.013e3,
            "A/m",
            "|H_int| at m = 0, mean of both branches",
            [("gaussmeter.gain", 40.0, False), ("noise:loop.2", 31.0, True), ("gaussmeter.offset", 2.0, False)],
        ),
        "high_field_susceptibility": quantity(
            3e-4, "1", "dM/dH_int above the high-field limit", [("noise:loop.3", 8e-4, True)]
        ),
    }
    result = result_of("loop", "reference-sphere", field.size, 161.4, quantities, flags)
    run = run_of("loop", "loop", "reference-sphere", "00:20", field.size, ARTEFACTS)
    summaries = tuple(artefact_summary(content) for content in ARTEFACTS)
    return RunSection("loop", "loop", result, run, moment_points(field, moment, rng), derived, summaries)


def palladium_section(deviation=0.004):
    rng = np.random.default_rng(3)
    field = np.concatenate([np.linspace(800, -800, 17), np.linspace(-700, 800, 16)]) * 1e3
    chi, mass = 6.74e-8 * (1 + deviation), 3.1e-4
    moment = chi * mass * field
    derived = {
        "field_applied_a_per_m": field.tolist(),
        "field_internal_a_per_m": field.tolist(),
        "moment_a_m2": (moment + rng.normal(0, 4e-9, field.size)).tolist(),
        "u_noise_moment_a_m2": [4e-9] * field.size,
    }
    quantities = {
        "mass_susceptibility": quantity(
            chi,
            "m3/kg",
            "dM/dH_int per density, from the mass",
            [("nickel.moment", 1.7e-10, False), ("palladium.mass", 6e-11, False), ("noise:palladium", 3e-11, True)],
        ),
        "reference_mass_susceptibility": quantity(
            6.74e-8,
            "m3/kg",
            "reference value at the temperature of the run (literature)",
            [("palladium.reference", 2e-10, False)],
        ),
        "normalised_error": quantity(0.5, "1", "E_n of mass_susceptibility against its reference", []),
    }
    result = result_of("palladium", "palladium", field.size, 74.0, quantities)
    run = run_of("palladium", "palladium", "palladium", "00:15", field.size, ARTEFACTS)
    return RunSection("palladium", "palladium", result, run, moment_points(field, moment, rng), derived)


def signal_section(kind, signal, field, quantities, started):
    rng = np.random.default_rng(5)
    derived = {
        "field_applied_a_per_m": field.tolist(),
        "x_v_rms": (np.real(signal) + rng.normal(0, 8e-9, field.size)).tolist(),
        "y_v_rms": (np.imag(signal) + rng.normal(0, 8e-9, field.size)).tolist(),
        "u_v_rms": [8e-9] * field.size,
    }
    result = result_of(kind, "ni-sphere" if kind != "background" else "empty holder", field.size, 31.5, quantities)
    points = moment_points(field, np.real(signal) / 1.562, rng)
    return RunSection(kind, kind, result, run_of(kind, kind, "ni-sphere", started, field.size), points, derived)


def gouy_section():
    rng = np.random.default_rng(11)
    field = np.tile(np.linspace(0, 800e3, 11), 2)
    pull_kg = np.where(np.arange(field.size) < 11, -2.1e-8, 7.9e-7) * (field / 800e3) ** 2
    mass = 0.0123 + pull_kg + rng.normal(0, 2e-9, field.size)
    derived = {
        "index": list(range(field.size)),
        "tube": ["blank"] * 11 + ["sample"] * 11,
        "field_applied_a_per_m": field.tolist(),
        "square_field_a2_per_m2": (field**2).tolist(),
        "mass_kg": mass.tolist(),
        "u_noise_mass_kg": [2e-9] * field.size,
    }
    points = {
        "index": list(range(field.size)),
        "set_field_a_per_m": field.tolist(),
        "field_a_per_m": (field + rng.normal(0, 50, field.size)).tolist(),
        "u_mass_kg": [2e-9] * field.size,
        "t_start_s": (np.arange(field.size) * 9.0).tolist(),
        "t_end_s": (np.arange(field.size) * 9.0 + 6).tolist(),
    }
    quantities = {
        "volume_susceptibility": quantity(
            9.3e-4,
            "1",
            "of the filling",
            [("tube.bore_diameter", 4e-6, False), ("noise:gouy.filled", 9e-7, True)],
            dof=17.3,
        ),
    }
    result = result_of("gouy", "mohr-salt tube", field.size, 214.0, quantities)
    return RunSection("gouy", "gouy", result, run_of("gouy", "gouy", "mohr-salt tube", "00:25", 11), points, derived)


@pytest.fixture(scope="session")
def campaign() -> ReportData:
    field = np.linspace(400e3, 800e3, 9)
    phase = {
        "signal_phase": quantity(37.021, "deg", "phase of the sample's signal", [("noise:phase", 0.014, True)], 7.0)
    }
    coupling = quantity(
        4.2312,
        "H/m3",
        "C in V_rms = sqrt(2) pi f C m a",
        [
            ("vibration.amplitude", 0.021, False),
            ("nickel.moment", 0.0097, False),
            ("noise:nickel.amplitude", 0.0008, True),
        ],
    )
    holder = quantity(
        -2.003e-13, "m3", "moment of the empty holder per field", [("noise:background.x1", 1.4e-15, True)]
    )
    sections = (
        signal_section(
            "phase", 3e-6 * np.array([-1, -1, 1, 1]) + 2e-9j, np.array([-8e5, -7e5, 7e5, 8e5]), phase, "00:01"
        ),
        signal_section("nickel", 3.1e-6 - 2.5e-13 * field + 1j * 3e-9, field, {"coupling_constant": coupling}, "00:05"),
        signal_section(
            "background", -3.1e-13 * field + 1j * 2e-9, field - 600e3, {"holder_moment_per_field": holder}, "00:10"
        ),
        palladium_section(),
        loop_section(("point 41: overload_input", "no saturation_mass_magnetization: the sample file has no mass")),
        gouy_section(),
    )
    return ReportData("reference-sphere", sections)
