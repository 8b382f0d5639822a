"""What one step found: a value with its uncertainty, what the bench file states, and whether the two agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from vsmdaq.terms import Quantity

__all__ = ["Finding", "Verdict", "bounded", "compared", "expected", "noted", "skipped", "stated_of", "wrong"]

Verdict = Literal["agree", "doubtful", "disagree", "found", "skipped"]

DOUBTFUL, DISAGREE = 1.0, 1.5
"""Scores E_n up to which two values agree, and from which on they do not: 2 and 3 standard uncertainties of the difference."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the verdict list.

    Attributes
    ----------
    step, name : str
        Step that found it; what it is, e.g. ``"field_constant"``.
    verdict : str
        ``"agree"``, ``"doubtful"`` (2 to 3 standard uncertainties apart), ``"disagree"``; ``"found"`` where the bench file states
        nothing to compare with; ``"skipped"`` with the reason in `text`.
    text : str
        What it means and what to do.
    value, u : float or None
        What was found and its standard uncertainty, in `unit`.
    unit : str
        SI.
    stated, u_stated : float or None
        What the bench file states (or what was asked for).
    score : float or None
        E_n = |value - stated| / (2 (u² + u_stated²)^½), or found over stated where `score_kind` is ``"factor"``.
    score_kind : str
        ``"E_n"`` or ``"factor"``; ``""`` without a score.
    table, line : str
        Table of the bench file and the line to put there; ``""`` where there is nothing to put.
    """

    step: str
    name: str
    verdict: Verdict
    text: str = ""
    value: float | None = None
    u: float | None = None
    unit: str = ""
    stated: float | None = None
    u_stated: float | None = None
    score: float | None = None
    score_kind: Literal["", "E_n", "factor"] = ""
    table: str = ""
    line: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain JSON; what there is not is left out."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return {name: value for name, value in fields.items() if value is not None and value != ""}


def stated_of(quantity: Quantity, *, at_least: float = 0.0) -> Quantity:
    """What a file states, with an uncertainty of no less than `at_least`: a value without ± is not known for ever."""
    return Quantity(quantity.value, math.hypot(quantity.u, at_least), quantity.unit)


def compared(
    step: str, name: str, value: float, u: float, stated: Quantity, *, table: str = "", line: str = "", text: str = ""
) -> Finding:
    """A value against a stated one, by E_n with expanded uncertainties of k = 2 (E_n of ISO 13528 and ISO/IEC 17043)."""
    both = math.hypot(u, stated.u)
    distance = abs(value - stated.value)
    score = distance / (2.0 * both) if both > 0.0 else (0.0 if distance == 0.0 else 1e9)
    verdict: Verdict = "agree" if score <= DOUBTFUL else "doubtful" if score <= DISAGREE else "disagree"
    return Finding(step, name, verdict, text, value, u, stated.unit, stated.value, stated.u, score, "E_n", table, line)


def expected(
    step: str,
    name: str,
    value: float,
    u: float,
    unit: str,
    stated: float,
    *,
    within: float,
    table: str = "",
    line: str = "",
    text: str = "",
) -> Finding:
    """A value against an expectation without uncertainty: it agrees up to a factor `within`, or within 2 u of that."""
    factor, spread = value / stated, 2.0 * u / stated
    agree = factor - spread <= within and factor + spread >= 1.0 / within
    verdict: Verdict = "agree" if agree else "disagree"
    return Finding(step, name, verdict, text, value, u, unit, stated, None, factor, "factor", table, line)


def bounded(
    step: str,
    name: str,
    value: float,
    u: float,
    unit: str,
    bound: float,
    *,
    table: str = "",
    line: str = "",
    text: str = "",
) -> Finding:
    """A value that has to stay within ±`bound`; doubtful where its uncertainty reaches beyond it."""
    size = abs(value)
    verdict: Verdict = "agree" if size + 2.0 * u <= bound else "disagree" if size - 2.0 * u > bound else "doubtful"
    return Finding(step, name, verdict, text, value, u, unit, bound, None, size / bound, "factor", table, line)


def noted(step: str, name: str, value: float, u: float | None, unit: str, text: str = "") -> Finding:
    """A value that the bench file states nothing about."""
    return Finding(step, name, "found", text, value, u, unit)


def wrong(step: str, name: str, text: str) -> Finding:
    """Something that is not as it has to be, without a number."""
    return Finding(step, name, "disagree", text)


def skipped(step: str, name: str, text: str) -> Finding:
    """Something that could not be judged, and why."""
    return Finding(step, name, "skipped", text)
