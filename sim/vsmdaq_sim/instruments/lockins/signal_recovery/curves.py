"""The curve buffer of the 7265 and 7270: chosen outputs at even times, read one by one.

``CBD bits`` chooses, ``LEN n`` and ``STR ms`` say how many and how often, ``NC`` empties, ``TD`` (once) and ``TDC`` (for ever) start, ``HC``
halts, ``M`` tells how far it is, ``DC n`` and ``DCT bits`` read. Source: 7220 manual p. 6-27, E-3, E-5, E-11; bits above 15 (second
demodulator) are not there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, arguments_of, no_arguments, parse_index
from vsmdaq_sim.instruments.common.ports import LockInPart, SimClock
from vsmdaq_sim.instruments.common.ports.parts import SamplingPart

__all__ = ["Curves"]

Handler = Callable[[tuple[str, ...]], list[str]]

_POINTS = 32768
_CURVES = 16
_STEP_MS = 5
_FAST_S = 1.25e-3  # STR 0
_LONGEST_MS = 1_000_000_000


class Curves:
    """The buffer.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in, which takes the points at their instants.
    clock : SimClock
        The bench's clock.
    values : callable
        All 16 curves, in the integers of the fixed-point mode, from X and Y (V rms).
    status : callable
        The status byte, for ``M``.
    """

    def __init__(
        self,
        lockin: LockInPart,
        clock: SimClock,
        values: Callable[[float, float], Sequence[float]],
        status: Callable[[], int],
    ) -> None:
        self._lockin = lockin
        self._clock = clock
        self._values = values
        self._status = status
        self._sampling: SamplingPart | None = None
        self._bits = 0b11
        self._length = 1000
        self._start_s = self._interval_s = 0.0
        self._interval_ms = 10
        self._empty()

    def _empty(self) -> None:
        self._rows: list[Sequence[float]] = []
        self._sweeps = 0
        self._activity = 0
        self._stop()

    def _stop(self) -> None:
        if self._sampling is not None:
            self._sampling.stop()
        self._sampling = None

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {
            "CBD": self._choose,
            "LEN": self._set_length,
            "STR": self._set_interval,
            "NC": lambda arguments: self._do(arguments, self._empty),
            "TD": lambda arguments: self._do(arguments, self._start, 1),
            "TDC": lambda arguments: self._do(arguments, self._start, 2),
            "HC": lambda arguments: self._do(arguments, self._halt),
            "M": self._monitor,
            "DC": self._dump,
            "DCT": self._dump_table,
        }

    def catch_up(self) -> None:
        """Store the points up to now; to be called before a setting is changed."""
        if self._sampling is None:
            return
        samples = self._sampling.take()
        self._rows += [self._values(x_v_rms, y_v_rms) for _, x_v_rms, y_v_rms in samples]
        if self._activity == 1 and len(self._rows) >= self._length:
            self._activity, self._sweeps = 0, self._sweeps + 1
            self._stop()
        elif self._activity == 2 and samples:
            count = round((samples[-1][0] - self._start_s) / self._interval_s) + 1  # older ones were not kept
            self._sweeps = count // self._length
            del self._rows[: -self._length]

    def _do(self, arguments: tuple[str, ...], action: Callable[..., None], *values: int) -> list[str]:
        no_arguments(arguments)
        action(*values)
        return []

    def _start(self, activity: int) -> None:
        self._stop()
        self._activity = activity
        most = max(self._length - len(self._rows), 1) if activity == 1 else None
        self._start_s, self._interval_s = self._clock.now(), self._interval_ms * 1e-3 or _FAST_S
        self._sampling = self._lockin.sample(self._start_s, self._interval_s, most, self._length)

    def _halt(self) -> None:
        self._activity += 4 if self._activity in (1, 2) else 0
        self._stop()

    def _monitor(self, arguments: tuple[str, ...]) -> list[str]:
        no_arguments(arguments)
        return [f"{self._activity},{self._sweeps},{self._status()},{len(self._rows)}"]

    def _choose(self, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            return [str(self._bits)]
        self._bits = parse_index(arguments_of(arguments, 1)[0], 1, 2**_CURVES - 1)
        self._length = min(self._length, _POINTS // self._bits.bit_count())
        self._empty()
        return []

    def _set_length(self, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            return [str(self._length)]
        self._length = parse_index(arguments_of(arguments, 1)[0], 1, _POINTS // self._bits.bit_count())
        self._empty()
        return []

    def _set_interval(self, arguments: tuple[str, ...]) -> list[str]:
        """Rounded up to 5 ms; 0 stands for 1.25 ms."""
        if not arguments:
            return [str(self._interval_ms)]
        value = parse_index(arguments_of(arguments, 1)[0], 0, _LONGEST_MS)
        self._interval_ms = _STEP_MS * math.ceil(value / _STEP_MS)
        return []

    def _column(self, curve: int) -> list[str]:
        if not self._bits >> curve & 1:
            raise RefusedCommandError(EXE)
        return [str(round(row[curve])) for row in self._rows]

    def _dump(self, arguments: tuple[str, ...]) -> list[str]:
        return self._column(parse_index(arguments_of(arguments, 1)[0], 0, _CURVES - 1))

    def _dump_table(self, arguments: tuple[str, ...]) -> list[str]:
        wanted = parse_index(arguments_of(arguments, 1)[0], 1, 2**_CURVES - 1)
        columns = [self._column(curve) for curve in range(_CURVES) if wanted >> curve & 1]
        return [",".join(row) for row in zip(*columns, strict=True)]
