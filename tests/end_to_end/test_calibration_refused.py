"""A calibration that does not fit: refused with the reason, code 2, nothing sent; or, where the bench file says so, flagged."""

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from vsmdaq.record import load_artefact, save_artefact
from vsmdaq_sim.bench import acquire_bench, release_bench
from vsmdaq_sim.spec import LibrarySpec

Command = Callable[..., Any]
SEED = 5
BENCH = "benches/simulated.toml"
LOOP = f"run procedures/short.toml --bench {BENCH} --seed {SEED} --yes"
STATED = """
[coils]
name = "mallinson 2"

[poles]
gap = "40 mm ± 0.05 mm"
caps = "flat 50 mm"

[calibration]
policy = "refuse"
valid_for = "30 d"
"""


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), "utf-8", newline="")


@pytest.fixture
def place(stand: Path, demo: Path) -> Path:
    """A bench whose coils and poles have names, with the calibrations of the demo campaign, made on these coils and poles."""
    bench = stand / BENCH
    bench.write_text(bench.read_text("utf-8") + STATED, "utf-8")
    text = (stand / "procedures" / "loop.toml").read_text("utf-8")
    assert 'kind = "loop"' in text
    text = re.sub(
        r"segments = \[.*?^\]",
        'segments = [{ from = "300 kA/m", to = "-300 kA/m", steps = 4 }]',
        text,
        flags=re.DOTALL | re.MULTILINE,
    )
    (stand / "procedures" / "short.toml").write_text(
        re.sub(r"^u_moment = .*$", 'u_moment = "5e-8 A m2"', text, flags=re.MULTILINE), "utf-8"
    )
    for path in sorted((demo / "calibrations").iterdir()):
        artefact = load_artefact(path)
        if artefact.kind in ("phase", "moment", "background"):
            made = replace(
                artefact,
                labels={"coil_set": "mallinson 2", "pole_caps": "flat 50 mm"},
                conditions={**artefact.conditions, "gap_m": 0.04, "u_gap_m": 5e-5},
            )
            save_artefact(stand / "runs" / "calibrations", made)
    shutil.copytree(demo / "nickel", stand / "runs" / "nickel")
    return stand


def calibration(place: Path, kind: str) -> Path:
    (path,) = (place / "runs" / "calibrations").glob(f"*-{kind}.json")
    return path


def in_bench(old: str, new: str) -> Callable[[Path], None]:
    return lambda place: edit(place / BENCH, old, new)


def edited_value(place: Path) -> None:
    path = calibration(place, "moment")
    content = json.loads(path.read_text("utf-8"))
    content["values"]["moment_per_volt"]["value"] *= 1.01
    path.write_text(json.dumps(content), "utf-8")


def edited_covariance(place: Path) -> None:
    """By somebody who makes the digest fit."""
    path = calibration(place, "moment")
    content = json.loads(path.read_text("utf-8"))
    content["covariance"]["matrix"][0][0] *= 0.25
    del content["digest"]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    path.write_text(json.dumps(content | {"digest": hashlib.sha256(text.encode()).hexdigest()}), "utf-8")


def changed_raw(place: Path) -> None:
    raw = place / "runs" / "nickel" / "raw.csv"
    lines = raw.read_bytes().splitlines(keepends=True)
    raw.write_bytes(b"".join(lines[:-1]))


MISTAKES: dict[str, tuple[Callable[[Path], None], str]] = {
    "gap": (in_bench('"40 mm ±', '"35 mm ±'), r"gap_m: given 40 mm ± 0.05 mm; allowed: 35 mm ± 0.05 mm"),
    "caps": (in_bench("flat 50 mm", "tapered 20 mm"), r"pole_caps: given 'flat 50 mm'; allowed: 'tapered 20 mm'"),
    "coils": (in_bench("mallinson 2", "mallinson 3"), r"coil_set: given 'mallinson 2'; allowed: 'mallinson 3'"),
    "frequency": (in_bench('"83 Hz"', '"40 Hz"'), r"frequency_hz: given 83 Hz; allowed: 40 Hz"),
    "amplitude": (in_bench("1.000 mm", "2.000 mm"), r"amplitude_m: given 0.001 m; allowed: 0.002 m"),
    "edited": (edited_value, r"digest: given .* It was edited by hand or damaged"),
    "covariance": (edited_covariance, r"covariance of .*, as the components give.* It was edited by hand or damaged"),
    "raw data": (changed_raw, r"raw data: given .*nickel, whose SHA-256 is"),
}
FOR_GOOD = {"edited", "covariance"}


@contextmanager
def wires(place: Path) -> Generator[list[str]]:
    """All that is sent to any instrument of the simulated bench that a command opens."""
    spec = LibrarySpec((place / "worlds" / "reference.toml").resolve(), SEED, "short")
    bench = acquire_bench(spec)
    for endpoint in bench.endpoints.values():
        endpoint.transcript = []
    sent: list[str] = []
    try:
        yield sent
    finally:
        for endpoint in bench.endpoints.values():
            sent += [data.decode("utf-8", "replace") for _, way, data in endpoint.transcript or () if way == ">"]
        release_bench(spec, bench)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_does_not_fit_is_refused_before_anything_is_sent(place: Path, cli: Command, mistake: str):
    make, reason = MISTAKES[mistake]
    make(place)
    before = contents(place)
    with wires(place) as sent:
        ended = cli(*LOOP.split())
    assert ended.code == 2, ended.err
    assert re.search(reason, ended.err), ended.err
    assert sent == []
    assert contents(place) == before


def test_what_fits_is_measured_with_and_does_send(place: Path, cli: Command):
    """So that the silence above means something."""
    with wires(place) as sent:
        ended = cli(*LOOP.split(), "--json")
    assert ended.code == 0, ended.err
    assert len(sent) > 100
    assert "does not fit" not in ended.out


