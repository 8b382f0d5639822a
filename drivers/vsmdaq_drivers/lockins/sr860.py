"""Stanford Research Systems SR860, SR865 and SR865A lock-in amplifiers.

The numbers are not those of the SR830: ``SCAL`` counts downwards from 1 V, the time constants begin at 1 µs, the outputs are
counted from 0, and an input range (``IRNG``) stands in place of the reserve. It is set by an option, never by
itself: a wider scale does not help against an overload of the input.

What the manual leaves open, and what is done about it:

* Whether ``SNAP?`` carries offset, expand and ratio of X, Y and R is not known. `prepare` switches them off (``COFA``, ``CEXP``,
  ``CRAT``), verified.
* Whether the numbers are clipped at the scale is not known. The bits that say an output is beyond its scale count as
  an overload of the output either way.
* ``LIAS?`` is latched (manual). Whether a condition that lasts sets its bit again after a reading is not known: `status` also
  asks for the live word ``CUROVLDSTAT?`` and takes both.
* With the advanced filter (``ADVFILT``) the response is no cascade of RC stages. `prepare` and `set_filter` switch it off,
  verified; `filter` refuses to describe it.
* The synchronous filter acts below 4 kHz (remembered, not verified). `filter` says what acts; the bit that says the frequency
  is out of its range counts as a change of settings.
* In dual mode X and Y are at the difference of two frequencies: `prepare` refuses it. The frequency of a reading
  is the detection frequency (``FREQDET?``): that of the reference times the harmonic, which `prepare` sets to 1.
* A reply damaged on the way may still be numbers: R comes with X and Y, and must agree with them; see `plausible`.
* ``ASCL``, ``ARNG`` and ``APHS`` decide by themselves: not used.

Source: SR860 manual p. 103, 138, 139, 152; tables and bits as in pymeasure, qcodes and srsinst.sr860 (the maker's), which agree.
"""

from __future__ import annotations

import math
import re

from vsmdaq_drivers.contracts import (
    IdentityError,
    LimitError,
    Link,
    LockInFilter,
    LockInReading,
    LockInStatus,
    RefusedError,
    ReplyError,
)
from vsmdaq_drivers.lockins.choices import index_of, poles_index
from vsmdaq_drivers.lockins.plausible import SelfCheck
from vsmdaq_drivers.lockins.sr860_tables import (
    COUPLINGS,
    INPUT_RANGES_V,
    PHASE_LIMIT_DEG,
    SENSITIVITIES_V_RMS,
    SOURCES,
    SYNCHRONOUS_BELOW_HZ,
    TIME_CONSTANTS_S,
    status_of,
)
from vsmdaq_drivers.replies import parse_floats, parse_integers, parse_number

__all__ = ["IDENTITY", "SR860"]

IDENTITY = r"Stanford_Research_Systems\s*,\s*SR86(?:0|5A?)\b"

_QUANTITIES = ("X", "Y", "R")
_HIGHEST_HARMONIC = 99
_SETTINGS_OF_OUTPUTS = {"COFA": "offset", "CEXP": "expand", "CRAT": "ratio"}


