"""List measurement of the E4980A: up to 201 frequencies, measured one behind the other while the list page is shown."""

from __future__ import annotations

from collections.abc import Callable

from vsmdaq_sim.instruments.common.arguments import CME, RefusedCommandError, arguments_of, no_arguments
from vsmdaq_sim.instruments.common.scpi import Handler
from vsmdaq_sim.instruments.common.scpi_values import HERTZ, parse_value, parse_word

__all__ = ["FrequencyList"]

_MOST = 201


class FrequencyList:
    """The list.

    Parameters
    ----------
    number : callable
        Writes a number as the meter does.

    Attributes
    ----------
    frequencies_hz : tuple of float
        The points, Hz.
    """

    def __init__(self, number: Callable[[float], str]) -> None:
        self._number = number
        self.reset()

    def reset(self) -> None:
        """No points, all of them for one trigger."""
        self.frequencies_hz: tuple[float, ...] = ()
        self._mode = "SEQ"

    def table(self) -> dict[str, Handler]:
        """Its commands."""
        return {
            "LIST:FREQuency": self._set,
            "LIST:FREQuency?": lambda a: no_arguments(a, ",".join(map(self._number, self.frequencies_hz))),
            "LIST:MODE": self._set_mode,
            "LIST:MODE?": lambda a: no_arguments(a, self._mode),
            "LIST:CLEar:ALL": self._clear,
        }

    def _set(self, arguments: tuple[str, ...]) -> None:
        if not 1 <= len(arguments) <= _MOST:
            raise RefusedCommandError(CME)
        self.frequencies_hz = tuple(parse_value(text, 20.0, 2e6, units=HERTZ) for text in arguments)

    def _set_mode(self, arguments: tuple[str, ...]) -> None:
        self._mode = parse_word(arguments_of(arguments, 1)[0], ("SEQuence", "STEPped"))

    def _clear(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.frequencies_hz = ()
