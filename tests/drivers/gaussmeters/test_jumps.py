"""A field far from the one just before is believed only when it is read twice. Oracle: the numbers that the script sends."""

from __future__ import annotations

import pytest

from vsmdaq_drivers.contracts import FieldReading
from vsmdaq_drivers.gaussmeters.common import JumpWatch


def readings(*values, every_s=0.1):
    taken = iter(
        [FieldReading(value, () if value is not None else ("overload",), n * every_s) for n, value in enumerate(values)]
    )
    return lambda: next(taken)


def fields(take, count):
    watch = JumpWatch()
    return [watch.read(take).field_a_per_m for _ in range(count)]


def test_at_rest_nothing_is_asked_twice():
    assert fields(readings(400e3, 400.02e3, 399.98e3), 3) == [400e3, 400.02e3, 399.98e3]


def test_one_wrong_digit_among_the_first_is_no_reading():
    take = readings(400e3, 900e3, 400.01e3, 400.02e3)
    watch = JumpWatch()
    assert watch.read(take).field_a_per_m == 400e3
    assert watch.read(take).flags == ("unreadable",)
    assert watch.read(take).field_a_per_m == 400.02e3


def test_a_jump_that_is_there_twice_is_a_field():
    assert fields(readings(400e3, -400e3, -400.1e3), 2) == [400e3, -400.1e3]


@pytest.mark.parametrize(("value", "seen"), [(459e3, 459e3), (470e3, None)])  # 40 kA/m + 5 % of the larger one
def test_where_a_jump_begins(value, seen):
    assert fields(readings(400e3, value, 400e3), 2)[1] == seen


def test_after_two_seconds_any_field_is_new():
    assert fields(readings(400e3, -400e3, every_s=2.0), 2) == [400e3, -400e3]


def test_an_overload_is_passed_on():
    watch, take = JumpWatch(), readings(400e3, None, 400e3)
    assert [watch.read(take).flags for _ in range(3)] == [(), ("overload",), ()]
