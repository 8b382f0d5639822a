"""Calibrations and samples on one virtual bench: the toolkit's own reductions of points without messages."""

from dataclasses import replace

from vsmdaq.calibrate import artefact_of
from vsmdaq.reduce import RunData, reduce_run


def measured(bench, spec, jobs, raw):
    """Measure `jobs` in order on a `DirectBench`; artefacts of earlier ones serve the later ones.

    Parameters
    ----------
    raw : Path
        Any file: the artefacts' hash is of it.

    Returns
    -------
    list of RunData
        As measured, each with the artefacts that it had.
    """
    artefacts, runs = {}, []
    for job in jobs:
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
        )
        runs.append(run)
        keep(artefacts, run, reduce_run(run), bench.world.clock.utc(), raw)
    return runs


def reduced(runs, created_utc, raw, without=frozenset()):
    """Reduce runs in order, calibrations too; {run id: (quantities, flags)}.

    Parameters
    ----------
    without : frozenset of str
        Corrections to leave out everywhere.
    """
    artefacts, found = {}, {}
    for run in runs:
        now = replace(run, artefacts=dict(artefacts), without=without)
        reduction = reduce_run(now)
        found[run.run_id] = dict(reduction.quantities), reduction.flags
        keep(artefacts, now, reduction, created_utc, raw)
    return found


def keep(artefacts, run, reduction, created_utc, raw):
    """Put the artefact of a calibration to the others."""
    artefact = artefact_of(run, reduction, created_utc=created_utc, raw=raw)
    if artefact is not None:
        artefacts[artefact.kind] = artefact


def wanted_u(procedure, spec, artefacts):
    """Standard error of X (V rms) that the procedure wants; a second's noise before there is a calibration."""
    if "moment" in artefacts:
        return procedure.u_moment_a_m2 / artefacts["moment"].values["moment_per_volt"].value
    return spec.noise_density_v_per_sqrt_hz / 2.0**0.5
