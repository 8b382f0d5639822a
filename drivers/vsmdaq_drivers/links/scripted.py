"""A link that follows a script: for tests of drivers, ours and contributors'."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

from vsmdaq_drivers.contracts import BenchError, Clock, LinkTimeoutError, ReplyError

__all__ = ["ScriptedClock", "ScriptedLink"]


class ScriptedClock:
    """A clock that stands still until somebody sleeps."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s

    def now(self) -> float:
        """Seconds since the clock's zero."""
        return self._now_s

    def sleep(self, duration_s: float) -> None:
        """Move the clock by `duration_s` seconds (>= 0), at once."""
        if not duration_s >= 0:
            raise ValueError(f"cannot sleep for {duration_s} s")
        self._now_s += duration_s

    def utc(self) -> datetime:
        """A made-up date that goes with `now()`."""
        return datetime(2000, 1, 1, tzinfo=UTC) + timedelta(seconds=self._now_s)


class ScriptedLink:
    """Plays the instrument: each line sent must be the next of the script, and gets the reply written there.

    Parameters
    ----------
    script : sequence of (sent, reply)
        What the driver has to send, and what the instrument answers: text, bytes as they come over the wire, None for no
        answer, a BenchError to raise instead. Where `sent` is None, the reply comes without having been asked for.
    name : str
        Name of the instrument in messages.
    clock : Clock, optional
        A `ScriptedClock` of its own by default.
    message_s : float
        Bench time that each message costs, s.
    status_byte : int or None
        Answer to a serial poll.

    Notes
    -----
    Use it in a ``with`` block, or call `finish`: what is left of the script is an AssertionError.
    """

    def __init__(
        self,
        script: Sequence[tuple[str | None, str | bytes | BenchError | None]] = (),
        *,
        name: str = "instrument",
        clock: Clock | None = None,
        message_s: float = 0.0,
        status_byte: int | None = None,
    ) -> None:
        self._script = list(script)
        self._position = 0
        self._replies: list[str | bytes | BenchError] = []
        self._name = name
        self._clock: Clock = ScriptedClock() if clock is None else clock
        self._message_s = message_s
        self._status_byte = status_byte
        self.closed = False
        self.clears = 0

    @property
    def name(self) -> str:
        """Get the name of the instrument."""
        return self._name

    @property
    def clock(self) -> Clock:
        """Get the clock of the bench."""
        return self._clock

    @property
    def sent(self) -> tuple[str, ...]:
        """Get all lines sent so far."""
        return tuple(sent for sent, _ in self._script[: self._position] if sent is not None)

    def write(self, command: str) -> None:
        """Send one line; it must be the next of the script."""
        self._clock.sleep(self._message_s)
        self._take_unsolicited()
        expected = self._script[self._position][0] if self._position < len(self._script) else "nothing more"
        if command != expected:
            raise AssertionError(f"sent {command!r}, the script expects {expected!r}")
        reply = self._script[self._position][1]
        self._position += 1
        if reply is not None:
            self._replies.append(reply)
        self._take_unsolicited()

    def read(self, command: str = "", *, timeout_s: float | None = None) -> str:
        """Receive the next reply of the script."""
        del timeout_s
        reply = self._next_reply(command)
        if isinstance(reply, bytes):
            try:
                return reply.decode().rstrip("\r\n")
            except UnicodeDecodeError as error:
                raise ReplyError(command, reply.decode("latin-1"), "text", instrument=self._name) from error
        return reply

    def query(self, command: str, *, timeout_s: float | None = None) -> str:
        """Send one line and receive one."""
        self.write(command)
        return self.read(command, timeout_s=timeout_s)

    def query_bytes(self, command: str, count: int, *, timeout_s: float | None = None) -> bytes:
        """Send one line and receive so many bytes; what the script has beyond them is left for the next read."""
        del timeout_s
        self.write(command)
        reply = self._next_reply(command)
        data = reply.encode() if isinstance(reply, str) else reply
        if len(data) < count:
            message = f"only {len(data)} of {count} bytes came in answer to {command!r}."
            raise LinkTimeoutError(message, instrument=self._name, command=command)
        if len(data) > count:
            self._replies.insert(0, data[count:])
        return data[:count]

    def clear(self) -> None:
        """Count a device clear; replies of the script stay, as if they came after it."""
        self.clears += 1

    def serial_poll(self) -> int | None:
        """The status byte given."""
        return self._status_byte

    def close(self) -> None:
        """Note that the link was closed."""
        self.closed = True

    def finish(self) -> None:
        """Raise AssertionError where lines of the script were not sent, or replies not read."""
        left = self._script[self._position :]
        if left or self._replies:
            raise AssertionError(f"the script was not followed to its end: not sent {left}, not read {self._replies}")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        # another failure is the better news
        if kind is None:
            self.finish()

    def _next_reply(self, command: str) -> str | bytes:
        self._clock.sleep(self._message_s)
        self._take_unsolicited()
        if not self._replies:
            raise AssertionError(f"read after {command!r}, but the script has no reply")
        reply = self._replies.pop(0)
        if isinstance(reply, BenchError):
            raise reply
        return reply

    def _take_unsolicited(self) -> None:
        while self._position < len(self._script) and self._script[self._position][0] is None:
            reply = self._script[self._position][1]
            self._position += 1
            if reply is not None:
                self._replies.append(reply)
