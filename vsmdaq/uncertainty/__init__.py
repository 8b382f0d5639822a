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
from vsmdaq.uncertainty.coverage import coverage_factor, dof_of_judgement, expanded_uncertainty
from vsmdaq.uncertainty.distributions import arcsine, rectangular, trapezoidal, triangular
from vsmdaq.uncertainty.draws import Draw, Draws
from vsmdaq.uncertainty.errors import PropagationError
from vsmdaq.uncertainty.exchange import estimate_from_json, estimate_to_json
from vsmdaq.uncertainty.joint import Joint, joint_mean, mean_of_repeats
from vsmdaq.uncertainty.monte_carlo import MonteCarlo, describe, draw, monte_carlo
from vsmdaq.uncertainty.observations import correlated, mean_of, means_of
from vsmdaq.uncertainty.propagate import Input, propagate, propagate_many
from vsmdaq.uncertainty.reduction import propagate_points
from vsmdaq.uncertainty.second_order import second_order_variance
from vsmdaq.uncertainty.validation import Comparison, numerical_tolerance, validate

__all__ = [
    "BudgetLine",
    "Comparison",
    "Draw",
    "Draws",
    "EstimateArray",
    "Input",
    "Joint",
    "MonteCarlo",
    "PropagationError",
    "Source",
    "WeightedMean",
    "arcsine",
    "budget",
    "budget_to_json",
    "correlated",
    "correlation",
    "covariance",
    "coverage_factor",
    "describe",
    "dof_of_judgement",
    "draw",
    "estimate_from_json",
    "estimate_to_json",
    "expanded_uncertainty",
    "joint_mean",
    "linear_combination",
    "mean_of",
    "mean_of_repeats",
    "means_of",
    "merge",
    "monte_carlo",
    "noise_array",
    "normalised_error",
    "numerical_tolerance",
    "propagate",
    "propagate_arrays",
    "propagate_many",
    "propagate_points",
    "rectangular",
    "second_order_variance",
    "trapezoidal",
    "triangular",
    "validate",
    "weighted_mean",
]
