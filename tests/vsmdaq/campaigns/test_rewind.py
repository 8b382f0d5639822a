"""What a sample remembers of its field: the reduced history leaves every hysteretic material where the whole one left it."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Protocol

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsmdaq.campaigns.rewind import Visit, first_again, history, remembered, steps_done
from vsmdaq.terms import InputError, MomentPoint, Plan, Step
from vsmdaq_sim.world.materials import Preisach, TanhPlay

FIELDS = st.integers(-40, 40).map(lambda n: 20e3 * n)
"""Few values, so that extremes meet each other exactly."""


class Material(Protocol):
    def moment_a_m2(self, field_a_per_m: float) -> float: ...


class Stop:
    """A play operator, written down from its definition: the oracle."""

    def __init__(self, radius_a_per_m: float) -> None:
        self._radius, self._play = radius_a_per_m, 0.0

    def moment_a_m2(self, field_a_per_m: float) -> float:
        self._play = min(max(self._play, field_a_per_m - self._radius), field_a_per_m + self._radius)
        return self._play


MATERIALS: dict[str, Callable[[], Material]] = {
    "narrow play": lambda: Stop(15e3),
    "wide play": lambda: Stop(210e3),
    "wider than all fields": lambda: Stop(2e6),
    "tanh": lambda: TanhPlay(2e-6, 20e3, 30e3, 0.0),
    "tanh with demagnetisation": lambda: TanhPlay(2e-6, 60e3, 100e3, 50e3),
    "preisach": lambda: Preisach(1e-6, 120e3, 0.6, 80e3),
}


def taken_through(material: Material, fields: Sequence[float]) -> Material:
    for field in fields:
        material.moment_a_m2(field)
    return material


def answers(material: Material, fields: Sequence[float]) -> list[float]:
    return [material.moment_a_m2(field) for field in fields]


@pytest.mark.parametrize("make", MATERIALS.values(), ids=MATERIALS.keys())
@settings(max_examples=60, deadline=None)
@given(seen=st.lists(FIELDS, min_size=1, max_size=30), after=st.lists(FIELDS, min_size=1, max_size=10))
def test_the_reduced_history_leaves_the_material_as_the_whole_one(
    make: Callable[[], Material], seen: list[float], after: list[float]
):
    kept = [visit.field_a_per_m for visit in remembered([Visit(field, 1.0) for field in seen])]
    whole, reduced = taken_through(make(), seen), taken_through(make(), kept)
    assert answers(reduced, after) == pytest.approx(answers(whole, after), rel=1e-12, abs=1e-20)


@pytest.mark.parametrize("make", MATERIALS.values(), ids=MATERIALS.keys())
@settings(max_examples=60, deadline=None)
@given(
    seen=st.lists(FIELDS, min_size=1, max_size=20),
    between=st.lists(st.floats(-1.0, 1.0), max_size=5),
    after=st.lists(FIELDS, min_size=1, max_size=8),
)
def test_what_happened_within_the_largest_field_since_is_forgotten(
    make: Callable[[], Material], seen: list[float], between: list[float], after: list[float]
):
    """The magnet went to zero, and other fields no larger than the run's were on: the same sample, not a fresh one."""
    largest = max(map(abs, seen))
    seen = [largest, *seen]
    kept = [visit.field_a_per_m for visit in remembered([Visit(field, 1.0) for field in seen])]
    undisturbed = taken_through(make(), seen)
    disturbed = taken_through(make(), [*seen, *(share * largest for share in between), 0.0])
    taken_through(disturbed, kept)
    # where the first is the largest of both signs
    if abs(kept[0]) == largest:
        assert answers(disturbed, [*kept[-1:], *after]) == pytest.approx(
            answers(undisturbed, [*kept[-1:], *after]), rel=1e-12, abs=1e-20
        )


@settings(max_examples=200, deadline=None)
@given(seen=st.lists(FIELDS, min_size=1, max_size=30))
def test_what_is_kept_alternates_and_shrinks_and_ends_at_the_present_field(seen: list[float]):
    kept = [visit.field_a_per_m for visit in remembered([Visit(field, 1.0) for field in seen])]
    assert kept[-1] == seen[-1]
    assert set(kept) <= set(seen)
    assert abs(kept[0]) == max(map(abs, seen))
    spans = [b - a for a, b in pairwise(kept)]
    assert all(one * other < 0.0 and abs(other) < abs(one) for one, other in pairwise(spans))


@settings(max_examples=100, deadline=None)
@given(seen=st.lists(FIELDS, min_size=1, max_size=30))
def test_what_is_kept_is_kept_again(seen: list[float]):
    kept = remembered([Visit(field, 1.0) for field in seen])
    assert remembered(kept) == kept


