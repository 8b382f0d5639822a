"""What calibrations and runs on disk have to say about a bench over time: the observations of its control charts."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from vsmdaq.calibrate.artefacts import bench_conditions, bench_labels
from vsmdaq.calibrate.charts import Observation, observations_of
from vsmdaq.calibrate.conditions import misfits
from vsmdaq.calibrate.raw_data import ended_utc
from vsmdaq.formats.inputs import BenchSpec, parse_bench
from vsmdaq.physics.lockin import noise_bandwidth
from vsmdaq.record import RunFolder, load_result, read_journal
from vsmdaq.terms import Artefact, Component, Estimate, InputError, MomentPoint

__all__ = ["PastRun", "find_runs", "history", "noise_density"]

FROM_ARTEFACTS: Mapping[str, tuple[str, ...]] = {
    "phase": ("signal_phase",),
    "moment": ("coupling_constant", "moment_per_volt"),
    "background": ("x0", "y0", "x1", "y1"),
    "centring": ("curvature_x", "curvature_y", "curvature_z", "curvature_sum"),
}
"""What is charted of an artefact, by its kind."""

FROM_RUNS: Mapping[str, tuple[str, ...]] = {
    "background": ("holder_moment_per_field",),
    "centring": ("curvature_x", "curvature_y", "curvature_z", "curvature_sum"),
}
"""What is charted of the result of a run, by its procedure; the noise and E_n of all of them beside."""


@dataclass(frozen=True, slots=True)
class PastRun:
    """A run that has ended: name, kind of procedure, bench time of its end, bench file as it was, values, noise density."""

    run_id: str
    kind: str
    ended: datetime
    bench: BenchSpec
    values: Mapping[str, Estimate]
    density: Estimate | None = None


def find_runs(folder: Path) -> tuple[tuple[PastRun, ...], tuple[str, ...]]:
    """Return the runs in a folder that came to a result, the first that ended first, and remarks on those that cannot be read."""
    found: list[PastRun] = []
    remarks: list[str] = []
    for path in sorted(folder.glob("*/run.json")):
        try:
            run = _run(RunFolder(path.parent, path.parent.name))
        except InputError as error:
            remarks.append(f"{path.parent}: {'; '.join(map(str, error.problems))}")
            continue
        if run is not None:
            found.append(run)
    return tuple(sorted(found, key=lambda run: _age(run.ended, run.run_id))), tuple(remarks)


def _run(folder: RunFolder) -> PastRun | None:
    ended = ended_utc(folder)
    if ended is None or not folder.result_json.exists():
        return None
    description = folder.description()
    text = description.get("files", {}).get("bench")
    if not isinstance(text, str):
        return None
    bench = parse_bench(text, Path(str(description.get("sources", {}).get("bench", folder.run_json))))
    result = load_result(folder.result_json)
    values = {name: quantity.estimate for name, quantity in result.quantities.items()}
    density = None
    if result.procedure != "gouy" and folder.raw_csv.exists():
        density = noise_density(read_journal(folder.raw_csv, MomentPoint).points, folder.run_id)
    return PastRun(folder.run_id, result.procedure, ended, bench, values, density)


def noise_density(points: Iterable[MomentPoint], run_id: str) -> Estimate | None:
    """Noise at the input of the lock-in (V rms/sqrt(Hz)), pooled over the points of a run that have no flags.

    From the scatter of correlated readings behind an RC cascade: E[s²] = σ² (1 - 1/n_eff) n/(n - 1), and
    σ² = e² times the noise bandwidth. None where the points tell nothing.
    """
    weighted, dof = 0.0, 0.0
    for point in points:
        if point.flags or point.n < 3 or point.n_effective <= 1.0 or point.time_constant_s <= 0.0:
            continue
        single = 0.5 * (point.var_x_v2 + point.var_y_v2) * (point.n - 1) / point.n / (1.0 - 1.0 / point.n_effective)
        freedom = 2.0 * (point.n_effective - 1.0)
        weighted += freedom * single * point.time_constant_s / noise_bandwidth(point.filter_poles)
        dof += freedom
    if weighted <= 0.0 or dof < 4.0:
        return None
    density = math.sqrt(weighted / dof)
    noise = Component(f"noise:{run_id}.density", density / math.sqrt(2.0 * dof), noise=True, dof=dof)
    return Estimate(density, "V/sqrt(Hz)", (noise,))


def history(
    artefacts: Iterable[tuple[Path, Artefact]], runs: Sequence[PastRun], bench: BenchSpec
) -> tuple[tuple[Observation, ...], tuple[str, ...]]:
    """Return what was observed on a bench as it is now, in order of time, and what was left out.

    What was found with other coils, poles, frequency or amplitude is another quantity: it is left out. Ages do not matter. Of a
    joint calibration the runs are charted that it is made of.
    """
    observations: list[Observation] = []
    others: list[str] = []
    charted: set[tuple[str, str]] = set()
    for path, artefact in artefacts:
        if len(artefact.runs) > 1:  # a joint one: the runs that it is made of are charted themselves
            continue
        if misfits(artefact, bench):
            others.append(path.name)
            continue
        names = FROM_ARTEFACTS.get(artefact.kind, ())
        observations += observations_of(artefact.created, artefact.values, path.name, names)
        charted.update((artefact.run_id, name) for name in names if name in artefact.values)
    for run in runs:
        if misfits(_as_artefact(run), bench):
            others.append(run.run_id)
            continue
        new = [name for name in FROM_RUNS.get(run.kind, ()) if (run.run_id, name) not in charted]
        observations += observations_of(run.ended, run.values, run.run_id, [*new, "normalised_error"])
        if run.density is not None:
            observations.append(Observation(run.ended, "noise_density", run.density, run.run_id))
    observations.sort(key=lambda one: _age(one.when, one.source))
    return tuple(observations), tuple(others)


def _as_artefact(run: PastRun) -> Artefact:
    """The conditions of a run, in the form in which they are compared."""
    vibration = run.bench.vibration
    return Artefact(
        kind="moment",
        created_utc=run.ended.isoformat(),
        bench=run.bench.name,
        conditions={
            **bench_conditions(run.bench),
            "frequency_hz": vibration.frequency_hz.value,
            "amplitude_m": vibration.amplitude_m.value,
        },
        values={},
        reference="",
        runs=(),
        labels=bench_labels(run.bench),
    )


def _age(when: datetime, source: str) -> tuple[str, int, datetime]:
    """By the day, then by the number in the name: the clock of a simulated bench begins anew with each start."""
    number = re.search(r"-(\d+)(?:\.json)?$", source)
    # "2026-01-01-moment.json" ends with no number; its date is no number of it
    return f"{when:%Y-%m-%d}", int(number[1]) if number else 1, when
