"""From a procedure to its plan: which points, in which order. Pure."""

from vsmdaq.campaigns.plans.making import plan_of

__all__ = ["plan_of"]
