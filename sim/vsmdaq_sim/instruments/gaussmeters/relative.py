"""Relative mode of Lake Shore 425, 455 and 475: the reading less a set-point, or less the field of one moment."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.dialect import Handler
from vsmdaq_sim.instruments.gaussmeters.probes import field_of

__all__ = ["Relative"]


class Relative:
    """``REL on[,source]``: source 1 is the set-point of ``RELSP``, 2 the present field; the 425 has no source.

    Parameters
    ----------
    has_source : bool
        Whether ``REL`` has a second argument.
    reading_a_per_m : callable
        The present reading, None where there is none.
    shown : callable
        Text of a field (A/m, or None) in the current unit.
    per_a_per_m : callable
        How many of the current unit one A/m is.
    """

    def __init__(
        self,
        *,
        has_source: bool,
        reading_a_per_m: Callable[[], float | None],
        shown: Callable[[float | None], str],
        per_a_per_m: Callable[[], float],
    ) -> None:
        self._has_source = has_source
        self._reading_a_per_m = reading_a_per_m
        self._shown = shown
        self._per_a_per_m = per_a_per_m
        self.reset()

    def reset(self) -> None:
        """Off, and relative to zero."""
        self._on, self._source = 0, 1
        self._field_a_per_m = self._setpoint_a_per_m = 0.0

    def handlers(self) -> dict[str, Handler]:
        """Make the handlers of its commands."""
        return {
            "REL": self._set,
            "REL?": self._query,
            "RELSP": self._set_setpoint,
            "RELSP?": lambda arguments: no_arguments(arguments, self._shown(self._setpoint_a_per_m)),
            "RDGREL?": self._query_reading,
        }

    def _set(self, arguments: tuple[str, ...]) -> None:
        if not 1 <= len(arguments) <= (2 if self._has_source else 1):
            raise RefusedCommandError(CME)
        on = parse_index(arguments[0], 0, 1)
        source = parse_index(arguments[1], 1, 2) if len(arguments) == 2 else self._source
        if on and source == 2:
            field = self._reading_a_per_m()
            if field is None:
                raise RefusedCommandError(EXE)
            self._field_a_per_m = field
        self._on, self._source = on, source

    def _query(self, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, f"{self._on},{self._source}" if self._has_source else str(self._on))

    def _set_setpoint(self, arguments: tuple[str, ...]) -> None:
        self._setpoint_a_per_m = field_of(arguments_of(arguments, 1)[0], self._per_a_per_m())

    def _query_reading(self, arguments: tuple[str, ...]) -> str:
        field = self._reading_a_per_m()
        base = self._field_a_per_m if self._source == 2 else self._setpoint_a_per_m
        return no_arguments(arguments, self._shown(None if field is None else field - base))
