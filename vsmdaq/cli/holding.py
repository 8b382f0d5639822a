"""One bench, one holder: the lock around a command that moves the magnet."""

from __future__ import annotations

import os
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from vsmdaq.bench import lock_addresses
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.record import BenchLock, default_state_dir
from vsmdaq_drivers.contracts import MagnetStillOnError

__all__ = ["holding", "state_dir"]


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
