"""Keysight (Agilent) E4980A LCR meter at the world's pick-up coils.

``FETC?`` answers two numbers and a status (manual, "Data transfer"): -1 no data, 0 normal, +1 overload, +3 source overloaded,
+4 level control unable; with -1 and +1 both numbers are 9.9E37. With the internal trigger it measures all the time; with the bus
trigger each ``TRIG`` (once ``INIT:CONT`` is on) or ``*TRG`` measures once, and what follows waits for it. On a fixed range more than ten
times smaller than the impedance it is overloaded. Measurement times are rough: they grow with the aperture and below 1 kHz.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import CoilPart, SimClock, WorldPort
from vsmdaq_sim.instruments.common.scpi import Handler, ScpiDialect
from vsmdaq_sim.instruments.common.scpi_settings import KeptSettings
from vsmdaq_sim.instruments.common.scpi_values import (
    HERTZ,
    INFINITE,
    VOLT,
    parse_boolean,
    parse_value,
    parse_word,
    scientific,
)
from vsmdaq_sim.instruments.others.keysight_e4980a.list import FrequencyList
from vsmdaq_sim.instruments.others.keysight_e4980a.tables import FUNCTIONS, KEPT

__all__ = ["KINDS", "KeysightE4980A"]

_TAKEN = "\0"  # stands in a line of replies for a measurement that goes on
_APERTURE_S = {"SHOR": 0.006, "MED": 0.088, "LONG": 0.220}
_RANGES_OHM = (0.1, 1.0, 10.0, 100.0, 300.0, 1e3, 3e3, 1e4, 3e4, 1e5)
_NO_TRIGGER = '-211,"Trigger ignored"'


class KeysightE4980A:
    """The LCR meter.

    Parameters
    ----------
    coil : CoilPart
        What it is connected to.
    clock : SimClock
        The bench's clock.

    Attributes
    ----------
    status : int
        What it answers as status while it is not 0: 1, 3 or 4.
    """

    def __init__(self, coil: CoilPart, clock: SimClock) -> None:
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\n"
        self.status = 0
        self._coil = coil
        self._clock = clock
        self._kept = KeptSettings(KEPT, self._note)
        self._list = FrequencyList(_number)
        self._line = ""
        self._last = ""
        self._set_defaults()
        self._dialect = ScpiDialect(
            self._table(),
            identity="Keysight Technologies,E4980A,MY46541234,A.06.15",
            reset=self._reset,
            no_error='+0,"No error"',
        )
        self.unknown = self._dialect.unknown

    def _set_defaults(self) -> None:
        self._function = "CPD"
        self._frequency_hz = 1000.0
        self._level = ("VOLT", 1.0)
        self._aperture = ("MED", 1)
        self._range_ohm: float | None = None
        self._trigger = "INT"
        self._list.reset()

    def _note(self, text: str) -> None:
        if not text.startswith(("FORMat", "INITiate", "DISPlay")):
            self.unmodelled.append(text)

    def _table(self) -> dict[str, Handler]:
        return {
            **self._kept.table(),
            **self._list.table(),
            "FUNCtion:IMPedance[:TYPE]": self._set_function,
            "FUNCtion:IMPedance[:TYPE]?": lambda a: no_arguments(a, self._function),
            "FUNCtion:IMPedance:RANGe[:VALue]": self._set_range,
            "FUNCtion:IMPedance:RANGe[:VALue]?": lambda a: no_arguments(a, _number(self._range())),
            "FUNCtion:IMPedance:RANGe:AUTO": self._set_autorange,
            "FUNCtion:IMPedance:RANGe:AUTO?": lambda a: no_arguments(a, str(int(self._range_ohm is None))),
            "FREQuency[:CW]": self._set_frequency,
            "FREQuency[:CW]?": lambda a: _number(self._frequency_hz if not a else parse_value(a[0], 20.0, 2e6)),
            "VOLTage[:LEVel]": partial(self._set_level, "VOLT", 2.0),
            "VOLTage[:LEVel]?": partial(self._ask_level, "VOLT"),
            "CURRent[:LEVel]": partial(self._set_level, "CURR", 0.02),
            "CURRent[:LEVel]?": partial(self._ask_level, "CURR"),
            "APERture": self._set_aperture,
            "APERture?": lambda a: no_arguments(a, f"{self._aperture[0]},{self._aperture[1]}"),
            "TRIGger:SOURce": self._set_trigger,
            "TRIGger:SOURce?": lambda a: no_arguments(a, self._trigger),
            "TRIGger[:IMMediate]": self._start,
            "*TRG": self._start_and_fetch,
            "INITiate[:IMMediate]": lambda a: _done(no_arguments(a)),
            "ABORt": self._abort,
            "FETCh[:IMPedance][:FORMatted]?": self._fetch,
            "FETCh:IMPedance:CORRected?": self._fetch_corrected,
            "CORRection:OPEN[:EXECute]": lambda a: _done(no_arguments(a)),
            "CORRection:SHORt[:EXECute]": lambda a: _done(no_arguments(a)),
            "*OPT?": lambda a: no_arguments(a, "000"),
        }

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line; replies with a measurement in them come when it is done."""
        replies = self._dialect.execute(message, message_available=message_available)
        line = str(replies[0]) if replies else ""
        if _TAKEN not in line:
            return replies
        self._line = line
        return []

    def poll(self) -> list[Reply]:
        """Finish a measurement."""
        if self._clock.now() < self.next_event_s:
            return []
        self.next_event_s, self.busy = math.inf, False
        self._last = self._measured()
        line, self._line = self._line, ""
        return [line.replace(_TAKEN, self._last)] if line else []

    def interrupts(self, message: str) -> bool:
        """``ABOR`` ends a measurement."""
        return message.strip().upper().lstrip(":") in {"ABOR", "ABORT"}

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
        """Group execute trigger: a measurement, with the bus as trigger source."""
        if self._trigger == "BUS" and not self.busy:
            self._begin()

    # --- measuring -----------------------------------------------------------------------------------------------

    def _impedance(self, frequency_hz: float | None = None) -> complex:
        omega = 2.0 * math.pi * (self._frequency_hz if frequency_hz is None else frequency_hz)
        return complex(self._coil.resistance_ohm(), omega * self._coil.inductance_h())

    def _swept_hz(self) -> tuple[float, ...]:
        """Frequencies of a list measurement; none while another page is shown."""
        return self._list.frequencies_hz if self._kept.value("DISPlay:PAGE") == "LIST" else ()

    def _range(self) -> float:
        if self._range_ohm is not None:
            return self._range_ohm
        size = abs(self._impedance())
        return next((full for full in reversed(_RANGES_OHM) if full <= size), _RANGES_OHM[0])

    def _measured(self) -> str:
        """Two numbers and a status; of a list measurement so for each point, with the comparator's verdict (0: off) behind."""
        swept = [f"{self._point(frequency_hz)},+0" for frequency_hz in self._swept_hz()]
        return ",".join(swept) or self._point(self._frequency_hz)

    def _point(self, frequency_hz: float) -> str:
        z = self._impedance(frequency_hz)
        status = self.status or (1 if self._range_ohm is not None and abs(z) > 10.0 * self._range_ohm else 0)
        both = (INFINITE, INFINITE) if status == 1 else FUNCTIONS[self._function](z, 2.0 * math.pi * frequency_hz)
        digits = 9 if self._kept.value("FORMat:ASCii:LONG") == "1" else 5
        return f"{scientific(both[0], digits)},{scientific(both[1], digits)},{status:+d}"

    def _begin(self) -> None:
        mode, count = self._aperture
        slow = sum(max(1.0, 1000.0 / frequency_hz) for frequency_hz in self._swept_hz() or (self._frequency_hz,))
        self.busy, self._last = True, ""
        self.next_event_s = self._clock.now() + _APERTURE_S[mode] * count * slow

    def _start(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        if self._trigger != "BUS" or self._kept.value("INITiate:CONTinuous") != "1":
            self._dialect.refuse(EXE, _NO_TRIGGER)
            return
        self._begin()

    def _start_and_fetch(self, arguments: tuple[str, ...]) -> str | None:
        self._start(arguments)
        return _TAKEN if self.busy else None

    def _fetch(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        if self.busy:
            return _TAKEN  # in one line with the trigger
        if self._trigger == "INT":
            return self._measured()
        return self._last or f"{_number(INFINITE)},{_number(INFINITE)},-1"

    def _fetch_corrected(self, arguments: tuple[str, ...]) -> str:
        z = self._impedance()
        return no_arguments(arguments, f"{_number(z.real)},{_number(z.imag)}")

    def _abort(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.device_clear()

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_function(self, arguments: tuple[str, ...]) -> None:
        self._function = parse_word(arguments_of(arguments, 1)[0], FUNCTIONS)
        self._last = ""

    def _set_frequency(self, arguments: tuple[str, ...]) -> None:
        self._frequency_hz = parse_value(arguments_of(arguments, 1)[0], 20.0, 2e6, units=HERTZ)
        self._last = ""

    def _set_level(self, kind: str, highest: float, arguments: tuple[str, ...]) -> None:
        units = VOLT if kind == "VOLT" else {"A": 1.0, "MA": 1e-3, "UA": 1e-6}
        self._level = (kind, parse_value(arguments_of(arguments, 1)[0], 0.0, highest, units=units))

    def _ask_level(self, kind: str, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        if self._level[0] != kind:
            raise RefusedCommandError(EXE)  # the level is set as the other quantity: no answer
        return _number(self._level[1])

    def _set_aperture(self, arguments: tuple[str, ...]) -> None:
        if len(arguments) not in {1, 2}:
            raise RefusedCommandError(CME)
        mode = parse_word(arguments[0], ("SHORt", "MEDium", "LONG"))
        self._aperture = (mode, parse_index(arguments[1], 1, 256) if len(arguments) > 1 else 1)

    def _set_range(self, arguments: tuple[str, ...]) -> None:
        value = parse_value(arguments_of(arguments, 1)[0], _RANGES_OHM[0], _RANGES_OHM[-1])
        self._range_ohm = next(full for full in _RANGES_OHM if value <= full)

    def _set_autorange(self, arguments: tuple[str, ...]) -> None:
        self._range_ohm = None if parse_boolean(arguments_of(arguments, 1)[0]) else self._range()

    def _set_trigger(self, arguments: tuple[str, ...]) -> None:
        self._trigger = parse_word(arguments_of(arguments, 1)[0], ("INTernal", "HOLD", "EXTernal", "BUS"))
        self._last = ""

    def _reset(self) -> None:
        self._set_defaults()
        self._kept.reset()
        self.device_clear()
        self._last = ""


def _number(value: float) -> str:
    return scientific(value, 5)


def _done(text: str) -> None:
    """For commands that answer nothing."""
    del text


def _fail(status: int) -> Callable[[WorldPort, Any], None]:
    def fail(world: WorldPort, meter: KeysightE4980A) -> None:
        del world
        meter.status = status

    return fail


KINDS = (
    Kind(
        "keysight_e4980a",
        lambda world, _line, _serial: KeysightE4980A(world.coil, world.clock),
        failures={"overload": _fail(1), "source": _fail(3), "alc": _fail(4)},
    ),
)
