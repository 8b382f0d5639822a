"""The demo campaign, the command line in this process, and campaigns on worlds that a test writes itself."""

import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from vsmdaq.campaigns import load_job
from vsmdaq.cli import main
from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq_configs import starter_set

sys.path.insert(0, str(Path(__file__).parent))  # for the package standing_world

SEED = 1
DEMO_SEED = 7


@dataclass(frozen=True)
class Ended:
    """What a command left: exit code and what it wrote."""

    code: int
    out: str
    err: str


def start_process(*arguments, **options):
    """`vsmdaq` in a process of its own, with what this one can import."""
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "encoding": "utf-8"} | options
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONUTF8": "1"}
    environment |= settings.pop("env", {})
    return subprocess.Popen([sys.executable, "-m", "vsmdaq", *map(str, arguments)], env=environment, **settings)


@pytest.fixture
def cli(capsys):
    """Runs `vsmdaq` with arguments of any type, in this process."""

    def run(*arguments):
        capsys.readouterr()
        code = main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return Ended(code, captured.out, captured.err)

    return run


@pytest.fixture(scope="session")
def demos(tmp_path_factory):
    """Folders of the same demo campaign, run in two processes at once that hash texts differently; out.txt beside each."""
    places = [tmp_path_factory.mktemp("demo") for _ in range(2)]
    options = ("demo", "--seed", DEMO_SEED, "--out", "runs")
    started = [
        start_process(*options, cwd=place, env={"PYTHONHASHSEED": str(number)}) for number, place in enumerate(places)
    ]
    told = [process.communicate(timeout=120) for process in started]
    for process, (out, err), place in zip(started, told, places, strict=True):
        assert process.returncode == 0, err
        (place / "out.txt").write_text(out, "utf-8")
    return tuple(place / "runs" for place in places)


@pytest.fixture(scope="session")
def demo(demos):
    """One of them; to be read, not changed."""
    return demos[0]


@pytest.fixture(autouse=True)
def _state_of_its_own(tmp_path, monkeypatch):
    """Locks are kept below the test's own folder."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def stand(tmp_path, monkeypatch):
    """A copy of the starter set in a folder whose name has a blank and an umlaut; the user stands in it."""
    folder = tmp_path / "Prüf stand"
    for kind in ("benches", "procedures", "queues", "samples", "worlds"):
        shutil.copytree(Path(str(starter_set())) / kind, folder / kind, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def start(tmp_path):
    """Starts `vsmdaq` in a process of its own; what still runs at the end of the test is killed."""
    started = []

    def popen(*arguments, cwd=tmp_path, **more):
        started.append(start_process(*arguments, cwd=cwd, **more))
        return started[-1]

    yield popen
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def no_sync(_descriptor):
    """What survives a power cut is tested elsewhere."""


@dataclass(frozen=True)
class Workplace:
    """A folder with a world and a bench file of its own; procedures and samples are the starter set's or its own."""

    folder: Path

    @property
    def starter(self):
        return Path(str(starter_set()))

    @property
    def world(self):
        return self.folder / "world.toml"

    def write_world(self, *lines, drawn=False):
        """A world over the reference world; unless `drawn`, the gaussmeter is exactly what its lines say."""
        head = [f"base = {json.dumps(str(self.starter / 'worlds' / 'reference.toml'))}"]
        if not drawn:
            head += ['draw."gaussmeter.offset_a_per_m" = { u = 0.0 }', 'draw."gaussmeter.gain" = { u_relative = 0.0 }']
        self.world.write_text("\n".join([*head, *lines, ""]), "utf-8")

    def measure(self, procedures, *, edits=(), session="test"):
        """Run procedures (names of the starter set, or paths) on the starter's bench with `edits` (old, new) to it."""
        text = (self.starter / "benches" / "simulated.toml").read_text("utf-8")
        for old, new in (("../worlds/reference.toml", "world.toml"), *edits):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        bench = self.folder / "bench.toml"
        bench.write_text(text, "utf-8")
        spec, text = load_bench(bench)
        paths = [p if isinstance(p, Path) else self.starter / "procedures" / f"{p}.toml" for p in procedures]
        out = self.folder / "runs"
        options = RunOptions(bench, (), None, out, SEED, yes=True, dry_run=False, strict=False, as_json=False)
        console = Console(io.StringIO(), live=False)
        return measure(spec, text, [load_job(path) for path in paths], options, console, sync=no_sync, session=session)


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """Makes an empty workplace each time it is called."""
    return lambda: Workplace(tmp_path_factory.mktemp("workplace"))
