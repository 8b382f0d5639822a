"""Lake Shore 421 gaussmeter: ``FIELD?`` gives a number and ``FIELDM?`` the multiplier of the range at that other moment.

Ranges of an HSE probe: 3 T (0) down to 3 mT (3); HST ten times, UHS a hundredth of that (pymeasure). A new reading comes five times a
second, 18 times in fast mode (remembered); with it the range is chosen anew, so that the two questions may be answered
for two ranges. The text has 1/30000 of the range. ``ZCAL`` takes 20 s (pymeasure waits as long), during which commands queue.
The letter of 1e-6 is ``u``; pymeasure expects ``n`` (option `micro`). The display filter is accepted and not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.dialect import Dialect, Handler
from vsmdaq_sim.instruments.common.failures import turned
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import GaussmeterPart, SimClock
from vsmdaq_sim.instruments.gaussmeters.probes import (
    NO_PROBE,
    PER_A_PER_M,
    HeldReading,
    field_of,
    text_option,
    unknown_commands,
)

__all__ = ["KINDS", "LakeShore421"]

_FULL_SCALES_T = {
    "HSE": (3.0, 0.3, 0.03, 0.003),
    "HST": (30.0, 3.0, 0.3, 0.03),
    "UHS": (0.03, 0.003, 3e-4, 3e-5),
}
_TYPES = {"HSE": "0", "HST": "1", "UHS": "2", NO_PROBE: "3"}
_MICRO = {"u": "u", "n": "n"}
_FACTORS = {"k": 1e3, "": 1.0, "m": 1e-3, "micro": 1e-6}
_SWITCHES = {
    "ACDC": 0, "ALARM": 0, "ALMB": 1, "ALMIO": 0, "ALMSORT": 0, "AUTO": 1,
    "FAST": 0, "FILT": 0, "LOCK": 0, "MAX": 0, "REL": 0,
}  # fmt: skip
_UNMODELLED = {"ACDC", "ALARM", "FILT"}
_STATUS_COMMANDS = ("*CLS", "*ESR?", "*ESE", "*ESE?", "*SRE", "*SRE?", "*STB?", "*OPC", "*OPC?", "*WAI", "*TST?")
_NORMAL_S, _FAST_S, _ZEROING_S = 0.2, 1.0 / 18.0, 20.0


class LakeShore421:
    """The meter before the world's Hall probe.

    Parameters
    ----------
    probe : GaussmeterPart
        The world's Hall probe.
    clock : SimClock
        The bench's time.
    options : mapping
        ``probe``: ``"HSE"`` (default), ``"HST"``, ``"UHS"`` or ``"none"``; ``overload_text`` (``"OL"``), ``no_probe_text``
        (``"NO PROBE"``), ``micro`` (``"u"`` or ``"n"``).

    Raises
    ------
    ValueError
        For another probe or letter.
    """

    def __init__(self, probe: GaussmeterPart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self._clock = clock
        self._held = HeldReading(probe, clock)
        self._family = text_option(options.get("probe", "HSE"), _TYPES, "probe")
        self._full_scales_t = _FULL_SCALES_T.get(self._family, _FULL_SCALES_T["HSE"])
        self._texts = {
            "overload": str(options.get("overload_text", "OL")),
            "no_probe": str(options.get("no_probe_text", "NO PROBE")),
            "micro": text_option(options.get("micro", "u"), _MICRO, "micro"),
        }
        self._set_defaults()
        table = self._table() | unknown_commands(*_STATUS_COMMANDS, note=self._note_unknown)
        self._dialect = Dialect(table, identity="LSCI,MODEL421,0,070199", reset=self._set_defaults, condition=lambda: 0)
        self.unknown = self._dialect.unknown

    def _note_unknown(self, text: str) -> None:
        self.unknown.append(text)

    def _set_defaults(self) -> None:
        self._unit, self._range = "G", 0
        self._switches = dict(_SWITCHES)
        self._numbers = {"BRIGT": 7, "BAUD": 2}
        self._zero_a_per_m = 0.0
        self._largest_a_per_m: float | None = None
        # set-points in A/m: relative, alarm high and low
        self._set_points = {"RELS": 0.0, "ALMH": 0.0, "ALML": 0.0}

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "FIELD?": lambda arguments: no_arguments(arguments, self._shown(self._reading_a_per_m())),
            "FIELDM?": self._query_multiplier,
            "MAXR?": self._query_largest,
            "MAXRM?": self._query_multiplier,
            "MAXC": self._forget_largest,
            "RELR?": self._query_relative,
            "RELRM?": self._query_multiplier,
            "UNIT": self._set_unit,
            "UNIT?": lambda arguments: no_arguments(arguments, self._unit),
            "RANGE": self._set_range,
            "RANGE?": lambda arguments: no_arguments(arguments, str(self._range_now())),
            "TYPE?": lambda arguments: no_arguments(arguments, _TYPES[self._family]),
            "SNUM?": lambda arguments: no_arguments(arguments, "H12345"),
            "ALMS?": lambda arguments: no_arguments(arguments, "0"),
            "ZCAL": self._zero,
            "BRIGT": partial(self._set_number, "BRIGT", 7),
            "BRIGT?": lambda arguments: no_arguments(arguments, str(self._numbers["BRIGT"])),
            "BAUD": partial(self._set_number, "BAUD", 2),
            "BAUD?": lambda arguments: no_arguments(arguments, str(self._numbers["BAUD"])),
        }
        for name in _SWITCHES:
            table[name] = partial(self._set_switch, name)
            table[f"{name}?"] = partial(self._query_switch, name)
        for name in self._set_points:
            table[name] = partial(self._put_set_point, name)
            table[f"{name}?"] = partial(self._query_set_point, name)
            table[f"{name}M?"] = self._query_multiplier
        return table

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        return self._dialect.execute(message, message_available=message_available)

    def poll(self) -> list[Reply]:
        """End a zeroing that is due: the reading of this moment is zero from now on."""
        if self._clock.now() >= self.next_event_s:
            self.next_event_s, self.busy = math.inf, False
            self._zero_a_per_m = self._held.read_a_per_m(self._interval_s)
        return []

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - nothing ends a zeroing
        """Nothing ends a zeroing early."""
        return False

    def status_byte(self, *, message_available: bool) -> int:  # noqa: ARG002 - the bus asks so
        """Answer a serial poll: it has no status byte."""
        return 0

    def requests_service(self, *, message_available: bool) -> bool:  # noqa: ARG002 - the bus asks so
        """It never requests service."""
        return False

    def device_clear(self) -> None:
        """Nothing is in progress that it would end."""

    def trigger(self) -> None:
        """No trigger function."""

    def unplug_probe(self) -> None:
        """Somebody takes the probe off."""
        self._family = NO_PROBE

    # --- field ---------------------------------------------------------------------------------------------------

    @property
    def _interval_s(self) -> float:
        return _FAST_S if self._switches["FAST"] else _NORMAL_S

    def _reading_a_per_m(self) -> float | None:
        """The reading of the last update; None beyond the range or without a probe."""
        if self._family == NO_PROBE:
            return None
        field = self._held.read_a_per_m(self._interval_s) - self._zero_a_per_m
        if abs(field) * PER_A_PER_M["T"] > self._full_scales_t[0 if self._switches["AUTO"] else self._range]:
            return None
        self._largest_a_per_m = max(abs(field), self._largest_a_per_m or 0.0)
        return field

    def _range_now(self) -> int:
        """Range of the last update: 0 is the highest."""
        if self._switches["AUTO"]:
            induction_t = abs(self._held.read_a_per_m(self._interval_s) - self._zero_a_per_m) * PER_A_PER_M["T"]
            fitting = (n for n in (3, 2, 1) if induction_t <= self._full_scales_t[n])
            self._range = next(fitting, 0)
        return self._range

    def _multiplier(self) -> tuple[str, int]:
        """Letter, and how many decimals the number has: 30000 parts of the range."""
        full = self._full_scales_t[self._range_now()] * (1e4 if self._unit == "G" else 1.0)
        letter = next(name for name, factor in _FACTORS.items() if full >= factor * (1.0 - 1e-9))
        return letter, 4 - round(math.log10(full / _FACTORS[letter] / 3.0))

    def _shown(self, field_a_per_m: float | None) -> str:
        if field_a_per_m is None:
            return self._texts["no_probe" if self._family == NO_PROBE else "overload"]
        letter, decimals = self._multiplier()
        number = field_a_per_m * PER_A_PER_M[self._unit] / _FACTORS[letter]
        return f"{number:+.{decimals}f}"

    def _query_multiplier(self, arguments: tuple[str, ...]) -> str:
        letter, _ = self._multiplier()
        return no_arguments(arguments, self._texts["micro"] if letter == "micro" else letter or " ")

    def _query_relative(self, arguments: tuple[str, ...]) -> str:
        field = self._reading_a_per_m()
        return no_arguments(arguments, self._shown(None if field is None else field - self._set_points["RELS"]))

    def _query_largest(self, arguments: tuple[str, ...]) -> str:
        """The largest of the readings that were asked for since the reset, and of the present one."""
        held = self._reading_a_per_m()
        return no_arguments(arguments, self._shown(None if held is None else self._largest_a_per_m))

    def _forget_largest(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._largest_a_per_m = None

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_unit(self, arguments: tuple[str, ...]) -> None:
        unit = arguments_of(arguments, 1)[0].upper()
        if unit not in {"G", "T"}:
            raise RefusedCommandError(EXE)
        self._unit = unit

    def _set_range(self, arguments: tuple[str, ...]) -> None:
        self._range = parse_index(arguments_of(arguments, 1)[0], 0, 3)
        self._switches["AUTO"] = 0

    def _set_switch(self, name: str, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], 0, 1)
        self._range_now()
        self._switches[name] = value
        if name == "FAST" and value:  # relative, max hold, alarms and autorange are disabled
            self._switches.update(dict.fromkeys(("AUTO", "REL", "MAX", "ALARM"), 0))
        if name in _UNMODELLED and value:
            self.unmodelled.append(f"{name} {value}")

    def _query_switch(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._switches[name]))

    def _set_number(self, name: str, highest: int, arguments: tuple[str, ...]) -> None:
        self._numbers[name] = parse_index(arguments_of(arguments, 1)[0], 0, highest)

    def _put_set_point(self, name: str, arguments: tuple[str, ...]) -> None:
        """Take a number in unit and multiplier of the present range."""
        letter, _ = self._multiplier()
        self._set_points[name] = field_of(arguments_of(arguments, 1)[0], PER_A_PER_M[self._unit] / _FACTORS[letter])

    def _query_set_point(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, self._shown(self._set_points[name]))

    def _zero(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.busy = True
        self.next_event_s = self._clock.now() + _ZEROING_S


KINDS = (
    Kind(
        "lakeshore_421",
        lambda world, line, _: LakeShore421(world.gaussmeter, world.clock, line.options),
        ("micro", "no_probe_text", "overload_text", "probe"),
        failures={
            "probe_unplugged": lambda _, meter: meter.unplug_probe(),
            "overload": turned("AUTO 0", "RANGE 3"),
        },
    ),
)
