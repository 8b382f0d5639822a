"""Make the artefact of a calibration run from what was reduced from it."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.reduce import Reduction, RunData
from vsmdaq.terms import Artefact

__all__ = ["artefact_of", "bench_conditions", "bench_labels", "expiry", "raw_digest"]


def artefact_of(run: RunData, reduction: Reduction, *, created_utc: datetime, raw: Path) -> Artefact | None:
    """Return the artefact that a run leaves, or None where it is no calibration.

    Parameters
    ----------
    run, reduction
        The run and what was reduced from it.
    created_utc : datetime
        End of the run, bench clock.
    raw : Path
        The run's raw.csv, whose hash goes into the artefact.
    """
    if not reduction.artefact_kind:
        return None
    return Artefact(
        kind=reduction.artefact_kind,
        created_utc=created_utc.isoformat(timespec="seconds"),
        bench=run.bench.name,
        conditions={**bench_conditions(run.bench), **_middle(run), **reduction.conditions},
        values=dict(reduction.artefact_values),
        reference=reduction.reference,
        runs=((run.run_id, raw_digest(raw)),),
        labels=bench_labels(run.bench),
        expires_utc=expiry(run.bench, created_utc),
        flags=reduction.flags,
    )


def _middle(run: RunData) -> dict[str, float]:
    """When the points were measured, in the middle: s since 1970; a drift is counted from there."""
    points = run.moment_points
    if run.utc_at_zero_s is None or not points:
        return {}
    return {"middle_utc_s": run.utc_at_zero_s + sum(0.5 * (p.t_start_s + p.t_end_s) for p in points) / len(points)}


def bench_conditions(bench: BenchSpec) -> dict[str, float]:
    """Gap of the poles with its standard uncertainty (m), where the bench file states it."""
    gap = bench.poles.gap
    return {} if gap is None else {"gap_m": gap.value, "u_gap_m": gap.u}


def bench_labels(bench: BenchSpec) -> dict[str, str]:
    """Name of the coil set and of the pole caps, where the bench file states them."""
    labels = {"coil_set": bench.coils.name, "pole_caps": bench.poles.caps}
    return {name: text for name, text in labels.items() if text}


def expiry(bench: BenchSpec, created_utc: datetime) -> str:
    """Date from which on a calibration of `created_utc` does not hold any more on this bench; ``""`` for never."""
    valid_for_s = bench.validity.valid_for_s
    if valid_for_s is None:
        return ""
    try:
        return (created_utc + timedelta(seconds=valid_for_s)).isoformat(timespec="seconds")
    except OverflowError:  # beyond the year 9999
        return ""


def raw_digest(raw: Path) -> str:
    """SHA-256 (hex) of a run's raw.csv."""
    return hashlib.sha256(raw.read_bytes()).hexdigest()
