"""One seed, one answer: from run to run, and from raw data to result as often as one likes."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

KINDS = ("phase", "nickel", "background", "palladium", "loop", "gouy")


def quantities(run: Path) -> dict[str, Any]:
    return json.loads((run / "result.json").read_text("utf-8"))["quantities"]


@pytest.mark.parametrize("kind", KINDS)
def test_one_seed_gives_the_same_bytes_in_two_processes(demos: tuple[Path, Path], kind: str):
    first, second = (folder / kind for folder in demos)
    assert (first / "raw.csv").read_bytes() == (second / "raw.csv").read_bytes()
    assert (first / "mh.csv").read_bytes() == (second / "mh.csv").read_bytes()
    assert quantities(first) == quantities(second) != {}


def test_one_seed_gives_the_same_calibrations(demos: tuple[Path, Path]):
    first, second = ({path.name: path.read_bytes() for path in (folder / "calibrations").iterdir()} for folder in demos)
    assert first == second
    assert len(first) == 3


def test_another_seed_gives_other_noise_and_the_same_physics(cli: Callable[..., Any], stand: Path, tmp_path: Path):
    procedures = [stand / "procedures" / f"{kind}.toml" for kind in ("phase", "nickel")]
    for seed in (7, 8):
        options = ("--bench", stand / "benches" / "simulated.toml", "--out", tmp_path / str(seed), "--seed", seed)
        assert cli("run", *procedures, *options, "--yes").code == 0
    for kind in ("phase", "nickel"):
        one, other = (tmp_path / seed / kind for seed in ("7", "8"))
        assert (one / "raw.csv").read_bytes() != (other / "raw.csv").read_bytes()
        assert (one / "mh.csv").read_bytes() != (other / "mh.csv").read_bytes()
    constants = [quantities(tmp_path / seed / "nickel")["moment_per_volt"] for seed in ("7", "8")]
    assert constants[0]["value"] != constants[1]["value"]
    # each seed draws other offsets within the bench file's u, beside the noise
    assert abs(constants[0]["value"] - constants[1]["value"]) < 5.0 * 2**0.5 * constants[0]["u"]


@pytest.mark.parametrize("kind", KINDS)
def test_reducing_again_writes_the_same_bytes(cli: Callable[..., Any], demo: Path, tmp_path: Path, kind: str):
    run = tmp_path / "noch einmal"
    shutil.copytree(demo / kind, run)
    (run / "mh.csv").unlink()
    raw = (run / "raw.csv").read_bytes()
    ended = cli("reduce", run)
    assert ended.code == 0, ended.err
    for name in ("mh.csv", "result.json"):  # the times are those of the measurement
        assert (run / name).read_bytes() == (demo / kind / name).read_bytes()
    assert (run / "raw.csv").read_bytes() == raw


def test_reducing_without_the_old_result_loses_the_times_alone(cli: Callable[..., Any], demo: Path, tmp_path: Path):
    run = tmp_path / "loop"
    shutil.copytree(demo / "loop", run)
    (run / "result.json").unlink()
    ended = cli("reduce", run, "--json")
    assert ended.code == 0
    assert json.loads(ended.out)["bench_time_s"] == 0.0
    assert quantities(run) == quantities(demo / "loop") == json.loads(ended.out)["quantities"]


def test_another_calibration_moves_the_result_and_not_the_raw_data(
    cli: Callable[..., Any], stand: Path, demo: Path, tmp_path: Path
):
    """The moment is proportional to the calibration; so is the saturation moment (the holder's part is 1e-5 of it)."""
    options = ("--bench", stand / "benches" / "simulated.toml", "--out", tmp_path / "other", "--seed", "9", "--yes")
    assert cli("run", stand / "procedures" / "phase.toml", stand / "procedures" / "nickel.toml", *options).code == 0
    (artefact,) = (tmp_path / "other" / "calibrations").glob("*-moment.json")
    run = tmp_path / "loop"
    shutil.copytree(demo / "loop", run)
    assert cli("reduce", run, "--calibration", artefact).code == 0
    assert (run / "raw.csv").read_bytes() == (demo / "loop" / "raw.csv").read_bytes()
    old = quantities(demo / "nickel")["moment_per_volt"]["value"]
    new = json.loads(artefact.read_text("utf-8"))["values"]["moment_per_volt"]["value"]
    before, after = (quantities(folder)["saturation_moment"]["value"] for folder in (demo / "loop", run))
    assert new != old
    assert after / before == pytest.approx(new / old, rel=0.2 * abs(new / old - 1.0))


def test_a_report_has_the_same_bytes_each_time(cli: Callable[..., Any], demo: Path, tmp_path: Path):
    texts = []
    for name in ("one.html", "two.html"):
        assert cli("report", demo / "phase", "--out", tmp_path / name).code == 0
        texts.append((tmp_path / name).read_bytes())
    assert texts[0] == texts[1]
