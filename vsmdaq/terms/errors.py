"""Errors of the toolkit above the instruments (those are in `vsmdaq_drivers.contracts.errors`).

VsmdaqError            base
  InputError           files, keys, values: all problems of one file at once (exit code 2)
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["InputError", "Problem", "VsmdaqError"]


class VsmdaqError(Exception):
    """Base of the toolkit's own errors."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with the input.

    Attributes
    ----------
    where : str
        Key (dotted path), line or file it stands in.
    given : str
        What was found there, as written.
    allowed : str
        What would be accepted.
    advice : str
        What to do next; may be empty.
    """

    where: str
    given: str
    allowed: str
    advice: str = ""

    def __str__(self) -> str:
        text = f"{self.where}: given {self.given}; allowed: {self.allowed}."
        return f"{text} {self.advice}".rstrip()


class InputError(VsmdaqError):
    """What the user gave cannot be used.

    Attributes
    ----------
    source : str
        File (or option) the problems stand in.
    problems : tuple of Problem
        All of them, not only the first.
    """

    def __init__(self, source: str, problems: tuple[Problem, ...]) -> None:
        self.source = source
        self.problems = problems
        count = "1 problem" if len(problems) == 1 else f"{len(problems)} problems"
        super().__init__("\n".join([f"{source}: {count}", *(f"  {problem}" for problem in problems)]))

    def __reduce__(self) -> tuple[type[InputError], tuple[str, tuple[Problem, ...]]]:
        """Let the error pass from one process to another."""
        return type(self), (self.source, self.problems)
