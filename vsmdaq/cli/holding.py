"""One bench, one holder: the lock around a command that moves the magnet, and what is owed to a holder that died."""

from __future__ import annotations

import os
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

from vsmdaq.bench import lock_addresses, open_magnet, zero
from vsmdaq.campaigns.interrupts import Interrupts
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import BenchLock, Holder, default_state_dir
from vsmdaq_drivers.contracts import BenchError, MagnetStillOnError

__all__ = [
    "bring_to_zero",
    "held_for_moving",
    "holding",
    "make_safe_first",
    "state_dir",
    "told",
]


def state_dir() -> Path:
    """Where locks are kept for this user."""
    return default_state_dir(os.environ, Path.home())


@contextmanager
def holding(spec: BenchSpec, run: str) -> Generator[BenchLock]:
    """Hold the lock of the bench (of nothing, where it is simulated: that one lives in this process alone).

    Raises
    ------
    LockedError
        Another process has it; the message names it.
    """
    with BenchLock(lock_addresses(spec), state_dir=state_dir(), bench=spec.name, run=run) as lock:
        try:
            yield lock
        except MagnetStillOnError as error:
            lock.release(left_unsafe=str(error))
            raise


@contextmanager
def held_for_moving(
    spec: BenchSpec, run: str, tell: Callable[[str], None], *, seed: int | None = None
) -> Generator[Interrupts]:
    """Hold the bench for a command that moves the magnet: signals are noted, what a dead holder left is made safe first.

    Parameters
    ----------
    spec : BenchSpec
        The bench.
    run : str
        Who we are, for others' messages.
    tell : callable
        Takes a line.
    seed : int or None
        Of a simulated bench.

    Raises
    ------
    LockedError
        Another process has it.
    MagnetStillOnError
        What a dead holder left could not be made safe.
    Interrupted
        A signal came in the meantime.
    """
    asked: list[Callable[[], str | None]] = []
    # signals first: between lock and handlers nothing may end us without releasing it
    with Interrupts(lambda: asked[0]() if asked else None) as interrupts, holding(spec, run) as lock:
        asked.append(lock.stop_requested)
        make_safe_first(lock, spec, tell, seed=seed)
        interrupts.check()
        yield interrupts


def told(holders: tuple[Holder, ...]) -> list[str]:
    """A line for each process that died on a bench, or left it unsafe."""
    lines: dict[tuple[int | None, str], str] = {}
    for holder in holders:
        who = "a process" if holder.pid is None else f"process {holder.pid}"
        where = f" (run {holder.run})" if holder.run else ""
        if holder.left_unsafe:
            line = f"{who}{where} could not make this bench safe: {holder.left_unsafe}"
        else:
            line = f"{who} died on this bench{where} without making it safe"
        lines.setdefault((holder.pid, holder.run), line)
    return list(lines.values())


def make_safe_first(lock: BenchLock, spec: BenchSpec, tell: Callable[[str], None], *, seed: int | None = None) -> None:
    """Make the magnet safe that a dead holder left behind, before anything else is asked of the bench.

    Parameters
    ----------
    lock : BenchLock
        Held; nothing is done where nobody left anything.
    spec : BenchSpec
        The bench.
    tell : callable
        Takes a line: who died, what was found, what came of it.
    seed : int or None
        Of a simulated bench.

    Raises
    ------
    MagnetStillOnError
        It could not be made safe.
    """
    if not lock.found_unsafe:
        return
    for line in told(lock.found_unsafe):
        tell(f"{line}; making it safe first")
    bring_to_zero(spec, tell, seed=seed)
    lock.made_safe()


def bring_to_zero(spec: BenchSpec, tell: Callable[[str], None], *, seed: int | None = None) -> None:
    """Open the magnet of a bench, say what was found, ramp to zero and verify it.

    Raises
    ------
    MagnetStillOnError
        The current is not zero, or cannot be read.
    """
    with open_magnet(spec, seed=seed) as magnet:
        for trouble in magnet.troubles:
            tell(trouble)
        try:
            before = magnet.supply.poll()
        except BenchError as error:
            tell(f"the current could not be read yet: {error}")
        else:
            tell(f"found I = {before.current_a:+.3f} A, set-point {before.set_point_a:+.3f} A")
        zero(magnet, tell)
