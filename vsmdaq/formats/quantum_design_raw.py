"""Raw scans (.rw.dat) of Quantum Design's MPMS3: the voltage of the gradiometer while the sample goes through it.

``[Header]`` and ``[Data]`` as in the other files of the maker. A line that begins with ``;`` opens a sweep and states, as ``key = value unit``
with semicolons between, what held for it; rows of position and voltage follow. After the last sweep of a measurement come
rows of position and the two curves that the instrument fitted, centre fixed and centre free. Layout: read from measured files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vsmdaq.formats.table import FIELD_UNITS, number, read_text, refuse

__all__ = ["Measurement", "Sweep", "parse", "read"]

FloatArray = NDArray[np.float64]

_POSITION, _RAW, _PROCESSED = "Raw Position (mm)", "Raw Voltage (V)", "Processed Voltage (V)"
_FIXED, _FREE = "Fixed C Fitted (V)", "Free C Fitted (V)"
_ENTRY = re.compile(r"(?P<value>\S+)(?:\s+(?P<unit>\S+))?")
_UNITS: Mapping[str, tuple[str, float]] = {
    "avg. temp": ("K", 1.0),
    "low field": ("Oe", FIELD_UNITS["Oe"]),
    "high field": ("Oe", FIELD_UNITS["Oe"]),
    "squid range": ("", 1.0),
    "given center": ("mm", 1e-3),
}
_MM = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class Sweep:
    """One way through the gradiometer, (n,) each: position (m), voltage as it was and with the instrument's drift taken off (V)."""

    position_m: FloatArray
    raw_v: FloatArray
    processed_v: FloatArray


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """The sweeps of one reported moment.

    Attributes
    ----------
    temperature_k, field_a_per_m : float
        Means over the measurement.
    squid_range : float
        The voltage of one moment goes with one over it.
    given_centre_m : float
        Centre of the fit with fixed centre.
    sweeps : tuple of Sweep
        In the order of time.
    fit_position_m, fixed_v, free_v : ndarray
        The curves that the instrument fitted; empty where the file ends before them.
    line : int
        Where it begins in the file.
    """

    temperature_k: float
    field_a_per_m: float
    squid_range: float
    given_centre_m: float
    sweeps: tuple[Sweep, ...]
    fit_position_m: FloatArray
    fixed_v: FloatArray
    free_v: FloatArray
    line: int


def read(path: Path | str) -> tuple[Measurement, ...]:
    """Read the file at `path`; see `parse`."""
    return parse(read_text(Path(path)), source=str(path))


