"""`vsmdaq report RUN --covariance FILE`: fields and moments of all points with what they share."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vsmdaq.campaigns.replay import load_run
from vsmdaq.record import RunFolder
from vsmdaq.record.covariance import write_covariance_csv
from vsmdaq.reduce.covariance import joint_covariance, point_estimates

__all__ = ["export_covariance"]


def export_covariance(path: Path, out: Path) -> None:
    """Write the covariance of applied field (A/m) and moment (A m2) of all usable points of a run.

    Raises
    ------
    InputError
        The run cannot be read, its points give no moments, or there is no moment calibration.
    """
    run, _ = load_run(RunFolder.open(path))
    points = point_estimates(run)
    arrays = {"field_applied_a_per_m": points.applied, "moment_a_m2": points.moment}
    names = [f"{name}[{index}]" for name in arrays for index in points.index.tolist()]
    header = {
        "schema": 1,
        "kind": "covariance",
        "run_id": run.run_id,
        "points": points.index.size,
        "units": {"field_applied_a_per_m": "A/m", "moment_a_m2": "A m2"},
        "inputs_in_common": sorted(
            {source.name for array in arrays.values() for source in array.sources if not source.noise}
        ),
        "calibrations": {kind: artefact.digest for kind, artefact in run.artefacts.items()},
    }
    values = np.concatenate([array.values for array in arrays.values()])
    write_covariance_csv(out, names, values, joint_covariance(arrays), header)
