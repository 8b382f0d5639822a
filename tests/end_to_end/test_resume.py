"""A run that was stopped goes on in another process: nothing twice, nothing lost, and the curve of an uninterrupted run."""

import io
import json
import math
import random
import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.campaigns import Interrupted, load_job, reduce_folder
from vsmdaq.campaigns.run import Progress
from vsmdaq.cli.console import Console
from vsmdaq.cli.resuming import ResumeOptions, go_on
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq.record import RecordError, RunFolder, read_journal
from vsmdaq.terms import MomentPoint, WeightPoint
from vsmdaq_configs import starter_set
from vsmdaq_drivers.system_clock import SystemClock

STARTER = Path(str(starter_set()))
QUIET = ("[signal]", "noise_v_per_sqrt_hz = 0.0", "[gaussmeter]", "noise_a_per_m = 0.0")
EXACT = ['draw."gaussmeter.offset_a_per_m" = { u = 0.0 }', 'draw."gaussmeter.gain" = { u_relative = 0.0 }']


class Bench:
    """A folder with a world, a bench file and runs."""

    def __init__(self, folder: Path, *world: str, exact: bool = True) -> None:
        self.folder, self.runs = folder, folder / "runs"
        folder.mkdir(parents=True, exist_ok=True)
        base = f"base = {json.dumps(str(STARTER / 'worlds' / 'reference.toml'))}"
        (folder / "world.toml").write_text("\n".join([base, *(EXACT if exact else []), *world, ""]), "utf-8")
        text = (STARTER / "benches" / "simulated.toml").read_text("utf-8")
        (folder / "bench.toml").write_text(text.replace("../worlds/reference.toml", "world.toml"), "utf-8")

    def run(self, *procedures: str | Path, stop: int | None = None, session: str = "first") -> None:
        spec, text = load_bench(self.folder / "bench.toml")
        paths = [p if isinstance(p, Path) else STARTER / "procedures" / f"{p}.toml" for p in procedures]
        options = RunOptions(spec.source, (), None, self.runs, 1, yes=True, dry_run=False, strict=False, as_json=False)
        jobs = [load_job(path) for path in paths]
        ended = stopping(
            lambda console: measure(spec, text, jobs, options, console, sync=no_sync, session=session), stop
        )
        assert ended == (stop is None)

    def resume(self, name: str, *, stop: int | None = None, **options: Any) -> bool:
        """Whether it came to its end."""
        wanted = ResumeOptions(self.runs / name, yes=True, **options)
        return stopping(lambda console: go_on(wanted, console, sync=no_sync), stop)

    def points(self, name: str) -> tuple[MomentPoint, ...]:
        return read_journal(self.runs / name / "raw.csv", MomentPoint).points

    def events(self, name: str) -> list[dict[str, Any]]:
        text = (self.runs / name / "events.jsonl").read_text("utf-8")
        return [json.loads(line) for line in text.splitlines()]


class StoppingConsole(Console):
    """Sends SIGINT once so many points are done."""

    stop: int | None = None

    def progress(self, progress: Progress) -> None:
        if self.stop is not None and progress.done >= self.stop:
            signal.raise_signal(signal.SIGINT)


def stopping(do: Callable[[Console], Any], stop: int | None) -> bool:
    console = StoppingConsole(io.StringIO(), live=False)
    console.stop = stop
    try:
        do(console)
    except Interrupted:
        return False
    return True


def no_sync(_descriptor: int) -> None:
    """What survives a power cut is tested elsewhere."""


@pytest.fixture(scope="module")
def calibrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Calibrations of the world without noise."""
    bench = Bench(tmp_path_factory.mktemp("calibrated"), *QUIET)
    bench.run("phase", "nickel", "background")
    return bench.runs / "calibrations"


@pytest.fixture
def bench_of(calibrated: Path, tmp_path: Path) -> Callable[..., Bench]:
    """Makes a bench that has its calibrations."""

    def make(name: str, *world: str, exact: bool = True) -> Bench:
        bench = Bench(tmp_path / name, *(world or QUIET), exact=exact)
        shutil.copytree(calibrated, bench.runs / "calibrations")
        return bench

    return make


SHORT_LOOP = """\
kind = "loop"
name = "short"
sample = "SAMPLES/reference-sphere.toml"

