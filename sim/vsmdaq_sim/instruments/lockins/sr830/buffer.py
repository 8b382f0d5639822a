"""Data buffer of the SR830: what the displays show, stored at fixed instants or triggers, and the fast transfer of X and Y.

The world takes the samples at their true instants, however seldom anybody asks; `catch_up` turns them into points with the
settings in force, so it must be called before any of these is changed. Sources: SR830 manual p. 5-12 to 5-19, SR844 manual p. 4-24
(what a trigger does).

* Whether the first point is taken when storage starts or one interval later is not said: option `first_sample`.
* A trigger that samples does so at once (manual: within 2 ms). One that comes while nothing is stored starts storage where
  ``TSTR`` says so.
* Fast transfer ends, with storage, where the host left more points waiting than there is room for: 63 with ``FAST 2`` (manual), 2 with
  ``FAST 1`` (assumed).
"""

from __future__ import annotations

import math
import struct
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from itertools import islice
from typing import Literal

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.ports import LockInPart, SimClock
from vsmdaq_sim.instruments.common.ports.parts import SamplingPart
from vsmdaq_sim.instruments.lockins.sr830.floats import Point, as_ascii, as_ieee, as_lia, point
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.tables import SAMPLE_RATES_HZ, TRIGGERED

__all__ = ["DataBuffer", "Handler", "Shown"]

Handler = Callable[[tuple[str, ...]], str | bytes | None]
Shown = tuple[tuple[float, float], tuple[float, float]]
_TRIGGER_BIT, _FAST_ERROR_BIT = 6, 5
_FAST_ROOM = {1: 2, 2: 63}
_FAST_DELAY_S = 0.5


