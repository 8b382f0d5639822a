"""The operator's steps: nobody is asked for what is done already, and nothing moves while somebody is."""

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from vsmdaq.campaigns import Interrupts
from vsmdaq.campaigns.operator import Stage
from vsmdaq.record import EventLog
from vsmdaq_drivers.contracts import OperatorError, OperatorStep
from vsmdaq_drivers.system_clock import SystemClock


class Person:
    """Does what is said and remembers it; refuses what the test says."""

    def __init__(self, refused: str = "") -> None:
        self.done: list[tuple[str, str]] = []
        self.refused = refused

    @property
    def name(self) -> str:
        return "person"

    def identify(self) -> str:
        return "person"

    def prepare(self) -> None:
        pass

    def perform(self, step: OperatorStep) -> str:
        if step.action == self.refused:
            raise OperatorError("it does not fit.", instrument=self.name)
        self.done.append((step.action, step.subject))
        return "done"

    def close(self) -> None:
        pass


@pytest.fixture
def events(tmp_path: Path) -> Generator[EventLog]:
    with EventLog(tmp_path / "events.jsonl", SystemClock()) as log:
        yield log


def test_each_step_is_asked_for_once_and_in_order(events: EventLog, tmp_path: Path):
    person = Person()
    stage = Stage(person, Interrupts())
    for name in ("nickel", "nickel", "palladium"):
        stage.mount(name, events)
    for name in ("blank", "filled"):
        stage.hang(name, events)
    stage.mount("nickel", events)
    assert person.done == [
        ("mount", "nickel"),
        ("unmount", ""),
        ("mount", "palladium"),
        ("unmount", ""),
        ("hang", "blank"),
        ("unhang", ""),
        ("hang", "filled"),
        ("unhang", ""),
        ("mount", "nickel"),
    ]
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    assert [line["answer"] for line in lines] == ["done", "already mounted", *["done"] * 8]
    assert lines[0]["mount"] == lines[1]["mount"], "one mount"


def test_the_same_sample_is_mounted_anew_where_that_is_wanted(events: EventLog, tmp_path: Path):
    person = Person()
    stage = Stage(person, Interrupts())
    stage.mount("nickel", events)
    stage.mount("nickel", events, anew=True)
    stage.mount("nickel", events)
    assert person.done == [("mount", "nickel"), ("unmount", ""), ("mount", "nickel")]
    lines = [json.loads(line) for line in (tmp_path / "events.jsonl").read_text("utf-8").splitlines()]
    first, second, third = (line["mount"] for line in lines if line["action"] == "mount")
    assert first != second == third
    assert Stage(person, Interrupts()).mount("nickel", events) is None
    other = json.loads((tmp_path / "events.jsonl").read_text("utf-8").splitlines()[-1])
    assert other["mount"] not in (first, second), "another session, another mount"


def test_after_a_step_that_failed_nothing_is_taken_for_mounted(events: EventLog):
    person = Person(refused="mount")
    stage = Stage(person, Interrupts())
    with pytest.raises(OperatorError):
        stage.mount("nickel", events)
    person.refused = ""
    stage.mount("nickel", events)
    assert person.done == [("mount", "nickel")]
