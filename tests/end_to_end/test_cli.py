"""Every command as a user types it, from a folder whose name has a blank and an umlaut."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from vsmdaq_drivers.system_clock import SystemClock

Command = Callable[..., Any]
FAST = ("phase", "nickel")


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# --- help, version, wrong options ----------------------------------------------------------------------------------


def test_help_is_quick_and_loads_nothing_heavy(start: Command):
    """Half a second is promised on an idle machine; twice that leaves room for a busy one. Best of three counts."""
    clock = SystemClock()
    times: list[float] = []
    for _ in range(3):
        began_s = clock.now()
        process = start("--help")
        out, err = process.communicate()
        times.append(clock.now() - began_s)
        assert (process.returncode, err) == (0, "")
        assert "demo" in out
    assert min(times) < 1.0, times


def test_help_imports_neither_scipy_nor_matplotlib_nor_pyvisa():
    code = (
        "import sys; from vsmdaq.cli import main; main(['--help'])\n"
        "heavy = {'scipy', 'matplotlib', 'pyvisa', 'numpy', 'pydantic', 'jinja2'} & set(sys.modules)\n"
        "print(sorted(heavy), file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}\n{code}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize(
    "command",
    ["demo", "init", "check", "run", "queue", "resume", "watch", "ask", "reduce", "report", "safe", "sim truth"],
)
def test_each_command_has_help(cli: Command, command: str):
    ended = cli(*command.split(), "--help")
    assert ended.code == 0
    assert f"{command} " in ended.out


def test_version(cli: Command):
    assert re.fullmatch(r"vsmdaq \d+\.\d+\.\d+\S*\n", cli("--version").out)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("measure",), "No such command 'measure'"),
        (("run", "x.toml"), "--bench"),
        (("check",), "BENCH"),
        (("demo", "--seed", "one"), "--seed"),
        (("demo", "--seed", "-1"), "--seed"),
        (("run", "--bnech", "b.toml", "x.toml"), "--bnech"),
    ],
)
def test_wrong_options_end_with_2_and_a_hint(cli: Command, arguments: tuple[str, ...], named: str):
    ended = cli(*arguments)
    assert ended.code == 2
    assert named in ended.err
    assert "--help" in ended.err
    assert "Traceback" not in ended.err
    assert ended.out == ""


# --- init, check, dry run ------------------------------------------------------------------------------------------


def test_init_copies_files_that_work_where_they_are(
    cli: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand: Path
):
    monkeypatch.chdir(tmp_path)
    ended = cli("init", "mein Labor/Bänke")
    assert ended.code == 0
    assert fingerprint(tmp_path / "mein Labor" / "Bänke") == fingerprint(stand)
    assert cli("check", "mein Labor/Bänke/benches/simulated.toml").code == 0


def test_init_copies_of_a_read_only_set_can_be_edited(cli: Command, tmp_path: Path):
    assert cli("init", tmp_path / "new").code == 0
    assert all(path.stat().st_mode & 0o200 for path in (tmp_path / "new").rglob("*"))


def test_init_writes_over_nothing(cli: Command, stand: Path):
    before = fingerprint(stand)
    ended = cli("init", ".")
    assert ended.code == 2
    assert "a new or empty folder" in ended.err
    assert fingerprint(stand) == before


def test_check_names_instruments_and_limits(cli: Command, stand: Path):
    before = fingerprint(stand)
    ended = cli("check", "benches/simulated.toml")
    assert (ended.code, ended.err) == (0, "")
    for text in ("LSCI,MODEL643", "LSCI,MODEL475", "SR830", "±60 A, 10 A/s; ±800 kA/m", "nothing was moved"):
        assert text in ended.out
    assert fingerprint(stand) == before


def test_dry_run_shows_points_profile_and_time_and_moves_nothing(cli: Command, stand: Path):
    before = fingerprint(stand)
    ended = cli("run", "procedures/loop.toml", "--bench", "benches/simulated.toml", "--dry-run")
    assert ended.code == 0
    assert "loop: loop, 200 fields" in ended.out
    fields = re.search(r"fields \(kA/m\): (.*)", ended.out)
    assert fields is not None
    values = [float(text) for text in fields[1].split()]
    assert len(values) == 200
    assert (min(values), max(values), values[-1]) == (-800.0, 800.0, 800.0)
    assert "H (kA/m)" in ended.out, "the profile is drawn"
    estimated = re.search(r"estimated: (\d+) s \(ramps (\d+), settling (\d+), averaging (\d+)\)", ended.out)
    assert estimated is not None
    total, ramps, settling, averaging = map(int, estimated.groups())
    # 0, +H, -H, +H, 0 with H = 800 kA/m: 6 H at 10 A/s times 13.33333 (kA/m)/A is 36 s of ramps (the reference loop's)
    assert ramps == 36
    assert abs(ramps + settling + averaging - total) <= 2
    assert re.search(r"ends at \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", ended.out)
    assert "nothing is moved" in ended.err
    assert "it would be refused as things stand: loop procedure: " in ended.err, "nothing is calibrated yet"
    assert "Run nickel.toml first." in ended.err
    assert fingerprint(stand) == before, "no run folder, no calibrations"


@pytest.mark.usefixtures("stand")
def test_dry_run_opens_no_instrument(cli: Command):
    """The real bench is not there."""
    assert cli("run", "procedures/nickel.toml", "--bench", "benches/real.toml", "--dry-run").code == 0


def test_dry_run_refuses_what_the_run_would_refuse(cli: Command, stand: Path):
    procedure = stand / "procedures" / "nickel.toml"
    procedure.write_text(procedure.read_text("utf-8").replace('to = "800 kA/m"', 'to = "900 kA/m"'), "utf-8")
    ended = cli("run", procedure, "--bench", "benches/simulated.toml", "--dry-run")
    assert ended.code == 2
    assert "point 22 of 22: given +900 kA/m, which takes +67.5 A; allowed: ±800 kA/m, from ±60 A" in ended.err


# --- run -----------------------------------------------------------------------------------------------------------

QUANTITY_KEYS = {"value", "u", "u_common", "u_noise", "dof", "unit", "definition", "budget"}
RESULT_KEYS = {
    "schema",
    "procedure",
    "sample",
    "points",
    "bench_time_s",
    "wall_time_s",
    "flags",
    "quantities",
    "covariance",
}


def check_result(result: dict[str, Any]) -> None:
    """What the design promises of result.json."""
    assert result.keys() == RESULT_KEYS
    assert result["schema"] == 1
    assert result["quantities"]
    for quantity in result["quantities"].values():
        assert quantity.keys() == QUANTITY_KEYS
        # the parts make up the whole (JCGM 100: variances of independent inputs add up)
        assert quantity["u"] ** 2 == pytest.approx(quantity["u_common"] ** 2 + quantity["u_noise"] ** 2)
        assert sum(line["contribution"] ** 2 for line in quantity["budget"]) == pytest.approx(quantity["u"] ** 2)
    assert result["covariance"]["names"] == list(result["quantities"])
    matrix = result["covariance"]["matrix"]
    for row, (name, quantity) in enumerate(result["quantities"].items()):
        assert matrix[row][row] == pytest.approx(quantity["u"] ** 2), name


def test_run_json_is_the_result_and_stdout_holds_nothing_else(cli: Command, stand: Path):
    options = ("--bench", "benches/simulated.toml", "--out", "Läufe von heute", "--seed", "5", "--yes", "--json")
    ended = cli("run", "procedures/phase.toml", *options)
    assert ended.code == 0
    result = json.loads(ended.out)
    check_result(result)
    assert (result["procedure"], result["points"], result["flags"]) == ("phase", 3, [])
    assert result == json.loads((stand / "Läufe von heute" / "phase" / "result.json").read_text("utf-8"))


@pytest.mark.parametrize("kind", ["phase", "nickel", "background", "palladium", "loop", "gouy"])
def test_every_result_has_the_promised_shape(demo: Path, kind: str):
    check_result(json.loads((demo / kind / "result.json").read_text("utf-8")))


def test_several_procedures_give_a_list_in_order(cli: Command, stand: Path):
    names = [f"procedures/{kind}.toml" for kind in FAST]
    ended = cli("run", *names, "--bench", "benches/simulated.toml", "--seed", "5", "--yes", "--json")
    assert [result["procedure"] for result in json.loads(ended.out)] == list(FAST)
    assert sorted(path.name for path in (stand / "runs").iterdir()) == ["calibrations", "nickel", "phase"]


def test_strict_makes_flags_an_exit_code(cli: Command, stand: Path, demo: Path):
    """A loop of a sample without mass and shape: the moment is had, the rest is flagged."""
    shutil.copytree(demo / "calibrations", stand / "runs" / "calibrations")
    (stand / "samples" / "bare.toml").write_text('name = "reference-sphere"\n', "utf-8")
    short = stand / "procedures" / "short.toml"
    text = (stand / "procedures" / "loop.toml").read_text("utf-8")
    short.write_text(re.sub(r"steps = \d+", "steps = 4", text), "utf-8")
    options = ("--bench", "benches/simulated.toml", "--seed", "5", "--yes", "--sample", "samples/bare.toml")
    loose = cli("run", short, *options)
    assert loose.code == 0
    assert "flag: no saturation_mass_magnetization: the sample file has no mass" in loose.err
    assert cli("run", short, *options, "--strict").code == 5


def test_strict_without_flags_is_0(cli: Command, stand: Path):
    options = ("--bench", "benches/simulated.toml", "--out", stand / "runs", "--seed", "5", "--yes")
    assert cli("run", "procedures/phase.toml", *options, "--strict").code == 0


def test_a_read_only_starter_set_is_enough(cli: Command, stand: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    elsewhere = tmp_path / "anderswo hier"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    before = fingerprint(stand)
    for path in [*stand.rglob("*"), stand]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        bench = Path("..") / stand.name / "benches" / "simulated.toml"
        names = [Path("..") / stand.name / "procedures" / f"{kind}.toml" for kind in FAST]
        ended = cli("run", *names, "--bench", bench, "--out", "Läufe", "--seed", "5", "--yes")
    finally:
        for path in [stand, *stand.rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
    assert ended.code == 0, ended.err
    assert fingerprint(stand) == before
    found = sorted(path.name for path in (elsewhere / "Läufe" / "calibrations").iterdir())
    assert [re.sub(r"^\d{4}-\d\d-\d\d-", "", name) for name in found] == ["moment.json", "phase.json"]


def test_calibrations_go_where_the_bench_file_says(cli: Command, stand: Path):
    bench = stand / "benches" / "simulated.toml"
    text = bench.read_text("utf-8")
    bench.write_text(text.replace('# calibrations = "../calibrations"', 'calibrations = "../Kalibrierungen"'), "utf-8")
    assert cli("run", "procedures/phase.toml", "--bench", bench, "--seed", "5", "--yes").code == 0
    assert len(list((stand / "Kalibrierungen").glob("*-phase.json"))) == 1
    assert not (stand / "runs" / "calibrations").exists()


# --- looking at runs -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("kind", "total", "label"), [("nickel", 22, "X (µV rms)"), ("gouy", 34, "mass (mg)")])
def test_watch_once_shows_a_finished_run(cli: Command, demo: Path, kind: str, total: int, label: str):
    ended = cli("watch", demo / kind, "--once")
    assert ended.code == 0
    assert f"{kind}: {total} of {total} points" in ended.out
    assert label in ended.out
    assert "\x1b" not in ended.out


def test_watch_ends_by_itself_on_a_finished_run(cli: Command, demo: Path):
    assert cli("watch", demo / "phase").code == 0


@pytest.mark.parametrize("torn", [b"", b"7,0,123456.0,9.25"])
def test_watch_once_shows_a_half_written_run(cli: Command, demo: Path, tmp_path: Path, torn: bytes):
    run = tmp_path / "halb fertig"
    run.mkdir()
    shutil.copy(demo / "nickel" / "run.json", run)
    lines = (demo / "nickel" / "raw.csv").read_bytes().splitlines(keepends=True)
    (run / "raw.csv").write_bytes(b"".join(lines[: 2 + 7]) + torn)
    ended = cli("watch", run, "--once")
    assert ended.code == 0
    assert "nickel: 7 of 22 points" in ended.out


def test_watch_once_shows_a_run_that_has_no_point_yet(cli: Command, demo: Path, tmp_path: Path):
    shutil.copy(demo / "nickel" / "run.json", tmp_path)
    ended = cli("watch", tmp_path, "--once")
    assert (ended.code, ended.out) == (0, "nickel: 0 of 22 points\n")


class Resources(HTMLParser):
    """Everything that a browser would fetch."""

    def __init__(self) -> None:
        super().__init__()
        self.fetched: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            outside = value is not None and not value.startswith(("#", "data:"))
            if outside and (name in {"src", "srcset", "poster", "xlink:href"} or (tag == "link" and name == "href")):
                self.fetched.append(f"{tag} {name}={value}")
        if tag in {"script", "iframe", "object", "embed"}:
            self.fetched.append(tag)


def test_a_report_is_one_page_that_needs_nothing(cli: Command, demo: Path, tmp_path: Path):
    page = tmp_path / "Bericht für alle.html"
    ended = cli("report", demo / "nickel", "--out", page)
    assert (ended.code, ended.out) == (0, f"{page}\n")
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == [page.name]
    text = page.read_text("utf-8")
    resources = Resources()
    resources.feed(text)
    assert resources.fetched == []
    assert not re.search(r"@import|url\((?!['\"]?(#|data:))", text)
    assert "moment_per_volt" in text or "moment per volt" in text
    assert "<svg" in text


def test_a_report_stands_beside_its_run_unless_said_otherwise(cli: Command, demo: Path, tmp_path: Path):
    run = tmp_path / "phase"
    shutil.copytree(demo / "phase", run)
    assert cli("report", run).out == f"{run / 'report.html'}\n"
    assert (run / "report.html").stat().st_size > 10_000


def test_the_demo_ends_with_its_report(demo: Path):
    last = (demo.parent / "out.txt").read_text("utf-8").splitlines()[-1]
    assert last.startswith("report: ")
    assert (demo.parent / last.removeprefix("report: ")).samefile(demo / "report.html")


def test_the_demo_writes_over_nothing(cli: Command, stand: Path):
    before = fingerprint(stand)
    ended = cli("demo", "--out", ".")
    assert ended.code == 2
    assert "Nothing was written" in ended.err
    assert fingerprint(stand) == before


# --- safe, sim -----------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("stand")
def test_safe_says_what_it_found_and_verifies_zero(cli: Command):
    ended = cli("safe", "benches/simulated.toml")
    assert ended.code == 0
    assert "found I = +0.000 A" in ended.out
    assert "current +0.000 A, verified by reading back" in ended.out


@pytest.mark.usefixtures("stand")
@pytest.mark.parametrize(
    ("kind", "sample", "common"),
    [
        ("nickel", "nickel-sphere", {"coupling_constant"}),
        ("phase", None, {"signal_phase"}),
        ("background", None, {"holder_moment_per_field"}),
        ("palladium", "palladium-cylinder", {"volume_susceptibility", "mass_susceptibility", "molar_susceptibility"}),
        ("loop", "reference-sphere", {"saturation_moment", "coercive_field", "remanent_moment"}),
        ("gouy", "gouy-sample", {"volume_susceptibility", "mass_susceptibility", "molar_susceptibility"}),
    ],
)
def test_truth_has_the_names_and_units_of_the_results(
    cli: Command, demo: Path, kind: str, sample: str | None, common: set[str]
):
    """And the interval of 5 u holds it: this is one seed, the coverage is tested elsewhere."""
    chosen = () if sample is None else ("--sample", sample)
    ended = cli("sim", "truth", "worlds/reference.toml", *chosen, "--json")
    assert ended.code == 0
    truth = json.loads(ended.out)["quantities"]
    found = json.loads((demo / kind / "result.json").read_text("utf-8"))["quantities"]
    assert common <= truth.keys() & found.keys()
    for name in truth.keys() & found.keys():
        assert truth[name]["unit"] == found[name]["unit"], name
        assert abs(truth[name]["value"] - found[name]["value"]) < 5.0 * found[name]["u"], name


@pytest.mark.usefixtures("stand")
def test_truth_without_json_is_a_table(cli: Command):
    assert re.search(
        r"^coupling_constant +4\.225046 H/m3$", cli("sim", "truth", "worlds/reference.toml").out, re.MULTILINE
    )


@pytest.mark.usefixtures("stand")
def test_truth_of_an_unknown_sample_names_those_that_are_there(cli: Command):
    ended = cli("sim", "truth", "worlds/reference.toml", "--sample", "gold")
    assert ended.code == 2
    assert "'gold'" in ended.err
    assert "nickel-sphere" in ended.err


# --- progress ------------------------------------------------------------------------------------------------------


def test_without_a_terminal_progress_is_plain_lines_on_stderr(start: Command, stand: Path):
    process = start(
        "run", "procedures/phase.toml", "--bench", "benches/simulated.toml", "--seed", "5", "--yes", cwd=stand
    )
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0
    for text in (out, err):
        assert "\x1b" not in text
        assert "\r" not in text
    assert re.search(r"^phase: about \d+ s of bench time, until \d\d:\d\d:\d\d", err, re.MULTILINE)
    assert re.search(r"^phase: point 3/3, \d+ s left$", err, re.MULTILINE)
    assert re.search(r"^current [+-]0\.00\d A, verified by reading back$", err, re.MULTILINE)
    assert out.startswith("phase (phase, nickel-sphere): ")
    assert "point" not in out


def test_a_terminal_that_has_gone_away_does_not_end_a_run(start: Command, stand: Path):
    """Nobody reads stderr any more: each line to it fails. The run goes on to its result."""
    reading, writing = os.pipe()
    process = start(
        *("run", "procedures/phase.toml", "--bench", "benches/simulated.toml", "--seed", "5", "--yes"),
        cwd=stand,
        stderr=writing,
    )
    for end in (reading, writing):
        os.close(end)
    out, _ = process.communicate(timeout=60)
    assert "signal_phase" in out
    assert (stand / "runs" / "phase" / "result.json").exists()
