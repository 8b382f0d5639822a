"""Table [drift] of a procedure: what is done about a gain that changes with time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from vsmdaq.formats.inputs.fields import positive_number
from vsmdaq.formats.inputs.problems import Table

__all__ = ["NO_DRIFT_SAID", "DriftSpec", "DriftTable"]

Gain = Literal["within", "since-calibration", "in-u", "off"]


@dataclass(frozen=True, slots=True)
class DriftSpec:
    """What is done about a gain that changes with time.

    Attributes
    ----------
    gain : str
        A rate that the run itself shows beyond its noise is taken off ``"within"`` the run, about its middle; back to the
        calibration too (``"since-calibration"``); reported and allowed for in u (``"in-u"``); or only reported (``"off"``). None is
        ``"within"`` for a paramagnet and ``"in-u"`` for a loop, which may fail to close because of its sample.
    walk_per_sqrt_hour : float
        Stated relative standard deviation of the gain's change within an hour, growing with the root of time; 0 where nothing is
        stated.
    """

    gain: Gain | None = None
    walk_per_sqrt_hour: float = 0.0


NO_DRIFT_SAID = DriftSpec()
"""Of a procedure without the table."""


class DriftTable(Table):
    """[drift]."""

    gain: Gain | None = None
    gain_walk: Annotated[float, positive_number("ratio")] | None = None

    def made(self) -> DriftSpec:
        """Turn it into the frozen value that the rest works with."""
        return DriftSpec(self.gain, self.gain_walk or 0.0)
