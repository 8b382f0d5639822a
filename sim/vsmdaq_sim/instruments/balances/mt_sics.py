"""Balance with the MT-SICS command set (Mettler Toledo and many others).

One reply a command; ``S``, ``T`` and ``Z`` wait until the balance is stable, or answer ``I`` after its own time-out; commands sent
meanwhile queue behind them, so a host that gives up too early finds the old answer later. ``@`` cancels everything, and
clears the tare (remembered, not read in a manual). ``SIR`` streams until ``S``, ``SI``, ``SIR``, ``SR`` or ``@``.

Lines that nobody was there to receive are made when the host next looks: they carry the weight of that moment.
Source: MT-SICS reference manual.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from vsmdaq_sim.instruments.balances.mt_sics_scale import Scale
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import BalancePart, SimClock

__all__ = ["KINDS", "MtSics"]

Handler = Callable[[list[str]], list[Reply]]
_COMMANDS = (
    ("@", "I0", "I1", "I2", "I3", "I4", "I5", "S", "SI", "SIR", "Z", "ZI"),
    ("SR", "T", "TA", "TAC", "TI", "C3", "M28"),
)  # levels 0 and 1
_SERIAL_NUMBER = "1114350697"
_CALIBRATION_S = 10.0
_MOST_MISSED_LINES = 4096


class MtSics:
    """The terminal of the balance, before the world's weighing cell.

    Parameters
    ----------
    balance : BalancePart
        The world's balance.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``capacity_kg`` (default 0.22), ``stable_timeout_s`` (30), ``interval_s`` (0.1: time between two lines of a stream).
    """

    def __init__(self, balance: BalancePart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self._clock = clock
        self._scale = Scale(balance, float(options.get("capacity_kg", 0.22)))
        self._patience_s = float(options.get("stable_timeout_s", 30.0))
        self._interval_s = float(options.get("interval_s", 0.1))
        if not self._interval_s > 0.0 or not self._patience_s > 0.0:
            raise ValueError("mt_sics: interval_s and stable_timeout_s must be positive")
        self._waiting = ""  # S, T, Z or C3
        self._deadline_s = math.inf
        self._stream = ""  # SIR or SR
        self._threshold_kg = 0.0
        self._sent_kg = 0.0
        self._moved = False
        self._handlers: dict[str, Handler] = {
            "@": self._cancel,
            "I0": lambda _: self._list_commands(),
            "I1": lambda _: ['I1 A "01" "2.30" "2.22" "" ""'],
            "I2": lambda _: [f'I2 A "XS SIMULATED {self._scale.capacity_text()} g"'],
            "I3": lambda _: ['I3 A "0.10 00.0.0.0.0"'],
            "I4": lambda _: [f'I4 A "{_SERIAL_NUMBER}"'],
            "I5": lambda _: ['I5 A "00000000A"'],
            "S": lambda _: self._wait_for("S"),
            "SI": self._send_now,
            "SIR": self._start_stream,
            "SR": self._start_on_change,
            "T": lambda _: self._wait_for("T"),
            "TI": lambda _: [self._scale.tare(immediate=True)],
            "TA": self._tare_value,
            "TAC": self._clear_tare,
            "Z": lambda _: self._wait_for("Z"),
            "ZI": lambda _: [self._scale.zero(immediate=True)],
            "C3": lambda _: self._calibrate(),
            "M28": lambda _: ["M28 A 1 23.0"],
        }

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one command."""
        if not message.isascii() or not message.isprintable():
            return ["ET"]
        name, *arguments = message.split(" ") if message else [""]
        handler = self._handlers.get(name)
        if handler is None:
            self.unknown.append(message)
            return ["ES"]
        if arguments and name not in {"TA", "SR"}:
            return ["EL"]
        if name in {"S", "SI", "SIR", "SR"}:
            self._stop_stream()
        return handler(arguments)

    def poll(self) -> list[Reply]:
        """Go on waiting, or send the next lines of a stream."""
        if self._waiting:
            return self._go_on_waiting()
        if self._stream == "SIR":
            return self._stream_lines()
        if self._stream == "SR":
            return self._watch_change()
        self.next_event_s = math.inf
        return []

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

    def trigger(self) -> None:
        """No trigger function."""

    # --- waiting for stability -----------------------------------------------------------------------------------

    def _wait_for(self, name: str) -> list[Reply]:
        self._waiting, self.busy = name, True
        self._deadline_s = self._clock.now() + self._patience_s
        return self._go_on_waiting()

    def _go_on_waiting(self) -> list[Reply]:
        now_s = self._clock.now()
        if self._waiting == "C3":
            return self._end_waiting(["C3 A"]) if now_s >= self._deadline_s else []
        if self._scale.stable() or self._scale.out_of_range():
            return self._end_waiting([self._answer(self._waiting)])
        if now_s >= self._deadline_s:
            return self._end_waiting([f"{self._waiting} I"])
        self.next_event_s = min(now_s + self._interval_s, self._deadline_s)
        return []

    def _answer(self, name: str) -> str:
        if name == "S":
            return self._scale.line()
        return self._scale.tare(immediate=False) if name == "T" else self._scale.zero(immediate=False)

    def _end_waiting(self, replies: list[Reply]) -> list[Reply]:
        self._waiting, self.busy = "", False
        self._deadline_s = math.inf
        self.next_event_s = self._clock.now() + self._interval_s if self._stream else math.inf
        return replies

    def _calibrate(self) -> list[Reply]:
        """Internal adjustment: takes its time, changes nothing in the world."""
        self._waiting, self.busy = "C3", True
        self._deadline_s = self.next_event_s = self._clock.now() + _CALIBRATION_S
        self.unmodelled.append("C3")
        return ["C3 B"]

    # --- streams -------------------------------------------------------------------------------------------------

    def _stop_stream(self) -> None:
        self._stream = ""
        self.next_event_s = math.inf

    def _send_now(self, _arguments: list[str]) -> list[Reply]:
        return [self._scale.line()]

    def _start_stream(self, _arguments: list[str]) -> list[Reply]:
        self._stream = "SIR"
        self.next_event_s = self._clock.now() + self._interval_s
        return [self._scale.line()]

    def _stream_lines(self) -> list[Reply]:
        now_s = self._clock.now()
        missed = 1 + int((now_s - self.next_event_s) / self._interval_s)
        self.next_event_s += missed * self._interval_s
        if self.next_event_s <= now_s:  # rounding
            self.next_event_s = now_s + self._interval_s
        return [self._scale.line()] * min(missed, _MOST_MISSED_LINES)

    def _start_on_change(self, arguments: list[str]) -> list[Reply]:
        """``SR [value unit]``: the weight now, then whenever it changed, and again when stable."""
        threshold_kg = self._scale.default_threshold_kg()
        if arguments:
            value_kg = self._scale.parse(arguments)
            if value_kg is None or value_kg <= 0.0:
                return ["SR L"]
            threshold_kg = value_kg
        self._stream, self._threshold_kg = "SR", threshold_kg
        self._sent_kg, self._moved = self._scale.net_kg(), not self._scale.stable()
        self.next_event_s = self._clock.now() + self._interval_s
        return [self._scale.line()]

    def _watch_change(self) -> list[Reply]:
        self.next_event_s = self._clock.now() + self._interval_s
        net_kg = self._scale.net_kg()
        if self._moved and self._scale.stable():
            self._sent_kg, self._moved = net_kg, False
            return [self._scale.line()]
        if not self._moved and abs(net_kg - self._sent_kg) >= self._threshold_kg:
            self._moved = True
            return [self._scale.line()]
        return []

    # --- the rest ------------------------------------------------------------------------------------------------

    def _cancel(self, _arguments: list[str]) -> list[Reply]:
        self._waiting, self.busy = "", False
        self._deadline_s = math.inf
        self._stop_stream()
        self._scale.tare_kg = 0.0
        return [f'I4 A "{_SERIAL_NUMBER}"']

    def _tare_value(self, arguments: list[str]) -> list[Reply]:
        """``TA`` asks for the tare, ``TA value unit`` sets it."""
        if arguments:
            value_kg = self._scale.parse(arguments)
            if value_kg is None or not 0.0 <= value_kg <= self._scale.capacity_kg:
                return ["TA L"]
            self._scale.tare_kg = self._scale.rounded_kg(value_kg)
        return [f"TA A {self._scale.text(self._scale.tare_kg)}"]

    def _clear_tare(self, _arguments: list[str]) -> list[Reply]:
        self._scale.tare_kg = 0.0
        return ["TAC A"]

    def _list_commands(self) -> list[Reply]:
        entries = [(level, name) for level, names in enumerate(_COMMANDS) for name in names]
        last = len(entries) - 1
        return [f'I0 {"A" if i == last else "B"} {level} "{name}"' for i, (level, name) in enumerate(entries)]


KINDS = (
    Kind(
        "mt_sics",
        lambda world, line, _: MtSics(world.balance, world.clock, line.options),
        ("capacity_kg", "stable_timeout_s", "interval_s"),
    ),
)
