"""Ohaus balance with the print commands.

Sources differ by series, and each difference is an option: the layout of a line, ``OK!`` after commands, legend, identity, what is printed beyond the range.

Sources: Ohaus manuals Explorer EX, Adventurer (service manual), Navigator, Explorer Pro, RS232 interface manual. That a balance in overload prints its
error, and what ``IP`` answers during an adjustment, is remembered or made up.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from vsmdaq_sim.instruments.balances.pending import InternalAdjustment, WhenStable
from vsmdaq_sim.instruments.balances.scale import UNITS, Scale
from vsmdaq_sim.instruments.balances.ticker import Ticker
from vsmdaq_sim.instruments.common.failures import BALANCE_FAILURES
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import BalancePart, SimClock

__all__ = ["KINDS", "Ohaus"]

# width of the weight, width of the unit, whether blanks stand where nothing is said
_LAYOUTS: Final = {"explorer": (10, 0, False), "padded": (9, 5, True), "navigator": (11, 0, True)}
_CHOICES = {"layout": tuple(_LAYOUTS), "overload": ("Err ", "Error ", "silent"), "adjusting": ("silent", "ES")}
_UNIT_NUMBERS: Final = {0: "mg", 1: "g", 2: "kg", 3: "ct", 4: "oz", 5: "ozt", 6: "lb", 7: "dwt", 8: "GN", 9: "N"}
_HIGHEST: Final = {"P": 3600, "S": 1, "RL": 1, "U": max(_UNIT_NUMBERS), "M": 1}
_NUMBERED = re.compile(r"([0-9]+(?:\.[0-9]*)?)(P|T|S|RL|U|M)")


class Ohaus:
    """The interface of the balance, before the world's weighing cell.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``capacity_kg`` (default 0.22), ``unit`` (``"g"``), ``layout`` (``"explorer"``, ``"padded"``, ``"navigator"``), ``legend`` (``""``), ``ok``
        (false: no ``OK!``), ``identity`` (true), ``overload`` (``"Err "``, ``"Error "``, ``"silent"``), ``adjusting`` (``"silent"``, ``"ES"``: answer to
        ``IP`` meanwhile), ``internal_weight`` (true), ``interval_s`` (0.1: of continuous printing), ``stable_timeout_s`` (40), ``adjust_s`` (20),
        ``print_key_s`` (none).
    """

    def __init__(self, balance: BalancePart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        chosen = {key: options.get(key, allowed[0]) for key, allowed in _CHOICES.items()}
        for key, allowed in _CHOICES.items():
            if chosen[key] not in allowed:
                raise ValueError(f"{key}: given {chosen[key]!r}; allowed: {', '.join(allowed)}")
        self._layout = _LAYOUTS[chosen["layout"]]
        self._over, self._adjusting = chosen["overload"], chosen["adjusting"]
        self._legend = str(options.get("legend", ""))
        self._ok = bool(options.get("ok", False))
        self._only_stable = False
        self._scale = Scale(balance, float(options.get("capacity_kg", 0.22)), str(options.get("unit", "g")))
        self._interval_s = float(options.get("interval_s", 0.1))
        print_key_s = float(options.get("print_key_s", math.inf))
        if not min(self._interval_s, print_key_s) > 0.0:
            raise ValueError("ohaus: interval_s and print_key_s must be positive")
        patience_s = float(options.get("stable_timeout_s", 40.0))
        self._printing = WhenStable(self._scale, clock, patience_s)
        self._taring = WhenStable(self._scale, clock, patience_s)
        self._adjustment = InternalAdjustment(self._scale, clock, float(options.get("adjust_s", 20.0)))
        self._stream, self._print_key = Ticker(clock), Ticker(clock)
        self._stream_what = ""
        self._print_key.start(print_key_s)
        self._commands = self._table(
            identity=bool(options.get("identity", True)), internal=bool(options.get("internal_weight", True))
        )
        self._reschedule()

    def _table(self, *, identity: bool, internal: bool) -> dict[str, Callable[[], list[Reply]]]:
        table: dict[str, Callable[[], list[Reply]]] = {
            "IP": self._line,
            "P": self._print,
            "SP": self._print_stable,
            "CP": lambda: self._start_stream(self._interval_s, ""),
            "SLP": lambda: self._start_stream(self._interval_s, "SLP"),
            "SLZP": lambda: self._start_stream(self._interval_s, "SLZP"),
            "T": lambda: self._when_stable(self._scale.take_tare),
            "Z": lambda: self._when_stable(self._scale.take_zero),
            "PT": lambda: [self._weight(self._scale.tare_kg, legend="T")],
            "PU": lambda: [self._scale.unit],
            "AC": self._abort,
            "ON": lambda: self._without_effect("ON"),
            "OFF": lambda: self._without_effect("OFF"),
        }
        if internal:
            table["IC"] = self._adjust
        if identity:
            table |= {"PV": lambda: ["Sr 2.10, Base 1.04"], "PSN": lambda: ["B401234567"]}
        return table

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one command."""
        command = self._commands.get(message)
        match = _NUMBERED.fullmatch(message)
        if self._adjustment.active and message not in {"AC", "IP", "PV", "PSN"}:
            replies: list[Reply] = ["ES"]
        elif command is not None:
            replies = command()
        elif match is not None:
            replies = self._numbered(match[1], match[2], message)
        else:
            self.unknown.append(message)
            replies = ["ES"]
        self._reschedule()
        return replies

    def poll(self) -> list[Reply]:
        """What waited for rest, the end of the adjustment, and lines that come by themselves."""
        self._adjustment.ended()
        replies = self._taring.poll() + self._printing.poll()
        for _ in range(self._stream.due()):
            replies += self._automatic()
        for _ in range(self._print_key.due()):
            replies += self._line()
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
            self._stream.next_s,
            self._print_key.next_s,
        )

    # --- commands ------------------------------------------------------------------------------------------------

    def _numbered(self, number: str, letter: str, message: str) -> list[Reply]:
        """``xP``, ``xT``, ``xS``, ``xRL``, ``xU`` and ``xM``."""
        value = float(number)
        if letter == "T":
            return self._preset(value * UNITS[self._scale.unit])
        highest = _HIGHEST[letter]
        if value != int(value) or value > highest:
            return ["ES"]
        if letter == "P" and value:
            return self._start_stream(value, "")
        if letter == "P":
            self._stream.stop()
        elif letter == "U":
            self._scale.unit = _UNIT_NUMBERS[int(value)]
        elif letter == "S":
            self._only_stable = value == 1
        elif letter == "RL":
            self._ok = value == 1
        else:
            self.unmodelled.append(message)
        return self._accepted()

    def _preset(self, tare_kg: float) -> list[Reply]:
        if tare_kg > self._scale.capacity_kg:
            return ["ES"]
        self._scale.tare_kg = self._scale.rounded_kg(tare_kg)
        return self._accepted()

    def _print(self) -> list[Reply]:
        return self._print_stable() if self._only_stable else self._line()

    def _print_stable(self) -> list[Reply]:
        return self._printing.start(self._line, lambda: ["ES"])

    def _start_stream(self, interval_s: float, what: str) -> list[Reply]:
        self._stream_what = what
        self._stream.start(interval_s)
        return self._accepted()

    def _automatic(self) -> list[Reply]:
        if self._stream_what and not self._scale.stable():
            return []
        if self._stream_what == "SLP" and not self._scale.rounded_kg(self._scale.net_kg()):
            return []
        return self._line()

    def _when_stable(self, act: Callable[[], str]) -> list[Reply]:
        def carry_out() -> list[Reply]:
            return ["ES"] if act() else self._accepted()

        return self._taring.start(carry_out, lambda: ["ES"])

    def _adjust(self) -> list[Reply]:
        self._adjustment.start()
        return self._accepted()

    def _abort(self) -> list[Reply]:
        self._adjustment.cancel()
        return self._accepted()

    def _without_effect(self, message: str) -> list[Reply]:
        self.unmodelled.append(message)
        return self._accepted()

    def _accepted(self) -> list[Reply]:
        return ["OK!"] if self._ok else []

    # --- lines ---------------------------------------------------------------------------------------------------

    def _line(self) -> list[Reply]:
        """What the display shows."""
        if self._adjustment.active:
            return [] if self._adjusting == "silent" else ["ES"]
        if beyond := self._scale.beyond():
            return [] if self._over == "silent" else [f"{self._over}8.{'3' if beyond == '+' else '4'}"]
        return [self._weight(self._scale.net_kg(), legend=self._legend, moving=not self._scale.stable())]

    def _weight(self, mass_kg: float, *, legend: str = "", moving: bool = False) -> Reply:
        weight, unit, blanks = self._layout
        text = f"{self._scale.digits(mass_kg):>{weight}} {self._scale.unit:<{unit}}"
        tail = f" {'?' if moving else ' '}" + (f" {legend}" if legend else "")
        text += tail if blanks else tail.rstrip()
        return text if text.isascii() else text.encode("latin-1") + self.reply_terminator


KINDS = (
    Kind(
        "ohaus",
        lambda world, line, _: Ohaus(world.balance, world.clock, line.options),
        (
            *_CHOICES,
            "capacity_kg",
            "unit",
            "legend",
            "ok",
            "identity",
            "internal_weight",
            "interval_s",
            "stable_timeout_s",
            "adjust_s",
            "print_key_s",
        ),
        failures=BALANCE_FAILURES,
    ),
)
