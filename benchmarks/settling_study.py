"""What short pauses do to a coercive field: a lagging and a viscous sample, fixed waits of 100, 200 and 400 ms, and ours.

    python benchmarks/settling_study.py --seeds 8

The published pattern is that of sample A1c of HystLab (Paterson et al. 2018, Fig. 3): 200 ms of averaging after a pause of 100, 200 and
400 ms gave B_c = 25.09, 20.26 and 19.78 mT on one specimen: +27 %, +2 %, 0. Here the loop is that of the reference world, the
specimen's moment follows its equilibrium late.
"""

import argparse
import io
import statistics
import tempfile
from pathlib import Path

from reference.bench import CALIBRATIONS, SAMPLE, no_sync, procedure, starter
from reference.fixed_wait import Script, measure, reduced

from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench
from vsmdaq.cli.running import measure as run

FIRST_SEED = 5000
COERCIVE_FIELD_A_PER_M = 20e3  # of the equilibrium loop
SAMPLES = {
    "at once": "",
    "lagging 0.2 s": "viscosity = { share = 1.0, shortest_s = 0.19, longest_s = 0.21, modes = 1 }",
    "viscous": "viscosity = { share = 0.3, shortest_s = 0.01, longest_s = 1.0e3, modes = 25 }",
}
PAUSES_S = (0.1, 0.2, 0.4)


def bench_of(folder, viscosity):
    """A bench file on the reference world whose sample follows late."""
    base = (starter() / "worlds" / "reference.toml").as_posix()
    world = Path(folder) / "world.toml"
    world.write_text(f'base = "{base}"\n[samples.{SAMPLE}]\n{viscosity}\n', "utf-8")
    text = (starter() / "benches" / "simulated.toml").read_text("utf-8")
    bench = Path(folder) / "bench.toml"
    bench.write_text(text.replace("../worlds/reference.toml", "world.toml"), "utf-8")
    return bench, world


def ours(folder, bench, seed):
    spec, text = load_bench(bench)
    jobs = [procedure(folder, name) for name in (*CALIBRATIONS, "loop")]
    options = RunOptions(bench, (), None, Path(folder) / f"runs-{seed}", seed, True, False, False, False)
    return run(spec, text, jobs, options, Console(io.StringIO(), live=False), sync=no_sync, session=f"s{seed}")[-1]


def study(seeds):
    print("sample           controller        H_c (kA/m)   off by   in u   flagged points  bench time (s)")
    for name, viscosity in SAMPLES.items():
        rows = {}
        for seed in range(FIRST_SEED, FIRST_SEED + seeds):
            with tempfile.TemporaryDirectory() as folder:
                bench, world = bench_of(folder, viscosity)
                outcome = ours(folder, bench, seed)
                found = outcome.reduced.result.quantities["coercive_field"].estimate
                points = outcome.reduced.run.moment_points
                flagged = sum(bool(point.flags) for point in points)
                rows.setdefault("vsmdaq", []).append((found.value, found.u, flagged, outcome.bench_time_s - 120.0))
                fields = [point.set_field_a_per_m for point in points]
                loop = type("Loop", (), {"run": outcome.reduced.run})
                for pause_s in PAUSES_S:
                    script = Script(7, 0.03, 0.0, pause_s, 0.2)
                    library = f"{world}?seed={seed}&session=script-{seed}-{pause_s}@vsmsim"
                    measured, took_s = measure(library, fields, outcome.reduced.run.phase_deg, SAMPLE, script)
                    value = reduced(loop, measured, script)["coercive_field"].estimate
                    rows.setdefault(f"{pause_s * 1e3:.0f} ms", []).append((value.value, value.u, 0, took_s))
        for controller, each in rows.items():
            mean = statistics.fmean(row[0] for row in each)
            off = mean - COERCIVE_FIELD_A_PER_M
            u = statistics.fmean(row[1] for row in each)
            print(
                f"{name:16s} {controller:16s} {mean / 1e3:10.3f} {100 * off / COERCIVE_FIELD_A_PER_M:+8.2f} % {off / u:+7.2f} "
                f"{statistics.fmean(row[2] for row in each):10.1f} {statistics.fmean(row[3] for row in each):14.1f}"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=8)
    study(parser.parse_args().seeds)


if __name__ == "__main__":
    main()
