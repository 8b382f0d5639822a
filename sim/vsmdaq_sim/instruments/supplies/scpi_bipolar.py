"""A bipolar current source as SCPI-99 describes one: current with a voltage limit, output on and off, no ramp.

Options of the world file: ``max_current_a`` (10), ``max_voltage_v`` (40), ``bits`` (16) of its converters, ``readback_lag_s`` (0),
``decimals`` (4) of its replies, ``identity``. ``STAT:QUES:COND?`` shows bit 0 while the voltage limit is reached and bit 4 after
`fail`; ``status = false`` takes the status registers away.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.failures import magnet_off, supply_failures
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import MagnetPart, SimClock
from vsmdaq_sim.instruments.common.scpi import Handler, ScpiDialect
from vsmdaq_sim.instruments.supplies.bipolar import BipolarOutput

__all__ = ["KINDS", "ScpiBipolar"]

_LIMITING, _OVER_TEMPERATURE = 0b1, 0b1_0000
_WINDOW_STEPS = 32


class ScpiBipolar:
    """Text and status; the output stage is `BipolarOutput`, always in current mode.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    clock : SimClock
        Bench time.
    options : mapping
        See the module.
    """

    def __init__(self, magnet: MagnetPart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.output = BipolarOutput(
            magnet,
            clock.now,
            rated_v=float(options.get("max_voltage_v", 40.0)),
            rated_a=float(options.get("max_current_a", 10.0)),
            bits=int(options.get("bits", 16)),
            readback_lag_s=float(options.get("readback_lag_s", 0.0)),
        )
        self.output.set_mode(current=True)
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\n"
        self._decimals = int(options.get("decimals", 4))
        self._hot = False
        self._latched = 0
        self._dialect = ScpiDialect(
            {**self._table(), **(self._status_table() if options.get("status", True) else {})},
            identity=str(options.get("identity", "ACME,BPS-40-10,0,1.0")),
            reset=self._reset,
        )
        self.unknown = self._dialect.unknown

    def _table(self) -> dict[str, Handler]:
        output = self.output
        return {
            "[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]": self._set_current,
            "[SOURce:]CURRent[:LEVel][:IMMediate][:AMPLitude]?": lambda arguments: self._say(
                arguments, output.current_a()
            ),
            "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]": self._set_voltage,
            "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPLitude]?": lambda arguments: self._say(
                arguments, output.voltage_v()
            ),
            "MEASure[:SCALar]:CURRent[:DC]?": lambda arguments: self._say(arguments, output.measured_a()),
            "MEASure[:SCALar][:VOLTage][:DC]?": lambda arguments: self._say(arguments, output.measured_v()),
            "OUTPut[:STATe]": self._set_output,
            "OUTPut[:STATe]?": lambda arguments: no_arguments(arguments, str(int(output.on))),
        }

    def _status_table(self) -> dict[str, Handler]:
        return {
            "STATus:QUEStionable:CONDition?": lambda arguments: no_arguments(arguments, str(self._questionable())),
            "STATus:QUEStionable[:EVENt]?": self._take_questionable,
        }

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        self._questionable()
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
        """Nothing is in progress."""

    def trigger(self) -> None:
        """No trigger is armed."""

    def fail(self) -> None:
        """Over temperature: the output goes off, and stays so while it is hot."""
        self._hot = True
        self.output.switch(on=False)

    def mend(self) -> None:
        """It has cooled down."""
        self._hot = False

    # --- commands -------------------------------------------------------------------------------------------------

    def _say(self, arguments: tuple[str, ...], value: float) -> str:
        return no_arguments(arguments, f"{value:.{self._decimals}f}")

    def _set_current(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if abs(value) > self.output.rated_a:
            raise RefusedCommandError(EXE)
        self.output.set_current(value)

    def _set_voltage(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if not 0.0 <= value <= self.output.rated_v:
            raise RefusedCommandError(EXE)
        self.output.set_voltage(value)

    def _set_output(self, arguments: tuple[str, ...]) -> None:
        word = arguments_of(arguments, 1)[0].upper()
        on = {"ON": 1, "OFF": 0}.get(word)
        on = parse_index(word, 0, 1) if on is None else on
        if on and self._hot:
            raise RefusedCommandError(EXE)
        self.output.switch(on=bool(on))

    def _reset(self) -> None:
        self.output.reset()
        self.output.set_mode(current=True)

    def _questionable(self) -> int:
        word = _LIMITING if self.output.off_set_point(_WINDOW_STEPS) else 0
        word |= _OVER_TEMPERATURE if self._hot else 0
        self._latched |= word
        return word

    def _take_questionable(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        value, self._latched = self._latched, 0
        return str(value)


KINDS = (
    Kind(
        "scpi_bipolar",
        lambda world, line, _: ScpiBipolar(world.magnet, world.clock, line.options),
        ("max_current_a", "max_voltage_v", "bits", "readback_lag_s", "decimals", "identity", "status"),
        power_off=magnet_off,
        failures=supply_failures(trip=lambda _, supply: supply.fail()),
    ),
)
