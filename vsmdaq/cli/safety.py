"""`vsmdaq safe`: the magnet to zero, by its holder or by us."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from vsmdaq.bench import lock_addresses
from vsmdaq.campaigns import Interrupts
from vsmdaq.cli.holding import bring_to_zero, holding, state_dir, told
from vsmdaq.cli.running import load_bench
from vsmdaq.cli.streams import say
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import request_stop
from vsmdaq_drivers.contracts import Clock
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["make_bench_safe", "make_safe_here"]

GRACE_S = 30.0
"""What a holder that was asked to stop gets beside the time of its ramp: to see it, to verify zero, to close its files."""

LOOK_S = 0.2
"""Time between two looks at whether the holder has let go."""


def make_bench_safe(path: Path, seed: int | None) -> int:
    """Ask a running holder to stop and wait for it; then verify zero, or ramp to zero ourselves where there is none.

    A signal does not cut it short: the magnet comes first.

    Raises
    ------
    MagnetStillOnError
        The current is not zero, or cannot be read.
    LockedError
        A holder was asked but did not let go in time.
    """
    spec, _ = load_bench(path)
    with Interrupts():
        _ask_holder(spec, SystemClock())
        make_safe_here(spec, seed)
    return 0


def patience_s(spec: BenchSpec) -> float:
    """Longest time (s, wall clock) that a holder gets: from full current at the safe rate, tried three times at most."""
    down_s = spec.magnet.max_current_a / spec.magnet.safe_rate_a_per_s
    return (GRACE_S + 1.5 * down_s) / min(spec.clock_speed, 1.0)


def _ask_holder(spec: BenchSpec, clock: Clock) -> None:
    asked = request_stop(state_dir(), lock_addresses(spec), f"vsmdaq safe, process {os.getpid()}")
    if not asked:
        return
    holder = asked[0]
    print(f"asked process {holder.pid} (run {holder.run}) to stop", file=sys.stderr)  # noqa: T201 - progress goes there
    deadline_s = clock.now() + patience_s(spec)
    while request_stop(state_dir(), lock_addresses(spec), f"vsmdaq safe, process {os.getpid()}"):
        if clock.now() > deadline_s:
            return  # taking the lock says who has it
        clock.sleep(LOOK_S)


def make_safe_here(spec: BenchSpec, seed: int | None) -> None:
    """Open supply and gaussmeter, ramp to zero, verify, say what was found."""
    with holding(spec, "safe") as lock:
        for line in told(lock.found_unsafe):
            say(line)
        bring_to_zero(spec, say, seed=seed)
        lock.made_safe()
