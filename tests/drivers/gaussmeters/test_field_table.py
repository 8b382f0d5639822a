"""A table I -> H: reading the file, following the current, uncertainty while the branch is not known.

Oracle of the branches: a yoke of play operators (Prandtl), written down here by its definition, and limits by hand.
"""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.gaussmeters.field_table import FieldTableError, field_at, parse_table, seen

HEAD = "current_a, descending_a_per_m, ascending_a_per_m, u_a_per_m"
# a lens: 100 A/m wide in the middle, closed at the ends; slope 10 kA/m per A
LENS = f"{HEAD}\n-10, -1e5, -1e5, 5\n-5, -49950, -50050, 5\n0, 50, -50, 5\n5, 50050, 49950, 5\n10, 1e5, 1e5, 5"


def followed(table, currents, joined_after_a=None):
    history = None
    for current in currents:
        history = seen(table, history, current, joined_after_a=joined_after_a)
    return history


def at_end(currents, joined_after_a=None, text=LENS):
    table = parse_table(text)
    return field_at(table, followed(table, currents, joined_after_a), currents[-1])


def test_a_file():
    table = parse_table(f"# measured in May\n\n{LENS}  # the end\n")
    assert table.current_a == (-10.0, -5.0, 0.0, 5.0, 10.0)
    assert table.descending_a_per_m[2] == 50.0
    assert table.ascending_a_per_m[2] == -50.0
    assert table.u_a_per_m == (5.0,) * 5


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the first line has to be current_a, .*; there is no line"),
        ("# nothing\n", "there is no line"),
        ("I, H\n0, 1\n", r"line 1 is 'I, H'"),
        (HEAD, "two rows are the fewest; there are 0"),
        (f"{HEAD}\n0, 0, 0, 1\n", "there are 1"),
        (f"{HEAD}\n0, 0, 0, 1\n1, 1, 1\n", "line 3 is '1, 1, 1': four numbers are wanted"),
        (f"{HEAD}\n0, 0, 0, 1\n1, 1, 1, nan\n", "line 3"),
        (f"{HEAD}\n0, 0, 0, -1\n1, 1, 1, 1\n", r"line 2 .* the last \(u\) not negative"),
        (f"{HEAD}\n0, 0, 0, 1\n0, 1, 1, 1\n", "line 3: current and both fields have to rise from row to row"),
        (f"{HEAD}\n0, 0, 0, 1\n1, 1, 0, 1\n", "line 3: current and both fields have to rise"),
        (LENS.replace("50, -50, 5", "-50, 50, 5"), r"line 4: the descending branch \(-50 A/m\) is below .* swapped\?"),
        (
            LENS.replace("10, 1e5, 1e5", "10, 100011, 1e5"),
            "line 6: the branches have to meet at 10 A; 11 A/m lie between",
        ),
        (LENS.replace("-10, -1e5, -1e5", "-10, -1e5, -100011"), "line 2: the branches have to meet at -10 A"),
    ],
)
def test_what_is_no_table(text, message):
    with pytest.raises(FieldTableError, match=message):
        parse_table(text)


def test_before_the_first_look_nothing_is_known():
    found = at_end([0.0])
    assert found.field_a_per_m == 0.0  # halfway between 50 and -50
    assert found.u_branch_a_per_m == pytest.approx(100.0 / math.sqrt(12.0))  # a rectangle 100 wide


@pytest.mark.parametrize(
    ("currents", "field"),
    [
        ([0.0, 10.0, 0.0], 50.0),  # from the top down
        ([10.0, 5.0, 2.0, 0.0], 50.0),
        ([0.0, -10.0, 0.0], -50.0),  # from the bottom up
        ([10.0, -10.0, 0.0], -50.0),
        ([10.0, 9.999, 0.0], 50.0),  # the end is reached within the noise of a reading
        ([-10.0, 10.0, -5.0], -49950.0),
        ([10.0, 2.5], 25050.0),  # straight lines between the rows
    ],
)
def test_a_branch_begins_at_an_end_of_the_table(currents, field):
    found = at_end(currents)
    assert found.field_a_per_m == pytest.approx(field)
    assert found.u_branch_a_per_m == 0.0


@pytest.mark.parametrize("currents", [[10.0, -5.0, 0.0], [10.0, 0.0, -3.0, 0.0], [-10.0, 5.0, 0.0], [0.0, 5.0, 0.0]])
def test_after_a_turn_inside_the_gap_is_uncertain(currents):
    found = at_end(currents)
    assert found.field_a_per_m == 0.0
    assert found.u_branch_a_per_m == pytest.approx(100.0 / math.sqrt(12.0))


