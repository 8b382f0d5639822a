"""Settings that a gaussmeter keeps and gives back, and that the world does not show: alarms, relays, analogue outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vsmdaq_sim.instruments.common.arguments import arguments_of, no_arguments, parse_float, parse_index
from vsmdaq_sim.instruments.common.dialect import Handler
from vsmdaq_sim.instruments.gaussmeters.probes import engineering

__all__ = ["Kept", "kept_handlers"]


@dataclass(frozen=True, slots=True)
class Kept:
    """One such setting: its arguments at power-up, and for each the lowest and highest index (None: any number)."""

    initial: tuple[float, ...]
    limits: tuple[tuple[int, int] | None, ...]
    shows: bool = True
    """Whether a real bench would show it: then it is noted as not modelled."""


def kept_handlers(
    settings: Mapping[str, Kept], values: dict[str, tuple[float, ...]], note: Callable[[str], None]
) -> dict[str, Handler]:
    """Make handlers for ``NAME ...`` and ``NAME?``; what is set stands in `values`."""
    table: dict[str, Handler] = {}
    for name, kept in settings.items():
        values[name] = kept.initial
        table[name] = _setter(name, kept, values, note)
        table[f"{name}?"] = _getter(name, kept, values)
    return table


def _setter(name: str, kept: Kept, values: dict[str, tuple[float, ...]], note: Callable[[str], None]) -> Handler:
    def put(arguments: tuple[str, ...]) -> None:
        given = arguments_of(arguments, len(kept.limits))
        values[name] = tuple(
            parse_float(text) if limits is None else parse_index(text, *limits)
            for text, limits in zip(given, kept.limits, strict=True)
        )
        if kept.shows:
            note(f"{name} {','.join(given)}")

    return put


def _getter(name: str, kept: Kept, values: dict[str, tuple[float, ...]]) -> Handler:
    def get(arguments: tuple[str, ...]) -> str:
        fields = (
            engineering(value) if limits is None else str(int(value))
            for value, limits in zip(values[name], kept.limits, strict=True)
        )
        return no_arguments(arguments, ",".join(fields))

    return get
