"""Relative permeability mu_r = 1 + chi (SI), chi = M/H_internal, of linear samples and of the points of a curve."""

from __future__ import annotations

import numpy as np

from vsmdaq.reduce.covariance import PointEstimates
from vsmdaq.report.standard.fields import Absent
from vsmdaq.report.standard.source import Source
from vsmdaq.report.standard.standard import Result, Results
from vsmdaq.terms import Estimate

__all__ = ["KINDS", "permeability_results"]

KINDS = ("palladium", "loop", "virgin")

_SYMBOLS = {
    "volume_susceptibility": "χ",
    "volume_susceptibility_external": "χ_ext",
    "mass_susceptibility": "χ_ρ",
    "molar_susceptibility": "χ_mol",
    "high_field_susceptibility": "χ_hf",
    "initial_susceptibility": "χ_i",
    "saturation_magnetization": "M_s",
    "remanent_magnetization": "M_r",
    "largest_field_magnetization": "M_max",
}
"""What stands beside the permeability, where a run has it."""


def permeability_results(source: Source, clear: PointEstimates | None) -> Results:
    """Permeability of a linear sample, or at the largest internal field of a curve; what else the run gives beside it."""
    name = "relative_permeability"
    chi = source.quantities.get("volume_susceptibility")
    had: list[Result] = []
    absent: tuple[Absent, ...] = ()
    if chi is not None:
        definition = "from χ = dM/dH_internal, the slope of a straight line through all points"
        had.append(Result(name, "μ_r", definition, _plus_one(chi.estimate)))
    elif source.run.procedure.kind != "palladium" and clear is not None and clear.susceptibility is not None:
        at = int(np.argmax(np.abs(clear.internal.values)))
        definition = f"from χ = M/H_internal at the largest internal field (point {int(clear.index[at])})"
        had.append(Result(name, "μ_r", definition, _plus_one(clear.susceptibility.estimate(at))))
    else:
        shapeless = source.sample.shape is None
        absent = (
            Absent(name, "the sample file has no shape" if shapeless else "no point with H_internal clear of zero"),
        )
    for other, symbol in _SYMBOLS.items():
        quantity = source.quantities.get(other)
        if quantity is not None:
            had.append(Result(other, symbol, quantity.definition, quantity.estimate))
    return Results(tuple(had), absent)


def _plus_one(chi: Estimate) -> Estimate:
    return Estimate(1.0 + chi.value, "1", chi.components)
