"""The capture buffer of the SR860 (``CAPTURE...``): X, XY, R theta or XYR theta at up to 1.25 MHz, read as one binary block.

Source: SR860 manual p. 138 and 139 (what the queries count, the binary block, that reading needs a stopped capture), qcodes and
srsinst.sr860 for the rest. How the highest rate goes with the time constant is assumed: the largest of 1.25 MHz / 2**n that
is not above 80 / time constant.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable, Mapping, Sequence

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import LockInPart, SimClock
from vsmdaq_sim.instruments.common.ports.parts import SamplingPart
from vsmdaq_sim.instruments.lockins.sr860.outputs import named_index

__all__ = ["Capture860"]

Handler = Callable[[tuple[str, ...]], Reply | None]

_KINDS = ("X", "XY", "RT", "XYRT")
_COLUMNS = ((0,), (0, 1), (2, 3), (0, 1, 2, 3))  # of OUTP?
_FASTEST_HZ = 1.25e6
_HIGHEST_DIVIDER = 20
_BLOCK_KB = 64


class Capture860:
    """The buffer.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in, which takes the samples at their instants.
    clock : SimClock
        The bench's clock.
    shown : callable
        X, Y, R, theta as ``SNAP?`` gives them, from X and Y (V rms).
    time_constant_s : callable
        Time constant as it is set, s.
    finished : callable
        Called when a capture ends by itself.
    """

    def __init__(
        self,
        lockin: LockInPart,
        clock: SimClock,
        *,
        shown: Callable[[float, float], Sequence[float]],
        time_constant_s: Callable[[], float],
        finished: Callable[[], None],
    ) -> None:
        self._lockin = lockin
        self._clock = clock
        self._shown = shown
        self._time_constant_s = time_constant_s
        self._finished = finished
        self._sampling: SamplingPart | None = None
        self._length_kb = 256
        self._kind = 1
        self._divider = 0
        self._clear()

    def _clear(self) -> None:
        self._data: list[float] = []
        self._running = self._triggered = self._wrapped = False
        self._continuous = False
        self._start = 0
        self._halt()

    def _halt(self) -> None:
        self._running = False
        if self._sampling is not None:
            self._sampling.stop()
        self._sampling = None

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {
            "CAPTURELEN?": lambda arguments: no_arguments(arguments, str(self._length_kb)),
            "CAPTURELEN": self._set_length,
            "CAPTURECFG?": lambda arguments: no_arguments(arguments, str(self._kind)),
            "CAPTURECFG": self._set_kind,
            "CAPTURERATEMAX?": lambda arguments: no_arguments(arguments, f"{self._highest_rate_hz():.9g}"),
            "CAPTURERATE?": lambda arguments: no_arguments(arguments, f"{self._rate_hz():.9g}"),
            "CAPTURERATE": self._set_rate,
            "CAPTURESTART": self._begin,
            "CAPTURESTOP": self._stop,
            "CAPTURESTAT?": lambda arguments: no_arguments(arguments, str(self._state())),
            "CAPTUREBYTES?": lambda arguments: no_arguments(arguments, str(4 * len(self._data))),
            "CAPTUREPROG?": self._query_progress,
            "CAPTUREVAL?": self._query_value,
            "CAPTUREGET?": self._query_block,
        }

    def catch_up(self) -> None:
        """Store what was sampled up to now; to be called before a setting is changed."""
        if self._sampling is None:
            return
        for _, x_v_rms, y_v_rms in self._sampling.take():
            self._store(x_v_rms, y_v_rms)
        self._limit()

    def _store(self, x_v_rms: float, y_v_rms: float) -> None:
        shown = self._shown(x_v_rms, y_v_rms)
        self._data += [shown[i] for i in _COLUMNS[self._kind]]

    def _sample(self) -> None:
        """Begin to sample."""
        self._triggered = True
        rows = self._capacity() // len(_COLUMNS[self._kind])
        most = None if self._continuous else rows
        # one more than there is room for, so that an overflow shows
        self._sampling = self._lockin.sample(self._clock.now(), 1.0 / self._rate_hz(), most, rows + 1)

    def trigger(self) -> bool:
        """Software trigger; tells whether it meant anything here."""
        if self._start == 1 and self._running and not self._triggered:
            self._sample()
            return True
        if self._start == 2 and self._running:
            self._triggered = True
            self._store(*self._lockin.read())
            self._limit()
            return True
        return False

    def _limit(self) -> None:
        """End a one-shot capture that is full, or drop the oldest 2 kB."""
        while len(self._data) > self._capacity() or (not self._continuous and len(self._data) == self._capacity()):
            self._wrapped = True
            if not self._continuous:
                del self._data[self._capacity() :]
                self._halt()
                self._finished()
                return
            del self._data[:512]

    def _capacity(self) -> int:
        return self._length_kb * 256

    def _highest_rate_hz(self) -> float:
        wanted = 80.0 / self._time_constant_s()
        return _FASTEST_HZ / 2.0 ** max(0, math.ceil(math.log2(_FASTEST_HZ / wanted)))

    def _rate_hz(self) -> float:
        return self._highest_rate_hz() / 2.0**self._divider

    def _state(self) -> int:
        return int(self._running and self._triggered) | self._triggered << 1 | self._wrapped << 2

    def _set_length(self, arguments: tuple[str, ...]) -> None:
        self._length_kb = parse_index(arguments_of(arguments, 1)[0], 1, 4096)
        self._length_kb += self._length_kb % 2
        self._clear()

    def _set_kind(self, arguments: tuple[str, ...]) -> None:
        self._kind = named_index(arguments_of(arguments, 1)[0], _KINDS)
        self._clear()

    def _set_rate(self, arguments: tuple[str, ...]) -> None:
        self._divider = parse_index(arguments_of(arguments, 1)[0], 0, _HIGHEST_DIVIDER)

    def _begin(self, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        continuous, start = (
            named_index(first, ("ONESHOT", "CONTINUOUS")),
            named_index(second, ("IMM", "TRIGSTART", "SAMPPERTRIG")),
        )
        self._clear()
        self._continuous, self._start, self._running = bool(continuous), start, True
        if start == 0:
            self._sample()

    def _stop(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._halt()

    def _stopped(self) -> None:
        if self._running:
            raise RefusedCommandError(EXE)

    def _query_progress(self, arguments: tuple[str, ...]) -> str:
        self._stopped()
        size_kb = 2 * math.ceil(4 * len(self._data) / 2048)
        return no_arguments(arguments, str(min(size_kb, self._length_kb)))

    def _query_value(self, arguments: tuple[str, ...]) -> str:
        columns = len(_COLUMNS[self._kind])
        n = parse_index(arguments_of(arguments, 1)[0], 0, self._capacity() // columns - 1)
        row = self._data[n * columns : (n + 1) * columns] or [0.0] * columns
        return ",".join([f"{value:.7g}" for value in row])

    def _query_block(self, arguments: tuple[str, ...]) -> bytes:
        self._stopped()
        if len(arguments) != 2:
            raise RefusedCommandError(CME)
        offset_kb, size_kb = parse_index(arguments[0], 0, self._length_kb - 1), parse_index(arguments[1], 1, _BLOCK_KB)
        whole = self._data + [0.0] * (self._capacity() - len(self._data))
        wrapped = [whole[(offset_kb * 256 + i) % len(whole)] for i in range(size_kb * 256)]
        count = str(4 * len(wrapped))
        return f"#{len(count)}{count}".encode() + struct.pack(f"<{len(wrapped)}f", *wrapped)
