"""The reference loop (DESIGN section 6): bench time over what physics needs, bias, scatter; beside it a fixed-wait script.

    python benchmarks/reference_loop.py --seeds 400
    python benchmarks/reference_loop.py --scaling       # time against u and against the number of points

Every seed is another bench within what the bench and sample files state, and other noise; seeds are 5000, 5001, ... fixed
in advance, none is dropped. Everything goes through real PyVISA messages. Bench time counts from the first command after the
identities to the verified zero, the operator's minutes left out.
"""

import argparse
import math
import statistics
from concurrent.futures import ProcessPoolExecutor

from reference.bench import QUANTITIES, least_time_s, ours, true_values, world_file
from reference.fixed_wait import Script, measure, reduced

FIRST_SEED = 5000
U_MOMENT_A_M2 = 5e-9
U_OF_THE_SCRIPT = 2.4e-9  # one reading behind 0.3 s, 24 dB/oct: 7.25 nV sqrt(5/64/0.3 s) / 1.563 V/(A m2)


def errors(found, true):
    return {
        name: (found[name].estimate.value - true[name], found[name].estimate.u, found[name].estimate.u_noise)
        for name in QUANTITIES
    }


def task(job):
    seed, rows = job
    true = true_values(seed)
    result = {}
    for u in rows:
        loop = ours(seed, [("5e-9 A m2", f"{u:g} A m2")])
        result[f"vsmdaq, u = {u:g}"] = (loop.bench_time_s, errors(loop.found, true), len(loop.flags))
    fields = [point.set_field_a_per_m for point in loop.run.moment_points]
    library = f"{world_file()}?seed={seed}&session=script-{seed}@vsmsim"
    script = Script()
    points, took_s = measure(library, fields, loop.run.phase_deg, "reference-sphere", script)
    result["fixed waits"] = (took_s, errors(reduced(loop, points, script), true), 0)
    return result


def table(rows):
    for name in rows[0]:
        times = [row[name][0] for row in rows]
        flagged = sum(row[name][2] > 0 for row in rows)
        print(
            f"{name}: bench time {statistics.fmean(times):.1f} s (+- {statistics.pstdev(times):.1f}), flagged {flagged}"
        )
        for quantity in QUANTITIES:
            err = [row[name][1][quantity] for row in rows]
            z = [e / u for e, u, _ in err]
            bias = statistics.fmean(e for e, _, _ in err)
            u = statistics.fmean(u for _, u, _ in err)
            u_noise = statistics.fmean(n for _, _, n in err)
            print(
                f"    {quantity:20s} bias {bias:+.3g} = {bias / u:+.3f} u (+- {1 / math.sqrt(len(z)):.3f})  "
                f"scatter/u {statistics.stdev(z):.3f}  u {u:.3g} (noise {u_noise:.3g})  largest |z| {max(map(abs, z)):.2f}"
            )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=400)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--first-row", action="store_true", help="u = 5e-9 A m2 alone, not that of the script as well")
    arguments = parser.parse_args()
    if arguments.scaling:
        scaling()
        return
    wishes = (U_MOMENT_A_M2,) if arguments.first_row else (U_MOMENT_A_M2, U_OF_THE_SCRIPT)
    jobs = [(FIRST_SEED + k, wishes) for k in range(arguments.seeds)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        rows = list(pool.map(task, jobs, chunksize=2))
    one = ours(FIRST_SEED)
    fields = [point.set_field_a_per_m for point in one.run.moment_points]
    table(rows)
    mean = {name: statistics.fmean(row[name][0] for row in rows) for name in rows[0]}
    script_s = mean["fixed waits"]
    for u in wishes:
        least_s = least_time_s(fields, u)
        mine_s = mean[f"vsmdaq, u = {u:g}"]
        print(
            f"u = {u:g} A m2: T_lim {least_s:.1f} s; vsmdaq {mine_s / least_s:.2f} T_lim; fixed waits {script_s / least_s:.2f} T_lim; "
            f"vsmdaq/fixed waits {mine_s / script_s:.3f}"
        )


def scaling():
    """One seed each: time against u over two decades, and against the number of points."""
    print("u (A m2)   bench time   T_lim   ratio")
    for u in (5e-8, 2e-8, 1e-8, 5e-9, 2e-9, 1e-9, 5e-10):
        loop = ours(FIRST_SEED, [("5e-9 A m2", f"{u:g} A m2"), ('max_dwell = "30 s"', 'max_dwell = "300 s"')])
        least_s = least_time_s([point.set_field_a_per_m for point in loop.run.moment_points], u)
        print(f"{u:8.0e} {loop.bench_time_s:10.1f} {least_s:9.1f} {loop.bench_time_s / least_s:7.2f}")
    print("points   bench time   T_lim   ratio   s a point beyond the ramps")
    for factor in (0.2, 1, 2, 4, 8):
        edits = [(f"steps = {n} ", f"steps = {round(n * factor)} ") for n in (25, 50)]
        loop = ours(FIRST_SEED, edits)
        fields = [point.set_field_a_per_m for point in loop.run.moment_points]
        least_s = least_time_s(fields, U_MOMENT_A_M2)
        each_s = (loop.bench_time_s - 36.0) / len(fields)
        print(
            f"{len(fields):6d} {loop.bench_time_s:12.1f} {least_s:8.1f} {loop.bench_time_s / least_s:7.2f} {each_s:10.3f}"
        )


if __name__ == "__main__":
    main()
