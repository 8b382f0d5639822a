"""What a perfect measurement in a world would find, under the names that the toolkit gives its results.

The definitions are implemented here apart from the toolkit's: an oracle that shares code with what it checks proves
nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from vsmdaq_sim.truth_beside import of_holder, of_paramagnet, of_place
from vsmdaq_sim.world.errors import WorldError
from vsmdaq_sim.world.materials import Preisach, branch_moment
from vsmdaq_sim.world.samples import Branches, Shape, build, linear_susceptibility, read_loop, shape_of
from vsmdaq_sim.world.schema import (
    LinearTable,
    MeasuredLoopTable,
    NickelTable,
    PreisachTable,
    TanhPlayTable,
    TubeTable,
)
from vsmdaq_sim.world.world import World

__all__ = ["DEFAULT_SAMPLE", "truth"]

DEFAULT_SAMPLE = "reference-sphere"

Truth = dict[str, tuple[float, str]]


def truth(world: World, sample: str | None = None) -> dict[str, dict[str, float | str]]:
    """Get the true quantities of the bench, and of a sample or Gouy tube.

    Parameters
    ----------
    world : World
        The world.
    sample : str, optional
        Name of a sample or tube; "reference-sphere" where none is given and the world has one.

    Returns
    -------
    dict
        Name to ``{"value": float, "unit": str}``; SI. What the world does not know is absent.

    Raises
    ------
    WorldError
        Where the world has neither sample nor tube of that name.
    """
    spec = world.spec
    known: Truth = {
        "coupling_constant": (world.coupling_constant_h_per_m3, "H/m3"),
        "signal_phase": (spec.signal.phase_deg, "deg"),
        "holder_moment_per_field": (spec.signal.holder_moment_per_field_m3, "m3"),
    }
    known |= of_holder(world)
    known |= of_place(world)
    name = DEFAULT_SAMPLE if sample is None and DEFAULT_SAMPLE in spec.samples else sample
    if name is not None:
        if name in spec.samples:
            known |= _of_sample(world, name) | of_paramagnet(world, name)
        elif name in spec.tubes:
            known |= _of_tube(spec.tubes[name])
        else:
            names = ", ".join(sorted({*spec.samples, *spec.tubes})) or "none"
            raise WorldError(f"{spec.path}: there is no sample or tube {name!r}; available: {names}")
    return {key: {"value": value, "unit": unit} for key, (value, unit) in known.items()}


def _of_sample(world: World, name: str) -> Truth:
    table = world.spec.samples[name]
    where = f"{world.spec.path}: samples.{name}"
    shape = shape_of(table, where)
    match table:
        case TanhPlayTable() | PreisachTable():
            known = _of_preisach(table, shape) if isinstance(table, PreisachTable) else _of_tanh_play(table, shape)
            return known | _of_remanence(name, table, world, shape)
        case NickelTable():
            return {"reference_moment": (table.moment_a_m2, "A m2")}
        case LinearTable():
            return _of_linear(table, shape, world.temperature_k, where)
        case MeasuredLoopTable():
            return _of_loop(read_loop(Path(table.file), where), shape)
        case _:
            return {}


def _of_tanh_play(table: TanhPlayTable, shape: Shape | None) -> Truth:
    # at h = 0, coming down, p = r; m = 0 where p = 0, that is at |h| = r, and there h is the applied field
    remanent = table.moment_a_m2 * math.tanh(table.coercive_field_a_per_m / table.width_a_per_m)
    known: Truth = {
        "saturation_moment": (table.moment_a_m2, "A m2"),
        "remanent_moment": (remanent, "A m2"),
        "coercive_field": (table.coercive_field_a_per_m, "A/m"),
        "coercive_field_applied": (table.coercive_field_a_per_m, "A/m"),
        "high_field_susceptibility": (0.0, "1"),
    }
    if shape is not None:
        known["saturation_magnetization"] = (table.moment_a_m2 / shape.volume_m3, "A/m")
        known["remanent_magnetization"] = (remanent / shape.volume_m3, "A/m")
    return known


def _of_preisach(table: PreisachTable, shape: Shape | None) -> Truth:
    """Branch and distribution in closed form; the zero of the branch by bisection. There is no demagnetisation."""
    material = Preisach(table.moment_a_m2, table.coercive_field_a_per_m, table.spread, table.width_a_per_m)
    far = _far(table)

    def descending(field: float) -> float:
        material.moment_a_m2(far)
        return material.moment_a_m2(field)

    coercive = -_bisect(descending, -far, 0.0)
    remanent = descending(0.0)
    mode = table.coercive_field_a_per_m * math.exp(-(table.spread**2))  # of the lognormal density of half widths
    known: Truth = {
        "saturation_moment": (table.moment_a_m2, "A m2"),
        "remanent_moment": (remanent, "A m2"),
        "coercive_field": (coercive, "A/m"),
        "coercive_field_applied": (coercive, "A/m"),
        "forc_peak_density": (material.forc_density(mode, 0.0), "m4/A"),
        "forc_peak_hc": (mode, "A/m"),
        "forc_peak_hb": (0.0, "A/m"),
    }
    if shape is not None:
        known["saturation_magnetization"] = (table.moment_a_m2 / shape.volume_m3, "A/m")
        known["remanent_magnetization"] = (remanent / shape.volume_m3, "A/m")
        known["high_field_susceptibility"] = (0.0, "1")
    return known


def _of_remanence(name: str, table: TanhPlayTable | PreisachTable, world: World, shape: Shape | None) -> Truth:
    """What is left at zero applied field: after saturation, and the backfield after which nothing is left."""
    material = build(name, table, world.temperature_k, str(world.spec.path))
    far = _far(table)

    def left(backfield: float) -> float:
        for field in (far, backfield):
            material.moment_a_m2(field)
        return material.moment_a_m2(0.0)

    saturated = left(0.0)
    known: Truth = {
        "saturation_remanent_moment": (saturated, "A m2"),
        "remanent_coercive_field": (-_bisect(left, -far, 0.0), "A/m"),
    }
    if shape is not None:
        known["saturation_remanent_magnetization"] = (saturated / shape.volume_m3, "A/m")
    return known


def _far(table: TanhPlayTable | PreisachTable) -> float:
    """A field that leaves no play where it was."""
    spread = table.spread if isinstance(table, PreisachTable) else 0.0
    demagnetising = 0.0 if table.diameter_m is None else 10.0 * table.moment_a_m2 / table.diameter_m**3
    return table.coercive_field_a_per_m * math.exp(8.0 * spread) + 40.0 * table.width_a_per_m + demagnetising


def _bisect(function: Callable[[float], float], low: float, high: float) -> float:
    """Zero of a rising function."""
    for _ in range(100):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if function(middle) < 0.0 else (low, middle)
    return 0.5 * (low + high)


def _of_linear(table: LinearTable, shape: Shape | None, temperature_k: float, where: str) -> Truth:
    chi, volume = linear_susceptibility(table, shape, temperature_k, where)
    known: Truth = {}
    if shape is not None:
        known["volume_susceptibility"] = (chi, "1")
        known["volume_susceptibility_external"] = (chi / (1.0 + shape.demagnetising_factor * chi), "1")
    if table.mass_kg is not None:
        by_mass = chi * volume / table.mass_kg
        known["mass_susceptibility"] = (by_mass, "m3/kg")
        if table.molar_mass_kg_per_mol is not None:
            known["molar_susceptibility"] = (by_mass * table.molar_mass_kg_per_mol, "m3/mol")
    return known


def _of_tube(tube: TubeTable) -> Truth:
    if tube.volume_susceptibility is None:
        return {}
    known: Truth = {"volume_susceptibility": (tube.volume_susceptibility, "1")}
    if tube.density_kg_per_m3 is not None:
        by_mass = tube.volume_susceptibility / tube.density_kg_per_m3
        known["mass_susceptibility"] = (by_mass, "m3/kg")
        if tube.molar_mass_kg_per_mol is not None:
            known["molar_susceptibility"] = (by_mass * tube.molar_mass_kg_per_mol, "m3/mol")
    return known


def _of_loop(loop: Branches, shape: Shape | None) -> Truth:
    """Remanence and coercivity of the straight lines between the measured points; means over both branches."""
    slope = 0.0 if shape is None else shape.demagnetising_factor / shape.volume_m3
    crossings: list[float] = []
    remanences: list[float] = []
    for fields, moments in (loop.descending, loop.ascending):

        def moment(field: float, fields: tuple[float, ...] = fields, moments: tuple[float, ...] = moments) -> float:
            return branch_moment(fields, moments, field)

        def internal(field: float, moment: Callable[[float], float] = moment) -> float:
            return field - slope * moment(field)

        crossing, inside_zero = _root(moment, fields), _root(internal, fields)
        if crossing is None or inside_zero is None:
            return {}
        crossings.append(crossing)
        remanences.append(abs(moment(inside_zero)))
    coercive = 0.5 * (abs(crossings[0]) + abs(crossings[1]))
    remanent = 0.5 * (remanences[0] + remanences[1])
    known: Truth = {
        "remanent_moment": (remanent, "A m2"),
        "coercive_field": (coercive, "A/m"),
        "coercive_field_applied": (coercive, "A/m"),
    }
    if shape is not None:
        known["remanent_magnetization"] = (remanent / shape.volume_m3, "A/m")
    return known


def _root(function: Callable[[float], float], fields: tuple[float, ...]) -> float | None:
    """Find the only change of sign of a piecewise linear `function` with corners at `fields`; None where not one."""
    values = [function(field) for field in fields]
    found = [i for i in range(1, len(fields)) if (values[i - 1] < 0.0) != (values[i] < 0.0)]
    if len(found) != 1:
        return None
    i = found[0]
    return fields[i - 1] - values[i - 1] * (fields[i] - fields[i - 1]) / (values[i] - values[i - 1])
