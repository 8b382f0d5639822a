"""What the SR860 shows: X, Y, R and theta with offset, expand and scale, the data channels, the auxiliary voltages.

The scale (``SCAL``) is that of the analogue outputs and the display: whether the numbers of ``OUTP?`` and ``SNAP?`` are clipped at it,
and whether they carry the offset (``COFA``, ``COFP``), is not known; the options ``clips`` and ``offset_in_outputs``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.lockins.sr860.status import CH1OV, CH2OV, DAT1OV
from vsmdaq_sim.instruments.lockins.sr860.tables import OUTPUT_LIMIT, PARAMETERS

__all__ = ["Outputs860", "named_index"]

Handler = Callable[[tuple[str, ...]], str | None]


def named_index(text: str, names: tuple[str, ...]) -> int:
    """Read a value by index or by name (from two letters, or the whole of a shorter name); EXE where there is none such."""
    try:
        value = parse_float(text)
    except RefusedCommandError:
        word = text.upper()
        if word in names:
            return names.index(word)
        found = [i for i, name in enumerate(names) if len(word) > 1 and name.startswith(word)]
        if len(found) != 1:
            raise RefusedCommandError(CME) from None
        return found[0]
    if value != value // 1 or not 0 <= value < len(names):
        raise RefusedCommandError(EXE)
    return int(value)


class Outputs860:
    """Everything between X, Y and the numbers shown.

    Parameters
    ----------
    measure : callable
        X and Y (V rms, one instant).
    settings : callable
        Values 12 to 16 of ``SNAP?``: phase (degree), sine amplitude (V rms), its dc level (V), internal and external frequency (Hz).
    scale : callable
        Full scale, V rms.
    clips, offset_in_outputs : bool
        What is not known, see above.
    """

    def __init__(
        self,
        measure: Callable[[], tuple[float, float]],
        settings: Callable[[], tuple[float, ...]],
        scale: Callable[[], float],
        *,
        clips: bool,
        offset_in_outputs: bool,
    ) -> None:
        self._measure = measure
        self._settings = settings
        self._scale = scale
        self._clips = clips
        self._offset_in_outputs = offset_in_outputs
        self._offset_on = [0, 0, 0]
        self._offset_percent = [0.0, 0.0, 0.0]
        self._expand = [0, 0, 0]
        self._ratio = [0, 0, 0]
        self._analogue = [0, 0]
        self._channel = [0, 1, 2, 3]
        self._graph = [1, 1, 1, 1]
        self._aux_out_v = [0.0, 0.0, 0.0, 0.0]

    def reset(self) -> None:
        """Power-on state. The table of commands holds these lists, so they stay the same ones."""
        for values in (self._offset_on, self._expand, self._ratio):
            values[:] = [0, 0, 0]
        self._offset_percent[:] = [0.0, 0.0, 0.0]
        self._analogue[:] = [0, 0]
        self._channel[:] = [0, 1, 2, 3]
        self._graph[:] = [1, 1, 1, 1]
        self._aux_out_v[:] = [0.0, 0.0, 0.0, 0.0]

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        table: dict[str, Handler] = {
            "OUTP?": lambda arguments: _text(self.values()[_channel(arguments, PARAMETERS)]),
            "OUTR?": lambda arguments: _text(self.values()[self._channel[_channel(arguments, _DATA)]]),
            "SNAP?": self._snap,
            "SNAPD?": self._snap_channels,
            "OAUT": self._auto_offset,
            "COFP?": lambda arguments: _text(self._offset_percent[_channel(arguments, _AXES)]),
            "COFP": self._set_offset,
            "OAUX?": lambda arguments: _text(self.values()[4 + _channel(arguments, _INPUTS)]),
            "AUXV?": lambda arguments: _text(self._aux_out_v[_channel(arguments, _INPUTS)]),
            "AUXV": self._set_aux_out,
        }
        by_index = {
            "COFA": (self._offset_on, _AXES, ("OFF", "ON")),
            "CEXP": (self._expand, _AXES, ("OFF", "X10", "X100")),
            "CRAT": (self._ratio, _AXES, ("OFF", "ON")),
            "COUT": (self._analogue, ("OCH1", "OCH2"), ("XY", "RTHETA")),
            "CDSP": (self._channel, _DATA, PARAMETERS),
            "CGRF": (self._graph, _DATA, ("OFF", "ON")),
        }
        for name, (values, channels, choices) in by_index.items():
            table[name + "?"] = _asker(values, channels)
            table[name] = _setter(values, channels, choices)
        return table

    def overloads(self) -> int:
        """Bits of the lock-in status that say an output or a data channel is beyond its scale."""
        shown = self._shown(*self._measure())
        beyond = [abs(value) * 10.0**expand > OUTPUT_LIMIT for value, expand in zip(shown, self._expand, strict=True)]
        bits = int(beyond[2 if self._analogue[0] else 0]) << CH1OV
        bits |= int(beyond[1] and not self._analogue[1]) << CH2OV
        for i, parameter in enumerate(self._channel):
            bits |= int(parameter < 3 and beyond[parameter]) << (DAT1OV + i)
        return bits

    def _shown(self, x_v_rms: float, y_v_rms: float) -> tuple[float, float, float]:
        """X, Y, R as a share of full scale, after the offset."""
        share = [value / self._scale() for value in (x_v_rms, y_v_rms, math.hypot(x_v_rms, y_v_rms))]
        offset = [percent / 100.0 * on for percent, on in zip(self._offset_percent, self._offset_on, strict=True)]
        return share[0] - offset[0], share[1] - offset[1], share[2] - offset[2]

    def xyrt(self, x_v_rms: float, y_v_rms: float) -> list[float]:
        """X, Y, R (V rms), theta (degree) as ``OUTP?`` gives them."""
        scale = self._scale()
        xyr = [x_v_rms, y_v_rms, math.hypot(x_v_rms, y_v_rms)]
        if self._offset_in_outputs:
            xyr = [value * scale for value in self._shown(x_v_rms, y_v_rms)]
        if self._clips:
            limit = OUTPUT_LIMIT * scale
            xyr = [min(max(value, -limit), limit) for value in xyr]
        return [*xyr, math.degrees(math.atan2(y_v_rms, x_v_rms))]

    def values(self) -> list[float]:
        """Values 0 to 16 of ``SNAP?``, of one instant. Nothing is wired to the auxiliary inputs; noise is not modelled."""
        xyrt = self.xyrt(*self._measure())
        return [*xyrt, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, *self._aux_out_v[:2], *self._settings()]

    def _snap(self, arguments: tuple[str, ...]) -> str:
        if not 2 <= len(arguments) <= 3:
            raise RefusedCommandError(CME)
        chosen = [named_index(argument, PARAMETERS) for argument in arguments]
        values = self.values()
        return ",".join([_text(values[i]) for i in chosen])

    def _snap_channels(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        values = self.values()
        return ",".join([_text(values[i]) for i in self._channel])

    def _set_offset(self, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        i, percent = named_index(first, _AXES), parse_float(second)
        if abs(percent) > 999.99:
            raise RefusedCommandError(EXE)
        self._offset_percent[i] = round(percent, 2)

    def _auto_offset(self, arguments: tuple[str, ...]) -> None:
        i = _channel(arguments, _AXES)
        x_v_rms, y_v_rms = self._measure()
        value = (x_v_rms, y_v_rms, math.hypot(x_v_rms, y_v_rms))[i]
        percent = round(100.0 * value / self._scale(), 2)
        if abs(percent) > 999.99:
            raise RefusedCommandError(EXE)
        self._offset_percent[i], self._offset_on[i] = percent, 1

    def _set_aux_out(self, arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        i, value = parse_index(first, 0, 3), parse_float(second)
        if abs(value) > 10.5:
            raise RefusedCommandError(EXE)
        self._aux_out_v[i] = value


_AXES = ("X", "Y", "R")
_DATA = ("DAT1", "DAT2", "DAT3", "DAT4")
_INPUTS = ("0", "1", "2", "3")


def _text(value: float) -> str:
    return f"{value:.9g}"


def _channel(arguments: tuple[str, ...], names: tuple[str, ...]) -> int:
    """The only argument, by index or name."""
    return named_index(arguments_of(arguments, 1)[0], names)


def _asker(values: list[int], channels: tuple[str, ...]) -> Handler:
    return lambda arguments: str(values[_channel(arguments, channels)])


def _setter(values: list[int], channels: tuple[str, ...], choices: tuple[str, ...]) -> Handler:
    def put(arguments: tuple[str, ...]) -> None:
        first, second = arguments_of(arguments, 2)
        values[named_index(first, channels)] = named_index(second, choices)

    return put
