"""What the RC poles of a filter hold: moved on exactly for inputs that stand or go in a straight line; and their noise."""

from __future__ import annotations

import math
from operator import mul

from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.filters import noise_step, stationary_covariance, transition

__all__ = ["Cascade", "CascadeNoise"]


def _cut_or_extended(states: list[complex], count: int) -> list[complex]:
    last = states[-1] if states else 0.0 + 0.0j
    return states[:count] + [last] * (count - len(states))


class Cascade:
    """Poles in a row.

    Attributes
    ----------
    taus : tuple of float
        Their time constants, s.
    stages : list of complex
        What each holds; the last is the output.
    """

    __slots__ = ("_delays", "stages", "taus")

    def __init__(self) -> None:
        self.taus: tuple[float, ...] = ()
        self.stages: list[complex] = []
        self._delays: list[float] = []

    def change(self, taus_s: tuple[float, ...]) -> None:
        """Take other time constants: each pole keeps what it holds, a new one begins with the last output."""
        self.taus = taus_s
        self._delays = [sum(taus_s[: k + 1]) for k in range(len(taus_s))]
        self.stages = _cut_or_extended(self.stages, len(taus_s))

    def add(self, values: list[complex], factor: float) -> None:
        """Add something to what the poles hold."""
        self.stages = [held + factor * value for held, value in zip(self.stages, values, strict=True)]

    def hold(self, target: complex, duration_s: float) -> None:
        """Let the input stand at `target` for a time, s."""
        rows = transition(self.taus, round(duration_s * 1e9))
        away = [y - target for y in self.stages]
        # a row of the lower triangle ends before `away` does: map stops there
        self.stages = [sum(map(mul, row, away), target) for row in rows]

    def line(self, start: complex, end: complex, duration_s: float) -> None:
        """Let the input go on a straight line from `start` to `end` within a time, s."""
        slope = (end - start) / duration_s
        rows = transition(self.taus, round(duration_s * 1e9))
        away = [y - start + slope * delay for y, delay in zip(self.stages, self._delays, strict=True)]
        self.stages = [
            sum(map(mul, row, away), end - slope * delay) for row, delay in zip(rows, self._delays, strict=True)
        ]


class CascadeNoise:
    """White noise behind poles, with its true autocorrelation; drawn over the time since it was last looked at.

    Parameters
    ----------
    normals : Normals
        Deviates of this noise source.
    time_s : float
        Bench time now.
    """

    __slots__ = ("_normals", "_states", "_time_s")

    def __init__(self, normals: Normals, time_s: float) -> None:
        self._normals = normals
        self._states: list[complex] = []
        self._time_s = time_s

    @property
    def output(self) -> complex:
        """Noise behind the last pole when it was last drawn."""
        return self._states[-1]

    def begin(self, taus_s: tuple[float, ...], density: float) -> None:
        """Draw a first state, of the first pole's spread."""
        spread = density * math.sqrt(float(stationary_covariance(taus_s)[0, 0]))
        self._states = [spread * complex(self._normals.next(), self._normals.next())]

    def change(self, count: int) -> None:
        """Go on with so many poles; as `Cascade.change`."""
        self._states = _cut_or_extended(self._states, count)

    def draw(self, until_s: float, taus_s: tuple[float, ...], density: float) -> None:
        """Move on to a time, s, with a one-sided density per quadrature."""
        duration_ns = round((until_s - self._time_s) * 1e9)
        if duration_ns <= 0:
            return
        self._time_s = until_s
        if density == 0.0:
            return
        fresh = self._normals.next
        mixed: list[complex] = []
        for state in self._states:
            mixed += (state, density * complex(fresh(), fresh()))
        self._states = [sum(map(mul, row, mixed), 0.0j) for row in noise_step(taus_s, duration_ns)]
