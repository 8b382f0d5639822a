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
* Time constants above 30 s are refused above 200 Hz (remembered, not verified): found by reading back.
* ``AGAN`` and ``APHS`` take long and decide by themselves: not used.

Source: SR830 manual (Stanford Research Systems), chapter 5; tables agree with those of pymeasure and qcodes.
"""

from __future__ import annotations

import math
import re
from typing import Literal

from vsmdaq_drivers.contracts import (
    IdentityError,
    LimitError,
    Link,
    LinkTimeoutError,
    LockInFilter,
    LockInReading,
    LockInStatus,
    RefusedError,
)
from vsmdaq_drivers.entry import CR, LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import parse_floats, parse_integers, parse_number

__all__ = ["ENTRIES", "IDENTITY", "SENSITIVITIES_V_RMS", "SR830", "TIME_CONSTANTS_S"]

IDENTITY = r"Stanford_Research_Systems\s*,\s*SR8[13]0\b"

# Index i of SENS and OFLT; written as decimal text so that 5e-9 is the float 5e-9.
SENSITIVITIES_V_RMS = tuple(float(f"{m}e{e}") for e in range(-9, 0) for m in (2, 5, 10))
TIME_CONSTANTS_S = tuple(float(f"{m}e{e}") for e in range(-5, 5) for m in (1, 3))

_SYNCHRONOUS_BELOW_HZ = 200.0
_PHASE_RANGE_DEG = (-360.0, 729.99)
_CHANNELS = {1: "X", 2: "Y", 3: "R"}

Reserve = Literal["high", "normal", "low noise"]
Source = Literal["A", "A-B"]
Coupling = Literal["AC", "DC"]

_RESERVES: tuple[Reserve, ...] = ("high", "normal", "low noise")
_SOURCES: tuple[Source, ...] = ("A", "A-B")
_COUPLINGS: tuple[Coupling, ...] = ("AC", "DC")


class SR830:
    """Driver of the SR830; satisfies the role `LockIn`.

    Parameters
    ----------
    link : Link
        The wire.
    reserve, source, coupling : str, optional
        Dynamic reserve, input and input coupling to set in `prepare`; what is not given stays as it is.
    """

    def __init__(
        self,
        link: Link,
        *,
        reserve: Reserve | None = None,
        source: Source | None = None,
        coupling: Coupling | None = None,
    ) -> None:
        self._link = link
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
        index = self._index_of("sensitivity", value, SENSITIVITIES_V_RMS, "V rms")
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
        if self._ask_index("HARM?", 20000) != 1:
            self._set_index("HARM", 1, 20000)
        if self._source is not None:
            self._set_index("ISRC", _SOURCES.index(self._source), 4)
        elif self._ask_index("ISRC?", 4) not in (0, 1):
            raise RefusedError("ISRC?", "its input is set to current, X and Y would be amperes", instrument=self.name)
        if self._reserve is not None:
            self._set_index("RMOD", _RESERVES.index(self._reserve), 3)
        if self._coupling is not None:
            self._set_index("ICPL", _COUPLINGS.index(self._coupling), 2)
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
        index = self._index_of("time constant", time_constant_s, TIME_CONSTANTS_S, "s")
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
            frequency_hz = parse_number("FREQ?", self._link.query("FREQ?"), instrument=self.name)
            synchronous = frequency_hz < _SYNCHRONOUS_BELOW_HZ
        return LockInFilter("rc", poles, time_constant_s, synchronous)

    def read(self) -> LockInReading:
        """Measure X and Y (V rms) of one instant and the reference frequency (Hz), in one message."""
        command = "SNAP?1,2,9"
        reply = self._link.query(command)
        x_v_rms, y_v_rms, frequency_hz = parse_floats(command, reply, 3, instrument=self.name)
        return LockInReading(x_v_rms, y_v_rms, frequency_hz, self._link.clock.now())

    def status(self) -> LockInStatus:
        """Get and clear what was latched: overloads, loss of the reference, filter settings changed by themselves."""
        (word,) = parse_integers("LIAS?", self._link.query("LIAS?"), 1, highest=255, instrument=self.name)
        overloads = tuple(name for bit, name in enumerate(("input", "filter", "output")) if word >> bit & 1)
        # bit 4: the range of the reference was crossed at 200 Hz, bit 5: time constant changed indirectly
        return LockInStatus(overloads, bool(word & 0b1000), bool(word & 0b110000))

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

    def _index_of(self, quantity: str, value: float, table: tuple[float, ...], unit: str) -> int:
        if not table[0] * (1 - 1e-6) <= value <= table[-1] * (1 + 1e-6):
            raise LimitError(quantity, value, table[0], table[-1], unit, instrument=self.name)
        for index, entry in enumerate(table):
            if math.isclose(value, entry, rel_tol=1e-6):
                return index
        below = max(entry for entry in table if entry < value)
        above = min(entry for entry in table if entry > value)
        raise RefusedError(
            f"{quantity} {value:g} {unit}",
            f"the nearest it has are {below:g} and {above:g} {unit}",
            instrument=self.name,
        )


ENTRIES = (
    DriverEntry(
        name="sr830",
        role="lockin",
        title="Stanford Research SR830, SR810",
        driver=SR830,
        identity=IDENTITY,
        example="Stanford_Research_Systems,SR830,s/n86025,ver1.07",
        simulator="sr830",
        interfaces=("GPIB", "RS-232"),
        bus=LF,
        serial_line=CR,
        serial=SerialSettings(9600),
        limits="2 nV to 1 V rms, 10 µs to 30 ks",
        options={
            "reserve": Option("reserve", "text", "dynamic reserve", choices=_RESERVES),
            "source": Option("source", "text", "input", choices=_SOURCES),
            "coupling": Option("coupling", "text", "input coupling", choices=_COUPLINGS),
        },
        facts=(
            Fact("commands, tables and status bits", "manual", "SR830 manual, ch. 5"),
            Fact("replies go to the port that OUTX names", "manual", "SR830 manual; qcodes"),
            Fact("time constants above 30 s are refused above 200 Hz", "assumed", "read back"),
        ),
    ),
)
