"""Calibrations and samples on one virtual bench: the toolkit's own reductions of points without messages."""

from dataclasses import replace
from datetime import UTC, datetime

from vsmdaq.calibrate import artefact_of
from vsmdaq.calibrate.bracket import bracket
from vsmdaq.reduce import RunData, reduce_run
from vsmdaq.terms import Component, Estimate, ResultQuantity

SAMPLE_KINDS = ("palladium", "loop")


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
            utc_at_zero_s=bench.world.spec.clock.epoch.timestamp(),
        )
        runs.append(run)
        if run.procedure.kind not in SAMPLE_KINDS:
            keep(artefacts, run, reduce_run(run), bench.world.clock.utc(), raw)
    return runs


def reduced(runs, raw, without=frozenset()):
    """Reduce the calibrations in order, then the samples between the two moment calibrations; {run id: (quantities, flags)}.

    Parameters
    ----------
    without : frozenset of str
        Corrections to leave out everywhere.
    """
    artefacts, found, moments = {}, {}, []
    waiting = []
    for run in runs:
        if run.procedure.kind in SAMPLE_KINDS:
            waiting.append(run)  # until the second moment calibration is there
            continue
        # without the holder there is no image calibration at all
        here = without - {"background"} if run.procedure.kind == "image" else without
        now = replace(run, artefacts=dict(artefacts), without=here)
        reduction = reduce_run(now)
        found[run.run_id] = dict(reduction.quantities), reduction.flags
        keep(artefacts, now, reduction, ended_utc(run), raw)
        if run.procedure.kind == "nickel":
            moments.append(artefacts["moment"])
    artefacts["moment"] = moments[0]
    if len(moments) == 2 and "drift" not in without:
        artefacts |= bracket(*moments)
    for run in waiting:
        reduction = reduce_run(replace(run, artefacts=dict(artefacts), without=without))
        found[run.run_id] = {**reduction.quantities, "moment": of_first_point(reduction.table)}, reduction.flags
    return found


def of_first_point(table):
    """The moment of a run's first point, with what all share and its own noise."""
    common = Component("common", table["u_common_moment_a_m2"][0])
    noise = Component("noise", table["u_noise_moment_a_m2"][0], noise=True)
    return ResultQuantity(Estimate(table["moment_a_m2"][0], "A m2", (common, noise)), "m of the first point")


def ended_utc(run):
    """When a run was in its middle: what its calibration holds for."""
    times = [0.5 * (p.t_start_s + p.t_end_s) for p in run.moment_points]
    return datetime.fromtimestamp(run.utc_at_zero_s + sum(times) / len(times), UTC)


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
