"""One process at a time on an instrument, and who it was when a process died on it.

The lock itself is the operating system's (it ends with the process, however that ends). Beside it stands a note of the
holder. A note without a lock is the trace of a process that died: its magnet may still be on.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from filelock import FileLock, Timeout

from vsmdaq.record.atomic import make_folder, write_atomically
from vsmdaq.record.errors import LockedError
from vsmdaq.record.jsontext import pretty_json, read_object
from vsmdaq.terms import InputError
from vsmdaq_drivers.contracts import MagnetStillOnError

__all__ = ["BenchLock", "Holder", "default_state_dir", "request_stop"]


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds, or held, an instrument.

    Attributes
    ----------
    address : str
        The instrument's canonical address.
    pid : int or None
        Its process; None where the note is unreadable.
    host, bench, run : str
        Machine, bench file and run folder (``""`` without a run).
    left_unsafe : str
        Why the instrument could not be made safe at the end; ``""`` while it runs, or where the process just died.
    """

    address: str
    pid: int | None
    host: str
    bench: str
    run: str
    left_unsafe: str = ""


def default_state_dir(environment: Mapping[str, str], home: Path, *, windows: bool = sys.platform == "win32") -> Path:
    """Return where locks are kept: the user's state folder, as the platform has it.

    Parameters
    ----------
    environment : mapping
        The environment variables (`os.environ`).
    home : Path
        The user's home.
    windows : bool
        Whether LOCALAPPDATA counts, or XDG_STATE_HOME.
    """
    if windows:
        base = environment.get("LOCALAPPDATA")
        return (Path(base) if base else home / "AppData" / "Local") / "vsmdaq"
    base = environment.get("XDG_STATE_HOME")
    # The XDG base directory specification has relative paths ignored.
    return (Path(base) if base and Path(base).is_absolute() else home / ".local" / "state") / "vsmdaq"


def _file(state_dir: Path, address: str, ending: str) -> Path:
    readable = re.sub(r"[^A-Za-z0-9]+", "-", address).strip("-")[-60:]
    return state_dir / f"{readable}-{hashlib.sha256(address.encode()).hexdigest()[:12]}{ending}"


def _read_holder(state_dir: Path, address: str) -> Holder | None:
    path = _file(state_dir, address, ".holder.json")
    if not path.exists():
        return None
    unknown = Holder(address, None, "", "", "")
    try:
        content = read_object(path, "the note of a holder")
    except InputError:
        return unknown if path.exists() else None  # removed in between, or damaged: somebody was there
    pid = content.get("pid")
    texts = (str(content.get(key, "")) for key in ("host", "bench", "run", "left_unsafe"))
    return Holder(address, pid if isinstance(pid, int) else None, *texts)


def _is_free(state_dir: Path, address: str) -> bool:
    lock = FileLock(_file(state_dir, address, ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    lock.release()
    return True


def request_stop(state_dir: Path, addresses: Iterable[str], reason: str) -> tuple[Holder, ...]:
    """Ask whoever holds these instruments to end and make safe.

    Parameters
    ----------
    state_dir : Path
        Where locks are kept.
    addresses : iterable of str
        Canonical addresses.
    reason : str
        Who asks, for the holder's record.

    Returns
    -------
    holders : tuple of Holder
        Who was asked; empty where nobody holds any of them, so that the caller may lock and make safe himself.
    """
    asked: list[Holder] = []
    for address in sorted(set(addresses)):
        holder = _read_holder(state_dir, address)
        if holder is not None and not _is_free(state_dir, address):
            write_atomically(_file(state_dir, address, ".stop"), reason)
            asked.append(holder)
    return tuple(asked)


class BenchLock:
    """The lock on the instruments of one bench.

    Parameters
    ----------
    addresses : iterable of str
        Canonical addresses of the instruments.
    bench, run : str
        Who we are, for others' messages.
    state_dir : Path, optional
        Where locks are kept, the same for all processes of a user; `default_state_dir` where not given.

    Attributes
    ----------
    found_unsafe : tuple of Holder
        After `acquire`: those who died with an instrument, or left it unsafe. Read it back, make it safe first, then say so
        by `made_safe`; until then the trace of them outlives this lock.
    """

    def __init__(self, addresses: Iterable[str], *, bench: str, state_dir: Path | None = None, run: str = "") -> None:
        self.addresses = tuple(sorted(set(addresses)))  # one order for all, so that two cannot wait for each other
        self.found_unsafe: tuple[Holder, ...] = ()
        self._state_dir = state_dir or default_state_dir(os.environ, Path.home())
        self._bench = bench
        self._run = run
        self._locks: list[FileLock] = []

    def acquire(self) -> None:
        """Take all instruments or none, without waiting.

        Raises
        ------
        LockedError
            Another process holds one; it names process and run.
        OSError
            The state folder cannot be written.
        """
        if self._locks:
            raise RuntimeError("this lock is held already")
        if self.addresses:  # a simulated bench has none, and needs no place to keep them
            make_folder(self._state_dir)
        try:
            for address in self.addresses:
                self._acquire_one(address)
            found = (_read_holder(self._state_dir, address) for address in self.addresses)
            self.found_unsafe = tuple(holder for holder in found if holder is not None)
            for address in self.addresses:
                _file(self._state_dir, address, ".stop").unlink(missing_ok=True)  # it was meant for a predecessor
                self._write_note(address, "")
        except BaseException:
            self._unlock()
            raise

    def _acquire_one(self, address: str) -> None:
        lock = FileLock(_file(self._state_dir, address, ".lock"))
        try:
            lock.acquire(timeout=0)
        except Timeout:
            holder = _read_holder(self._state_dir, address) or Holder(address, None, "", "", "")
            raise LockedError(address, pid=holder.pid, host=holder.host, bench=holder.bench, run=holder.run) from None
        self._locks.append(lock)

    def _write_note(self, address: str, left_unsafe: str) -> None:
        self._write(Holder(address, os.getpid(), platform.node(), self._bench, self._run, left_unsafe))

    def _write(self, note: Holder) -> None:
        write_atomically(_file(self._state_dir, note.address, ".holder.json"), pretty_json(asdict(note)))

    def made_safe(self) -> None:
        """Forget those in `found_unsafe`: what they left has been verified to be safe."""
        self.found_unsafe = ()

    def stop_requested(self) -> str | None:
        """Return the reason for which somebody asked us to stop, None if nobody did. Cheap: to be polled."""
        for address in self.addresses:
            path = _file(self._state_dir, address, ".stop")
            if path.exists():
                return path.read_text("utf-8") or "asked to stop"
        return None

    def release(self, *, left_unsafe: str = "") -> None:
        """Give the instruments back; may be called twice.

        Parameters
        ----------
        left_unsafe : str
            Why they could not be made safe. The note of us stays then, so that the next one makes them safe first.
        """
        if not self._locks:
            return
        before = {holder.address: holder for holder in self.found_unsafe}
        for address in self.addresses:
            _file(self._state_dir, address, ".stop").unlink(missing_ok=True)
            with suppress(OSError):  # on a full disk the note of `acquire` stays, which says the same
                if left_unsafe:
                    self._write_note(address, left_unsafe)
                elif address in before:
                    self._write(before[address])
                else:
                    _file(self._state_dir, address, ".holder.json").unlink(missing_ok=True)
        self._unlock()

    def _unlock(self) -> None:
        while self._locks:
            self._locks.pop().release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Release; as unsafe where the magnet could not be verified to be off."""
        self.release(left_unsafe=str(error) if isinstance(error, MagnetStillOnError) else "")
