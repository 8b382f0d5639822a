"""The last points of a record are measured again before a run goes on, to see whether they are what they were."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from vsmdaq.measure import Detector
from vsmdaq.record import EventLog
from vsmdaq.terms import MomentPoint, Step
from vsmdaq_drivers.contracts import Clock

if TYPE_CHECKING:
    from vsmdaq.campaigns.session import Session

__all__ = ["differences", "phase_shift_s", "repeat"]

DIFFERENCE_SIGMA = 5.0
"""A point that differs from itself by more standard uncertainties than this is told of."""

SAME_FIELD_A_PER_M = 5.0
"""Nor more closely than this, near zero."""

SAME_FIELD = 1e-3
"""Fields that differ by this fraction are the same: the window may begin before the last of the lag."""

GRID_S = 10.0
"""Mains, the clocks of most instruments, and what the drivers look after from time to time have whole numbers of periods in it."""

SAME_PHASE_S = 1e-3
"""As near as a real bus lets one come."""

LOOK_S = 0.1
"""So long before a wait ends, what is looked after from time to time is looked after."""


def repeat(
    session: Session,
    detector: Detector,
    done: Sequence[MomentPoint],
    steps: Sequence[Step],
    take: Callable[[int, Step], MomentPoint],
    events: EventLog,
) -> tuple[str, ...]:
    """Measure the last points of the record again, at the same phase of ten seconds; nothing is recorded but how they compare.

    Parameters
    ----------
    session : Session
        Bench, and whom to tell.
    detector : Detector
        Which `take` measures with.
    done, steps : sequence
        Points to measure again, and their steps.
    take : callable
        Measures a point, given its index and step.
    events : EventLog
        Takes the comparison.

    Notes
    -----
    What has a period of its own (hum, the gaussmeter's readings) met the points of an uninterrupted run at some phase. After a
    point that was not measured at the phase that it has in the record, it is waited for the right one.

    Returns
    -------
    flags : tuple of str
        What the next point has to say about it; empty where all are what they were.
    """
    flags: list[str] = []
    for number, (old, step) in enumerate(zip(done, steps, strict=True), start=1):
        new = take(old.index, step)
        found = differences(old, new)
        events.record("measured_again", {"index": old.index, **found})
        worst = max(found, key=lambda name: abs(found[name]))
        if abs(found[worst]) > DIFFERENCE_SIGMA:
            text = f"point {old.index} measured again differs in {worst} by {found[worst]:+.1f} standard uncertainties"
            session.tell(f"{text}: was anything moved?")
            flags = [f"not_as_before_the_interruption({worst}:{found[worst]:+.1f}u)"]
        shift_s = phase_shift_s(old.t_end_s, new.t_end_s)
        if number < len(done) and step.after_s is None and shift_s > 0.0:  # a point that has its time comes then
            _wait_for_phase(detector, session.bench.clock, session.bench.clock.now() + shift_s)
    return tuple(flags)


def differences(old: MomentPoint, new: MomentPoint) -> dict[str, float]:
    """New minus old, in standard uncertainties of the difference, of X, Y and the field; 0 where nothing is known of them."""
    same_a_per_m = max(SAME_FIELD * abs(old.set_field_a_per_m), SAME_FIELD_A_PER_M)

    def of(name: str) -> float:
        u = math.hypot(
            getattr(old, f"u_{name}"), getattr(new, f"u_{name}"), same_a_per_m if name.startswith("field") else 0.0
        )
        difference = float(getattr(new, name) - getattr(old, name))
        return difference / u if u > 0.0 else 0.0

    return {name: of(name) for name in ("x_v_rms", "y_v_rms", "field_a_per_m")}


def _wait_for_phase(detector: Detector, clock: Clock, go_on_s: float) -> None:
    """Wait until a time, or that phase of a later period where something that had to be done meanwhile took too long."""
    for _ in range(2):
        detector.wait_until(go_on_s - LOOK_S)
        detector.attend()
        detector.wait_until(go_on_s)
        if clock.now() - go_on_s < SAME_PHASE_S:
            return
        go_on_s += GRID_S


def phase_shift_s(old_s: float, new_s: float) -> float:
    """How long (s) to wait until what comes is at the phase of what it was; 0 where it is so to the millisecond."""
    shift_s = (old_s - new_s) % GRID_S
    if min(shift_s, GRID_S - shift_s) < SAME_PHASE_S:
        return 0.0
    return shift_s if shift_s > 2.0 * LOOK_S else shift_s + GRID_S
