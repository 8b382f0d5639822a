"""Question and answer with instruments that also talk without having been asked (print key, automatic print, streams).

Before each question the line is flushed, so a line that comes from before it is never taken for the answer; a line that comes
between question and answer is told from it by its form, or is a weight of that very moment.
"""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq_drivers.contracts import Link, LinkTimeoutError, ReplyError

__all__ = ["ask", "line_or_none", "read_line"]

_MORE_S = 0.3  # for the line behind one that is not the answer
_MORE_LINES = 3


def read_line(link: Link, command: str, *, timeout_s: float | None = None) -> str:
    """Receive one line. Bytes that are no UTF-8 are read as Latin-1, which is how balances write ``µg``."""
    try:
        return link.read(command, timeout_s=timeout_s)
    except ReplyError as error:
        return error.reply.rstrip("\r\n")


def line_or_none(link: Link, command: str, timeout_s: float) -> str | None:
    """Receive one line, or None where none comes within `timeout_s` (s, at most 2)."""
    try:
        return read_line(link, command, timeout_s=timeout_s)
    except LinkTimeoutError:
        return None


def ask(link: Link, command: str, answers: Callable[[str], bool], *, timeout_s: float | None = None) -> str:
    """Flush, send, and return the first line that `answers` accepts; where none of four does, the last that came.

    Flushing may cut a line that is on its way; its rest comes first and is not the answer.

    Raises
    ------
    LinkTimeoutError
        Nothing came at all.
    """
    link.clear()
    link.write(command)
    line = read_line(link, command, timeout_s=timeout_s)
    for _ in range(_MORE_LINES):
        if answers(line):
            break
        more = line_or_none(link, command, _MORE_S)
        if more is None:
            break
        line = more
    return line
