"""Reference phase of the 7265 and 7270: in millidegrees (``REFP``) or degrees (``REFP.``)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, arguments_of, parse_float

__all__ = ["ReferencePhase"]

Handler = Callable[[tuple[str, ...]], list[str]]
_TURN_MDEG = 360000


class ReferencePhase:
    """The phase, kept within ±180°.

    Parameters
    ----------
    apply : callable
        Told the phase (degree) whenever it was set.
    unsigned : bool
        It is answered within 0 to 360°.
    """

    def __init__(self, apply: Callable[[float], None], *, unsigned: bool) -> None:
        self._apply = apply
        self._unsigned = unsigned
        self._phase_mdeg = 0

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {"REFP": partial(self._command, 1), "REFP.": partial(self._command, 1000)}

    def reset(self) -> None:
        """As at power-on."""
        self._store(0)

    def turn(self, angle_deg: float) -> None:
        """Add to the phase."""
        self._store(self._phase_mdeg + round(1000.0 * angle_deg))

    def _command(self, unit: int, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            shown = self._phase_mdeg % _TURN_MDEG if self._unsigned else self._phase_mdeg
            return [str(shown) if unit == 1 else f"{shown / 1000.0:.3f}"]
        value = parse_float(arguments_of(arguments, 1)[0]) * unit
        if abs(value) > _TURN_MDEG:  # which may be infinite
            raise RefusedCommandError(EXE)
        self._store(round(value))
        return []

    def _store(self, value_mdeg: int) -> None:
        wrapped = value_mdeg % _TURN_MDEG
        self._phase_mdeg = wrapped - _TURN_MDEG if wrapped > _TURN_MDEG // 2 else wrapped
        self._apply(self._phase_mdeg / 1000.0)
