"""What the RC poles of a filter hold: moved on exactly for inputs that stand or go in a straight line; and their noise.

Real and imaginary part are kept apart, and up to four equal poles, which is what a lock-in has nearly always, are written out:
this takes the largest part of a simulated hour.
"""

from __future__ import annotations

import math
from operator import mul

from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.filters import Rows, noise_step, stationary_covariance, transition

__all__ = ["Cascade", "CascadeNoise"]


def _cut_or_extended(states: list[float], count: int) -> list[float]:
    last = states[-1] if states else 0.0
    return states[:count] + [last] * (count - len(states))


class Cascade:
    """Poles in a row.

    Attributes
    ----------
    taus : tuple of float
        Their time constants, s.
    """

    __slots__ = ("_delays", "_equal_tau_s", "_imaginary", "_real", "taus")

    def __init__(self) -> None:
        self.taus: tuple[float, ...] = ()
        self._real: list[float] = []
        self._imaginary: list[float] = []
        self._delays: list[float] = []
        self._equal_tau_s = 0.0  # of up to four equal poles; 0 where they are others

    @property
    def first_size(self) -> float:
        """Size of what the first pole holds."""
        return math.hypot(self._real[0], self._imaginary[0])

    @property
    def output(self) -> complex:
        """What the last pole holds."""
        return complex(self._real[-1], self._imaginary[-1])

    def change(self, taus_s: tuple[float, ...]) -> None:
        """Take other time constants: each pole keeps what it holds, a new one begins with the last output."""
        self.taus = taus_s
        self._delays = [sum(taus_s[: k + 1]) for k in range(len(taus_s))]
        equal = len(taus_s) <= 4 and len(set(taus_s)) == 1
        self._equal_tau_s = max(taus_s) if equal else 0.0
        self._real = _cut_or_extended(self._real, len(taus_s))
        self._imaginary = _cut_or_extended(self._imaginary, len(taus_s))

    def add(self, values: list[complex], factor: float) -> None:
        """Add something to what the poles hold."""
        self._real = [held + factor * value.real for held, value in zip(self._real, values, strict=True)]
        self._imaginary = [held + factor * value.imag for held, value in zip(self._imaginary, values, strict=True)]

    def hold(self, target: complex, duration_s: float) -> None:
        """Let the input stand at `target` for a time, s."""
        self.line(target, target, duration_s)

    def line(self, start: complex, end: complex, duration_s: float) -> None:
        """Let the input go on a straight line from `start` to `end` within a time, s."""
        duration_ns = round(duration_s * 1e9)
        delays_s = self._delays
        if self._equal_tau_s:
            x = duration_ns * 1e-9 / self._equal_tau_s
            self._real = _along_equal(self._real, delays_s, x, start.real, end.real, duration_s)
            self._imaginary = _along_equal(self._imaginary, delays_s, x, start.imag, end.imag, duration_s)
            return
        rows = transition(self.taus, duration_ns)
        self._real = _along(self._real, delays_s, rows, start.real, end.real, duration_s)
        self._imaginary = _along(self._imaginary, delays_s, rows, start.imag, end.imag, duration_s)


def _along(
    held: list[float], delays_s: list[float], rows: Rows, start: float, end: float, duration_s: float
) -> list[float]:
    """What the poles hold behind a straight line of the input: its delayed image, and what is left of the distance to it."""
    slope = (end - start) / duration_s
    away = [y - start + slope * delay for y, delay in zip(held, delays_s, strict=True)]
    # a row of the lower triangle ends before `away` does: map stops there
    return [sum(map(mul, row, away), end - slope * delay) for row, delay in zip(rows, delays_s, strict=True)]


