"""A served world with its bench file, calibrations and folders, and `vsmdaq` in processes of its own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time  # noqa: TID251 - real time is what processes live in
from dataclasses import dataclass
from pathlib import Path

from kills.world_log import WorldLogFile
from vsmdaq_configs import starter_set

POINTS = 16
LIMIT_A_PER_S = 10.0
"""What the bench file allows the magnet."""

QUIET = """
[signal]
noise_v_per_sqrt_hz = 0.0

[gaussmeter]
noise_a_per_m = 0.0
resolution_a_per_m = 16.0

[instruments.lockin.options]
output_bits = 16
"""
"""Without noise, X and Y in the steps of the lock-in's own converter, H in whole A/m: what is settled reads the same whenever it is
read, and the mean of equal readings is that reading to the last bit, however many they are."""

EDITS = (('# calibrations = "../c', 'calibrations = "../c'), ('"0.10 s ± 2 %"', '"0.10 s"'))
"""With a lag that is known exactly nothing is made up for: at many times real time a turn of the current to the millisecond is none."""

PROCEDURE = """\
kind = "loop"
name = "kill"
sample = "../samples/reference-sphere.toml"

[field]
rate = "10 A/s"
approach = ["480 kA/m"]
segments = [
    {{ from = "480 kA/m", to = "-480 kA/m", steps = 8 }},
    {{ from = "-480 kA/m", to = "480 kA/m", steps = 8 }},
]

[measure]
u_moment = "{u_moment}"
time_constant = "{time_constant}"
poles = 4
settling_fraction = 0.01
"""
"""A step of 9 A turns the whole yoke (its widest loop takes 8 A), so that a field does not depend on how long the last one stood."""


@dataclass(frozen=True)
class Kind:
    """A world with noise or without."""

    name: str
    world: str
    edits: tuple
    speed: float
    u_moment: str
    time_constant: str


NOISY = Kind("noise", "", (), 20.0, "2e-8 A m2", "30 ms")
# everything that is not settled yet stays below the last digit; the bench file expects as little noise as there is
STILL = Kind("no noise", QUIET, (('"7.25 nV/√Hz"', '"1e-6 nV/√Hz"'),), 40.0, "1e-14 A m2", "100 ms")


class Bench:
    """One served world. A context manager; the world lives as long as it.

    Parameters
    ----------
    folder : Path
        Made here.
    kind : Kind
        Which world.
    """

    def __init__(self, folder, kind):
        self.kind = kind
        self.folder = folder
        self.log_path = folder / "world.log"
        self._world = None
        self._control = None

    def __enter__(self):
        starter = Path(str(starter_set()))
        for name in ("benches", "procedures", "samples", "worlds"):
            shutil.copytree(starter / name, self.folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        world = f'base = "reference.toml"\n[operator]\nmount_s = 5.0\n{self.kind.world}'
        (self.folder / "worlds" / "kills.toml").write_text(world, "utf-8")
        text = (self.folder / "benches" / "simulated.toml").read_text("utf-8")
        for old, new in (*EDITS, *self.kind.edits):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (self.folder / "benches" / "simulated.toml").write_text(text, "utf-8")
        procedure = PROCEDURE.format(u_moment=self.kind.u_moment, time_constant=self.kind.time_constant)
        (self.folder / "procedures" / "kill.toml").write_text(procedure, "utf-8")
        background = self.folder / "procedures" / "background.toml"
        background.write_text(background.read_text("utf-8").replace("steps = 20", "steps = 4"), "utf-8")
        self._serve()
        return self

    def __exit__(self, *_):
        self._control.close()
        self._world.kill()
        self._world.communicate()

    def _serve(self):
        options = ("--speed", self.kind.speed, "--bench", "benches/simulated.toml", "--write-bench", self.bench_file)
        self._world = self.start(
            "sim", "serve", "worlds/kills.toml", *options, "--json", "--log", self.log_path, stdout=subprocess.PIPE
        )
        told = json.loads(self._world.stdout.readline())
        host, port = told["control"].split(":")
        self._control = socket.create_connection((host, int(port)), timeout=10.0)
        self.log = WorldLogFile(self.log_path)

    def still_there(self):
        """Whether the world lives: it is not to die of its clients."""
        return self._world.poll() is None

    @property
    def bench_file(self):
        return self.folder / "benches" / "served.toml"

    @property
    def state(self):
        return self.folder / "state"

    def mark(self, text):
        """Have the world note a text; returns the bench time (s)."""
        return self._ask(ask="mark", text=text)["time_s"]

    def now_s(self):
        """Bench time, s."""
        return self._ask(ask="time")["time_s"]

    def _ask(self, **request):
        self._control.sendall(json.dumps(request).encode() + b"\n")
        data = b""
        while not data.endswith(b"\n"):
            data += self._control.recv(65536)
        return json.loads(data)

    def start(self, *arguments, **options):
        """`vsmdaq` in a process of its own, with a state folder of this bench."""
        paths = os.pathsep.join(filter(None, sys.path))
        environment = os.environ | {"PYTHONPATH": paths, "PYTHONUTF8": "1", "XDG_STATE_HOME": str(self.state)}
        command = [sys.executable, "-m", "vsmdaq", *map(str, arguments)]
        return subprocess.Popen(command, cwd=self.folder, env=environment, **options)

    def run(self, *arguments):
        """The same, to its end; returns exit code, stdout and stderr."""
        with self.start(*arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            out, err = process.communicate(timeout=120)
        return process.returncode, out, err

    def calibrate(self):
        """Phase, moment and background, once for all."""
        names = [f"procedures/{name}.toml" for name in ("phase", "nickel", "background")]
        code, _, err = self.run("run", *names, "--bench", self.bench_file, "--out", "calibrating", "--yes")
        assert code == 0, err

    def settle(self):
        """Read the log when what a process that has ended sent has arrived."""
        time.sleep(0.2 / self.kind.speed + 0.002)
        self.mark("look")
        self.log.read()
