"""The shared values: texts of errors, sums of contributions, recognition of a plan."""

import dataclasses
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq import terms
from vsmdaq.terms import Component, Estimate, InputError, Plan, Problem, VsmdaqError

SIZES = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: x if abs(x) > 1e-6 else 0.0)


def test_a_problem_reads_as_a_sentence():
    assert str(Problem("magnet.lag", "nothing", "a time")) == "magnet.lag: given nothing; allowed: a time."
    with_advice = Problem("magnet.lag", "3", "a time", 'Write it with its unit, e.g. "3 s".')
    assert str(with_advice) == 'magnet.lag: given 3; allowed: a time. Write it with its unit, e.g. "3 s".'


def test_all_problems_of_a_file_are_one_error():
    one, two = Problem("a", "1", "2"), Problem("b", "3", "4")
    assert str(InputError("f.toml", (one,))) == "f.toml: 1 problem\n  a: given 1; allowed: 2."
    error = InputError("f.toml", (one, two))
    assert str(error) == "f.toml: 2 problems\n  a: given 1; allowed: 2.\n  b: given 3; allowed: 4."
    assert isinstance(error, VsmdaqError)
    assert error.problems == (one, two)


@given(st.lists(st.tuples(SIZES, st.booleans()), max_size=8))
def test_uncertainty_is_the_root_of_the_squares_and_splits_into_noise_and_common(parts):
    estimate = Estimate(1.0, "m", tuple(Component(f"x{i}", size, noise) for i, (size, noise) in enumerate(parts)))
    assert estimate.u == pytest.approx(math.hypot(*(size for size, _ in parts)), rel=1e-12)
    assert math.hypot(estimate.u_common, estimate.u_noise) == pytest.approx(estimate.u, rel=1e-12)
    assert estimate.u_noise == pytest.approx(math.hypot(*(size for size, noise in parts if noise)), rel=1e-12)


def test_effective_degrees_of_freedom_are_those_of_the_guide():
    # JCGM 100:2008, H.1.6: end gauge; u_c = 32 nm, contributions 25 (18), 9.7 (25.6), 2.9 (50), 16.6 (2) give 16.7
    parts = ((25.0, 18.0), (9.7, 25.6), (2.9, 50.0), (16.6, 2.0))
    components = tuple(Component(str(i), c, dof=dof) for i, (c, dof) in enumerate(parts))
    assert Estimate(0.0, "nm", components).u == pytest.approx(31.7, abs=0.05)
    assert Estimate(0.0, "nm", components).dof == pytest.approx(16.7, abs=0.1)


def test_no_or_exact_components_have_no_uncertainty_and_infinite_freedom():
    assert (Estimate(3.0).u, Estimate(3.0).dof) == (0.0, math.inf)
    assert Estimate(3.0, "m", (Component("x", 2.0),)).dof == math.inf


def test_a_plan_is_known_again_and_another_is_another():
    plan = Plan.of_fields((1.0,), (2.0, 3.0), (0, 0))
    assert plan.digest == Plan.of_fields((1.0,), (2.0, 3.0), (0, 0)).digest
    others = [
        Plan.of_fields((), (1.0, 2.0, 3.0), (0, 0, 0)),
        Plan.of_fields((1.0,), (2.0, 3.0), (0, 1)),
        Plan.of_fields((1.0,), (2.0, math.nextafter(3.0, 4.0)), (0, 0)),
        Plan.of_fields((1.0,), (3.0, 2.0), (0, 0)),
    ]
    assert len({plan.digest, *(other.digest for other in others)}) == 1 + len(others)


@pytest.mark.parametrize("name", [n for n in terms.__all__ if dataclasses.is_dataclass(getattr(terms, n))])
def test_values_are_frozen_and_take_no_attributes(name):
    kind = getattr(terms, name)
    assert kind.__dataclass_params__.frozen
    assert "__slots__" in vars(kind)
