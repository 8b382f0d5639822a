"""Dialogue of the motion controller. Oracles: ESP300 manual (section 3), pymeasure's table of errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from vsmdaq_sim.instruments.others.newport_esp301.instrument import NewportEsp


@dataclass
class Turntable:
    clock: Any
    start: tuple[float, float] = (0.0, 0.0)
    goal: float = 0.0
    speed: float = 1.0

    def move_to(self, angle_deg: float, speed_deg_per_s: float) -> None:
        self.start = (self.clock.now(), self.angle_deg())
        self.goal, self.speed = angle_deg, speed_deg_per_s

    def stop(self) -> None:
        self.goal = self.angle_deg()
        self.start = (self.clock.now(), self.goal)

    def angle_deg(self) -> float:
        begun_s, angle = self.start
        way, done = self.goal - angle, self.speed * (self.clock.now() - begun_s)
        return self.goal if abs(way) <= done else angle + (done if way > 0 else -done)

    def turning(self) -> bool:
        return self.angle_deg() != self.goal


@pytest.fixture
def stage(clock: Any) -> Turntable:
    return Turntable(clock)


@pytest.fixture
def controller(stage: Turntable, clock: Any) -> NewportEsp:
    return NewportEsp(stage, clock, {})


@pytest.fixture
def say(controller: NewportEsp, talk: Any) -> Any:
    return talk(controller)


def test_a_move(say: Any, clock: Any):
    assert say("VE?").startswith("ESP300 Version")
    say("1MO;1VA5;1PA20")
    assert [say("1MD?"), say("1PA?"), say("TE?")] == ["0", "20.0000", "0"]
    clock.sleep(2.0)
    assert [say("1TP"), say("1TP?"), say("1TV"), say("TS")] == ["10.0000", "10.0000", "5.0000", "Q"]
    clock.sleep(2.0)
    assert [say("1TP;1MD?"), say("TS")] == ["20.0000;1", "P"]
    say("1PR-5")
    clock.sleep(1.0)
    assert say(" 1 tp ? ") == "15.0000"


def test_stop_and_abort(say: Any, clock: Any):
    say("1MO;1PA100")
    clock.sleep(1.0)
    say("1ST")
    assert [say("1TP"), say("1MD?")] == ["10.0000", "1"]
    say("1PA100")
    say("AB")
    assert [say("1MD?"), say("1MO?")] == ["1", "0"]


@pytest.mark.parametrize(
    ("lines", "error"),
    [
        (["1PA10"], "113"),  # motor not enabled
        (["1MO", "1PA361"], "101"),  # parameter out of range
        (["1MO", "1PAx"], "101"),
        (["2MO", "2SR5", "2PA6"], "201"),
        (["1VA21"], "124"),  # speed out of range
        (["PA10"], "37"),  # axis number missing
        (["7PA10"], "9"),  # axis number out of range
        (["1XY"], "6"),  # command does not exist
        (["*IDN?"], "6"),
        (["1VA"], "38"),  # command parameter missing
        (["1SN12"], "101"),
    ],
)
def test_errors(say: Any, lines: list[str], error: str):
    assert [say(line) for line in lines] == [None] * len(lines)
    assert [say("TE?"), say("TE?")] == [error, "0"]


def test_the_text_of_an_error(say: Any, controller: NewportEsp, clock: Any):
    clock.sleep(2.0)
    say("1PA1;9PA1")
    assert [say("TB?"), say("TB?"), say("TB?")] == [
        "113, 5000, MOTOR NOT ENABLED",
        "9, 5000, AXIS NUMBER OUT OF RANGE",
        "0, 0, NO ERROR DETECTED",
    ]
    assert controller.unknown == []


def test_limits_units_home_and_kept_numbers(say: Any, stage: Turntable, clock: Any):
    say("1SL-10;1SR50;1AC7;1MO;1PA30")
    assert [say("1SL?"), say("1SR?"), say("1AC?"), say("1SN?"), say("1MF?")] == [
        "-10.0000",
        "50.0000",
        "7.0000",
        "7",
        "1",
    ]
    clock.sleep(5.0)
    say("1DH")
    assert [say("1TP"), stage.angle_deg()] == ["0.0000", 30.0]
    say("1PA-10")
    clock.sleep(5.0)
    assert stage.angle_deg() == 20.0
    say("1OR1")
    clock.sleep(5.0)
    assert [say("1TP"), stage.angle_deg()] == ["0.0000", 0.0]


def test_waiting_holds_what_comes_behind(say: Any, controller: NewportEsp, clock: Any):
    say("1MO;1PA10;1WS0")
    assert controller.busy
    assert controller.interrupts("1ST")
    assert not controller.interrupts("1TP")
    while controller.busy:
        clock.sleep(controller.next_event_s - clock.now())
        controller.poll()
    assert clock.now() == pytest.approx(1.0, abs=0.02)


def test_options(stage: Turntable, clock: Any, talk: Any):
    say = talk(NewportEsp(stage, clock, {"axis": 2, "model": "ESP301"}))
    say("2MO;2PA10;1MO;1PA5")
    clock.sleep(1.0)
    assert [say("2TP"), say("1TP"), stage.angle_deg()] == ["10.0000", "5.0000", 10.0]
    assert say("VE?").startswith("ESP301")
    for options in ({"axis": 4}, {"axis": True}, {"model": "ESP7000"}):
        with pytest.raises(ValueError, match="allowed are"):
            NewportEsp(stage, clock, options)
