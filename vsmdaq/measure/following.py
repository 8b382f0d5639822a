"""Whether the signal goes on after the field has come to rest, judged over many points at once.

A sample that follows late moves within each window by less than the noise of one point, always the way of the last step. Over many
points the drift d of the windows is compared with the steps D that led to them: d = r D, r by least squares. What goes on is given
more time; until it is shown that this has helped, the points say so. A rest that does not die away (magnetic viscosity goes
with the logarithm of time) is not waited for.
"""

from __future__ import annotations

import math

__all__ = ["LONG", "Following", "Probe", "Rest"]

POINTS = 8
"""So many points at least before anything is concluded."""

SIGMA = 4.0
"""A share of so many standard uncertainties is no noise."""

DYING = 0.3
"""What dies away exponentially falls below this part within a window or two; what goes with 1/t does not."""

LONGEST = 16.0
"""The extra time grows up to so many windows."""


STEEP = 30.0
"""A step of so many wanted uncertainties is steep enough to look for what follows it."""

PAST = 0.9
"""The steepest point is past where a step is smaller than this part of the largest one."""

LONG = 15
"""The window of the probe is so many times as long as the others."""


class Probe:
    """One long window right after the steepest point of a run: what goes on for seconds is far more than noise there.

    Parameters
    ----------
    u_signal_v_rms : float
        Wanted standard error of a point.
    """

    def __init__(self, u_signal_v_rms: float) -> None:
        self._least_v = STEEP * u_signal_v_rms
        self._largest_v = 0.0
        self._last_v = 0.0
        self._done = False

    def next_window(self) -> int:
        """How many times as long the next window is to be: `LONG` once in a run, else 1."""
        steep = self._largest_v > self._least_v
        if self._done or not steep or self._last_v > PAST * self._largest_v:
            return 1
        self._done = True
        return LONG

    @property
    def last_step_v(self) -> float:
        """Size of the last step, V."""
        return self._last_v

    def saw(self, step_v: float) -> None:
        """Take note of the step of a point."""
        self._last_v = abs(step_v)
        self._largest_v = max(self._largest_v, self._last_v)


class Following:
    """Pools drifts of windows with the steps before them; says how much longer to wait, and when that is no use.

    Attributes
    ----------
    extra_s : float
        Time to wait beyond what magnet and filter need.
    lasting : bool
        The signal goes on however long one waits.
    doubt : str
        What the points have to say of it; empty where the signal stands, as far as can be told.
    """

    def __init__(self) -> None:
        self.extra_s = 0.0
        self.lasting = False
        self.doubt = ""
        self._before: float | None = None
        self._restart()

    def _restart(self) -> None:
        self._count = 0
        self._along = self._steps = 0.0

    @property
    def share(self) -> float:
        """Rate of the signal over the step that led to the point, 1/s."""
        return self._along / self._steps if self._steps > 0.0 else 0.0

    @property
    def u_share(self) -> float:
        """Its standard uncertainty, 1/s."""
        return 1.0 / math.sqrt(self._steps) if self._steps > 0.0 else math.inf

    @property
    def found(self) -> bool:
        """Whether the signal goes on, beyond doubt."""
        return self._count >= POINTS and self.share > SIGMA * self.u_share

    def probed(self, drift_v_per_s: float, last_step_v: float) -> None:
        """Take the rate (V/s) that the long window showed after a step (V): the signal goes on, however long one waits."""
        self.lasting, self.extra_s = True, 0.0
        self.doubt = f"follows_late({drift_v_per_s / last_step_v if last_step_v else 0.0:+.2g}of_the_step/s)"

    def add(self, drift_v_per_s: float, u_v_per_s: float, step_v: float, window_s: float) -> None:
        """Take the drift of a window with its standard uncertainty (V/s), the step before it (V) and its duration (s)."""
        if u_v_per_s <= 0.0:
            return
        self._count += 1
        self._along += drift_v_per_s * step_v / u_v_per_s**2
        self._steps += (step_v / u_v_per_s) ** 2
        if not self.found or self.lasting:
            if (
                self._before is not None
                and self._count >= POINTS
                and self.share + 2.0 * self.u_share < DYING * self._before
            ):
                self.doubt = ""
            return
        self.doubt = f"follows_late({self.share:+.2g}of_the_step/s)"
        if (self._before is not None and self.share > DYING * self._before) or self.extra_s >= LONGEST * window_s:
            self.lasting, self.extra_s = True, 0.0
        else:
            self._before = self.share
            self.extra_s = max(2.0 * self.extra_s, window_s)
        self._restart()


class Rest:
    """What is left of the steps of a run: the long window after the steepest one, and all points together.

    Parameters
    ----------
    u_signal_v_rms : float
        Wanted standard error of a point.
    looked_for : bool
        Points are compared with the steps that led to them; else nothing is ever found.
    """

    def __init__(self, u_signal_v_rms: float, *, looked_for: bool) -> None:
        self._looked_for = looked_for
        self._following = Following()
        self._probe = Probe(u_signal_v_rms)
        self._last_v: float | None = None

    @property
    def extra_s(self) -> float:
        """Time to wait beyond what magnet and filter need."""
        return self._following.extra_s

    @property
    def doubt(self) -> str:
        """What the points have to say of it; empty where the signal stands, as far as can be told."""
        return self._following.doubt

    def next_window(self) -> int:
        """How many times as long the next window is to be."""
        return self._probe.next_window() if self._looked_for else 1

    def goes_on(self, drift_v_per_s: float) -> None:
        """Take the rate of a long window that was not steady."""
        self._following.probed(drift_v_per_s, self._probe.last_step_v)

    def saw(
        self, x_v_rms: float, drift_v_per_s: float, u_drift_v_per_s: float, window_s: float, *, moving: bool
    ) -> None:
        """Take note of a window: its mean, its drift with standard uncertainty (V/s), its duration, whether the field moved."""
        before_v, self._last_v = self._last_v, x_v_rms
        if before_v is None or not self._looked_for:
            return
        step_v = x_v_rms - before_v
        self._probe.saw(step_v)
        if not moving:
            self._following.add(drift_v_per_s, u_drift_v_per_s, step_v, window_s)
