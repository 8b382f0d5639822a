"""Signals become an orderly end: seen between two messages, at once where the operator is being waited for."""

from __future__ import annotations

import math
import os
import signal
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType, TracebackType
from typing import Self

from vsmdaq.terms import VsmdaqError

__all__ = ["STOP_FILES", "Interrupted", "Interrupts"]

SIGNALS = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")  # the last one is Windows' Ctrl-Break
    if hasattr(signal, name)
)

SUSPEND = getattr(signal, "SIGTSTP", None)
"""Ctrl-Z: a process that sleeps cannot look after a magnet that is on."""

LOOK_S = 0.5
"""Files are looked for this often while something is measured, s."""

STOP_FILES = ("STOP", "STOP.txt")
"""Names of a file that ends the run in whose folder it is put; Windows' Explorer likes to add the ending."""


class Interrupted(VsmdaqError):  # noqa: N818 - an end, not an error
    """A signal or a stop request ended the run. `exit_code` is 128 + signal number."""

    def __init__(self, cause: str, exit_code: int) -> None:
        self.cause = cause
        self.exit_code = exit_code
        super().__init__(f"interrupted by {cause}")


class Interrupts:
    """While entered, SIGINT, SIGTERM, SIGHUP and the like are noted; `check` raises Interrupted once one has come.

    A second signal changes nothing: the way to the safe state is never cut short. Ctrl-Z is without effect. A hang-up that
    was ignored before (``nohup``) stays ignored. Outside the main thread Python takes no signals: only stop requests count there.

    Parameters
    ----------
    stop_requested : callable
        Another way to ask for the end: what is true asks, and a text says who it is.
    """

    def __init__(self, stop_requested: Callable[[], bool | str | None] = lambda: None) -> None:
        self._stop_requested = stop_requested
        self._received: int | None = None
        self._stopped_by = ""
        self._files: tuple[str, ...] = ()
        self._looked_s = -math.inf
        self._waiting = False
        self._previous: dict[int, signal.Handlers | int | Callable[[int, FrameType | None], object] | None] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in SIGNALS:
            previous = signal.signal(number, self._note)
            self._previous[number] = previous
            if number == getattr(signal, "SIGHUP", None) and previous is signal.SIG_IGN:
                signal.signal(number, signal.SIG_IGN)
        if SUSPEND is not None:
            self._previous[SUSPEND] = signal.signal(SUSPEND, signal.SIG_IGN)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _note(self, number: int, frame: FrameType | None) -> None:
        del frame
        if self._received is None:
            self._received = number
        if self._waiting:
            self.check()

    def look_for_stop_file(self, folder: Path) -> None:
        """From now on a file named ``STOP`` in this folder ends the run; it is removed when it is obeyed."""
        self._files = tuple(str(folder / name) for name in STOP_FILES)

    def check(self, now_s: float | None = None) -> None:
        """Raise Interrupted where a signal has come or a stop was asked for.

        Signals are seen at every call; with `now_s` (bench time) files are looked for every `LOOK_S` only.
        """
        if self._received is not None:
            raise Interrupted(signal.Signals(self._received).name, 128 + self._received)
        if now_s is not None:
            if not self._stopped_by and 0.0 <= now_s - self._looked_s < LOOK_S:
                return
            self._looked_s = now_s
        if not self._stopped_by:
            self._stopped_by = self._asked_to_stop()
        if self._stopped_by:
            raise Interrupted(self._stopped_by, 128 + signal.SIGTERM)

    def _asked_to_stop(self) -> str:
        """Who asks for the end, ``""`` where nobody does."""
        asked = self._stop_requested()
        if asked:
            return f"a stop request ({asked})" if isinstance(asked, str) else "a stop request"
        for path in self._files:
            if os.path.exists(path):  # noqa: PTH110 - asked several times a second: no path is made anew each time
                with suppress(OSError):  # obeyed, even where it cannot be removed
                    Path(path).unlink()
                return f"the stop file {path}"
        return ""

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Where a person is waited for, a signal raises at once: nothing moves meanwhile."""
        self.check()
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False
