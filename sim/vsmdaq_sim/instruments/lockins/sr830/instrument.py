"""Stanford Research SR830 and SR810 lock-in amplifiers: their messages, long operations, setups, power.

As the instrument does, it takes any case and any blanks, a trailing ``;``, an index written as a float, and answers each
query of a chain by a line of its own. While AGAN, APHS, ARSV or AOFF run only a serial poll is answered (bit IFC is 0); what comes
meanwhile, also in the same line, waits. Source: SR830 manual; the tolerance is that which other people's drivers rely on.

Overloads are noticed when the instrument is asked something, changes a range or filter, or stores a point; one that came and went
between is not. The SR810 has one display, and a buffer of half the length (SR810 manual).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from vsmdaq_sim.instruments.common.arguments import CME, RefusedCommandError, no_arguments
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import LockInPart, SimClock
from vsmdaq_sim.instruments.lockins.sr830.auto import AutoFunctions
from vsmdaq_sim.instruments.lockins.sr830.buffer import DataBuffer, Handler, Shown
from vsmdaq_sim.instruments.lockins.sr830.input import InputSettings
from vsmdaq_sim.instruments.lockins.sr830.lines import Command, LineReader
from vsmdaq_sim.instruments.lockins.sr830.memory import Memory
from vsmdaq_sim.instruments.lockins.sr830.meter import Meter
from vsmdaq_sim.instruments.lockins.sr830.noise import NoiseMeter
from vsmdaq_sim.instruments.lockins.sr830.outputs import Outputs
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.status import LockInStatusRegisters
from vsmdaq_sim.instruments.lockins.sr830.tables import CAPACITY, identity

__all__ = ["SR830"]

_INPUT_LIMIT = 256  # characters of a line
_INP, _URQ = 0, 6


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
    model : str
        ``"SR830"`` or ``"SR810"``.
    first_sample : str
        ``"at_start"`` of storage or ``"after_interval"``: when the first point of the buffer is taken.
    offset_in_outp : bool
        X, Y and R of ``OUTP?`` and ``SNAP?`` carry the offset.
    output_bits : int or None
        X and Y come in steps of full scale / 2**(bits - 1); 4 to 32, None for no steps.
    """

    def __init__(
        self,
        lockin: LockInPart,
        clock: SimClock,
        *,
        serial: bool,
        model: str = "SR830",
        first_sample: str = "at_start",
        offset_in_outp: bool = False,
        output_bits: int | None = None,
    ) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r" if serial else b"\n"
        self._clock = clock
        self._port = 0 if serial else 1
        self._identity = identity(model)
        self._settings = Settings()
        self._settings.index["OUTX"] = self._port
        self._status = LockInStatusRegisters(lambda: self._buffer.in_progress)
        self._front = InputSettings(
            lockin, self._settings, latch=self._status.latch_lia, watch=self._watch, unmodelled=self.unmodelled
        )
        self._meter = Meter(lockin, self._settings, self._front, self._status, output_bits)
        channels = 1 if model == "SR810" else 2
        self._noise = NoiseMeter(lockin, clock, self._settings)
        self._outputs = Outputs(
            self._settings,
            self._meter.measure,
            changed=self._outputs_changed,
            noise=lambda: self._noise.values(clock.now()),
            channels=channels,
            offset_in_outp=offset_in_outp,
        )
        self._buffer = DataBuffer(
            lockin,
            clock,
            self._settings,
            capacity=CAPACITY[model],
            channels=channels,
            show=self._show,
            scale=lambda x, y: self._outputs.scaled(x, y, self._front.full_scale_v_rms),
            latch=self._status.latch_lia,
            latch_error=self._status.latch_error,
            on_bus=lambda: self._settings.index["OUTX"] == 1,
            first_sample=first_sample,
        )
        self._auto = AutoFunctions(
            lockin, self._settings, self._front, self._outputs, watch=self._watch, occupy=self._occupy
        )
        self._message_available = False
        self._busy_until_s = math.inf
        self._waiting: list[Command] = []
        self._memory = Memory(self._settings, self._status, self._buffer, loaded=self._settings_loaded)
        self._handlers = self._table()
        self._lines = LineReader(self._handlers)
        lockin.stop_sampling()
        self._front.apply_all()

    @property
    def aux_in_v(self) -> list[float]:
        """Volts at the four auxiliary inputs, to which the world wires nothing."""
        return self._outputs.aux_in_v

    # --- messages ------------------------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        if len(message) > _INPUT_LIMIT:
            self._status.ieee.latch(_INP)
            return []
        self._message_available = message_available
        return self._carry_out(self._lines.read(message))

    def _carry_out(self, commands: tuple[Command, ...]) -> list[Reply]:
        if self._buffer.storing:
            self._buffer.catch_up()
        replies: list[Reply] = []
        for at, (handler, arguments, text) in enumerate(commands):
            if handler is None:
                self.unknown.append(text)
                self._status.ieee.latch(CME)
                continue
            started_s = self._busy_until_s
            try:
                reply = handler(arguments)
            except RefusedCommandError as refusal:
                self._status.ieee.latch(refusal.bit)
                continue
            if reply is not None:
                replies.append(reply)
            if self._busy_until_s != started_s:
                self._waiting.extend(commands[at + 1 :])
                break
        if self._buffer.storing or self._buffer.outgoing:
            replies[:0] = self._outgoing()
        return replies if self._settings.index["OUTX"] == self._port else []

    def _outgoing(self) -> list[Reply]:
        sent: list[Reply] = list(self._buffer.outgoing)
        self._buffer.outgoing.clear()
        self.next_event_s = min(self._busy_until_s, self._buffer.next_event_s)
        return sent

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "*IDN?": lambda arguments: no_arguments(arguments, self._identity),
            "*CLS": self._status.clear,
            "*STB?": self._query_status_byte,
            "LIAS?": self._query_lias,
        }
        table.update(self._front.table())
        table.update(self._status.table())
        table.update(self._outputs.table())
        table.update(self._buffer.table())
        table.update(self._auto.table())
        table.update(self._memory.table())
        for name in ("SRAT", "SEND"):
            table[name] = partial(self._then, table[name], self._buffer.rate_changed)
        for name in ("OFLT", "OFSL", "SENS", "RMOD", "FMOD", "FREQ", "HARM"):
            table[name] = partial(self._then, table[name], self._noise.configure)
        return table

    @staticmethod
    def _then(handler: Handler, follow: Callable[[], None], arguments: tuple[str, ...]) -> str | bytes | None:
        reply = handler(arguments)
        follow()
        return reply

    def poll(self) -> list[Reply]:
        """The long operation is over: what waited in its line goes on; fast transfer has something to send."""
        if self._clock.now() >= self._busy_until_s:
            self._finish()
            waiting, self._waiting = tuple(self._waiting), []
            return self._carry_out(waiting)
        self._buffer.catch_up()
        return self._outgoing()

    def _finish(self) -> None:
        self.busy = False
        self._busy_until_s = math.inf
        self.next_event_s = self._buffer.next_event_s

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - nothing but device clear interrupts it
        """Nothing but a device clear does."""
        return False

    def device_clear(self) -> None:
        """Abandon a long operation and what waits for it."""
        self._waiting.clear()
        self._finish()

    def trigger(self) -> None:
        """Group execute trigger: as ``TRIG``."""
        self._buffer.trigger()
        self.next_event_s = min(self._busy_until_s, self._buffer.next_event_s)

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll: clears SRQ."""
        self._look()
        return self._status.poll(busy=self.busy, message_available=message_available)

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        self._look()
        return self._status.requests(busy=self.busy, message_available=message_available)

    def _look(self) -> None:
        self._buffer.catch_up()
        if not self.busy:
            self._watch()

    # --- settings as a whole -------------------------------------------------------------------------------------

    def _settings_loaded(self) -> None:
        self._front.apply_all()
        self._noise.configure()
        self._buffer.rate_changed()

    def power_on(self, *, memory_kept: bool = True) -> None:
        """Power was off and comes back. For tests: no message does this.

        Parameters
        ----------
        memory_kept : bool
            The settings and setups are those of before; else they are lost, defaults are in force, and ERRS bit 1 says so.
        """
        self.device_clear()
        self._memory.power_on(kept=memory_kept)

    def turn_knob(self, command: str, *values: float) -> None:
        """Change a setting at the front panel, behind the program's back. For tests: no message does this.

        Parameters
        ----------
        command : str
            Mnemonic of the command that would do the same, e.g. ``"OFLT"``.
        values : float
            Its arguments.

        Raises
        ------
        ValueError
            The instrument has no such setting, or not this value.
        """
        handler = self._handlers.get(command)
        if handler is None or command.endswith("?"):
            raise ValueError(f"{command!r}: the instrument has no such setting")
        self._buffer.catch_up()
        try:
            handler(tuple(str(value) for value in values))
        except RefusedCommandError as refusal:
            raise ValueError(f"{command} {values}: not within the range of this setting") from refusal
        self._status.ieee.latch(_URQ)

    def _outputs_changed(self) -> None:
        self._front.apply_filter()
        self._noise.configure()

    def _show(self, time_s: float, x_v_rms: float, y_v_rms: float) -> Shown:
        x_v_rms, y_v_rms = self._meter.stepped(x_v_rms, y_v_rms)
        self._meter.latch_output(x_v_rms, y_v_rms)
        full_scale = self._front.full_scale_v_rms
        return self._outputs.shown(x_v_rms, y_v_rms, full_scale, lambda: self._noise.values(time_s))

    def _watch(self) -> None:
        self._meter.watch()

    def _query_lias(self, arguments: tuple[str, ...]) -> str:
        self._watch()
        return self._status.take_lia(arguments)

    def _query_status_byte(self, arguments: tuple[str, ...]) -> str:
        self._watch()
        return self._status.query_byte(arguments, message_available=self._message_available)

    def _occupy(self, duration_s: float) -> None:
        self.busy = True
        self._busy_until_s = self._clock.now() + duration_s
        self.next_event_s = min(self._busy_until_s, self._buffer.next_event_s)
