"""Balance with the MT-SICS command set (Mettler Toledo and many others).

One reply a command; ``S``, ``T`` and ``Z`` wait until the balance is stable, or answer ``I`` after its own time-out; commands sent
meanwhile queue behind them, so a host that gives up too early finds the old answer later. While it adjusts itself, the balance answers
``I`` to what it cannot do now. ``@`` cancels everything; whether it clears the tare is an option, since sources differ. ``SIR`` streams until
``S``, ``SI``, ``SIR``, ``SR``, ``SNR`` or ``@``.

Lines that nobody was there to receive are made when the host next looks: they carry the weight of that moment.
Source: MT-SICS reference manual.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.balances.mt_sics.adjustment import Adjustment
from vsmdaq_sim.instruments.balances.mt_sics.scale import SicsScale
from vsmdaq_sim.instruments.balances.mt_sics.settings import SERIAL_NUMBER, Settings
from vsmdaq_sim.instruments.balances.ticker import Ticker
from vsmdaq_sim.instruments.common.failures import BALANCE_FAILURES
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import BalancePart, SimClock

__all__ = ["KINDS", "MtSics"]

Handler = Callable[[list[str]], list[Reply]]
_COMMANDS = (
    ("@", "I0", "I1", "I2", "I3", "I4", "I5", "S", "SI", "SIR", "Z", "ZI"),
    ("D", "DW", "K", "SR", "T", "TA", "TAC", "TI"),
    ("C0", "C1", "C2", "C3", "DAT", "I10", "I11", "M19", "SIRU", "SIU", "SNR", "SNRU", "SRU", "SU", "TIM"),
    ("M01", "M02", "M03", "M21", "M28"),
)  # levels 0 to 3
_WITH_ARGUMENTS = {"C0", "D", "I10", "K", "M01", "M02", "M03", "M19", "M21", "SNR", "SR", "TA"}
_WEIGHTS = {"S", "SI", "SIR", "SR", "SNR"}  # and with U, in the unit of the display
_NOT_WHILE_ADJUSTING = {"T", "TI", "Z", "ZI", "C1", "C2", "C3"}


def _named(handler: Callable[[str], list[Reply]], name: str) -> Handler:
    """A handler that takes no arguments, but its own name."""
    return lambda _: handler(name)


class MtSics:
    """The terminal of the balance, before the world's weighing cell.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``capacity_kg`` (default 0.22), ``unit`` (``"g"``), ``stable_timeout_s`` (30), ``interval_s`` (0.1: time between two lines of a
        stream), ``adjust_s`` (10), ``internal_weight`` (true), ``cancel_clears_tare`` (true), ``print_key_s`` (none: how often
        somebody presses the print key).
    """

    def __init__(self, balance: BalancePart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unknown: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self._clock = clock
        self._sics = SicsScale(balance, float(options.get("capacity_kg", 0.22)), str(options.get("unit", "g")))
        self._settings = Settings(self._sics, clock)
        self.unmodelled = self._settings.unmodelled
        self._adjustment = Adjustment(
            self._sics,
            clock,
            float(options.get("adjust_s", 10.0)),
            internal=bool(options.get("internal_weight", True)),
        )
        self._forgetful = bool(options.get("cancel_clears_tare", True))
        self._patience_s = float(options.get("stable_timeout_s", 30.0))
        self._interval_s = float(options.get("interval_s", 0.1))
        print_key_s = float(options.get("print_key_s", math.inf))
        if not min(self._interval_s, self._patience_s, print_key_s) > 0.0:
            raise ValueError("mt_sics: interval_s, stable_timeout_s and print_key_s must be positive")
        self._waiting = ""  # S, SU, T or Z
        self._look_s = self._deadline_s = math.inf
        self._stream, self._ticker = "", Ticker(clock)  # SIR, SR or SNR
        self._print_key = Ticker(clock)
        self._print_key.start(print_key_s)
        self._displayed = False
        self._threshold_kg = self._sent_kg = 0.0
        self._moved = False
        self._handlers = self._table()
        self._reschedule()

    def _table(self) -> dict[str, Handler]:
        settings, adjustment = self._settings, self._adjustment
        table: dict[str, Handler] = {
            "@": self._cancel,
            "I0": lambda _: self._list_commands(),
            "I10": settings.identification,
            "S": lambda _: self._wait_for("S"),
            "SI": lambda _: [self._line()],
            "SIR": lambda _: self._start_stream("SIR", now=True),
            "SR": lambda arguments: self._start_on_change("SR", arguments),
            "SNR": lambda arguments: self._start_on_change("SNR", arguments),
            "T": lambda _: self._wait_for("T"),
            "TI": lambda _: [self._sics.tare(immediate=True)],
            "TA": self._tare_value,
            "TAC": self._clear_tare,
            "Z": lambda _: self._wait_for("Z"),
            "ZI": lambda _: [self._sics.zero(immediate=True)],
            "C0": adjustment.settings,
            "D": settings.display,
            "DW": lambda _: settings.display_weight(),
            "K": settings.keys,
            "M19": adjustment.external_weight,
            "M21": settings.units,
            "M28": lambda _: settings.temperatures(),
            "DAT": lambda _: settings.date(),
            "TIM": lambda _: settings.time_of_day(),
        }
        table |= {name: _named(settings.information, name) for name in ("I1", "I2", "I3", "I4", "I5", "I11")}
        table |= {name: _named(adjustment.start, name) for name in ("C1", "C2", "C3")}
        table |= {name: partial(settings.choice, name) for name in ("M01", "M02", "M03")}
        return table

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one command."""
        if not message.isascii() or not message.isprintable():
            return ["ET"]
        name, *arguments = message.split(" ") if message else [""]
        displayed = name.endswith("U") and name[:-1] in _WEIGHTS
        name = name.removesuffix("U") if displayed else name
        handler = self._handlers.get(name)
        if handler is None:
            self.unknown.append(message)
            return ["ES"]
        if arguments and name not in _WITH_ARGUMENTS:
            return ["EL"]
        if name in _WEIGHTS:
            self._stop_stream()
            self._displayed = displayed
        if self._adjustment.active and name in _WEIGHTS | _NOT_WHILE_ADJUSTING:
            return [f"{'S' if name in _WEIGHTS else name} I"]
        replies = handler(arguments)
        self._reschedule()
        return replies

    def poll(self) -> list[Reply]:
        """Go on waiting or adjusting, and send the next lines of a stream."""
        replies = self._adjustment.poll()
        if self._waiting and self._clock.now() >= self._look_s:
            replies += self._go_on_waiting()
        elif not self._waiting and (count := self._ticker.due()):
            replies += [self._line()] * count if self._stream == "SIR" else self._watch_change()
        if count := self._print_key.due():
            replies += [self._sics.line()] * count
        self._reschedule()
        return replies

    def interrupts(self, message: str) -> bool:
        """Only ``@``."""
        return message == "@"

    def status_byte(self, *, message_available: bool) -> int:
        """A serial instrument has none; MAV for interfaces that ask."""
        return 0x10 if message_available else 0

    def requests_service(self, *, message_available: bool) -> bool:  # noqa: ARG002 - it never does
        """It never does."""
        return False

    def device_clear(self) -> None:
        """As ``@``, without its reply."""
        self._cancel([])
        self._reschedule()

    def trigger(self) -> None:
        """No trigger function."""

    def _reschedule(self) -> None:
        ticker_s = math.inf if self._waiting else self._ticker.next_s
        self.next_event_s = min(self._look_s, ticker_s, self._print_key.next_s, self._adjustment.next_s)

    def _line(self) -> Reply:
        return self._sics.line(displayed=self._displayed)

    # --- waiting for stability -----------------------------------------------------------------------------------

    def _wait_for(self, name: str) -> list[Reply]:
        self._waiting, self.busy = name, True
        self._deadline_s = self._clock.now() + self._patience_s
        return self._go_on_waiting()

    def _go_on_waiting(self) -> list[Reply]:
        now_s = self._clock.now()
        if self._sics.scale.stable() or self._sics.scale.beyond():
            return self._end_waiting(self._answer(self._waiting))
        if now_s >= self._deadline_s:
            return self._end_waiting(f"{self._waiting} I")
        self._look_s = min(now_s + self._interval_s, self._deadline_s)
        return []

    def _answer(self, name: str) -> Reply:
        if name == "S":
            return self._line()
        return self._sics.tare(immediate=False) if name == "T" else self._sics.zero(immediate=False)

    def _end_waiting(self, *replies: Reply) -> list[Reply]:
        self._waiting, self.busy = "", False
        self._look_s = self._deadline_s = math.inf
        return list(replies)

    # --- streams -------------------------------------------------------------------------------------------------

    def _stop_stream(self) -> None:
        self._stream = ""
        self._ticker.stop()

    def _start_stream(self, name: str, *, now: bool) -> list[Reply]:
        self._stream = name
        self._ticker.start(self._interval_s)
        return [self._line()] if now else []

    def _start_on_change(self, name: str, arguments: list[str]) -> list[Reply]:
        """``SR`` sends the weight now, ``SNR`` when it is next stable; then both after changes."""
        threshold_kg = self._sics.default_threshold_kg()
        if arguments:
            value_kg = self._sics.parse(arguments)
            if value_kg is None or value_kg <= 0.0:
                return [f"{name} L"]
            threshold_kg = value_kg
        self._threshold_kg = threshold_kg
        self._sent_kg = self._sics.scale.net_kg()
        self._moved = name == "SNR" or not self._sics.scale.stable()
        return self._start_stream(name, now=name == "SR")

    def _watch_change(self) -> list[Reply]:
        scale = self._sics.scale
        net_kg = scale.net_kg()
        if self._moved and scale.stable():
            self._sent_kg, self._moved = net_kg, False
            return [self._line()]
        if not self._moved and abs(net_kg - self._sent_kg) >= self._threshold_kg:
            self._moved = True
            return [self._line()] if self._stream == "SR" else []
        return []

    # --- the rest ------------------------------------------------------------------------------------------------

    def _cancel(self, _arguments: list[str]) -> list[Reply]:
        self._end_waiting()
        self._stop_stream()
        self._adjustment.cancel()
        self._settings.key_mode = 1
        if self._forgetful:
            self._sics.scale.tare_kg = 0.0
        return [f'I4 A "{SERIAL_NUMBER}"']

    def _tare_value(self, arguments: list[str]) -> list[Reply]:
        """``TA`` asks for the tare, ``TA value unit`` sets it."""
        scale = self._sics.scale
        if arguments:
            value_kg = self._sics.parse(arguments)
            if value_kg is None or not 0.0 <= value_kg <= scale.capacity_kg:
                return ["TA L"]
            scale.tare_kg = scale.rounded_kg(value_kg)
        return [self._sics.answer("TA A", scale.tare_kg)]

    def _clear_tare(self, _arguments: list[str]) -> list[Reply]:
        self._sics.scale.tare_kg = 0.0
        return ["TAC A"]

    def _list_commands(self) -> list[Reply]:
        entries = [(level, name) for level, names in enumerate(_COMMANDS) for name in names]
        last = len(entries) - 1
        return [f'I0 {"A" if i == last else "B"} {level} "{name}"' for i, (level, name) in enumerate(entries)]


KINDS = (
    Kind(
        "mt_sics",
        lambda world, line, _: MtSics(world.balance, world.clock, line.options),
        (
            "capacity_kg",
            "unit",
            "stable_timeout_s",
            "interval_s",
            "adjust_s",
            "internal_weight",
            "cancel_clears_tare",
            "print_key_s",
        ),
        failures=BALANCE_FAILURES,
    ),
)