def parse(text: str, *, source: str = "text") -> tuple[Measurement, ...]:
    """Read all measurements of a file.

    Parameters
    ----------
    text : str
        The whole file.
    source : str
        What errors call it.

    Raises
    ------
    InputError
        Not such a file, a column or an entry missing, a torn row, no number, another unit, or no sweep.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    if lines[0].strip() != "[Header]":
        raise refuse(source, "line 1", repr(lines[0]), "[Header]")
    start = next((k for k, line in enumerate(lines) if line.strip() == "[Data]"), None)
    if start is None or start + 1 >= len(lines):
        raise refuse(source, "file", "no [Data] with column names", "[Header] … [Data] … rows")
    places = _places(lines[start + 1], source, start + 2)
    reader = _Reader(source, places)
    for k, line in enumerate(lines[start + 2 :], start=start + 3):
        if line.strip():
            reader.take(line, k)
    return reader.end()


def _places(line: str, source: str, at: int) -> Mapping[str, int]:
    names = [name.strip() for name in line.split(",")]
    for wanted in (_POSITION, _RAW, _PROCESSED, _FIXED, _FREE):
        if wanted not in names:
            raise refuse(source, f"line {at}", f"no column {wanted!r}", ", ".join(name for name in names if name))
    return {name: k for k, name in enumerate(names)}


class _Reader:
    """Collects rows into sweeps, sweeps into measurements."""

    def __init__(self, source: str, places: Mapping[str, int]) -> None:
        self._source, self._places = source, places
        self._done: list[Measurement] = []
        self._begun: tuple[int, Mapping[str, float]] | None = None
        self._sweeps: list[list[tuple[float, float, float]]] = []
        self._fitted: list[tuple[float, float, float]] = []

    def take(self, line: str, at: int) -> None:
        if line.startswith(";"):
            if self._fitted:
                self._close()
            stated = self._stated(line[1:], at)
            if self._begun is None:
                self._begun = (at, stated)
            self._sweeps.append([])
            return
        if not self._sweeps:
            raise refuse(self._source, f"line {at}", repr(line), "a line that begins with ; before the first row")
        cells = line.split(",")
        if self._filled(cells, _RAW):
            if self._fitted:
                raise refuse(
                    self._source, f"line {at}", "a raw row behind the fitted ones", "a line that begins with ;"
                )
            self._sweeps[-1].append(self._row(cells, at, _RAW, _PROCESSED))
        else:
            self._fitted.append(self._row(cells, at, _FIXED, _FREE))

    def end(self) -> tuple[Measurement, ...]:
        if self._sweeps:
            self._close()
        if not self._done:
            raise refuse(self._source, "rows", "no sweep", "lines that begin with ; and rows below them")
        return tuple(self._done)

    def _filled(self, cells: Sequence[str], name: str) -> bool:
        at = self._places[name]
        return at < len(cells) and bool(cells[at].strip())

    def _row(self, cells: Sequence[str], at: int, *names: str) -> tuple[float, float, float]:
        found = []
        for name in (_POSITION, *names):
            place = self._places[name]
            if place >= len(cells):
                raise refuse(
                    self._source, f"line {at}", f"{len(cells)} cells", f"{place + 1} cells", "The row is torn."
                )
            found.append(number(cells[place], self._source, f"line {at}, {name}"))
        return (found[0], found[1], found[2])

    def _stated(self, text: str, at: int) -> Mapping[str, float]:
        entries = dict(part.split("=", 1) for part in text.split(";") if "=" in part)
        given = {key.strip(): value.strip() for key, value in entries.items()}
        found: dict[str, float] = {}
        for key, (unit, factor) in _UNITS.items():
            where = f"line {at}, {key}"
            match = _ENTRY.fullmatch(given.get(key, ""))
            if match is None:
                raise refuse(self._source, where, repr(given.get(key, "")), f"a number{unit and f' in {unit}'}")
            if (match["unit"] or "") != unit:
                raise refuse(
                    self._source, where, repr(match["unit"] or ""), repr(unit), "It is the unit that was expected."
                )
            found[key] = number(match["value"], self._source, where) * factor
        return found

    def _close(self) -> None:
        if self._begun is None:
            return
        at, stated = self._begun
        short = [k for k, rows in enumerate(self._sweeps, start=1) if not rows]
        if short:
            raise refuse(self._source, f"measurement at line {at}", f"sweep {short[0]} without rows", "rows")
        fitted = np.array(self._fitted, dtype=np.float64).reshape(-1, 3)
        self._done.append(
            Measurement(
                temperature_k=stated["avg. temp"],
                field_a_per_m=0.5 * (stated["low field"] + stated["high field"]),
                squid_range=stated["squid range"],
                given_centre_m=stated["given center"],
                sweeps=tuple(_sweep(rows) for rows in self._sweeps),
                fit_position_m=fitted[:, 0] * _MM,
                fixed_v=fitted[:, 1],
                free_v=fitted[:, 2],
                line=at,
            )
        )
        self._begun, self._sweeps, self._fitted = None, [], []


def _sweep(rows: list[tuple[float, float, float]]) -> Sweep:
    table = np.array(rows, dtype=np.float64)
    return Sweep(table[:, 0] * _MM, table[:, 1], table[:, 2])
