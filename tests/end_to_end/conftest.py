"""The demo campaign, the command line in this process, and campaigns on worlds that a test writes itself."""

import io
import json
import os
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

SEED = 1
DEMO_SEED = 7


@dataclass(frozen=True)
class Ended:
    """What a command left: exit code and what it wrote."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def starter():
    """The starter set's folder."""
    return Path(str(starter_set()))


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
    """Folders of the same demo campaign, run in two processes at once that hash texts differently."""
    folders = tuple(tmp_path_factory.mktemp("demo") / "runs" for _ in range(2))
    command = [sys.executable, "-m", "vsmdaq", "demo", "--seed", str(DEMO_SEED), "--out"]
    processes = [
        subprocess.Popen(
            [*command, str(folder)],
            env={**os.environ, "PYTHONHASHSEED": str(number)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number, folder in enumerate(folders)
    ]
    for process in processes:
        told, _ = process.communicate(timeout=120)
        assert process.returncode == 0, told
    return folders


@pytest.fixture(scope="session")
def demo(demos):
    """One of them; to be read, not changed."""
    return demos[0]



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
