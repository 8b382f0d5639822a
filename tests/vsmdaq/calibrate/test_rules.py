"""Each rule on patterns drawn as its authors describe them, just short of them, and against definitions written out in words."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsmdaq.calibrate.rules import NELSON, RULE_SETS, WESTGARD, broken_rules

# (pattern that breaks the rule with its last observation, the same just short of it)
EXAMPLES = {
    "1_2s": ([0.3, -0.4, 2.1], [0.3, -0.4, 2.0]),
    "1_3s": ([0.3, -3.01], [0.3, -3.0]),
    "2_2s": ([0.1, 2.3, 2.2], [0.1, 2.3, -2.2]),
    "R_4s": ([0.1, 2.3, -2.2], [0.1, 2.3, 0.0, -2.2]),
    "4_1s": ([1.1, 1.2, 1.3, 1.1], [1.1, 1.2, -1.3, 1.1]),
    "10_x": ([0.1, 0.4] * 5, [0.1, 0.4, -0.1, 0.3, 0.2, 0.5, 0.1, 0.2, 0.3, 0.4]),
    "Nelson 1": ([0.0, 3.2], [0.0, 2.9]),
    "Nelson 2": ([-0.2] * 9, [-0.2] * 8 + [0.0]),
    "Nelson 3": ([-1.0, -0.6, -0.2, 0.1, 0.5, 0.9], [-1.0, -0.6, -0.2, -0.2, 0.5, 0.9]),
    "Nelson 4": ([0.5, -0.5] * 7, [0.5, -0.5] * 6 + [0.5, 0.6]),
    "Nelson 5": ([2.2, 0.1, 2.4], [2.2, 0.1, 0.2, 2.4]),
    "Nelson 6": ([1.2, 1.4, -0.2, 1.3, 1.1], [1.2, 1.4, -0.2, 0.3, 1.1]),
    "Nelson 7": ([0.6, -0.7, 0.2] * 5, [0.6, -0.7, 0.2] * 4 + [0.6, -0.7, 1.0]),
    "Nelson 8": ([1.2, -1.3, 1.4, -1.1, 1.2, 1.3, -1.5, -1.2], [1.2, -1.3, 1.4, -0.9, 1.2, 1.3, -1.5, -1.2]),
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rule_is_broken_by_its_pattern_and_not_by_the_next_best(name: str):
    (rule,) = (rule for rule in (*WESTGARD, *NELSON) if rule.name == name)
    breaking, short_of_it = EXAMPLES[name]
    assert [found.at for found in broken_rules(breaking, [rule])][-1:] == [len(breaking) - 1]
    assert len(short_of_it) - 1 not in [found.at for found in broken_rules(short_of_it, [rule])]
    mirrored = [-x for x in breaking]
    assert [f.at for f in broken_rules(mirrored, [rule])] == [f.at for f in broken_rules(breaking, [rule])]


def test_all_rules_have_an_example_a_name_and_a_source():
    assert {rule.name for rules in RULE_SETS.values() for rule in rules} == set(EXAMPLES)
    assert all("1981" in rule.source for rule in WESTGARD)
    assert all("1984" in rule.source for rule in NELSON)
    assert [rule.name for rule in (*WESTGARD, *NELSON) if rule.warning] == ["1_2s"]


def runs(z: list[float], length: int) -> list[tuple[int, list[float]]]:
    """Each run of so many in a row, with the place of its last."""
    return [(at, z[at - length + 1 : at + 1]) for at in range(length - 1, len(z))]


LENGTHS = {"1_2s": 1, "1_3s": 1, "Nelson 1": 1, "2_2s": 2, "R_4s": 2, "4_1s": 4, "10_x": 10}
LENGTHS |= {"Nelson 2": 9, "Nelson 3": 6, "Nelson 4": 14, "Nelson 7": 15, "Nelson 8": 8}
LIMITS = {"1_2s": 2, "1_3s": 3, "Nelson 1": 3, "2_2s": 2, "4_1s": 1, "10_x": 0, "Nelson 2": 0}


def some_of_many(z: list[float], needed: int, of: int, limit: float) -> set[int]:
    """Where the last of some places lies that are near enough, and all beyond a limit on one side."""
    return {
        places[-1]
        for sign in (1, -1)
        for places in itertools.combinations([at for at, x in enumerate(z) if sign * x > limit], needed)
        if places[-1] - places[0] < of
    }


def is_broken(name: str, run: list[float]) -> bool:
    match name:
        case "R_4s":
            return any(a > 2 and b < -2 for a in run for b in run)
        case "Nelson 3":
            return len(set(run)) == len(run) and run in (sorted(run), sorted(run, reverse=True))
        case "Nelson 4":
            ups = [b > a for a, b in itertools.pairwise(run) if b != a]
            return len(ups) == 13 and all(a != b for a, b in itertools.pairwise(ups))
        case "Nelson 7":
            return max(run) < 1 and min(run) > -1
        case "Nelson 8":
            return not any(-1 <= x <= 1 for x in run) and any(x > 0 for x in run) and any(x < 0 for x in run)
        case _:
            return all(x > LIMITS[name] for x in run) or all(x < -LIMITS[name] for x in run)


def in_words(name: str, z: list[float]) -> set[int]:
    """Where a rule is broken, by looking at every run of observations that there is."""
    if name == "Nelson 5":
        return some_of_many(z, 2, 3, 2)
    if name == "Nelson 6":
        return some_of_many(z, 4, 5, 1)
    return {at for at, run in runs(z, LENGTHS[name]) if is_broken(name, run)}


# few values, so that patterns and ties come up
STEPS = st.sampled_from([-3.5, -2.5, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.5, 3.5])
SIDED = st.sampled_from([1.5, 0.5, 2.5, 1.5, 0.5, 0.25, -1.5])
SWINGS = st.integers(0, 25).flatmap(
    lambda n: st.lists(st.floats(0.1, 1.6), min_size=n, max_size=n).map(
        lambda sizes: [size * (-1) ** k for k, size in enumerate(sizes)]
    )
)
SERIES = st.one_of(st.lists(STEPS, max_size=20), st.lists(SIDED, max_size=20), SWINGS)


@given(SERIES)
@settings(max_examples=60)
@pytest.mark.parametrize("name", EXAMPLES)
def test_a_rule_is_what_its_words_say(name: str, z: list[float]):
    (rule,) = (rule for rule in (*WESTGARD, *NELSON) if rule.name == name)
    assert {found.at for found in broken_rules(z, [rule])} == in_words(name, z)


@given(SERIES)
def test_broken_rules_come_in_order_of_time(z: list[float]):
    places = [found.at for found in broken_rules(z, (*WESTGARD, *NELSON))]
    assert places == sorted(places)


def test_a_quiet_series_breaks_nothing():
    assert broken_rules([0.2, -0.4, 0.9, -1.2, 0.1, -0.3, 1.4, -0.8], (*WESTGARD, *NELSON)) == ()
    assert broken_rules([]) == ()
