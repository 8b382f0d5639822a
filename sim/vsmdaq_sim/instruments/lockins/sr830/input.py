"""The SR830 from its input to the output filter: settings, how they depend on each other, and how the world learns of them.

Time constants above 30 s and the synchronous filter need a detection frequency in the lower range; the time constant rises by
itself where DC gain and slope ask for a longer one (manual p. 4-9). Both are told by the lock-in status.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from vsmdaq_sim.instruments.common.arguments import (
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_float,
    parse_index,
)
from vsmdaq_sim.instruments.common.ports import LockInPart
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.tables import (
    INDEX_SETTINGS,
    LOWER_RANGE_HZ,
    SENSITIVITIES_V_RMS,
    TIME_CONSTANTS_S,
    UNMODELLED,
    UPPER_RANGE_HZ,
    reserve_db,
    shortest_time_constant,
)

__all__ = ["InputSettings"]

Handler = Callable[[tuple[str, ...]], str | None]
_RANGE_CROSSED, _TIME_CONSTANT_CHANGED = 4, 5
_HIGHEST_HZ = 102000.0
_LONGEST_IN_UPPER_RANGE = 13  # 30 s


class InputSettings:
    """Settings of input, reference and filter.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    settings : Settings
        Where they are kept.
    latch : callable
        Sets a bit of the lock-in status.
    watch : callable
        Looks for overloads, before a range is left.
    unmodelled : list of str
        Takes what the world does not show.
    """

    def __init__(
        self,
        lockin: LockInPart,
        settings: Settings,
        *,
        latch: Callable[[int], None],
        watch: Callable[[], None],
        unmodelled: list[str],
    ) -> None:
        self._lockin = lockin
        self._settings = settings
        self._latch = latch
        self._watch = watch
        self._unmodelled = unmodelled
        self._upper_range = self.detection_hz() > LOWER_RANGE_HZ

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        settings = self._settings
        table: dict[str, Handler] = {
            "FREQ?": lambda arguments: no_arguments(arguments, f"{self.frequency_hz():.6g}"),
            "FREQ": self._set_frequency,
            "HARM?": lambda arguments: no_arguments(arguments, str(settings.harmonic)),
            "HARM": self._set_harmonic,
            "PHAS?": lambda arguments: no_arguments(arguments, f"{settings.phase_deg:.2f}"),
            "PHAS": self._set_phase,
            "SLVL?": lambda arguments: no_arguments(arguments, f"{settings.sine_v_rms:.3f}"),
            "SLVL": self._set_sine,
        }
        for name in INDEX_SETTINGS:
            table[name] = partial(self._set_index, name)
            table[name + "?"] = partial(self._query_index, name)
        return table

    @property
    def full_scale_v_rms(self) -> float:
        """Full scale, V rms."""
        return SENSITIVITIES_V_RMS[self._settings.index["SENS"]]

    @property
    def time_constant_s(self) -> float:
        """Time constant of one pole, s."""
        return TIME_CONSTANTS_S[self._settings.index["OFLT"]]

    def frequency_hz(self) -> float:
        """Reference frequency, Hz; 0 where there is none."""
        if self._settings.index["FMOD"]:
            return self._settings.internal_hz
        return self._lockin.reference_frequency_hz() or 0.0

    def detection_hz(self) -> float:
        """Frequency of the harmonic that is detected, Hz."""
        return self._settings.harmonic * self.frequency_hz()

    def apply_all(self) -> None:
        """Tell the world everything: after a reset, a recalled setup, or power-on."""
        self._lockin.set_phase_deg(self._settings.phase_deg)
        self._apply_detection()

    def store_phase(self, value_deg: float) -> None:
        """Keep the phase in hundredths of a degree, in (-180, 180]."""
        hundredths = round(value_deg * 100.0) % 36000
        self._settings.phase_deg = (hundredths - 36000 if hundredths > 18000 else hundredths) / 100.0
        self._lockin.set_phase_deg(self._settings.phase_deg)

    def check_range(self) -> None:
        """Look whether the detection frequency has left its range, and do what follows from it."""
        detection_hz = self.detection_hz()
        if self._upper_range and 0.0 < detection_hz < LOWER_RANGE_HZ:
            self._cross(upper=False)
        elif not self._upper_range and detection_hz > UPPER_RANGE_HZ:
            self._cross(upper=True)

    def _cross(self, *, upper: bool) -> None:
        self._upper_range = upper
        self._latch(_RANGE_CROSSED)
        self.apply_filter()

    def apply_filter(self) -> None:
        """Raise or lower the time constant where it must be, and tell the world."""
        index = self._settings.index
        allowed = self._shortest()
        if self._upper_range and index["OFLT"] > _LONGEST_IN_UPPER_RANGE:
            allowed = max(allowed, _LONGEST_IN_UPPER_RANGE)
            index["OFLT"] = allowed
            self._latch(_TIME_CONSTANT_CHANGED)
        if index["OFLT"] < allowed:
            index["OFLT"] = allowed
            self._latch(_TIME_CONSTANT_CHANGED)
        synchronous = bool(index["SYNC"]) and not self._upper_range
        self._lockin.set_filter(self.time_constant_s, index["OFSL"] + 1, synchronous)

    def _shortest(self) -> int:
        index = self._settings.index
        gain_db = reserve_db(self.full_scale_v_rms, index["RMOD"]) + 20.0 * max(self._settings.expand[:2])
        return shortest_time_constant(index["OFSL"], gain_db)

    def _apply_detection(self) -> None:
        settings = self._settings
        self._lockin.set_detection(settings.harmonic, settings.internal_hz if settings.index["FMOD"] else None)
        self.check_range()
        self.apply_filter()

    def _query_index(self, name: str, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, str(self._settings.index[name]))

    def _set_index(self, name: str, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], *INDEX_SETTINGS[name])
        if value in UNMODELLED.get(name, ()):
            self._unmodelled.append(f"{name} {value}")
        if name in {"SENS", "RMOD"}:
            self._watch()  # an overload of the old range stays latched
        if name == "OFLT":
            value = max(value, self._shortest())  # no longer one was asked for: nothing changes by itself
        self._settings.index[name] = value
        if name == "FMOD":
            self._apply_detection()
        elif name in {"OFLT", "OFSL", "SYNC", "SENS", "RMOD"}:
            self.check_range()
            self.apply_filter()

    def _set_frequency(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        settings = self._settings
        allowed = 0.001 <= value <= _HIGHEST_HZ and value * settings.harmonic <= _HIGHEST_HZ
        if not settings.index["FMOD"] or not allowed:
            raise RefusedCommandError(EXE)
        settings.internal_hz = float(f"{value:.5g}") if value >= 1.0 else round(value, 4)
        self._apply_detection()

    def _set_harmonic(self, arguments: tuple[str, ...]) -> None:
        value = parse_index(arguments_of(arguments, 1)[0], 1, 19999)
        frequency_hz = self.frequency_hz()
        if value * frequency_hz > _HIGHEST_HZ:
            value = max(int(_HIGHEST_HZ / frequency_hz), 1)  # the largest that it can
        self._settings.harmonic = value
        self._apply_detection()

    def _set_phase(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if not -360.0 <= value <= 729.99:
            raise RefusedCommandError(EXE)
        self.store_phase(value)

    def _set_sine(self, arguments: tuple[str, ...]) -> None:
        value = parse_float(arguments_of(arguments, 1)[0])
        if not 0.004 <= value <= 5.0:
            raise RefusedCommandError(EXE)
        self._settings.sine_v_rms = round(value / 0.002) * 0.002
