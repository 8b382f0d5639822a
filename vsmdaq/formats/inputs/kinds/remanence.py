"""Table [remanence]: what is left at zero current after ever larger fields, from both ends: IRM and DCD (backfield)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.kinds.alternating import Alternating, AlternatingTable
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table

__all__ = ["REMANENCE", "Remanence"]


@dataclass(frozen=True, slots=True)
class Remanence:
    """What a run of remanence curves does.

    Attributes
    ----------
    saturation_a_per_m : float
        Before the backfield curve; its sign is that of the IRM, the backfield has the other one.
    demagnetise : Alternating or None
        Before the IRM; None without an IRM.
    irm_a_per_m, dcd_a_per_m : tuple of float
        Sizes of the fields, ascending.
    ratio_a_per_m : tuple of float
        Sizes of backfield to state the S-ratio at.
    """

    saturation_a_per_m: float
    demagnetise: Alternating | None
    irm_a_per_m: tuple[float, ...]
    dcd_a_per_m: tuple[float, ...]
    ratio_a_per_m: tuple[float, ...]


class _Sizes(Table):
    from_: Annotated[float | None, positive_number("field"), Field(alias="from")] = None
    to: Annotated[float, positive_number("field")] | None = None
    points: Annotated[int, Field(ge=2, le=100_000)] | None = None
    spacing: Literal["log", "linear"] = "log"
    fields: list[Annotated[float, positive_number("field")]] | None = None

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> _Sizes:
        listed, stepped = self.fields is not None, (self.from_, self.to, self.points)
        if listed == any(part is not None for part in stepped) or (not listed and None in stepped):
            raise ValueError('either "fields", or "from", "to" and "points"')
        if any(b <= a for a, b in pairwise(self.made())):
            raise ValueError("sizes of field that ascend")
        return self

    def made(self) -> tuple[float, ...]:
        if self.fields is not None:
            return tuple(self.fields)
        first, last, steps = self.from_ or 0.0, self.to or 0.0, (self.points or 2) - 1
        if self.spacing == "linear":
            return tuple(first + (last - first) * k / steps for k in range(steps + 1))
        return tuple(first * (last / first) ** (k / steps) for k in range(steps + 1))


class _Remanence(Table):
    saturation: Annotated[float, exact("field")]
    demagnetise: AlternatingTable | None = None
    irm: _Sizes | None = None
    dcd: _Sizes | None = None
    s_ratio: list[Annotated[float, positive_number("field")]] = Field(default_factory=list)

    @model_validator(mode="after")
    def _whole(self) -> _Remanence:
        if self.irm is None and self.dcd is None:
            raise ValueError('"irm", "dcd" or both')
        if (self.irm is None) != (self.demagnetise is None):
            raise ValueError('"demagnetise" together with "irm": it begins from the demagnetised state')
        if self.s_ratio and self.dcd is None:
            raise ValueError('"s_ratio" only with "dcd"')
        sizes = [*(self.irm.made() if self.irm else ()), *(self.dcd.made() if self.dcd else ())]
        if max(sizes) > abs(self.saturation) * (1.0 + 1e-9):
            raise ValueError('fields up to that of "saturation"')
        if self.dcd is not None:
            first, last = self.dcd.made()[0], self.dcd.made()[-1]
            if any(not first <= at <= last * (1.0 + 1e-9) for at in self.s_ratio):
                raise ValueError('"s_ratio" at sizes of field from the first to the last of "dcd"')
        return self


def _make(table: _Remanence) -> Remanence:
    return Remanence(
        table.saturation,
        table.demagnetise.made() if table.demagnetise else None,
        table.irm.made() if table.irm else (),
        table.dcd.made() if table.dcd else (),
        tuple(table.s_ratio),
    )


REMANENCE = KindTable(_Remanence, _make)
"""Entry for ``KIND_TABLES``."""
