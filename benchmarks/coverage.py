"""z = (value - truth)/u over simulated benches drawn from what bench and sample files state.

    python benchmarks/coverage.py --seeds 200                # whole campaign, everything redrawn
    python benchmarks/coverage.py --seeds 200 --noise-only   # one world, only the noise redrawn

Seeds are 1000, 1001, ... fixed in advance; none is dropped. Every campaign goes through real PyVISA messages.
"""

import argparse
import io
import json
import math
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from vsmdaq.campaigns import load_job
from vsmdaq.cli.console import Console
from vsmdaq.cli.demo import ORDER
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

FIRST_SEED = 1000
SAMPLES = {
    "phase": ("nickel-sphere", ("signal_phase",)),
    "nickel": ("nickel-sphere", ("coupling_constant",)),
    "background": ("empty-holder", ("holder_moment_per_field",)),
    "palladium": (
        "palladium-cylinder",
        ("volume_susceptibility", "volume_susceptibility_external", "mass_susceptibility", "molar_susceptibility"),
    ),
    "loop": (
        "reference-sphere",
        (
            "saturation_moment",
            "saturation_magnetization",
            "remanent_moment",
            "remanent_magnetization",
            "coercive_field",
            "coercive_field_applied",
            "high_field_susceptibility",
        ),
    ),
    "gouy": ("gouy-sample", ("volume_susceptibility", "mass_susceptibility", "molar_susceptibility")),
}


def no_sync(_descriptor):
    """Durability is not what is measured here."""


def campaign(task):
    seed, noise_only = task
    starter = Path(str(starter_set()))
    bench = starter / "benches" / "population.toml"
    world = starter / "worlds" / "population.toml"
    spec, text = load_bench(bench)
    jobs = [load_job(starter / "procedures" / f"{name}.toml") for name in ORDER]
    world_seed = FIRST_SEED if noise_only else seed
    with tempfile.TemporaryDirectory() as folder:
        # the session is named after the folder of the first run: with one world seed it makes the noise another
        out = Path(folder) / "runs"
        options = RunOptions(bench, (), None, out, world_seed, True, False, False, False)
        outcomes = measure(
            spec, text, jobs, options, Console(io.StringIO(), live=False), sync=no_sync, session=f"seed-{seed}"
        )
    rows = []
    for outcome in outcomes:
        result = outcome.reduced.result
        sample, names = SAMPLES[result.procedure]
        true = truth(World.load(world, seed=world_seed), sample)
        for name in names:
            estimate = result.quantities[name].estimate
            rows.append(
                (f"{result.procedure}.{name}", estimate.value, true[name]["value"], estimate.u, estimate.u_noise)
            )
    return rows


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200)
    parser.add_argument("--noise-only", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    tasks = [(FIRST_SEED + k, arguments.noise_only) for k in range(arguments.seeds)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        runs = list(pool.map(campaign, tasks, chunksize=4))
    table = {}
    for rows in runs:
        for name, value, true, u, u_noise in rows:
            table.setdefault(name, []).append((value, true, u, u_noise))
    summary = {}
    print(f"{arguments.seeds} campaigns, {'only the noise' if arguments.noise_only else 'everything'} redrawn")
    for name, rows in table.items():
        if arguments.noise_only:
            spread = statistics.stdev(value for value, _, _, _ in rows)
            u_noise = math.sqrt(statistics.fmean(u_n**2 for _, _, _, u_n in rows))
            summary[name] = {"scatter": spread, "u_noise": u_noise, "ratio": spread / u_noise}
            print(f"{name:44s} scatter/u_noise {spread / u_noise:6.3f}   u_noise {u_noise:.3g}")
            continue
        z = [(value - true) / u for value, true, u, _ in rows]
        inside = statistics.fmean(abs(v) < 1.96 for v in z)
        summary[name] = {
            "mean": statistics.fmean(z),
            "spread": statistics.stdev(z),
            "largest": max(map(abs, z)),
            "inside_95": inside,
        }
        print(
            f"{name:44s} mean {summary[name]['mean']:+.3f}  spread {summary[name]['spread']:.3f}  "
            f"max|z| {summary[name]['largest']:.2f}  within 95 % {100 * inside:.1f} %"
        )
    if arguments.out:
        arguments.out.write_text(json.dumps(summary, indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