[field]
rate = "10 A/s"
approach = ["800 kA/m"]
segments = [
    { from = "800 kA/m", to = "-800 kA/m", steps = 20 },
    { from = "-800 kA/m", to = "800 kA/m", steps = 20 },
]

[measure]
u_moment = "5e-9 A m2"
time_constant = "30 ms"
poles = 4
"""


@pytest.fixture
def short(tmp_path: Path) -> Path:
    """A loop of 40 points."""
    path = tmp_path / "short.toml"
    path.write_text(SHORT_LOOP.replace("SAMPLES", (STARTER / "samples").as_posix()), "utf-8")
    return path


def measured(points: tuple[MomentPoint, ...]) -> list[tuple[float, ...]]:
    return [(p.index, p.set_field_a_per_m, p.x_v_rms, p.y_v_rms, p.field_a_per_m, p.n) for p in points]


@pytest.mark.parametrize(
    ("kind", "stops"), [("loop", (6, 60)), ("loop", (131,)), ("remanence", (25,)), ("minor", (40,))]
)
def test_without_noise_the_points_that_were_lacking_are_bit_for_bit_those_of_an_uninterrupted_run(
    bench_of: Callable[..., Bench], kind: str, stops: tuple[int, ...]
):
    whole, broken = bench_of("whole"), bench_of("broken")
    whole.run(kind)
    broken.run(kind, stop=stops[0])
    for stop in stops[1:]:
        assert not broken.resume(kind, stop=stop)
    assert broken.resume(kind)
    assert measured(broken.points(kind)) == measured(whole.points(kind))
    one, other = (json.loads((b.runs / kind / "result.json").read_text("utf-8")) for b in (whole, broken))
    assert other["points"] == one["points"]
    # the clock of a simulated bench begins anew with each process, so a resumed run has no drift by time to tell of
    of_time = {"gain_drift_per_hour", "closure_normalised_error"}
    found, expected = ({k: v["value"] for k, v in r["quantities"].items() if k not in of_time} for r in (other, one))
    assert found == pytest.approx(expected, rel=1e-6)
    told = [flag for flag in other["flags"] if flag not in one["flags"]]
    assert [flag for flag in told if not flag.startswith("drift within the run not looked for")] == []


@pytest.mark.parametrize("stop", [1, 2, 3, 36])
def test_wherever_it_stops_the_rest_is_what_it_would_have_been(bench_of: Callable[..., Bench], short: Path, stop: int):
    """Within what is left of steps, which is 5 % of the wanted noise; noise there is none."""
    whole, broken = bench_of("whole"), bench_of("broken")
    whole.run(short)
    broken.run(short, stop=stop)
    assert broken.resume("short")
    for one, other in zip(whole.points("short"), broken.points("short"), strict=True):
        # 5e-9 A m2 times 1.563 V/(A m2)
        assert other.x_v_rms == pytest.approx(one.x_v_rms, abs=0.1 * 7.8e-9), one.index


def test_with_noise_it_agrees_within_u_and_the_noise_is_another(bench_of: Callable[..., Bench], short: Path):
    noisy = ("[gaussmeter]", "noise_a_per_m = 20.0")
    whole, broken = bench_of("whole", *noisy), bench_of("broken", *noisy)
    whole.run(short)
    broken.run(short, stop=17, session="another")
    assert broken.resume("short")
    pairs = list(zip(whole.points("short"), broken.points("short"), strict=True))[17:]
    z = [(b.x_v_rms - a.x_v_rms) / math.hypot(a.u_x_v_rms, b.u_x_v_rms) for a, b in pairs]
    assert all(one.x_v_rms != other.x_v_rms for one, other in pairs)
    # 23 values of unit variance: chi-squared beyond 56 or below 6 once in ten thousand
    assert 6.0 < sum(value * value for value in z) < 56.0
    again = [event for event in broken.events("short") if event["kind"] == "measured_again"]
    assert [event["index"] for event in again] == [14, 15, 16]
    assert all(abs(event["x_v_rms"]) < 5.0 for event in again)


def test_a_sample_that_was_moved_in_between_is_told(bench_of: Callable[..., Bench], short: Path):
    """Five per cent of 2e-6 A m2 times 1.563 V/(A m2) are 156 nV; u is 3 to 8 nV for each of two."""
    bench = bench_of("moved")
    bench.run(short, stop=12)
    world = bench.folder / "world.toml"
    world.write_text(world.read_text("utf-8") + "[samples.reference-sphere]\nmoment_a_m2 = 2.1e-6\n", "utf-8")
    assert bench.resume("short")
    flags = [point.flags for point in bench.points("short")]
    assert [index for index, each in enumerate(flags) if any("not_as_before" in flag for flag in each)] == [12]
    (told,) = flags[12]
    found = re.fullmatch(r"not_as_before_the_interruption\(x_v_rms:([+-][\d.]+)u\)", told)
    assert found is not None
    assert 156.0 / 8.0 / 2**0.5 < abs(float(found[1])) < 156.0 / 2.0 / 2**0.5
    assert told in (bench.runs / "short" / "result.json").read_text("utf-8")


@pytest.mark.parametrize("seed", range(2))
def test_stopped_again_and_again_each_point_is_there_once_and_in_order(
    bench_of: Callable[..., Bench], short: Path, seed: int
):
    """By signals, by a disk that fails at any write, with half a line left behind."""
    random_ = random.Random(seed)
    bench = bench_of("often")
    bench.run(short, stop=random_.randint(1, 8))
    raw = bench.runs / "short" / "raw.csv"
    kept = raw.read_bytes()
    for _ in range(12):
        if random_.random() < 0.5:
            with raw.open("ab") as stream:
                stream.write(b"17,0,1.25e")
        n = len(kept.splitlines()) - 2
        if random_.random() < 0.4:
            calls = iter(range(random_.randint(3, 12)))

            def sync(_descriptor: int, calls: Any = calls) -> None:
                if next(calls, None) is None:
                    raise OSError(28, "No space left on device")

            with pytest.raises(RecordError):
                go_on(ResumeOptions(bench.runs / "short", yes=True), Console(io.StringIO(), live=False), sync=sync)
            ended = False
        else:
            ended = bench.resume("short", stop=n + random_.randint(1, 8))
        assert raw.read_bytes().startswith(kept), "a line is never rewritten"
        kept = raw.read_bytes()
        if ended or len(kept.splitlines()) == 42:
            break
    bench.resume("short")
    assert [point.index for point in bench.points("short")] == list(range(40))
    assert (bench.runs / "short" / "result.json").exists()
    begins = [event for event in bench.events("short") if event["kind"] in {"start", "resumed"}]
    assert [event.get("part", 1) for event in begins] == list(range(1, len(begins) + 1))
    names = [event["session"] for event in begins[1:]]
    assert len(set(names)) == len(names), "no two parts share their noise"


def test_kill_9_and_on_by_the_command(start: Callable[..., Any], stand: Path, cli: Callable[..., Any]):
    options = ("--bench", "benches/simulated.toml", "--seed", "5", "--yes")
    process = start("run", "procedures/background.toml", *options, cwd=stand)
    raw = stand / "runs" / "background" / "raw.csv"
    clock = SystemClock()
    while process.poll() is None and not (raw.exists() and raw.read_bytes().count(b"\n") >= 6):
        clock.sleep(0.005)
    process.kill()
    process.communicate(timeout=30)
    before = raw.read_bytes()
    before = before[: before.rfind(b"\n") + 1]
    resumed = cli("resume", "runs/background", "--yes", "--json")
    assert resumed.code == 0, resumed.err
    assert json.loads(resumed.out)["points"] == 40
    assert raw.read_bytes().startswith(before)
    assert "points are done; going on" in resumed.err or "nothing is moved" in resumed.err
    again = {path.name: path.read_bytes() for path in raw.parent.iterdir()}
    complete = cli("resume", "runs/background", "--yes")
    assert complete.code == 0
    assert "all 40 points are done; nothing is moved" in complete.err
    assert {path.name: path.read_bytes() for path in raw.parent.iterdir()} == again
    assert len(list((stand / "runs" / "calibrations").iterdir())) == 1


def test_a_complete_run_without_its_result_gets_it(bench_of: Callable[..., Bench], short: Path):
    bench = bench_of("complete")
    bench.run(short)
    folder = bench.runs / "short"
    had = (folder / "mh.csv").read_bytes()
    events = (folder / "events.jsonl").read_bytes()
    for name in ("result.json", "mh.csv"):
        (folder / name).unlink()
    assert bench.resume("short")
    assert (folder / "mh.csv").read_bytes() == had
    assert (folder / "events.jsonl").read_bytes() == events, "nothing was measured"
    assert json.loads((folder / "result.json").read_text("utf-8"))["bench_time_s"] > 30.0


def test_a_run_that_is_being_written_is_refused(bench_of: Callable[..., Bench], short: Path, cli: Callable[..., Any]):
    bench = bench_of("held")
    bench.run(short, stop=3)
    raw = (bench.runs / "short" / "raw.csv").read_bytes()
    with RunFolder.open(bench.runs / "short").held():
        ended = cli("resume", bench.runs / "short", "--yes")
    assert ended.code == 3
    assert "is held by process" in ended.err
    assert (bench.runs / "short" / "raw.csv").read_bytes() == raw


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new), "utf-8")


def test_all_that_changed_is_named_at_once_and_nothing_moves(stand: Path, cli: Callable[..., Any]):
    bench, options = stand / "benches" / "simulated.toml", ("--bench", "benches/simulated.toml", "--seed", "5", "--yes")
    run = stand / "runs" / "loop"
    assert cli("run", "procedures/phase.toml", "procedures/nickel.toml", *options).code == 0
    assert cli("run", "procedures/loop.toml", *options).code == 0
    lines = (run / "raw.csv").read_bytes().splitlines(keepends=True)
    (run / "raw.csv").write_bytes(b"".join(lines[:30]))
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    edit(bench, 'max_rate = "10 A/s"', 'max_rate = "11 A/s"')
    edit(stand / "samples" / "reference-sphere.toml", "1.000 mm", "1.100 mm")
    edit(stand / "procedures" / "loop.toml", "high_field_fraction = 0.7", "high_field_fraction = 0.8")
    assert cli("run", "procedures/nickel.toml", "--bench", "benches/simulated.toml", "--seed", "6", "--yes").code == 0
    ended = cli("resume", "runs/loop", "--yes")
    assert ended.code == 2
    for part in (
        "bench magnet.max_rate_a_per_s: given 11; allowed: 10, as in run.json",
        "sample shape.diameter",
        "procedure high_field_fraction: given 0.8; allowed: 0.7, as in run.json",
        "moment calibration: given ",
        "--recorded-calibrations",
    ):
        assert part in ended.err, ended.err
    assert {path.name: path.read_bytes() for path in run.iterdir()} == before
    edit(bench, 'max_rate = "11 A/s"', 'max_rate = "10 A/s"   # as before')
    edit(stand / "samples" / "reference-sphere.toml", "1.100 mm", "1.000 mm")
    (stand / "procedures" / "loop.toml").unlink()
    assert cli("resume", "runs/loop", "--yes").code == 2
    ended = cli("resume", "runs/loop", "--yes", "--recorded-calibrations")
    assert ended.code == 0, ended.err
    assert "the procedure file" in ended.err


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda run: run["plan"].update(digest="0" * 64), r"plan: given digest"),
        (lambda run: run["identities"].update(supply="LSCI,MODEL643,other,1"), r"identity of the supply: given 'LSCI"),
        (lambda run: run["calibrations"]["moment"].update(run_id="other"), r"digest: given"),
        (lambda run: run.update(schema=2), r"schema: given 2"),
        (lambda run: run["sources"].pop("bench"), r"bench file: given not recorded"),
    ],
)
def test_what_does_not_belong_together_is_refused(
    bench_of: Callable[..., Bench], short: Path, cli: Callable[..., Any], change: Callable[[Any], Any], message: str
):
    bench = bench_of("changed")
    bench.run(short, stop=3)
    path = bench.runs / "short" / "run.json"
    content = json.loads(path.read_text("utf-8"))
    change(content)
    path.write_text(json.dumps(content), "utf-8")
    raw = (bench.runs / "short" / "raw.csv").read_bytes()
    ended = cli("resume", bench.runs / "short", "--yes")
    assert ended.code == 2
    assert message in ended.err
    assert (bench.runs / "short" / "raw.csv").read_bytes() == raw
    assert not [event for event in bench.events("short") if event["kind"] == "resumed"]


def test_a_run_can_be_read_while_it_is_written_and_after_a_kill(
    bench_of: Callable[..., Bench], short: Path, cli: Callable[..., Any]
):
    """At every point: watched, reduced, reported; the record stays as it is, and the run does not notice."""
    bench = bench_of("read")
    whole = bench_of("whole")
    whole.run(short)
    seen: list[int] = []

    class Reader(Console):
        def progress(self, progress: Progress) -> None:
            if progress.done % 5 == 0:
                raw = (bench.runs / "short" / "raw.csv").read_bytes()
                folder = RunFolder.open(bench.runs / "short")
                seen.append(reduce_folder(folder).result.points if progress.done >= 20 else progress.done)
                assert cli("watch", folder.path, "--once").code == 0
                if progress.done in (20, 35):
                    assert cli("report", folder.path).code == 0
                assert (bench.runs / "short" / "raw.csv").read_bytes() == raw
            if progress.done == 23:
                signal.raise_signal(signal.SIGINT)

    spec, text = load_bench(bench.folder / "bench.toml")
    options = RunOptions(spec.source, (), None, bench.runs, 1, yes=True, dry_run=False, strict=False, as_json=False)
    with pytest.raises(Interrupted):
        measure(
            spec, text, [load_job(short)], options, Reader(io.StringIO(), live=False), sync=no_sync, session="first"
        )
    go_on(ResumeOptions(bench.runs / "short", yes=True), Reader(io.StringIO(), live=False), sync=no_sync)
    assert seen == [5, 10, 15, 20, 25, 30, 35, 40]
    assert measured(bench.points("short")) == measured(whole.points("short"))


@pytest.mark.parametrize("stop", [5, 17, 25])
def test_a_gouy_run_goes_on_with_either_tube(tmp_path: Path, stop: int):
    bench = Bench(tmp_path / "gouy")
    bench.run("gouy", stop=stop)
    assert bench.resume("gouy")
    points = read_journal(bench.runs / "gouy" / "raw.csv", WeightPoint).points
    assert [point.index for point in points] == list(range(34))
    assert [point.segment for point in points] == [0] * 17 + [1] * 17
    hung = [point.index for point in points if "tube_hung_again" in point.flags]
    assert hung == ([] if stop == 17 else [stop])
    chi = json.loads((bench.runs / "gouy" / "result.json").read_text("utf-8"))["quantities"]["volume_susceptibility"]
    # volume_susceptibility of the world file
    assert abs(chi["value"] - 1.2e-4) < 3.0 * chi["u"]
    assert chi["u_noise"] < 0.2 * chi["u"]
