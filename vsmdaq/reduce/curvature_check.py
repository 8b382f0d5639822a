"""The curvature along the vibration, found without moving the sample, against that of the centring run."""

from __future__ import annotations

from vsmdaq.reduce.data import RunData
from vsmdaq.terms import Estimate, ResultQuantity
from vsmdaq.uncertainty import normalised_error

__all__ = ["against_centring"]

NAME = "curvature_normalised_error"
AGREE = 1.0


def against_centring(run: RunData, curvature: Estimate) -> tuple[dict[str, ResultQuantity], tuple[str, ...]]:
    """E_n of a curvature (1/m2) against that of the centring in force, and a flag where they disagree; nothing without one."""
    artefact = run.artefacts.get("centring")
    other = None if artefact is None else artefact.values.get("curvature_z")
    if artefact is None or other is None or curvature.u + other.u == 0.0:
        return {}, ()
    e_n = normalised_error(curvature, other)
    found = {
        NAME: ResultQuantity(
            Estimate(e_n, "1"), "E_n of curvature_z against that of the centring run; agreement up to 1"
        )
    }
    if e_n <= AGREE:
        return found, ()
    values = f"{curvature.value:.4g} ± {curvature.u:.2g} 1/m2 here, {other.value:.4g} ± {other.u:.2g} 1/m2 there"
    return found, (f"curvature_z disagrees with the centring run {artefact.run_id}: {values} (E_n = {e_n:.1f})",)
