"""A bench without gaussmeter: H from the supply's measured current, by a table I -> H (see `field_table`).

It has no wire (``address = "none"``). It sees the current in its own readings and whenever anybody else asks the supply,
because the branch of the yoke depends on where the current has been: the bench uses the supply through `supply`. What
happened before the first look is not known; H is then between the branches, and its reading says so.

The bench file states the uncertainty of H by the table as that of a gaussmeter, ``offset`` and ``gain``; `require` refuses a table
whose own is larger. A reading brings only what comes on top of it, for not knowing the branch.

What this cannot say: ``offset`` and ``gain`` are common to both branches. A table whose branches lie too far apart, or too close, by 2 d
makes a coercive field wrong by d, and nothing in the result tells of it; measure the two branches in one loop.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

from vsmdaq_drivers.contracts import (
    BenchError,
    Clock,
    CurrentLimits,
    FieldReading,
    FieldSupply,
    LimitError,
    RefusedError,
    SupplyHandling,
    SupplyReading,
)
from vsmdaq_drivers.entry import DriverEntry, Fact, Option
from vsmdaq_drivers.gaussmeters.field_table import FieldTable, FieldTableError, History, field_at, parse_table, seen

__all__ = ["ENTRIES", "TableGaussmeter", "WatchedSupply"]


class WatchedSupply:
    """A supply whose every reading is shown to somebody else as well; satisfies the role `FieldSupply`.

    Parameters
    ----------
    supply : FieldSupply
        The supply itself.
    look : callable
        Gets each reading.
    """

    def __init__(self, supply: FieldSupply, look: Callable[[SupplyReading], None]) -> None:
        self._supply = supply
        self._look = look

    @property
    def name(self) -> str:
        """Get driver and address of the supply, for messages."""
        return self._supply.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s)."""
        return self._supply.limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A)."""
        return self._supply.resolution_a

    @property
    def handling(self) -> SupplyHandling:
        """Get how often it is polled (s), what a change of sign takes (s), and what counts as zero (A)."""
        return self._supply.handling

    def identify(self) -> str:
        """Ask the supply for its identity."""
        return self._supply.identify()

    def prepare(self) -> None:
        """Prepare the supply."""
        self._supply.prepare()

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp and return at once."""
        self._supply.ramp_to(current_a, rate_a_per_s)

    def poll(self) -> SupplyReading:
        """Look at the supply, and show the reading around."""
        reading = self._supply.poll()
        self._look(reading)
        return reading

    def stop(self) -> None:
        """Stop a ramp where it is."""
        self._supply.stop()

    def close(self) -> None:
        """Release the supply."""
        self._supply.close()


