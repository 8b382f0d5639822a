"""Campaigns on a simulated world, points taken at rest and without messages; each artefact dated as a run would date it."""

from dataclasses import replace
from pathlib import Path

import pytest

from vsmdaq.bench import known_drivers
from vsmdaq.calibrate import artefact_of
from vsmdaq.campaigns import load_job
from vsmdaq.formats.inputs import parse_bench
from vsmdaq.reduce import RunData, reduce_run
from vsmdaq_configs import starter_set

STARTER = Path(str(starter_set()))
ORDER = ("phase", "nickel", "background", "loop")


class Campaign:
    """One world with `extra` tables, and what was measured on it: runs, reductions, artefacts in order.

    Kinds to `skip` are measured and not reduced; `wait_s` goes by before each.
    """

    def __init__(self, folder, extra, seed, order=ORDER, *, noise=1.0, skip=(), wait_s=0.0):
        direct = pytest.importorskip("benchmarks.population.direct")
        wanted_u = pytest.importorskip("benchmarks.population.campaign").wanted_u
        bench_file = STARTER / "benches" / "simulated.toml"
        spec = parse_bench(bench_file.read_text("utf-8"), bench_file, known_drivers=known_drivers())
        world = folder / "world.toml"
        world.write_text(f'base = "{(STARTER / "worlds" / "reference.toml").as_posix()}"\n{extra}', "utf-8")
        bench = direct.DirectBench(world, spec, seed, noise=noise)
        clock = bench.world.clock
        self.runs, self.found, self.artefacts = [], [], []
        in_force = {}
        for number, kind in enumerate(order):
            job = load_job(STARTER / "procedures" / f"{kind}.toml")
            bench.mount(job.sample.name)
            clock.sleep(wait_s)
            bench.world.advance()
            phase = in_force["phase"].values["signal_phase"].value if "phase" in in_force else 0.0
            run = RunData(
                run_id=f"{kind}-{number}",
                bench=spec,
                procedure=job.procedure,
                sample=job.sample,
                moment_points=bench.measure(job.procedure, phase, wanted_u(job.procedure, spec, in_force)),
                artefacts=dict(in_force),
                phase_deg=phase,
                utc_at_zero_s=clock.utc().timestamp() - clock.now(),
            )
            found = None if kind in skip else reduce_run(run)
            artefact = found and artefact_of(run, found, created_utc=clock.utc(), raw=world)
            if artefact is not None:
                in_force[artefact.kind] = artefact
            self.runs.append(run)
            self.found.append(found)
            self.artefacts.append(artefact)

    def again(self, number, *, without=frozenset(), edit=lambda procedure: procedure, **artefacts):
        """Reduce a run once more, with other artefacts or less corrections."""
        run = self.runs[number]
        return reduce_run(
            replace(
                run, procedure=edit(run.procedure), artefacts={**run.artefacts, **artefacts}, without=frozenset(without)
            )
        )


def value(found, name):
    return found.quantities[name].estimate.value


def u(found, name):
    return found.quantities[name].estimate.u


def lines(found, name):
    return {c.name: c.contribution for c in found.quantities[name].estimate.components}
