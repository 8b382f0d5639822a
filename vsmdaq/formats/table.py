"""What every reader here returns, and the small steps that they share: bytes to text, text to number, unit to SI."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vsmdaq.terms import InputError, Problem

__all__ = ["FIELD_UNITS", "MOMENT_UNITS", "MeasuredLoop", "number", "read_text", "refuse", "unit_factor"]

# B = mu0 H with mu0 = 4 pi 1e-7 H/m, as gaussmeters and these file formats have it (CODATA 2022: 1.3e-10 from it).
_A_PER_M_PER_OE = 1000.0 / (4.0 * math.pi)

FIELD_UNITS: Mapping[str, float] = MappingProxyType(
    {
        "A/m": 1.0,
        "kA/m": 1e3,
        "Oe": _A_PER_M_PER_OE,
        "kOe": 1e3 * _A_PER_M_PER_OE,
        "G": _A_PER_M_PER_OE,
        "T": 1e4 * _A_PER_M_PER_OE,
        "mT": 10.0 * _A_PER_M_PER_OE,
    }
)
"""A/m in one of each unit that a field column may have."""

MOMENT_UNITS: Mapping[str, float] = MappingProxyType(
    {"A m2": 1.0, "mA m2": 1e-3, "µA m2": 1e-6, "emu": 1e-3, "memu": 1e-6, "J/T": 1.0}
)
"""A m2 in one of each unit that a moment column may have."""

_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {"Am²": "A m2", "Am2": "A m2", "A·m²": "A m2", "A.m^2": "A m2", "A m²": "A m2", "A*m2": "A m2", "Am^2": "A m2"}
)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?", re.ASCII)


def _nothing() -> Mapping[str, str]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredLoop:
    """Fields and moments in the order that they were measured in.

    Parameters
    ----------
    field_a_per_m : ndarray, shape (n,)
        Applied field H, A/m. Finite; kept as a read-only copy.
    moment_a_m2 : ndarray, shape (n,)
        Magnetic moment m, A m2. Finite; kept as a read-only copy.
    metadata : mapping of str to str
        What else the file said, as written there (units too), and what the reader did (rows skipped, columns taken).
    source : str
        File, or where else it came from.

    Raises
    ------
    InputError
        Shapes differ, there is no point, or a value is not finite.
    """

    field_a_per_m: NDArray[np.float64]
    moment_a_m2: NDArray[np.float64]
    metadata: Mapping[str, str] = field(default_factory=_nothing)
    source: str = ""

    def __post_init__(self) -> None:
        h = _column(self.field_a_per_m)
        m = _column(self.moment_a_m2)
        if h.ndim != 1 or h.shape != m.shape or h.size == 0:
            raise refuse(self.source, "field and moment", f"shapes {h.shape} and {m.shape}", "two columns (n,), n >= 1")
        for name, column in (("field_a_per_m", h), ("moment_a_m2", m)):
            bad = np.flatnonzero(~np.isfinite(column))
            if bad.size:
                raise refuse(self.source, f"{name}[{bad[0]}]", str(column[bad[0]]), "finite numbers")
        object.__setattr__(self, "field_a_per_m", h)
        object.__setattr__(self, "moment_a_m2", m)
        object.__setattr__(self, "metadata", MappingProxyType(dict(self.metadata)))

    def __len__(self) -> int:
        return int(self.field_a_per_m.size)


def _column(values: ArrayLike) -> NDArray[np.float64]:
    column = np.array(values, dtype=np.float64)
    column.flags.writeable = False
    return column


def refuse(source: str, where: str, given: str, allowed: str, advice: str = "") -> InputError:
    """Error about one thing in one file; what was given is cut to a readable length and says so."""
    most = 120
    shown = given if len(given) <= most else f"{given[:most]}… ({len(given)} characters)"
    return InputError(source, (Problem(where, shown, allowed, advice),))


def read_text(path: Path) -> str:
    r"""Text of a file: UTF-8 where it is that, else Latin-1 (MicroMag and Quantum Design write ``²`` and ``µ`` so).

    Raises
    ------
    InputError
        The file cannot be read.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise refuse(str(path), "file", error.strerror or str(error), "a file that can be read") from error
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def number(text: str, source: str, where: str) -> float:
    """Value of a decimal number as instruments write it; nothing else passes for one (no nan, inf, ``1_000``).

    Raises
    ------
    InputError
        Not a number, or one that overflows.
    """
    stripped = text.strip()
    value = float(stripped) if _NUMBER.fullmatch(stripped) else math.inf
    if not math.isfinite(value):
        raise refuse(source, where, repr(text), "a finite decimal number")
    return value


def unit_factor(unit: str, units: Mapping[str, float], source: str, where: str) -> float:
    """SI value of one `unit`; several spellings of A m2 are known.

    Raises
    ------
    InputError
        The unit is not among `units`.
    """
    cleaned = unit.strip()
    name = _SPELLINGS.get(cleaned, cleaned)
    if name not in units:
        raise refuse(source, where, repr(unit), ", ".join(units))
    return units[name]
