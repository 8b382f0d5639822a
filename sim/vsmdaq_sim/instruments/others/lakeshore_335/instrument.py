"""Temperature controllers Lake Shore 335 and 336, before the world's thermometer.

Input A is the sensor at the sample (`input` of the world file chooses another one), output 1 its heater; the other inputs have no
sensor and say so. A reading without value is answered with zero, and ``RDGST?`` says why (manual, ``KRDG?``: "also see RDGST?").
In closed loop the sample goes to the set-point with the world's lag, whatever P, I and D are; they are kept and noted as not
modelled. Formats: 335 and 336 user's manuals, ch. 6 (``+nnn.nnn``); heater ranges step the power by ten.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, arguments_of, parse_index
from vsmdaq_sim.instruments.common.dialect import Dialect, Handler
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import InstrumentLine, ThermometerPart, WorldPort
from vsmdaq_sim.instruments.others.lakeshore_335.outputs import Outputs, signed, within
from vsmdaq_sim.instruments.others.lakeshore_335.panel import Panel
from vsmdaq_sim.instruments.others.lakeshore_335.sensors import RANGES_K, in_sensor_units

__all__ = ["KINDS", "LakeShore335"]

_ZERO_C = 273.15
_INVALID, _UNDER, _OVER, _SENSOR_ZERO, _SENSOR_OVER = 1, 16, 32, 64, 128
_KELVIN = 1


@dataclass(slots=True)
class _Input:
    """Sensor type (0 disabled, 1 diode, 2 platinum, 3 NTC), autorange, range, compensation, units; name, limit, curve."""

    setup: tuple[int, ...] = (1, 0, 0, 0, _KELVIN)
    name: str = ""
    limit_k: float = 0.0
    curve: int = 2
    filter: tuple[int, ...] = (0, 8, 10)


class LakeShore335:
    """The controller.

    Parameters
    ----------
    thermometer : ThermometerPart
        Sensor and heater at the sample.
    model : str
        ``"335"`` (inputs A, B; outputs 1, 2) or ``"336"`` (A to D; 1 to 4, of which 3 and 4 are analogue).
    options : mapping
        ``input``: letter of the sensor at the sample (default ``"A"``).

    Attributes
    ----------
    sensor_open : bool
        The sensor's wire is broken.
    """

    def __init__(self, thermometer: ThermometerPart, model: str, options: Mapping[str, Any]) -> None:
        letters = "AB" if model == "335" else "ABCD"
        own = options.get("input", "A")
        if not isinstance(own, str) or own not in tuple(letters):
            raise ValueError(f"lakeshore_{model}: input is {own!r}; allowed are {', '.join(letters)}")
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self.sensor_open = False
        self._thermometer = thermometer
        self._own = own
        self._letters = letters
        self._set_defaults()
        self._outputs = Outputs(
            thermometer,
            len(letters),
            own=1 + letters.index(own),
            units_of=lambda channel: self._inputs[letters[channel - 1]].setup[4],
            sensor_open=lambda: self.sensor_open,
            note=self.unmodelled.append,
        )
        self._panel = Panel(letters, self._reading_k, self.unmodelled.append)
        self._dialect = Dialect(
            self._table(),
            identity=f"LSCI,MODEL{model},LSA12AB/#######,1.3",
            reset=self._reset,
            condition=lambda: 0,
        )
        self.unknown = self._dialect.unknown

    def _set_defaults(self) -> None:
        self._inputs = {letter: _Input(name=f"Input {letter}") for letter in self._letters}

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "KRDG?": partial(self._reading, self._in_kelvin),
            "CRDG?": partial(self._reading, self._in_celsius),
            "SRDG?": partial(self._reading, self._in_sensor_units),
            "RDGST?": lambda a: f"{self._status(self._input(a)):03d}",
            **self._outputs.table(),
            "INTYPE": self._set_type,
            "INTYPE?": lambda a: ",".join(map(str, self._inputs[self._input(a)].setup)),
            "INNAME": self._set_name,
            "INNAME?": lambda a: f"{self._inputs[self._input(a)].name:<15}",
            "TLIMIT": self._set_limit,
            "TLIMIT?": lambda a: signed(self._inputs[self._input(a)].limit_k),
            "INCRV": self._set_curve,
            "INCRV?": lambda a: f"{self._inputs[self._input(a)].curve:02d}",
            "FILTER": self._set_filter,
            "FILTER?": lambda a: ",".join(map(str, self._inputs[self._input(a)].filter)),
            "DFLT": self._factory_defaults,
            **self._panel.table(),
        }
        return table

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        return self._dialect.execute(message, message_available=message_available)

    def poll(self) -> list[Reply]:
        """Nothing comes by itself."""
        return []

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - it is never busy
        """It is never busy."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll."""
        return self._dialect.status_byte(message_available=message_available)

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return self._dialect.requests_service(message_available=message_available)

    def device_clear(self) -> None:
        """Nothing is in progress that it would end."""

    def trigger(self) -> None:
        """No trigger function."""

    def break_sensor(self) -> None:
        """Break the wire of the sample's sensor: no reading, and no control with it."""
        self.sensor_open = True
        self._outputs.apply()

    # --- inputs --------------------------------------------------------------------------------------------------

    def _input(self, arguments: tuple[str, ...], *, more: int = 0) -> str:
        letter = arguments_of(arguments, 1 + more)[0].upper()
        if letter not in self._inputs:
            raise RefusedCommandError(EXE)
        return letter

    def _status(self, letter: str) -> int:
        kind = self._inputs[letter].setup[0]
        if kind == 0:
            return _INVALID
        if letter != self._own or self.sensor_open:
            return _SENSOR_OVER | _INVALID
        lowest, highest = RANGES_K[kind]
        temperature_k = self._thermometer.sensor_k()
        if temperature_k < lowest:
            return _UNDER
        return _OVER if temperature_k > highest else 0

    def _reading(self, of: Any, arguments: tuple[str, ...]) -> str:
        """One input; the 336 gives all of them for 0."""
        every = arguments == ("0",) and len(self._letters) > 2
        letters = self._letters if every else self._input(arguments)
        return ",".join(signed(0.0 if self._status(letter) else of(letter)) for letter in letters)

    def _reading_k(self, letter: str) -> float | None:
        return None if self._status(letter) else self._in_kelvin(letter)

    def _in_celsius(self, letter: str) -> float:
        return self._in_kelvin(letter) - _ZERO_C

    def _in_kelvin(self, _letter: str) -> float:
        return self._thermometer.sensor_k()

    def _in_sensor_units(self, letter: str) -> float:
        return in_sensor_units(self._inputs[letter].setup[0], self._thermometer.sensor_k())

    def _set_type(self, arguments: tuple[str, ...]) -> None:
        letter = self._input(arguments, more=5)
        highest = (4, 1, 9, 1, 3)
        lowest = (0, 0, 0, 0, 1)
        setup = tuple(
            parse_index(text, low, high) for text, low, high in zip(arguments[1:], lowest, highest, strict=True)
        )
        self._inputs[letter].setup = setup
        if setup[0] != 1:
            self.unmodelled.append(f"INTYPE {','.join(arguments)}")

    def _set_name(self, arguments: tuple[str, ...]) -> None:
        letter = self._input(arguments[:1])
        self._inputs[letter].name = ",".join(arguments[1:]).strip('"')[:15]

    def _set_limit(self, arguments: tuple[str, ...]) -> None:
        letter = self._input(arguments, more=1)
        self._inputs[letter].limit_k = within(arguments[1], 0.0, 1500.0)
        self.unmodelled.append(f"TLIMIT {','.join(arguments)}")

    def _set_curve(self, arguments: tuple[str, ...]) -> None:
        letter = self._input(arguments, more=1)
        self._inputs[letter].curve = parse_index(arguments[1], 0, 59)

    def _set_filter(self, arguments: tuple[str, ...]) -> None:
        letter = self._input(arguments, more=3)
        limits = ((0, 1), (2, 64), (1, 10))
        self._inputs[letter].filter = tuple(
            parse_index(text, *limit) for text, limit in zip(arguments[1:], limits, strict=True)
        )
        self.unmodelled.append(f"FILTER {','.join(arguments)}")

    # --- the rest ------------------------------------------------------------------------------------------------

    def _factory_defaults(self, arguments: tuple[str, ...]) -> None:
        parse_index(arguments_of(arguments, 1)[0], 99, 99)
        self._reset()

    def _reset(self) -> None:
        self._set_defaults()
        self._panel.reset()
        self._outputs.reset()


def _break_wire(world: WorldPort, controller: LakeShore335) -> None:
    del world
    controller.break_sensor()


def _build(model: str) -> Any:
    def build(world: WorldPort, line: InstrumentLine, _serial: bool) -> LakeShore335:  # noqa: FBT001 - the call of a kind
        return LakeShore335(world.thermometer, model, line.options)

    return build


KINDS = tuple(
    Kind(
        f"lakeshore_{model}",
        _build(model),
        ("input",),
        power_off=lambda world: world.thermometer.heat(0.0, 0.0),
        failures={"sensor_open": _break_wire},
    )
    for model in ("335", "336")
)
