"""A SCPI voltmeter before two terminals of the world: what Keithley and Keysight meters have in common.

A reading takes its time: the reply to ``READ?`` comes when the measurement is done, with the voltage of that moment, and later
commands wait. ``INIT`` measures in the background, ``FETC?`` waits for it. What exceeds the range is answered with ±9.9E37.
Only voltages are measured; other functions show zero and are noted as not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from vsmdaq_sim.instruments.common.arguments import CME, EXE, RefusedCommandError, arguments_of, no_arguments
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import SimClock, VoltagePart
from vsmdaq_sim.instruments.common.scpi import Handler, ScpiDialect
from vsmdaq_sim.instruments.common.scpi_settings import Kept, KeptSettings
from vsmdaq_sim.instruments.common.scpi_values import INFINITE, parse_boolean, scientific, unquoted
from vsmdaq_sim.instruments.others.scpi_meter.buffer import ReadingBuffer
from vsmdaq_sim.instruments.others.scpi_meter.function import FunctionSettings, MeterFunction

__all__ = ["MeterModel", "ScpiMeter"]

_TAKEN = "\0"  # stands in a line of replies for a reading that is still being taken
_INIT_IGNORED = '-213,"Init ignored"'
_STALE = '-230,"Data corrupt or stale"'


@dataclass(frozen=True, slots=True)
class MeterModel:
    """What tells one meter from another.

    Attributes
    ----------
    identity, no_error : str
        Replies to ``*IDN?``, and to ``SYST:ERR?`` where there is none.
    functions : tuple of MeterFunction
        The first one is the default.
    numbers : mapping
        Numeric settings of each function: header node (``"NPLCycles"``) to key, default, lowest, highest.
    kept : tuple of Kept
        Settings without effect.
    digits : int
        Behind the point of a reading.
    continuous : bool
        Measures by itself after power on.
    tells_range : bool
        ``CONF?`` gives range and resolution, too.
    triggers : tuple of str
        Headers of the settings (`kept`) that say how many readings an ``INIT`` takes, and last the one of the delay before each, s.
    stores : bool
        It has a buffer.
    """

    identity: str
    functions: tuple[MeterFunction, ...]
    numbers: Mapping[str, tuple[str, float, float, float]]
    kept: tuple[Kept, ...] = ()
    digits: int = 6
    continuous: bool = False
    no_error: str = '0,"No error"'
    tells_range: bool = False
    triggers: tuple[str, ...] = ()
    stores: bool = False


class ScpiMeter:
    """The meter.

    Parameters
    ----------
    terminals : VoltagePart
        What it is connected to.
    clock : SimClock
        The bench's clock.
    model : MeterModel
        Which meter.
    """

    def __init__(self, terminals: VoltagePart, clock: SimClock, model: MeterModel) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\n"
        self._terminals = terminals
        self._clock = clock
        self._model = model
        self._functions = {
            kind.name: FunctionSettings(kind, model.numbers, self._voltage_of(kind), self._text)
            for kind in model.functions
        }
        self._function = self._functions[model.functions[0].name]
        self._line = ""  # replies that wait for a reading
        self._last: float | None = None
        self._questionable = 0
        self._continuous = model.continuous
        self._kept = KeptSettings(model.kept, self.unmodelled.append)
        self._buffer = ReadingBuffer(self._text)
        self._left = 0  # readings that are still to be taken
        self._dialect = ScpiDialect(
            self._table(),
            identity=model.identity,
            reset=self._reset,
            condition=self._buffer.summary,
            no_error=model.no_error,
            cleared=self._buffer.clear_status,
        )
        self.unknown = self._dialect.unknown

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            **self._kept.table(),
            **(self._buffer.table() if self._model.stores else {}),
            "[SENSe:]FUNCtion[:ON]": self._set_function,
            "[SENSe:]FUNCtion[:ON]?": lambda a: no_arguments(a, f'"{self._function.kind.name}"'),
            "CONFigure?": lambda a: no_arguments(a, self._configuration()),
            "INITiate[:IMMediate]": self._initiate,
            "INITiate:CONTinuous": self._set_continuous,
            "INITiate:CONTinuous?": lambda a: no_arguments(a, str(int(self._continuous))),
            "ABORt": self._abort,
            "READ?": self._read,
            "FETCh?": self._fetch,
            "[SENSe:]DATA[:LATest]?": self._fetch,
            "[SENSe:]DATA:FRESh?": lambda a: no_arguments(a, _TAKEN),
            "STATus:QUEStionable[:EVENt]?": self._take_questionable,
            "STATus:PRESet": lambda a: _done(no_arguments(a), self._buffer.preset),
            "STATus:QUEue:CLEar": lambda a: _done(no_arguments(a)),
            "*TRG": lambda a: _done(no_arguments(a)),
            "*OPT?": lambda a: no_arguments(a, "0"),
            "SYSTem:BEEPer[:IMMediate]": lambda _: None,
            "DISPlay:TEXT:CLEar": lambda a: _done(no_arguments(a)),
            "SYSTem:LOCal": lambda a: _done(no_arguments(a)),
            "SYSTem:REMote": lambda a: _done(no_arguments(a)),
            "SYSTem:RWLock": lambda a: _done(no_arguments(a)),
        }
        for function in self._functions.values():
            table |= function.table()
            table[f"CONFigure:{function.kind.node}"] = partial(self._configure, function)
            table[f"MEASure:{function.kind.node}?"] = partial(self._measure_once, function)
        return table

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line; replies with a reading in them come when it is taken."""
        replies = self._dialect.execute(message, message_available=message_available)
        line = str(replies[0]) if replies else ""
        if _TAKEN not in line:
            return replies
        self._line = line
        if not self.next_event_s < math.inf:
            self._left = 1
            self.next_event_s = self._clock.now() + self._function.seconds()
        self.busy = True
        return []

    def poll(self) -> list[Reply]:
        """Finish a measurement, and begin the next where more are to be taken."""
        while self._clock.now() >= self.next_event_s:
            self._last = self._take()
            self._buffer.put(self._last)
            self._left -= 1
            self.next_event_s = self.next_event_s + self._interval_s() if self._left > 0 else math.inf
        if self.next_event_s < math.inf or not self.busy or self._last is None:
            return []
        line, self._line, self.busy = self._line, "", False
        return [line.replace(_TAKEN, self._text(self._last))]

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - only a device clear ends a measurement
        """Only a device clear does."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll."""
        return self._dialect.status_byte(message_available=message_available)

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return self._dialect.requests_service(message_available=message_available)

    def device_clear(self) -> None:
        """End a measurement without reply."""
        self._line, self.busy, self.next_event_s = "", False, math.inf

    def trigger(self) -> None:
        """Triggers are immediate: a bus trigger does nothing more."""

    # --- measuring -----------------------------------------------------------------------------------------------

    def _voltage_of(self, kind: MeterFunction) -> Callable[[], float]:
        if not kind.name.startswith("VOLT"):
            return lambda: 0.0
        return self._terminals.ac_v_rms if kind.ac else self._terminals.dc_v

    def _take(self) -> float:
        value = self._function.reading()
        self._questionable |= 1 if abs(value) >= INFINITE else 0
        return value

    def _text(self, value: float) -> str:
        return scientific(value, self._model.digits)

    def _initiate(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        if self._continuous or self.next_event_s < math.inf:
            self._dialect.refuse(EXE, _INIT_IGNORED)
            return
        self._left = math.prod(int(self._kept.value(header)) for header in self._model.triggers[:-1])
        self.next_event_s = self._clock.now() + self._interval_s()

    def _interval_s(self) -> float:
        """Time of one reading with the delay before it, s."""
        delay_s = float(self._kept.value(self._model.triggers[-1])) if self._model.triggers else 0.0
        return delay_s + self._function.seconds()

    def _set_continuous(self, arguments: tuple[str, ...]) -> None:
        self._continuous = parse_boolean(arguments_of(arguments, 1)[0])

    def _abort(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.next_event_s = math.inf

    def _read(self, arguments: tuple[str, ...]) -> str | None:
        """``READ?``: abort, initiate, fetch; a meter that measures by itself refuses to be initiated and gives its last reading."""
        no_arguments(arguments)
        if self._continuous:
            self._dialect.refuse(EXE, _INIT_IGNORED)
            return self._fetch(arguments)
        self.next_event_s = math.inf
        return _TAKEN

    def _fetch(self, arguments: tuple[str, ...]) -> str | None:
        no_arguments(arguments)
        if self._continuous:
            self._last = self._take()
        elif self.next_event_s < math.inf:
            return _TAKEN
        if self._last is None:
            self._dialect.refuse(EXE, _STALE)
            return None
        return self._text(self._last)

    def _measure_once(self, function: FunctionSettings, arguments: tuple[str, ...]) -> str:
        self._configure(function, arguments)
        return _TAKEN

    def _take_questionable(self, arguments: tuple[str, ...]) -> str:
        value, self._questionable = self._questionable, 0
        return no_arguments(arguments, str(value))

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_function(self, arguments: tuple[str, ...]) -> None:
        """``FUNC "VOLT:DC"``: short or long forms, ``:DC`` may be left out."""
        wanted = unquoted(arguments_of(arguments, 1)[0]).upper()
        short = ":".join(node if node in {"DC", "AC"} else _short(node) for node in wanted.split(":"))
        for name in (short, f"{short}:DC", short.removesuffix(":DC")):
            if name in self._functions:
                self._function = self._functions[name]
                self._last = None
                if not name.startswith("VOLT"):
                    self.unmodelled.append(f"FUNC {name}")
                return
        raise RefusedCommandError(EXE)

    def _configure(self, function: FunctionSettings, arguments: tuple[str, ...]) -> None:
        """``CONF:VOLT:DC [range[,resolution]]``: defaults, and a single measurement by request."""
        if len(arguments) > 2:
            raise RefusedCommandError(CME)
        function.reset()
        if arguments and arguments[0].upper() not in {"DEF", "DEFAULT", "AUTO"}:
            function.set_range(arguments[:1])
        self._function, self._continuous, self._last = function, False, None
        self.next_event_s = math.inf

    def _configuration(self) -> str:
        scale = f" {self._function.ask_range(())},{self._text(1e-6)}" if self._model.tells_range else ""
        return f'"{self._function.kind.name}{scale}"'

    def _reset(self) -> None:
        for function in self._functions.values():
            function.reset()
        self._function = self._functions[self._model.functions[0].name]
        self._kept.reset()
        self._buffer.reset()
        self._continuous, self._last, self.next_event_s = False, None, math.inf


def _short(node: str) -> str:
    """Short form of a function's node: ``VOLTAGE`` to ``VOLT``."""
    return {"VOLTAGE": "VOLT", "CURRENT": "CURR", "RESISTANCE": "RES", "FRESISTANCE": "FRES"}.get(node, node[:4])


def _done(text: str, then: Callable[[], None] = lambda: None) -> None:
    """For commands that answer nothing."""
    del text
    then()
