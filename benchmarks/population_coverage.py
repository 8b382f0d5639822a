"""Do the 95 % intervals hold? Thousands of virtual benches drawn from what bench and sample files state.

    python benchmarks/population_coverage.py                 # 2000 benches, with all corrections and without each
    python benchmarks/population_coverage.py --equality 50   # the same points through real messages: the same results

A bench has saturating poles, coils, centre, places of samples, amplitude, phase, cross-talk, gain that drifts, room temperature, gaussmeter
and reference values of its own. On each: phase, empty holder, centring, image effect, nickel,
then palladium, a sphere's loop and a film's, and nickel again.
Seeds are 20000, 20001, ... fixed in advance; none is dropped. Points are taken at steady state without messages (`population/direct.py`), a
campaign in about a second; the reductions are the toolkit's own.
"""

import argparse
import json
import math
import statistics
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from population.campaign import measured, reduced
from population.direct import DirectBench
from population.truth import true_values

from vsmdaq.campaigns import load_job
from vsmdaq.cli.running import load_bench
from vsmdaq.uncertainty import coverage_factor

FIRST_SEED = 20000
FILES = Path(__file__).parent / "population" / "files"
ORDER = ("phase", "background", "centring", "image", "nickel", "palladium", "loop", "film", "nickel-after")
WITHOUT = ((), ("shape",), ("image",), ("drift",), ("background",))
WANTED = (
    ("nickel", "coupling_constant"),
    ("palladium", "volume_susceptibility"),
    ("palladium", "mass_susceptibility"),
    ("loop", "moment"),
    ("loop", "saturation_moment"),
    ("loop", "saturation_magnetization"),
    ("loop", "remanent_moment"),
    ("loop", "coercive_field"),
    ("film", "saturation_moment"),
    ("film", "remanent_moment"),
    ("film", "coercive_field"),
)


def jobs(names):
    """The procedures of a campaign."""
    return [load_job(FILES / f"{name}.toml") for name in names]


def task(job):
    """z, factor of the 95 % interval and relative error of each quantity on a bench, by what was left out."""
    seed, all_of_them = job
    spec, _ = load_bench(FILES / "bench.toml")
    bench = DirectBench(FILES / "world.toml", spec, seed)
    names = ORDER if all_of_them else [name for name in ORDER if name != "film"]
    runs = measured(bench, spec, jobs(names), Path(__file__))
    true = true_values(bench.world, runs)
    rows = {}
    for without in WITHOUT if all_of_them else WITHOUT[:1]:
        found = reduced(runs, Path(__file__), frozenset(without))
        for run, name in WANTED:
            if run not in found:
                continue
            estimate = found[run][0][name].estimate
            error = estimate.value - true[run, name]
            factor = coverage_factor(estimate.dof, 0.95)
            rows["+".join(without), f"{run}.{name}"] = (error / estimate.u, factor, error / true[run, name])
    return rows


def table(results):
    """Print coverage for each quantity, and what is lost without a correction."""
    summary = {}
    for key in results[0]:
        rows = [row for row in results if key in row]
        z = [row[key][0] for row in rows]
        inside = statistics.fmean(abs(v) <= row[key][1] for v, row in zip(z, rows, strict=True))
        summary[key] = (
            inside,
            statistics.fmean(z),
            statistics.stdev(z),
            max(map(abs, z)),
            statistics.fmean(row[key][2] for row in rows),
            len(rows),
        )
    names = dict.fromkeys(name for _, name in summary)
    print("quantity                             within 95 %    mean z   sd of z   largest |z|   benches")
    for name in names:
        inside, mean, spread, largest, _, count = summary["", name]
        print(f"{name:38s} {100 * inside:6.2f} %   {mean:+7.3f}   {spread:7.3f}   {largest:7.2f}   {count:7d}")
    print("\nwithin 95 % (mean error) without one correction")
    left_out = [without for without, _ in summary if without]
    print(" " * 34 + "".join(f"{without:>22s}" for without in dict.fromkeys(left_out)))
    for name in names:
        cells = [summary[without, name] for without in dict.fromkeys(left_out)]
        print(f"{name:34s}" + "".join(f"{100 * c[0]:11.1f} % ({100 * c[4]:+6.2f} %)" for c in cells))
    return {f"{without or 'all'}: {name}": values for (without, name), values in summary.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=2000)
    parser.add_argument(
        "--without",
        type=int,
        default=200,
        help="the first so many without each correction as well; these measure the film, too",
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--equality", type=int, default=0, help="so many benches through messages as well")
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.equality:
        from population.equality import compare  # noqa: PLC0415 - only here

        compare(range(FIRST_SEED, FIRST_SEED + arguments.equality), FILES, ORDER, WANTED, arguments.jobs)
        return
    tasks = [(FIRST_SEED + k, k < arguments.without) for k in range(arguments.seeds)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        results = list(pool.map(task, tasks, chunksize=4))
    print(
        f"{arguments.seeds} benches; the binomial scatter of 95 % is {100 * math.sqrt(0.95 * 0.05 / arguments.seeds):.2f} %"
    )
    summary = table(results)
    if arguments.out:
        arguments.out.write_text(json.dumps(summary, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
