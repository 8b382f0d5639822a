"""What a run lacks of its plan, and why; and what spoke against the calibrations that it was measured with."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from vsmdaq.campaigns.controls import finished_early, skipped_points
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.record import EventLog, RunFolder, read_events
from vsmdaq.reduce import Reduction, RunData, reduce_run
from vsmdaq.terms import InputError

__all__ = ["doubts_of", "lacking", "record_doubts", "reduced_as_far_as_asked"]

DOUBT = "calibration_doubt"


def record_doubts(events: EventLog, doubts: Mapping[str, Sequence[str]], tell: Callable[[str], None]) -> None:
    """Bring what speaks against the calibrations of a run (texts by kind), which is measured all the same, into its record."""
    for kind, texts in doubts.items():
        for text in texts:
            tell(f"ATTENTION {text}")
            events.record(DOUBT, {"calibration": kind, "text": text})


def doubts_of(folder: RunFolder, replaced: Collection[str] = ()) -> tuple[str, ...]:
    """What spoke against the calibrations of a run while it was measured; those of the kinds in `replaced` are not used any more."""
    events, _ = _events(folder)
    doubts = [event for event in events if event.get("kind") == DOUBT and event.get("calibration") not in replaced]
    return tuple(dict.fromkeys(str(event.get("text", "")) for event in doubts))


def lacking(folder: RunFolder, run: RunData) -> tuple[str, ...]:
    """Flags for the points of the plan that a run does not have; empty where it is complete."""
    events, flags = _events(folder)
    points = run.moment_points or run.weight_points
    done = frozenset(point.index for point in points)
    skipped = sorted(skipped_points(events) - done)
    if skipped:
        flags.append(f"skipped: {len(skipped)} points, as asked ({', '.join(map(str, skipped))})")
    if text := _rest(run, done.union(skipped), len(points)):
        cause = "finished_early" if finished_early(events) else "incomplete"
        flags.append(f"{cause}: {text}")
    return tuple(flags)


def reduced_as_far_as_asked(folder: RunFolder, run: RunData) -> Reduction:
    """Reduce a run; where its user ended it too early for that, skipped too much, or its points are flagged, a flag is the result.

    Raises
    ------
    InputError
        The run lacks what its reduction needs, and it is neither its user's wish nor the fault of its points.
    """
    try:
        return reduce_run(run)
    except InputError as error:
        events, _ = _events(folder)
        flagged = any(point.flags for point in run.moment_points or run.weight_points)
        if not (flagged or finished_early(events) or skipped_points(events)):
            raise
        return Reduction({}, {}, flags=(f"not reduced: {'; '.join(map(str, error.problems))}",))


def _events(folder: RunFolder) -> tuple[Sequence[Mapping[str, Any]], list[str]]:
    """What happened, and a flag where that cannot be read: no reason not to reduce the points."""
    try:
        return (read_events(folder.events_jsonl)[0] if folder.events_jsonl.exists() else ()), []
    except InputError as error:
        return (), [f"events.jsonl cannot be read: {'; '.join(map(str, error.problems))}"]


def _rest(run: RunData, passed: frozenset[int], done: int) -> str:
    """How many points of how many there are, where there are more to come; else ``""``."""
    plan = plan_of(run.procedure)
    if plan.rule is None:
        total = len(plan.steps) * (2 if run.procedure.kind == "gouy" else 1)
        return "" if len(passed) == total else f"{done} of {total} points"
    course = plan.course()
    for point in run.moment_points:
        course.saw(point)
    planned = course.next()
    while planned is not None and planned[0] in passed:
        planned = course.next()
    return "" if planned is None else f"{done} points, more were to come"
