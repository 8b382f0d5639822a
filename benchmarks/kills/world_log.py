"""What a served world wrote down (`vsmdaq sim serve --log`): commands, and the current as a function of time."""

import json
import math
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path


@dataclass(frozen=True)
class Piece:
    """The current from `time_s` on: straight until `end_a`, or exponential towards it."""

    time_s: float
    current_a: float
    slope_a_per_s: float
    end_a: float
    decay_s: float | None
    cause: str

    def at(self, time_s):
        """Current (A) at a bench time."""
        past_s = time_s - self.time_s
        if self.decay_s is not None:
            return self.end_a + (self.current_a - self.end_a) * math.exp(-past_s / self.decay_s)
        if self.slope_a_per_s == 0.0 or past_s >= (self.end_a - self.current_a) / self.slope_a_per_s:
            return self.end_a if self.slope_a_per_s else self.current_a
        return self.current_a + self.slope_a_per_s * past_s

    @property
    def steepest_a_per_s(self):
        """Largest dI/dt (A/s, size) of the piece, which is that of its beginning."""
        if self.decay_s is not None:
            return abs(self.end_a - self.current_a) / self.decay_s
        return abs(self.slope_a_per_s)


@dataclass(frozen=True)
class Command:
    """What reached an instrument; `what` is ``command``, or ``open``, ``close``, ``clear``, ``trigger``."""

    time_s: float
    what: str
    instrument: str
    text: str

    @property
    def set_point_a(self):
        """Current (A) that the supply was told to go to; None for any other command."""
        if self.instrument != "supply" or not self.text.startswith("SETI "):
            return None
        return float(self.text.removeprefix("SETI "))


class Current:
    """I(t) from its pieces."""

    def __init__(self, pieces):
        self.pieces = sorted(pieces, key=lambda piece: piece.time_s)  # stable: of two at one time the later one holds
        self._times_s = [piece.time_s for piece in self.pieces]

    def at(self, time_s):
        """Current (A) at a bench time."""
        return self.pieces[max(bisect_right(self._times_s, time_s) - 1, 0)].at(time_s)

    def moving_at(self, time_s):
        """Whether the current changes at a bench time."""
        return self.at(time_s) != self.at(time_s + 1e-3)

    def steepest_a_per_s(self, begin_s, end_s):
        """Largest dI/dt (A/s, size) between two bench times; a jump is an infinite one."""
        first = max(bisect_right(self._times_s, begin_s) - 1, 0)
        shown = self.pieces[first : bisect_right(self._times_s, end_s)]
        steepest = max((piece.steepest_a_per_s for piece in shown), default=0.0)
        for before, after in pairwise(shown):
            if abs(before.at(after.time_s) - after.current_a) > 1e-6:
                return math.inf
        return steepest

    def is_zero_from(self, begin_s, end_s):
        """Whether it is exactly zero from one bench time to another."""
        inside = [piece.time_s for piece in self.pieces if begin_s <= piece.time_s <= end_s]
        return all(self.at(time_s) == 0.0 and not self.moving_at(time_s) for time_s in [begin_s, *inside])


class WorldLogFile:
    """The log, read as it grows."""

    def __init__(self, path):
        self._path = Path(path)
        self._offset = 0
        self._rest = b""
        self.commands = []
        self._pieces = []

    def read(self):
        """Take in what has come."""
        with self._path.open("rb") as stream:
            stream.seek(self._offset)
            data = stream.read()
        self._offset += len(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            entry = json.loads(line)
            what = entry.pop("what")
            if what == "current":
                self._pieces.append(Piece(**entry))
            elif what in {"command", "open", "close", "clear", "trigger"}:
                self.commands.append(Command(entry["time_s"], what, entry["instrument"], entry.get("text", "")))

    @property
    def current(self):
        """I(t) as far as it is written down."""
        return Current(self._pieces)

    def forget_before(self, time_s):
        """Drop what is older than a bench time, but the piece of the current that holds there."""
        self.commands = [command for command in self.commands if command.time_s >= time_s]
        old = [piece for piece in self._pieces if piece.time_s < time_s]
        self._pieces = old[-1:] + [piece for piece in self._pieces if piece.time_s >= time_s]
