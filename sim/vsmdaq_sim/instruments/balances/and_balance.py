"""A&D balance with the "A&D standard format".

Sources disagree or leave to the menu: whether commands are acknowledged and errors told (``erCd``), the terminator (``Crlf``), the form of the line in
overload, the comma before the unit ("CSV format"), automatic output ("stream mode"), and whether name and number are known; each is an option.

Sources: instruction manuals AD-4212, FX-i, FZ-WP, BA-T, EJ, EK-L, GC; a published FX driver (``C`` is not acknowledged).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.balances.pending import InternalAdjustment, WhenStable
from vsmdaq_sim.instruments.balances.scale import UNITS, Scale
from vsmdaq_sim.instruments.balances.ticker import Ticker
from vsmdaq_sim.instruments.common.arguments import RefusedCommandError, parse_float
from vsmdaq_sim.instruments.common.failures import BALANCE_FAILURES
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import BalancePart, SimClock

__all__ = ["KINDS", "AndBalance"]

_ACK = "\x06"
_CHOICES = {"terminator": ("crlf", "cr"), "format": ("standard", "csv"), "identity": ("TN,", "plain", "none")}
_LONGEST_COMMAND = 20
_DATA = 8  # characters behind the sign
# while it adjusts itself, only these are carried out
_ALWAYS = {"C", "?ID", "?SN", "?TN"}


class AndBalance:
    """The interface of the balance, before the world's weighing cell.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``capacity_kg`` (default 0.22), ``unit`` (``"g"``), ``ercd`` (false: neither ACK nor errors), ``terminator`` (``"crlf"``, ``"cr"``), ``format``
        (``"standard"``, ``"csv"``), ``identity`` (``"TN,"``: with its head, ``"plain"``, ``"none"``), ``overload_unit`` (false), ``internal_weight`` (true),
        ``stream`` (false), ``interval_s`` (0.1), ``stable_timeout_s`` (30), ``adjust_s`` (30), ``print_key_s`` (none).
    """

    def __init__(self, balance: BalancePart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        chosen = {key: options.get(key, allowed[0]) for key, allowed in _CHOICES.items()}
        for key, allowed in _CHOICES.items():
            if chosen[key] not in allowed:
                raise ValueError(f"{key}: given {chosen[key]!r}; allowed: {', '.join(allowed)}")
        self.reply_terminator = b"\r\n" if chosen["terminator"] == "crlf" else b"\r"
        self._csv = chosen["format"] == "csv"
        self._tells = bool(options.get("ercd", False))
        self._overload_unit = bool(options.get("overload_unit", False))
        self._internal = bool(options.get("internal_weight", True))
        self._scale = Scale(balance, float(options.get("capacity_kg", 0.22)), str(options.get("unit", "g")))
        self._interval_s = float(options.get("interval_s", 0.1))
        print_key_s = float(options.get("print_key_s", math.inf))
        if not min(self._interval_s, print_key_s) > 0.0:
            raise ValueError("and_balance: interval_s and print_key_s must be positive")
        self._waiting = WhenStable(self._scale, clock, float(options.get("stable_timeout_s", 30.0)))
        self._adjustment = InternalAdjustment(self._scale, clock, float(options.get("adjust_s", 30.0)))
        self._wants_cal = False
        self._stream, self._print_key = Ticker(clock), Ticker(clock)
        self._print_key.start(print_key_s)
        self._steady = bool(options.get("stream", False))
        if self._steady:
            self._stream.start(self._interval_s)
        self._commands = self._table(chosen["identity"])
        self._reschedule()

    def _table(self, identity: str) -> dict[str, Callable[[], list[Reply]]]:
        table: dict[str, Callable[[], list[Reply]]] = {
            "Q": lambda: [self._line()],
            "SI": lambda: [self._line()],
            "S": self._send_stable,
            "\x1bP": self._send_stable,
            "SIR": self._start_stream,
            "C": self._cancel,
            "T": lambda: self._when_stable(self._scale.take_tare),
            "CAL": self._calibrate,
            "?PT": lambda: [f"PT,{self._data(self._scale.tare_kg)}{self._unit()}"],
        }
        table |= dict.fromkeys(("R", "Z", "\x1bT"), lambda: self._when_stable(self._rezero, twice=True))
        for name in ("U", "P", "ON", "OFF", "PRT", "SMP"):
            table[name] = partial(self._without_effect, name)
        if identity != "none":
            for name, text in (("TN", "GX-203A"), ("SN", "12345678"), ("ID", "LAB-0123")):
                reply = text if identity == "plain" else f"{name},{text}"
                table[f"?{name}"] = partial(list[Reply], (reply,))
        return table

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one command."""
        replies = self._carry_out(message)
        self._reschedule()
        return replies

    def _carry_out(self, message: str) -> list[Reply]:
        if len(message) > _LONGEST_COMMAND:
            self.unknown.append(message)
            return self._error("04")
        if message.startswith("PT:"):
            return self._preset(message.removeprefix("PT:"))
        command = self._commands.get(message)
        if command is None:
            self.unknown.append(message)
            return self._error("01")
        if self._wants_cal and message == "CAL":  # which also takes an error away
            self._wants_cal = False
            return self._acknowledge()
        if (self._adjustment.active or self._wants_cal) and message not in _ALWAYS:
            return self._error("02")
        return command()

    def poll(self) -> list[Reply]:
        """What waited for rest, the end of the adjustment, and lines of a stream."""
        ended = self._adjustment.ended()
        replies: list[Reply] = [] if ended is None else self._acknowledge() if ended else self._error("20")
        self._wants_cal = self._wants_cal or ended is False
        replies += self._waiting.poll()
        count = self._stream.due() + self._print_key.due()
        if not self._adjustment.active and not self._wants_cal:
            replies += [self._line()] * count
        self._reschedule()
        return replies

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - it is never busy
        """It is never busy."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """A serial instrument has none; MAV for interfaces that ask."""
        return 0x10 if message_available else 0

    def requests_service(self, *, message_available: bool) -> bool:  # noqa: ARG002 - it never does
        """It never does."""
        return False

    def device_clear(self) -> None:
        """As ``C``."""
        self._cancel()
        self._reschedule()

    def trigger(self) -> None:
        """No trigger function."""

    def _reschedule(self) -> None:
        self.next_event_s = min(
            self._waiting.next_s, self._adjustment.next_s, self._stream.next_s, self._print_key.next_s
        )

    # --- commands ------------------------------------------------------------------------------------------------

    def _send_stable(self) -> list[Reply]:
        return self._waiting.start(lambda: [self._line()], lambda: self._error("03"))

    def _start_stream(self) -> list[Reply]:
        self._stream.start(self._interval_s)
        return [self._line()]

    def _cancel(self) -> list[Reply]:
        self._waiting.cancel()
        if not self._steady:
            self._stream.stop()
        return []

    def _when_stable(self, act: Callable[[], str], *, twice: bool = False) -> list[Reply]:
        def carry_out() -> list[Reply]:
            return self._error("17") if act() else self._acknowledge()

        begun = self._acknowledge() if twice else []
        return begun + self._waiting.start(carry_out, lambda: self._error("11"))

    def _rezero(self) -> str:
        """Zero within the zero range, tare beyond it."""
        return self._scale.take_zero() and self._scale.take_tare()

    def _preset(self, text: str) -> list[Reply]:
        number, unit = text.strip().removesuffix(self._scale.unit), self._scale.unit
        try:
            tare_kg = parse_float(number) * UNITS[unit]
        except RefusedCommandError:
            return self._error("06")
        if not 0.0 <= tare_kg <= self._scale.capacity_kg:
            return self._error("07")
        self._scale.tare_kg = self._scale.rounded_kg(tare_kg)
        return self._acknowledge()

    def _calibrate(self) -> list[Reply]:
        if self._internal:
            self._adjustment.start()
        else:
            self._wants_cal = True  # at the display, until CAL is sent again
        return self._acknowledge()

    def _without_effect(self, name: str) -> list[Reply]:
        self.unmodelled.append(name)
        return self._acknowledge()

    def _acknowledge(self) -> list[Reply]:
        return [_ACK] if self._tells else []

    def _error(self, number: str) -> list[Reply]:
        return [f"EC,E{number}"] if self._tells else []

    # --- lines ---------------------------------------------------------------------------------------------------

    def _line(self) -> Reply:
        if beyond := self._scale.beyond():
            return f"OL,{beyond}999999.9{self._unit()}" if self._overload_unit else f"OL,{beyond}9999999E+19"
        stable = self._scale.stable()
        head = "US" if not stable else "QT" if self._scale.unit == "PCS" else "ST"
        return f"{head},{self._data(self._scale.net_kg())}{self._unit()}"

    def _data(self, mass_kg: float) -> str:
        digits = self._scale.digits(mass_kg)
        sign, number = ("-", digits[1:]) if digits.startswith("-") else ("+", digits)
        return f"{sign}{number:0>{_DATA}}"

    def _unit(self) -> str:
        name = "PC" if self._scale.unit == "PCS" else self._scale.unit
        return f"{',' if self._csv else ''}{name:>3}"


KINDS = (
    Kind(
        "and_balance",
        lambda world, line, _: AndBalance(world.balance, world.clock, line.options),
        (
            *_CHOICES,
            "capacity_kg",
            "unit",
            "ercd",
            "overload_unit",
            "internal_weight",
            "stream",
            "interval_s",
            "stable_timeout_s",
            "adjust_s",
            "print_key_s",
        ),
        failures=BALANCE_FAILURES,
    ),
)
