"""What the drivers of SCPI instruments in this folder share: settings that are read back, readings with 9.9E37 in them."""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import IdentityError, Link, RefusedError, ReplyError
from vsmdaq_drivers.replies import number_or_none, parse_number

__all__ = ["ask_word", "identify", "infinite", "reading_or_flag", "refusal", "set_number", "set_word"]

_INFINITE = 9.9e37


def identify(link: Link, identity: str, expected: str) -> str:
    """Ask ``*IDN?``; raises IdentityError where the reply does not begin as the regular expression `identity` says."""
    found = link.query("*IDN?")
    if not re.match(identity, found.strip(), re.IGNORECASE):
        raise IdentityError(expected, found, instrument=link.name)
    return found


def ask_word(link: Link, query: str) -> str:
    """Ask for a word; quotes around it are taken off, letters made capital."""
    return link.query(query).strip().strip("\"'").upper()


def refusal(link: Link, command: str, reason: str) -> RefusedError:
    """Make the error for a setting that was not taken, with what the instrument's error queue says of it."""
    told = link.query("SYST:ERR?").strip()
    if not re.match(r"[+-]?0+\b", told):
        reason = f"{reason}; the instrument says {told}"
    return RefusedError(command, reason, instrument=link.name)


def set_word(link: Link, head: str, word: str, *accepted: str) -> None:
    """Send ``head word`` and read it back; `accepted` are the other ways in which the instrument may say `word`.

    Raises
    ------
    RefusedError
        It reads back something else.
    """
    command = f"{head} {word}"
    link.write(command)
    found = ask_word(link, f"{head}?")
    if found not in {word.strip("\"'").upper(), *accepted}:
        raise refusal(link, command, f"it reads back {found}")


def set_number(link: Link, head: str, text: str, *, unit: str, tolerance: float) -> None:
    """Send ``head text`` and read it back as a number that differs by no more than `tolerance`.

    Raises
    ------
    RefusedError
        It reads back something else.
    ReplyError
        It reads back as no number.
    """
    command = f"{head} {text}"
    link.write(command)
    query = f"{head}?"
    found = parse_number(query, link.query(query), instrument=link.name)
    if not abs(found - float(text)) <= tolerance:
        raise refusal(link, command, f"it reads back {found:g} {unit}".rstrip())


def infinite(value: float) -> bool:
    """Whether a number stands for an overload."""
    return abs(value) >= _INFINITE


def reading_or_flag(command: str, reply: str, *, instrument: str) -> tuple[float | None, tuple[str, ...]]:
    """Read one reading: a number, or None with ``"overload"`` for ±9.9E37.

    Raises
    ------
    ReplyError
        The reply is no number.
    """
    value = number_or_none(reply)
    if value is None:
        raise ReplyError(command, reply, "one finite number", instrument=instrument)
    return (None, ("overload",)) if infinite(value) else (value, ())