def _along_equal(
    held: list[float], delays_s: list[float], x: float, start: float, end: float, duration_s: float
) -> list[float]:
    """As `_along`, for one to four equal poles after x of their time constants."""
    count = len(held)
    slope = (end - start) / duration_s
    t0 = math.exp(-x)  # t0, t1, ...: the first column of the transition
    behind = slope * delays_s[0]
    y0 = held[0] - start + behind
    moved = [end - behind + t0 * y0]
    if count == 1:
        return moved
    t1 = t0 * x
    behind = slope * delays_s[1]
    y1 = held[1] - start + behind
    moved.append(end - behind + t1 * y0 + t0 * y1)
    if count == 2:
        return moved
    t2 = t1 * x / 2
    behind = slope * delays_s[2]
    y2 = held[2] - start + behind
    moved.append(end - behind + t2 * y0 + t1 * y1 + t0 * y2)
    if count == 3:
        return moved
    t3 = t2 * x / 3
    behind = slope * delays_s[3]
    y3 = held[3] - start + behind
    moved.append(end - behind + t3 * y0 + t2 * y1 + t1 * y2 + t0 * y3)
    return moved


class CascadeNoise:
    """White noise behind poles, with its true autocorrelation; drawn over the time since it was last looked at.

    Parameters
    ----------
    normals : Normals
        Deviates of this noise source.
    time_s : float
        Bench time now.
    """

    __slots__ = ("_imaginary", "_normals", "_real", "_time_s")

    def __init__(self, normals: Normals, time_s: float) -> None:
        self._normals = normals
        self._real: list[float] = []
        self._imaginary: list[float] = []
        self._time_s = time_s

    @property
    def output(self) -> complex:
        """Noise behind the last pole when it was last drawn."""
        return complex(self._real[-1], self._imaginary[-1])

    def begin(self, taus_s: tuple[float, ...], density: float) -> None:
        """Draw a first state, of the first pole's spread."""
        spread = density * math.sqrt(float(stationary_covariance(taus_s)[0, 0]))
        self._real = [spread * self._normals.next()]
        self._imaginary = [spread * self._normals.next()]

    def change(self, count: int) -> None:
        """Go on with so many poles; as `Cascade.change`."""
        self._real, self._imaginary = _cut_or_extended(self._real, count), _cut_or_extended(self._imaginary, count)

    def draw(self, until_s: float, taus_s: tuple[float, ...], density: float) -> None:
        """Move on to a time, s, with a one-sided density per quadrature."""
        duration_ns = round((until_s - self._time_s) * 1e9)
        if duration_ns <= 0:
            return
        self._time_s = until_s
        if density == 0.0:
            return
        rows = noise_step(taus_s, duration_ns)
        fresh = self._normals.several(2 * len(self._real))  # real and imaginary in turn
        self._real = _drawn(self._real, fresh[::2], density, rows)
        self._imaginary = _drawn(self._imaginary, fresh[1::2], density, rows)


def _drawn(states: list[float], fresh: list[float], density: float, rows: Rows) -> list[float]:
    """New states of one quadrature."""
    count = len(states)
    if count > 4:
        mixed: list[float] = []
        for state, deviate in zip(states, fresh, strict=True):
            mixed += (state, density * deviate)
        return [sum(map(mul, row, mixed), 0.0) for row in rows]
    s0, w0 = states[0], density * fresh[0]
    a, b = rows[0]
    drawn = [a * s0 + b * w0]
    if count == 1:
        return drawn
    s1, w1 = states[1], density * fresh[1]
    a, b, c, d = rows[1]
    drawn.append(a * s0 + b * w0 + c * s1 + d * w1)
    if count == 2:
        return drawn
    s2, w2 = states[2], density * fresh[2]
    a, b, c, d, e, f = rows[2]
    drawn.append(a * s0 + b * w0 + c * s1 + d * w1 + e * s2 + f * w2)
    if count == 3:
        return drawn
    a, b, c, d, e, f, g, h = rows[3]
    drawn.append(a * s0 + b * w0 + c * s1 + d * w1 + e * s2 + f * w2 + g * states[3] + h * (density * fresh[3]))
    return drawn
