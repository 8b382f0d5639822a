"""Stanford Research Systems SR830 lock-in amplifier (and SR810, which has one display only).

What the manual leaves open, and what is done about it:

* Replies go to one port only, chosen by ``OUTX`` (manual, qcodes). It is sent before the first question: the port is
  GPIB where the link can be polled serially, RS-232 where not; if nothing answers, the other one is tried once.
* Whether ``SNAP?`` carries the offset of the display is not said (manual gives an example for the display only).
  `prepare` makes offset and expand of X, Y and R zero, verified.
* Raising the slope or the reserve may raise the time constant by itself (manual, LIAS bit 5). `set_filter` sends the
  time constant last and reads all of it back; `filter` always asks, nothing is remembered.
* Overload bits are latched (manual): `status` tells what happened since it was last called. After a change of
  range or filter: call it and forget, wait, read, call it again.
* ``SYNC`` acts only while the detection frequency is below 200 Hz (manual). `filter` says what acts, not what is
  switched on.
* Time constants above 30 s need a detection frequency below 200 Hz (manual); what happens is found by reading back.
* A reply damaged on the way may still be numbers: R comes with X and Y, and must agree with them; see `plausible`.
* ``AGAN`` and ``APHS`` take long and decide by themselves: not used.

Source: SR830 manual (Stanford Research Systems), chapter 5; tables agree with those of pymeasure and qcodes.
"""

from __future__ import annotations

import math
import re
from typing import Literal

from vsmdaq_drivers.contracts import (
    BufferReading,
    IdentityError,
    LimitError,
    Link,
    LinkTimeoutError,
    LockInFilter,
    LockInReading,
    LockInStatus,
    RefusedError,
)
from vsmdaq_drivers.lockins.plausible import SelfCheck
from vsmdaq_drivers.lockins.sr830_buffer import DataBuffer, Transfer
from vsmdaq_drivers.lockins.sr830_tables import SAMPLE_RATES_HZ, SENSITIVITIES_V_RMS, TIME_CONSTANTS_S, index_of
from vsmdaq_drivers.replies import parse_floats, parse_integers, parse_number

__all__ = [
    "COUPLINGS",
    "IDENTITY",
    "RESERVES",
    "SENSITIVITIES_V_RMS",
    "SOURCES",
    "SR830",
    "TIME_CONSTANTS_S",
    "Coupling",
    "Reserve",
    "Source",
]

IDENTITY = r"Stanford_Research_Systems\s*,\s*SR8[13]0\b"

_SYNCHRONOUS_BELOW_HZ = 200.0
_PHASE_RANGE_DEG = (-360.0, 729.99)
_HIGHEST_HARMONIC = 19999
_CHANNELS = {1: "X", 2: "Y", 3: "R"}

Reserve = Literal["high", "normal", "low noise"]
Source = Literal["A", "A-B"]
Coupling = Literal["AC", "DC"]

RESERVES: tuple[Reserve, ...] = ("high", "normal", "low noise")
SOURCES: tuple[Source, ...] = ("A", "A-B")
COUPLINGS: tuple[Coupling, ...] = ("AC", "DC")


