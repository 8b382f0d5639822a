"""Decisions read from a string of bytes.

A case is decoded from one draw of bytes, since many small draws cost more time than most cases themselves. Zero is the first
choice everywhere, and what is missing at the end is zero: shrinking leads to fewer and simpler steps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

__all__ = ["Choices"]

T = TypeVar("T")


class Choices:
    """A string of bytes, consumed from its beginning.

    Parameters
    ----------
    data : bytes
        The bytes.
    """

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    @property
    def left(self) -> bool:
        """Whether there are bytes left."""
        return self._at < len(self._data)

    def byte(self) -> int:
        """Take one byte; 0 where none is left."""
        at = self._at
        self._at = at + 1
        return self._data[at] if at < len(self._data) else 0

    def below(self, limit: int) -> int:
        """Choose one of 0 to `limit` - 1 (at most 65536)."""
        return (self.byte() if limit <= 256 else self.byte() << 8 | self.byte()) % limit

    def pick(self, among: Sequence[T]) -> T:
        """Choose one of several; the first one is the simplest."""
        return among[self.below(len(among))]

    def often(self, percent: int) -> bool:
        """Say yes in so many cases of 100; no is the simplest."""
        return self.byte() >= 256 - 256 * percent // 100

    def count(self, most: int) -> int:
        """Choose a number up to `most`, small ones more often."""
        return min(self.below(most + 1), self.below(most + 1))

    def raw(self, most: int) -> bytes:
        """Take up to `most` bytes as they are."""
        return bytes(self.byte() for _ in range(self.below(most + 1)))
