"""Make the artefact of a calibration run from what was reduced from it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import Path

from vsmdaq.reduce import Reduction, RunData
from vsmdaq.terms import Artefact

__all__ = ["artefact_of"]


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
        conditions=dict(reduction.conditions),
        values=dict(reduction.artefact_values),
        reference=reduction.reference,
        run_id=run.run_id,
        raw_sha256=hashlib.sha256(raw.read_bytes()).hexdigest(),
    )
