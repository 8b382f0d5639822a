"""What an instrument has said and the host has not read: a queue of messages, each with the time at which it is ready."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

__all__ = ["Outbox", "Taken"]

_LIMIT = 65536  # unread bytes of a stream; what comes after is lost, as in a serial driver


@dataclass(frozen=True, slots=True)
class Taken:
    """Bytes taken from the queue; whether a message ended with them, and whether one began."""

    data: bytes
    ends: bool
    begins: bool


class Outbox:
    """Queue of bytes to the host.

    Attributes
    ----------
    lost_bytes : int
        Bytes that found no room.
    """

    __slots__ = ("_begun", "_items", "_unread", "lost_bytes")

    def __init__(self) -> None:
        self.lost_bytes = 0
        self._items: deque[tuple[float, bytes, bool]] = deque()  # ready at, bytes, END behind them
        self._unread = 0
        self._begun = False  # part of the head has been taken

    def put(self, ready_s: float, data: bytes, *, end: bool) -> None:
        """Append bytes that are ready at a bench time (s)."""
        if not data:
            return
        if self._unread + len(data) > _LIMIT and self._items:
            self.lost_bytes += len(data)
        else:
            self._items.append((ready_s, data, end))
            self._unread += len(data)

    @property
    def ready_s(self) -> float:
        """When the head is ready, s; inf for an empty queue."""
        return self._items[0][0] if self._items else math.inf

    def take(self, count: int, termchar: int | None) -> Taken:
        """Take up to `count` bytes of the head (there must be one), no further than `termchar`."""
        ready_s, head, end = self._items.popleft()
        size = min(count, len(head))
        if termchar is not None:
            at = head.find(termchar, 0, size)
            size = size if at < 0 else at + 1
        whole, begins = size == len(head), not self._begun
        if not whole:
            self._items.appendleft((ready_s, head[size:], end))
        self._begun = not whole
        self._unread -= size
        return Taken(head[:size], whole and end, begins)

    def waiting(self, now_s: float) -> int:
        """Bytes that are ready."""
        return sum(len(data) for ready_s, data, _ in self._items if ready_s <= now_s)

    def discard(self, now_s: float = math.inf) -> None:
        """Forget what is ready; what comes later still comes."""
        self._items = deque(item for item in self._items if item[0] > now_s)
        self._unread = sum(len(data) for _, data, _ in self._items)
        self._begun = False
