"""The rows of a report's tables: results in SI and CGS, budgets, provenance. Plain values; the template escapes them."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vsmdaq.physics.units import to_cgs
from vsmdaq.report.rounding import pretty_number, pretty_quantity

__all__ = [
    "KEY_QUANTITIES",
    "BudgetRow",
    "QuantityRow",
    "budget_rows",
    "duration",
    "key_rows",
    "pretty_unit",
    "provenance",
    "quantity_rows",
]

KEY_QUANTITIES: Mapping[str, tuple[str, ...]] = {
    "loop": ("saturation_magnetization", "coercive_field", "remanent_magnetization", "saturation_moment"),
    "palladium": ("mass_susceptibility",),
    "nickel": ("coupling_constant",),
    "background": ("holder_moment_per_field",),
    "phase": ("signal_phase",),
    "gouy": ("volume_susceptibility", "mass_susceptibility"),
    "virgin": ("initial_susceptibility", "initial_moment_per_field", "largest_field_moment"),
    "minor": ("loss_density_1", "loss_per_cycle_1", "coercive_field_1"),
    "remanence": ("remanent_coercive_field", "saturation_remanent_moment", "delta_m_extreme"),
    "forc": ("forc_peak_hc", "forc_peak_hb", "forc_peak_density", "forc_moment"),
    "demagnetise": ("residual_field", "initial_residual_field"),
    "relaxation": ("viscosity_coefficient", "moment_at_1_s", "moment_at_end"),
    "temperature": ("molar_curie_constant", "weiss_temperature", "temperature_coefficient", "relative_drift"),
    "centring": ("centre_x", "centre_y", "centre_z", "curvature_sum"),
    "amplitude": ("amplitude_deviation", "curvature_z", "linear_amplitude"),
    "image": ("image_loss",),
    "third-harmonic": ("third_harmonic_ratio", "curvature_z"),
}
"""What a reader looks for first, by procedure; a budget is shown for each of them."""

_SMALL_SHARE = 5e-4  # would be printed as 0.0 %

_SYMBOLS: Mapping[str, tuple[str, str]] = {
    "saturation_magnetization": ("M", "s"),
    "saturation_moment": ("m", "s"),
    "saturation_mass_magnetization": ("σ", "s"),
    "remanent_magnetization": ("M", "r"),
    "remanent_moment": ("m", "r"),
    "coercive_field": ("H", "c"),
    "coercive_field_applied": ("H", "c,applied"),
    "coupling_constant": ("C", ""),
    "volume_susceptibility": ("χ", "v"),
    "volume_susceptibility_external": ("χ", "v,ext"),
    "mass_susceptibility": ("χ", "ρ"),
    "molar_susceptibility": ("χ", "mol"),
    "high_field_susceptibility": ("χ", "hf"),
    "initial_susceptibility": ("χ", "i"),
    "normalised_error": ("E", "n"),
}


@dataclass(frozen=True, slots=True)
class QuantityRow:
    """One quantity as it is printed; ``cgs`` is ``""`` where CGS has no other word for it."""

    name: str
    label: str
    symbol: str
    subscript: str
    si: str
    cgs: str
    relative: str
    u_common: str
    u_noise: str
    dof: str
    definition: str


@dataclass(frozen=True, slots=True)
class BudgetRow:
    """One input of a budget: its share of the variance in percent, its contribution, and whether it is noise.

    `note` names its distribution and degrees of freedom where they are not normal and infinite.
    """

    name: str
    contribution: str
    percent: float
    noise: bool
    note: str = ""


def pretty_unit(unit: str) -> str:
    """Return a unit with raised exponents: ``A m2/kg`` as ``A m²/kg``; nothing for ``1``."""
    if unit == "1":
        return ""
    raised = {"2": "²", "3": "³", "4": "⁴"}
    return re.sub(r"(?<=[A-Za-z])[234]\b", lambda match: raised[match[0]], unit)


def _cgs_kind(name: str, unit: str) -> str | None:
    """The kind that `to_cgs` asks for; None where a conversion would mean nothing."""
    if unit == "A/m":
        return "field" if "field" in name else "magnetization" if "magneti" in name else None
    if unit == "1":
        return "susceptibility" if "susceptibility" in name else None
    kinds = {
        "A m2": "moment",
        "A m2/kg": "mass magnetization",
        "m3": "moment per field",
        "m3/kg": "mass susceptibility",
        "m3/mol": "molar susceptibility",
    }
    return kinds.get(unit)


def _cgs(name: str, value: float, u: float, unit: str) -> str:
    kind = _cgs_kind(name, unit)
    if kind is None:
        return ""
    converted, cgs_unit = to_cgs(value, unit, kind)
    return f"{pretty_quantity(converted, 2.0 * to_cgs(u, unit, kind)[0])} {pretty_unit(cgs_unit)}"


def _row(name: str, quantity: Mapping[str, Any]) -> QuantityRow:
    value, u, unit = float(quantity["value"]), float(quantity["u"]), str(quantity["unit"])
    symbol, subscript = _SYMBOLS.get(name, ("", ""))
    dof = quantity["dof"]
    return QuantityRow(
        name=name,
        label=name.replace("_", " "),
        symbol=symbol,
        subscript=subscript,
        si=f"{pretty_quantity(value, 2.0 * u)} {pretty_unit(unit)}".rstrip(),
        cgs=_cgs(name, value, u, unit),
        relative=_percent(200.0 * u / abs(value)) if value and u else "",
        u_common=pretty_number(float(quantity["u_common"]), 2) if u else "",
        u_noise=pretty_number(float(quantity["u_noise"]), 2) if u else "",
        dof="∞" if dof is None else f"{math.floor(float(dof))}",
        definition=str(quantity["definition"]),
    )


def _percent(percent: float) -> str:
    return f"{percent:.0f} %" if 100 <= percent < 1000 else f"{pretty_number(percent, 2)} %"


def quantity_rows(result: Mapping[str, Any]) -> list[QuantityRow]:
    """Rows of all quantities of a result, value ± U (k = 2)."""
    return [_row(str(name), quantity) for name, quantity in result.get("quantities", {}).items()]


def key_rows(kind: str, result: Mapping[str, Any]) -> list[QuantityRow]:
    """Rows of the quantities that a reader of this procedure looks for first; the first two where it is unknown."""
    rows = {row.name: row for row in quantity_rows(result)}
    names = KEY_QUANTITIES.get(kind, tuple(rows)[:2])
    return [rows[name] for name in names if name in rows]


def _group(name: str, noise: bool) -> str:  # noqa: FBT001 (a column of the budget)
    """Components that one run's noise was split into (to keep its covariance) stand in one line."""
    return name.split(".", maxsplit=1)[0] if noise and name.startswith("noise:") else name


