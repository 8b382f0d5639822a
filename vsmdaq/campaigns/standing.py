"""How a run stands, as another process reads it from its folder; nothing is written there.

The measuring process says who it is when it begins (`pid`, `host`). On this computer it is looked up whether that process still
runs; of another computer nothing is known, and nothing is said.
"""

from __future__ import annotations

import os
import platform
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from vsmdaq.campaigns.estimate import estimate, volt_per_moment
from vsmdaq.campaigns.job import Job
from vsmdaq.campaigns.pace import pace_of
from vsmdaq.campaigns.replay import load_run
from vsmdaq.record import BEGINNINGS, RunFolder, read_events
from vsmdaq.terms import InputError

__all__ = ["Standing", "alive", "speed_of_run", "standing_of", "time_left_s"]

SIMULATED = "@vsmsim"
"""Ending of the VISA library of a bench that lives in the measuring process; its time is virtual."""

_LAST_WORDS = frozenset({"end", "interrupted", "failed", "safe", "unsafe"})


@dataclass(frozen=True, slots=True)
class Standing:
    """How a run stands.

    Attributes
    ----------
    state : str
        ``"measuring"``, ``"held"``, ``"finishing"`` (on the way to its end, as asked), ``"done"``, ``"interrupted"``,
        ``"failed"``, ``"unsafe"`` (the magnet could not be verified to be off), or ``"gone"`` (the process ended without a
        word).
    text : str
        The same for a person, with what is known beside; ``""`` where its process has not said anything yet.
    exit_code : int
        As a command that ends with the run: 0 while it is measured and when it is done.
    """

    state: str
    text: str
    exit_code: int

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self.state not in {"measuring", "held", "finishing"}


def standing_of(folder: RunFolder) -> Standing:
    """Look at a run; what its process has not said is found out.

    Raises
    ------
    InputError
        Its events are damaged.
    """
    events: Sequence[Mapping[str, Any]] = read_events(folder.events_jsonl)[0] if folder.events_jsonl.exists() else ()
    begin = next((n for n in range(len(events) - 1, -1, -1) if events[n].get("kind") in BEGINNINGS), None)
    if begin is None:
        return Standing("measuring", "", 0)
    first, part = events[begin], events[begin:]
    pid, host = first.get("pid"), first.get("host")
    gone = host == platform.node() and isinstance(pid, int) and not alive(pid)
    said = {str(event["kind"]): event for event in part if event.get("kind") in _LAST_WORDS}
    if said:
        return _ended(said, folder, gone=gone)
    if gone:
        how = f"vsmdaq resume {folder.path} goes on, after making the magnet safe"
        return Standing("gone", f"not being measured any more: process {pid} is gone; {how}", 3)
    holds = [event for event in part if event.get("kind") in {"held", "went_on"}]
    if holds and holds[-1]["kind"] == "held":
        since = str(holds[-1].get("utc", ""))[:19].replace("T", " ")
        return Standing("held", f"held since {since} UTC; `vsmdaq ask {folder.path} go-on` goes on", 0)
    if any(event.get("kind") == "finishing" for event in part):
        return Standing("finishing", "ends after this point, as asked", 0)
    return Standing("measuring", "measuring", 0)


def _ended(said: Mapping[str, Mapping[str, Any]], folder: RunFolder, *, gone: bool) -> Standing:
    """How a run stands whose process has spoken of its end, and may still be busy with it."""
    if "unsafe" in said:
        return Standing("unsafe", str(said["unsafe"].get("text", "MAGNET STILL ON")), 3)
    resume = f"vsmdaq resume {folder.path} goes on"
    if "interrupted" in said:
        standing = Standing("interrupted", f"interrupted by {said['interrupted'].get('cause', '?')}; {resume}", 130)
    elif "failed" in said:
        standing = Standing("failed", f"failed: {said['failed'].get('message', '?')} {resume}", 3)
    elif "end" in said and folder.result_json.exists():
        return Standing("done", f"done in {float(said['end'].get('bench_time_s', 0.0)):.0f} s of bench time", 0)
    elif "end" in said and gone:
        return Standing("done", f"measured to its end; vsmdaq reduce {folder.path} makes its result", 0)
    else:
        standing = Standing("finishing", "all points are done; the magnet is at zero, the result is being made", 0)
    if "safe" in said:
        return standing
    if gone:
        return Standing("gone", f"{standing.text}; its process ended on the way to zero: make the magnet safe first", 3)
    return Standing("finishing", f"{standing.text}; the magnet is on its way to zero", 0)


def time_left_s(folder: RunFolder) -> float | None:
    """Bench time (s) that a run still takes, as its own process tells it; None where that cannot be told."""
    with suppress(InputError):
        run, _ = load_run(folder)
        job = Job(run.procedure, run.sample, None, run.tube, {})
        pace = pace_of(job, run.bench, estimate(job, run.bench, volt_per_moment(run.artefacts)))
        for point in run.moment_points or run.weight_points:
            pace.saw(point)
        return pace.left_s
    return None


def speed_of_run(folder: RunFolder) -> float | None:
    """Seconds of bench time in a second; None where bench time is virtual, or cannot be told."""
    with suppress(InputError):
        bench = load_run(folder)[0].bench
        return None if bench.visa_library.endswith(SIMULATED) else bench.clock_speed
    return None


def alive(pid: int) -> bool:
    """Whether a process of this computer runs."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone needs it

        # 0x1000: PROCESS_QUERY_LIMITED_INFORMATION; 259: STILL_ACTIVE
        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if not handle:
            return False
        code = ctypes.c_ulong()
        ctypes.windll.kernel32.GetExitCodeProcess(handle, ctypes.byref(code))
        ctypes.windll.kernel32.CloseHandle(handle)
        return code.value == 259
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
