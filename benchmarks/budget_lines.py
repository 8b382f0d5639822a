"""Each line of each budget against the simulated world: move one true input by the u that the user's files state for it.

    python benchmarks/budget_lines.py
    python benchmarks/budget_lines.py --all    # lines below 1 % of u as well

The user's files stay as they are, so a result f(readings, inputs as stated) misses the truth f(readings, inputs as they are)
by minus the budget's contribution: stated = contribution, found = -(shift of value - truth). Noise is made a thousand times
smaller than in the reference world. Lines below 1 % of u are not judged: noise and second order are as large.
"""

import argparse
import io
import json
import math
import re
import shutil
import tempfile
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from vsmdaq.campaigns import load_job
from vsmdaq.cli.console import Console
from vsmdaq.cli.demo import ORDER
from vsmdaq.cli.running import RunOptions, load_bench, measure
from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

STARTER = Path(str(starter_set()))
SEED = 1
FLOOR = 0.01
QUIET = {
    "signal.noise_v_per_sqrt_hz": 7.25e-12,
    "gaussmeter.noise_a_per_m": 0.02,
    "balance.noise_kg": 2e-11,
    "balance.readability_kg": 1e-11,
}
SAMPLES = {
    "nickel": "nickel-sphere",
    "background": "empty-holder",
    "palladium": "palladium-cylinder",
    "loop": "reference-sphere",
    "gouy": "gouy-sample",
}
# name in the budgets, place in the world, u as the bench and sample files (or the law of nickel) state it
INPUTS = (
    ("gaussmeter.offset", "gaussmeter.offset_a_per_m", 40.0),
    ("gaussmeter.gain", "gaussmeter.gain", 0.002),
    ("vibration.amplitude", "vibration.amplitude_m", 0.005e-3),
    ("environment.temperature", "world.temperature_k", 0.5),
    ("environment.gravity", "world.gravity_m_per_s2", 0.0005),
    ("environment.air_susceptibility", "world.air_volume_susceptibility", 0.02 * 0.372e-6),
    ("nickel-sphere.reference.value", "samples.nickel-sphere.moment_a_m2", 0.01e-3),
    ("nickel-sphere.reference.field_coefficient", "samples.nickel-sphere.field_coefficient", 1e-4),
    (
        "nickel-sphere.reference.temperature_coefficient",
        "samples.nickel-sphere.temperature_coefficient_per_k",
        0.3e-4,
    ),
    ("palladium-cylinder.mass", "samples.palladium-cylinder.mass_kg", 0.02e-6),
    (
        "palladium-cylinder.reference.value",
        "samples.palladium-cylinder.mass_susceptibility_m3_per_kg",
        0.01 * 6.597e-8,
    ),
    (
        "palladium-cylinder.reference.temperature_coefficient",
        "samples.palladium-cylinder.temperature_coefficient_per_k",
        0.2 * 0.0018,
    ),
    ("palladium-cylinder.diameter", "samples.palladium-cylinder.diameter_m", 0.002 * 2.5e-3),
    ("palladium-cylinder.length", "samples.palladium-cylinder.length_m", 0.002 * 1.0166e-3),
    ("reference-sphere.diameter", "samples.reference-sphere.diameter_m", 0.003e-3),
    ("reference-sphere.mass", "samples.reference-sphere.mass_kg", 0.005 * 4.1e-6),
    ("balance.gain", "balance.gain_error", 2e-5),
    ("gouy.low_field_ratio", "gouy.low_field_ratio", 0.005),
    ("gouy-sample.bore_diameter", "tubes.gouy-sample.bore_diameter_m", 0.002 * 8e-3),
    ("gouy-sample.density", "tubes.gouy-sample.density_kg_per_m3", 0.005 * 1640.0),
)


def nominal(place):
    """The number at a dotted place of the reference world; the law's default where the file leaves it out."""
    table = tomllib.loads((STARTER / "worlds" / "reference.toml").read_text("utf-8"))
    *parents, name = place.split(".")
    for parent in parents:
        table = table[parent]
    return table.get(name, {"field_coefficient": 0.0026, "temperature_coefficient_per_k": -0.00047}.get(name))


def world_text(changes):
    """A world over the reference world: quiet, nothing drawn, some numbers changed."""
    lines = [f"base = {json.dumps(str(STARTER / 'worlds' / 'reference.toml'))}"]
    lines += [f"{place} = {value!r}" for place, value in {**QUIET, **changes}.items()]
    lines += ['draw."gaussmeter.offset_a_per_m" = { u = 0.0 }', 'draw."gaussmeter.gain" = { u_relative = 0.0 }']
    return "\n".join([*lines, ""])


