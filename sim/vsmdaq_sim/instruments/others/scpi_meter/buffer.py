"""Buffer of a Keithley meter: ``TRACe`` stores readings until it is full, ``CALC2`` has their statistics, ``STAT:MEAS`` says so.

``TRAC:FEED:CONT NEXT`` fills it once, from the first reading on, and falls back to ``NEV``. ``*STB?`` has bit 0 where an enabled bit of the
measurement event register is set; "buffer full" is bit 9 (512), "reading available" bit 5.

Source: 2000 user's manual, ch. 5 (``TRACe``, ``CALCulate2``, measurement status), as far as pymeasure's drivers use it.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, arguments_of, no_arguments, parse_index
from vsmdaq_sim.instruments.common.scpi import Handler
from vsmdaq_sim.instruments.common.scpi_values import parse_boolean, parse_word

__all__ = ["ReadingBuffer"]

_AVAILABLE, _FULL = 1 << 5, 1 << 9
_SMALLEST, _LARGEST = 2, 1024
_STATISTICS: dict[str, Callable[[list[float]], float]] = {
    "MEAN": statistics.fmean,
    "SDEV": statistics.stdev,
    "MAX": max,
    "MIN": min,
}


class ReadingBuffer:
    """The buffer.

    Parameters
    ----------
    text : callable
        Writes a number as the meter does.
    """

    def __init__(self, text: Callable[[float], str]) -> None:
        self._text = text
        self._enable = self._events = 0
        self.reset()

    def reset(self) -> None:
        """What ``*RST`` does: 100 points, nothing is stored; the readings stay."""
        self._points, self._feed, self._fills = 100, "SENS", False
        self._readings: list[float] = []
        self._statistic, self._calculates = "NONE", False

    def put(self, reading: float) -> None:
        """A reading has been taken."""
        self._events |= _AVAILABLE
        if not self._fills or self._feed == "NONE":
            return
        self._readings.append(reading)
        if len(self._readings) >= self._points:
            self._fills = False
            self._events |= _FULL

    def summary(self) -> int:
        """Bit 0 of the status byte."""
        return int(bool(self._events & self._enable))

    def clear_status(self) -> None:
        """What ``*CLS`` does."""
        self._events = 0

    def preset(self) -> None:
        """What ``STAT:PRES`` does."""
        self._enable = 0

    def table(self) -> dict[str, Handler]:
        """Its commands."""
        return {
            "TRACe:CLEar": self._clear,
            "TRACe:FREE?": lambda a: no_arguments(
                a, f"{16 * (_LARGEST - len(self._readings))},{16 * len(self._readings)}"
            ),
            "TRACe:POINts": self._set_points,
            "TRACe:POINts?": lambda a: no_arguments(a, str(self._points)),
            "TRACe:FEED": self._set_feed,
            "TRACe:FEED?": lambda a: no_arguments(a, self._feed),
            "TRACe:FEED:CONTrol": self._set_control,
            "TRACe:FEED:CONTrol?": lambda a: no_arguments(a, "NEXT" if self._fills else "NEV"),
            "TRACe:DATA?": self._data,
            "CALCulate2:FORMat": self._set_statistic,
            "CALCulate2:FORMat?": lambda a: no_arguments(a, self._statistic),
            "CALCulate2:STATe": self._set_state,
            "CALCulate2:STATe?": lambda a: no_arguments(a, str(int(self._calculates))),
            "CALCulate2:IMMediate": lambda a: _nothing(no_arguments(a)),
            "CALCulate2:IMMediate?": self._calculate,
            "CALCulate2:DATA?": self._calculate,
            "STATus:MEASurement:ENABle": self._set_enable,
            "STATus:MEASurement:ENABle?": lambda a: no_arguments(a, str(self._enable)),
            "STATus:MEASurement[:EVENt]?": self._take_events,
            "STATus:MEASurement:CONDition?": lambda a: no_arguments(a, str(self._events & _FULL)),
        }

    def _clear(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._readings = []

    def _set_points(self, arguments: tuple[str, ...]) -> None:
        self._points = parse_index(arguments_of(arguments, 1)[0], _SMALLEST, _LARGEST)
        self._readings = []

    def _set_feed(self, arguments: tuple[str, ...]) -> None:
        self._feed = parse_word(arguments_of(arguments, 1)[0], ("SENSe", "CALCulate", "NONE"))

    def _set_control(self, arguments: tuple[str, ...]) -> None:
        self._fills = parse_word(arguments_of(arguments, 1)[0], ("NEVer", "NEXT")) == "NEXT"
        if self._fills:
            self._readings = []

    def _data(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        if not self._readings:
            raise RefusedCommandError(EXE)
        return ",".join(map(self._text, self._readings))

    def _set_statistic(self, arguments: tuple[str, ...]) -> None:
        words = ("MEAN", "SDEViation", "MAXimum", "MINimum", "NONE")
        self._statistic = parse_word(arguments_of(arguments, 1)[0], words)

    def _set_state(self, arguments: tuple[str, ...]) -> None:
        self._calculates = parse_boolean(arguments_of(arguments, 1)[0])

    def _calculate(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        if not self._calculates or self._statistic not in _STATISTICS or len(self._readings) < _SMALLEST:
            raise RefusedCommandError(EXE)
        return self._text(_STATISTICS[self._statistic](self._readings))

    def _set_enable(self, arguments: tuple[str, ...]) -> None:
        self._enable = parse_index(arguments_of(arguments, 1)[0], 0, 65535)

    def _take_events(self, arguments: tuple[str, ...]) -> str:
        events, self._events = self._events, 0
        return no_arguments(arguments, str(events))


def _nothing(text: str) -> None:
    """For commands that answer nothing."""
    del text
