"""Phase, nickel, empty holder and samples on one virtual bench: the toolkit's own reductions of points without messages."""

from dataclasses import dataclass, replace

from vsmdaq.calibrate import artefact_of
from vsmdaq.reduce import RunData, reduce_run


@dataclass(frozen=True)
class Made:
    """One procedure reduced: its run and its quantities by name."""

    run: RunData
    quantities: dict
    flags: tuple


def campaign(bench, spec, jobs, raw, without=frozenset()):
    """Measure and reduce `jobs` in order on a `DirectBench`; artefacts of earlier ones serve the later ones.

    Parameters
    ----------
    raw : Path
        Any file: the artefacts' hash is of it.
    without : frozenset of str
        Corrections to leave out.
    """
    artefacts = {}
    made = {}
    for job in jobs:
        kind = job.procedure.kind
        bench.mount(job.sample.name)
        phase = artefacts["phase"].values["signal_phase"].value if "phase" in artefacts else 0.0
        points = bench.measure(job.procedure, phase, wanted_u(job.procedure, spec, artefacts))
        run = RunData(
            run_id=job.procedure.name,
            bench=spec,
            procedure=job.procedure,
            sample=job.sample,
            moment_points=points,
            artefacts=dict(artefacts),
            phase_deg=phase,
            without=without,
        )
        reduction = reduce_run(run)
        made[job.procedure.name] = Made(run, dict(reduction.quantities), reduction.flags)
        artefact = artefact_of(run, reduction, created_utc=bench.world.clock.utc(), raw=raw)
        if artefact is not None:
            artefacts[artefact.kind] = artefact
    return made


def again(made, **changes):
    """Reduce a run again with other corrections left out or other artefacts."""
    run = replace(made.run, **changes)
    return dict(reduce_run(run).quantities)


def wanted_u(procedure, spec, artefacts):
    """Standard error of X (V rms) that the procedure wants; a second's noise before there is a calibration."""
    if "moment" in artefacts:
        return procedure.u_moment_a_m2 / artefacts["moment"].values["moment_per_volt"].value
    return spec.noise_density_v_per_sqrt_hz / 2.0**0.5
