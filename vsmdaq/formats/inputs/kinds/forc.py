"""Table [forc]: first-order reversal curves that fill a box of coercive and interaction fields (Pike's scheme).

C. R. Pike, A. P. Roberts, K. L. Verosub, J. Appl. Phys. 85, 6660 (1999): from saturation to a reversal field Ha, then measured on
the way up, H from Ha on; Hc = (H - Ha)/2, Hu = (H + Ha)/2. In MicroMag's script Hu is called Hb, and so it is here.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table

__all__ = ["FORC", "Forc"]

_MOST = 1_000_000


@dataclass(frozen=True, slots=True)
class Forc:
    """The box and how it is filled; fields in A/m.

    Attributes
    ----------
    saturation_a_per_m, calibration_a_per_m : float
        Gone to before each curve; then measured at, once, for the drift.
    hb1_a_per_m, hb2_a_per_m, hc1_a_per_m, hc2_a_per_m : float
        Limits of the box.
    step_a_per_m : float
        Of reversal fields and of the points on a curve.
    smoothing : int
        The distribution is fitted to 2 S + 1 curves of 2 S + 1 points each; the box is measured so much further.
    """

    saturation_a_per_m: float
    calibration_a_per_m: float
    hb1_a_per_m: float
    hb2_a_per_m: float
    hc1_a_per_m: float
    hc2_a_per_m: float
    step_a_per_m: float
    smoothing: int

    @property
    def margin_a_per_m(self) -> float:
        """What is measured around the box."""
        return self.smoothing * self.step_a_per_m

    @property
    def reversals_a_per_m(self) -> tuple[float, ...]:
        """Reversal fields, the highest first: from the upper left corner of the box to the lower right one."""
        highest = self.hb2_a_per_m - self.hc1_a_per_m + self.margin_a_per_m
        lowest = self.hb1_a_per_m - self.hc2_a_per_m - self.margin_a_per_m
        curves = 1 + math.ceil((highest - lowest) / self.step_a_per_m - 1e-9)
        return tuple(highest - k * self.step_a_per_m for k in range(curves))

    def curve_a_per_m(self, reversal_a_per_m: float) -> tuple[float, ...]:
        """Fields of one curve, up to where it leaves the box and its margin."""
        last = min(
            2.0 * (self.hb2_a_per_m + self.margin_a_per_m) - reversal_a_per_m,
            2.0 * (self.hc2_a_per_m + self.margin_a_per_m) + reversal_a_per_m,
        )
        points = 1 + max(math.floor((last - reversal_a_per_m) / self.step_a_per_m + 1e-9), 0)
        return tuple(reversal_a_per_m + k * self.step_a_per_m for k in range(points))


class _Forc(Table):
    saturation: Annotated[float, positive_number("field")]
    calibration: Annotated[float, positive_number("field")]
    hb1: Annotated[float, exact("field")]
    hb2: Annotated[float, exact("field")]
    hc1: Annotated[float, exact("field")] = 0.0
    hc2: Annotated[float, positive_number("field")]
    step: Annotated[float, positive_number("field")]
    smoothing: Annotated[int, Field(ge=1, le=20)] = 3

    @model_validator(mode="after")
    def _a_box(self) -> _Forc:
        if not self.hb1 < self.hb2:
            raise ValueError('an "hb1" below "hb2"')
        if not 0.0 <= self.hc1 < self.hc2:
            raise ValueError('an "hc1" from 0 on and below "hc2"')
        made = _make(self)
        span = (self.hb2 - self.hb1 + self.hc2) / self.step
        if span > _MOST**0.5:
            raise ValueError(f'a "step" with no more than {_MOST**0.5:g} curves in the box')
        top = max(made.curve_a_per_m(at)[-1] for at in made.reversals_a_per_m)
        if not top <= self.calibration <= self.saturation:
            raise ValueError(
                'a "calibration" field from the end of the longest curve on '
                f'({top / 1e3:.6g} kA/m, with the margin of "smoothing"), up to "saturation"'
            )
        return self


def _make(table: _Forc) -> Forc:
    return Forc(
        table.saturation,
        table.calibration,
        table.hb1,
        table.hb2,
        table.hc1,
        table.hc2,
        table.step,
        table.smoothing,
    )


FORC = KindTable(_Forc, _make)
"""Entry for ``KIND_TABLES``."""
