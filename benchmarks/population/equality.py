"""The same benches through real messages: what the reductions find must be what they find from points without messages."""

import io
import statistics
import tempfile
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from population.campaign import measured, reduced
from population.direct import DirectBench
from vsmdaq.campaigns import load_job
from vsmdaq.cli.console import Console
from vsmdaq.cli.running import RunOptions, load_bench, measure

QUIET = {"signal.noise_v_per_sqrt_hz": 7.25e-12, "gaussmeter.noise_a_per_m": 0.02}
SETTLED = "settling_fraction = 0.001\n"  # what is not settled would be the difference


def no_sync(_descriptor):
    """Durability is not what is measured here."""


def quiet_files(files, order, folder):
    """Copies with a thousandth of the noise, and procedures that wait until nothing is left to settle."""
    world = f'base = "{(files / "world.toml").as_posix()}"\n'
    world += "".join(f"{place} = {value!r}\n" for place, value in QUIET.items())
    # gain and room change with time, and messages take another time than none
    world += "drift.gain_walk_per_sqrt_hour = 0.0\ntemperature.swing_k = 0.0\n"
    world += '[draw]\n"drift.gain_per_hour" = { u = 0.0 }\n"temperature.swing_phase_deg" = { u = 0.0 }\n'
    (folder / "world.toml").write_text(world, "utf-8")
    (folder / "bench.toml").write_text((files / "bench.toml").read_text("utf-8"), "utf-8")
    for name in order:
        text = (files / f"{name}.toml").read_text("utf-8")
        text = text.replace('sample = "../../../', f'sample = "{files.parents[2].as_posix()}/')
        for own in ("film-sample", "centring-sphere"):
            text = text.replace(f'"{own}.toml"', f'"{(files / own).as_posix()}.toml"')
        measure_table = "[measure]\n" + SETTLED
        text = text.replace("[measure]\n", measure_table) if "[measure]" in text else f"{text}\n{measure_table}"
        (folder / f"{name}.toml").write_text(text, "utf-8")


def both(seed, files, order, wanted):
    """Difference over u of each quantity on one bench."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        quiet_files(files, order, folder)
        spec, text = load_bench(folder / "bench.toml")
        jobs = [load_job(folder / f"{name}.toml") for name in order]
        options = RunOptions(folder / "bench.toml", (), None, folder / "runs", seed, True, False, False, False)
        quiet = Console(io.StringIO(), live=False)
        outcomes = measure(spec, text, jobs, options, quiet, sync=no_sync, session=f"seed-{seed}")
        by_messages = reduced(
            [plain(outcome.reduced.run, name) for outcome, name in zip(outcomes, order, strict=True)], Path(__file__)
        )
        bench = DirectBench(folder / "world.toml", spec, seed, noise=0.0)
        directly = reduced(measured(bench, spec, jobs, Path(__file__)), Path(__file__))
    rows = {}
    for run, name in wanted:
        one, other = by_messages[run][0][name].estimate, directly[run][0][name].estimate
        rows[f"{run}.{name}"] = (one.value - other.value) / other.u
    return rows


def plain(run, name):
    """A run with its name alone: artefacts are made again in order."""
    return replace(run, artefacts={}, run_id=name)


def compare(seeds, files, order, wanted, jobs):
    """Print the differences over all seeds."""
    with ProcessPoolExecutor(jobs) as pool:
        rows = list(pool.map(partial(both, files=files, order=order, wanted=wanted), seeds))
    print(f"{len(rows)} benches without noise, by messages and without: difference in u")
    for name in rows[0]:
        differences = [row[name] for row in rows]
        print(f"{name:38s} mean {statistics.fmean(differences):+.4f}  largest {max(map(abs, differences)):.4f}")
