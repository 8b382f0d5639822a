"""What the user asks for while a run goes on: hold, skip, finish, stop; by key and by file."""

import json
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.campaigns import Interrupted, Outcome, reduce_folder, run_job
from vsmdaq.campaigns.controls import CONTROL_FILE, WORDS, Controls, ask
from vsmdaq.campaigns.plans import plan_of
from vsmdaq.record import RunFolder, read_journal
from vsmdaq.terms import InputError, MomentPoint
from vsmdaq_drivers.contracts import InstrumentFaultError

Place = Callable[..., AbstractContextManager[Any]]
Jobs = Callable[..., Any]


class Hands:
    """Somebody at the keys: presses each key so many seconds (bench time) after so many points were told of."""

    def __init__(self, *presses: tuple[int, float, str]) -> None:
        self.presses = list(presses)
        self.pressed_s: dict[str, float] = {}
        self.points = 0
        self.since_s = 0.0
        self.now: Callable[[], float] = lambda: 0.0

    def told(self, _progress: object) -> None:
        self.points += 1
        self.since_s = self.now()

    def __call__(self) -> str:
        if self.presses:
            points, after_s, word = self.presses[0]
            if self.points >= points and self.now() >= self.since_s + after_s:
                self.presses.pop(0)
                self.pressed_s[word] = self.now()
                self.since_s = self.now()
                return word
        return ""


def run(place: Any, job: Any, hands: Hands) -> Outcome:
    hands.now = place.bench.clock.now
    hands.since_s = hands.now()
    return run_job(replace(place.session, controls=Controls(hands), progress=hands.told), job)


def events_of(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "events.jsonl").read_text("utf-8").splitlines()]


def event(folder: Path, kind: str) -> dict[str, Any]:
    (found,) = [event for event in events_of(folder) if event["kind"] == kind]
    return found


def points_of(folder: Path) -> tuple[MomentPoint, ...]:
    return read_journal(folder / "raw.csv", MomentPoint).points


def test_a_point_that_was_held_is_settled_anew_from_the_moment_of_going_on(place_of: Place, job_of: Jobs):
    """A step through four poles of 30 ms is within 1 % after ten time constants, 0.3 s; the plan has 22 points."""
    polled: list[float] = []

    def on_poll(reading: Any) -> Any:
        polled.append(reading.time_s)
        return reading

    hands = Hands((3, 1.2, "toggle"), (3, 300.0, "toggle"))
    with place_of(on_poll=on_poll) as place:
        outcome = run(place, job_of("nickel"), hands)
        tolerated_s = 2.0 * place.bench.supply.handling.poll_interval_s
    folder = outcome.folder.path
    points = points_of(folder)
    assert [point.index for point in points] == list(range(22))
    held, on = event(folder, "held"), event(folder, "went_on")
    assert held["index"] == 3
    assert on["held_s"] == pytest.approx(300.0, abs=2.0)
    assert on["time_s"] - held["time_s"] == pytest.approx(on["held_s"], abs=0.1)
    taken = points[3]
    assert taken.t_arrived_s == pytest.approx(on["time_s"], abs=0.1)
    assert taken.t_start_s > on["time_s"] + 0.3, "settled anew"
    assert points[2].t_end_s < held["time_s"], "nothing was recorded meanwhile"
    meanwhile = [time_s for time_s in polled if held["time_s"] <= time_s <= on["time_s"]]
    assert max(b - a for a, b in pairwise(meanwhile)) < tolerated_s, "polled all the while"
    assert not any("incomplete" in flag for flag in outcome.reduced.result.flags)
    assert event(folder, "end")["held_s"] == pytest.approx(on["held_s"])


