"""Stanford Research SR830 lock-in amplifier: its commands and its status.

As the instrument does, it takes any case and any blanks, a trailing ``;``, an index written as a float, and answers each
query of a chain by a line of its own. The data buffer (SRAT ... TRCA, FAST) is not there: those commands are recorded
in `unknown`. Source: SR830 manual; the tolerance is that which other people's drivers rely on.

Overloads are noticed when the instrument is asked something, or changes a range or filter; one that came and went
between two messages is not.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import LockInPart, SimClock
from vsmdaq_sim.instruments.lockins.sr830_outputs import Outputs
from vsmdaq_sim.instruments.lockins.sr830_status import LockInStatusRegisters
from vsmdaq_sim.instruments.lockins.sr830_tables import (
    DEFAULTS,
    IDENTITY,
    INDEX_SETTINGS,
    SENSITIVITIES_V_RMS,
    TIME_CONSTANTS_S,
    UNMODELLED,
    input_limit_v_peak,
)

__all__ = ["KINDS", "SR830"]

Handler = Callable[[tuple[str, ...]], str | None]
_CACHE_LIMIT = 2048


class SR830:
    """The instrument's digital side, before the world's analogue one.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    clock : SimClock
        The bench's clock.
    serial : bool
        On RS-232 (replies end in CR, ``OUTX 0``) instead of GPIB (LF, ``OUTX 1``).
    """

    def __init__(self, lockin: LockInPart, clock: SimClock, *, serial: bool) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r" if serial else b"\n"
        self._lockin = lockin
        self._clock = clock
        self._port = 0 if serial else 1
        self._index: dict[str, int] = {"OUTX": self._port}
        self._status = LockInStatusRegisters()
        self._outputs = Outputs(self.measure)
        self._phase_deg = 0.0
        self._sine_v_rms = 1.0
        self._internal_hz = 1000.0
        self._harmonic = 1
        self._message_available = False
        self._parsed: dict[str, tuple[tuple[Handler | None, tuple[str, ...], str], ...]] = {}
        self._handlers = self._table()
        self._reset(())

    # --- messages ------------------------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        parsed = self._parsed.get(message)
        if parsed is None:
            parsed = self._parse(message)
        self._message_available = message_available
        replies: list[Reply] = []
        for handler, arguments, text in parsed:
            if handler is None:
                self.unknown.append(text)
                self._status.ieee.latch(CME)
                continue
            try:
                reply = handler(arguments)
            except RefusedCommandError as refusal:
                self._status.ieee.latch(refusal.bit)
                continue
            if reply is not None:
                replies.append(reply)
        return replies if self._index["OUTX"] == self._port else []

    def _parse(self, message: str) -> tuple[tuple[Handler | None, tuple[str, ...], str], ...]:
        commands: list[tuple[Handler | None, tuple[str, ...], str]] = []
        for part in message.split(";"):
            text = "".join(part.split()).upper()
            if not text:
                continue
            key, rest = text[:4], text[4:]
            if rest.startswith("?"):
                key, rest = key + "?", rest[1:]
            commands.append((self._handlers.get(key), tuple(rest.split(",")) if rest else (), part.strip()))
        if len(self._parsed) >= _CACHE_LIMIT:
            self._parsed.clear()
        self._parsed[message] = tuple(commands)
        return self._parsed[message]

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "*IDN?": lambda arguments: no_arguments(arguments, IDENTITY),
            "*RST": self._reset,
            "*CLS": self._status.clear,
            "*STB?": self._query_status_byte,
            "LIAS?": self._query_lias,
            "FREQ?": self._query_frequency,
            "FREQ": self._set_frequency,
            "HARM?": lambda arguments: no_arguments(arguments, str(self._harmonic)),
            "HARM": self._set_harmonic,
            "PHAS?": lambda arguments: no_arguments(arguments, f"{self._phase_deg:.2f}"),
            "PHAS": self._set_phase,
            "SLVL?": lambda arguments: no_arguments(arguments, f"{self._sine_v_rms:.3f}"),
            "SLVL": self._set_sine,
            "APHS": self._auto_phase,
            "AGAN": self._auto_gain,
            "ARSV": self._auto_reserve,
        }
        for name in INDEX_SETTINGS:
            table[name] = partial(self._set_index, name)
            table[name + "?"] = partial(self._query_index, name)
        table.update(self._status.table())
        table.update(self._outputs.table())
        return table

    def poll(self) -> list[Reply]:
        """The long operation is over."""
        if self._clock.now() >= self.next_event_s:
            self.busy = False
            self.next_event_s = math.inf
        return []

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - nothing but device clear interrupts it
        """Nothing but a device clear does."""
        return False

    def device_clear(self) -> None:
        """Abandon a long operation."""
        self.busy = False
        self.next_event_s = math.inf

    def trigger(self) -> None:
        """Starts a scan of the data buffer, which is not there."""
        self.unmodelled.append("group execute trigger")

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll: clears SRQ."""
        if not self.busy:
            self._watch()
        return self._status.poll(busy=self.busy, message_available=message_available)

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        if not self.busy:
            self._watch()
        return self._status.requests(busy=self.busy, message_available=message_available)

    # --- settings ------------------------------------------------------------------------------------------------

    def _reset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._index.update(DEFAULTS)
        self._phase_deg, self._sine_v_rms, self._internal_hz, self._harmonic = 0.0, 1.0, 1000.0, 1
        self._outputs.reset()
        self._lockin.set_phase_deg(0.0)
        self._apply_filter()

    def _query_index(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._index[name]))

    def _set_index(self, name: str, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], *INDEX_SETTINGS[name])
        if value in UNMODELLED.get(name, ()):
            self.unmodelled.append(f"{name} {value}")
        if name in {"SENS", "RMOD"}:
            self._watch()  # an overload of the old range stays latched
        self._index[name] = value
        if name in {"OFLT", "OFSL", "SYNC", "FMOD"}:
            self._apply_filter()

    def _apply_filter(self) -> None:
        if TIME_CONSTANTS_S[self._index["OFLT"]] > 30.0 and self._frequency_hz() * self._harmonic >= 200.0:
            self._index["OFLT"] = 13  # 30 s: longer ones need a detection frequency below 200 Hz
            self._status.latch_lia(5)
        synchronous = bool(self._index["SYNC"]) and self._frequency_hz() * self._harmonic < 200.0
        self._lockin.set_filter(TIME_CONSTANTS_S[self._index["OFLT"]], self._index["OFSL"] + 1, synchronous)

    def _frequency_hz(self) -> float:
        return self._internal_hz if self._index["FMOD"] else self._lockin.reference_frequency_hz() or 0.0

    def _query_frequency(self, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, f"{self._frequency_hz():.6g}")

    def _set_frequency(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if not self._index["FMOD"] or not 0.001 <= value <= 102000.0 or value * self._harmonic > 102000.0:
            raise RefusedCommandError(EXE)
        self._internal_hz = float(f"{value:.5g}") if value >= 1.0 else round(value, 4)
        self._apply_filter()

    def _set_harmonic(self, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], 1, 19999)
        if value * self._frequency_hz() > 102000.0:
            raise RefusedCommandError(EXE)
        if value != 1:
            self.unmodelled.append(f"HARM {value}")
        self._harmonic = value
        self._apply_filter()

    def _set_phase(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if not -360.0 <= value <= 729.99:
            raise RefusedCommandError(EXE)
        self._store_phase(value)

    def _store_phase(self, value_deg: float) -> None:
        """Keep the phase in hundredths of a degree, in (-180, 180]."""
        hundredths = round(value_deg * 100.0) % 36000
        self._phase_deg = (hundredths - 36000 if hundredths > 18000 else hundredths) / 100.0
        self._lockin.set_phase_deg(self._phase_deg)

    def _set_sine(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if not 0.004 <= value <= 5.0:
            raise RefusedCommandError(EXE)
        self._sine_v_rms = round(value / 0.002) * 0.002

    # --- measuring -----------------------------------------------------------------------------------------------

    def measure(self) -> tuple[float, float, float, float]:
        """X, Y (V rms, one instant, clipped by `Outputs`), full scale (V rms) and reference frequency (Hz)."""
        x_v_rms, y_v_rms = self._lockin.read()
        full_scale_v_rms = SENSITIVITIES_V_RMS[self._index["SENS"]]
        self._latch_overloads(x_v_rms, y_v_rms, full_scale_v_rms)
        return x_v_rms, y_v_rms, full_scale_v_rms, self._frequency_hz()

    def _watch(self) -> None:
        self.measure()

    def _latch_overloads(self, x_v_rms: float, y_v_rms: float, full_scale_v_rms: float) -> None:
        if self._lockin.input_peak_v() > input_limit_v_peak(full_scale_v_rms, self._index["RMOD"]):
            self._status.latch_lia(0)
        if self._outputs.overloaded(x_v_rms, y_v_rms, full_scale_v_rms):
            self._status.latch_lia(2)
        if not self._index["FMOD"] and not self._lockin.reference_frequency_hz():
            self._status.latch_lia(3)

    def _query_lias(self, arguments: tuple[str, ...]) -> str:
        self._watch()
        return self._status.take_lia(arguments)

    def _query_status_byte(self, arguments: tuple[str, ...]) -> str:
        self._watch()
        return self._status.query_byte(arguments, message_available=self._message_available)

    # --- long operations -----------------------------------------------------------------------------------------

    def _occupy(self, duration_s: float) -> None:
        self.busy = True
        self.next_event_s = self._clock.now() + duration_s

    def _auto_phase(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        x_v_rms, y_v_rms = self._lockin.read()
        self._store_phase(self._phase_deg + math.degrees(math.atan2(y_v_rms, x_v_rms)))
        self._occupy(max(5.0 * TIME_CONSTANTS_S[self._index["OFLT"]], 0.5))

    def _auto_gain(self, arguments: tuple[str, ...]) -> None:
        """Smallest range that holds R; does nothing at time constants above 1 s."""
        no_arguments(arguments)
        time_constant_s = TIME_CONSTANTS_S[self._index["OFLT"]]
        if time_constant_s > 1.0:
            return
        magnitude = math.hypot(*self._lockin.read())
        self._watch()
        fits = [i for i, full_scale in enumerate(SENSITIVITIES_V_RMS) if magnitude <= full_scale]
        self._index["SENS"] = fits[0] if fits else 26
        self._occupy(max(20.0 * time_constant_s, 1.0))

    def _auto_reserve(self, arguments: tuple[str, ...]) -> None:
        """Lowest reserve that takes the input."""
        no_arguments(arguments)
        self._watch()
        full_scale = SENSITIVITIES_V_RMS[self._index["SENS"]]
        peak_v = self._lockin.input_peak_v()
        self._index["RMOD"] = next((i for i in (2, 1, 0) if peak_v <= input_limit_v_peak(full_scale, i)), 0)
        self._occupy(2.0)


KINDS = (Kind("sr830", lambda world, line, serial: SR830(world.lockin_of(line.role), world.clock, serial=serial)),)
