"""World files (TOML): read, merge with their base, draw, check; every complaint names file, key, given and allowed."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic import BaseModel, ValidationError

from vsmdaq_sim.world.draws import DrawTable, draw
from vsmdaq_sim.world.effects.tables import EFFECTS, Effects
from vsmdaq_sim.world.errors import WorldFileError
from vsmdaq_sim.world.schema import (
    SAMPLE_TABLES,
    BalanceTable,
    BusTable,
    ClockTable,
    CoilsTable,
    FaultTable,
    GaussmeterTable,
    GouyTable,
    InstrumentTable,
    MagnetTable,
    OperatorTable,
    SampleTable,
    SignalTable,
    TubeTable,
    VibrationTable,
    WorldTable,
)
from vsmdaq_sim.world.surroundings import SURROUNDINGS_TABLES, SurroundingsSpec

__all__ = ["InstrumentSpec", "WorldSpec", "load_spec"]

_Model = TypeVar("_Model", bound=BaseModel)
_SINGLE = (
    "world",
    "clock",
    "bus",
    "magnet",
    "coils",
    "vibration",
    "signal",
    "gaussmeter",
    "balance",
    "gouy",
    "operator",
)
_KEYS = ("base", *_SINGLE, *SURROUNDINGS_TABLES, *EFFECTS, "instruments", "samples", "tubes", "draw", "faults")


@dataclass(frozen=True, slots=True)
class InstrumentSpec:
    """One instrument: its role (the table's name), kind, address, time until it answers (s) and options."""

    role: str
    kind: str
    address: str
    reply_s: float
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class WorldSpec:
    """A world file after merging and drawing: the truth."""

    path: Path
    seed: int
    static_yaml: Path | None
    world: WorldTable
    clock: ClockTable
    bus: BusTable
    magnet: MagnetTable
    coils: CoilsTable
    vibration: VibrationTable
    signal: SignalTable
    gaussmeter: GaussmeterTable
    balance: BalanceTable
    gouy: GouyTable
    operator: OperatorTable
    instruments: tuple[InstrumentSpec, ...]
    samples: Mapping[str, SampleTable]
    tubes: Mapping[str, TubeTable]
    faults: tuple[Mapping[str, Any], ...] = ()
    surroundings: SurroundingsSpec = field(default_factory=SurroundingsSpec)
    effects: Effects = field(default_factory=Effects)


def load_spec(path: Path, *, seed: int | None = None) -> WorldSpec:
    """Read a world file.

    Parameters
    ----------
    path : Path
        TOML; ``base = "other.toml"`` merges it over another one. Paths in a file are relative to that file.
    seed : int, optional
        Instead of the one in the file; drawn numbers depend on it.

    Raises
    ------
    WorldFileError
        Naming file, key, what was given and what is allowed.
    """
    path = path.resolve()
    tables = _merged(path, ())
    nominal = _parse(tables, path, seed)  # complaints about the nominal values come before any drawing
    entries = {
        key: _table(DrawTable, value, f'draw."{key}"', path) for key, value in _names(tables, "draw", path).items()
    }
    if not entries:
        return nominal
    return _parse(draw(tables, entries, nominal.seed, file=str(path)), path, seed)


def _merged(path: Path, above: tuple[Path, ...]) -> dict[str, Any]:
    if path in above:
        raise WorldFileError(str(above[-1]), "base", repr(path.name), "a file that is not based on this one")
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WorldFileError(str(path), "file", "nothing readable", f"a text file ({error})") from error
    except (ValueError, RecursionError) as error:  # also an integer of thousands of digits, or brackets without end
        raise WorldFileError(str(path), "file", f"no TOML: {error}", "TOML 1.0") from error
    for key in tables:
        if key not in _KEYS:
            raise WorldFileError(str(path), key, "an unknown table", ", ".join(_KEYS))
    _resolve(tables, path.parent)
    base = tables.pop("base", None)
    if base is None:
        return tables
    if not isinstance(base, str):
        raise WorldFileError(str(path), "base", repr(base), "the name of a world file")
    return _over(_merged((path.parent / base).resolve(), (*above, path)), tables)


def _resolve(tables: dict[str, Any], folder: Path) -> None:
    """Make the paths absolute while it is known which file they stand in."""
    places: list[tuple[object, str]] = [(tables.get("world"), "static_yaml")]
    samples = tables.get("samples")
    if isinstance(samples, dict):
        places += [(sample, "file") for sample in samples.values()]
    for table, key in places:
        if isinstance(table, dict) and isinstance(table.get(key), str):
            table[key] = str((folder / table[key]).resolve())


def _over(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    result = dict(base)
    for key, value in top.items():
        below = result.get(key)
        both = isinstance(below, dict) and isinstance(value, dict)
        result[key] = _over(cast("dict[str, Any]", below), value) if both else value
    return result


def _parse(tables: dict[str, Any], path: Path, seed: int | None) -> WorldSpec:
    for key in (*_SINGLE, "instruments"):
        if key not in tables:
            raise WorldFileError(str(path), key, "no such table", f"a table [{key}]")
    world = _table(WorldTable, tables["world"], "world", path)
    instruments = {
        role: _table(InstrumentTable, value, f"instruments.{role}", path)
        for role, value in _names(tables, "instruments", path).items()
    }
    coils = _table(CoilsTable, tables["coils"], "coils", path)
    return WorldSpec(
        path=path,
        seed=world.seed if seed is None else seed,
        static_yaml=None if world.static_yaml is None else Path(world.static_yaml),
        world=world,
        clock=_table(ClockTable, tables["clock"], "clock", path),
        bus=_table(BusTable, tables["bus"], "bus", path),
        magnet=_magnet(tables["magnet"], path),
        coils=coils,
        vibration=_table(VibrationTable, tables["vibration"], "vibration", path),
        signal=_table(SignalTable, tables["signal"], "signal", path),
        gaussmeter=_table(GaussmeterTable, tables["gaussmeter"], "gaussmeter", path),
        balance=_table(BalanceTable, tables["balance"], "balance", path),
        gouy=_table(GouyTable, tables["gouy"], "gouy", path),
        operator=_table(OperatorTable, tables["operator"], "operator", path),
        instruments=tuple(
            InstrumentSpec(role, table.kind, table.address, table.reply_s, table.options)
            for role, table in instruments.items()
        ),
        samples={name: _sample(name, value, path) for name, value in _names(tables, "samples", path).items()},
        tubes={name: _tube(name, value, path) for name, value in _names(tables, "tubes", path).items()},
        faults=_faults(tables.get("faults", []), path),
        surroundings=_surroundings(tables, path),
        effects=_effects(tables, coils, path),
    )


def _faults(value: object, path: Path) -> tuple[Mapping[str, Any], ...]:
    """The tables ``[[faults]]``; what they say is checked where the faults are armed."""
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        raise WorldFileError(str(path), "faults", repr(value), "tables [[faults]]")
    return tuple(
        _table(FaultTable, table, f"faults[{at}]", path).model_dump(exclude_unset=True)
        for at, table in enumerate(value)
    )


def _surroundings(tables: dict[str, Any], path: Path) -> SurroundingsSpec:
    """The optional tables; what is left out stands as in `SurroundingsSpec`."""
    given = {
        name: _table(model, tables[name], name, path) for name, model in SURROUNDINGS_TABLES.items() if name in tables
    }
    return SurroundingsSpec(**cast("dict[str, Any]", given))


def _effects(tables: dict[str, Any], coils: CoilsTable, path: Path) -> Effects:
    given = {key: _table(model, tables[key], key, path) for key, model in EFFECTS.items() if key in tables}
    found = Effects(**cast("dict[str, Any]", given))
    complaint = found.complaint(coils.half_spacing_x_m)
    if complaint is not None:
        raise WorldFileError(str(path), *complaint)
    return found


def _magnet(value: object, path: Path) -> MagnetTable:
    table = _table(MagnetTable, value, "magnet", path)
    weights = sum(table.remanence_a_per_m / len(table.remanence_radii_a) / radius for radius in table.remanence_radii_a)
    if weights >= table.field_constant_per_m:
        raise WorldFileError(
            str(path),
            "magnet.remanence_radii_a",
            f"{table.remanence_radii_a!r} with remanence_a_per_m {table.remanence_a_per_m!r}",
            "radii so large that the field still rises with the current",
        )
    return table


def _sample(name: str, value: object, path: Path) -> SampleTable:
    key = f"samples.{name}"
    material = value.get("material") if isinstance(value, dict) else None
    if not isinstance(material, str) or material not in SAMPLE_TABLES:
        raise WorldFileError(str(path), f"{key}.material", repr(material), ", ".join(SAMPLE_TABLES))
    return _table(SAMPLE_TABLES[material], value, key, path)


def _tube(name: str, value: object, path: Path) -> TubeTable:
    table = _table(TubeTable, value, f"tubes.{name}", path)
    if (table.bore_diameter_m is None) != (table.volume_susceptibility is None):
        raise WorldFileError(
            str(path),
            f"tubes.{name}",
            "one of bore_diameter_m and volume_susceptibility",
            "both (filled) or none (empty)",
        )
    return table


def _names(tables: dict[str, Any], key: str, path: Path) -> dict[str, Any]:
    value = tables.get(key, {})
    if not isinstance(value, dict):
        raise WorldFileError(str(path), key, repr(value), f"tables [{key}.NAME]")
    return cast("dict[str, Any]", value)


def _table(model: type[_Model], value: object, key: str, path: Path) -> _Model:
    if not isinstance(value, dict):
        raise WorldFileError(str(path), key, repr(value), f"a table with {', '.join(model.model_fields)}")
    try:
        return model.model_validate(value)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([key, *(str(part) for part in first["loc"])])
        if first["type"] == "extra_forbidden" and len(first["loc"]) == 1:
            raise WorldFileError(str(path), where, "an unknown key", ", ".join(model.model_fields)) from error
        given = "nothing" if first["type"] == "missing" else repr(first["input"])
        raise WorldFileError(str(path), where, given, first["msg"]) from error
