from typing import Any

import pytest

from vsmdaq_sim.instruments.others.operator import SimulatedOperator
from vsmdaq_sim.world.errors import WorldOperatorError


@pytest.fixture
def operator(hands: Any, clock: Any) -> SimulatedOperator:
    return SimulatedOperator(hands, clock)


@pytest.fixture
def say(operator: SimulatedOperator, talk: Any) -> Any:
    return talk(operator)


def test_steps_take_time(say: Any, hands: Any, clock: Any):
    assert [say("*IDN?"), say("DONE?")] == ["vsmdaq,SIMULATED OPERATOR,0,1", "1"]
    assert [say("MOUNT Ni sphere"), say("DONE?")] == ["OK", "0"]
    clock.sleep(60.0)
    assert say("DONE?") == "1"
    for step in ("unmount", "hang tube 1", "UNHANG"):
        assert say(step) == "OK"
        clock.sleep(60.0)
    assert hands.done == ["mount Ni sphere", "unmount", "hang tube 1", "unhang"]


def test_what_cannot_be_done_is_said(say: Any):
    assert say("MOUNT gold") == "ERR there is no sample 'gold'; available: Ni sphere"
    say("UNMOUNT")
    assert say("UNHANG") == "ERR busy"


@pytest.mark.parametrize("text", ["MOUNT", "UNMOUNT x", "DANCE", "DONE", "HANG "])
def test_what_is_not_understood_names_what_is(say: Any, operator: SimulatedOperator, text: str):
    assert "MOUNT name, UNMOUNT, HANG name, UNHANG" in say(text)
    assert operator.unknown == [text.strip()]


class Head:
    """Positioner, heater and vibrator in one."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []
        self.amplitude_m = 0.9871e-3

    def set(self, axis: str, position_m: float) -> None:
        self.calls.append((axis, position_m))

    def position_m(self, axis: str) -> float:
        return next(position for name, position in reversed(self.calls) if name == axis)

    def put(self, place: str) -> None:
        if place == "pocket":
            raise WorldOperatorError("there is no place 'pocket'")
        self.calls.append((place,))

    def control(self, sensor_k: float, rate_k_per_s: float, power_share: float) -> None:
        self.calls.append((sensor_k, rate_k_per_s, power_share))


class Hands:
    busy_until_s = 0.0

    def do(self, what: str, action: Any) -> None:
        assert what
        action()


@pytest.fixture
def head() -> Head:
    return Head()


def test_dials_heater_and_scale(clock: Any, talk: Any, head: Head):
    hands: Any = Hands()
    parts: Any = head
    say = talk(SimulatedOperator(hands, clock, positioner=parts, thermometer=parts, vibrator=parts))
    assert say("MOVE x -1.250 mm") == "OK -1.2500 mm"
    assert say("HEAT 310.5 K") == "OK"
    assert say("READ amplitude") == "OK 0.98710 mm"
    assert head.calls == [("x", -1.25e-3), (310.5, float("inf"), 1.0)]
    for text in ("MOVE w 1 mm", "MOVE x 1", "HEAT 30 C", "READ lips"):
        assert say(text).startswith(f"ERR {text!r} is not understood")


def test_the_probe_is_carried(clock: Any, talk: Any, head: Head):
    hands: Any = Hands()
    probe: Any = head
    say = talk(SimulatedOperator(hands, clock, probe=probe))
    assert say("PROBE zero") == "OK"
    assert say("probe Back") == "OK"
    assert say("PROBE pocket") == "ERR there is no place 'pocket'"
    assert head.calls == [("zero",), ("back",)]


def test_what_is_out_of_reach_is_not_understood(say: Any):
    assert say("MOVE x 1 mm").startswith("ERR")