@pytest.mark.parametrize(
    ("seen", "kept"),
    [
        ([800, 300, -100], [800, -100]),
        ([800, -800, -300], [-800, -300]),
        ([800, -800, 500], [-800, 500]),
        ([800, -200, 500, -100, 300, 0], [800, -200, 500, -100, 300, 0]),
        ([800, -200, 500, -200], [800, -200]),
        ([800, -200, 500, -300], [800, -300]),
        ([100, 200, 300], [300]),
        ([0, 100], [100]),
        ([-50, 100, 40], [100, 40]),
    ],
)
def test_turning_points_by_hand(seen: list[int], kept: list[int]):
    assert [v.field_a_per_m for v in remembered([Visit(float(h), 1.0) for h in seen])] == kept


def test_a_field_that_was_only_gone_through_does_not_undo_one_where_it_stood():
    """The field lags: turned back at once it has not quite been there."""
    stood, passed = Visit(800.0, 1.5), Visit(800.0)
    assert remembered([stood, Visit(-100.0, 1.0), passed]) == (stood, Visit(-100.0, 1.0), passed)
    assert remembered([passed, Visit(-100.0, 1.0), stood]) == (stood,)
    assert remembered([passed, Visit(-100.0), passed]) == (passed,)
    assert remembered([passed, stood]) == (stood,)


def point(index: int, field: float, segment: int = 0, dwell_s: float = 1.0) -> MomentPoint:
    values: dict[str, Any] = dict.fromkeys(MomentPoint.__slots__, 1.0)
    values |= {"index": index, "segment": segment, "set_field_a_per_m": field, "flags": (), "setting": None}
    return MomentPoint(**values | {"t_arrived_s": 10.0 * index, "t_end_s": 10.0 * index + dwell_s})


def points_of(plan: Plan, n: int) -> list[MomentPoint]:
    return [point(index, step.field_a_per_m, step.segment) for index, step in enumerate(plan.steps[:n])]


def test_the_ascending_branch_of_a_loop_begins_at_negative_saturation():
    loop = Plan.of_fields((800.0,), [400.0, 0.0, -400.0, -800.0, -400.0, 0.0, 400.0, 800.0], [0] * 4 + [1] * 4)
    assert history(loop, points_of(loop, 2)) == (Visit(800.0), Visit(0.0, 1.0))
    assert history(loop, points_of(loop, 6)) == (Visit(-800.0, 1.0), Visit(0.0, 1.0))


def test_each_curve_of_a_forc_plan_begins_at_saturation():
    """Saturate, go to the reversal field, measure on the way back."""
    steps = [Step(0.0, 0, (800.0, -100.0)), Step(200.0, 0), Step(-100.0, 1, (800.0, -200.0)), Step(0.0, 1)]
    plan = Plan((), tuple(steps))
    assert [v.field_a_per_m for v in history(plan, points_of(plan, 2))] == [800.0, -100.0, 200.0]
    assert [v.field_a_per_m for v in history(plan, points_of(plan, 4))] == [800.0, -200.0, 0.0]


def test_remanences_keep_the_largest_field_that_was_applied():
    """IRM: apply, go back to zero, measure there."""
    plan = Plan((), tuple(Step(0.0, n, (h,)) for n, h in enumerate((10.0, 20.0, 50.0))))
    assert [v.field_a_per_m for v in history(plan, points_of(plan, 3))] == [50.0, 0.0]


def test_an_alternating_demagnetisation_is_kept_as_far_as_it_still_rules():
    down = tuple(h * (-1) ** n for n, h in enumerate((800.0, 400.0, 200.0, 100.0, 50.0)))
    plan = Plan((*down, 0.0), (Step(20.0, 0), Step(150.0, 0)))
    assert [v.field_a_per_m for v in history(plan, points_of(plan, 1))] == [*down, 0.0, 20.0]
    assert [v.field_a_per_m for v in history(plan, points_of(plan, 2))] == [800.0, -400.0, 200.0, -100.0, 150.0]


def test_a_record_that_does_not_follow_the_plan_is_refused():
    plan = Plan.of_fields((), [100.0, 200.0], [0, 0])
    with pytest.raises(InputError, match=r"line 4: given point 1 at 250 A/m; allowed: point 1 at 200 A/m"):
        steps_done(plan.course(), [point(0, 100.0), point(1, 250.0)])
    with pytest.raises(InputError, match=r"allowed: no more points"):
        steps_done(plan.course(), [point(0, 100.0), point(1, 200.0), point(2, 300.0)])


def test_points_that_were_skipped_are_stepped_over():
    plan = Plan.of_fields((), [100.0, 200.0, 300.0], [0, 0, 0])
    course = plan.course()
    assert steps_done(course, [point(0, 100.0), point(2, 300.0)]) == (plan.steps[0], plan.steps[2])
    assert course.next() is None


def test_the_last_points_are_measured_again_and_all_of_a_segment_that_is_timed():
    steps = [Step(0.0, 0)] * 5 + [Step(0.0, 1, after_s=float(n)) for n in range(6)]
    assert first_again(steps[:5], steps[5]) == 2
    assert first_again(steps[:2], steps[2]) == 0
    assert first_again(steps[:9], steps[9]) == 5
    assert first_again(steps[:6], steps[6]) == 3
    assert first_again(steps[:11], Step(0.0, 2)) == 8
    assert first_again([], None) == 0
