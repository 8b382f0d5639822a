"""Wall time of a simulated hour with 1000 points, through real PyVISA messages, fsync left out.

    python benchmarks/simulated_hour.py [--points 1000] [--repeat 3]

Beside it the floor: the same number of messages through PyVISA over a library that answers at once.
"""

import argparse
import io
import tempfile
import time  # noqa: TID251 - wall time is what is measured
from pathlib import Path

import pyvisa
from pyvisa.constants import StatusCode

from vsmdaq.campaigns import load_job
from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq_configs import starter_set

CALIBRATIONS = ("phase", "nickel", "background")


def no_sync(_descriptor):
    """Durability is not what is measured here."""


class Null(pyvisa.highlevel.VisaLibraryBase):
    """A VISA library that answers at once."""

    def _init(self):
        pass

    def open_default_resource_manager(self):
        return 1, StatusCode.success

    def open(self, *_arguments, **_options):
        return 2, StatusCode.success

    def close(self, _session):
        return StatusCode.success

    def get_attribute(self, _session, _attribute):
        return 0, StatusCode.success

    def set_attribute(self, *_arguments):
        return StatusCode.success

    def write(self, _session, data):
        return len(data), StatusCode.success

    def read(self, _session, _count):
        return b"1.234567\n", StatusCode.success

    def disable_event(self, *_arguments):
        return StatusCode.success

    def discard_events(self, *_arguments):
        return StatusCode.success

    def list_resources(self, *_arguments):
        return ("GPIB0::1::INSTR",)


def floor_s(messages):
    """Seconds that PyVISA itself takes for so many queries over a library that answers at once."""
    manager = pyvisa.ResourceManager(Null("null"))
    instrument = manager.open_resource("GPIB0::1::INSTR", read_termination="\n", write_termination="\n")
    start = time.perf_counter()
    for _ in range(messages):
        instrument.query("X?")
    return time.perf_counter() - start


def once(points, folder):
    starter = Path(str(starter_set()))
    bench = starter / "benches" / "simulated.toml"
    spec, text = load_bench(bench)
    out = folder / "runs"
    options = RunOptions(bench, (), None, out, 1, True, False, False, False)
    quiet = Console(io.StringIO(), live=False)
    measure(
        spec, text, [load_job(starter / "procedures" / f"{n}.toml") for n in CALIBRATIONS], options, quiet, sync=no_sync
    )
    slow = (starter / "procedures" / "loop.toml").read_text("utf-8")
    slow = (
        slow.replace("../samples", str(starter / "samples"))
        .replace("settling_fraction = 0.05", "settling_fraction = 1e-5")
        .replace('"auto"', '"100 ms"')
    )
    for count in (25, 50):
        slow = slow.replace(f"steps = {count} ", f"steps = {count * points // 200} ")
    procedure = folder / "hour.toml"
    procedure.write_text(slow, "utf-8")
    job = load_job(procedure)
    start = time.perf_counter()
    (outcome,) = measure(spec, text, [job], options, quiet, sync=no_sync)
    return time.perf_counter() - start, outcome


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--points", type=int, default=1200)
    parser.add_argument("--repeat", type=int, default=3)
    arguments = parser.parse_args()
    for _ in range(arguments.repeat):
        with tempfile.TemporaryDirectory() as folder:
            wall_s, outcome = once(arguments.points, Path(folder))
        result = outcome.reduced.result
        hour = 3600.0 / outcome.bench_time_s
        print(
            f"{result.points} points, {outcome.bench_time_s:.0f} s of bench time in {result.wall_time_s:.2f} s of wall time "
            f"({wall_s:.2f} s with opening the bench and reducing): {hour * result.wall_time_s:.2f} s an hour with "
            f"{hour * result.points:.0f} points, {1e3 * result.wall_time_s / result.points:.2f} ms a point"
        )
    print(f"floor: 1000 queries over a null library take {1e3 * floor_s(1000):.1f} ms")


if __name__ == "__main__":
    main()
