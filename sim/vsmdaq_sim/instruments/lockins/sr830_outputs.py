"""What the SR830 shows: outputs, displays, offset and expand, auxiliary voltages.

X and Y of ``OUTP?`` and ``SNAP?`` are clipped at 1.09 of full scale and carry no offset; the displays (``OUTR?``, 10 and 11 of
``SNAP?``) carry it (the manual's example: 0.5 V at 1 V full scale and 40 % offset shows 0.1 V).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.lockins.sr830_tables import OUTPUT_LIMIT

__all__ = ["Outputs"]

Handler = Callable[[tuple[str, ...]], str | None]
Measure = Callable[[], tuple[float, float, float, float]]


class Outputs:
    """Everything between X, Y and the numbers shown.

    Parameters
    ----------
    measure : callable
        Gives X, Y, full scale (V rms) and the reference frequency (Hz) of one instant.
    """

    def __init__(self, measure: Measure) -> None:
        self._measure = measure
        self.reset()

    def reset(self) -> None:
        """Power-on state."""
        self._offset_percent = [0.0, 0.0, 0.0]
        self._expand = [0, 0, 0]
        self._display = [0, 0]
        self._ratio = [0, 0]
        self._front = [1, 1]
        self._aux_out_v = [0.0, 0.0, 0.0, 0.0]

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {
            "OUTP?": self._query_output,
            "OUTR?": self._query_display,
            "SNAP?": self._snap,
            "OEXP?": self._query_expand,
            "OEXP": self._set_expand,
            "AOFF": self._auto_offset,
            "DDEF?": self._query_definition,
            "DDEF": self._set_definition,
            "FPOP?": lambda arguments: str(self._front[_one_index(arguments, 1, 2) - 1]),
            "FPOP": self._set_front,
            "OAUX?": self._query_aux_in,
            "AUXV?": lambda arguments: f"{self._aux_out_v[_one_index(arguments, 1, 4) - 1]:.3f}",
            "AUXV": self._set_aux_out,
        }

    def overloaded(self, x_v_rms: float, y_v_rms: float, full_scale_v_rms: float) -> bool:
        """Whether an output is beyond 1.09 of full scale, after offset and expand."""
        for value, offset, expand in zip((x_v_rms, y_v_rms), self._offset_percent, self._expand, strict=False):
            share = value / full_scale_v_rms
            if abs(share) > OUTPUT_LIMIT or abs(share - offset / 100.0) * 10.0**expand > OUTPUT_LIMIT:
                return True
        return False

    def _values(self) -> list[float]:
        """Values 1 to 11 of ``SNAP?``, of one instant: X Y R theta, four auxiliary inputs, f, CH1, CH2."""
        x_v_rms, y_v_rms, full_scale, frequency_hz = self._measure()
        limit = OUTPUT_LIMIT * full_scale
        theta_deg = math.degrees(math.atan2(y_v_rms, x_v_rms))
        magnitude = min(math.hypot(x_v_rms, y_v_rms), limit)
        x_v_rms = min(max(x_v_rms, -limit), limit)
        y_v_rms = min(max(y_v_rms, -limit), limit)
        shown = [
            value - offset / 100.0 * full_scale
            for value, offset in zip((x_v_rms, y_v_rms, magnitude), self._offset_percent, strict=True)
        ]
        channel_1 = (shown[0], shown[2], 0.0, 0.0, 0.0)[self._display[0]]
        channel_2 = (shown[1], theta_deg, 0.0, 0.0, 0.0)[self._display[1]]
        aux = (0.0, 0.0, 0.0, 0.0)  # nothing is wired to the rear inputs
        return [x_v_rms, y_v_rms, magnitude, theta_deg, *aux, frequency_hz, channel_1, channel_2]

    def _query_output(self, arguments: tuple[str, ...]) -> str:
        return f"{self._values()[_one_index(arguments, 1, 4) - 1]:.6g}"

    def _query_display(self, arguments: tuple[str, ...]) -> str:
        return f"{self._values()[_one_index(arguments, 1, 2) + 8]:.6g}"

    def _snap(self, arguments: tuple[str, ...]) -> str:
        if not 2 <= len(arguments) <= 6:
            raise RefusedCommandError(CME)
        chosen = [parse_index(argument, 1, 11) - 1 for argument in arguments]
        values = self._values()
        return ",".join([f"{values[i]:.6g}" for i in chosen])

    def _query_expand(self, arguments: tuple[str, ...]) -> str:
        i = _one_index(arguments, 1, 3) - 1
        return f"{self._offset_percent[i]:.2f},{self._expand[i]}"

    def _set_expand(self, arguments: tuple[str, ...]) -> None:
        first, second, third = arguments_of(arguments, 3)
        i, offset, expand = parse_index(first, 1, 3) - 1, parse_float(second), parse_index(third, 0, 2)
        if abs(offset) > 105.0:
            raise RefusedCommandError(EXE)
        self._offset_percent[i], self._expand[i] = round(offset, 2), expand

    def _auto_offset(self, arguments: tuple[str, ...]) -> None:
        i = _one_index(arguments, 1, 3) - 1
        x_v_rms, y_v_rms, full_scale, _ = self._measure()
        value = (x_v_rms, y_v_rms, math.hypot(x_v_rms, y_v_rms))[i]
        if abs(value) > 1.05 * full_scale:
            raise RefusedCommandError(EXE)
        self._offset_percent[i] = round(100.0 * value / full_scale, 2)

    def _query_definition(self, arguments: tuple[str, ...]) -> str:
        i = _one_index(arguments, 1, 2) - 1
        return f"{self._display[i]},{self._ratio[i]}"

    def _set_definition(self, arguments: tuple[str, ...]) -> None:
        first, second, third = arguments_of(arguments, 3)
        i = parse_index(first, 1, 2) - 1
        self._display[i], self._ratio[i] = parse_index(second, 0, 4), parse_index(third, 0, 2)

    def _set_front(self, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        self._front[parse_index(first, 1, 2) - 1] = parse_index(second, 0, 1)

    def _query_aux_in(self, arguments: tuple[str, ...]) -> str:
        return f"{self._values()[_one_index(arguments, 1, 4) + 3]:.6g}"

    def _set_aux_out(self, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        i, value = parse_index(first, 1, 4) - 1, parse_float(second)
        if abs(value) > 10.5:
            raise RefusedCommandError(EXE)
        self._aux_out_v[i] = value


def _one_index(arguments: tuple[str, ...], lowest: int, highest: int) -> int:
    """The only argument, an index."""
    return parse_index(arguments_of(arguments, 1)[0], lowest, highest)
