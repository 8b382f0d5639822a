"""The ramp of a supply that has none: the driver walks the set-point, one bounded step a poll, on the bench clock.

Nothing here speaks to an instrument. A driver asks, in this order, in its `poll`:

1. it measures the current;
2. `readback_due`: if so it asks for the set-point and hands it to `check`;
3. `next_set_point`: if there is one it sends it and says so with `sent`;
4. `ramping` goes into its reading.

Rules of a step:

* It is at most ``rate * time since the last step`` (and never for more than `LONGEST_INTERVAL_S`), and at most `max_step_a`.
  A poll that comes late gets no larger step: what was missed is not caught up, so that the rate is never exceeded on average.
* The next one is not sent before the last one has been read back, which is not asked before `readback_delay_s` is over.
* While the measured current is farther behind the set-point than the last step and the accuracies explain (voltage limit,
  open circuit), none is sent that leads farther away: the set-point never runs away from the current.
* Steps end on the grid of the supply's set-points, rounded towards the present one; the last one ends at the target itself.
"""

from __future__ import annotations

import math

from vsmdaq_drivers.contracts import RefusedError

__all__ = ["LONGEST_INTERVAL_S", "SoftwareRamp"]

LONGEST_INTERVAL_S = 1.0
"""Time (s) that one step may stand for: a poll that comes later finds the ramp where it was."""


class SoftwareRamp:
    """Where the set-point is, where it goes, and which step comes next.

    Parameters
    ----------
    resolution_a : float
        Grid of the set-points, A.
    accuracy_a : float
        The measured current counts as arrived within this of the target, A: accuracies of setting and of reading together.
    readback_a : float
        Largest difference between a set-point sent and the same one read back, A.
    readback_delay_s : float
        A set-point may be read back this long after it was sent, and no earlier, s.
    max_step_a : float
        Largest step, A.
    """

    def __init__(
        self,
        *,
        resolution_a: float,
        accuracy_a: float,
        readback_a: float,
        readback_delay_s: float = 0.0,
        max_step_a: float = math.inf,
    ) -> None:
        self._resolution_a = resolution_a
        self._accuracy_a = accuracy_a
        self._readback_a = readback_a
        self._readback_delay_s = readback_delay_s
        self._max_step_a = max_step_a
        self._set_point_a = 0.0
        self._target_a = 0.0
        self._rate_a_per_s = 0.0
        self._last_s = 0.0
        self._last_step_a = 0.0
        self._unread_s: float | None = None  # when the set-point was sent that has not been read back yet
        self._command = ""

    @property
    def set_point_a(self) -> float:
        """Get the set-point as last sent, or as found (A)."""
        return self._set_point_a

    @property
    def readback_delay_s(self) -> float:
        """Get the time after which a set-point may be read back (s)."""
        return self._readback_delay_s

    @property
    def target_a(self) -> float:
        """Get where the ramp ends (A)."""
        return self._target_a

    def on_grid(self, current_a: float) -> float:
        """The set-point (A) nearest to a current (A)."""
        return round(round(current_a / self._resolution_a) * self._resolution_a, 9) + 0.0  # no -0.0

    def rest_at(self, set_point_a: float) -> None:
        """The supply was found at this set-point (A), and stays there."""
        self._set_point_a = self._target_a = set_point_a
        self._last_step_a = 0.0
        self._unread_s = None

    def start(self, target_a: float, rate_a_per_s: float, now_s: float) -> None:
        """Begin a ramp from the present set-point; the first step comes with the next poll.

        Parameters
        ----------
        target_a : float
            Where to, A; sent as it is, on the grid or not.
        rate_a_per_s : float
            Size of dI/dt, A/s.
        now_s : float
            Bench time, s.
        """
        self._target_a = target_a + 0.0  # no -0.0
        self._rate_a_per_s = rate_a_per_s
        self._last_s = now_s

    def hold(self) -> None:
        """Stop where the set-point is."""
        self._target_a = self._set_point_a

    def begin_from(self, measured_a: float) -> float | None:
        """Where the current is not at the set-point: the set-point (A) to send first, so that it starts from the current.

        None where the measured current (A) agrees with the set-point within the accuracies.
        """
        if abs(measured_a - self._set_point_a) <= self._accuracy_a:
            return None
        return self.on_grid(measured_a)

    def behind(self, measured_a: float) -> bool:
        """Whether the current (A) is farther from the set-point than the last step and the accuracies explain."""
        return abs(self._set_point_a - measured_a) > self._last_step_a + self._accuracy_a

    def next_set_point(self, measured_a: float, now_s: float) -> float | None:
        """The set-point (A) to send now, None for none; `measured_a` is the current just measured."""
        way_a = self._target_a - self._set_point_a
        if way_a == 0.0 or self._unread_s is not None:
            return None
        if self.behind(measured_a) and way_a * (self._set_point_a - measured_a) > 0.0:
            self._last_s = now_s  # time spent waiting for the current does not make the next step larger
            return None
        longest_a = min(self._rate_a_per_s * min(now_s - self._last_s, LONGEST_INTERVAL_S), self._max_step_a)
        if abs(way_a) <= longest_a:
            return self._target_a
        # onto the grid, towards the present set-point; the small allowance is for 0.3 / 0.1 < 3
        sign = math.copysign(1.0, way_a)
        lines = math.floor((sign * self._set_point_a + longest_a) / self._resolution_a + 1e-9)
        stepped_a = round(sign * lines * self._resolution_a, 9) + 0.0
        return stepped_a if (stepped_a - self._set_point_a) * sign > 0.0 else None

    def sent(self, set_point_a: float, command: str, now_s: float) -> None:
        """A set-point (A) has gone out with this command, at this bench time (s)."""
        self._last_step_a = abs(set_point_a - self._set_point_a)
        self._set_point_a = set_point_a
        self._command = command
        self._last_s = self._unread_s = now_s

    def readback_due(self, now_s: float) -> bool:
        """Whether the set-point last sent is to be read back, and may be by now."""
        return self._unread_s is not None and now_s - self._unread_s >= self._readback_delay_s

    def check(self, found_a: float, *, instrument: str) -> None:
        """Compare the set-point read back (A) with the one sent.

        Raises
        ------
        RefusedError
            They differ by more than the supply's rounding; the ramp goes no further.
        """
        wanted_a, self._unread_s = self._set_point_a, None
        if abs(found_a - wanted_a) > self._readback_a:
            self.rest_at(found_a)
            raise RefusedError(self._command, f"the set-point reads back {found_a:+.4f} A", instrument=instrument)

    def ramping(self, measured_a: float) -> bool:
        """Whether set-point or current (A) are still on their way."""
        if self._unread_s is not None or self._set_point_a != self._target_a:
            return True
        return abs(measured_a - self._target_a) > self._accuracy_a
