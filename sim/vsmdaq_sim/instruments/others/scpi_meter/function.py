"""One function of a SCPI voltmeter: its range, reference and numeric settings, and what a reading is with them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, arguments_of, no_arguments
from vsmdaq_sim.instruments.common.scpi import Handler
from vsmdaq_sim.instruments.common.scpi_values import INFINITE, parse_boolean, parse_value

__all__ = ["FunctionSettings", "MeterFunction"]

_WHOLE = {"DIG", "COUN", "STAT"}


@dataclass(frozen=True, slots=True)
class MeterFunction:
    """One function of the meter.

    Attributes
    ----------
    name : str
        As ``FUNC?`` gives it: ``"VOLT:DC"``.
    node : str
        Its header pattern: ``"VOLTage[:DC]"``.
    ranges : tuple of float
        Full scales, ascending; empty where it has none.
    over : float
        A reading may exceed its range by this factor.
    seconds : callable
        Time of one measurement, s, from the settings of the function by name (``NPLC``, ``BAND``).
    ac : bool
        Alternating voltage.
    """

    name: str
    node: str
    ranges: tuple[float, ...] = ()
    over: float = 1.2
    seconds: Callable[[Mapping[str, float]], float] = lambda _: 0.1
    ac: bool = False


class FunctionSettings:
    """Settings of one function.

    Parameters
    ----------
    kind : MeterFunction
        Which function.
    numbers : mapping
        Numeric settings: header node to key, default, lowest, highest.
    voltage : callable
        What is measured, V.
    text : callable
        Writes a number as the meter does.
    """

    def __init__(
        self,
        kind: MeterFunction,
        numbers: Mapping[str, tuple[str, float, float, float]],
        voltage: Callable[[], float],
        text: Callable[[float], str],
    ) -> None:
        self.kind = kind
        self._settings = numbers
        self._voltage = voltage
        self._text = text
        self.reset()

    def reset(self) -> None:
        """Autorange, no reference, all numbers as by default."""
        self._range: float | None = None
        self._reference, self._reference_on = 0.0, False
        self._numbers = {key: default for key, default, _, _ in self._settings.values()}

    def seconds(self) -> float:
        """Time of one measurement, s."""
        return self.kind.seconds(self._numbers)

    def reading(self) -> float:
        """A reading now: ±9.9E37 beyond the range, otherwise less the reference."""
        if not self.kind.ranges:
            return 0.0
        value = self._voltage()
        full = self.kind.ranges[-1] if self._range is None else self._range
        # the highest range has next to no reserve
        if abs(value) > full * (self.kind.over if full < self.kind.ranges[-1] else 1.01):
            return math.copysign(INFINITE, value)
        return value - self._reference if self._reference_on else value

    def table(self) -> dict[str, Handler]:
        """Its commands."""
        node = f"[SENSe:]{self.kind.node}"
        table: dict[str, Handler] = {
            f"{node}:REFerence": self._set_reference,
            f"{node}:REFerence?": lambda a: no_arguments(a, self._text(self._reference)),
            f"{node}:REFerence:STATe": self._switch_reference,
            f"{node}:REFerence:STATe?": lambda a: no_arguments(a, str(int(self._reference_on))),
            f"{node}:REFerence:ACQuire": self._acquire_reference,
            f"{node}:RANGe[:UPPer]": self.set_range,
            f"{node}:RANGe[:UPPer]?": self.ask_range,
            f"{node}:RANGe:AUTO": self._set_autorange,
            f"{node}:RANGe:AUTO?": lambda a: no_arguments(a, str(int(self._range is None))),
        }
        for header, setting in self._settings.items():
            table[f"{node}:{header}"] = self._number_setter(setting)
            table[f"{node}:{header}?"] = self._number_getter(setting)
        return table

    def set_range(self, arguments: tuple[str, ...]) -> None:
        """Choose the smallest range that holds a value; autorange ends."""
        ranges = self.kind.ranges
        if not ranges:
            raise RefusedCommandError(EXE)
        highest = ranges[-1] * 1.01
        value = abs(parse_value(arguments_of(arguments, 1)[0], -highest, highest, default=ranges[-1]))
        self._range = self._range_for(value)

    def ask_range(self, arguments: tuple[str, ...]) -> str:
        """The range now: with autorange, that of the present voltage."""
        ranges = self.kind.ranges or (0.0,)
        if arguments:
            return self._text(parse_value(arguments_of(arguments, 1)[0], ranges[0], ranges[-1]))
        return self._text(self._range_for(abs(self._voltage())) if self._range is None else self._range)

    def _range_for(self, value: float) -> float:
        ranges = self.kind.ranges or (0.0,)
        return next((full for full in ranges if value <= full * self.kind.over), ranges[-1])

    def _set_autorange(self, arguments: tuple[str, ...]) -> None:
        text = arguments_of(arguments, 1)[0]
        if text.upper() == "ONCE" or not parse_boolean(text):
            self._range = self._range_for(abs(self._voltage())) if self._range is None else self._range
        else:
            self._range = None

    def _set_reference(self, arguments: tuple[str, ...]) -> None:
        self._reference = parse_value(arguments_of(arguments, 1)[0], -INFINITE, INFINITE, default=0.0)

    def _switch_reference(self, arguments: tuple[str, ...]) -> None:
        self._reference_on = parse_boolean(arguments_of(arguments, 1)[0])

    def _acquire_reference(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._reference = self._voltage()

    def _number_setter(self, setting: tuple[str, float, float, float]) -> Handler:
        key, default, lowest, highest = setting

        def set_it(arguments: tuple[str, ...]) -> None:
            self._numbers[key] = parse_value(arguments_of(arguments, 1)[0], lowest, highest, default=default)

        return set_it

    def _number_getter(self, setting: tuple[str, float, float, float]) -> Handler:
        key, default, lowest, highest = setting

        def get_it(arguments: tuple[str, ...]) -> str:
            value = self._numbers[key]
            if arguments:
                value = parse_value(arguments_of(arguments, 1)[0], lowest, highest, default=default)
            return str(int(value)) if key in _WHOLE else self._text(value)

        return get_it
