"""X noise and Y noise of the SR830: how much X and Y wander, in V per root hertz.

The instrument takes the moving average of X, and the moving average of the distance of X from it; the latter is sqrt(pi/2) times
smaller than the rms value for Gaussian noise; divided by the root of the noise bandwidth (manual p. 3-25). How long the averages
are is not said there: 80 time constants are assumed. While no display shows noise nothing is done.
"""

from __future__ import annotations

import math

from vsmdaq_sim.instruments.common.ports import LockInPart, SimClock
from vsmdaq_sim.instruments.common.ports.parts import SamplingPart
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.tables import TIME_CONSTANTS_S

__all__ = ["NoiseMeter"]

_AVERAGED = 80.0  # time constants
_KEPT = 1000  # older samples have left the averages
_SHORTEST_S = 1.0 / 512.0
_BANDWIDTHS = (1 / 4, 1 / 8, 3 / 32, 5 / 64)  # times 1/tau


class NoiseMeter:
    """Moving averages of X and Y and of their deviations.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    clock : SimClock
        The bench's clock.
    settings : Settings
        The instrument's.
    """

    def __init__(self, lockin: LockInPart, clock: SimClock, settings: Settings) -> None:
        self._settings = settings
        self._lockin = lockin
        self._clock = clock
        self._sampling: SamplingPart | None = None
        self._waiting: list[tuple[float, float, float]] = []
        self._interval_s = 0.0
        self._gain = 0.0
        self._per_root_hz = 0.0
        self._means: list[float] | None = None
        self._deviations = [0.0, 0.0]

    def configure(self) -> None:
        """Begin, end, or follow a change of the filter, as display and filter are set."""
        on = 2 in self._settings.display
        time_constant_s = TIME_CONSTANTS_S[self._settings.index["OFLT"]]
        bandwidth_hz = _BANDWIDTHS[self._settings.index["OFSL"]] / time_constant_s
        self._per_root_hz = math.sqrt(math.pi / 2.0 / bandwidth_hz)
        interval_s = max(time_constant_s, _SHORTEST_S)
        if self._sampling is not None and (not on or interval_s != self._interval_s):
            self._sampling.stop()
            self._sampling = None
        if on and self._sampling is None:
            self._interval_s = interval_s
            self._gain = min(interval_s / (_AVERAGED * time_constant_s), 1.0)
            self._means, self._waiting, self._deviations = None, [], [0.0, 0.0]
            self._sampling = self._lockin.sample(self._clock.now(), interval_s, None, _KEPT)

    def values(self, time_s: float) -> tuple[float, float]:
        """X noise and Y noise at a time that is not before the last one asked for, V/rtHz."""
        if self._sampling is None:
            return 0.0, 0.0
        self._waiting += self._sampling.take()
        used = 0
        for when_s, *values in self._waiting:
            if when_s > time_s:
                break
            self._average(values)
            used += 1
        del self._waiting[:used]
        x, y = self._deviations
        return x * self._per_root_hz, y * self._per_root_hz

    def _average(self, values: list[float]) -> None:
        if self._means is None:
            self._means = list(values)
        for i, value in enumerate(values):
            self._means[i] += self._gain * (value - self._means[i])
            self._deviations[i] += self._gain * (abs(value - self._means[i]) - self._deviations[i])
