"""Outputs of the temperature controllers: set-point, ramp, heater range, mode; output 1 has the sample's heater.

The set-point ramps in the world, which knows the time; `RAMP` takes effect with the next ``SETP`` (manual: "when the set-point is
changed, ramp").
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.dialect import Handler
from vsmdaq_sim.instruments.common.ports import ThermometerPart

__all__ = ["Outputs", "signed", "within"]

_ZERO_C = 273.15
_KELVIN, _CELSIUS = 1, 2
_OFF, _CLOSED_LOOP, _OPEN_LOOP = 0, 1, 3
_POWER = (0.0, 0.01, 0.1, 1.0)  # of the full power, by heater range
_HIGHEST_K = 1500.0


def within(text: str, lowest: float, highest: float) -> float:
    """Read a number; EXE where it is out of range."""
    value = parse_float(text)
    if not lowest <= value <= highest:
        raise RefusedCommandError(EXE)
    return value


def signed(value: float) -> str:
    """``+nnn.nnn``: six digits."""
    digits = max(0, 5 - len(str(int(abs(value)))) + 1) if abs(value) >= 1.0 else 4
    return f"{value:+.{min(digits, 4)}f}"


@dataclass(slots=True)
class _Output:
    """Mode, input, power-up; range, set-point (in the input's units), ramp, manual output, P I D, heater setup."""

    mode: tuple[int, ...] = (_OFF, 1, 0)
    range: int = 0
    set_point: float = 0.0
    ramp: tuple[int, float] = (0, 0.0)
    manual: float = 0.0
    pid: tuple[float, float, float] = (50.0, 20.0, 0.0)
    heater: list[float] = field(default_factory=lambda: [0.0, 1.0, 2.0, 0.0, 1.0])


class Outputs:
    """All outputs of a controller.

    Parameters
    ----------
    thermometer : ThermometerPart
        Sensor and heater at the sample.
    count : int
        2 or 4; of four, 3 and 4 are analogue.
    own : int
        Number of the input with the sample's sensor.
    units_of : callable
        Units (1 K, 2 degree C, 3 sensor) of an input by its number.
    sensor_open : callable
        Whether the sample's sensor is broken: a loop cannot be closed with it.
    note : callable
        Notes a setting that is not modelled.
    """

    def __init__(
        self,
        thermometer: ThermometerPart,
        count: int,
        *,
        own: int,
        units_of: Callable[[int], int],
        sensor_open: Callable[[], bool],
        note: Callable[[str], None],
    ) -> None:
        self._thermometer = thermometer
        self._own = own
        self._units_of = units_of
        self._sensor_open = sensor_open
        self._note = note
        self._outputs = [_Output(mode=(_OFF, number, 0)) for number in range(1, count + 1)]
        self._outputs[0].mode = (_CLOSED_LOOP, own, 0)
        # output type (335 only), resistance, largest current, the user's own, display
        self._heater_fields = (0, 1, 2, 3, 4) if count == 2 else (1, 2, 3, 4)

    def reset(self) -> None:
        """Back to the defaults: closed loop on the sample's sensor, heater off."""
        self._outputs = [_Output(mode=(_OFF, number, 0)) for number in range(1, len(self._outputs) + 1)]
        self._outputs[0].mode = (_CLOSED_LOOP, self._own, 0)
        self.apply()

    def table(self) -> dict[str, Handler]:
        """Their commands."""
        return {
            "SETP": self._set_point,
            "SETP?": lambda a: signed(self._output(a).set_point),
            "RAMP": self._set_ramp,
            "RAMP?": lambda a: f"{self._output(a).ramp[0]},{signed(self._output(a).ramp[1])}",
            "RAMPST?": lambda a: str(int(self._ramping(self._output(a)))),
            "RANGE": self._set_range,
            "RANGE?": lambda a: str(self._output(a).range),
            "HTR?": lambda a: f"{100.0 * self._share(self._output(a, highest=2)):+06.1f}",
            "AOUT?": lambda a: f"{100.0 * self._share(self._output(a)):+06.1f}",
            "HTRST?": lambda a: no_arguments(a[1:], "0"),
            "OUTMODE": self._set_mode,
            "OUTMODE?": lambda a: ",".join(map(str, self._output(a).mode)),
            "MOUT": self._set_manual,
            "MOUT?": lambda a: signed(self._output(a).manual),
            "PID": self._set_pid,
            "PID?": self._ask_pid,
            "HTRSET": self._set_heater,
            "HTRSET?": self._ask_heater,
        }

    def _output(self, arguments: tuple[str, ...], *, more: int = 0, highest: int = 4) -> _Output:
        number = arguments_of(arguments, 1 + more)[0]
        return self._outputs[parse_index(number, 1, min(highest, len(self._outputs))) - 1]

    def _heats(self, output: _Output) -> bool:
        """Only output 1 has the sample's heater, and only the sample's sensor closes the loop."""
        return output is self._outputs[0] and output.range > 0

    def _controls(self, output: _Output) -> bool:
        mode, channel, _ = output.mode
        return mode == _CLOSED_LOOP and channel == self._own and not self._sensor_open()

    def _share(self, output: _Output) -> float:
        return self._thermometer.heater_share() if self._heats(output) else 0.0

    def _ramping(self, output: _Output) -> bool:
        if not (output.ramp[0] and self._heats(output) and self._controls(output)):
            return False
        return abs(self._thermometer.set_point_k() - self._in_k(output, output.set_point)) > 1e-6

    def _in_k(self, output: _Output, value: float) -> float:
        channel = output.mode[1]
        units = self._units_of(channel) if channel else _KELVIN
        return value + _ZERO_C if units == _CELSIUS else value

    def apply(self) -> None:
        """Let the world's heater do what output 1 says."""
        output = self._outputs[0]
        power = _POWER[output.range]
        if self._heats(output) and self._controls(output):
            rate = output.ramp[1] / 60.0 if output.ramp[0] and output.ramp[1] else math.inf
            self._thermometer.control(self._in_k(output, output.set_point), rate, power)
        elif self._heats(output) and output.mode[0] == _OPEN_LOOP:
            self._thermometer.heat(output.manual / 100.0, power)
        else:
            self._thermometer.heat(0.0, power)

    def _set_point(self, arguments: tuple[str, ...]) -> None:
        output = self._output(arguments, more=1)
        value = parse_float(arguments[1])
        if not 0.0 <= self._in_k(output, value) <= _HIGHEST_K:
            raise RefusedCommandError(EXE)
        output.set_point = round(value, 4)
        self.apply()

    def _set_ramp(self, arguments: tuple[str, ...]) -> None:
        """Takes effect with the next set-point."""
        output = self._output(arguments, more=2, highest=2)
        rate = parse_float(arguments[2])
        if rate != 0.0 and not 0.1 <= rate <= 100.0:
            raise RefusedCommandError(EXE)
        output.ramp = (parse_index(arguments[1], 0, 1), round(rate, 1))

    def _set_range(self, arguments: tuple[str, ...]) -> None:
        output = self._output(arguments, more=1)
        output.range = parse_index(arguments[1], 0, 3 if output in self._outputs[:2] else 1)
        self.apply()

    def _set_mode(self, arguments: tuple[str, ...]) -> None:
        output = self._output(arguments, more=3)
        mode, channel = parse_index(arguments[1], 0, 5), parse_index(arguments[2], 0, len(self._outputs))
        output.mode = (mode, channel, parse_index(arguments[3], 0, 1))
        if mode not in {_OFF, _CLOSED_LOOP, _OPEN_LOOP}:
            self._note(f"OUTMODE {','.join(arguments)}")
        self.apply()

    def _set_manual(self, arguments: tuple[str, ...]) -> None:
        output = self._output(arguments, more=1)
        output.manual = within(arguments[1], 0.0, 100.0)
        self.apply()

    def _set_pid(self, arguments: tuple[str, ...]) -> None:
        output = self._output(arguments, more=3, highest=2)
        output.pid = (
            within(arguments[1], 0.1, 1000.0),
            within(arguments[2], 0.1, 1000.0),
            within(arguments[3], 0.0, 200.0),
        )
        self._note(f"PID {','.join(arguments)}")

    def _ask_pid(self, arguments: tuple[str, ...]) -> str:
        p, i, d = self._output(arguments, highest=2).pid
        return f"{p:+07.1f},{i:+07.1f},{d:+05.0f}"

    def _set_heater(self, arguments: tuple[str, ...]) -> None:
        if len(arguments) != 1 + len(self._heater_fields):
            raise RefusedCommandError(CME)
        output = self._output(arguments, more=len(self._heater_fields), highest=2)
        for at, text in zip(self._heater_fields, arguments[1:], strict=True):
            output.heater[at] = parse_float(text)
        self._note(f"HTRSET {','.join(arguments)}")

    def _ask_heater(self, arguments: tuple[str, ...]) -> str:
        heater = self._output(arguments, highest=2).heater
        return ",".join(f"{heater[at]:+.3f}" if at == 3 else f"{heater[at]:.0f}" for at in self._heater_fields)
