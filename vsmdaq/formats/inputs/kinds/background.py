"""Table [background]: the empty holder at several temperatures."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.formats.inputs.problems import Table

__all__ = ["BACKGROUND"]


class _Background(Table):
    way: Literal["controlled", "operator"] = "controlled"
    temperatures: Annotated[list[Annotated[float, positive_number("temperature")]], Field(min_length=2)] | None = None
    rate: Annotated[float, positive_number("temperature rate")] | None = None
    tolerance: Annotated[float, positive_number("temperature difference")] = 0.1
    dwell: Annotated[float, positive_number("time")] = 60.0
    timeout: Annotated[float, positive_number("time")] = 3600.0
    between: Literal["linear", "curie"] = "linear"

    @model_validator(mode="after")
    def _keys_of_the_way(self) -> _Background:
        if self.temperatures is None and self.model_fields_set:
            raise ValueError('"temperatures" beside the other keys')
        if self.way == "operator" and self.rate is not None:
            raise ValueError('way = "operator" without rate')
        if self.timeout <= self.dwell:
            raise ValueError('a "timeout" longer than "dwell"')
        if self.temperatures is not None and len(set(self.temperatures)) < len(self.temperatures):
            raise ValueError("each temperature once")
        return self


def _make(table: _Background) -> Temperature | None:
    if table.temperatures is None:
        return None
    return Temperature(
        way=table.way,
        fields_a_per_m=(),
        saturate_a_per_m=None,
        temperatures_k=tuple(table.temperatures),
        rate_k_per_s=table.rate,
        tolerance_k=table.tolerance,
        dwell_s=table.dwell,
        timeout_s=table.timeout,
        times_s=(),
        curie_weiss=table.between == "curie",
    )


BACKGROUND = KindTable(_Background, _make, required=False)
"""Entry for ``KIND_TABLES``; without the table the holder is measured as warm as it is."""
