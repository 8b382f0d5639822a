"""A point dataclass as the fields of a line and back, bit for bit; its types and units from its definition."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import Generic, TypeVar, get_type_hints
from urllib.parse import quote, unquote

from vsmdaq.terms import MomentPoint, WeightPoint

__all__ = ["P", "PointCodec", "codec_for", "join_flags", "split_flags", "unit_of"]

P = TypeVar("P", MomentPoint, WeightPoint)

# Endings of names, the longest first, so that "_a_per_m" is not taken for metres.
_UNITS: Mapping[str, str] = MappingProxyType(
    {
        "_a_m2_per_kg": "A m2/kg",
        "_a_per_m": "A/m",
        "_m3_per_kg": "m3/kg",
        "_m3_per_mol": "m3/mol",
        "_v_per_s": "V/s (rms)",
        "_v_rms": "V (rms)",
        "_a_m2": "A m2",
        "_kg2": "kg2",
        "_deg": "deg",
        "_kg": "kg",
        "_v2": "V2",
        "_hz": "Hz",
        "_m3": "m3",
        "_n": "N",
        "_a": "A",
        "_k": "K",
        "_s": "s",
        "_t": "T",
        "_m": "m",
    }
)
# Letters that a flag keeps; others are percent-encoded, so that no flag can break a line or a comment.
_KEPT_IN_FLAGS = " /:()=+-_.<>;"


def unit_of(name: str) -> str:
    """Return the SI unit that the name of a column ends with, ``"1"`` where there is none."""
    return next((unit for ending, unit in _UNITS.items() if name.endswith(ending)), "1")


def join_flags(flags: Sequence[str]) -> str:
    """Flags as one field. Raises ValueError for an empty flag, which could not be told from none."""
    if not all(flags):
        raise ValueError(f"a flag needs a name: {tuple(flags)!r}")
    return "|".join(quote(flag, safe=_KEPT_IN_FLAGS) for flag in flags)


def split_flags(field: str) -> tuple[str, ...]:
    """Flags from one field."""
    return tuple(unquote(flag) for flag in field.split("|")) if field else ()


def _write_float(value: float) -> str:
    return repr(float(value))  # the shortest text that reads as the same bits


def _write_int(value: int) -> str:
    return str(operator.index(value))  # refuses 3.7 where int() would cut it


def _write_optional(value: float | None) -> str:
    return "" if value is None else _write_float(value)


def _read_optional(text: str) -> float | None:
    return float(text) if text else None


_WRITERS: Mapping[object, Callable[..., str]] = MappingProxyType(
    {float: _write_float, float | None: _write_optional, int: _write_int, tuple[str, ...]: join_flags}
)
_READERS: Mapping[object, Callable[[str], object]] = MappingProxyType(
    {float: float, float | None: _read_optional, int: int, tuple[str, ...]: split_flags}
)


@dataclass(frozen=True, slots=True)
class PointCodec(Generic[P]):
    """How one kind of point is written.

    Attributes
    ----------
    kind : str
        Name of the kind in the journal's header.
    point_type : type
        The dataclass.
    columns : tuple of str
        Names of its fields, in order.
    types : tuple
        Their types.
    """

    kind: str
    point_type: type[P]
    columns: tuple[str, ...]
    types: tuple[object, ...]

    @property
    def units(self) -> dict[str, str]:
        """Unit of each column, as its name says."""
        return {name: unit_of(name) for name in self.columns if name != "flags"}

    def encode(self, point: P) -> tuple[str, ...]:
        """Return the fields of `point`. Raises TypeError or ValueError for a value that is not of its type."""
        return tuple(_WRITERS[kind](getattr(point, name)) for name, kind in zip(self.columns, self.types, strict=True))

    def decode(self, row: Sequence[str]) -> P:
        """Return the point of a line. Raises ValueError where a field is not of its type."""
        values = [_READERS[kind](text) for text, kind in zip(row, self.types, strict=True)]
        return self.point_type(**dict(zip(self.columns, values, strict=True)))  # type: ignore[arg-type]


def codec_for(point_type: type[P]) -> PointCodec[P]:
    """Return how `MomentPoint` (kind ``"moment"``) or `WeightPoint` (kind ``"weight"``) is written."""
    hints = get_type_hints(point_type)
    columns = tuple(field.name for field in fields(point_type))
    kind = "moment" if point_type is MomentPoint else "weight"
    return PointCodec(kind, point_type, columns, tuple(hints[name] for name in columns))
