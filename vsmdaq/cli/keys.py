"""Keys at the terminal while a run goes on, read without waiting.

The terminal gives each key at once and does not show it (cbreak mode; Ctrl-C stays what it is), until the operator is asked
something or the run is over: then it is as it was. A process in the background neither reads nor changes the terminal: the
system would stop it, and a process that is stopped cannot look after a magnet.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Protocol, Self

from vsmdaq_drivers.contracts import Operator, OperatorStep

__all__ = ["KEYS", "Keys", "Undisturbed"]

KEYS = {"h": "toggle", " ": "toggle", "s": "skip", "f": "finish", "q": "stop", "?": "help"}
"""Key to what it asks for; capitals too. Any other key is without effect."""

_ESCAPE = "\x1b"


class _Source(Protocol):
    """Where keys come from."""

    def begin(self) -> None:
        """Have each key given at once."""
        ...

    def end(self) -> None:
        """Leave the terminal as it was found; what was typed and not read is dropped. May be called twice."""
        ...

    def typed(self) -> str:
        """What was typed since the last call; does not wait."""
        ...


class Keys:
    """The keys of one terminal, as words for `Controls`; a context manager.

    Parameters
    ----------
    source : optional
        None where there is no terminal: no key ever comes.
    """

    def __init__(self, source: _Source | None) -> None:
        self._source = source
        self._words: deque[str] = deque()
        self._open = False

    @classmethod
    def of_terminal(cls) -> Keys:
        """The keys of standard input, where that is a terminal that this process may read."""
        try:
            if not sys.stdin.isatty():
                return cls(None)
            descriptor = sys.stdin.fileno()
        except (OSError, ValueError, AttributeError):
            return cls(None)
        return cls(WindowsKeys() if sys.platform == "win32" else _PosixKeys(descriptor))

    @property
    def there(self) -> bool:
        """Whether keys can come."""
        return self._source is not None

    def __call__(self) -> str:
        """The next word that was asked for, ``""`` for none; does not wait."""
        if self._open and self._source is not None and not self._words:
            text = self._source.typed()
            # an arrow or function key is an escape and letters that are not meant
            self._words.extend(KEYS[key] for key in text.lower().partition(_ESCAPE)[0] if key in KEYS)
        return self._words.popleft() if self._words else ""

    @contextmanager
    def left_alone(self) -> Generator[None]:
        """The terminal is as it was, for somebody else to read lines from; what was typed before is dropped."""
        was_open = self._open
        self._leave()
        try:
            yield
        finally:
            if was_open:
                self._enter()

    def _enter(self) -> None:
        if self._source is not None:
            self._source.begin()
            self._open = True

    def _leave(self) -> None:
        self._open = False
        self._words.clear()
        if self._source is not None:
            self._source.end()

    def __enter__(self) -> Self:
        self._enter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()


class Undisturbed:
    """An operator who is asked without anybody else reading the terminal; satisfies the role `Operator`."""

    def __init__(self, inner: Operator, keys: Keys) -> None:
        self._inner = inner
        self._keys = keys

    @property
    def name(self) -> str:
        """Get the name for messages."""
        return self._inner.name

    def identify(self) -> str:
        """Who is asked."""
        return self._inner.identify()

    def prepare(self) -> None:
        """Nothing beside what the operator does."""
        self._inner.prepare()

    def perform(self, step: OperatorStep) -> str:
        """Have a step done; see the operator."""
        with self._keys.left_alone():
            return self._inner.perform(step)

    def close(self) -> None:
        """Release the operator."""
        self._inner.close()


class _PosixKeys:
    """A terminal in cbreak mode."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._before: list[Any] | None = None

    def begin(self) -> None:
        if sys.platform == "win32":
            return
        import termios  # noqa: PLC0415 - POSIX alone has it

        if not self._foreground():
            return
        with suppress(termios.error):
            before = termios.tcgetattr(self._descriptor)
            mode = [*before[:3], before[3] & ~(termios.ICANON | termios.ECHO), *before[4:]]
            mode[6] = [*before[6]]
            mode[6][termios.VMIN], mode[6][termios.VTIME] = 1, 0
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, mode)
            self._before = before

    def end(self) -> None:
        if sys.platform == "win32":
            return
        import termios  # noqa: PLC0415 - POSIX alone has it

        before, self._before = self._before, None
        # in the background the terminal is somebody else's, who has set it as he likes
        if before is not None and self._foreground():
            with suppress(termios.error):
                termios.tcsetattr(self._descriptor, termios.TCSAFLUSH, before)

    def typed(self) -> str:
        if sys.platform == "win32":
            return ""
        import select  # noqa: PLC0415 - not of a terminal on Windows

        if self._before is None or not self._foreground():
            return ""
        try:
            ready, _, _ = select.select([self._descriptor], [], [], 0.0)
            return os.read(self._descriptor, 256).decode("utf-8", "ignore") if ready else ""
        except (OSError, ValueError):  # the terminal is gone; a hang-up says so
            self._before = None
            return ""

    def _foreground(self) -> bool:
        """Whether this process may use the terminal."""
        if sys.platform == "win32":
            return False
        try:
            return os.tcgetpgrp(self._descriptor) == os.getpgrp()
        except OSError:
            return False


class WindowsKeys:
    """A Windows console, which gives each key at once by itself."""

    def begin(self) -> None:
        self.typed()  # what was typed before was not meant for the run

    def end(self) -> None:
        self.typed()

    def typed(self) -> str:
        if sys.platform != "win32":
            return ""
        import msvcrt  # noqa: PLC0415 - Windows alone has it

        text = ""
        while msvcrt.kbhit():
            key = msvcrt.getwch()
            if key in {"\x00", "\xe0"}:  # a function or arrow key: its second half means nothing here
                msvcrt.getwch()
                continue
            text += key
        return text
