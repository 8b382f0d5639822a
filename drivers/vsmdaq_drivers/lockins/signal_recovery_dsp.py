"""What the Signal Recovery 7265 and 7270 have in common: settings by number, a ``.`` behind a name for volts, seconds and degrees.

Each setting is read back; sensitivity and time constant also in volts and seconds (``SEN.``, ``TC.``), so that a table that does
not fit the instrument is found out.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_drivers.contracts import Clock, LimitError, LockInFilter, LockInReading, RefusedError
from vsmdaq_drivers.lockins.choices import index_of, poles_index
from vsmdaq_drivers.lockins.plausible import SelfCheck
from vsmdaq_drivers.replies import parse_floats, parse_integers, parse_number

__all__ = ["COUPLINGS", "PHASE_RANGE_DEG", "SENSITIVITIES_V_RMS", "SOURCES", "Dsp72xx"]

# SEN n counts from 1
SENSITIVITIES_V_RMS = tuple(float(f"{m}e{e}") for e in range(-9, 0) for m in (2, 5, 10))
PHASE_RANGE_DEG = (-360.0, 360.0)
SOURCES = ("A", "-B", "A-B")  # VMODE 1, 2, 3
COUPLINGS = ("AC", "DC")

_COMMA = 44
_COARSE = 1e-2  # SEN. and TC. are given with two digits


class Dsp72xx:
    """The part of both drivers that is the same.

    Parameters
    ----------
    name : str
        For messages.
    ask : callable
        Sends a question and returns its answer, without what frames it.
    tell : callable
        Sends a command that has no answer.
    clock : Clock
        The bench's clock.
    time_constants_s : tuple of float
        Those that are offered, ascending.
    first_tc : int
        Index of ``TC`` of the first of them.
    highest_harmonic : int
        That ``REFN`` takes.
    """

    def __init__(
        self,
        name: str,
        ask: Callable[[str], str],
        tell: Callable[[str], None],
        clock: Clock,
        time_constants_s: tuple[float, ...],
        first_tc: int,
        highest_harmonic: int,
    ) -> None:
        self._name = name
        self._ask = ask
        self._tell = tell
        self._clock = clock
        self._time_constants_s = time_constants_s
        self._first_tc = first_tc
        self._highest_harmonic = highest_harmonic
        self._check = SelfCheck(name, self.sensitivity_v_rms, self._frequency_hz)

    def sensitivity_v_rms(self) -> float:
        """Get the full-scale range, V rms."""
        return SENSITIVITIES_V_RMS[self.number("SEN", 1, len(SENSITIVITIES_V_RMS)) - 1]

    def set_sensitivity(self, value_v_rms: float) -> None:
        """Set the full-scale range (V rms)."""
        index = index_of(SENSITIVITIES_V_RMS, value_v_rms, "sensitivity", "V rms", instrument=self._name)
        command = f"SEN {index + 1}"
        self.put("SEN", index + 1)
        self._check_float(command, "SEN.", value_v_rms, "V rms")

    def phase_deg(self) -> float:
        """Get the reference phase, degree."""
        return parse_number("REFP.", self._ask("REFP."), instrument=self._name)

    def set_phase(self, value_deg: float) -> None:
        """Set the reference phase (degree). Sent within 0 to 360°: that is the range that all drivers seen agree on."""
        lowest, highest = PHASE_RANGE_DEG
        if not lowest <= value_deg <= highest:
            raise LimitError("phase", value_deg, lowest, highest, "degree", instrument=self._name)
        command = f"REFP. {value_deg % 360.0:.3f}"
        self._tell(command)
        found = self.phase_deg()
        if abs(math.remainder(found - value_deg, 360.0)) > 2e-3:
            raise RefusedError(command, f"the phase reads back {found:g} degree", instrument=self._name)

    def harmonic(self) -> int:
        """Get the harmonic of the reference that is detected."""
        return self.number("REFN", 1, self._highest_harmonic)

    def set_harmonic(self, value: int) -> None:
        """Set the harmonic of the reference that is detected."""
        if not 1 <= value <= self._highest_harmonic:
            raise LimitError("harmonic", value, 1, self._highest_harmonic, "", instrument=self._name)
        self.put("REFN", value)

    def prepare_outputs(self, source: str | None, coupling: str | None, modes: tuple[str, ...]) -> None:
        """Voltage at the input, one demodulator at the fundamental, no offsets, commas; `modes` are set to 0.

        Raises
        ------
        RefusedError
            The input is set to current or grounded, or a setting is not taken.
        """
        if self.number("IMODE", 0, 2):
            raise RefusedError("IMODE", "its input is set to current, X and Y would be amperes", instrument=self._name)
        if source is not None:
            self.put("VMODE", SOURCES.index(source) + 1)
        elif not self.number("VMODE", 0, 3):
            raise RefusedError("VMODE", "both of its inputs are grounded", instrument=self._name)
        if coupling is not None:
            self.put("CP", COUPLINGS.index(coupling))
        for name, wanted in (("DD", _COMMA), ("REFMODE", 0), *((mode, 0) for mode in modes), ("REFN", 1)):
            if self.number(name, 0, 65535) != wanted:
                self.put(name, wanted)
        for name in ("XOF", "YOF"):
            if self._offset_is_on(name):
                self._tell(f"{name} 0")
                if self._offset_is_on(name):
                    raise RefusedError(f"{name} 0", "the offset stays on", instrument=self._name)

    def set_filter(self, time_constant_s: float, poles: int, *, synchronous: bool) -> None:
        """Set the output filter.

        The time constant comes last: with ``SYNC`` it is then made a whole number of periods (manual). Whether ``TC.`` gives that
        one or the one asked for is not known, so it is compared only without ``SYNC``.
        """
        offered = self._time_constants_s
        index = index_of(offered, time_constant_s, "time constant", "s", instrument=self._name) + self._first_tc
        wanted = {"SLOPE": poles_index(poles, instrument=self._name), "SYNC": int(synchronous), "TC": index}
        for name, value in wanted.items():
            self._tell(f"{name} {value}")
        # only now: each of them may have changed one that was set before
        for name, value in wanted.items():
            self._verify(name, value)
        if not synchronous:
            self._check_float(f"TC {index}", "TC.", time_constant_s, "s")

    def filter(self) -> LockInFilter:
        """Get the filter, its time constant in seconds as the instrument gives it."""
        found_s = parse_number("TC.", self._ask("TC."), instrument=self._name)
        known = [value for value in self._time_constants_s if math.isclose(value, found_s, rel_tol=_COARSE)]
        synchronous = self.number("SYNC", 0, 2) > 0
        poles = self.number("SLOPE", 0, 3) + 1
        return LockInFilter("rc", poles, known[0] if known and not synchronous else found_s, synchronous)

    def read(self) -> LockInReading:
        """Measure X, Y (V rms), then the reference frequency (Hz; 0 where it is not locked)."""
        x_v_rms, y_v_rms = parse_floats("XY.", self._ask("XY."), 2, instrument=self._name)
        time_s = self._clock.now()
        reply = self._ask("FRQ.")
        frequency_hz = parse_number("FRQ.", reply, instrument=self._name)
        self._check.frequency(frequency_hz, command="FRQ.", reply=reply)
        return LockInReading(x_v_rms, y_v_rms, frequency_hz, time_s)

    def _frequency_hz(self) -> float:
        return parse_number("FRQ.", self._ask("FRQ."), instrument=self._name)

    def number(self, name: str, lowest: int, highest: int) -> int:
        """Ask for a setting of one number."""
        value = parse_integers(name, self._ask(name), 1, highest=highest, instrument=self._name)[0]
        if value < lowest:
            raise RefusedError(name, f"it reads {value}, which is none of {lowest} to {highest}", instrument=self._name)
        return value

    def put(self, name: str, value: int) -> None:
        """Set a setting of one number, and read it back."""
        self._tell(f"{name} {value}")
        self._verify(name, value)

    def _verify(self, name: str, wanted: int) -> None:
        found = self.number(name, 0, 65535)
        if found != wanted:
            raise RefusedError(f"{name} {wanted}", f"it reads back {found}", instrument=self._name)

    def _offset_is_on(self, name: str) -> bool:
        """First of one or two numbers."""
        reply = self._ask(name)
        return parse_number(name, reply.split(",")[0], instrument=self._name) != 0.0

    def _check_float(self, command: str, question: str, wanted: float, unit: str) -> None:
        found = parse_number(question, self._ask(question), instrument=self._name)
        if not math.isclose(found, wanted, rel_tol=_COARSE):
            raise RefusedError(command, f"{question} reads back {found:g} {unit}", instrument=self._name)
