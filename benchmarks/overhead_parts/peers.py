"""The same sweep at the same desk by other people's engines, with a record of each point on disk; None where not installed.

None of them waits for steady state, ranges, judges a window or calls fsync; QCoDeS leaves that to SQLite. What is recorded is what
`Desk.readings` gives.
"""

from __future__ import annotations

import importlib.util
import io
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from overhead_parts.desk import Desk

__all__ = ["PEERS"]

COLUMNS = ("set_field", "current", "field", "x", "y", "time")

Sweep = Callable[[Path, Sequence[float], Callable[..., None]], None]
"""Takes a folder, the fields (A/m), and what is to be called after each point."""


def pymeasure_sweep(folder: Path, fields: Sequence[float], told: Callable[..., None]) -> None:
    """Procedure, Results (CSV) and Worker of pymeasure."""
    from pymeasure.experiment import Procedure, Results, Worker  # noqa: PLC0415 - where it is installed

    logging.getLogger("pymeasure").setLevel(logging.ERROR)
    desk = Desk()

    class Sweeping(Procedure):  # pymeasure finds columns at the class
        DATA_COLUMNS = list(COLUMNS)  # noqa: RUF012

        def execute(self) -> None:
            for field in fields:
                self.emit("results", desk.readings(field))
                told()

    worker = Worker(Results(Sweeping(), str(folder / "pymeasure.csv")))
    worker.start()
    worker.join(timeout=600)


def qcodes_sweep(folder: Path, fields: Sequence[float], told: Callable[..., None]) -> None:
    """Measurement of QCoDeS, each point committed to its database before the next."""
    from qcodes.dataset import (  # noqa: PLC0415 - where it is installed
        Measurement,
        initialise_or_create_database_at,
        load_or_create_experiment,
    )

    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        initialise_or_create_database_at(str(folder / "qcodes.db"))
        measurement = Measurement(exp=load_or_create_experiment("sweep", "desk"))
        measurement.register_custom_parameter("set_field")
        for name in COLUMNS[1:]:
            measurement.register_custom_parameter(name, setpoints=("set_field",))
        measurement.write_period = 0.001  # the shortest that it takes
        desk = Desk()
        with measurement.run() as saver:
            for field in fields:
                saver.add_result(*desk.readings(field).items())
                saver.flush_data_to_database()
                told()


class _Status:
    """A status that is done, as bluesky wants it."""

    done = success = True

    def add_callback(self, callback: Callable[[Any], None]) -> None:
        callback(self)

    def exception(self, timeout: float | None = None) -> None:
        """None came."""


class _Device:
    """What bluesky asks of a device."""

    parent = None

    def __init__(self, name: str, columns: Sequence[str], point: dict[str, float]) -> None:
        self.name = name
        self._columns = columns
        self._point = point

    def read(self) -> dict[str, Any]:
        return {name: {"value": self._point[name], "timestamp": self._point["time"]} for name in self._columns}

    def describe(self) -> dict[str, Any]:
        return {name: {"source": "desk", "dtype": "number", "shape": []} for name in self._columns}

    def read_configuration(self) -> dict[str, Any]:
        return {}

    def describe_configuration(self) -> dict[str, Any]:
        return {}


class _Field(_Device):
    """The magnet: takes a field."""

    @property
    def position(self) -> float:
        return self._point["set_field"]

    @property
    def hints(self) -> dict[str, Any]:
        return {"fields": [self.name]}

    def set(self, value: float) -> _Status:
        self._point["set_field"] = value
        return _Status()


class _Detector(_Device):
    """Everything that is read."""

    def __init__(self, name: str, columns: Sequence[str], point: dict[str, float], desk: Desk) -> None:
        super().__init__(name, columns, point)
        self._desk = desk

    def trigger(self) -> _Status:
        self._point.update(self._desk.readings(self._point["set_field"]))
        return _Status()


def bluesky_sweep(folder: Path, fields: Sequence[float], told: Callable[..., None]) -> None:
    """RunEngine of bluesky with list_scan, its documents written line by line."""
    from bluesky import RunEngine  # noqa: PLC0415 - where it is installed
    from bluesky.callbacks.json_writer import JSONLinesWriter  # noqa: PLC0415
    from bluesky.plans import list_scan  # noqa: PLC0415

    point = dict.fromkeys(COLUMNS, 0.0)
    engine = RunEngine({})
    engine.subscribe(JSONLinesWriter(str(folder)))
    engine.subscribe(lambda kind, _document: told() if kind == "event" else None)
    magnet = _Field("set_field", COLUMNS[:1], point)
    engine(list_scan([_Detector("detector", COLUMNS[1:], point, Desk())], magnet, list(fields)))


def _installed() -> Iterator[tuple[str, str, Sweep | None]]:
    for title, module, sweep in (
        ("pymeasure, Procedure + Worker + CSV", "pymeasure", pymeasure_sweep),
        ("QCoDeS, Measurement, commit a point", "qcodes", qcodes_sweep),
        ("bluesky, RunEngine(list_scan) + JSON lines", "bluesky", bluesky_sweep),
    ):
        yield title, module, sweep if importlib.util.find_spec(module) is not None else None


PEERS = tuple(_installed())
"""Title, name of the package, and the sweep (None where it is not installed)."""
