"""Signal Recovery (EG&G, Ametek) 7265 and 7270 lock-in amplifiers: their commands and their status.

A setting without a number asks for it; a ``.`` behind the name means volts, degrees, hertz and seconds instead of integers
(X and Y: full scale is 10000). Nothing of IEEE 488.2: no ``*IDN?``, no ``?``. Commands of one line are separated by ``;``, each reply
has its own terminator. After each command bits 1 (unknown) and 2 (parameter) of the status byte tell about it.

What ends a reply:

* 7265 on the GPIB: CR LF, CR or nothing but EOI, as its menu says (`terminator`); a command that sets gives no reply. `stray_null`
  adds the NUL that pymeasure strips from replies.
* 7270: every command is answered, if only by the terminator: a NUL, and behind it status and overload byte with ``USBTERM 1``
  and on port 50000 of the network. `newline` puts a line feed before it, as pymeasure expects.

Source: 7270 manual p. 6-6, 6-16, 6-34, 6-35, 7124 manual p. 6-8 (sockets), 7220 manual p. 6-14 to 6-31; pymeasure. The filters of
these instruments are FIR filters (7230 manual p. 3-10); the world has RC stages of the same time constant instead.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Literal

from vsmdaq_sim.instruments.common.arguments import CME, RefusedCommandError
from vsmdaq_sim.instruments.common.failures import reference_lost, turned
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import InstrumentLine, LockInPart, SimClock, WorldPort
from vsmdaq_sim.instruments.lockins.signal_recovery.curves import Curves
from vsmdaq_sim.instruments.lockins.signal_recovery.signal import Signal72xx
from vsmdaq_sim.instruments.lockins.signal_recovery.tables import MODELS, Model

__all__ = ["KINDS", "SignalRecovery"]

Handler = Callable[[tuple[str, ...]], list[str]]
_COMMAND = re.compile(r"([A-Z]+(?:[0-9]+[A-Z]*)?\.?)(.*)", re.DOTALL)
_TERMINATORS = {"crlf": b"\r\n", "cr": b"\r", "eoi": b""}
_REVISION = ("MODEL", "VERSION", "DATE", "DSP")

TcReports = Literal["nominal", "actual"]
PhaseRange = Literal["signed", "unsigned"]


class SignalRecovery:
    """The instrument's digital side, before the world's analogue one.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    clock : SimClock
        The bench's clock.
    model : Model
        7265 or 7270.
    reply_s : float
        Time until a command is done, s: until then bit 0 of the status byte is clear.
    end : bytes
        Terminator of a reply.
    stray_null : bool
        A NUL before the terminator.
    answers_all : bool
        Every command is answered.
    status_bytes : str
        Status and overload byte behind the terminator: ``"never"``, ``"always"``, ``"usbterm"`` (by that setting).
    tc_reports : str
        Whether ``TC.`` gives the time constant asked for or, with ``SYNC``, the one made of whole periods.
    phase_range : str
        ``REFP.`` answers within ±180° or 0 to 360°.
    """

    def __init__(
        self,
        lockin: LockInPart,
        clock: SimClock,
        model: Model,
        *,
        reply_s: float = 0.0,
        end: bytes = b"\r\n",
        stray_null: bool = False,
        answers_all: bool = False,
        status_bytes: Literal["never", "always", "usbterm"] = "never",
        tc_reports: TcReports = "nominal",
        phase_range: PhaseRange = "signed",
    ) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = end
        self._clock = clock
        self._model = model
        self._reply_s = reply_s
        self._stray_null = stray_null
        self._answers_all = answers_all
        self._status_bytes = status_bytes
        self._signal = Signal72xx(
            lockin, model, self._occupy, self.unmodelled, tc_reports=tc_reports, phase_range=phase_range
        )
        self._curves = Curves(lockin, clock, self._signal.curves, self._status)
        self._refused = 0
        self._done_s = -math.inf
        self._requested = False
        self._line = (0, 0)
        self._handlers = self._table()

    # --- messages ------------------------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - only a serial poll shows it
        """Carry out one line."""
        self._curves.catch_up()
        replies: list[Reply] = []
        for part in message.replace("\0", "").split(";"):
            text = part.strip().upper()
            if not text:
                continue
            lines = self._carry_out(text)
            replies += [self._framed(line) for line in lines or ([""] if self._answers_all else [])]
        self._done_s = self._clock.now() + self._reply_s
        return replies

    def _carry_out(self, text: str) -> list[str]:
        handler, arguments = self._find(text)
        if text not in {"ST", "M"}:
            self._refused = 0
        if handler is None:
            self.unknown.append(text)
            self._refused = 1 << 1
            return []
        try:
            return handler(arguments)
        except RefusedCommandError:
            self._refused = 1 << 2
            return []

    def _find(self, text: str) -> tuple[Handler | None, tuple[str, ...]]:
        found = _COMMAND.match(text)
        if not found:
            return None, ()
        name, rest = found.groups()
        return self._handlers.get(name), tuple(rest.replace(",", " ").split())

    def _framed(self, line: str) -> bytes:
        data = line.encode("ascii") + (b"\0" if self._stray_null else b"") + self.reply_terminator
        if self._status_bytes == "always" or (self._status_bytes == "usbterm" and self._signal.settings["USBTERM"]):
            data += bytes((self._status() | 0x80 * bool(line), self._signal.overloads()))
        return data if line or not self._answers_all else data.removeprefix(b"\n")

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "ID": lambda _: [self._model.number],
            "VER": lambda _: ["1.00"],
            "DATE": lambda _: ["010120"],
            "REV": lambda _: list(_REVISION),
            "ST": lambda _: [str(self._status())],
            "N": lambda _: [str(self._signal.overloads())],
            "ADF": self._auto_default,
            "LOCK": lambda _: [],
            "LF": self._line_filter,
        }
        table.update(self._signal.table())
        table.update(self._curves.table())
        return table

    def _auto_default(self, arguments: tuple[str, ...]) -> list[str]:
        del arguments  # which of the defaults are kept is not modelled
        self._signal.reset()
        return []

    def _line_filter(self, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            return [f"{self._line[0]},{self._line[1]}"]
        first, second = (*arguments, "0")[:2]
        if first not in "0123" or second not in "01":
            raise RefusedCommandError(CME)
        self._line = (int(first), int(second))
        return []

    # --- time and status -----------------------------------------------------------------------------------------

    def poll(self) -> list[Reply]:
        """An automatic function is over."""
        if self._clock.now() >= self.next_event_s:
            self.busy, self.next_event_s = False, math.inf
        return []

    def _occupy(self, duration_s: float) -> None:
        self.busy, self.next_event_s = True, self._clock.now() + duration_s

    def _status(self) -> int:
        """Status byte, as ``ST`` gives it: the command is complete."""
        byte = 1 | self._refused | int(self._signal.unlocked()) << 3 | int(self._signal.overloads() != 0) << 4
        return byte | int(self._model.input_bit is None and self._signal.input_overload()) << 6

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll: bit 0 is clear while a command is carried out or a reply waits; takes the service request."""
        byte = self._poll_byte(message_available=message_available)
        self._requested = False
        return byte

    def _poll_byte(self, *, message_available: bool) -> int:
        byte = self._status() | message_available << 7
        if self.busy or message_available or self._clock.now() < self._done_s:
            byte &= ~1
        if self._model.input_bit is not None:  # bit 6 is the request
            self._requested = self._requested or bool(byte & self._signal.settings["MSK"] & ~0x40)
            byte |= self._requested << 6
        return byte

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return self._model.input_bit is not None and bool(self._poll_byte(message_available=message_available) & 0x40)

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - nothing but device clear interrupts it
        """Nothing but a device clear does."""
        return False

    def device_clear(self) -> None:
        """Abandon an automatic function."""
        self.busy, self.next_event_s = False, math.inf

    def trigger(self) -> None:
        """Starts a curve in some modes, which are not there."""
        self.unmodelled.append("group execute trigger")


