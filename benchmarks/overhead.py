"""Wall time a point and growth of memory, fsync aside: our whole stack, our controller alone, and others in the same run.

    python benchmarks/overhead.py                      # 100,000 points of the controller, 10,000 of the whole stack
    python benchmarks/overhead.py --points 10000 --stack-points 2000 --peer-points 500

The whole stack is a loop on the simulated bench: virtual time, PyVISA messages, physics, four samples of X and Y and two
of the field a point. With drivers and PyVISA: the same messages over a VISA library that answers at once, so that what the
simulation takes is left out. The controller alone is the same path with instruments that answer at once; others (where they are
installed: bluesky, QCoDeS, pymeasure) take the same readings of the same instruments. Fsync is replaced by nothing, and
measured apart.
"""

import argparse
import importlib.metadata
import statistics
import tempfile
import tracemalloc
from pathlib import Path

from overhead_parts.ours import Fsync, calibrate, run_at_the_desk, run_on_the_bench, run_on_the_wire
from overhead_parts.peers import PEERS
from overhead_parts.stamps import HEADER, Stamps

LIMIT_MS, DRIFT_LIMIT, GROWTH_LIMIT_MB = 0.8, 0.10, 20.0


def traced(folder, calibrations, points):
    """Growth (MB) of what Python has allocated, from a tenth of the run to its end."""
    sizes = []
    done = 0

    def look(_):
        nonlocal done
        done += 1
        if done in {points // 10, points}:
            sizes.append(tracemalloc.get_traced_memory()[0] / 1e6)

    tracemalloc.start()
    run_at_the_desk(folder, calibrations, points, told=look)
    tracemalloc.stop()
    return sizes[1] - sizes[0]


def ours(folder, arguments):
    calibrations = calibrate(folder)
    print(HEADER)
    stamps = Stamps(arguments.points)
    run_at_the_desk(folder, calibrations, arguments.points, told=stamps)
    alone = stamps.summary()
    print(alone.line("controller alone"))
    stamps = Stamps(arguments.stack_points)
    run_on_the_wire(folder, calibrations, arguments.stack_points, told=stamps)
    wire = stamps.summary()
    print(wire.line("with drivers and PyVISA, wire answers at once"))
    stack = run_on_the_bench(folder, arguments.stack_points).summary()
    print(stack.line("whole stack on the simulated bench"))
    return calibrations, alone, wire, stack


def others(folder, points):
    fields = [400e3 - 800e3 * k / points for k in range(points)]
    found = {}
    for title, package, sweep in PEERS:
        if sweep is None:
            print(f"{title:46s} {package} is not installed")
            continue
        stamps = Stamps(points)
        sweep(folder, fields, stamps)
        found[title] = stamps.summary()
        print(found[title].line(f"{title} {importlib.metadata.version(package)}"))
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--points", type=int, default=100_000, help="of the controller alone")
    parser.add_argument("--stack-points", type=int, default=10_000)
    parser.add_argument("--peer-points", type=int, default=3_000)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        calibrations, alone, wire, stack = ours(folder, arguments)
        found = others(folder, arguments.peer_points)
        fsync = Fsync()
        run_at_the_desk(folder, calibrations, 2000, told=lambda _: None, sync=fsync)
        growth_mb = traced(folder, calibrations, max(arguments.points // 10, 100))
    print(f"fsync: {1e3 * statistics.median(fsync.durations_s):.3f} ms median of {len(fsync.durations_s)} on this disk")
    print(
        f"allocated more at the end of {max(arguments.points // 10, 100)} points of the controller: {growth_mb:+.2f} MB"
    )
    for title, peer in found.items():
        ratios = peer.median_ms / alone.median_ms, peer.median_ms / stack.median_ms
        print(f"{title} takes {ratios[0]:.2f} times the controller alone, {ratios[1]:.2f} times the whole stack")
    for name, each in (("controller alone", alone), ("with drivers and PyVISA", wire), ("whole stack", stack)):
        drift = each.last_median_ms / each.first_median_ms - 1.0
        met = (each.median_ms <= LIMIT_MS, abs(drift) <= DRIFT_LIMIT, each.growth_mb < GROWTH_LIMIT_MB)
        words = ", ".join(
            f"{what} {'met' if good else 'NOT MET'}"
            for what, good in zip((f"{LIMIT_MS} ms a point", "last tenth within 10 %", "< 20 MB"), met, strict=True)
        )
        print(f"{name}: {words}")


if __name__ == "__main__":
    main()
