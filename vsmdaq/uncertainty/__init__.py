"""Pure uncertainty: named inputs, propagation, arrays of points, budgets, comparisons, Monte Carlo."""

from vsmdaq.uncertainty.arrays import EstimateArray, Source, noise_array, propagate_arrays
from vsmdaq.uncertainty.budget import BudgetLine, budget, budget_to_json
from vsmdaq.uncertainty.combine import (
    WeightedMean,
    correlation,
    covariance,
    linear_combination,
    merge,
    normalised_error,
    weighted_mean,
)
from vsmdaq.uncertainty.coverage import coverage_factor, expanded_uncertainty
from vsmdaq.uncertainty.errors import PropagationError
from vsmdaq.uncertainty.exchange import estimate_from_json, estimate_to_json
from vsmdaq.uncertainty.monte_carlo import MonteCarlo, draw, monte_carlo
from vsmdaq.uncertainty.propagate import Input, propagate, propagate_many
from vsmdaq.uncertainty.reduction import propagate_points

__all__ = [
    "BudgetLine",
    "EstimateArray",
    "Input",
    "MonteCarlo",
    "PropagationError",
    "Source",
    "WeightedMean",
    "budget",
    "budget_to_json",
    "correlation",
    "covariance",
    "coverage_factor",
    "draw",
    "estimate_from_json",
    "estimate_to_json",
    "expanded_uncertainty",
    "linear_combination",
    "merge",
    "monte_carlo",
    "noise_array",
    "normalised_error",
    "propagate",
    "propagate_arrays",
    "propagate_many",
    "propagate_points",
    "weighted_mean",
]
