"""Table [temperature]: the moment at a field against temperature, or against time while the temperature drifts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field, model_validator

from vsmdaq.formats.inputs.fields import exact, positive_number
from vsmdaq.formats.inputs.kinds.kind import KindTable
from vsmdaq.formats.inputs.problems import Table

__all__ = ["TEMPERATURE", "Temperature"]

Way = Literal["controlled", "operator", "drift"]
_ONLY_DRIFTING = ("interval", "duration")
_ONLY_SET = ("temperatures", "tolerance", "dwell", "timeout")


@dataclass(frozen=True, slots=True)
class Temperature:
    """What a temperature run does.

    Attributes
    ----------
    way : str
        ``"controlled"`` by the thermometer's own loop, set by the ``"operator"``, or left to ``"drift"``.
    fields_a_per_m : tuple of float
        A series at each.
    saturate_a_per_m : float or None
        Gone to before each series.
    temperatures_k : tuple of float
        In order; empty where it drifts.
    rate_k_per_s : float or None
        Of the set-point, ``"controlled"`` only; None lets it jump.
    tolerance_k, dwell_s, timeout_s : float
        Arrived when the reading has stayed within the tolerance for the dwell; given up after the time-out.
    times_s : tuple of float
        Windows begin so long after the arrival at the field; empty unless it drifts.
    curie_weiss : bool
        Fit chi = C/(T - theta); of an empty holder: its signal is straight in 1/T between the temperatures.
    """

    way: Way
    fields_a_per_m: tuple[float, ...]
    saturate_a_per_m: float | None
    temperatures_k: tuple[float, ...]
    rate_k_per_s: float | None
    tolerance_k: float
    dwell_s: float
    timeout_s: float
    times_s: tuple[float, ...]
    curie_weiss: bool


class _Temperature(Table):
    way: Way
    fields: Annotated[list[Annotated[float, exact("field")]], Field(min_length=1)]
    saturate: Annotated[float, exact("field")] | None = None
    temperatures: Annotated[list[Annotated[float, positive_number("temperature")]], Field(min_length=3)] | None = None
    rate: Annotated[float, positive_number("temperature rate")] | None = None
    tolerance: Annotated[float, positive_number("temperature difference")] = 0.1
    dwell: Annotated[float, positive_number("time")] = 60.0
    timeout: Annotated[float, positive_number("time")] = 3600.0
    interval: Annotated[float, positive_number("time")] | None = None
    duration: Annotated[float, positive_number("time")] | None = None
    fit: Literal["none", "curie-weiss"] = "none"

    @model_validator(mode="after")
    def _keys_of_the_way(self) -> _Temperature:
        given = self.model_fields_set
        needed, others = ["temperatures"], [*_ONLY_DRIFTING, *(("rate",) if self.way == "operator" else ())]
        if self.way == "drift":
            needed, others = [*_ONLY_DRIFTING], [*_ONLY_SET, "rate"]
        lacking = [key for key in needed if key not in given]
        if lacking:
            raise ValueError(f'way = "{self.way}" with {" and ".join(lacking)}')
        unused = [key for key in others if key in given]
        if unused:
            raise ValueError(f'way = "{self.way}" without {" and ".join(unused)}')
        if self.way == "drift" and len(_times(self)) < 3:
            raise ValueError('a "duration" of at least two times "interval"')
        if self.way != "drift" and self.timeout <= self.dwell:
            raise ValueError('a "timeout" longer than "dwell"')
        return self


def _times(table: _Temperature) -> tuple[float, ...]:
    if table.interval is None or table.duration is None:
        return ()
    return tuple(k * table.interval for k in range(int(table.duration / table.interval * (1.0 + 1e-9)) + 1))


def _make(table: _Temperature) -> Temperature:
    return Temperature(
        way=table.way,
        fields_a_per_m=tuple(table.fields),
        saturate_a_per_m=table.saturate,
        temperatures_k=tuple(table.temperatures or ()),
        rate_k_per_s=table.rate,
        tolerance_k=table.tolerance,
        dwell_s=table.dwell,
        timeout_s=table.timeout,
        times_s=_times(table),
        curie_weiss=table.fit == "curie-weiss",
    )


TEMPERATURE = KindTable(_Temperature, _make)
"""Entry for ``KIND_TABLES``."""
