"""Lake Shore 475 gaussmeter.

``RDGFIELD?`` answers in the current unit as sign, three integer digits, four decimals and an engineering exponent
(``+800.0000E+03``): two decimals more than the manual's ``+001.234E+00``, so that the text never hides the probe's own noise.
An overload is answered as ``OL`` (the text of this family is not confirmed; option `overload_text`).
Ranges are those of an HSE probe: 1 to 4 = 3.5 mT, 35 mT, 350 mT, 3.5 T.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.dialect import Dialect, Handler
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import GaussmeterPart

__all__ = ["KINDS", "LakeShore475", "engineering"]

_MU0 = 1.25663706212e-6  # H/m, CODATA 2018
_OERSTED_A_PER_M = 1000.0 / (4.0 * math.pi)
# G, T, Oe, A/m per A/m
_PER_A_PER_M = {1: _MU0 * 1e4, 2: _MU0, 3: 1.0 / _OERSTED_A_PER_M, 4: 1.0}
# Full scale (T) of ranges 1 to 4 by probe: high sensitivity up to 35 kG, high stability up to 350 kG.
_PROBES = {"HSE": (3.5e-3, 3.5e-2, 0.35, 3.5), "HST": (3.5e-2, 0.35, 3.5, 35.0)}
_PROBE_TYPES = {"HSE": "40", "HST": "41"}
_MODES = {0: (1, 3), 1: (1, 3), 2: (1, 3), 3: (1, 2), 4: (1, 3)}
_NO_PROBE, _OVERLOAD = 1, 2


def engineering(value: float) -> str:
    """Sign, three integer digits, four decimals, exponent of two digits and a multiple of three: ``+800.0000E+03``."""
    if abs(value) < 1e-99:  # no display has such an exponent
        value = 0.0
    exponent = 0 if value == 0.0 else 3 * math.floor(math.log10(abs(value)) / 3.0)
    mantissa = value / 10.0**exponent
    if abs(mantissa) >= 999.99995:  # would be printed with four integer digits
        exponent += 3
        mantissa = value / 10.0**exponent
    return f"{mantissa:+09.4f}E{exponent:+03d}"


class LakeShore475:
    """The meter's front end, before the world's Hall probe.

    Parameters
    ----------
    probe : GaussmeterPart
        The world's gaussmeter.
    options : mapping
        ``overload_text`` (default ``"OL"``); ``probe``, ``"HSE"`` (default, to 3.5 T) or ``"HST"`` (to 35 T).

    Raises
    ------
    ValueError
        For another probe.
    """

    def __init__(self, probe: GaussmeterPart, options: Mapping[str, Any]) -> None:
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self._probe = probe
        self._overload_text = str(options.get("overload_text", "OL"))
        kind = str(options.get("probe", "HSE"))
        if kind not in _PROBES:
            raise ValueError(f"probe {kind!r} was asked for; allowed: {', '.join(_PROBES)}")
        self._full_scales_t, self._probe_type = _PROBES[kind], _PROBE_TYPES[kind]
        self._latched = 0
        self._set_defaults()
        self._dialect = Dialect(
            self._table(),
            identity="LSCI,MODEL475,4750022,2.3",
            reset=self._set_defaults,
            condition=self._condition,
        )
        self.unknown = self._dialect.unknown

    def _set_defaults(self) -> None:
        self._unit, self._range, self._auto = 1, 4, 1
        self._mode = (1, 3, 1, 1, 1)
        self._relative = (0, 1)
        self._zero_a_per_m = self._relative_a_per_m = 0.0

    def _table(self) -> dict[str, Handler]:
        return {
            "RDGFIELD?": self._query_field,
            "RDGREL?": self._query_relative,
            "UNIT": self._set_unit,
            "UNIT?": lambda arguments: no_arguments(arguments, str(self._unit)),
            "RANGE": self._set_range,
            "RANGE?": lambda arguments: no_arguments(arguments, str(self._range_now())),
            "AUTO": self._set_auto,
            "AUTO?": lambda arguments: no_arguments(arguments, str(self._auto)),
            "RDGMODE": self._set_mode,
            "RDGMODE?": lambda arguments: no_arguments(arguments, ",".join(map(str, self._mode))),
            "RDGTEMP?": lambda arguments: no_arguments(arguments, "+023.000E+00"),
            "RDGFRQ?": lambda arguments: no_arguments(arguments, "+000.000E+00"),  # DC: nothing to count
            "ZPROBE": self._zero_probe,
            "REL": self._set_relative,
            "REL?": lambda arguments: no_arguments(arguments, f"{self._relative[0]},{self._relative[1]}"),
            "TYPE?": lambda arguments: no_arguments(arguments, self._probe_type),
            "OPST?": lambda arguments: no_arguments(arguments, f"{self._operation():03d}"),
            "OPSTR?": self._query_latched,
        }

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        return self._dialect.execute(message, message_available=message_available)

    def poll(self) -> list[Reply]:
        """Nothing comes by itself."""
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

    # --- field ---------------------------------------------------------------------------------------------------

    def _reading_a_per_m(self) -> float | None:
        """The probe's reading less its zero; None beyond the range."""
        field = self._probe.read_a_per_m() - self._zero_a_per_m
        highest = 4 if self._auto else self._range
        if abs(field) * _MU0 > self._full_scales_t[highest - 1]:
            self._latched |= _OVERLOAD
            return None
        return field

    def _shown(self, field_a_per_m: float | None) -> str:
        return self._overload_text if field_a_per_m is None else engineering(field_a_per_m * _PER_A_PER_M[self._unit])

    def _query_field(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        return self._shown(self._reading_a_per_m())

    def _query_relative(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        field = self._reading_a_per_m()
        return self._shown(None if field is None else field - self._relative_a_per_m)

    def _range_now(self) -> int:
        if self._auto:
            induction_t = abs(self._probe.read_a_per_m()) * _MU0
            self._range = next((n for n, full in enumerate(self._full_scales_t, start=1) if induction_t <= full), 4)
        return self._range

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_unit(self, arguments: tuple[str, ...]) -> None:
        self._unit = parse_index(arguments_of(arguments, 1)[0], 1, 4)

    def _set_range(self, arguments: tuple[str, ...]) -> None:
        self._range = parse_index(arguments_of(arguments, 1)[0], 1, 4)
        self._auto = 0

    def _set_auto(self, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], 0, 1)
        self._range_now()
        self._auto = value

    def _set_mode(self, arguments: tuple[str, ...]) -> None:
        """``RDGMODE mode,resolution,filter,peak mode,peak display``; the world has DC only."""
        values = [parse_index(text, *_MODES[i]) for i, text in enumerate(arguments_of(arguments, 5))]
        if values[0] != 1:
            self.unmodelled.append(f"RDGMODE {values[0]}: not DC")
        mode, resolution, smoothing, peak_mode, peak_display = values
        self._mode = (mode, resolution, smoothing, peak_mode, peak_display)

    def _zero_probe(self, arguments: tuple[str, ...]) -> None:
        """Take the present reading for zero. On the bench: with the probe in its zero-gauss chamber."""
        no_arguments(arguments, "")
        self._zero_a_per_m = self._probe.read_a_per_m()

    def _set_relative(self, arguments: tuple[str, ...]) -> None:
        """``REL on[,source[,set-point]]``: source 1 takes the present field, 2 a set-point in the current unit."""
        if not 1 <= len(arguments) <= 3:
            raise RefusedCommandError(CME)
        on = parse_index(arguments[0], 0, 1)
        source = parse_index(arguments[1], 1, 2) if len(arguments) > 1 else 1
        if len(arguments) == 3:
            self._relative_a_per_m = parse_float(arguments[2]) / _PER_A_PER_M[self._unit]
        elif on and source == 1:
            field = self._reading_a_per_m()
            if field is None:
                raise RefusedCommandError(EXE)
            self._relative_a_per_m = field
        self._relative = (on, source)

    # --- status --------------------------------------------------------------------------------------------------

    def _operation(self) -> int:
        """Live bits: 0 no probe (never here), 1 field overload."""
        return _OVERLOAD if self._reading_a_per_m() is None else 0

    def _query_latched(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments, "")
        self._operation()
        value, self._latched = self._latched, 0
        return f"{value:03d}"

    def _condition(self) -> int:
        return 0x80 if self._operation() & (_NO_PROBE | _OVERLOAD) else 0


KINDS = (
    Kind(
        "lakeshore_475",
        lambda world, line, _: LakeShore475(world.gaussmeter, line.options),
        ("overload_text", "probe"),
    ),
)