def budget_rows(quantity: Mapping[str, Any], most: int = 7) -> list[BudgetRow]:
    """Inputs of a quantity, the largest first; those behind `most`, or below 0.05 % of u², are summed up in one line."""
    grouped: dict[tuple[str, bool], list[float]] = {}
    notes: dict[str, set[str]] = {}
    for line in quantity["budget"]:
        noise = bool(line["noise"])
        name = _group(str(line["input"]), noise)
        grouped.setdefault((name, noise), []).append(float(line["contribution"]))
        notes.setdefault(name, set()).add(_note(line))
    variance = float(quantity["u"]) ** 2
    lines = [
        (math.hypot(*parts) if len(parts) > 1 else parts[0], name, noise) for (name, noise), parts in grouped.items()
    ]
    lines.sort(key=lambda line: (-abs(line[0]), line[1]))
    lines = [line for line in lines if line[0] != 0.0]
    shown = min(most, sum(line[0] ** 2 >= _SMALL_SHARE * variance for line in lines))
    rest = lines[shown:]
    rows = [
        _budget_row(name, size, noise, variance, notes[name].pop() if len(notes[name]) == 1 else "")
        for size, name, noise in lines[:shown]
    ]
    if rest:
        size = math.hypot(*(line[0] for line in rest))
        rows.append(
            _budget_row(
                f"{len(rest)} smaller together" if len(rest) > 1 else rest[0][1],
                size,
                all(line[2] for line in rest),
                variance,
            )
        )
    return rows


def _note(line: Mapping[str, Any]) -> str:
    """Distribution and degrees of freedom of a budget line, where they say more than "normal, stated"."""
    shape, dof = line.get("distribution", "normal"), line.get("dof")
    words = [] if shape == "normal" else [str(shape)]
    if dof is not None:
        words.append(f"ν = {pretty_number(float(dof), 3)}")
    return ", ".join(words)


def _budget_row(name: str, size: float, noise: bool, variance: float, note: str = "") -> BudgetRow:  # noqa: FBT001
    return BudgetRow(name, pretty_number(size, 2), 100.0 * size**2 / variance if variance else 0.0, noise, note)


def duration(seconds: float) -> str:
    """A time for people: ``0.84 s``, ``42 s``, ``3 min 20 s``, ``2 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.2g} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


_SHOWN_APART = ("files", "calibrations", "plan", "identities", "schema", "run_id")


def provenance(run: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Rows of what a run was made with, from run.json: every plain value, identities, digest of the plan."""
    rows = [("run", str(run.get("run_id", "")))]
    for key, value in run.items():
        if key in _SHOWN_APART or (key == "name" and value == run.get("procedure")):
            continue
        if isinstance(value, Mapping):
            rows += [(f"{_words(key)}: {name}", _text(item)) for name, item in value.items()]
        elif value is not None and value != "":
            rows.append((_words(key), _text(value)))
    identities: Mapping[str, Any] = run.get("identities", {})
    rows += [(f"{role}", _text(identity)) for role, identity in identities.items()]
    plan: Mapping[str, Any] = run.get("plan", {})
    if plan:
        count = len(plan.get("fields_a_per_m", ()))
        rows.append(("plan", f"{count} points, SHA-256 {plan.get('digest', 'unknown')}"))
    return rows


def _words(key: str) -> str:
    """A key of run.json as words; its unit stays readable."""
    names = {"vsmdaq": "vsmdaq version", "started_utc": "started (UTC)", "visa_library": "VISA library"}
    return names.get(key, key.replace("_deg", " (°)").replace("_", " "))


def _text(value: object) -> str:
    if isinstance(value, float):
        return pretty_number(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_text(item)}" for key, item in value.items())
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_text(item) for item in value)
    return str(value)
