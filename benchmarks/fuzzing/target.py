"""One thing to fuzz: how its cases are made, and what must hold for each."""

from __future__ import annotations

import re
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from fuzzing.choices import Choices

__all__ = ["HangError", "Target", "run"]

_LONGEST_CASE_S = 20.0  # of real time; a case takes some milliseconds, also on a loaded machine less than a second


class HangError(AssertionError):
    """A case that does not end."""


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to fuzz.

    Attributes
    ----------
    name : str
        E.g. ``"driver sr830"``.
    decode : callable
        Makes a case out of choices.
    check : callable
        Raises where something does not hold for a case.
    kept : tuple of (str, case)
        Cases that once failed, by a short name: always tried first.
    size : int
        Bytes of choices in a case.
    """

    name: str
    decode: Callable[[Choices], Any]
    check: Callable[[Any], None]
    kept: tuple[tuple[str, Any], ...] = ()
    size: int = 80


def run(target: Target, base: settings, *, examples: int, chosen: Callable[[Any], Any] | None = None) -> int:
    """Try the kept cases and then so many new ones; the first failure is shrunk and raised.

    Parameters
    ----------
    target : Target
        What to fuzz.
    base : settings
        Whether the examples are the same each time.
    examples : int
        How many.
    chosen : callable, optional
        Hypothesis' `seed(n)`: other cases.

    Returns
    -------
    int
        How many cases were tried, those that are kept among them.
    """
    tried = 0
    cases = st.binary(min_size=target.size, max_size=target.size).map(lambda data: target.decode(Choices(data)))

    @settings(
        base,
        max_examples=examples,
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def holds(case: Any) -> None:
        nonlocal tried
        tried += 1
        try:
            with _in_time():
                target.check(case)
        except Exception as error:
            error.add_note(f"{target.name}: {_short(case)}")
            raise

    for _, kept in target.kept:
        holds = example(kept)(holds)
    (holds if chosen is None else chosen(holds))()
    return tried


def _short(case: Any) -> str:
    """The case, without the long middle that a very long line has."""
    return re.sub(r"(.{60})\1{3,}", r"\1...", repr(case))[:4000]


@contextmanager
def _in_time() -> Generator[None]:
    """Interrupt what does not end (where the system has such an alarm)."""
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, _hangs)
    signal.setitimer(signal.ITIMER_REAL, _LONGEST_CASE_S)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


def _hangs(_number: int, _frame: FrameType | None) -> None:
    raise HangError(f"no end after {_LONGEST_CASE_S:g} s")