def test_a_hold_during_a_ramp_lets_the_ramp_end_and_the_current_stay(place_of: Place, job_of: Jobs):
    seen: list[tuple[float, float]] = []

    def on_poll(reading: Any) -> Any:
        seen.append((reading.time_s, reading.current_a))
        return reading

    # the way from +300 to -300 kA/m behind the fifth point takes 4.5 s
    hands = Hands((5, 1.0, "hold"), (5, 60.0, "go-on"))
    with place_of(on_poll=on_poll) as place:
        outcome = run(place, job_of("nickel"), hands)
    folder = outcome.folder.path
    held, on = event(folder, "held"), event(folder, "went_on")
    after = [current for time_s, current in seen if held["time_s"] + 10.0 < time_s < on["time_s"]]
    assert len(after) > 10
    taken = points_of(folder)[5]
    # -300 kA/m at 13.33333 kA/m per A are -22.5 A; the supply reads back to some mA
    assert taken.set_current_a == pytest.approx(-22.5, rel=0.05)
    assert after == pytest.approx([taken.set_current_a] * len(after), abs=0.02)
    assert taken.t_start_s > on["time_s"] + 0.3


def test_a_point_that_is_skipped_leaves_a_gap_and_a_flag(place_of: Place, job_of: Jobs):
    hands = Hands((3, 1.2, "skip"), (10, 0.1, "skip"))
    with place_of() as place:
        outcome = run(place, job_of("nickel"), hands)
    folder = outcome.folder.path
    assert [point.index for point in points_of(folder)] == [i for i in range(22) if i not in {3, 11}]
    skipped = [event for event in events_of(folder) if event["kind"] == "skipped"]
    assert [(event["index"], round(event["field_a_per_m"])) for event in skipped] == [(3, 400_000), (11, -700_000)]
    flag = "skipped: 2 points, as asked (3, 11)"
    assert flag in outcome.reduced.result.flags
    assert not any(flag.startswith(("incomplete", "finished")) for flag in outcome.reduced.result.flags)
    assert flag in reduce_folder(RunFolder.open(folder)).result.flags, "also when it is reduced again"
    assert outcome.artefact is not None


def test_finish_ends_after_the_point_in_hand_with_what_there_is(place_of: Place, job_of: Jobs):
    hands = Hands((8, 1.0, "finish"))
    with place_of() as place:
        outcome = run(place, job_of("nickel"), hands)
        assert place.bench.supply.poll().current_a == pytest.approx(0.0, abs=0.02)
    folder = outcome.folder.path
    assert [point.index for point in points_of(folder)] == list(range(9))
    assert "finished_early: 9 of 22 points" in outcome.reduced.result.flags
    kinds = [event["kind"] for event in events_of(folder)]
    assert kinds.index("finishing") < kinds.index("finished_early") < kinds.index("safe") < kinds.index("end")


def test_finish_at_the_last_point_is_nothing_early(place_of: Place, job_of: Jobs):
    hands = Hands((21, 1.0, "finish"))
    with place_of() as place:
        outcome = run(place, job_of("nickel"), hands)
    assert outcome.reduced.result.points == 22
    assert not any("early" in flag for flag in outcome.reduced.result.flags)


@pytest.mark.parametrize("word", ["skip", "finish"])
def test_what_is_asked_for_in_a_hold_waits_until_it_goes_on(place_of: Place, job_of: Jobs, word: str):
    hands = Hands((3, 1.2, "hold"), (3, 5.0, word), (3, 50.0, "go-on"))
    with place_of() as place:
        outcome = run(place, job_of("nickel"), hands)
    indices = [point.index for point in points_of(outcome.folder.path)]
    assert indices == ([i for i in range(22) if i != 3] if word == "skip" else [0, 1, 2, 3])
    assert event(outcome.folder.path, "went_on")["held_s"] > 54.0


@pytest.mark.parametrize(("by_file", "code"), [(False, 130), (True, 143)])
def test_stop_ends_at_once_and_safe(place_of: Place, job_of: Jobs, tmp_path: Path, by_file: bool, code: int):
    hands = Hands() if by_file else Hands((3, 0.5, "stop"))
    with place_of() as place:
        session = replace(place.session, controls=Controls(hands))
        hands.now = place.bench.clock.now

        def told(progress: Any) -> None:
            hands.told(progress)
            if by_file and progress.done == 3:
                ask(tmp_path / "runs" / "nickel", "stop")

        with pytest.raises(Interrupted) as ended:
            run_job(replace(session, progress=told), job_of("nickel"))
        assert ended.value.exit_code == code
        assert place.bench.supply.poll().current_a == pytest.approx(0.0, abs=0.02)
    folder = tmp_path / "runs" / "nickel"
    assert len(points_of(folder)) == 3
    assert "safe" in {event["kind"] for event in events_of(folder)}
    assert not (folder / CONTROL_FILE).exists()