class DataBuffer:
    """The buffer.

    Parameters
    ----------
    lockin, clock : LockInPart, SimClock
        Of the world.
    settings : Settings
        The instrument's.
    capacity, channels : int
        Points for each display, and number of displays.
    show : callable
        Number and range of both displays, from bench time, X and Y.
    scale : callable
        X and Y as fast transfer sends them.
    latch, latch_error : callable
        Set a bit of lock-in status and error status.
    on_bus : callable
        Whether replies go to the bus, where alone fast transfer works.
    first_sample : str
        ``"at_start"``, or ``"after_interval"``: the first point is taken one interval after the start.

    Attributes
    ----------
    outgoing : list of bytes
        Fast transfer's points that are to be sent.
    """

    def __init__(
        self,
        lockin: LockInPart,
        clock: SimClock,
        settings: Settings,
        *,
        capacity: int,
        channels: int,
        show: Callable[[float, float, float], Shown],
        scale: Callable[[float, float], tuple[int, int]],
        latch: Callable[[int], None],
        latch_error: Callable[[int], None],
        on_bus: Callable[[], bool],
        first_sample: str,
    ) -> None:
        if first_sample not in {"at_start", "after_interval"}:
            raise ValueError(f"first_sample: given {first_sample!r}; allowed: 'at_start', 'after_interval'")
        self.outgoing: list[bytes] = []
        self._lockin = lockin
        self._clock = clock
        self._settings = settings
        self._capacity = capacity
        self._channels = channels
        self._show = show
        self._scale = scale
        self._latch = latch
        self._latch_error = latch_error
        self._on_bus = on_bus
        self._first_after_interval = first_sample == "after_interval"
        self._points: deque[tuple[Point, Point]] = deque(maxlen=capacity)
        self._state: Literal["reset", "running", "paused", "done"] = "reset"
        self._sampling: SamplingPart | None = None
        self._fast = 0

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        table: dict[str, Handler] = {
            "SPTS?": lambda arguments: no_arguments(arguments, str(len(self._points))),
            "STRT": self._start,
            "STRD": self._start_delayed,
            "PAUS": self._pause,
            "REST": self._reset,
            "TRIG": self._trigger,
            "FAST": self._set_fast,
            "FAST?": lambda arguments: no_arguments(arguments, str(self._fast)),
        }
        formats: dict[str, Callable[[list[Point]], str | bytes]] = {
            "TRCA?": as_ascii,
            "TRCB?": as_ieee,
            "TRCL?": as_lia,
        }
        for name, form in formats.items():
            table[name] = partial(self._transfer, form)
        return table

    @property
    def storing(self) -> bool:
        """Points come by themselves."""
        return self._sampling is not None

    @property
    def in_progress(self) -> bool:
        """A scan is in progress; a paused one is."""
        return self._state in {"running", "paused"}

    @property
    def next_event_s(self) -> float:
        """Bench time at which fast transfer has something to send, s."""
        return self._sampling.next_s if self._fast and self._sampling is not None else math.inf

    # --- storing -------------------------------------------------------------------------------------------------

    def catch_up(self) -> None:
        """Store all points up to now."""
        if self._sampling is None:
            return
        samples = self._sampling.take()
        for time_s, x_v_rms, y_v_rms in samples:
            self._store(time_s, x_v_rms, y_v_rms)
        if self._fast and samples:
            self._stream(samples)
        if self._over():
            self._sampling, self._state = None, "done"

    def _over(self) -> bool:
        return self._sampling is not None and self._sampling.next_s == math.inf

    def _store(self, time_s: float, x_v_rms: float, y_v_rms: float) -> None:
        first, second = self._show(time_s, x_v_rms, y_v_rms)
        self._points.append((point(*first), point(*second)))

    def _stream(self, samples: list[tuple[float, float, float]]) -> None:
        if len(samples) > _FAST_ROOM[self._fast]:
            self._latch_error(_FAST_ERROR_BIT)
            self._halt("done")
            self._fast = 0
            return
        self.outgoing.append(b"".join([struct.pack("<hh", *self._scale(x, y)) for _, x, y in samples]))

    def _start(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._begin(0.0)

    def _start_delayed(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._begin(_FAST_DELAY_S)

    def _begin(self, delay_s: float) -> None:
        """Start or go on; nothing while storing, and nothing where a single shot has filled the buffer."""
        loop = bool(self._settings.index["SEND"])
        room = self._capacity - len(self._points)
        if self._state == "running" or (room == 0 and not loop):
            return
        self._state = "running"
        rate = self._settings.index["SRAT"]
        if rate != TRIGGERED:
            interval_s = 1.0 / SAMPLE_RATES_HZ[rate]
            first_s = self._clock.now() + delay_s + (interval_s if self._first_after_interval else 0.0)
            self._sampling = self._lockin.sample(first_s, interval_s, None if loop else room, self._capacity)

    def _pause(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        if self._state == "running":
            self._halt("paused")

    def _halt(self, state: Literal["reset", "paused", "done"]) -> None:
        if self._sampling is not None:
            self._sampling.stop()
        self._sampling, self._state = None, state

    def _reset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.clear()

    def clear(self) -> None:
        """Stop, and forget all points."""
        self._halt("reset")
        self._points.clear()

    def rate_changed(self) -> None:
        """``SRAT`` or ``SEND`` was set: storage goes on with it."""
        if self._state == "running":
            self._halt("paused")
            self._begin(0.0)

    def trigger(self) -> None:
        """``TRIG``, group execute trigger."""
        self.catch_up()
        triggered = self._settings.index["SRAT"] == TRIGGERED
        starts = self._state != "running" and bool(self._settings.index["TSTR"])
        if not starts and not (triggered and self._state == "running"):
            return
        self._latch(_TRIGGER_BIT)
        if starts:
            self._begin(0.0)
        if triggered and self._state == "running":
            self._store(self._clock.now(), *self._lockin.read())
            if not self._settings.index["SEND"] and len(self._points) == self._capacity:
                self._halt("done")

    def _trigger(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.trigger()

    # --- sending -------------------------------------------------------------------------------------------------

    def _transfer(self, form: Callable[[list[Point]], str | bytes], arguments: tuple[str, ...]) -> str | bytes:
        if self._channels == 1 and len(arguments) == 2:
            arguments = ("1", *arguments)  # the SR810's manual leaves the channel out
        first, second, third = arguments_of(arguments, 3)
        channel = parse_index(first, 1, self._channels) - 1
        start, count = parse_index(second, 0, self._capacity), parse_index(third, 1, self._capacity)
        if start + count > len(self._points):
            raise RefusedCommandError(EXE)
        return form([points[channel] for points in islice(self._points, start, start + count)])

    def _set_fast(self, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], 0, 2)
        if value and not self._on_bus():
            raise RefusedCommandError(EXE)
        self._fast = value

    def power_on(self) -> None:
        """All points are gone, fast transfer is off."""
        self.clear()
        self._fast = 0
        self.outgoing.clear()