def test_a_turn_inside_is_forgotten_at_the_end():
    assert at_end([10.0, 0.0, 5.0, 10.0, 0.0]).u_branch_a_per_m == 0.0


def test_a_turn_inside_is_forgotten_after_the_way_that_was_stated():
    before = at_end([10.0, -5.0, -2.1], joined_after_a=3.0)
    assert before.u_branch_a_per_m > 0.0
    after = at_end([10.0, -5.0, -2.1, 0.0], joined_after_a=3.0)
    assert (after.field_a_per_m, after.u_branch_a_per_m) == (-50.0, 0.0)
    again = at_end([10.0, -5.0, -2.1, 0.0, -1.0], joined_after_a=3.0)
    assert again.u_branch_a_per_m > 0.0
    # the way from the first look counts as well: wherever H was before, it is on the branch then
    assert at_end([-1.0, 0.0, 2.0], joined_after_a=3.0).u_branch_a_per_m == 0.0


def test_the_way_begins_at_the_turn_and_not_at_the_look_that_saw_it():
    assert at_end([10.0, -5.0, -4.0, -2.0], joined_after_a=3.0).u_branch_a_per_m == 0.0


def test_noise_of_the_current_is_no_turn():
    """10 A x 3e-4 = 3 mA."""
    assert at_end([10.0, 0.0, 0.002, -0.001, 0.0015]).u_branch_a_per_m == 0.0
    assert at_end([10.0, 0.0, 0.004]).u_branch_a_per_m > 0.0
    assert at_end([10.0, 0.0, 0.002, 0.004]).u_branch_a_per_m > 0.0  # small steps add up


def test_ends_and_beyond():
    table = parse_table(LENS)
    assert table.covers(10.002)
    assert not table.covers(10.004)
    assert at_end([0.0, 10.002]).field_a_per_m == pytest.approx(1e5 + 0.002 * 9990.0)


def test_the_first_row_that_is_less_certain_than_allowed():
    table = parse_table(LENS)
    assert table.row_beyond(lambda _: 5.0) is None
    assert table.row_beyond(lambda _: 4.9) == 0
    assert table.row_beyond(lambda field: 4.9 if field < 1.0 else 5.0) is None  # 50 A/m is the least in the table
    assert table.row_beyond(lambda field: 4.9 if field < 60.0 else 5.0) == 2


class Yoke:
    """H = 10 I + sum of w (p - I), p a play operator of half width r: after Prandtl, by definition (kA/m, A)."""

    def __init__(self, radii=(0.2, 0.6, 1.5), share=40.0):
        self.parts = [[0.0, r, share / r] for r in radii]

    def go(self, current, steps=200):
        start = getattr(self, "current", 0.0)
        for n in range(1, steps + 1):
            x = start + (current - start) * n / steps
            for part in self.parts:
                part[0] = min(max(part[0], x - part[1]), x + part[1])
        self.current = current
        return 1e4 * current + sum(w * (p - current) for p, _, w in self.parts)


def measured_table(top=10.0, points=81):
    yoke = Yoke()
    yoke.go(top)
    currents = [top - 2.0 * top * n / (points - 1) for n in range(points)]
    down = [yoke.go(current, 20) for current in currents]
    up = [yoke.go(current, 20) for current in reversed(currents)][::-1]
    rows = sorted(zip(currents, down, up, strict=True))
    return parse_table("\n".join([HEAD, *(f"{i!r}, {d!r}, {a!r}, 1" for i, d, a in rows)]))


@given(st.lists(st.floats(-10.0, 10.0), min_size=1, max_size=8), st.sampled_from([None, 3.0]))
def test_a_yoke_stays_within_what_the_table_says(turns, joined_after_a):
    """Known branch: H to the table's u; between: within the gap, which is sqrt(12) u wide. r = 1.5 A joins after 3 A."""
    table = measured_table()
    yoke, history, current = Yoke(), None, 0.0
    for turn in turns:
        for n in range(1, 21):
            true = yoke.go(current + (turn - current) * n / 20, 10)
            history = seen(table, history, yoke.current, joined_after_a=joined_after_a)
            found = field_at(table, history, yoke.current)
            # chords of the table: 0.25 A between rows; what may happen below the noise (3 mA): sum of w is 293 A/m per A
            assert abs(true - found.field_a_per_m) < 0.5 * math.sqrt(12.0) * found.u_branch_a_per_m + 25.0
        current = yoke.current