def quiet_procedures(folder):
    """The starter's procedures, that wait until a thousandth of the wanted noise is left unsettled: it would count here."""
    paths = []
    shutil.copytree(STARTER / "samples", folder / "samples", ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "procedures").mkdir()
    for name in ORDER:
        text = (STARTER / "procedures" / f"{name}.toml").read_text("utf-8")
        text = re.sub(r"^settling_fraction = .*\n", "", text, flags=re.MULTILINE)
        paths.append(folder / "procedures" / f"{name}.toml")
        if name != "gouy":
            text = text.replace("[measure]\n", "[measure]\nsettling_fraction = 0.001\n").replace('"auto"', '"30 ms"')
        paths[-1].write_text(text, "utf-8")
    return paths


def no_sync(_descriptor):
    """Durability is not what is measured here."""


def campaign(changes):
    """Run the whole campaign in a world; {(procedure, quantity): (value - truth, u, {input: contribution})}."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "world.toml").write_text(world_text(changes), "utf-8")
        text = (STARTER / "benches" / "simulated.toml").read_text("utf-8")
        bench = folder / "bench.toml"
        bench.write_text(text.replace("../worlds/reference.toml", "world.toml"), "utf-8")
        spec, text = load_bench(bench)
        jobs = [load_job(path) for path in quiet_procedures(folder)]
        options = RunOptions(bench, (), None, folder / "runs", SEED, True, False, False, False)
        console = Console(io.StringIO(), live=False)
        outcomes = measure(spec, text, jobs, options, console, sync=no_sync, session="budget")
        world = World.load(folder / "world.toml", seed=SEED)
    found = {}
    for outcome in outcomes:
        result = outcome.reduced.result
        if result.procedure not in SAMPLES:
            continue
        name = SAMPLES[result.procedure]
        true = {key: entry["value"] for key, entry in truth(world, name).items()}
        vibration = world.spec.vibration
        per_moment = math.sqrt(2.0) * math.pi * vibration.frequency_hz * vibration.amplitude_m
        true["moment_per_volt"] = 1.0 / (per_moment * true["coupling_constant"])
        if "saturation_moment" in true:
            true["saturation_mass_magnetization"] = true["saturation_moment"] / world.spec.samples[name].mass_kg
            true["high_field_mass_susceptibility"] = true["high_field_molar_susceptibility"] = 0.0
        true["reference_mass_susceptibility"] = true.get("mass_susceptibility")
        for quantity, item in result.quantities.items():
            if true.get(quantity) is None:
                continue
            estimate = item.estimate
            lines = {c.name: c.contribution for c in estimate.components if not c.noise}
            found[result.procedure, quantity] = (estimate.value - true[quantity], estimate.u, lines)
    return found


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    tasks = [{}, *({place: nominal(place) + u} for _, place, u in INPUTS)]
    with ProcessPoolExecutor(arguments.jobs) as pool:
        still, *moved = pool.map(campaign, tasks)
    judged = within = small = 0
    worst = 0.0
    print(f"{'input':48s} {'quantity':42s} {'stated':>11s} {'found':>11s} {'ratio':>6s}  of u")
    for (name, _, _), other in zip(INPUTS, moved, strict=True):
        for key, (error, u, lines) in still.items():
            stated = lines.get(name, 0.0)
            found = -(other[key][0] - error)
            counts = max(abs(stated), abs(found)) >= FLOOR * u
            small += not counts
            if not counts and not (arguments.all and stated):
                continue
            ratio = found / stated if stated else math.inf
            if counts:
                judged += 1
                within += abs(ratio - 1.0) <= 0.1
                worst = max(worst, abs(ratio - 1.0))
            print(f"{name:48s} {'.'.join(key):42s} {stated:+11.3e} {found:+11.3e} {ratio:6.3f} {abs(stated) / u:5.3f}")
    print(
        f"{within} of {judged} lines within 10 % (worst: {100 * worst:.1f} %); {small} below {FLOOR:.0%} of u not judged"
    )
    names = {name for name, _, _ in INPUTS}
    alone = sorted({line for _, _, lines in still.values() for line in lines} - names)
    print(f"lines of no input that was moved: {', '.join(alone) or 'none'}")


if __name__ == "__main__":
    main()
