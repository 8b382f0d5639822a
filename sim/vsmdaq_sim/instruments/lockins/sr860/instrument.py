"""Stanford Research SR860 and SR865A lock-in amplifiers: their commands.

As the manual says: the replies of one line come joined by ``;`` on one line; settings are told by index or by name; a
query has no blank before its ``?`` and a blank before its argument (with ``strict``; without, blanks are ignored and two
misspellings of pymeasure, ``ADVFIL`` and ``GSDP``, are understood, so that other people's drivers run unchanged). Streaming,
scans, the FFT and the display's scales are settings only: see `sr860_panel`.

Source: SR860 manual p. 103 (syntax), 138, 139, 152; pymeasure, qcodes, srsinst.sr860.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.failures import reference_lost, turned
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import InstrumentLine, LockInPart, SimClock, WorldPort
from vsmdaq_sim.instruments.lockins.sr860.capture import Capture860
from vsmdaq_sim.instruments.lockins.sr860.outputs import Outputs860, named_index
from vsmdaq_sim.instruments.lockins.sr860.panel import Panel860
from vsmdaq_sim.instruments.lockins.sr860.reference import Reference860
from vsmdaq_sim.instruments.lockins.sr860.status import DCAPFIN, RANGE, SYNCF, TRIG, UNLK, Latch, Status860
from vsmdaq_sim.instruments.lockins.sr860.tables import (
    DEFAULTS,
    HIGHEST_FREQUENCY_HZ,
    INPUT_RANGES_V_PEAK,
    SCALES_V_RMS,
    SETTINGS,
    SYNC_BELOW_HZ,
    TIME_CONSTANTS_S,
    UNMODELLED,
    identity,
)

__all__ = ["KINDS", "SR860"]

Handler = Callable[[tuple[str, ...]], Reply | None]
_COMMAND = re.compile(r"(SCNAUX[12]|\*?[A-Za-z]+)(\s*)(\??)(\s*)(.*)", re.DOTALL)
_MISSPELT = {"ADVFIL": "ADVFILT", "GSDP": "GSPD"}
_NOISE_BANDWIDTHS = (1 / 4, 1 / 8, 3 / 32, 5 / 64)  # Hz s, of 1 to 4 RC stages


class SR860:
    """The instrument's digital side, before the world's analogue one.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    clock : SimClock
        The bench's clock.
    model : str
        ``"SR860"`` or ``"SR865A"``.
    strict : bool
        Take only what the manual's syntax allows.
    clips, offset_in_outputs : bool
        See `sr860_outputs`.
    lia_latch : str
        See `sr860_status`.
    """

    def __init__(
        self,
        lockin: LockInPart,
        clock: SimClock,
        *,
        model: str = "SR860",
        strict: bool = False,
        clips: bool = False,
        offset_in_outputs: bool = False,
        lia_latch: Latch = "level",
    ) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\n"
        self._lockin = lockin
        self._clock = clock
        self._model = model
        self._strict = strict
        self._index: dict[str, int] = dict(DEFAULTS)
        self._reference = Reference860(lockin, self._index, HIGHEST_FREQUENCY_HZ[model], changed=self._apply_filter)
        self._outputs = Outputs860(
            lockin.read, self._reference.values, self._scale_v_rms, clips=clips, offset_in_outputs=offset_in_outputs
        )
        self._status = Status860(self._condition, lia_latch)
        self._capture = Capture860(
            lockin,
            clock,
            shown=self._outputs.xyrt,
            time_constant_s=self._time_constant_s,
            finished=partial(self._status.latch, DCAPFIN),
        )
        self._panel = Panel860(clock, self.unmodelled.append)
        self._handlers = self._table()
        self._reset(())

    # --- messages ------------------------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        self._capture.catch_up()
        self._status.note_message(available=message_available)
        replies: list[Reply] = []
        joined: list[str] = []
        for part in message.split(";"):
            if not part.strip():
                continue
            try:
                reply = self._carry_out(part.strip())
            except RefusedCommandError as refusal:
                self._status.ieee.latch(refusal.bit)
                continue
            if isinstance(reply, bytes):  # a binary block stands for itself
                replies.append(reply)
            elif reply is not None:
                joined.append(reply)
        return [";".join(joined), *replies] if joined else replies

    def _carry_out(self, text: str) -> Reply | None:
        handler: Handler | None = None
        found = _COMMAND.fullmatch(text)
        rest = ""
        if found:
            head, blank, mark, blank_behind, rest = found.groups()
            allowed = not self._strict or (not (blank and mark) and (blank or blank_behind or not rest))
            name = head.upper() if self._strict else _MISSPELT.get(head.upper(), head.upper())
            handler = self._handlers.get(name + mark) if allowed else None
        if handler is None:
            self.unknown.append(text)
            raise RefusedCommandError(CME)
        return handler(tuple(argument.strip() for argument in rest.split(",")) if rest.strip() else ())

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "*IDN?": lambda arguments: no_arguments(arguments, identity(self._model)),
            "*RST": self._reset,
            "*OPC?": lambda arguments: no_arguments(arguments, "1"),
            "*OPC": lambda _: self._status.ieee.latch(0),
            "*WAI": lambda _: None,
            "*TST?": lambda arguments: no_arguments(arguments, "0"),
            "*TRG": lambda _: self.trigger(),
            "DCAP": lambda _: None,
            "APHS": self._auto_phase,
            "ASCL": self._auto_scale,
            "ARNG": self._auto_range,
            "ILVL?": self._query_level,
            "ENBW?": self._query_noise_bandwidth,
        }
        for name in SETTINGS:
            table[name] = partial(self._set_index, name)
            table[name + "?"] = partial(self._query_index, name)
        for part in (self._status, self._outputs, self._reference, self._capture, self._panel):
            table.update(part.table())
        return table

    def poll(self) -> list[Reply]:
        """A long operation is over."""
        if self._clock.now() >= self.next_event_s:
            self.busy, self.next_event_s = False, math.inf
        return []

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - nothing but device clear interrupts it
        """Nothing but a device clear does."""
        return False

    def device_clear(self) -> None:
        """Abandon a long operation."""
        self.busy, self.next_event_s = False, math.inf

    def trigger(self) -> None:
        """Group execute trigger, or ``*TRG``."""
        if self._capture.trigger():
            self._status.latch(TRIG)

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll: takes SRQ."""
        return self._status.poll(message_available=message_available)

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return self._status.requests(message_available=message_available)

    # --- settings ------------------------------------------------------------------------------------------------

    def _reset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._index.update(DEFAULTS)
        self._outputs.reset()
        self._reference.reset()
        self._panel.reset()

    def _query_index(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._index[name]))

    def _set_index(self, name: str, arguments: tuple[str, ...]) -> None:
        (text,) = arguments_of(arguments, 1)
        names = SETTINGS[name]
        value = named_index(text, names) if names[0] else parse_index(text, 0, len(names) - 1)
        if value in UNMODELLED.get(name, ()):
            self.unmodelled.append(f"{name} {value}")
        self._status.watch()  # an overload of the old range stays latched
        self._index[name] = value
        if name == "RSRC":
            self._reference.apply()
        elif name in {"OFLT", "OFSL", "SYNC"}:
            self._apply_filter()

    def _time_constant_s(self) -> float:
        return TIME_CONSTANTS_S[self._index["OFLT"]]

    def _scale_v_rms(self) -> float:
        return SCALES_V_RMS[self._index["SCAL"]]

    def _apply_filter(self) -> None:
        synchronous = bool(self._index["SYNC"]) and self._reference.detection_hz() < SYNC_BELOW_HZ
        self._lockin.set_filter(self._time_constant_s(), self._index["OFSL"] + 1, synchronous)

    # --- measuring -----------------------------------------------------------------------------------------------

    def _condition(self) -> int:
        """Bits of the lock-in status that hold now."""
        bits = self._outputs.overloads()
        bits |= int(self._reference.unlocked()) << UNLK
        bits |= int(self._lockin.input_peak_v() > INPUT_RANGES_V_PEAK[self._index["IRNG"]]) << RANGE
        return bits | int(bool(self._index["SYNC"]) and self._reference.detection_hz() >= SYNC_BELOW_HZ) << SYNCF

    def _query_level(self, arguments: tuple[str, ...]) -> str:
        """Signal strength, 0 to 4: steps of a factor of four below the range, 4 for overload (assumed)."""
        share = self._lockin.input_peak_v() / INPUT_RANGES_V_PEAK[self._index["IRNG"]]
        return no_arguments(arguments, str(sum(share > limit for limit in (1 / 64, 1 / 16, 1 / 4, 1.0))))

    def _query_noise_bandwidth(self, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, f"{_NOISE_BANDWIDTHS[self._index['OFSL']] / self._time_constant_s():.6g}")

    # --- long operations -----------------------------------------------------------------------------------------

    def _occupy(self, duration_s: float) -> None:
        self.busy, self.next_event_s = True, self._clock.now() + duration_s

    def _auto_phase(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        x_v_rms, y_v_rms = self._lockin.read()
        self._reference.turn(math.degrees(math.atan2(y_v_rms, x_v_rms)))
        self._occupy(0.5)

    def _auto_scale(self, arguments: tuple[str, ...]) -> None:
        """Smallest scale that holds R."""
        no_arguments(arguments)
        magnitude = math.hypot(*self._lockin.read())
        self._index["SCAL"] = max((i for i, scale in enumerate(SCALES_V_RMS) if magnitude <= scale), default=0)
        self._occupy(0.5)

    def _auto_range(self, arguments: tuple[str, ...]) -> None:
        """Smallest range that takes the input."""
        no_arguments(arguments)
        peak_v = self._lockin.input_peak_v()
        self._index["IRNG"] = max((i for i, full in enumerate(INPUT_RANGES_V_PEAK) if peak_v <= full), default=0)
        self._occupy(0.5)


_OPTIONS: dict[str, tuple[object, ...]] = {
    "strict": (False, True),
    "clips": (False, True),
    "offset_in_outputs": (False, True),
    "lia_latch": ("level", "edge"),
}


def _build(model: str, world: WorldPort, line: InstrumentLine, serial: bool) -> SR860:  # noqa: ARG001, FBT001 - the registry's call
    options: dict[str, Any] = dict(line.options)
    for name, value in options.items():
        if value not in _OPTIONS[name]:
            allowed = ", ".join(str(choice) for choice in _OPTIONS[name])
            raise ValueError(f"instruments.{line.role}.options.{name}: given {value!r}; allowed: {allowed}")
    return SR860(world.lockin_of(line.role), world.clock, model=model, **options)


_FAILURES = {
    "time_constant_turned": turned("OFLT 11"),
    "overload": turned("SCAL 27"),
    "reference_lost": reference_lost,
}
KINDS = (
    Kind("sr860", partial(_build, "SR860"), tuple(_OPTIONS), failures=_FAILURES),
    Kind("sr865a", partial(_build, "SR865A"), tuple(_OPTIONS), failures=_FAILURES),
)