class SR860:
    """Driver of the SR860, SR865 and SR865A; satisfies the role `LockIn`.

    Parameters
    ----------
    link : Link
        The wire.
    input_range_v : float, optional
        Largest voltage at the input, V: 1, 0.3, 0.1, 0.03 or 0.01; to set in `prepare`.
    source, coupling : str, optional
        Input and input coupling to set in `prepare`; what is not given stays as it is.
    """

    def __init__(
        self,
        link: Link,
        *,
        input_range_v: float | None = None,
        source: str | None = None,
        coupling: str | None = None,
    ) -> None:
        self._link = link
        self._check = SelfCheck(link.name, lambda: self.sensitivity_v_rms, self._ask_frequency_hz)
        self._input_range_v = input_range_v
        self._source: str | None = source
        self._coupling: str | None = coupling

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def sensitivities_v_rms(self) -> tuple[float, ...]:
        """Get the full-scale ranges of the outputs (V rms, 1 nV to 1 V, ascending)."""
        return SENSITIVITIES_V_RMS

    @property
    def time_constants_s(self) -> tuple[float, ...]:
        """Get the selectable time constants (s, 1 µs to 30 ks, ascending)."""
        return TIME_CONSTANTS_S

    @property
    def sensitivity_v_rms(self) -> float:
        """Control the full-scale range of the outputs (V rms, one of `sensitivities_v_rms`, 1 nV to 1 V)."""
        return SENSITIVITIES_V_RMS[-1 - self._ask_index("SCAL?", len(SENSITIVITIES_V_RMS))]

    @sensitivity_v_rms.setter
    def sensitivity_v_rms(self, value: float) -> None:
        index = index_of(SENSITIVITIES_V_RMS, value, "sensitivity", "V rms", instrument=self.name)
        self._set_index("SCAL", len(SENSITIVITIES_V_RMS) - 1 - index)

    @property
    def phase_deg(self) -> float:
        """Control the reference phase shift (degree, -360000 to 360000; kept within ±180°)."""
        return parse_number("PHAS?", self._link.query("PHAS?"), instrument=self.name)

    @phase_deg.setter
    def phase_deg(self, value: float) -> None:
        if not abs(value) <= PHASE_LIMIT_DEG:
            raise LimitError("phase", value, -PHASE_LIMIT_DEG, PHASE_LIMIT_DEG, "degree", instrument=self.name)
        command = f"PHAS {value:.6f}"
        self._link.write(command)
        found = self.phase_deg
        if abs(math.remainder(found - value, 360.0)) > 1e-4:
            raise RefusedError(command, f"the phase reads back {found:g} degree", instrument=self.name)

    @property
    def harmonic(self) -> int:
        """Control which harmonic of the reference is detected (1, 1 to 99)."""
        return self._ask_index("HARM?", _HIGHEST_HARMONIC + 1)

    @harmonic.setter
    def harmonic(self, value: int) -> None:
        if not 1 <= value <= _HIGHEST_HARMONIC:
            raise LimitError("harmonic", value, 1, _HIGHEST_HARMONIC, "", instrument=self.name)
        self._set_index("HARM", value)

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        self._link.clear()
        found = self._link.query("*IDN?")
        if not re.match(IDENTITY, found, re.IGNORECASE):
            raise IdentityError("a Stanford Research Systems SR860 or SR865", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Make sure that X and Y are volts at the input at the reference frequency itself, without offset, behind RC stages.

        Raises
        ------
        LimitError
            The input range asked for is none; nothing was sent.
        RefusedError
            Where the input is set to current or the reference to dual, or a setting does not read back as it was sent.
        """
        wanted = self._wanted()
        if self._ask_index("IVMD?", 2) != 0:
            raise RefusedError("IVMD?", "its input is set to current, X and Y would be amperes", instrument=self.name)
        if self._ask_index("RSRC?", 4) == 2:
            reason = "its reference is set to dual, X and Y would be those of a difference of frequencies"
            raise RefusedError("RSRC?", reason, instrument=self.name)
        for mnemonic, value in wanted.items():
            self._set_index(mnemonic, value)
        for mnemonic in _SETTINGS_OF_OUTPUTS:
            for channel in range(len(_QUANTITIES)):
                self._switch_off(mnemonic, channel)
        if self.harmonic != 1:
            self.harmonic = 1
        if self._ask_index("ADVFILT?", 2):
            self._set_index("ADVFILT", 0)
        self.status()  # what happened before is none of ours

    def set_filter(self, time_constant_s: float, poles: int, *, synchronous: bool = False) -> None:
        """Set the output filter; the advanced filter is switched off.

        Parameters
        ----------
        time_constant_s : float
            Time constant of one stage, s; one of `time_constants_s`.
        poles : int
            1 to 4 stages of 6 dB/oct.
        synchronous : bool
            Add the synchronous filter; it acts below 4 kHz only.

        Raises
        ------
        LimitError, RefusedError
            Out of range (nothing was sent); no such value, or the lock-in reads back another one.
        """
        index = index_of(TIME_CONSTANTS_S, time_constant_s, "time constant", "s", instrument=self.name)
        slope = poles_index(poles, instrument=self.name)
        wanted = {"ADVFILT": 0, "OFSL": slope, "SYNC": int(synchronous), "OFLT": index}
        for mnemonic, value in wanted.items():
            self._link.write(f"{mnemonic} {value}")
        # only now: each of them may have changed one that was set before
        for mnemonic, value in wanted.items():
            self._verify(f"{mnemonic} {value}", value)

    def filter(self) -> LockInFilter:
        """Get the filter as it acts now; asks the instrument each time.

        Raises
        ------
        RefusedError
            Where the advanced filter is on: it is no cascade of RC stages.
        """
        if self._ask_index("ADVFILT?", 2):
            raise RefusedError(
                "ADVFILT?", "the advanced filter is on, which is no cascade of RC stages", instrument=self.name
            )
        time_constant_s = TIME_CONSTANTS_S[self._ask_index("OFLT?", len(TIME_CONSTANTS_S))]
        poles = self._ask_index("OFSL?", 4) + 1
        synchronous = self._ask_index("SYNC?", 2) == 1
        if synchronous:
            synchronous = self._ask_frequency_hz() < SYNCHRONOUS_BELOW_HZ
        return LockInFilter("rc", poles, time_constant_s, synchronous)

    def read(self) -> LockInReading:
        """Measure X and Y (V rms) of one instant and the detection frequency (Hz), in one message.

        Raises
        ------
        ReplyError
            The reply cannot be read, or contradicts itself; see `plausible`.
        """
        command = "SNAP? 0,1,2;FREQDET?"
        xyr, frequency = self._ask_two(command)
        x_v_rms, y_v_rms, r_v_rms = parse_floats(command, xyr, 3, instrument=self.name)
        frequency_hz = parse_number(command, frequency, instrument=self.name)
        self._check.magnitude(x_v_rms, y_v_rms, r_v_rms, command=command, reply=xyr)
        self._check.frequency(frequency_hz, command=command, reply=frequency)
        return LockInReading(x_v_rms, y_v_rms, frequency_hz, self._link.clock.now())

    def status(self) -> LockInStatus:
        """Get and clear what was latched, and what holds now: overloads, loss of the reference, synchronous filter out of range."""
        command = "LIAS?;CUROVLDSTAT?"
        word = 0
        for text in self._ask_two(command):
            word |= parse_integers(command, text, 1, highest=0xFFFF, instrument=self.name)[0]
        return status_of(word)

    def close(self) -> None:
        """Release the link; the lock-in stays as it is."""
        self._link.close()

    def _wanted(self) -> dict[str, int]:
        """Settings of the input that the options ask for."""
        wanted: dict[str, int] = {}
        if self._input_range_v is not None:
            position = index_of(INPUT_RANGES_V, self._input_range_v, "input range", "V", instrument=self.name)
            wanted["IRNG"] = len(INPUT_RANGES_V) - 1 - position
        if self._source is not None:
            wanted["ISRC"] = SOURCES.index(self._source)
        if self._coupling is not None:
            wanted["ICPL"] = COUPLINGS.index(self._coupling)
        return wanted

    def _ask_frequency_hz(self) -> float:
        return parse_number("FREQDET?", self._link.query("FREQDET?"), instrument=self.name)

    def _ask_two(self, command: str) -> tuple[str, str]:
        """Replies to two questions of one line, which come joined by a semicolon."""
        reply = self._link.query(command)
        parts = reply.split(";")
        if len(parts) != 2:
            raise ReplyError(command, reply, "two replies joined by ';'", instrument=self.name)
        return parts[0], parts[1]

    def _switch_off(self, mnemonic: str, channel: int) -> None:
        query = f"{mnemonic}? {channel}"
        if self._ask_index(query, 3) == 0:
            return
        command = f"{mnemonic} {channel},0"
        self._link.write(command)
        if self._ask_index(query, 3) != 0:
            what = f"{_SETTINGS_OF_OUTPUTS[mnemonic]} of {_QUANTITIES[channel]}"
            raise RefusedError(command, f"the {what} stays on", instrument=self.name)

    def _ask_index(self, query: str, count: int) -> int:
        return parse_integers(query, self._link.query(query), 1, highest=count - 1, instrument=self.name)[0]

    def _set_index(self, mnemonic: str, value: int) -> None:
        command = f"{mnemonic} {value}"
        self._link.write(command)
        self._verify(command, value)

    def _verify(self, command: str, wanted: int) -> None:
        found = self._ask_index(f"{command.split(maxsplit=1)[0]}?", 1000)
        if found != wanted:
            raise RefusedError(command, f"it reads back {found}", instrument=self.name)