def test_a_fault_is_seen_while_it_is_held(place_of: Place, job_of: Jobs, tmp_path: Path):
    folder = tmp_path / "runs" / "nickel"

    def on_poll(reading: Any) -> Any:
        events = (folder / "events.jsonl").read_text("utf-8") if folder.exists() else ""
        return (
            replace(reading, faults=("over_temperature",)) if '"held"' in events and "failed" not in events else reading
        )

    with place_of(on_poll=on_poll) as place, pytest.raises(InstrumentFaultError, match="over_temperature"):
        run(place, job_of("nickel"), Hands((3, 1.2, "hold")))
    kinds = [event["kind"] for event in events_of(folder)]
    assert kinds.index("held") < kinds.index("failed") < kinds.index("safe")


def test_what_cannot_be_done_is_said(place_of: Place, job_of: Jobs, tmp_path: Path):
    hands = Hands((1, 0.0, "help"))
    with place_of() as place:
        hands.now = place.bench.clock.now

        def told(progress: Any) -> None:
            hands.told(progress)
            if progress.done == 2:
                (tmp_path / "runs" / "phase" / CONTROL_FILE).write_text("halt\n", "utf-8")

        run_job(replace(place.session, controls=Controls(hands), progress=told), job_of("phase"))
    assert any("h or space" in line for line in place.told)
    assert any("'halt' was asked for" in line and "allowed: hold" in line for line in place.told)


def test_a_skip_before_the_first_point_is_for_nobody(place_of: Place, job_of: Jobs):
    hands = Hands((0, 1.0, "skip"))
    with place_of() as place:
        outcome = run(place, job_of("phase"), hands)
    assert outcome.reduced.result.points == 3
    assert any(line.startswith("nothing to skip") for line in place.told)


def test_what_was_asked_of_one_run_is_nothing_to_the_next(place_of: Place, job_of: Jobs):
    waiting = ["finish", "stop", "hold"]
    with place_of() as place:
        session = replace(place.session, controls=Controls(lambda: waiting.pop() if waiting else ""))
        assert run_job(session, job_of("phase")).reduced.result.points == 3


@pytest.mark.parametrize("word", WORDS)
def test_asking_leaves_one_word(tmp_path: Path, word: str):
    ask(tmp_path, word)
    assert (tmp_path / CONTROL_FILE).read_text("utf-8") == f"{word}\n"


def test_another_word_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="allowed: hold, go-on, skip, finish, stop"):
        ask(tmp_path, "halt")
    assert not list(tmp_path.iterdir())


def test_a_gouy_run_skips_and_finishes_too(place_of: Place, job_of: Jobs, spec: Any):
    from vsmdaq.bench import open_bench
    from vsmdaq.campaigns.operator import Stage
    from vsmdaq.terms import WeightPoint

    hands = Hands((2, 2.0, "skip"), (6, 2.0, "finish"))
    with (
        place_of() as place,
        open_bench(spec, frozenset({"balance"}), seed=3, session="weighs", unattended=True) as bench,
    ):
        session = replace(place.session, bench=bench, stage=Stage(bench.operator, place.session.interrupts))
        job = job_of("gouy")
        hands.now = bench.clock.now
        outcome = run_job(replace(session, controls=Controls(hands), progress=hands.told), job)
    points = read_journal(outcome.folder.raw_csv, WeightPoint).points
    assert 2 not in {point.index for point in points}
    assert "skipped: 1 points, as asked (2)" in outcome.reduced.result.flags
    assert outcome.reduced.result.quantities == {}
    assert any("0 weights of tube 1" in flag for flag in outcome.reduced.result.flags), "nothing is made up"
    assert (
        f"finished_early: {len(points)} of {2 * len(plan_of(job.procedure).steps)} points"
        in outcome.reduced.result.flags
    )