class TableGaussmeter:
    """A table in the place of a gaussmeter; satisfies the role `Gaussmeter`.

    Parameters
    ----------
    supply : FieldSupply
        The magnet supply.
    clock : Clock
        Bench time.
    file : str
        The table's file.
    joined_after_a : float, optional
        Way of the current (A) without a turn after which H is on the branch of its direction, wherever it came from.
        Without it only the ends of the table tell.

    Raises
    ------
    LimitError
        For a way that is not positive.
    """

    def __init__(self, supply: FieldSupply, clock: Clock, file: str, joined_after_a: float | None = None) -> None:
        self._file = Path(file)
        if joined_after_a is not None and not joined_after_a > 0.0:
            raise LimitError("joined_after", joined_after_a, 0.0, math.inf, "A", instrument=self.name)
        self._clock = clock
        self._joined_after_a = joined_after_a
        self._table: FieldTable | None = None
        self._history: History | None = None
        self._supply = WatchedSupply(supply, self._look)

    @property
    def name(self) -> str:
        """Get driver and file, for messages."""
        return f"field_table {self._file.name}"

    @property
    def supply(self) -> FieldSupply:
        """Get the supply as the bench has to use it (currents in A): each of its readings is seen here too."""
        return self._supply

    @property
    def reading_interval_s(self) -> float:
        """Get the time between two new readings (s, 0.1): as often as a supply measures its current anew."""
        return 0.1

    def identify(self) -> str:
        """Read the file, and say what is in it.

        Raises
        ------
        BenchError
            Where there is no such file, or no table in it.
        """
        try:
            self._table = parse_table(self._file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, FieldTableError) as error:
            raise BenchError(f"the table {self._file} cannot be used: {error}.", instrument=self.name) from error
        currents = self._table.current_a
        span = f"{len(currents)} rows, {currents[0]:g} A to {currents[-1]:g} A"
        return f"field table {self._file.name}, {span}, sha256 {self._table.digest[:12]}"

    def prepare(self) -> None:
        """Take a first look at the current.

        Raises
        ------
        BenchError
            Before the table was read.
        """
        self._read_table()
        self._supply.poll()

    def require(self, offset: tuple[float, float], gain: tuple[float, float]) -> None:
        """See that the bench file states at least the table's own uncertainty.

        Parameters
        ----------
        offset, gain : (float, float)
            Value and standard uncertainty of the gaussmeter's offset (A/m) and gain (1) in the bench file.

        Raises
        ------
        RefusedError
            Where a value is not that of a table (0 A/m and 1), or the table's uncertainty is larger.
        """
        if offset[0] != 0.0 or gain[0] != 1.0:
            found = f"{offset[0]:g} A/m and {gain[0]:g}"
            raise RefusedError(
                "offset and gain", f"a table gives H itself: 0 A/m and 1, not {found}", instrument=self.name
            )
        table = self._read_table()
        row = table.row_beyond(lambda field: math.hypot(offset[1], field * gain[1]))
        if row is not None:
            stated = f"± {offset[1]:g} A/m and ± {100.0 * gain[1]:g} %"
            reason = f"the table's own u at {table.current_a[row]:g} A is {table.u_a_per_m[row]:g} A/m"
            raise RefusedError(f"offset and gain {stated}", f"{reason}, which is more", instrument=self.name)

    def read(self) -> FieldReading:
        """Measure the current and look up the field (A/m).

        A current beyond the table gives a reading without value; one between the branches has the flag
        ``between_branches`` and its uncertainty.
        """
        reading = self._supply.poll()
        table = self._read_table()
        if self._history is None or not table.covers(reading.current_a):
            return FieldReading(None, ("outside_table",), reading.time_s)
        found = field_at(table, self._history, reading.current_a)
        flags = ("between_branches",) if self._history.branch == "between" else ()
        return FieldReading(found.field_a_per_m, flags, reading.time_s, found.u_branch_a_per_m)

    def close(self) -> None:
        """Nothing is held: the supply is closed by whoever opened it."""

    def _read_table(self) -> FieldTable:
        if self._table is None:
            raise BenchError("the table has not been read: identify() comes first.", instrument=self.name)
        return self._table

    def _look(self, reading: SupplyReading) -> None:
        if self._table is not None:
            after = self._joined_after_a
            self._history = seen(self._table, self._history, reading.current_a, joined_after_a=after)


ENTRIES = (
    DriverEntry(
        name="field_table",
        role="gaussmeter",
        title="Table of the magnet, in place of a gaussmeter",
        driver=TableGaussmeter,
        identity="",
        example="",
        simulator="",
        interfaces=(),
        limits="as far as the table goes",
        options={
            "file": Option("file", "file", "the table (CSV), found from the bench file", required=True),
            "joined_after": Option(
                "joined_after_a",
                "current",
                "way of the current after a turn from which on H is on the other branch; without it only the table's ends tell",
            ),
        },
        facts=(
            Fact(
                "after a turn H lies between the two branches",
                "assumed",
                "yoke with wiping-out; not so with minor loops that creep",
            ),
            Fact(
                "H follows the current within the lag of the bench file",
                "assumed",
                "eddy currents; points are taken after it",
            ),
        ),
    ),
)
