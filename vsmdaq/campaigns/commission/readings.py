"""The raw readings of a commissioning, as they come: one line of CSV each, so that everything can be computed again."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from vsmdaq.record import RecordError
from vsmdaq_drivers.contracts import FieldReading, LockInReading, SupplyReading

__all__ = ["COLUMNS", "ReadingsFile"]

COLUMNS = (
    "step",
    "instrument",
    "asked_s",
    "time_s",
    "current_a",
    "set_point_a",
    "ramping",
    "field_a_per_m",
    "x_v_rms",
    "y_v_rms",
    "frequency_hz",
    "flags",
)


class ReadingsFile:
    """Writes readings.csv. Each line is handed to the operating system at once, and synchronised at the end of a step.

    Parameters
    ----------
    path : Path
        The file; made anew.
    sync : callable
        Makes a file descriptor durable.

    Raises
    ------
    FileExistsError
        A record is never written over.
    """

    def __init__(self, path: Path, *, sync: Callable[[int], None] = os.fsync) -> None:
        self._path = path
        self._sync = sync
        self._step = ""
        self._stream = path.open("x", encoding="utf-8", newline="\n", buffering=1)
        self._stream.write(",".join(COLUMNS) + "\n")

    def begin(self, step: str) -> None:
        """What follows belongs to `step`; what stands there is made durable."""
        self._step = step
        self.flush()

    def supply(self, asked_s: float, reading: SupplyReading) -> None:
        """Add a look at the supply that was asked for at `asked_s` (bench time, s)."""
        cells = {
            "time_s": reading.time_s,
            "current_a": reading.current_a,
            "set_point_a": reading.set_point_a,
            "ramping": int(reading.ramping),
        }
        self._write("supply", asked_s, cells, (*reading.faults, *reading.flags))

    def field(self, asked_s: float, reading: FieldReading) -> None:
        """Add a reading of the gaussmeter."""
        cells = {"time_s": reading.time_s, "field_a_per_m": reading.field_a_per_m}
        self._write("gaussmeter", asked_s, cells, reading.flags)

    def signal(self, asked_s: float, reading: LockInReading) -> None:
        """Add a reading of the lock-in."""
        cells = {
            "time_s": reading.time_s,
            "x_v_rms": reading.x_v_rms,
            "y_v_rms": reading.y_v_rms,
            "frequency_hz": reading.frequency_hz,
        }
        self._write("lockin", asked_s, cells, ())

    def flush(self) -> None:
        """Make durable what was written."""
        try:
            self._stream.flush()
            self._sync(self._stream.fileno())
        except OSError as error:
            raise RecordError(str(self._path), str(error.strerror)) from error

    def close(self) -> None:
        """Release the file; may be called twice."""
        self._stream.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _write(
        self, instrument: str, asked_s: float, cells: Mapping[str, float | int | None], flags: tuple[str, ...]
    ) -> None:
        values = {"step": self._step, "instrument": instrument, "asked_s": repr(asked_s)}
        values |= {name: repr(value) for name, value in cells.items() if value is not None}
        values["flags"] = ";".join(flags).replace(",", " ").replace('"', "'")
        try:
            self._stream.write(",".join(values.get(name, "") for name in COLUMNS) + "\n")
        except OSError as error:
            raise RecordError(str(self._path), str(error.strerror)) from error
