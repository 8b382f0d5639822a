"""From the tables of a world file to materials with volume and demagnetising factor."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from vsmdaq_sim.world.errors import WorldFileError
from vsmdaq_sim.world.materials import (
    ConstantMoment,
    LinearMoment,
    Material,
    MeasuredLoop,
    NickelSphere,
    Preisach,
    TanhPlay,
)
from vsmdaq_sim.world.schema import (
    CurrentLoopTable,
    EmptyTable,
    LinearTable,
    MeasuredLoopTable,
    NickelTable,
    ParamagnetTable,
    PreisachTable,
    SampleTable,
    TanhPlayTable,
)

__all__ = [
    "REFERENCE_TEMPERATURE_K",
    "Branches",
    "Shape",
    "build",
    "curie_susceptibility",
    "linear_susceptibility",
    "read_loop",
    "shape_of",
]

REFERENCE_TEMPERATURE_K = 298.0
_FEWEST_POINTS = 4


@dataclass(frozen=True, slots=True)
class Shape:
    """Volume (m3) and demagnetising factor along the field."""

    volume_m3: float
    demagnetising_factor: float


@dataclass(frozen=True, slots=True)
class Branches:
    """Both branches of a loop: fields (A/m, ascending in both) and moments (A m2)."""

    descending: tuple[tuple[float, ...], tuple[float, ...]]
    ascending: tuple[tuple[float, ...], tuple[float, ...]]


def shape_of(table: SampleTable, where: str) -> Shape | None:
    """Get the shape of a sample: a sphere, a cylinder, or None where no diameter is given. `where` is for messages."""
    if table.diameter_m is None:
        if table.length_m is not None or table.demagnetising_factor is not None:
            raise _wrong(where, "length_m or demagnetising_factor without diameter_m", "diameter_m as well")
        return None
    if table.length_m is None:
        if table.demagnetising_factor is not None:
            raise _wrong(
                where, "demagnetising_factor of a sphere", "length_m as well (a cylinder), or neither (a sphere)"
            )
        return Shape(math.pi / 6.0 * table.diameter_m**3, 1.0 / 3.0)
    if table.demagnetising_factor is None:
        raise _wrong(where, "a cylinder without demagnetising_factor", "a number from 0 to 1")
    return Shape(math.pi / 4.0 * table.diameter_m**2 * table.length_m, table.demagnetising_factor)


def linear_susceptibility(
    table: LinearTable, shape: Shape | None, temperature_k: float, where: str
) -> tuple[float, float]:
    """Get the internal volume susceptibility and the volume (m3) it belongs to, at `temperature_k`.

    Where the shape is unknown the susceptibility is that of a needle along the field (no demagnetisation), referred to a
    unit volume.
    """
    change = 1.0 + table.temperature_coefficient_per_k * (temperature_k - REFERENCE_TEMPERATURE_K)
    if (table.volume_susceptibility is None) == (table.mass_susceptibility_m3_per_kg is None):
        raise _wrong(where, "both or none", "either volume_susceptibility or mass_susceptibility_m3_per_kg")
    if table.volume_susceptibility is not None:
        if shape is None:
            raise _wrong(where, "volume_susceptibility without shape", "diameter_m as well")
        return table.volume_susceptibility * change, shape.volume_m3
    if table.mass_kg is None or table.mass_susceptibility_m3_per_kg is None:
        raise _wrong(where, "mass_susceptibility_m3_per_kg without mass", "mass_kg as well")
    volume = 1.0 if shape is None else shape.volume_m3
    return table.mass_susceptibility_m3_per_kg * change * table.mass_kg / volume, volume


def curie_susceptibility(
    table: ParamagnetTable, shape: Shape | None, temperature_k: float, where: str
) -> tuple[float, float]:
    """Get the internal volume susceptibility and its volume (m3) at `temperature_k`; without shape as `linear_susceptibility`."""
    if table.mass_kg is None:
        raise _wrong(where, "a paramagnet without mass", "mass_kg as well")
    if not temperature_k > table.weiss_temperature_k:
        raise _wrong(where, f"weiss_temperature_k = {table.weiss_temperature_k:g}", f"less than T, {temperature_k:g} K")
    volume = 1.0 if shape is None else shape.volume_m3
    by_mass = table.curie_constant_m3_k_per_kg / (temperature_k - table.weiss_temperature_k)
    return by_mass * table.mass_kg / volume, volume


def build(name: str, table: SampleTable, temperature_k: float, file: str) -> Material:
    """Make the material of a sample, in its virgin state.

    Raises
    ------
    WorldFileError
        Where the table lacks what the material needs, or a loop file cannot be used.
    """
    where = f"{file}: samples.{name}"
    shape = shape_of(table, where)
    match table:
        case EmptyTable():
            return ConstantMoment(0.0)
        case CurrentLoopTable():
            return ConstantMoment(table.moment_a_m2)
        case TanhPlayTable() | PreisachTable():
            return _hysteretic(table, shape, where)
        case NickelTable():
            if shape is None or table.length_m is not None:
                raise _wrong(where, "nickel without shape, or as a cylinder", "diameter_m of a sphere")
            warm = 1.0 + table.temperature_coefficient_per_k * (temperature_k - REFERENCE_TEMPERATURE_K)
            return NickelSphere(
                table.moment_a_m2 * warm, table.field_coefficient, shape.volume_m3, table.initial_susceptibility
            )
        case LinearTable() | ParamagnetTable():
            if isinstance(table, LinearTable):
                chi, volume = linear_susceptibility(table, shape, temperature_k, where)
            else:
                chi, volume = curie_susceptibility(table, shape, temperature_k, where)
            factor = 0.0 if shape is None else shape.demagnetising_factor
            return LinearMoment(chi * volume / (1.0 + factor * chi))
        case MeasuredLoopTable():
            loop = read_loop(Path(table.file), where)
            return MeasuredLoop(f"samples.{name}", loop.descending, loop.ascending, table.crossover_a_per_m)


def _hysteretic(table: TanhPlayTable | PreisachTable, shape: Shape | None, where: str) -> Material:
    if isinstance(table, PreisachTable):
        if shape is not None and shape.demagnetising_factor != 0.0:
            raise _wrong(where, "preisach with a demagnetising factor", "no diameter_m, or a factor of 0")
        return Preisach(table.moment_a_m2, table.coercive_field_a_per_m, table.spread, table.width_a_per_m)
    demagnetising = 0.0 if shape is None else shape.demagnetising_factor * table.moment_a_m2 / shape.volume_m3
    return TanhPlay(table.moment_a_m2, table.coercive_field_a_per_m, table.width_a_per_m, demagnetising)


def read_loop(path: Path, where: str) -> Branches:
    """Read a measured loop: H (A/m) and m (A m2) from the largest field down to the lowest and back, '#' comments.

    Raises
    ------
    WorldFileError
        Naming the line that is wrong.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _wrong(f"{where}.file", str(path), f"a readable text file ({error})") from error
    rows: list[tuple[float, float]] = []
    for number, line in enumerate(lines, start=1):
        text = line.partition("#")[0].replace(",", " ").split()
        if not text:
            continue
        try:
            field, moment = (float(word) for word in text)
        except ValueError:
            field = moment = math.nan
        if not (math.isfinite(field) and math.isfinite(moment)):
            raise WorldFileError(str(path), f"line {number}", repr(line), "two numbers: H in A/m, m in A m2")
        rows.append((field, moment))
    lowest = min(range(len(rows)), key=lambda i: rows[i][0], default=0)
    down, up = rows[lowest::-1], rows[lowest:]
    if len(rows) < _FEWEST_POINTS or min(len(down), len(up)) < 2 or not (_rises(down) and _rises(up)):
        raise WorldFileError(
            str(path), "columns", f"{len(rows)} points", "H falling without repetition to its lowest value, then rising"
        )
    return Branches(_columns(down), _columns(up))


def _rises(rows: list[tuple[float, float]]) -> bool:
    return all(a[0] < b[0] for a, b in pairwise(rows))


def _columns(rows: list[tuple[float, float]]) -> tuple[tuple[float, ...], tuple[float, ...]]:
    return tuple(row[0] for row in rows), tuple(row[1] for row in rows)


def _wrong(where: str, given: str, allowed: str) -> WorldFileError:
    file, _, key = where.rpartition(": ")
    return WorldFileError(file, key, given, allowed)
