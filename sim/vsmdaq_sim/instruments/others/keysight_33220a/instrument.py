"""Waveform generators Keysight (Agilent) 33220A and 33500 series, as drive of the vibrator.

The output is a voltage behind 50 ohm. ``OUTP:LOAD`` tells the generator what it drives, so that ``VOLT`` means the voltage
there; it changes what is displayed and never what comes out (manual of the 33500 series, "Output termination"). Told of 50 ohm
and left open, twice the voltage set comes out. An amplitude, offset or frequency out of range is set to the nearest allowed one and
noted as an error -222 (33220A manual, "Amplitude limits"). Only channel 1 drives the vibrator. What is not a plain sine, square or
symmetric ramp (noise, bursts, sweeps, modulation) is accepted and noted as not modelled.

``high_z_units`` of the world file: ``"keep"``, or ``"vpp"`` where a change of the load to high impedance sets the unit of the amplitude
to Vpp, as the manual of the 33500 series has it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from vsmdaq_sim.instruments.common.arguments import CME, EXE, RefusedCommandError, arguments_of, no_arguments
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import InstrumentLine, VibratorPart, WorldPort
from vsmdaq_sim.instruments.common.scpi import Handler, ScpiDialect
from vsmdaq_sim.instruments.common.scpi_settings import KeptSettings
from vsmdaq_sim.instruments.common.scpi_values import (
    HERTZ,
    INFINITE,
    VOLT,
    parse_boolean,
    parse_extreme,
    parse_value,
    parse_word,
    scientific,
)
from vsmdaq_sim.instruments.others.keysight_33220a.channel import SOURCE_OHM, Channel
from vsmdaq_sim.instruments.others.keysight_33220a.tables import KEPT, MODELS, GeneratorModel

__all__ = ["KINDS", "WaveformGenerator"]

_LOWEST_HZ = 1e-6
_FUNCTIONS = ("SINusoid", "SQUare", "TRIangle", "RAMP", "PULSe", "PRBS", "NOISe", "DC", "USER", "ARB")
_CLIPPED = '-222,"Data out of range; value clipped to {} limit"'


class WaveformGenerator:
    """The generator.

    Parameters
    ----------
    vibrator : VibratorPart
        What hangs on channel 1.
    model : GeneratorModel
        Which one it is.
    options : mapping
        ``high_z_units``: see the module. ``left_on_v_rms`` and ``left_on_hz``: voltage without load and frequency of a sine
        that somebody left channel 1 on with; off as after a reset without them.
    """

    def __init__(self, vibrator: VibratorPart, model: GeneratorModel, options: Mapping[str, Any]) -> None:
        units = options.get("high_z_units", "keep")
        if units not in {"keep", "vpp"}:
            raise ValueError(f"keysight_33220a: high_z_units is {units!r}; allowed are 'keep' and 'vpp'")
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\n"
        self._vibrator = vibrator
        self._model = model
        self._high_z_sets_vpp = units == "vpp"
        self._channels = [_left(options), *(Channel() for _ in range(model.channels - 1))]
        self._sync = True
        self._kept = KeptSettings(KEPT, self.unmodelled.append)
        self._dialect = ScpiDialect(self._table(), identity=model.identity, reset=self._reset, no_error='+0,"No error"')
        self.unknown = self._dialect.unknown
        self._apply()

    def _table(self) -> dict[str, Handler]:
        source = "[SOURce<n>:]"
        amplitude = f"{source}VOLTage[:LEVel][:IMMediate]"
        shapes = ("SINusoid", "SQUare", "RAMP", "TRIangle", "PULSe", "NOISe", "DC", "USER")
        return {
            **self._kept.table(),
            f"{source}FUNCtion[:SHAPe]": self._set_function,
            f"{source}FUNCtion[:SHAPe]?": lambda a: no_arguments(a[1:], self._of(a).function),
            f"{source}FREQuency[:CW]": self._set_frequency,
            f"{source}FREQuency[:CW]?": self._ask_frequency,
            f"{amplitude}[:AMPLitude]": self._set_amplitude,
            f"{amplitude}[:AMPLitude]?": self._ask_amplitude,
            f"{amplitude}:OFFSet": self._set_offset,
            f"{amplitude}:OFFSet?": lambda a: no_arguments(a[1:], _number(self._of(a).offset_v)),
            f"{amplitude}:HIGH": lambda a: self._set_level(a, high=True),
            f"{amplitude}:HIGH?": lambda a: no_arguments(a[1:], _number(self._of(a).levels_v()[1])),
            f"{amplitude}:LOW": lambda a: self._set_level(a, high=False),
            f"{amplitude}:LOW?": lambda a: no_arguments(a[1:], _number(self._of(a).levels_v()[0])),
            f"{source}VOLTage:UNIT": self._set_unit,
            f"{source}VOLTage:UNIT?": lambda a: no_arguments(a[1:], self._of(a).unit),
            "OUTPut<n>[:STATe]": self._set_output,
            "OUTPut<n>[:STATe]?": lambda a: no_arguments(a[1:], str(int(self._of(a).on))),
            "OUTPut<n>:LOAD": self._set_load,
            "OUTPut<n>:LOAD?": self._ask_load,
            "OUTPut:SYNC[:STATe]": self._set_sync,
            "OUTPut:SYNC[:STATe]?": lambda a: no_arguments(a, str(int(self._sync))),
            f"{source}APPLy?": self._ask_applied,
            **{f"{source}APPLy:{shape}": self._applier(shape) for shape in shapes},
            "*TRG": lambda a: _done(no_arguments(a)),
            "*OPT?": lambda a: no_arguments(a, "0"),
            f"{source}PHASe:SYNChronize": lambda a: _done(no_arguments(a[1:])),
            "DISPlay:TEXT:CLEar": lambda a: _done(no_arguments(a)),
            "SYSTem:BEEPer[:IMMediate]": lambda a: _done(no_arguments(a)),
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
        """Without bursts a trigger does nothing."""

    # --- what comes out ------------------------------------------------------------------------------------------

    def _apply(self) -> None:
        """Let the vibrator feel channel 1."""
        channel = self._channels[0]
        if channel.on and not channel.periodic:
            self.unmodelled.append(f"output of {channel.function}")
        if channel.on and not self._vibrator.driven:
            self.unmodelled.append("the vibration runs by itself: the world file has no table [vibrator]")
        self._vibrator.drive(
            channel.fundamental_v_rms() if channel.on else 0.0, SOURCE_OHM, channel.frequency_hz, reference=self._sync
        )

    def _reset(self) -> None:
        self._kept.reset()
        self._channels = [Channel() for _ in self._channels]
        self._sync = True
        self._apply()

    def _of(self, arguments: tuple[str, ...]) -> Channel:
        """The channel that the numeric suffix names."""
        number = int(arguments[0])
        if not 1 <= number <= len(self._channels):
            raise RefusedCommandError(CME)
        return self._channels[number - 1]

    def _clipped(self, value: float, lowest: float, highest: float) -> float:
        """The value, or the nearest allowed one and an error."""
        if lowest <= value <= highest:
            return value
        self._dialect.refuse(EXE, _CLIPPED.format("lower" if value < lowest else "upper"))
        return lowest if value < lowest else highest

    # --- function and frequency ----------------------------------------------------------------------------------

    def _set_function(self, arguments: tuple[str, ...]) -> None:
        channel = self._of(arguments)
        channel.function = parse_word(arguments_of(arguments, 2)[1], _FUNCTIONS)
        self._apply()

    def _set_frequency(self, arguments: tuple[str, ...]) -> None:
        channel, highest = self._of(arguments), self._model.highest_hz
        text = arguments_of(arguments, 2)[1]
        named = parse_extreme(text, _LOWEST_HZ, highest)
        value = parse_value(text, -INFINITE, INFINITE, units=HERTZ) if named is None else named
        channel.frequency_hz = self._clipped(value, _LOWEST_HZ, highest)
        self._apply()

    def _ask_frequency(self, arguments: tuple[str, ...]) -> str:
        if len(arguments) > 1:
            return _number(parse_value(arguments_of(arguments, 2)[1], _LOWEST_HZ, self._model.highest_hz))
        return _number(self._of(arguments).frequency_hz)

    # --- voltage -------------------------------------------------------------------------------------------------

    def _set_amplitude(self, arguments: tuple[str, ...]) -> None:
        channel = self._of(arguments)
        self._take_amplitude(channel, arguments_of(arguments, 2)[1])
        self._apply()

    def _take_amplitude(self, channel: Channel, text: str) -> None:
        lowest, highest = channel.vpp_range(self._model.lowest_vpp)
        channel.open_vpp = self._clipped(channel.vpp_of(text, lowest, highest), lowest, highest) / channel.share

    def _ask_amplitude(self, arguments: tuple[str, ...]) -> str:
        channel = self._of(arguments)
        vpp = channel.open_vpp * channel.share
        if len(arguments) > 1:
            vpp = parse_value(arguments_of(arguments, 2)[1], *channel.vpp_range(self._model.lowest_vpp))
        return _number(channel.in_unit(vpp))

    def _set_offset(self, arguments: tuple[str, ...]) -> None:
        channel = self._of(arguments)
        most = (20.0 - channel.open_vpp) / 2.0 * channel.share
        value = parse_value(arguments_of(arguments, 2)[1], -INFINITE, INFINITE, units=VOLT)
        channel.open_offset_v = self._clipped(value, -most, most) / channel.share
        self._apply()

    def _set_level(self, arguments: tuple[str, ...], *, high: bool) -> None:
        channel = self._of(arguments)
        value = parse_value(arguments_of(arguments, 2)[1], -10.0, 10.0, units=VOLT)
        low_v, high_v = channel.levels_v()
        low_v, high_v = (low_v, value) if high else (value, high_v)
        channel.set_levels_v(low_v, high_v, channel.vpp_range(self._model.lowest_vpp)[0])
        self._apply()

    def _set_unit(self, arguments: tuple[str, ...]) -> None:
        channel = self._of(arguments)
        unit = parse_word(arguments_of(arguments, 2)[1], ("VPP", "VRMS", "DBM"))
        if unit == "DBM" and channel.load_ohm >= INFINITE:
            raise RefusedCommandError(EXE)
        channel.unit = unit

    # --- output --------------------------------------------------------------------------------------------------

    def _set_output(self, arguments: tuple[str, ...]) -> None:
        channel = self._of(arguments)
        channel.on = parse_boolean(arguments_of(arguments, 2)[1])
        self._apply()

    def _set_sync(self, arguments: tuple[str, ...]) -> None:
        self._sync = parse_boolean(arguments_of(arguments, 1)[0])
        self._apply()

    def _set_load(self, arguments: tuple[str, ...]) -> None:
        """The output stays; what ``VOLT?`` says changes."""
        channel = self._of(arguments)
        text = arguments_of(arguments, 2)[1]
        high = text.upper() in {"INF", "INFINITY", "MAX", "MAXIMUM", "9.9E37", "9.9E+37"}
        channel.load_ohm = (
            INFINITE if high else parse_value(text, 1.0, 10e3, default=50.0, units={"OHM": 1.0, "KOHM": 1e3})
        )
        if high and (self._high_z_sets_vpp or channel.unit == "DBM"):
            channel.unit = "VPP"

    def _ask_load(self, arguments: tuple[str, ...]) -> str:
        load_ohm = self._of(arguments).load_ohm
        return no_arguments(arguments[1:], "9.9E+37" if load_ohm >= INFINITE else _number(load_ohm))

    # --- all at once ---------------------------------------------------------------------------------------------

    def _applier(self, shape: str) -> Handler:
        """``APPL:SIN [frequency[,amplitude[,offset]]]``: sets them and switches the output on."""

        def apply(arguments: tuple[str, ...]) -> None:
            channel, given = self._of(arguments), arguments[1:]
            if len(given) > 3:
                raise RefusedCommandError(CME)
            channel.function = parse_word(shape, _FUNCTIONS)
            if given and given[0].upper() not in {"DEF", "DEFAULT"}:
                self._set_frequency((arguments[0], given[0]))
            if len(given) > 1:
                self._take_amplitude(channel, given[1])
            if len(given) > 2:
                self._set_offset((arguments[0], given[2]))
            channel.on = True
            self._apply()

        return apply

    def _ask_applied(self, arguments: tuple[str, ...]) -> str:
        channel = self._of(arguments)
        amplitude = channel.in_unit(channel.open_vpp * channel.share)
        values = ",".join(_number(value) for value in (channel.frequency_hz, amplitude, channel.offset_v))
        return no_arguments(arguments[1:], f'"{channel.function} {values}"')


def _number(value: float) -> str:
    return scientific(value, 13)


def _left(options: Mapping[str, Any]) -> Channel:
    """Channel 1 as it was left."""
    given = [options.get(key) for key in ("left_on_v_rms", "left_on_hz")]
    if given == [None, None]:
        return Channel()
    volts, hertz = (float(v) if isinstance(v, int | float) and not isinstance(v, bool) else 0.0 for v in given)
    if not (0.0 < volts <= 7.07 and _LOWEST_HZ <= hertz <= 20e6):
        raise ValueError(
            f"keysight_33220a: left_on_v_rms and left_on_hz are {given[0]!r} and {given[1]!r}; allowed: both, up to 7.07 V, "
            "1 µHz to 20 MHz"
        )
    return Channel(frequency_hz=hertz, open_vpp=2.0 * math.sqrt(2.0) * volts, on=True)


def _done(text: str) -> None:
    """For commands that answer nothing."""
    del text


def _build(default: str) -> Any:
    def build(world: WorldPort, line: InstrumentLine, _serial: bool) -> WaveformGenerator:  # noqa: FBT001 - the call of a kind
        name = line.options.get("model", default)
        if name not in MODELS:
            raise ValueError(f"{line.kind}: model is {name!r}; allowed are {', '.join(MODELS)}")
        return WaveformGenerator(world.vibrator, MODELS[name], line.options)

    return build


def _power_off(world: WorldPort) -> None:
    world.vibrator.drive(0.0, SOURCE_OHM, 1000.0, reference=False)


_OPTIONS = ("model", "high_z_units", "left_on_v_rms", "left_on_hz")
KINDS = (
    Kind("keysight_33220a", _build("33220A"), _OPTIONS, power_off=_power_off),
    Kind("keysight_33500", _build("33511B"), _OPTIONS, power_off=_power_off),
)
