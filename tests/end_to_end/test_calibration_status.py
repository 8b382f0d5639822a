"""`vsmdaq calibrate status` on the demo campaign, on months of calibrations, and on what somebody has spoiled."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.record import load_artefact, save_artefact

Command = Callable[..., Any]
BENCH = "benches/simulated.toml"


@pytest.fixture
def place(stand: Path, demo: Path) -> Path:
    """The user's folder after the demo campaign."""
    shutil.copytree(demo, stand / "runs")
    return stand


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def months(folder: Path, drift: float) -> None:
    """A year of moment calibrations, ever by 2e-4 to and fro; C drifts by some share a month in the last third."""
    (path,) = (folder / "calibrations").glob("*-moment.json")
    first = load_artefact(path)
    found = first.values["coupling_constant"]
    for month in range(1, 13):
        value = found.value * (1.0 + 2e-4 * (-1) ** month + drift * max(0, month - 8))
        values = {**first.values, "coupling_constant": replace(found, value=value)}
        at = (first.created + timedelta(days=28 * month)).isoformat()
        save_artefact(path.parent, replace(first, created_utc=at, values=values, runs=((f"nickel-{month}", "0" * 64),)))


def test_after_the_demo_all_holds_and_the_noise_is_that_of_the_world(place: Path, cli: Command):
    before = contents(place)
    ended = cli("calibrate", "status", BENCH, "--strict", "--json")
    assert ended.code == 0, ended.err
    assert contents(place) == before, "it only looks"
    status = json.loads(ended.out)
    by_kind = {one["kind"]: one for one in status["calibrations"]}
    for kind in ("phase", "moment", "background"):
        assert by_kind[kind]["state"] == "valid"
        assert Path(by_kind[kind]["file"]).is_file()
    charts = {chart["quantity"]: chart for chart in status["charts"]}
    # 7.25 nV/sqrt(Hz) is what the reference world's lock-in has at its input
    for point in charts["noise_density"]["points"]:
        assert abs(point["value"] - 7.25e-9) < 4 * point["u"]
    result = json.loads((place / "runs" / "palladium" / "result.json").read_text("utf-8"))
    expected = result["quantities"]["normalised_error"]["value"]
    assert charts["normalised_error"]["points"][-1]["value"] == expected
    assert all(step["command"].startswith("vsmdaq run procedures/") for step in status["next"])
    assert all(Path(step["command"].split()[2]).is_file() for step in status["next"])


@pytest.mark.usefixtures("place")
def test_the_table_names_each_kind_its_date_and_what_comes_next(cli: Command):
    ended = cli("calibrate", "status", BENCH)
    assert ended.code == 0, ended.err
    assert re.search(r"^  moment +valid +2026-01-01 00:0\d", ended.out, re.MULTILINE)
    assert re.search(r"^  coupling constant C +1 +4\.\d+ ± 0\.\d+ H/m3", ended.out, re.MULTILINE)
    assert "what to do next:" in ended.out


@pytest.mark.usefixtures("stand")
def test_a_new_bench_is_told_where_to_begin(cli: Command):
    ended = cli("calibrate", "status", BENCH, "--strict")
    assert ended.code == 5, ended.err
    assert re.search(r"^  moment +MISSING", ended.out, re.MULTILINE)
    assert "vsmdaq run procedures/nickel.toml --bench benches/simulated.toml --out runs" in ended.out


@pytest.mark.parametrize(("drift", "code"), [(0.0, 0), (2e-3, 5)])
def test_a_drift_over_months_is_found_by_its_rule(place: Path, cli: Command, drift: float, code: int):
    months(place / "runs", drift)
    ended = cli("calibrate", "status", BENCH, "--strict", "--json", "--html", "charts.html")
    assert ended.code == code, ended.out
    status = json.loads(ended.out)
    (chart,) = (chart for chart in status["charts"] if chart["quantity"] == "coupling_constant")
    assert len(chart["points"]) == 13
    assert chart["left"] is bool(drift)
    page = Path("charts.html").read_text("utf-8")
    assert page.count("<svg") == len(status["charts"])
    assert not re.search(r"https?://(?!www\.w3\.org)|<script|<link", page), "it needs nothing else"
    assert ("left its course: 1_3s" in page) is bool(drift)
    if drift:
        now = {broken["rule"]: broken["source"] for broken in chart["broken"] if broken["now"]}
        assert "1_3s" in now
        assert "Clin. Chem. 27, 493 (1981)" in now["1_3s"]
        assert any("coupling constant C has left its course" in step["why"] for step in status["next"])
        nelson = json.loads(cli("calibrate", "status", BENCH, "--json", "--rules", "nelson").out)
        (chart,) = (chart for chart in nelson["charts"] if chart["quantity"] == "coupling_constant")
        assert "Nelson 1" in {broken["rule"] for broken in chart["broken"] if broken["now"]}


@pytest.mark.usefixtures("place")
def test_the_page_is_the_same_from_the_same_data(cli: Command):
    for name in ("one.html", "two.html"):
        assert cli("calibrate", "status", BENCH, "--html", name).code == 0
    assert Path("one.html").read_bytes() == Path("two.html").read_bytes()


def test_other_poles_and_an_edited_file_are_named(place: Path, cli: Command):
    bench = place / BENCH
    bench.write_text(bench.read_text("utf-8") + '\n[poles]\ngap = "40 mm"\ncaps = "tapered"\n', "utf-8")
    (path,) = (place / "runs" / "calibrations").glob("*-background.json")
    path.write_text(path.read_text("utf-8").replace('"x0"', '"x9"', 1), "utf-8")
    ended = cli("calibrate", "status", BENCH, "--strict")
    assert ended.code == 5
    assert re.search(r"^  phase +valid", ended.out, re.MULTILINE), "the phase knows no poles"
    assert re.search(r"^  moment +STALE .*pole_caps: not stated when it was made; 'tapered'", ended.out, re.MULTILINE)
    assert re.search(r"^  background +DAMAGED .*edited by hand or damaged", ended.out, re.MULTILINE)
    assert "not charted, made under other conditions" in ended.out


@pytest.mark.usefixtures("place")
def test_rules_that_nobody_wrote_are_refused(cli: Command):
    ended = cli("calibrate", "status", BENCH, "--rules", "shewhart")
    assert ended.code == 2
    assert "'westgard' or 'nelson'" in ended.err


def test_a_run_that_cannot_be_read_is_told_of(place: Path, cli: Command):
    (place / "runs" / "loop" / "result.json").write_text("{", "utf-8")
    ended = cli("calibrate", "status", BENCH)
    assert ended.code == 0
    assert re.search(r"left out: runs.loop: ", ended.err)
