"""Rear panel of the 7265 and 7270: auxiliary converters, and the oscillator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, arguments_of, parse_float, parse_index

__all__ = ["Auxiliary72xx"]

Handler = Callable[[tuple[str, ...]], list[str]]

_HIGHEST_V_RMS = 5.0
_HIGHEST_HZ = 250e3
_DAC_LIMIT_V = 12.0


class Auxiliary72xx:
    """Converters and oscillator.

    Parameters
    ----------
    changed : callable
        Called when the oscillator's frequency was set.

    Attributes
    ----------
    dac_v : list of float
        Voltages of the four outputs, V.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self.dac_v = [0.0, 0.0, 0.0, 0.0]
        self._oscillator: dict[str, float] = {}
        self._adc3_ms = 10
        self.reset()

    def reset(self) -> None:
        """As at power-on."""
        self.dac_v[:] = [0.0, 0.0, 0.0, 0.0]
        self._oscillator.update({"OA": 0.0, "OF": 1000.0})

    @property
    def frequency_hz(self) -> float:
        """Frequency of the oscillator, Hz."""
        return self._oscillator["OF"]

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        table: dict[str, Handler] = {
            "ADC": partial(self._adc, "0"),
            "ADC.": partial(self._adc, "0.000E+00"),
            "ADC3TIME": self._adc_time,
            "DAC": partial(self._dac, 1e-3),
            "DAC.": partial(self._dac, 1.0),
        }
        for name, unit, highest in (("OA", 1e-6, _HIGHEST_V_RMS), ("OF", 1e-3, _HIGHEST_HZ)):
            table[name] = partial(self._oscillate, name, unit, highest)
            table[name + "."] = partial(self._oscillate, name, 1.0, highest)
        return table

    def _oscillate(self, name: str, unit: float, highest: float, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            value = self._oscillator[name]
            return [f"{value:.6E}" if unit == 1.0 else str(round(value / unit))]
        value = parse_float(arguments_of(arguments, 1)[0]) * unit
        if not 0.0 <= value <= highest:
            raise RefusedCommandError(EXE)
        self._oscillator[name] = value
        self._changed()
        return []

    def _adc(self, text: str, arguments: tuple[str, ...]) -> list[str]:
        """Nothing is wired to the auxiliary inputs."""
        parse_index(arguments_of(arguments, 1)[0], 1, 4)
        return [text]

    def _adc_time(self, arguments: tuple[str, ...]) -> list[str]:
        """Time over which ADC3 integrates, ms."""
        if not arguments:
            return [str(self._adc3_ms)]
        self._adc3_ms = parse_index(arguments_of(arguments, 1)[0], 10, 2000)
        return []

    def _dac(self, unit: float, arguments: tuple[str, ...]) -> list[str]:
        if len(arguments) == 1:
            value = self.dac_v[parse_index(arguments[0], 1, 4) - 1]
            return [f"{value:.3E}" if unit == 1.0 else str(round(value / unit))]
        first, second = arguments_of(arguments, 2)
        value = parse_float(second) * unit
        if abs(value) > _DAC_LIMIT_V:
            raise RefusedCommandError(EXE)
        self.dac_v[parse_index(first, 1, 4) - 1] = value
        return []
