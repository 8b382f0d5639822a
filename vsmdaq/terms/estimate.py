"""A value with the signed contributions of the independent inputs that it depends on.

Contributions of the same name in two estimates come from the same input: they add with their signs, so that what is
common to reference and sample cancels where it must (JCGM 100:2008, 5.2 and F.1.2).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from vsmdaq.terms.quantity import Distribution

__all__ = ["Component", "Estimate"]


@dataclass(frozen=True, slots=True)
class Component:
    """Contribution of one independent input to an estimate.

    Attributes
    ----------
    name : str
        The input, e.g. ``"gaussmeter.gain"``; equal names are the same input.
    contribution : float
        Sensitivity times standard uncertainty of the input, signed, in the unit of the estimate.
    noise : bool
        True for random noise of readings, False for what is common to all points (calibration, geometry ...).
    dof : float
        Degrees of freedom of the input's standard uncertainty.
    distribution : str
        Shape of the input's distribution.
    ensemble : str
        Name of the set of observations that its standard uncertainty was estimated from together with others; ``""`` where it
        stands alone. The degrees of freedom of one ensemble are counted once.
    """

    name: str
    contribution: float
    noise: bool = False
    dof: float = math.inf
    distribution: Distribution = "normal"
    ensemble: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A result: value, unit and where its uncertainty comes from."""

    value: float
    unit: str = "1"
    components: tuple[Component, ...] = field(default=())

    @property
    def u(self) -> float:
        """Standard uncertainty (k = 1)."""
        return math.sqrt(sum(c.contribution**2 for c in self.components))

    @property
    def u_common(self) -> float:
        """The part of `u` that is common to all points."""
        return math.sqrt(sum(c.contribution**2 for c in self.components if not c.noise))

    @property
    def u_noise(self) -> float:
        """The part of `u` that a repetition would average out."""
        return math.sqrt(sum(c.contribution**2 for c in self.components if c.noise))

    @property
    def dof(self) -> float:
        """Effective degrees of freedom (Welch-Satterthwaite, JCGM 100:2008, G.4.1).

        Components of one ensemble count as one (R. Willink, Metrologia 44, 340, 2007).
        """
        variances: dict[str, float] = {}
        spread = 0.0
        for c in self.components:
            if not c.ensemble:
                spread += c.contribution**4 / c.dof
            elif math.isfinite(c.dof):
                # adding up variance/sqrt(dof) keeps the dof of an ensemble where all its members have the same
                variances[c.ensemble] = variances.get(c.ensemble, 0.0) + c.contribution**2 / math.sqrt(c.dof)
        spread += sum(part**2 for part in variances.values())
        return self.u**4 / spread if spread > 0 else math.inf
