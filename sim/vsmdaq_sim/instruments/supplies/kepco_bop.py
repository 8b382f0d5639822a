"""Kepco BOP with BIT 4886: bipolar, current and voltage mode, steps its output at once, no ramp of its own.

What is in doubt about the real one is an option of the world file:

* ``limit_bits``: what ``STAT:QUES:COND?`` shows in current mode while the current is not at its setting: ``"current"`` (bit 1,
  the channel in charge; default), ``"voltage"`` (bit 0) or ``"both"``.
* ``readback_lag_s``: a setting reads back as the one before for this long (0.06 s, ISIS).
* ``off_readback``: while the output is off ``CURR?`` and ``VOLT?`` give the ``"programmed"`` values (default) or ``"zero"``.
* ``identity``: ``"plain"`` (as pymeasure's tests show it) or ``"spaced"`` (as in the manual).

Not shown: the average over the last 16 conversions (320 ms) of the real readback, the front panel's own limits, the spike of
autoranging at a quarter of full scale, lists and triggers. Each setting rounds to 16 bits, at a quarter of the step in the
low range. ``DIAG:TST?`` answers 0 and is kept in `unmodelled`: the real one drives the output to its maximum.

Source: BIT 4886 operator manual, pages of several revisions; status bits of BIT 232; ISIS EPICS-kepco.
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

__all__ = ["KINDS", "KepcoBop"]

_WINDOW_STEPS = 32  # factory default of the check of the channel in charge (manual of KIT 219-0452, 5.2.1)
_LIMIT_BITS = {"current": 0b10, "voltage": 0b01, "both": 0b11}
_IDENTITIES = {
    "plain": "KEPCO,BIT 4886 {model}  08-04-2023,H249977,4.04-1.82",
    "spaced": "KEPCO, BIT4886-6 {model}, A38621 11/10/98, 1.81-1.81",
}
_SUMMARY, _CV, _CC = 0x08, 1 << 8, 1 << 10
_OVER_TEMPERATURE = 1 << 3


class KepcoBop:
    """Text and status of the card; the output stage is `BipolarOutput`.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    clock : SimClock
        Bench time.
    options : mapping
        ``model`` (``"36-12"``), ``limit_bits``, ``readback_lag_s``, ``off_readback``, ``identity``.
    serial : bool
        On RS-232 settings are refused until ``SYST:REM 1``.
    """

    def __init__(
        self, magnet: MagnetPart, clock: SimClock, options: Mapping[str, Any], *, serial: bool = False
    ) -> None:
        model = str(options.get("model", "36-12"))
        rated_v, _, rated_a = model.partition("-")
        limit_bits = _choice(options, "limit_bits", _LIMIT_BITS, "current")
        identity = _choice(options, "identity", _IDENTITIES, "plain")
        off_readback = _choice(options, "off_readback", {"programmed": None, "zero": None}, "programmed")
        self.output = BipolarOutput(
            magnet,
            clock.now,
            rated_v=float(rated_v),
            rated_a=float(rated_a),
            bits=16,
            readback_lag_s=float(options.get("readback_lag_s", 0.06)),
        )
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n" if serial else b"\n"
        self._limit_bits = _LIMIT_BITS[limit_bits]
        self._hides_when_off = off_readback == "zero"
        self._local = serial
        self._serial = serial
        self._ranges = {"range": 1, "auto": 1}
        self._faults = 0
        self._questionable_events = 0
        self._enables = {"QUES": 0, "OPER": 0}
        self._dialect = ScpiDialect(
            self._table(),
            identity=_IDENTITIES[identity].format(model=model),
            reset=self._reset,
            condition=self._condition,
        )
        self.unknown = self._dialect.unknown

    def _table(self) -> dict[str, Handler]:
        return {
            "[SOURce:]CURRent[:LEVel][:IMMediate][:AMPlitude]": lambda arguments: self._set("current", arguments),
            "[SOURce:]CURRent[:LEVel][:IMMediate][:AMPlitude]?": lambda arguments: self._setting("current", arguments),
            "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPlitude]": lambda arguments: self._set("voltage", arguments),
            "[SOURce:]VOLTage[:LEVel][:IMMediate][:AMPlitude]?": lambda arguments: self._setting("voltage", arguments),
            "[SOURce:]CURRent:RANGe": self._set_range,
            "[SOURce:]CURRent:RANGe?": lambda arguments: no_arguments(arguments, str(self._ranges["range"])),
            "[SOURce:]CURRent:RANGe:AUTO": self._set_auto,
            "[SOURce:]CURRent:RANGe:AUTO?": lambda arguments: no_arguments(arguments, str(self._ranges["auto"])),
            "[SOURce:]FUNCtion:MODE": self._set_mode,
            "[SOURce:]FUNCtion:MODE?": lambda arguments: no_arguments(arguments, str(int(self.output.current_mode))),
            "MEASure[:SCALar]:CURRent[:DC]?": lambda arguments: no_arguments(
                arguments, _scientific(self.output.measured_a())
            ),
            "MEASure[:SCALar][:VOLTage][:DC]?": lambda arguments: no_arguments(
                arguments, _scientific(self.output.measured_v())
            ),
            "OUTPut[:STATe]": self._set_output,
            "OUTPut[:STATe]?": lambda arguments: no_arguments(arguments, str(int(self.output.on))),
            "STATus:QUEStionable:CONDition?": lambda arguments: no_arguments(arguments, str(self._questionable())),
            "STATus:QUEStionable[:EVENt]?": self._take_questionable,
            "STATus:QUEStionable:ENABle": lambda arguments: self._set_enable("QUES", arguments),
            "STATus:QUEStionable:ENABle?": lambda arguments: no_arguments(arguments, str(self._enables["QUES"])),
            "STATus:OPERation:CONDition?": lambda arguments: no_arguments(arguments, str(self._operation())),
            "STATus:OPERation[:EVENt]?": lambda arguments: no_arguments(arguments, "0"),
            "STATus:OPERation:ENABle": lambda arguments: self._set_enable("OPER", arguments),
            "STATus:OPERation:ENABle?": lambda arguments: no_arguments(arguments, str(self._enables["OPER"])),
            "STATus:PRESet": self._preset,
            "SYSTem:REMote": self._set_remote,
            "SYSTem:REMote?": lambda arguments: no_arguments(arguments, str(int(not self._local))),
            "SYSTem:BEEP": lambda _: None,
            "DIAGnostic:TST?": self._drive_to_the_limits,
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

    def fail(self, bits: int) -> None:
        """Raise fault bits of the questionable register; the output goes off, and stays so until *RST or `OUTP ON`."""
        self._faults |= bits
        self.output.switch(on=False)
        self._questionable()

    def mend(self) -> None:
        """Take the fault away."""
        self._faults = 0

    # --- settings -------------------------------------------------------------------------------------------------

    def _set(self, channel: str, arguments: tuple[str, ...]) -> None:
        self._remote_only()
        (text,) = arguments_of(arguments, 1)
        highest = self.output.rated_a if channel == "current" else self.output.rated_v
        words = {"MIN": -highest, "MINIMUM": -highest, "MAX": highest, "MAXIMUM": highest}
        value = words[text.upper()] if text.upper() in words else parse_float(text)
        if channel == "current" and self._ranges["range"] == 4 and not self._ranges["auto"]:
            highest /= 4.0
        if abs(value) > highest:
            raise RefusedCommandError(EXE)
        if channel == "voltage":
            self.output.set_voltage(value)
            return
        fine = self._ranges["range"] == 4 or (bool(self._ranges["auto"]) and abs(value) <= highest / 4.0)
        self.output.set_current(value, finer=4 if fine else 1)

    def _setting(self, channel: str, arguments: tuple[str, ...]) -> str:
        highest = self.output.rated_a if channel == "current" else self.output.rated_v
        if arguments:
            word = arguments_of(arguments, 1)[0].upper()
            if word not in {"MIN", "MINIMUM", "MAX", "MAXIMUM"}:
                raise RefusedCommandError(EXE)
            return _scientific(highest if word.startswith("MAX") else -highest)
        if self._hides_when_off and not self.output.on:
            return _scientific(0.0)
        return _scientific(self.output.current_a() if channel == "current" else self.output.voltage_v())

    def _set_range(self, arguments: tuple[str, ...]) -> None:
        self._remote_only()
        value = parse_index(arguments_of(arguments, 1)[0], 1, 4)
        if value not in {1, 4}:
            raise RefusedCommandError(EXE)
        self._ranges.update(range=value, auto=0)

    def _set_auto(self, arguments: tuple[str, ...]) -> None:
        self._remote_only()
        self._ranges["auto"] = _boolean(arguments_of(arguments, 1)[0])

    def _set_mode(self, arguments: tuple[str, ...]) -> None:
        self._remote_only()
        word = arguments_of(arguments, 1)[0].upper()
        if word not in {"CURR", "CURRENT", "VOLT", "VOLTAGE"}:
            raise RefusedCommandError(EXE)
        self._ranges.update(range=1, auto=1)  # a change of mode brings autoranging back
        self.output.set_mode(current=word.startswith("CURR"))

    def _set_output(self, arguments: tuple[str, ...]) -> None:
        self._remote_only()
        on = bool(_boolean(arguments_of(arguments, 1)[0]))
        if on and self._faults:
            raise RefusedCommandError(EXE)
        self.output.switch(on=on)

    def _set_remote(self, arguments: tuple[str, ...]) -> None:
        self._local = self._serial and not _boolean(arguments_of(arguments, 1)[0])

    def _remote_only(self) -> None:
        if self._local:
            raise RefusedCommandError(EXE)

    def _reset(self) -> None:
        self._ranges.update(range=1, auto=1)
        self.output.reset()

    def _drive_to_the_limits(self, arguments: tuple[str, ...]) -> str:
        self.unmodelled.append("DIAG:TST?")
        return no_arguments(arguments, "0")

    # --- status ---------------------------------------------------------------------------------------------------

    def _questionable(self) -> int:
        """Live bits; what is seen is latched."""
        own = self._limit_bits if self.output.current_mode else 0b01
        word = self._faults | (own if self.output.off_set_point(_WINDOW_STEPS) else 0)
        self._questionable_events |= word
        return word

    def _take_questionable(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        value, self._questionable_events = self._questionable_events, 0
        return str(value)

    def _operation(self) -> int:
        """Which channel is in charge (as in the BOP-MG manual)."""
        limited = self.output.off_set_point(_WINDOW_STEPS)
        return _CC if self.output.current_mode != limited else _CV

    def _set_enable(self, register: str, arguments: tuple[str, ...]) -> None:
        self._enables[register] = parse_index(arguments_of(arguments, 1)[0], 0, 32767)

    def _preset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._enables = {"QUES": 0, "OPER": 0}

    def _condition(self) -> int:
        return _SUMMARY if self._questionable_events & self._enables["QUES"] else 0


def _choice(options: Mapping[str, Any], key: str, allowed: Mapping[str, object], default: str) -> str:
    value = options.get(key, default)
    if value not in allowed:
        raise ValueError(f"kepco_bop: {key} is {value!r}; allowed are {', '.join(repr(name) for name in allowed)}")
    return str(value)


def _boolean(text: str) -> int:
    words = {"ON": 1, "OFF": 0}
    return words[text.upper()] if text.upper() in words else parse_index(text, 0, 1)


def _scientific(value: float) -> str:
    """``1.39997E1`` for 13.9997: six digits, as the card writes them."""
    mantissa, _, exponent = f"{value:.5E}".partition("E")
    digits = mantissa.rstrip("0").rstrip(".")
    return f"{digits if '.' in digits else digits + '.0'}E{int(exponent)}"


KINDS = (
    Kind(
        "kepco_bop",
        lambda world, line, serial: KepcoBop(world.magnet, world.clock, line.options, serial=serial),
        ("model", "limit_bits", "readback_lag_s", "off_readback", "identity"),
        power_off=magnet_off,
        failures=supply_failures(trip=lambda _, supply: supply.fail(_OVER_TEMPERATURE)),
    ),
)
