"""Rules by which a series is judged to have left its course, each by its name and with its source.

They take z-scores (distance from the centre over the spread), in order of time, and tell at which observation each rule is
broken: the one that completes the pattern. A value just at a limit does not exceed it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

__all__ = ["NELSON", "RULE_SETS", "WESTGARD", "Broken", "Rule", "broken_rules"]

_WESTGARD = "J. O. Westgard, P. L. Barry, M. R. Hunt, T. Groth, Clin. Chem. 27, 493 (1981)"
_NELSON = "L. S. Nelson, J. Qual. Technol. 16, 237 (1984)"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule.

    Attributes
    ----------
    name, text, source : str
        As its authors call it, what it says, where it stands.
    holds : callable
        Whether the last of some observations (z-scores, at least `span` of them) completes the pattern.
    span : int
        How many observations the pattern takes at least.
    warning : bool
        It only calls for a look at the others.
    """

    name: str
    text: str
    source: str
    holds: Callable[[Sequence[float]], bool]
    span: int = 1
    warning: bool = False


@dataclass(frozen=True, slots=True)
class Broken:
    """A rule that is broken at observation `at` (from 0)."""

    rule: Rule
    at: int


def _beyond(limit: float, needed: int, of: int) -> Callable[[Sequence[float]], bool]:
    """The last one, and `needed` of the last `of`, are beyond the same of the two limits."""

    def holds(z: Sequence[float]) -> bool:
        last = z[-of:]
        return (z[-1] > limit and sum(x > limit for x in last) >= needed) or (
            z[-1] < -limit and sum(x < -limit for x in last) >= needed
        )

    return holds


def _range_of_two(z: Sequence[float]) -> bool:
    return max(z[-2:]) > 2.0 and min(z[-2:]) < -2.0


def _trend(z: Sequence[float]) -> bool:
    steps = [b - a for a, b in pairwise(z[-6:])]
    return all(step > 0 for step in steps) or all(step < 0 for step in steps)


def _alternates(z: Sequence[float]) -> bool:
    steps = [b - a for a, b in pairwise(z[-14:])]
    return all(first * second < 0 for first, second in pairwise(steps))


def _near(z: Sequence[float]) -> bool:
    return all(abs(x) < 1.0 for x in z[-15:])


def _away(z: Sequence[float]) -> bool:
    last = z[-8:]
    return all(abs(x) > 1.0 for x in last) and min(last) < 0.0 < max(last)


WESTGARD = (
    Rule("1_2s", "one observation beyond 2 s", _WESTGARD, _beyond(2.0, 1, 1), warning=True),
    Rule("1_3s", "one observation beyond 3 s", _WESTGARD, _beyond(3.0, 1, 1)),
    Rule("2_2s", "two in a row beyond 2 s on one side", _WESTGARD, _beyond(2.0, 2, 2), 2),
    Rule("R_4s", "one beyond +2 s and the one beside it beyond -2 s", _WESTGARD, _range_of_two, 2),
    Rule("4_1s", "four in a row beyond 1 s on one side", _WESTGARD, _beyond(1.0, 4, 4), 4),
    Rule("10_x", "ten in a row on one side of the centre", _WESTGARD, _beyond(0.0, 10, 10), 10),
)
"""The multirule procedure, its observations one a run: what it calls a range within a run is that of two in a row here."""

NELSON = (
    Rule("Nelson 1", "one point beyond 3 s", _NELSON, _beyond(3.0, 1, 1)),
    Rule("Nelson 2", "nine points in a row on one side of the centre", _NELSON, _beyond(0.0, 9, 9), 9),
    Rule("Nelson 3", "six points in a row steadily rising or falling", _NELSON, _trend, 6),
    Rule("Nelson 4", "fourteen points in a row alternating up and down", _NELSON, _alternates, 14),
    Rule("Nelson 5", "two of three points in a row beyond 2 s on one side", _NELSON, _beyond(2.0, 2, 3), 2),
    Rule("Nelson 6", "four of five points in a row beyond 1 s on one side", _NELSON, _beyond(1.0, 4, 5), 4),
    Rule("Nelson 7", "fifteen points in a row within 1 s", _NELSON, _near, 15),
    Rule("Nelson 8", "eight points in a row on both sides, none within 1 s", _NELSON, _away, 8),
)
"""The eight tests for special causes."""

RULE_SETS = {"westgard": WESTGARD, "nelson": NELSON}


def broken_rules(z: Sequence[float], rules: Sequence[Rule] = WESTGARD) -> tuple[Broken, ...]:
    """Return which of some rules a series breaks, and where; in order of time.

    Parameters
    ----------
    z : sequence of float
        (x - centre)/spread of each observation, in order of time.
    rules : sequence of Rule
        Those to be looked at.
    """
    return tuple(
        Broken(rule, at) for at in range(len(z)) for rule in rules if at + 1 >= rule.span and rule.holds(z[: at + 1])
    )
