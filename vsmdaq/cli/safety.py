"""`vsmdaq safe`: the magnet to zero, by its holder or by us."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import typer

from vsmdaq.bench import lock_addresses, open_bench, zero
from vsmdaq.cli.holding import holding, state_dir
from vsmdaq.cli.running import load_bench
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import LockedError, request_stop
from vsmdaq_drivers.contracts import Clock
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["make_bench_safe", "make_safe_here"]

PATIENCE_S = 60.0
"""A holder that was asked to stop gets this long; from full field at a slow rate it may need most of it."""


def make_bench_safe(path: Path, seed: int | None) -> int:
    """Ask a running holder to stop and wait for it; ramp to zero ourselves where there is none.

    Raises
    ------
    MagnetStillOnError
        The current is not zero, or cannot be read.
    LockedError
        A holder was asked but did not let go in time.
    """
    spec, _ = load_bench(path)
    _ask_holder(spec, SystemClock())
    make_safe_here(spec, seed)
    return 0


def _ask_holder(spec: BenchSpec, clock: Clock) -> None:
    asked = request_stop(state_dir(), lock_addresses(spec), f"vsmdaq safe, process {os.getpid()}")
    if not asked:
        return
    holder = asked[0]
    print(f"asked process {holder.pid} (run {holder.run}) to stop", file=sys.stderr)  # noqa: T201
    deadline_s = clock.now() + PATIENCE_S
    while clock.now() < deadline_s:
        try:
            with holding(spec, "safe"):
                return
        except LockedError:
            clock.sleep(0.5)


def make_safe_here(spec: BenchSpec, seed: int | None) -> None:
    """Open supply and gaussmeter, ramp to zero, verify, say what was found."""
    with holding(spec, "safe") as lock:
        for holder in lock.found_unsafe:
            typer.echo(f"process {holder.pid} ended without making {holder.address} safe (run {holder.run})")
        with open_bench(spec, frozenset(), seed=seed, unattended=True) as bench:
            before = bench.supply.poll()
            typer.echo(f"found I = {before.current_a:+.3f} A, set-point {before.set_point_a:+.3f} A")
            zero(bench, typer.echo)
