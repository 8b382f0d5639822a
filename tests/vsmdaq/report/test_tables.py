"""Rows of the report: CGS values, budgets, checks, times."""

from __future__ import annotations

import pytest

from vsmdaq.report import Check, reference_checks
from vsmdaq.report.tables import budget_rows, duration, key_rows, pretty_unit, provenance, quantity_rows


def entry(value, u, unit, budget=()):
    lines = [{"input": name, "contribution": c, "share": 0.0, "noise": noise, "dof": None} for name, c, noise in budget]
    return {"value": value, "u": u, "u_common": u, "u_noise": 0.0, "dof": None, "unit": unit, "definition": ""} | {
        "budget": lines
    }


@pytest.mark.parametrize(
    ("name", "value", "unit", "expected"),
    [
        # factors of NBS Special Publication 696 (Goldfarb and Fickett 1985)
        ("coercive_field", 79.5775, "A/m", "1.000 ± 0.020 Oe"),
        ("saturation_magnetization", 1e3, "A/m", "1.000 ± 0.020 emu/cm³"),
        ("saturation_moment", 1e-3, "A m2", "1.000 ± 0.020 emu"),
        ("saturation_mass_magnetization", 55.0, "A m2/kg", "55.0 ± 1.1 emu/g"),
        ("volume_susceptibility", 12.56637, "1", "1.000 ± 0.020 emu/(cm³ Oe)"),
        ("mass_susceptibility", 12.56637e-3, "m3/kg", "1.000 ± 0.020 cm³/g"),
        ("molar_susceptibility", 12.56637e-6, "m3/mol", "1.000 ± 0.020 cm³/mol"),
        ("holder_moment_per_field", 12.56637e-6, "m3", "1.000 ± 0.020 emu/Oe"),
        ("normalised_error", 0.5, "1", ""),
        ("coupling_constant", 4.2, "H/m3", ""),
        ("mystery", 1.0, "A/m", ""),
    ],
)
def test_cgs_where_it_has_another_word(name, value, unit, expected):
    (row,) = quantity_rows({"quantities": {name: entry(value, 0.01 * value, unit)}})
    assert row.cgs == expected


def test_key_quantities_come_first_and_unknown_procedures_have_some():
    quantities = {name: entry(1.0, 0.1, "1") for name in ("a", "b", "c", "coercive_field", "saturation_magnetization")}
    assert [row.name for row in key_rows("loop", {"quantities": quantities})] == [
        "saturation_magnetization",
        "coercive_field",
    ]
    assert [row.name for row in key_rows("new", {"quantities": quantities})] == ["a", "b"]
    assert key_rows("loop", {}) == []


def test_budget_is_sorted_grouped_and_complete():
    noise = [(f"noise:loop.{k}", 1.0, True) for k in range(4)]  # together 2
    many = [(f"small.{k}", 0.1, False) for k in range(12)]
    quantity = entry(1.0, 3.0, "1", [*many, *noise, ("gain", -2.0, False)])
    rows = budget_rows(quantity, most=4)
    assert [row.name for row in rows[:2]] == ["gain", "noise:loop"]
    assert rows[0].contribution == "−2"
    assert rows[1].contribution == "2"
    assert rows[-1].name == "10 smaller together"
    assert sum(row.percent for row in rows) == pytest.approx(100 * (4 + 4 + 0.12) / 9)


def test_budget_names_distribution_and_degrees_of_freedom_where_they_matter():
    lines = [
        {"input": "a", "contribution": 3.0, "noise": False, "dof": None, "distribution": "rectangular"},
        {"input": "b", "contribution": 2.0, "noise": False, "dof": 4.0, "distribution": "normal"},
        {"input": "c", "contribution": 1.0, "noise": False, "dof": None},
    ]
    rows = budget_rows({"u": 14.0**0.5, "budget": lines})
    assert [row.note for row in rows] == ["rectangular", "ν = 4", ""]


def test_normalised_error_of_a_known_case():
    # ISO 13528, E_n = (x - X)/sqrt(U_x² + U_X²): (10.6 - 10.0)/sqrt(0.6² + 0.8²) = 0.6
    check = Check("mass_susceptibility", 10.6, 0.3, 10.0, 0.4, "m3/kg", "")
    assert check.normalised_error == pytest.approx(0.6)
    assert check.agrees
    assert not Check("x", 9.0, 0.3, 10.1, 0.4, "1", "").agrees
    assert Check("x", 9.0, 0.3, 10.1, 0.4, "1", "").normalised_error == pytest.approx(-1.1)
    assert not Check("x", 1.0, 0.0, 2.0, 0.0, "1", "").agrees


def test_checks_are_found_beside_their_reference():
    result = {
        "quantities": {"chi": entry(1.0, 0.1, "1"), "reference_chi": entry(1.1, 0.1, "1"), "other": entry(1, 1, "1")}
    }
    assert [check.name for check in reference_checks(result)] == ["chi"]
    assert reference_checks({}) == ()


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.844, "0.84 s"), (42.2, "42 s"), (200.0, "3 min 20 s"), (59.7, "1 min 00 s"), (7500, "2 h 05 min")],
)
def test_times_for_people(seconds, text):
    assert duration(seconds) == text


def test_units_and_provenance():
    assert [pretty_unit(unit) for unit in ("1", "A m2/kg", "H/m3", "V (rms)", "kg m2/A2")] == [
        "",
        "A m²/kg",
        "H/m³",
        "V (rms)",
        "kg m²/A²",
    ]
    rows = dict(
        provenance({"run_id": "loop", "seed": 3, "world": {"name": "w"}, "identities": {"lockin": "SR830"}, "x": None})
    )
    assert rows == {"run": "loop", "seed": "3", "world: name": "w", "lockin": "SR830"}