_COMMON_OPTIONS: dict[str, tuple[object, ...]] = {
    "tc_reports": ("nominal", "actual"),
    "phase_range": ("signed", "unsigned"),
}
_OPTIONS: dict[str, dict[str, tuple[object, ...]]] = {
    "7265": {**_COMMON_OPTIONS, "terminator": tuple(_TERMINATORS), "stray_null": (False, True)},
    "7270": {**_COMMON_OPTIONS, "usbterm": (0, 1), "newline": (True, False)},
}


def _checked(number: str, line: InstrumentLine) -> dict[str, Any]:
    for name, value in line.options.items():
        allowed = _OPTIONS[number][name]
        if not any(value == choice and type(value) is type(choice) for choice in allowed):
            known = ", ".join(str(choice) for choice in allowed)
            raise ValueError(f"instruments.{line.role}.options.{name}: given {value!r}; allowed: {known}")
    return dict(line.options)


def _build_7265(world: WorldPort, line: InstrumentLine, serial: bool) -> SignalRecovery:  # noqa: FBT001 - the registry's call
    options = _checked("7265", line)
    end = _TERMINATORS[options.pop("terminator", "cr" if serial else "crlf")]
    lockin = world.lockin_of(line.role)
    return SignalRecovery(lockin, world.clock, MODELS["7265"], reply_s=line.reply_s, end=end, **options)


def _build_7270(world: WorldPort, line: InstrumentLine, serial: bool) -> SignalRecovery:  # noqa: FBT001 - the registry's call
    options = _checked("7270", line)
    usbterm, newline = options.pop("usbterm", 0), options.pop("newline", True)
    on_network = line.address.upper().endswith("::SOCKET")
    status_bytes: Literal["never", "always", "usbterm"] = "never" if serial else "usbterm"
    if on_network:
        status_bytes = "always" if "::50000::" in line.address else "never"
    instrument = SignalRecovery(
        world.lockin_of(line.role),
        world.clock,
        MODELS["7270"],
        reply_s=line.reply_s,
        end=b"\r" if serial else b"\n\0" if newline else b"\0",
        answers_all=True,
        status_bytes=status_bytes,
        **options,
    )
    instrument.execute(f"USBTERM {usbterm}", message_available=False)
    return instrument


_FAILURES = {
    "time_constant_turned": turned("TC 14"),
    "overload": turned("SEN 1"),
    "reference_lost": reference_lost,
}
KINDS = (
    Kind("signal_recovery_7265", _build_7265, tuple(_OPTIONS["7265"]), failures=_FAILURES),
    Kind("signal_recovery_7270", _build_7270, tuple(_OPTIONS["7270"]), failures=_FAILURES),
)
