"""One procedure on a simulated bench whose supply fails as supplies do; the magnet's end is what counts."""

import json
import signal
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.campaigns import Interrupted, run_job
from vsmdaq.cli.errors import exit_code_of
from vsmdaq.record import RecordError, read_journal
from vsmdaq.terms import InputError, MomentPoint
from vsmdaq_drivers.contracts import (
    InstrumentFaultError,
    LimitError,
    LinkLostError,
    MagnetStillOnError,
    SupplyReading,
)

Places = Callable[..., AbstractContextManager[Any]]
Jobs = Callable[..., Any]


def events_of(run: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (run / "events.jsonl").read_text("utf-8").splitlines()]


def points_of(run: Path) -> tuple[MomentPoint, ...]:
    return read_journal(run / "raw.csv", MomentPoint).points


def after(n: int, do: Callable[[], None]) -> Callable[..., Any]:
    """A hook that does something from the n-th call on, and hands its argument on."""
    calls = count(1)

    def hook(argument: Any) -> Any:
        if next(calls) >= n:
            do()
        return argument

    return hook


def fail(error: BaseException) -> Callable[[], None]:
    def do() -> None:
        raise error

    return do


def test_a_run_ends_at_zero_and_leaves_its_result(place_of: Places, job_of: Jobs, tmp_path: Path):
    with place_of() as place:
        outcome = run_job(place.session, job_of("phase"))
        assert abs(place.bench.supply.poll().current_a) <= 0.02
        assert place.supply.ramps[-1] == 0.0
    assert outcome.folder.path == tmp_path / "runs" / "phase"
    assert outcome.artefact is not None
    assert len(points_of(outcome.folder.path)) == 3
    assert any("verified by reading back" in line for line in place.told)


def test_a_limit_in_the_middle_ends_the_run_and_clips_nothing(place_of: Places, job_of: Jobs, tmp_path: Path):
    """Somebody has narrowed the supply after the plan was looked at: its driver refuses below -25 A."""

    def refuse(current_a: float) -> None:
        if current_a < -25.0:
            raise LimitError("current", current_a, -25.0, 60.0, "A", instrument="supply")

    with place_of(on_ramp=refuse) as place:
        with pytest.raises(
            LimitError, match=r"current of -2[56]\.[0-9]+ A was asked for, allowed are -25 to 60 A; nothing was sent"
        ):
            run_job(place.session, job_of("nickel", ('"-300 kA/m", to = "-800', '"-300 kA/m", to = "-400')))
        assert abs(place.bench.supply.poll().current_a) <= 0.02
    events = events_of(tmp_path / "runs" / "nickel")
    (failed,) = (event for event in events if event["kind"] == "failed")
    assert failed["error"] == "LimitError"
    assert events[-1]["kind"] == "safe"
    points = points_of(tmp_path / "runs" / "nickel")
    assert [round(point.set_current_a, 1) for point in points[-2:]] == [-22.5, -24.0]
    # what was asked for is what was sent: a point at a clipped current would differ from its set-point
    assert all(point.current_a == pytest.approx(point.set_current_a, abs=0.03) for point in points)
    assert not (tmp_path / "runs" / "nickel" / "result.json").exists()


@pytest.mark.parametrize(
    ("edit", "message"),
    [
        ((('to = "-700 kA/m"', 'to = "-801 kA/m"'),), r"point 3 of 3: given -801 kA/m, which takes -60\.08 A"),
        (
            (('approach = ["800 kA/m"]', 'approach = ["900 kA/m"]'),),
            r"approach 1: given \+900 kA/m, which takes \+67\.5 A",
        ),
        ((('rate = "10 A/s"', 'rate = "11 A/s"'),), r"'phase': 1 problem\n  field\.rate: given 11 A/s"),
    ],
)
def test_a_plan_beyond_the_limits_is_refused_before_its_folder_is_made(
    place_of: Places, job_of: Jobs, tmp_path: Path, edit: tuple[tuple[str, str], ...], message: str
):
    with place_of() as place:
        with pytest.raises(InputError, match=message):
            run_job(place.session, job_of("phase", *edit))
        assert place.supply.ramps == []
    assert not (tmp_path / "runs").exists()


def test_a_trip_in_the_middle_ends_the_run(place_of: Places, job_of: Jobs, tmp_path: Path):
    tripped: list[bool] = []

    def trip(reading: SupplyReading) -> SupplyReading:
        if abs(reading.current_a) > 55.0 and reading.current_a < 0:
            tripped.append(True)
            return replace(reading, faults=("magnet water flow",))
        return reading

    with place_of(on_poll=trip) as place:
        code = exit_code_of(lambda: run_job(place.session, job_of("nickel")))
        assert abs(place.bench.supply.inner.poll().current_a) <= 0.02
    assert code == 4
    assert tripped
    kinds = [event["kind"] for event in events_of(tmp_path / "runs" / "nickel")]
    assert kinds[-3:] == ["failed", "safe", "safe"] or kinds[-2:] == ["failed", "safe"]
    assert len(points_of(tmp_path / "runs" / "nickel")) >= 6


