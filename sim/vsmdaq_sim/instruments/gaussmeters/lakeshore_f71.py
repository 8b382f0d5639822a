"""Lake Shore F41 and F71 teslameters: SCPI, as far as the vendor's Python driver speaks it.

The field lies along the axis that the world file names (`axis`); the other axes of a three-axis probe read zero. Readings come
once an averaging window (``SENSe:AVERage:COUNt`` times 10 ms), not averaged beyond what the world's Hall probe does. What an
overload is answered with is not known (option `overload_text`, default SCPI's infinity). Settings of the field control, the
analogue output, the filters and the qualifier are kept and show nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.failures import turned
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import GaussmeterPart, SimClock
from vsmdaq_sim.instruments.common.scpi import Handler, ScpiDialect
from vsmdaq_sim.instruments.gaussmeters.probes import NO_PROBE, PER_A_PER_M, HeldReading, field_of, text_option
from vsmdaq_sim.instruments.gaussmeters.teslameter_status import Registers
from vsmdaq_sim.instruments.gaussmeters.teslameter_tables import (
    KEPT,
    PROBE_DATA,
    constant_handlers,
    kept_handlers,
)

__all__ = ["KINDS", "Teslameter"]

_RANGES_T = (0.035, 0.35, 3.5, 35.0)  # assumed
_AXES = {"X": 0, "Y": 1, "Z": 2}
_PROBES = {"1": 1, "3": 3, NO_PROBE: 0}
_UNITS = {"TESLA": "T", "TESL": "T", "GAUSS": "G", "GAUS": "G"}
_NAMES = {"T": "TESLA", "G": "GAUSS"}
_MODES = ("DC", "AC", "HIFR")
_MISSING, _OVERLOAD = 0x01, 0x02
_WINDOW_S = 0.01


class Teslameter:
    """The meter before the world's Hall probe.

    Parameters
    ----------
    model : str
        ``"F41"`` or ``"F71"``.
    probe : GaussmeterPart
        The world's Hall probe.
    clock : SimClock
        The bench's time.
    options : mapping
        ``probe``: how many axes it has, ``"1"`` (default), ``"3"`` or ``"none"``; ``axis``, ``"X"`` (default), ``"Y"`` or
        ``"Z"``, the one along the field; ``overload_text`` (``"+9.9E+37"``), ``no_probe_text`` (``"+9.91E+37"``).

    Raises
    ------
    ValueError
        For another probe or axis.
    """

    def __init__(self, model: str, probe: GaussmeterPart, clock: SimClock, options: Mapping[str, Any]) -> None:
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self._clock = clock
        self._held = HeldReading(probe, clock)
        self._axes = _PROBES[text_option(options.get("probe", "1"), _PROBES, "probe")]
        self._axis = _AXES[text_option(options.get("axis", "X"), _AXES, "axis")]
        self._overload_text = str(options.get("overload_text", "+9.9E+37"))
        self._no_probe_text = str(options.get("no_probe_text", "+9.91E+37"))
        self._registers = Registers(self._operation)
        self._kept: dict[str, str] = {}
        self._set_defaults()
        self._dialect = ScpiDialect(
            self._table(),
            identity=f"LSCI,{model},LSA12FF,1.6.2019092002",
            reset=self._set_defaults,
            condition=self._condition,
        )
        self.unknown = self._dialect.unknown

    def _set_defaults(self) -> None:
        self._unit, self._mode, self._count = "T", "DC", 20
        self._auto, self._range_t = 1, _RANGES_T[-1]
        self._base_a_per_m = 0.0
        self._extremes_a_per_m: tuple[float, float] | None = None
        self._kept.update(KEPT)

    def _table(self) -> dict[str, Handler]:
        table: dict[str, Handler] = {
            "FETCh:DC?": self._query_field,
            "FETCh:RMS?": self._query_field,
            "FETCh:FREQuency?": lambda arguments: no_arguments(arguments, "0.0"),
            "FETCh:TEMPerature?": lambda arguments: no_arguments(arguments, "23.0"),
            "FETCh:MAXimum?": lambda arguments: no_arguments(arguments, self._shown(self._extremes()[1])),
            "FETCh:MINimum?": lambda arguments: no_arguments(arguments, self._shown(self._extremes()[0])),
            "FETCh:MAXPeak?": lambda arguments: no_arguments(arguments, self._shown(self._extremes()[1])),
            "FETCh:MINPeak?": lambda arguments: no_arguments(arguments, self._shown(self._extremes()[0])),
            "FETCh:RELative?": self._query_relative,
            "FETCh:BUFFer:DC?": self._query_buffer,
            "SENSe:MREset": self._forget_extremes,
            "SENSe:MODE": self._set_mode,
            "SENSe:MODE?": lambda arguments: no_arguments(arguments, self._mode),
            "SENSe:RANGe": self._set_range,
            "SENSe:RANGe?": self._query_range,
            "SENSe:RANGe:AUTO": self._set_auto,
            "SENSe:RANGe:AUTO?": lambda arguments: no_arguments(arguments, str(self._auto)),
            "SENSe:AVERage:COUNt": self._set_count,
            "SENSe:AVERage:COUNt?": lambda arguments: no_arguments(arguments, str(self._count)),
            "SENSe:RELative:TARE": self._tare,
            "SENSe:RELative:BASEline": self._set_base,
            "SENSe:RELative:BASEline?": lambda arguments: no_arguments(arguments, self._shown(self._base_a_per_m)),
            "SENSe:QUALifier:CONDition?": lambda arguments: no_arguments(arguments, "0"),
            "SENSe:QUALifier:LREset": lambda arguments: no_arguments(arguments) or None,
            "UNIT:FIELd": self._set_unit,
            "UNIT:FIELd?": lambda arguments: no_arguments(arguments, _NAMES[self._unit]),
            "PROBe:AXES?": lambda arguments: no_arguments(arguments, str(self._axes)),
            "SYSTem:ERRor:ALL?": self._query_errors,
            "SYSTem:ERRor:CLEar": self._clear_errors,
            "SYSTem:PRESet": self._preset,
            "SYSTem:FACToryreset": self._preset,
        }
        table |= constant_handlers(PROBE_DATA) | kept_handlers(self._kept, self.unmodelled.append)
        table |= self._registers.handlers()
        return table

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

    def unplug_probe(self) -> None:
        """Somebody takes the probe off."""
        self._axes = 0

    # --- field ---------------------------------------------------------------------------------------------------

    def _reading_a_per_m(self) -> float | None:
        """The field along the axis; None beyond the range or without a probe."""
        if not self._axes:
            return None
        field = self._held.read_a_per_m(self._count * _WINDOW_S)
        full_t = _RANGES_T[-1] if self._auto else self._range_t
        if abs(field) * PER_A_PER_M["T"] > full_t:
            return None
        low, high = self._extremes_a_per_m or (field, field)
        self._extremes_a_per_m = min(low, field), max(high, field)
        return field

    def _shown(self, field_a_per_m: float | None) -> str:
        if field_a_per_m is None:
            return self._overload_text if self._axes else self._no_probe_text
        return f"{field_a_per_m * PER_A_PER_M[self._unit]:+.9E}"

    def _axis_a_per_m(self, axis: int, field_a_per_m: float | None) -> float | None:
        return field_a_per_m if axis == self._axis or field_a_per_m is None else 0.0

    def _query_field(self, arguments: tuple[str, ...]) -> str:
        """``FETCh:DC? [X|Y|Z|MAGnitude|ALL]``; without an axis the magnitude, which of a single-axis probe has a sign."""
        wanted = arguments_of(arguments, 1)[0].upper() if arguments else "MAG"
        field = self._reading_a_per_m()
        magnitude = field if field is None or self._axes == 1 else abs(field)
        if wanted in {"MAG", "MAGNITUDE"}:
            return self._shown(magnitude)
        if wanted == "ALL":
            axes = [self._axis_a_per_m(axis, field) for axis in range(3)]
            return ",".join(self._shown(value) for value in (magnitude, *axes))
        if wanted not in _AXES:
            raise RefusedCommandError(EXE)
        if self._axes == 1:  # a single axis answers, whatever it is called
            return self._shown(field)
        return self._shown(self._axis_a_per_m(_AXES[wanted], field))

    def _query_buffer(self, arguments: tuple[str, ...]) -> str:
        """Give the newest point since the last question, none where there is no new one: the buffer holds one."""
        no_arguments(arguments)
        if not self._held.fresh(self._count * _WINDOW_S):
            return '""'
        field = self._reading_a_per_m()
        axes = ",".join(self._shown(self._axis_a_per_m(axis, field)) for axis in range(3))
        magnitude = self._shown(None if field is None else abs(field))
        return f'"{self._clock.utc().isoformat(timespec="milliseconds")},{magnitude},{axes},0;"'

    def _query_relative(self, arguments: tuple[str, ...]) -> str:
        field = self._reading_a_per_m()
        return no_arguments(arguments, self._shown(None if field is None else field - self._base_a_per_m))

    def _extremes(self) -> tuple[float | None, float | None]:
        self._reading_a_per_m()
        return self._extremes_a_per_m or (None, None)

    def _forget_extremes(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._extremes_a_per_m = None

    # --- settings ------------------------------------------------------------------------------------------------

    def _set_unit(self, arguments: tuple[str, ...]) -> None:
        name = arguments_of(arguments, 1)[0].upper()
        if name not in _UNITS:
            raise RefusedCommandError(EXE)
        self._unit = _UNITS[name]

    def _set_mode(self, arguments: tuple[str, ...]) -> None:
        mode = arguments_of(arguments, 1)[0].upper()
        if mode not in _MODES:
            raise RefusedCommandError(EXE)
        if mode != "DC":
            self.unmodelled.append(f"SENSE:MODE {mode}: not DC")
        self._mode = mode

    def _set_count(self, arguments: tuple[str, ...]) -> None:
        # the vendor's driver sends 10.0 as well
        self._count = parse_index(arguments_of(arguments, 1)[0], 1, 10000)

    def _set_range(self, arguments: tuple[str, ...]) -> None:
        """Take the lowest range that holds the field given, in the current unit."""
        largest_t = field_of(arguments_of(arguments, 1)[0], PER_A_PER_M[self._unit]) * PER_A_PER_M["T"]
        fitting = [full for full in _RANGES_T if abs(largest_t) <= full * (1.0 + 1e-9)]
        if not fitting:
            raise RefusedCommandError(EXE)
        self._range_t, self._auto = fitting[0], 0

    def _query_range(self, arguments: tuple[str, ...]) -> str:
        if self._auto and (field := self._reading_a_per_m()) is not None:
            self._range_t = next(full for full in _RANGES_T if abs(field) * PER_A_PER_M["T"] <= full)
        return no_arguments(arguments, self._shown(self._range_t / PER_A_PER_M["T"]))

    def _set_auto(self, arguments: tuple[str, ...]) -> None:
        text = arguments_of(arguments, 1)[0].upper()
        self._auto = parse_index({"ON": "1", "OFF": "0"}.get(text, text), 0, 1)

    def _tare(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        field = self._reading_a_per_m()
        if field is None:
            raise RefusedCommandError(EXE)
        self._base_a_per_m = field

    def _set_base(self, arguments: tuple[str, ...]) -> None:
        self._base_a_per_m = field_of(arguments_of(arguments, 1)[0], PER_A_PER_M[self._unit])

    def _preset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._set_defaults()

    # --- status --------------------------------------------------------------------------------------------------

    def _query_errors(self, arguments: tuple[str, ...]) -> str:
        no_arguments(arguments)
        errors = []
        while not (error := str(self._dialect.execute("SYST:ERR?", message_available=False)[0])).startswith("0,"):
            errors.append(error)
        return ",".join(errors) or '0,"No error"'

    def _clear_errors(self, arguments: tuple[str, ...]) -> None:
        self._query_errors(arguments)

    def _operation(self) -> int:
        """Live bits: 0 no probe, 1 overload."""
        if not self._axes:
            return _MISSING
        return _OVERLOAD if self._reading_a_per_m() is None else 0

    def _condition(self) -> int:
        return self._registers.summary()


def _kind(model: str) -> Kind:
    return Kind(
        f"lakeshore_{model.lower()}",
        lambda world, line, _: Teslameter(model, world.gaussmeter, world.clock, line.options),
        ("axis", "no_probe_text", "overload_text", "probe"),
        failures={
            "probe_unplugged": lambda _, meter: meter.unplug_probe(),
            "overload": turned("SENS:RANG:AUTO 0", "SENS:RANG 0.001"),
        },
    )


KINDS = (_kind("F41"), _kind("F71"))
