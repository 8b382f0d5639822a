"""What an instrument has said and the host has not read: a queue of messages, each with the time at which it is ready."""

from __future__ import annotations

import math
from collections import deque

__all__ = ["Outbox"]

_LIMIT = 65536  # unread bytes of a stream; what comes after is lost, as in a serial driver


class Outbox:
    """Queue of bytes to the host.

    Attributes
    ----------
    ready_s : float
        When the head is ready, s; inf for an empty queue.
    lost_bytes : int
        Bytes that found no room.
    """

    __slots__ = ("_begun", "_items", "_unread", "lost_bytes", "ready_s")

    def __init__(self) -> None:
        self.lost_bytes = 0
        self.ready_s = math.inf
        self._items: deque[tuple[float, bytes, bool]] = deque()  # ready at, bytes, END behind them
        self._unread = 0
        self._begun = False  # part of the head has been taken

    def put(self, ready_s: float, data: bytes, *, end: bool) -> None:
        """Append bytes that are ready at a bench time (s)."""
        if not data:
            return
        if not self._items:
            self.ready_s = ready_s
        elif self._unread + len(data) > _LIMIT:
            self.lost_bytes += len(data)
            return
        self._items.append((ready_s, data, end))
        self._unread += len(data)

    def take(self, count: int, termchar: int | None) -> tuple[bytes, bool, bool]:
        """Take up to `count` bytes of the head (there must be one), no further than `termchar`.

        Returns
        -------
        data : bytes
            What was taken.
        ends, begins : bool
            Whether a message ends, and begins, with it.
        """
        items, begins = self._items, not self._begun
        ready_s, head, end = items[0]
        size = min(count, len(head))
        if termchar is not None:
            at = head.find(termchar, 0, size)
            size = size if at < 0 else at + 1
        self._unread -= size
        if size == len(head):
            items.popleft()
            self._begun = False
            self.ready_s = items[0][0] if items else math.inf
            return head, end, begins
        items[0] = (ready_s, head[size:], end)
        self._begun = True
        return head[:size], False, begins

    def waiting(self, now_s: float) -> int:
        """Bytes that are ready."""
        return sum(len(data) for ready_s, data, _ in self._items if ready_s <= now_s)

    def discard(self, now_s: float = math.inf) -> None:
        """Forget what is ready; what comes later still comes."""
        if not self._items:
            return
        self._items = deque(item for item in self._items if item[0] > now_s)
        self._unread = sum(len(data) for _, data, _ in self._items)
        self._begun = False
        self.ready_s = self._items[0][0] if self._items else math.inf