def test_an_expired_calibration_is_refused_by_the_clock_of_the_bench(place: Path, cli: Command):
    # the simulated bench lives at the beginning of 2026
    for kind in ("phase", "moment", "background"):
        path = calibration(place, kind)
        old = replace(
            load_artefact(path), created_utc="2025-10-01T08:00:00+00:00", expires_utc="2025-11-01T08:00:00+00:00"
        )
        path.unlink()
        save_artefact(path.parent, old)
    with wires(place) as sent:
        ended = cli(*LOOP.split())
    assert ended.code == 2, ended.err
    assert ended.err.count("age: given made 2025-10-01T08:00:00+00:00, expired 2025-10-31 08:00:00 UTC") == 3
    # its clock had to be opened; who is there was asked, nothing was set
    assert not [line for line in sent if line.startswith(("SETI ", "RATE ", "LIMIT ", "PHAS "))]
    assert not (place / "runs" / "short").exists()


def test_on_a_real_bench_an_expired_one_is_refused_before_any_instrument_is_opened(place: Path, cli: Command):
    edit(place / BENCH, "../worlds/reference.toml@vsmsim", "@none")
    name = load_artefact(calibration(place, "moment")).bench
    for kind in ("phase", "moment", "background"):
        path = calibration(place, kind)
        one = replace(
            load_artefact(path), bench=name.partition(" (simulated")[0], created_utc="2020-01-01T00:00:00+00:00"
        )
        path.unlink()
        save_artefact(path.parent, one)
    ended = cli(*LOOP.split())
    assert ended.code == 2, ended.err
    assert ended.err.count("expired 2020-01-31 00:00:00 UTC") == 3
    # with calibrations of any age the same command gets as far as the VISA library, which is not there
    edit(place / BENCH, 'valid_for = "30 d"\n', "")
    for path in (place / "runs" / "calibrations").iterdir():
        save_artefact(path.parent, replace(load_artefact(path), expires_utc=""))
    ended = cli(*LOOP.split())
    assert ended.code == 3, ended.err


@pytest.mark.parametrize("mistake", sorted(set(MISTAKES) - {"frequency", "amplitude"}))
def test_where_the_bench_file_says_warn_flags_reach_the_result(place: Path, cli: Command, mistake: str):
    edit(place / BENCH, 'policy = "refuse"', 'policy = "warn"')
    make, reason = MISTAKES[mistake]
    make(place)
    ended = cli(*LOOP.split(), "--strict")
    if mistake in FOR_GOOD:
        assert ended.code == 2, ended.err
        return
    assert ended.code == 5, ended.err
    said = reason.partition(": given ")[0]
    (run,) = (path for path in (place / "runs").glob("short*") if path.is_dir())
    for text in (ended.err, "\n".join(json.loads((run / "result.json").read_text("utf-8"))["flags"])):
        assert re.search(rf"moment calibration of .* \(nickel\) does not fit: {said}", text), text
    # they stay when the run is reduced again, and stand in its report
    assert cli("reduce", run).code == 0
    assert f"does not fit: {said}" in (run / "result.json").read_text("utf-8")
    assert cli("report", run).code == 0
    assert f"does not fit: {said}" in (run / "report.html").read_text("utf-8")


def test_reduce_obeys_what_the_run_s_bench_file_says(place: Path, cli: Command):
    assert cli(*LOOP.split()).code == 0
    run = place / "runs" / "short"
    before = contents(run)
    other = replace(
        load_artefact(calibration(place, "moment")), labels={"coil_set": "mallinson 3", "pole_caps": "flat 50 mm"}
    )
    path = save_artefact(place / "elsewhere", other)
    ended = cli("reduce", run, "--calibration", path)
    assert ended.code == 2, ended.err
    assert "coil_set: given 'mallinson 3'; allowed: 'mallinson 2' as in the bench file" in ended.err
    assert contents(run) == before
    # one that expired after the run was measured may be used: it held then
    later = replace(load_artefact(calibration(place, "moment")), expires_utc="2026-01-20T00:00:00+00:00")
    assert cli("reduce", run, "--calibration", save_artefact(place / "elsewhere", later)).code == 0
    earlier = replace(later, expires_utc="2025-12-31T00:00:00+00:00")
    ended = cli("reduce", run, "--calibration", save_artefact(place / "elsewhere", earlier))
    assert ended.code == 2
    assert "age: given made" in ended.err


def test_resume_looks_again_since_time_has_passed(place: Path, cli: Command):
    for kind in ("phase", "moment", "background"):
        path = calibration(place, kind)
        save_artefact(path.parent, replace(load_artefact(path), created_utc="2025-12-31T00:00:00+00:00"))
        path.unlink()
    assert cli(*LOOP.split()).code == 0
    run = place / "runs" / "short"
    raw = run / "raw.csv"
    raw.write_bytes(b"".join(raw.read_bytes().splitlines(keepends=True)[:-2]))
    (run / "result.json").unlink()
    # the same bench, but nothing that is older than an hour holds any more
    edit(place / BENCH, 'valid_for = "30 d"', 'valid_for = "1 h"')
    ended = cli("resume", run, "--yes")
    assert ended.code == 2, ended.err
    assert "age: given made" in ended.err
    assert not (run / "result.json").exists()
    edit(place / BENCH, 'policy = "refuse"', 'policy = "warn"')
    ended = cli("resume", run, "--yes")
    assert ended.code == 0, ended.err
    flags = json.loads((run / "result.json").read_text("utf-8"))["flags"]
    assert [flag for flag in flags if re.search(r"moment calibration of .* does not fit: age", flag)]
