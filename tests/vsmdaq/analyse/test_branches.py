from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.analyse import Branch, split_branches


def test_loop_with_virgin_curve_has_three_branches_that_share_their_tips():
    field = [0, 1, 2, 3, 2, 1, 0, -1, -2, -3, -2, -1, 0, 1, 2, 3]
    assert split_branches(field) == (Branch(0, 4, 1), Branch(3, 10, -1), Branch(9, 16, 1))


@pytest.mark.parametrize("field", [[], [1.0], [2.0, 2.0, 2.0]])
def test_field_that_does_not_move_has_no_branch(field):
    assert split_branches(field) == ()


def test_plateaus_are_no_turns():
    assert split_branches([3, 3, 3, 2, 2, 1, 1, 1, 0, 0]) == (Branch(0, 10, -1),)


@given(seed=st.integers(0, 10_000), noise=st.floats(0.0, 0.002))
def test_noise_below_the_tolerance_makes_no_branch(seed, noise):
    rng = np.random.default_rng(seed)
    down = np.linspace(1.0, -1.0, 400)
    clean = np.concatenate([down, -down[1:]])
    branches = split_branches(clean + noise * rng.uniform(-1, 1, clean.size))
    assert [b.direction for b in branches] == [-1, 1]
    assert abs(branches[0].stop - 400) <= 2


@given(field=st.lists(st.floats(-1e6, 1e6), max_size=60))
def test_branches_cover_the_sequence_and_go_their_way(field):
    branches = split_branches(field)
    for first, second in pairwise(branches):
        assert first.direction == -second.direction
        assert second.start == first.stop - 1
    if branches:
        assert (branches[0].start, branches[-1].stop) == (0, len(field))
    for b in branches:
        part = np.asarray(field)[b.points]
        assert b.direction * (part[-1] - part[0]) > -0.02 * np.ptp(field)


@pytest.mark.parametrize(("field", "tolerance"), [([1.0, np.nan], None), ([[1.0]], None), ([1.0, 2.0], -1.0)])
def test_wrong_input_is_refused(field, tolerance):
    with pytest.raises(ValueError, match="allowed"):
        split_branches(field, tolerance)
