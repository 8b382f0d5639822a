"""What the SR830 shows: outputs, displays, offset and expand, auxiliary voltages.

The displays (``OUTR?``, 10 and 11 of ``SNAP?``, the buffer) carry the offset (the manual's example: 0.5 V at 1 V full scale and
40 % offset shows 0.1 V). Whether X, Y and R of ``OUTP?`` and ``SNAP?`` do so is not said there; the manual of the SR844 says that
they do in that instrument. The option `offset_in_outp` chooses; without it they do not. X, Y and R are clipped at 1.09 of full scale.

A display with a ratio shows per cent (qcodes): of full scale and per volt of the auxiliary input, for an auxiliary input of
one volt per volt (assumed).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Final

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.tables import OUTPUT_LIMIT

__all__ = ["Outputs", "one_index"]

Handler = Callable[[tuple[str, ...]], str | None]
Measure = Callable[[], tuple[float, float, float, float]]
Noise = Callable[[], tuple[float, float]]

_AUX_STEPS_PER_V = 3000.0  # resolution 1/3 mV
_AUX_LIMIT_V = 10.5
_NOTHING_WIRED: Final = [0.0, 0.0, 0.0, 0.0]
_RATIO_LIMIT = 1e6  # %: what a division by nothing shows
_RANGE_DEG = 180.0
_FREQUENCY = 9  # number of the reference frequency in SNAP?


class Outputs:
    """Everything between X, Y and the numbers shown.

    Parameters
    ----------
    settings : Settings
        The instrument's.
    measure : callable
        Gives X, Y, full scale (V rms) and the reference frequency (Hz) of one instant.
    changed : callable
        Called after a display or an expand was changed.
    noise : callable
        X noise and Y noise now, V/rtHz.
    channels : int
        Number of displays.
    offset_in_outp : bool
        X, Y and R of ``OUTP?`` and ``SNAP?`` carry the offset.

    Attributes
    ----------
    aux_in_v : list of float
        Volts at the four auxiliary inputs, to which the world wires nothing.
    """

    def __init__(
        self,
        settings: Settings,
        measure: Measure,
        *,
        changed: Callable[[], None],
        noise: Noise,
        channels: int,
        offset_in_outp: bool,
    ) -> None:
        self.aux_in_v = [0.0, 0.0, 0.0, 0.0]
        self._settings = settings
        self._measure = measure
        self._changed = changed
        self._noise = noise
        self._channels = channels
        self._offset_in_outp = offset_in_outp

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        table: dict[str, Handler] = {
            "OUTP?": self._query_output,
            "OUTR?": self._query_display,
            "SNAP?": self._snap,
            "OEXP?": self._query_expand,
            "OEXP": self._set_expand,
            "DDEF?": self._query_definition,
            "DDEF": self._set_definition,
            "FPOP?": lambda arguments: str(self._settings.front[one_index(arguments, 1, self._channels) - 1]),
            "FPOP": self._set_front,
            "OAUX?": lambda arguments: f"{self._aux_in()[one_index(arguments, 1, 4) - 1]:.6g}",
            "AUXV?": lambda arguments: f"{self._settings.aux_out_v[one_index(arguments, 1, 4) - 1]:.3f}",
            "AUXV": self._set_aux_out,
        }
        if self._channels == 1:
            # the SR810's manual leaves the number of the display out (TRCL?), drivers for both models send it
            for name, most in (("OUTR?", 0), ("DDEF?", 0), ("DDEF", 2), ("FPOP?", 0), ("FPOP", 1)):
                table[name] = partial(_with_channel, table[name], most)
        return table

    # --- numbers -------------------------------------------------------------------------------------------------

    def shown(
        self, x_v_rms: float, y_v_rms: float, full_scale: float, noise: Noise
    ) -> tuple[tuple[float, float], tuple[float, float]]:
        """Number shown and range of CH1 and CH2, from unclipped X and Y."""
        limit = OUTPUT_LIMIT * full_scale
        x, y, magnitude = _clipped(x_v_rms, y_v_rms, limit)
        offsets, aux = self._settings.offset_percent, self._aux_in()
        x, y, magnitude = (
            value - offset / 100.0 * full_scale for value, offset in zip((x, y, magnitude), offsets, strict=True)
        )
        ranges = [limit * 10.0**-expand for expand in self._settings.expand]
        theta_deg = math.degrees(math.atan2(y_v_rms, x_v_rms))
        noises = noise() if 2 in self._settings.display else (0.0, 0.0)
        choices = (
            (
                (x, ranges[0]),
                (magnitude, ranges[2]),
                (noises[0], limit),
                (aux[0], _AUX_LIMIT_V),
                (aux[1], _AUX_LIMIT_V),
            ),
            (
                (y, ranges[1]),
                (theta_deg, _RANGE_DEG),
                (noises[1], limit),
                (aux[2], _AUX_LIMIT_V),
                (aux[3], _AUX_LIMIT_V),
            ),
        )
        first, second = (choices[i][self._settings.display[i]] for i in (0, 1))
        return self._divided(0, first, full_scale), self._divided(1, second, full_scale)

    def _divided(self, channel: int, shown: tuple[float, float], full_scale: float) -> tuple[float, float]:
        settings = self._settings
        if settings.ratio[channel] == 0:
            return shown
        display = settings.display[channel]
        unit = 1.0 if display > 2 else _RANGE_DEG if (channel, display) == (1, 1) else full_scale
        divisor_v = self._aux_in()[2 * channel + settings.ratio[channel] - 1]
        percent = 100.0 * shown[0] / unit
        ratio = percent / divisor_v if divisor_v else math.copysign(_RATIO_LIMIT, percent) if percent else 0.0
        return min(max(ratio, -_RATIO_LIMIT), _RATIO_LIMIT), abs(ratio)

    def scaled(self, x_v_rms: float, y_v_rms: float, full_scale: float) -> tuple[int, int]:
        """X and Y as fast transfer sends them: 30000 is full scale over the expand, after the offset."""
        result = []
        offsets, expands = self._settings.offset_percent, self._settings.expand
        for value, offset, expand in zip((x_v_rms, y_v_rms), offsets, expands, strict=False):
            number = round((value / full_scale - offset / 100.0) * 10.0**expand * 30000.0)
            result.append(min(max(number, -32768), 32767))
        return result[0], result[1]

    def _values(self, highest: int) -> list[float]:
        """Values 1 to 11 of ``SNAP?``, of one instant: X Y R theta, four auxiliary inputs, f, CH1, CH2; up to `highest`."""
        x_v_rms, y_v_rms, full_scale, frequency_hz = self._measure()
        theta_deg = math.degrees(math.atan2(y_v_rms, x_v_rms))
        three = _clipped(x_v_rms, y_v_rms, OUTPUT_LIMIT * full_scale)
        if self._offset_in_outp:
            offsets = self._settings.offset_percent
            three = [value - offset / 100.0 * full_scale for value, offset in zip(three, offsets, strict=True)]
        if highest <= 4:
            return [*three, theta_deg]
        if highest <= _FREQUENCY:
            return [*three, theta_deg, *self._aux_in(), frequency_hz]
        (first, _), (second, _) = self.shown(x_v_rms, y_v_rms, full_scale, self._noise)
        return [*three, theta_deg, *self._aux_in(), frequency_hz, first, second]

    def _aux_in(self) -> list[float]:
        if self.aux_in_v == _NOTHING_WIRED:  # nearly always
            return _NOTHING_WIRED
        limit = _AUX_LIMIT_V
        return [round(min(max(v, -limit), limit) * _AUX_STEPS_PER_V) / _AUX_STEPS_PER_V for v in self.aux_in_v]

    # --- commands ------------------------------------------------------------------------------------------------

    def _query_output(self, arguments: tuple[str, ...]) -> str:
        return f"{self._values(4)[one_index(arguments, 1, 4) - 1]:.6g}"

    def _query_display(self, arguments: tuple[str, ...]) -> str:
        return f"{self._values(11)[one_index(arguments, 1, self._channels) + 8]:.6g}"

    def _snap(self, arguments: tuple[str, ...]) -> str:
        chosen = _numbers_of_snap(arguments, 9 + self._channels)
        values = self._values(max(chosen))
        return ",".join([f"{values[i - 1]:.6g}" for i in chosen])

    def _query_expand(self, arguments: tuple[str, ...]) -> str:
        i = one_index(arguments, 1, 3) - 1
        return f"{self._settings.offset_percent[i]:.2f},{self._settings.expand[i]}"

    def _set_expand(self, arguments: tuple[str, ...]) -> None:
        first, second, third = arguments_of(arguments, 3)
        i, offset, expand = parse_index(first, 1, 3) - 1, parse_float(second), parse_index(third, 0, 2)
        if abs(offset) > 105.0:
            raise RefusedCommandError(EXE)
        self._settings.offset_percent[i], self._settings.expand[i] = round(offset, 2), expand
        self._changed()

    def auto_offset(self, arguments: tuple[str, ...]) -> None:
        """``AOFF i``: what is there now becomes the offset."""
        i = one_index(arguments, 1, 3) - 1
        x_v_rms, y_v_rms, full_scale, _ = self._measure()
        value = (x_v_rms, y_v_rms, math.hypot(x_v_rms, y_v_rms))[i]
        if abs(value) > 1.05 * full_scale:
            raise RefusedCommandError(EXE)
        self._settings.offset_percent[i] = round(100.0 * value / full_scale, 2)

    def _query_definition(self, arguments: tuple[str, ...]) -> str:
        i = one_index(arguments, 1, self._channels) - 1
        return f"{self._settings.display[i]},{self._settings.ratio[i]}"

    def _set_definition(self, arguments: tuple[str, ...]) -> None:
        first, second, third = arguments_of(arguments, 3)
        i, display, ratio = (
            parse_index(first, 1, self._channels) - 1,
            parse_index(second, 0, 4),
            parse_index(third, 0, 2),
        )
        self._settings.display[i], self._settings.ratio[i] = display, ratio
        self._changed()

    def _set_front(self, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        self._settings.front[parse_index(first, 1, self._channels) - 1] = parse_index(second, 0, 1)

    def _set_aux_out(self, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        i, value = parse_index(first, 1, 4) - 1, parse_float(second)
        if abs(value) > _AUX_LIMIT_V:
            raise RefusedCommandError(EXE)
        self._settings.aux_out_v[i] = round(value, 3)


def one_index(arguments: tuple[str, ...], lowest: int, highest: int) -> int:
    """Give the only argument, an index."""
    return parse_index(arguments_of(arguments, 1)[0], lowest, highest)


@lru_cache(maxsize=256)
def _numbers_of_snap(arguments: tuple[str, ...], highest: int) -> tuple[int, ...]:
    """Read the arguments of ``SNAP?``; they are the same again and again."""
    if not 2 <= len(arguments) <= 6:
        raise RefusedCommandError(CME)
    return tuple(parse_index(argument, 1, highest) for argument in arguments)


def _clipped(x_v_rms: float, y_v_rms: float, limit: float) -> list[float]:
    magnitude = min(math.hypot(x_v_rms, y_v_rms), limit)
    return [min(max(x_v_rms, -limit), limit), min(max(y_v_rms, -limit), limit), magnitude]


def _with_channel(handler: Handler, most: int, arguments: tuple[str, ...]) -> str | None:
    """Put the number of the only display in front where it was left out."""
    return handler(("1", *arguments) if len(arguments) == most else arguments)