def test_a_lost_supply_says_that_the_magnet_is_on(
    place_of: Places, job_of: Jobs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    lost = LinkLostError("the connection was lost.", instrument="lakeshore_643 at GPIB0::12::INSTR")
    with place_of(on_poll=after(20, fail(lost)), on_ramp=lambda _: None) as place:
        cut = replace(place.session, bench=replace(place.bench, reopen_supply=None))
        code = exit_code_of(lambda: run_job(cut, job_of("nickel")))
    assert code == 3
    assert capsys.readouterr().err.splitlines()[-1].endswith("MAGNET STILL ON, I = unknown")
    events = events_of(tmp_path / "runs" / "nickel")
    assert [event["kind"] for event in events][-2:] == ["failed", "unsafe"]
    assert events[-1]["text"].endswith("MAGNET STILL ON, I = unknown")
    assert place.told[-1] == events[-1]["text"]


def test_a_supply_that_can_be_opened_again_is_brought_to_zero(place_of: Places, job_of: Jobs, tmp_path: Path):
    lost = LinkLostError("the connection was lost.", instrument="lakeshore_643 at GPIB0::12::INSTR")
    with place_of(on_poll=after(20, fail(lost))) as place:
        with pytest.raises(LinkLostError):
            run_job(place.session, job_of("nickel"))
        assert abs(place.bench.reopen_supply().poll().current_a) <= 0.02
    texts = [event["text"] for event in events_of(tmp_path / "runs" / "nickel") if event["kind"] == "safe"]
    assert texts[0].endswith("A, verified by reading back; the connection was opened anew")


def test_a_supply_that_does_not_follow_says_how_much_is_left(
    place_of: Places, job_of: Jobs, tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    """Its output stage is stuck: it takes every set-point and delivers 42 A from its third ramp on."""
    ramps: list[float] = []

    def stick(reading: SupplyReading) -> SupplyReading:
        return replace(reading, current_a=42.0, ramping=False) if len(ramps) >= 3 else reading

    with place_of(on_ramp=ramps.append, on_poll=stick) as place:
        code = exit_code_of(lambda: run_job(place.session, job_of("phase")))
    assert code == 3
    assert capsys.readouterr().err.splitlines()[-1].endswith("MAGNET STILL ON, I = +42.000 A")
    assert ramps[-3:] == [0.0, 0.0, 0.0], "it was tried more than once"
    assert events_of(tmp_path / "runs" / "phase")[-1]["kind"] == "unsafe"


def test_the_magnet_counts_more_than_what_went_wrong_before(place_of: Places, job_of: Jobs):
    fault = InstrumentFaultError(("over temperature",), instrument="supply")
    with place_of(on_poll=after(20, fail(fault))) as place, pytest.raises(MagnetStillOnError):
        run_job(place.session, job_of("nickel"))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_second_signal_does_not_cut_the_way_to_zero_short(
    place_of: Places, job_of: Jobs, tmp_path: Path, number: signal.Signals
):
    """The first comes at 60 A, the others with each look at the ramp down."""
    down: list[float] = []
    first: list[float] = []

    def signals(reading: SupplyReading) -> SupplyReading:
        if not first and reading.current_a > 59.0:
            first.append(reading.time_s)
            signal.raise_signal(number)
        if place.supply.ramps[-1:] == [0.0]:
            down.append(reading.current_a)
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGTERM)
        return reading

    with place_of(on_poll=signals) as place, pytest.raises(Interrupted) as ended:
        run_job(place.session, job_of("nickel"))
    assert ended.value.exit_code == 128 + number
    assert max(map(abs, down)) > 20.0
    assert abs(down[-1]) <= 0.02
    kinds = [event["kind"] for event in events_of(tmp_path / "runs" / "nickel")]
    assert kinds[kinds.index("interrupted") + 1] == "safe"


def test_a_signal_between_two_procedures_makes_no_folder(place_of: Places, job_of: Jobs, tmp_path: Path):
    with place_of() as place:
        signal.raise_signal(signal.SIGTERM)
        with pytest.raises(Interrupted):
            run_job(place.session, job_of("phase"))
        assert place.supply.ramps == []
    assert not (tmp_path / "runs").exists()


def test_a_full_disk_does_not_stand_between_the_magnet_and_zero(place_of: Places, job_of: Jobs):
    """From the fifth fsync on, the disk is full."""
    calls = count(1)

    def sync(_descriptor: int) -> None:
        if next(calls) >= 5:
            raise OSError(28, "No space left on device")

    with place_of() as place:
        with pytest.raises(RecordError, match=r"raw\.csv: could not be written \(No space left on device\)"):
            run_job(replace(place.session, sync=sync), job_of("nickel"))
        assert abs(place.bench.supply.poll().current_a) <= 0.02
    assert any("verified by reading back" in line for line in place.told)


def test_a_point_is_told_of_when_it_can_be_read_back(place_of: Places, job_of: Jobs, tmp_path: Path):
    on_disk: list[tuple[int, int]] = []

    def look(progress: Any) -> None:
        on_disk.append((progress.done, len(points_of(tmp_path / "runs" / "phase"))))

    with place_of() as place:
        run_job(replace(place.session, progress=look), job_of("phase"))
    assert on_disk == [(1, 1), (2, 2), (3, 3)]


def test_a_loop_without_calibration_moves_nothing(place_of: Places, job_of: Jobs, tmp_path: Path):
    begun: list[str] = []
    with place_of() as place:
        session = replace(place.session, begin=lambda name, _expected_s: begun.append(name))
        with pytest.raises(InputError, match=r"moment calibration: given none in .*Run nickel\.toml first"):
            run_job(session, job_of("loop"))
        assert place.supply.ramps == []
    assert begun == []
    assert not (tmp_path / "runs").exists()
