from typing import Any

import pytest

from vsmdaq_sim.instruments.others.operator import SimulatedOperator


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
