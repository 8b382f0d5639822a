"""Sartorius balance with the SBI protocol.

Control commands (ESC and a letter, or ESC, a letter, a digit and ``_``) are silent; ``ESC P`` prints a line of 16 characters, or of 22 with
a label, CR LF included. The unit is left out while the load moves. Sources disagree or leave to the menu: the length of the line, whether printing waits
for rest, automatic printing (``ESC P`` then switches it off and on), the words for overload, identity, and whether ``ESC U`` and ``ESC V``
are known; each is an option. Columns of special texts as Quintix has them.

Sources: operating instructions of Cubis MSE, Entris II, Quintix, FB, LE, CPA; labmcp-sartorius for automatic printing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from vsmdaq_sim.instruments.balances.pending import InternalAdjustment, WhenStable
from vsmdaq_sim.instruments.balances.scale import Scale
from vsmdaq_sim.instruments.balances.ticker import Ticker
from vsmdaq_sim.instruments.common.failures import BALANCE_FAILURES
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import BalancePart, SimClock

__all__ = ["KINDS", "SartoriusSbi"]

_CHOICES = {"characters": (16, 22), "prints": ("any", "stable", "automatic"), "words": ("long", "short")}
_WORDS = {
    "long": {"+": "High", "-": "Low", "adjusting": "Cal.Int."},
    "short": {"+": "H", "-": "L", "adjusting": "C"},
}
_ERROR_SHOWN_S = 3.0
_WITHOUT_EFFECT = frozenset("KLMNOQR")  # filters, keys, beep


class SartoriusSbi:
    """The interface of the balance, before the world's weighing cell.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``capacity_kg`` (default 0.22), ``unit`` (``"g"``), ``characters`` (16 or 22), ``prints`` (``"any"``, ``"stable"``, ``"automatic"``), ``words``
        (``"long"``: High, Low, Cal.; ``"short"``: H, L, C), ``brackets`` (false: last digit in brackets), ``identity`` (true), ``old`` (false: neither
        ``ESC U`` nor ``ESC V``), ``interval_s`` (0.2: of automatic printing), ``stable_timeout_s`` (30), ``adjust_s`` (20),
        ``print_key_s`` (none).
    """

    def __init__(self, balance: BalancePart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self._clock = clock
        chosen = {key: options.get(key, allowed[0]) for key, allowed in _CHOICES.items()}
        for key, allowed in _CHOICES.items():
            if chosen[key] not in allowed:
                raise ValueError(f"{key}: given {chosen[key]!r}; allowed: {', '.join(map(str, allowed))}")
        self._characters, self._prints, self._words = chosen["characters"], chosen["prints"], _WORDS[chosen["words"]]
        self._scale = Scale(balance, float(options.get("capacity_kg", 0.22)), str(options.get("unit", "g")))
        self._brackets = bool(options.get("brackets", False))
        self._interval_s = float(options.get("interval_s", 0.2))
        print_key_s = float(options.get("print_key_s", math.inf))
        if not min(self._interval_s, print_key_s) > 0.0:
            raise ValueError("sartorius_sbi: interval_s and print_key_s must be positive")
        patience_s = float(options.get("stable_timeout_s", 30.0))
        self._printing = WhenStable(self._scale, clock, patience_s)
        self._taring = WhenStable(self._scale, clock, patience_s)
        self._adjustment = InternalAdjustment(self._scale, clock, float(options.get("adjust_s", 20.0)))
        self._error, self._error_until_s = "", -math.inf
        self._automatic, self._print_key = Ticker(clock), Ticker(clock)
        self._print_key.start(print_key_s)
        if self._prints == "automatic":
            self._automatic.start(self._interval_s)
        self._commands = self._table(old=bool(options.get("old", False)), identity=bool(options.get("identity", True)))
        self._reschedule()

    def _table(self, *, old: bool, identity: bool) -> dict[str, Callable[[], list[Reply]]]:
        table: dict[str, Callable[[], list[Reply]]] = {
            "P": self._print,
            "T": lambda: self._when_stable(self._tare_or_zero),
            "Z": self._adjust,
            "f1_": self._adjust,
            "s3_": self._cancel,
            "S": self._restart,
        }
        if not old:
            table |= {"U": lambda: self._when_stable(self._tare), "V": lambda: self._when_stable(self._zero)}
        if identity:
            table |= {"x1_": lambda: [self._text("SECURA224-1S")], "x2_": lambda: [self._text("0031700123")]}
            table |= {"x3_": lambda: [self._text("00-47-10.01")]}
        return table

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one command; several may stand in one line."""
        head, *parts = message.split("\x1b")
        replies: list[Reply] = []
        if head or not parts:
            self.unknown.append(message)
        for part in parts:
            command = self._commands.get(part)
            if command is not None:
                replies += command()
            else:
                (self.unmodelled if part in _WITHOUT_EFFECT else self.unknown).append(f"\x1b{part}")
        self._reschedule()
        return replies

    def poll(self) -> list[Reply]:
        """Tare, print or end the adjustment, where it is due."""
        if self._adjustment.ended() is False:
            self._show_error("02")
        replies = self._taring.poll() + self._printing.poll()
        replies += [self._line()] * (self._automatic.due() + self._print_key.due())
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
        """Print no more for what was asked."""
        self._printing.cancel()
        self._reschedule()

    def trigger(self) -> None:
        """No trigger function."""

    def _reschedule(self) -> None:
        self.next_event_s = min(
            self._printing.next_s,
            self._taring.next_s,
            self._adjustment.next_s,
            self._automatic.next_s,
            self._print_key.next_s,
        )

    # --- commands ------------------------------------------------------------------------------------------------

    def _print(self) -> list[Reply]:
        if self._prints == "automatic":
            if self._automatic.running:
                self._automatic.stop()
            else:
                self._automatic.start(self._interval_s)
            return []
        if self._prints == "stable" and not self._adjustment.active:
            return self._printing.start(lambda: [self._line()])
        return [self._line()]

    def _when_stable(self, act: Callable[[], str]) -> list[Reply]:
        def carry_out() -> list[Reply]:
            if act():
                self._show_error("11")
            return []

        return [] if self._adjustment.active else self._taring.start(carry_out)

    def _tare_or_zero(self) -> str:
        """The TARE key: tares, or sets zero where the load is near it."""
        return self._scale.take_zero() and self._scale.take_tare()

    def _tare(self) -> str:
        return self._scale.take_tare()

    def _zero(self) -> str:
        return self._scale.take_zero()

    def _adjust(self) -> list[Reply]:
        self._adjustment.start()
        return []

    def _cancel(self) -> list[Reply]:
        self._adjustment.cancel()
        self._taring.cancel()
        self._printing.cancel()
        return []

    def _restart(self) -> list[Reply]:
        self._cancel()
        self._scale.tare_kg = 0.0
        return []

    def _show_error(self, number: str) -> None:
        self._error, self._error_until_s = number, self._clock.now() + _ERROR_SHOWN_S

    # --- lines ---------------------------------------------------------------------------------------------------

    def _line(self) -> str:
        """What the display shows."""
        if self._adjustment.active:
            return self._special(self._words["adjusting"])
        if self._clock.now() < self._error_until_s:
            return self._special(f"Err {self._error:>3}", column=3)
        if beyond := self._scale.beyond():
            return self._special(self._words[beyond])
        digits = self._scale.digits(self._scale.net_kg())
        sign, number = ("-", digits[1:]) if digits.startswith("-") else ("+", digits)
        shown = f"{number[:-1]}[{number[-1]}]" if self._brackets else number
        unit = self._scale.unit if self._scale.stable() else ""
        # the closing bracket takes the place of the blank
        body = f"{sign}{shown:>{10 if self._brackets else 9}}{'' if self._brackets else ' '}{unit:<3}"
        return self._labelled("N", body)

    def _special(self, text: str, column: int = 6) -> str:
        return self._labelled("Stat", f"{' ' * column + text:<14}")

    def _text(self, text: str) -> str:
        return f"{text:<14}" if self._characters == 16 else f"{text:<20}"

    def _labelled(self, label: str, body: str) -> str:
        return body if self._characters == 16 else f"{label:<6}{body}"


KINDS = (
    Kind(
        "sartorius_sbi",
        lambda world, line, _: SartoriusSbi(world.balance, world.clock, line.options),
        (
            *_CHOICES,
            "capacity_kg",
            "unit",
            "brackets",
            "identity",
            "old",
            "interval_s",
            "stable_timeout_s",
            "adjust_s",
            "print_key_s",
        ),
        failures=BALANCE_FAILURES,
    ),
)