class SR830:
    """Driver of the SR830; satisfies the role `LockIn`.

    Parameters
    ----------
    link : Link
        The wire.
    reserve, source, coupling : str, optional
        Dynamic reserve, input and input coupling to set in `prepare`; what is not given stays as it is.
    transfer : str, optional
        How points of the buffer are fetched: ``"lia"``, ``"ieee"`` or ``"ascii"``.
    """

    def __init__(
        self,
        link: Link,
        *,
        reserve: Reserve | None = None,
        source: Source | None = None,
        coupling: Coupling | None = None,
        transfer: Transfer | None = None,
    ) -> None:
        self._link = link
        self._buffer = DataBuffer(link, self.status, transfer=transfer)
        self._check = SelfCheck(link.name, lambda: self.sensitivity_v_rms, self._ask_frequency_hz)
        self._reserve: Reserve | None = reserve
        self._source: Source | None = source
        self._coupling: Coupling | None = coupling

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def sensitivities_v_rms(self) -> tuple[float, ...]:
        """Get the full-scale ranges (V rms, 2 nV to 1 V, ascending)."""
        return SENSITIVITIES_V_RMS

    @property
    def time_constants_s(self) -> tuple[float, ...]:
        """Get the selectable time constants (s, 10 µs to 30 ks, ascending)."""
        return TIME_CONSTANTS_S

    @property
    def sensitivity_v_rms(self) -> float:
        """Control the full-scale range (V rms, one of `sensitivities_v_rms`, 2 nV to 1 V)."""
        return SENSITIVITIES_V_RMS[self._ask_index("SENS?", len(SENSITIVITIES_V_RMS))]

    @sensitivity_v_rms.setter
    def sensitivity_v_rms(self, value: float) -> None:
        index = index_of("sensitivity", value, SENSITIVITIES_V_RMS, "V rms", instrument=self.name)
        self._set_index("SENS", index, len(SENSITIVITIES_V_RMS))

    @property
    def phase_deg(self) -> float:
        """Control the reference phase shift (degree, -360.00 to 729.99; kept to 0.01° and within ±180°)."""
        return parse_number("PHAS?", self._link.query("PHAS?"), instrument=self.name)

    @phase_deg.setter
    def phase_deg(self, value: float) -> None:
        lowest, highest = _PHASE_RANGE_DEG
        if not lowest <= value <= highest:
            raise LimitError("phase", value, lowest, highest, "degree", instrument=self.name)
        command = f"PHAS {value:.2f}"
        self._link.write(command)
        found = self.phase_deg
        if abs(math.remainder(found - value, 360.0)) > 0.011:
            raise RefusedError(command, f"the phase reads back {found:g} degree", instrument=self.name)

    @property
    def harmonic(self) -> int:
        """Control which harmonic of the reference is detected (1, 1 to 19999; up to 102 kHz, beyond which it is refused)."""
        return self._ask_index("HARM?", _HIGHEST_HARMONIC + 1)

    @harmonic.setter
    def harmonic(self, value: int) -> None:
        if not 1 <= value <= _HIGHEST_HARMONIC:
            raise LimitError("harmonic", value, 1, _HIGHEST_HARMONIC, "", instrument=self.name)
        self._set_index("HARM", value, _HIGHEST_HARMONIC + 1)

    def identify(self) -> str:
        """Ask for the identity; the lock-in is told first to which of its ports it has to answer.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        port = 0 if self._link.serial_poll() is None else 1
        try:
            found = self._identity_by(port)
        except LinkTimeoutError:
            found = self._identity_by(1 - port)
        if not re.match(IDENTITY, found, re.IGNORECASE):
            raise IdentityError("a Stanford Research Systems SR830", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Make sure that X and Y are volts at the input at the reference frequency itself, without offset.

        Raises
        ------
        RefusedError
            Where the input is set to current, or a setting does not read back as it was sent.
        """
        for channel in _CHANNELS:
            self._clear_offset(channel)
        if self.harmonic != 1:
            self.harmonic = 1
        if self._source is not None:
            self._set_index("ISRC", SOURCES.index(self._source), 4)
        elif self._ask_index("ISRC?", 4) not in (0, 1):
            raise RefusedError("ISRC?", "its input is set to current, X and Y would be amperes", instrument=self.name)
        if self._reserve is not None:
            self._set_index("RMOD", RESERVES.index(self._reserve), 3)
        if self._coupling is not None:
            self._set_index("ICPL", COUPLINGS.index(self._coupling), 2)
        self.status()  # what happened before is none of ours

    def set_filter(self, time_constant_s: float, poles: int, *, synchronous: bool = False) -> None:
        """Set the output filter.

        Parameters
        ----------
        time_constant_s : float
            Time constant of one stage, s; one of `time_constants_s`.
        poles : int
            1 to 4 stages of 6 dB/oct.
        synchronous : bool
            Add the synchronous filter; it acts below 200 Hz only.

        Raises
        ------
        LimitError, RefusedError
            Out of range (nothing was sent); no such value, or the lock-in reads back another one.
        """
        index = index_of("time constant", time_constant_s, TIME_CONSTANTS_S, "s", instrument=self.name)
        if poles not in (1, 2, 3, 4):
            raise LimitError("number of filter poles", poles, 1, 4, "", instrument=self.name)
        wanted = {"OFSL": poles - 1, "SYNC": int(synchronous), "OFLT": index}
        for mnemonic, value in wanted.items():
            self._link.write(f"{mnemonic} {value}")
        # only now: each of them may have changed one that was set before
        for mnemonic, value in wanted.items():
            self._verify(f"{mnemonic} {value}", value, self._ask_index(f"{mnemonic}?", len(TIME_CONSTANTS_S)))

    def filter(self) -> LockInFilter:
        """Get the filter as it acts now; asks the instrument each time."""
        time_constant_s = TIME_CONSTANTS_S[self._ask_index("OFLT?", len(TIME_CONSTANTS_S))]
        poles = self._ask_index("OFSL?", 4) + 1
        synchronous = self._ask_index("SYNC?", 2) == 1
        if synchronous:
            synchronous = self._ask_frequency_hz() < _SYNCHRONOUS_BELOW_HZ
        return LockInFilter("rc", poles, time_constant_s, synchronous)

    def read(self) -> LockInReading:
        """Measure X and Y (V rms) of one instant and the reference frequency (Hz), in one message.

        Raises
        ------
        ReplyError
            The reply cannot be read, or contradicts itself; see `plausible`.
        """
        command = "SNAP?1,2,3,9"
        reply = self._link.query(command)
        x_v_rms, y_v_rms, r_v_rms, frequency_hz = parse_floats(command, reply, 4, instrument=self.name)
        self._check.magnitude(x_v_rms, y_v_rms, r_v_rms, command=command, reply=reply)
        self._check.frequency(frequency_hz, command=command, reply=reply)
        return LockInReading(x_v_rms, y_v_rms, frequency_hz, self._link.clock.now())

    def status(self) -> LockInStatus:
        """Get and clear what was latched: overloads, loss of the reference, filter settings changed by themselves."""
        (word,) = parse_integers("LIAS?", self._link.query("LIAS?"), 1, highest=255, instrument=self.name)
        overloads = tuple(name for bit, name in enumerate(("input", "filter", "output")) if word >> bit & 1)
        # bit 4: the range of the reference was crossed at 200 Hz, bit 5: time constant changed indirectly
        return LockInStatus(overloads, bool(word & 0b1000), bool(word & 0b110000))

    @property
    def sample_rates_hz(self) -> tuple[float, ...]:
        """Get the rates at which the buffer can be filled (Hz, 62.5 mHz to 512 Hz, ascending)."""
        return SAMPLE_RATES_HZ

    @property
    def buffer_points(self) -> int:
        """Get the number of points in the buffer (1, 0 to 16383)."""
        return self._buffer.points()

    def start_scan(self, rate_hz: float, *, loop: bool = False) -> None:
        """Empty the buffer and have the lock-in store X and Y at a rate (Hz, one of `sample_rates_hz`).

        It ends when 16383 points are stored, or goes on with `loop` and keeps the latest.

        Raises
        ------
        LimitError, RefusedError
            No such rate (nothing was sent); a setting that is not taken, an offset, or an SR810, which stores one channel.
        """
        self._buffer.start(rate_hz, loop=loop)

    def stop_scan(self) -> None:
        """Stop storing; what is stored stays."""
        self._buffer.stop()

    def read_buffer(self, start: int = 0, count: int | None = None) -> BufferReading:
        """Stop storing and fetch points, numbered from the oldest; all of them by default.

        Raises
        ------
        LimitError, RefusedError, ReplyError
            Outside the buffer (nothing was sent); points that are not stored, or settings that are not those of the scan;
            numbers that X and Y cannot have.
        """
        return self._buffer.read(start, count)

    def close(self) -> None:
        """Release the link; the lock-in stays as it is."""
        self._link.close()

    def _identity_by(self, port: int) -> str:
        self._link.clear()
        self._link.write(f"OUTX {port}")
        return self._link.query("*IDN?")

    def _clear_offset(self, channel: int) -> None:
        query = f"OEXP? {channel}"
        if parse_floats(query, self._link.query(query), 2, instrument=self.name) == (0.0, 0.0):
            return
        command = f"OEXP {channel},0,0"
        self._link.write(command)
        reply = self._link.query(query)
        if parse_floats(query, reply, 2, instrument=self.name) != (0.0, 0.0):
            reason = f"offset and expand of {_CHANNELS[channel]} read back {reply!r}"
            raise RefusedError(command, reason, instrument=self.name)

    def _ask_frequency_hz(self) -> float:
        return parse_number("FREQ?", self._link.query("FREQ?"), instrument=self.name)

    def _ask_index(self, query: str, count: int) -> int:
        reply = self._link.query(query)
        return parse_integers(query, reply, 1, highest=count - 1, instrument=self.name)[0]

    def _set_index(self, mnemonic: str, index: int, count: int) -> None:
        command = f"{mnemonic} {index}"
        self._link.write(command)
        self._verify(command, index, self._ask_index(f"{mnemonic}?", count))

    def _verify(self, command: str, wanted: int, found: int) -> None:
        if found != wanted:
            raise RefusedError(command, f"it reads back {found}", instrument=self.name)
