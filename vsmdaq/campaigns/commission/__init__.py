"""The first hour on a bench: small steps that find what the bench file states, each with its uncertainty."""

from vsmdaq.campaigns.commission.course import Commissioned, Place, commission
from vsmdaq.campaigns.commission.findings import Finding

__all__ = ["Commissioned", "Finding", "Place", "commission"]
