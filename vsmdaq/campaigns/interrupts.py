"""Signals become an orderly end: seen between two messages, at once where the operator is being waited for."""

from __future__ import annotations

import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Self

from vsmdaq.terms import VsmdaqError

__all__ = ["Interrupted", "Interrupts"]

SIGNALS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Interrupted(VsmdaqError):  # noqa: N818 - an end, not an error
    """A signal or a stop request ended the run. `exit_code` is 128 + signal number."""

    def __init__(self, cause: str, exit_code: int) -> None:
        self.cause = cause
        self.exit_code = exit_code
        super().__init__(f"interrupted by {cause}")


class Interrupts:
    """While entered, SIGINT, SIGTERM and SIGHUP are noted; `check` raises Interrupted once one has come.

    A second signal changes nothing: the way to the safe state is never cut short.

    Parameters
    ----------
    stop_requested : callable
        Another way to ask for the end (a stop file).
    """

    def __init__(self, stop_requested: Callable[[], bool] = lambda: False) -> None:
        self._stop_requested = stop_requested
        self._received: int | None = None
        self._waiting = False
        self._previous: dict[int, signal.Handlers | int | Callable[[int, FrameType | None], object] | None] = {}

    def __enter__(self) -> Self:
        for number in SIGNALS:
            self._previous[number] = signal.signal(number, self._note)
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

    def check(self) -> None:
        """Raise Interrupted where a signal has come or a stop was asked for."""
        if self._received is not None:
            raise Interrupted(signal.Signals(self._received).name, 128 + self._received)
        if self._stop_requested():
            raise Interrupted("a stop request", 128 + signal.SIGTERM)

    @contextmanager
    def waiting(self) -> Generator[None]:
        """Where a person is waited for, a signal raises at once: nothing moves meanwhile."""
        self.check()
        self._waiting = True
        try:
            yield
        finally:
            self._waiting = False
