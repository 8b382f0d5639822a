"""The front end of Lake Shore 425, 455 and 475: what they have in common, as `Model` has it for each.

``RDGFIELD?`` answers in the current unit as sign, three integer digits, four decimals and an engineering exponent
(``+800.0000E+03``): one decimal more than the manuals' ``±nnn.nnnE±nn``, so that the text never hides the probe's own noise.
What it answers with an overload or without a probe is not confirmed for this family: options `overload_text` and
`no_probe_text`, which may be numbers as well; ``OPST?`` tells of both. A new reading comes at the rate of the resolution, and
not faster than the world's Hall probe.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.dialect import Dialect, Handler
from vsmdaq_sim.instruments.common.failures import Failure, turned
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.ports import GaussmeterPart, SimClock
from vsmdaq_sim.instruments.gaussmeters.probes import (
    MU0,
    NO_PROBE,
    PER_A_PER_M,
    HeldReading,
    engineering,
    text_option,
    unknown_commands,
)
from vsmdaq_sim.instruments.gaussmeters.rdgfield.model import Model
from vsmdaq_sim.instruments.gaussmeters.relative import Relative
from vsmdaq_sim.instruments.gaussmeters.settings import kept_handlers

__all__ = ["OPTIONS", "RdgFieldMeter"]

FAILURES: Mapping[str, Failure] = {
    "probe_unplugged": lambda _, meter: meter.unplug_probe(),
    "overload": turned("AUTO 0", "RANGE 1"),
}
"""Of the kinds that share this front end; the lowest range is too small for most fields."""

OPTIONS = ("chain", "no_probe_text", "overload_text", "probe", "terminator", "zero_s")
"""Options of a world file."""

_UNITS = {1: "G", 2: "T", 3: "Oe", 4: "A/m"}
_PROBE_TYPES = {"HSE": "40", "HST": "41", "UHS": "42", NO_PROBE: "00"}
_TERMINATORS = {"crlf": b"\r\n", "lf": b"\n"}
_CHAINS = {"joined": True, "refused": False}
_MISSING, _OVERLOAD, _NEW, _ZEROED = 0x01, 0x02, 0x04, 0x80
# common commands that the 425 does not have (manual, list of commands)
_STATUS_COMMANDS = ("*CLS", "*ESR?", "*ESE", "*ESE?", "*SRE", "*SRE?", "*STB?", "*OPC", "*OPC?", "*WAI", "*TST?")


class RdgFieldMeter:
    """The meter before the world's Hall probe.

    Parameters
    ----------
    model : Model
        Which one.
    probe : GaussmeterPart
        The world's Hall probe.
    clock : SimClock
        The bench's time.
    options : mapping
        ``probe``: ``"HSE"`` (default), ``"HST"``, ``"UHS"`` or ``"none"``; ``overload_text`` (``"OL"``) and ``no_probe_text``
        (``"NO PROBE"``); ``terminator``, ``"crlf"`` (default) or ``"lf"``; ``chain``: ``"joined"`` (default), or ``"refused"``
        for a firmware that does not know ``;``; ``zero_s``, duration of ``ZPROBE`` (5 s, assumed).

    Raises
    ------
    ValueError
        For another probe, terminator or chain.
    """

    def __init__(self, model: Model, probe: GaussmeterPart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = _TERMINATORS[text_option(options.get("terminator", "crlf"), _TERMINATORS, "terminator")]
        self._model = model
        self._clock = clock
        self._shown_probe = HeldReading(probe, clock)
        self._family = text_option(options.get("probe", "HSE"), _PROBE_TYPES, "probe")
        self._full_scales_t = model.full_scales_t.get(self._family, model.full_scales_t["HSE"])
        self._overload_text = str(options.get("overload_text", "OL"))
        self._no_probe_text = str(options.get("no_probe_text", "NO PROBE"))
        self._chains = _CHAINS[text_option(options.get("chain", "joined"), _CHAINS, "chain")]
        self._zero_s = float(options.get("zero_s", 5.0))
        self._latched = self._enabled = 0
        self._last_query = ""
        self._kept: dict[str, tuple[float, ...]] = {}
        self._relative = Relative(
            has_source=model.relative_source,
            reading_a_per_m=self._reading_a_per_m,
            shown=self._shown,
            per_a_per_m=lambda: PER_A_PER_M[_UNITS[self._unit]],
        )
        self._set_defaults()
        table = self._table() | self._relative.handlers()
        table |= kept_handlers(model.kept, self._kept, self.unmodelled.append)
        if not model.has_status:
            table |= unknown_commands(*_STATUS_COMMANDS, note=self._note_unknown)
        self._dialect = Dialect(table, identity=model.identity, reset=self._set_defaults, condition=self._condition)
        self.unknown = self._dialect.unknown

    def _note_unknown(self, text: str) -> None:
        self.unknown.append(text)

    def _set_defaults(self) -> None:
        self._unit, self._range, self._auto = 1, len(self._full_scales_t), 1
        self._mode = self._model.mode
        self._zero_a_per_m = 0.0
        self._relative.reset()
        self._zeroed = False
        self._extremes_a_per_m: tuple[float, float] | None = None
        self._kept.update({name: kept.initial for name, kept in self._model.kept.items()})

    def _table(self) -> dict[str, Handler]:
        return {
            "RDGFIELD?": lambda arguments: no_arguments(arguments, self._shown(self._reading_a_per_m())),
            "RDGMX?": lambda arguments: no_arguments(arguments, self._shown(self._extremes()[1])),
            "RDGMNMX?": self._query_extremes,
            "RDGPEAK?": self._query_extremes,
            "RDGTEMP?": lambda arguments: no_arguments(arguments, "+023.0000E+00"),
            "RDGFRQ?": lambda arguments: no_arguments(arguments, "+000.0000E+00"),  # DC: nothing to count
            "MXRST": self._forget_extremes,
            "UNIT": self._set_unit,
            "UNIT?": lambda arguments: no_arguments(arguments, str(self._unit)),
            "RANGE": self._set_range,
            "RANGE?": lambda arguments: no_arguments(arguments, str(self._range_now())),
            "AUTO": self._set_auto,
            "AUTO?": lambda arguments: no_arguments(arguments, str(self._auto)),
            "RDGMODE": self._set_mode,
            "RDGMODE?": lambda arguments: no_arguments(arguments, ",".join(map(str, self._mode))),
            "ZPROBE": self._zero_probe,
            "ZCLEAR": self._clear_zero,
            "TYPE?": lambda arguments: no_arguments(arguments, _PROBE_TYPES[self._family]),
            "PRBSENS?": lambda arguments: no_arguments(arguments, "+001.0000E+00"),
            "PRBSNUM?": lambda arguments: no_arguments(arguments, "H12345"),
            "DFLT": self._factory_defaults,
            "OPST?": lambda arguments: no_arguments(arguments, f"{self._operation():03d}"),
            "OPSTR?": self._query_latched,
            "OPSTE": self._set_enable,
            "OPSTE?": lambda arguments: no_arguments(arguments, f"{self._enabled:03d}"),
        }

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line; ``?`` alone asks the last question again."""
        text = message.strip()
        if text == "?" and self._last_query:
            text = self._last_query
        elif ";" in text and not self._chains:
            self.unknown.append(text)
            return []
        elif "?" in text:
            self._last_query = text
        return self._dialect.execute(text, message_available=message_available)

    def poll(self) -> list[Reply]:
        """End a zeroing that is due: the reading of this moment is zero from now on."""
        if self._clock.now() >= self.next_event_s:
            self.next_event_s = math.inf
            self._zero_a_per_m = self._raw_a_per_m()
            self._zeroed = True
        return []

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - it is never busy
        """It is never busy."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll."""
        return self._dialect.status_byte(message_available=message_available)

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return self._dialect.requests_service(message_available=message_available)

    def device_clear(self) -> None:
        """Nothing is in progress."""

    def trigger(self) -> None:
        """No trigger function."""

    def unplug_probe(self) -> None:
        """Somebody takes the probe off."""
        self._family = NO_PROBE

    # --- field ---------------------------------------------------------------------------------------------------

    @property
    def _interval_s(self) -> float:
        intervals = self._model.intervals_s
        return intervals[0] if len(intervals) == 1 else intervals[self._mode[1] - 1]

    def _raw_a_per_m(self) -> float:
        return self._shown_probe.read_a_per_m(self._interval_s)

    def _reading_a_per_m(self) -> float | None:
        """The probe's reading less its zero; None beyond the range or without a probe."""
        if self._family == NO_PROBE:
            self._latched |= _MISSING
            return None
        new = self._shown_probe.fresh(self._interval_s)
        field = self._raw_a_per_m() - self._zero_a_per_m
        if new:
            self._latched |= _NEW
        highest = len(self._full_scales_t) if self._auto else self._range
        if abs(field) * MU0 > self._full_scales_t[highest - 1]:
            self._latched |= _OVERLOAD
            return None
        low, high = self._extremes_a_per_m or (field, field)
        self._extremes_a_per_m = min(low, field), max(high, field)
        return field

    def _shown(self, field_a_per_m: float | None) -> str:
        if field_a_per_m is None:
            return self._no_probe_text if self._family == NO_PROBE else self._overload_text
        return engineering(field_a_per_m * PER_A_PER_M[_UNITS[self._unit]])

    def _extremes(self) -> tuple[float | None, float | None]:
        """Lowest and highest reading since the last reset, of those that somebody asked for."""
        self._reading_a_per_m()
        return self._extremes_a_per_m or (None, None)

    def _query_extremes(self, arguments: tuple[str, ...]) -> str:
        low, high = self._extremes()
        return no_arguments(arguments, f"{self._shown(low)},{self._shown(high)}")

    def _forget_extremes(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._extremes_a_per_m = None

    def _range_now(self) -> int:
        if self._auto:
            induction_t = abs(self._raw_a_per_m()) * MU0
            highest = len(self._full_scales_t)
            fitting = (n for n, full in enumerate(self._full_scales_t, start=1) if induction_t <= full)
            self._range = next(fitting, highest)
        return self._range

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_unit(self, arguments: tuple[str, ...]) -> None:
        self._unit = parse_index(arguments_of(arguments, 1)[0], 1, 4)

    def _set_range(self, arguments: tuple[str, ...]) -> None:
        self._range = parse_index(arguments_of(arguments, 1)[0], 1, len(self._full_scales_t))
        self._auto = 0

    def _set_auto(self, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], 0, 1)
        self._range_now()
        self._auto = value

    def _set_mode(self, arguments: tuple[str, ...]) -> None:
        """Set the leading arguments, at least as many as the model wants; the world has DC only."""
        limits = self._model.mode_limits
        if len(arguments) not in {self._model.short_mode, len(limits)}:
            raise RefusedCommandError(CME)
        pairs = zip(arguments, limits, strict=False)
        values = [parse_index(text, *limit) for text, limit in pairs]
        if values[0] != 1:
            self.unmodelled.append(f"RDGMODE {values[0]}: not DC")
        self._mode = (*values, *self._mode[len(values) :])

    def _zero_probe(self, arguments: tuple[str, ...]) -> None:
        """Begin to take the reading for zero. On the bench: with the probe in its zero-gauss chamber."""
        no_arguments(arguments, "")
        self._zeroed = False
        self.next_event_s = self._clock.now() + self._zero_s

    def _clear_zero(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments, "")
        self._zero_a_per_m = 0.0

    def _factory_defaults(self, arguments: tuple[str, ...]) -> None:
        parse_index(arguments_of(arguments, 1)[0], 99, 99)
        self._set_defaults()

    # --- status --------------------------------------------------------------------------------------------------

    def _operation(self) -> int:
        """Live bits: 0 no probe, 1 field overload, 2 new reading, 7 zeroing done."""
        if self._family == NO_PROBE:
            return _MISSING
        new = _NEW if self._shown_probe.fresh(self._interval_s) else 0
        over = _OVERLOAD if self._reading_a_per_m() is None else 0
        return over | new | (_ZEROED if self._zeroed else 0)

    def _query_latched(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        self._latched |= self._operation()
        value, self._latched = self._latched, 0
        return f"{value:03d}"

    def _set_enable(self, arguments: tuple[str, ...]) -> None:
        self._enabled = parse_index(arguments_of(arguments, 1)[0], 0, 255)

    def _condition(self) -> int:
        return 0x80 if (self._latched | self._operation()) & self._enabled else 0
