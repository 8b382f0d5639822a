"""The signal path of the 7265 and 7270 as commands see it: input, sensitivity, reference, output filters, outputs.

Outputs end at 300 % of full scale and carry the offsets ``XOF`` and ``YOF`` (in 0.01 % of full scale). The input overloads at 3 V peak
divided by the ac gain (assumed); with ``AUTOMATIC 1`` the gain gives way.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from functools import partial

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.ports import LockInPart
from vsmdaq_sim.instruments.lockins.signal_recovery.auxiliary import Auxiliary72xx
from vsmdaq_sim.instruments.lockins.signal_recovery.phase import ReferencePhase
from vsmdaq_sim.instruments.lockins.signal_recovery.tables import (
    CURRENT_FACTORS,
    SENSITIVITIES_V_RMS,
    UNMODELLED,
    Model,
)

__all__ = ["Signal72xx"]

Handler = Callable[[tuple[str, ...]], list[str]]

_OUTPUT_LIMIT = 3.0
_CHANNEL_LIMIT = 1.2
_INPUT_LIMIT_V_PEAK = 3.0
_FULL = 10000
_LOG_RATIO = 2.079
_OUTPUTS = {"X": (0,), "Y": (1,), "XY": (0, 1), "MAG": (2,), "PHA": (3,), "MP": (2, 3)}
_NOISE_MODE = range(5, 10)  # of TC: 500 µs to 10 ms


class Signal72xx:
    """State of the signal path.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    model : Model
        7265 or 7270.
    occupy : callable
        Called with the duration (s) of an automatic function.
    unmodelled : list of str
        Where settings go that the world does not show.
    tc_reports, phase_range : str
        See `SignalRecovery`.

    Attributes
    ----------
    settings : dict of str to int
        Settings of one number.
    """

    def __init__(
        self,
        lockin: LockInPart,
        model: Model,
        occupy: Callable[[float], None],
        unmodelled: list[str],
        *,
        tc_reports: str,
        phase_range: str,
    ) -> None:
        self._lockin = lockin
        self._model = model
        self._occupy = occupy
        self._unmodelled = unmodelled
        self._tc_reports = tc_reports
        self._phase = ReferencePhase(lockin.set_phase_deg, unsigned=phase_range == "unsigned")
        self.settings: dict[str, int] = {}
        self._auxiliary = Auxiliary72xx(self._apply_filter)
        self.reset()

    def reset(self) -> None:
        """As at power-on; what belongs to the interface stays."""
        kept = {name: self.settings[name] for name in ("USBTERM", "DD") if name in self.settings}
        self.settings.update({name: at_start for name, (_, _, at_start) in self._model.settings.items()} | kept)
        self._sensitivity = 27
        self._time_constant = self._model.time_constants_s.index(0.1)
        self._offsets = {"XOF": [0, 0], "YOF": [0, 0]}
        self._auxiliary.reset()
        self._phase.reset()
        self._apply_filter()

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        table: dict[str, Handler] = {
            "SEN": self._sen,
            "SEN.": lambda arguments: [no_arguments(arguments, f"{self._full_scale():.1E}")],
            "TC": self._tc,
            "TC.": lambda arguments: [no_arguments(arguments, f"{self._reported_tc_s():.3E}")],
            "FRQ": lambda arguments: [no_arguments(arguments, str(round(1000.0 * self._frequency_hz())))],
            "FRQ.": lambda arguments: [no_arguments(arguments, f"{self._frequency_hz():.7E}")],
            "AS": lambda arguments: self._auto(arguments, self._auto_sensitivity),
            "AQN": lambda arguments: self._auto(arguments, self._auto_phase),
            "ASM": lambda arguments: self._auto(arguments, self._auto_sensitivity, self._auto_phase),
            "AXO": lambda arguments: self._auto(arguments, self._auto_offset),
            "RT": lambda arguments: [no_arguments(arguments, str(round(1000 * self._ratio())))],
            "RT.": lambda arguments: [no_arguments(arguments, f"{self._ratio():+.3E}")],
            "LR": lambda arguments: [no_arguments(arguments, str(round(1000 * _LOG_RATIO)))],
            "LR.": lambda arguments: [no_arguments(arguments, f"{_LOG_RATIO:+.3E}")],
        }
        for name in self._model.settings:
            table[name] = partial(self._setting, name)
        for name in self._offsets:
            table[name] = partial(self._offset, name)
        for name, chosen in _OUTPUTS.items():
            for demodulator in ("", "1", "2"):
                table[name + demodulator] = partial(self._fixed, demodulator, chosen)
                table[name + demodulator + "."] = partial(self._floating, demodulator, chosen)
        table.update(self._phase.table())
        table.update(self._auxiliary.table())
        return table

    # --- outputs -------------------------------------------------------------------------------------------------

    def _full_scale(self) -> float:
        return SENSITIVITIES_V_RMS[self._sensitivity] * CURRENT_FACTORS[self.settings["IMODE"]]

    def _shares(self, x_v_rms: float, y_v_rms: float) -> tuple[float, float]:
        """X and Y as shares of full scale, with offset, unclipped."""
        if not self.settings["VMODE"]:
            x_v_rms = y_v_rms = 0.0  # both inputs grounded
        full = SENSITIVITIES_V_RMS[self._sensitivity]
        on_x, x_offset = self._offsets["XOF"]
        on_y, y_offset = self._offsets["YOF"]
        return x_v_rms / full - on_x * x_offset / _FULL, y_v_rms / full - on_y * y_offset / _FULL

    def _outputs(self, x_v_rms: float, y_v_rms: float) -> tuple[float, float, float, float]:
        """X, Y and magnitude (full scale 10000), phase (degree)."""
        shares = self._shares(x_v_rms, y_v_rms)
        x, y = (_FULL * min(max(share, -_OUTPUT_LIMIT), _OUTPUT_LIMIT) for share in shares)
        if self._model.counts:
            x, y = float(round(x)), float(round(y))
        return x, y, min(math.hypot(x, y), _OUTPUT_LIMIT * _FULL), math.degrees(math.atan2(y, x))

    def _answer(self, demodulator: str, values: list[str]) -> list[str]:
        """One line; nothing where two demodulators are on and none is named, or the other way round (pymeasure)."""
        return [chr(self.settings["DD"]).join(values)] if bool(demodulator) == bool(self.settings["REFMODE"]) else []

    def _of(self, demodulator: str) -> tuple[float, float, float, float]:
        """Outputs of a demodulator; the second is not modelled and gives zeros."""
        return (0.0, 0.0, 0.0, 0.0) if demodulator == "2" else self._outputs(*self._lockin.read())

    def _ratio(self) -> float:
        """X / ADC 1: nothing is wired to that, so the ratio is at the end of its range, log 2.079 (7220 manual p. 6-17)."""
        return math.copysign(10.0**_LOG_RATIO, self._of("")[0])

    def _fixed(self, demodulator: str, chosen: tuple[int, ...], arguments: tuple[str, ...]) -> list[str]:
        no_arguments(arguments)
        values = self._of(demodulator)
        return self._answer(demodulator, [str(round(values[i] * 100.0 if i == 3 else values[i])) for i in chosen])

    def _floating(self, demodulator: str, chosen: tuple[int, ...], arguments: tuple[str, ...]) -> list[str]:
        no_arguments(arguments)
        values = self._of(demodulator)
        volts = self._full_scale() / _FULL
        digits = 4 if self._model.counts else 6
        return self._answer(demodulator, [f"{values[i] if i == 3 else values[i] * volts:+.{digits}E}" for i in chosen])

    def curves(self, x_v_rms: float, y_v_rms: float) -> list[float]:
        """Curves 0 to 15 of the buffer, in integers."""
        x, y, magnitude, phase_deg = self._outputs(x_v_rms, y_v_rms)
        setting = self._sensitivity + 32 * self.settings["IMODE"]
        dac = [1000.0 * value for value in self._auxiliary.dac_v[:2]]
        millihertz = round(1000.0 * self._frequency_hz())
        parts = [millihertz % 65536, millihertz // 65536]
        return [x, y, magnitude, 100.0 * phase_deg, setting, 0, 0, 0, *dac, 0, 0, 0, self.settings["EVENT"], *parts]

    # --- overloads -----------------------------------------------------------------------------------------------

    def unlocked(self) -> bool:
        """Whether an external reference is wanted and missing."""
        return self.settings["IE"] != 0 and not self._frequency_hz()

    def input_overload(self) -> bool:
        """Whether the input is beyond what the ac gain allows."""
        step_db = 0.0 if self.settings["AUTOMATIC"] else self._model.gain_step_db
        gain = 10.0 ** (self.settings["ACGAIN"] * step_db / 20.0)
        return bool(self.settings["VMODE"]) and self._lockin.input_peak_v() > _INPUT_LIMIT_V_PEAK / gain

    def overloads(self) -> int:
        """The overload byte: what holds now."""
        bits = 0
        for share, output, channel in zip(
            self._shares(*self._lockin.read()), self._model.output_bits, self._model.channel_bits, strict=True
        ):
            bits |= (abs(share) > _OUTPUT_LIMIT) << output | (abs(share) > _CHANNEL_LIMIT) << channel
        if self._model.input_bit is not None:
            bits |= self.input_overload() << self._model.input_bit | self.unlocked() << 7
        return bits

    # --- settings ------------------------------------------------------------------------------------------------

    def _setting(self, name: str, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            return [str(self.settings[name])]
        lowest, highest, _ = self._model.settings[name]
        value = parse_index(arguments_of(arguments, 1)[0], lowest, highest)
        if value in UNMODELLED.get(name, ()):
            self._unmodelled.append(f"{name} {value}")
        self.settings[name] = value
        if name in {"SLOPE", "SYNC", "FASTMODE", "NOISEMODE", "IE", "REFN"}:
            self._apply_filter()
        return []

    def _sen(self, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            return [str(self._sensitivity)]
        lowest = 7 if self.settings["IMODE"] == 2 else 1
        self._sensitivity = parse_index(arguments_of(arguments, 1)[0], lowest, 27)
        return []

    def _tc(self, arguments: tuple[str, ...]) -> list[str]:
        if not arguments:
            return [str(self._time_constant)]
        value = parse_index(arguments_of(arguments, 1)[0], 0, len(self._model.time_constants_s) - 1)
        if "FASTMODE" in self.settings:
            slow = not self.settings["FASTMODE"] and value < self._model.shortest_slow
            if (self.settings["NOISEMODE"] and value not in _NOISE_MODE) or (not self.settings["NOISEMODE"] and slow):
                raise RefusedCommandError(EXE)
        self._time_constant = value
        self._apply_filter()
        return []

    def _filter_s(self) -> float:
        """The time constant that acts: with ``SYNC`` a whole number of periods."""
        nominal_s = self._model.time_constants_s[self._time_constant]
        frequency_hz = self._frequency_hz()
        if not self.settings["SYNC"] or not frequency_hz:
            return nominal_s
        return max(1, round(nominal_s * frequency_hz)) / frequency_hz

    def _reported_tc_s(self) -> float:
        return self._filter_s() if self._tc_reports == "actual" else self._model.time_constants_s[self._time_constant]

    def _apply_filter(self) -> None:
        if self._time_constant < self._model.shortest_slow or self.settings.get("FASTMODE"):
            self.settings["SLOPE"] = min(self.settings["SLOPE"], 1)  # the fast filters have two slopes only
        own_hz = None if self.settings["IE"] else self._auxiliary.frequency_hz
        self._lockin.set_detection(self.settings["REFN"], own_hz)
        self._lockin.set_filter(self._filter_s(), self.settings["SLOPE"] + 1, bool(self.settings["SYNC"]))

    def _offset(self, name: str, arguments: tuple[str, ...]) -> list[str]:
        """``XOF on [value]``."""
        if not arguments:
            return [chr(self.settings["DD"]).join(map(str, self._offsets[name]))]
        on, value = (*arguments_of(arguments, len(arguments))[:2], str(self._offsets[name][1]))[:2]
        self._offsets[name] = [parse_index(on, 0, 1), parse_index(value, -30000, 30000)]
        return []

    # --- reference -----------------------------------------------------------------------------------------------

    def _frequency_hz(self) -> float:
        """Of the external reference, 0 without one; of the oscillator with ``IE 0``."""
        return self._lockin.reference_frequency_hz() or 0.0 if self.settings["IE"] else self._auxiliary.frequency_hz

    # --- automatic functions -------------------------------------------------------------------------------------

    def _auto(self, arguments: tuple[str, ...], *actions: Callable[[], None]) -> list[str]:
        no_arguments(arguments)
        for action in actions:
            action()
        self._occupy(max(0.5, 5.0 * self._filter_s()))
        return []

    def _auto_sensitivity(self) -> None:
        """Magnitude between 30 and 90 % of full scale."""
        magnitude_v_rms = math.hypot(*self._lockin.read())
        fits = [i for i, full in enumerate(SENSITIVITIES_V_RMS) if i and magnitude_v_rms <= 0.9 * full]
        self._sensitivity = fits[0] if fits else 27

    def _auto_phase(self) -> None:
        x_v_rms, y_v_rms = self._lockin.read()
        self._phase.turn(math.degrees(math.atan2(y_v_rms, x_v_rms)))

    def _auto_offset(self) -> None:
        for name, share in zip(("XOF", "YOF"), self._shares(*self._lockin.read()), strict=True):
            on, value = self._offsets[name]
            counts = round(share * _FULL) + on * value
            self._offsets[name] = [1, min(max(counts, -30000), 30000)]
