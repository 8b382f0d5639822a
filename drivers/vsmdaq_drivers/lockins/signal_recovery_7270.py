"""Ametek (Signal Recovery) 7270 lock-in amplifier over USB or network.

What the manuals leave open, and what is done about it:

* Every command is answered, if only by the NUL that ends a reply (manual): each is sent with its answer awaited.
* Behind the NUL status and overload byte can follow: on USB as ``USBTERM`` says, on the network always on port 50000 and never on
  port 50001 (manual). `identify` sets ``USBTERM 0`` and asks twice who it is; where such bytes still come, it says so.
* A line feed before the NUL (pymeasure) is dropped.
* Overloads are not latched: each reading asks for the status byte ``ST``, and where an output is overloaded for the overload byte
  ``N``; `status` tells what was seen since it was last called. The analogue outputs do not count.
* ``NOISEMODE`` and ``FASTMODE`` restrict slopes and time constants (manual): `prepare` switches them off, and the time constants
  offered are those from 5 ms up.
* ``SYNC`` makes the time constant a whole number of periods instead of adding a filter (manual). It is told as `synchronous`;
  `filter` gives the time constant that the lock-in gives.
* The output filters are FIR filters (7230 manual, 3.3.15), described here as RC stages of the same time constant.
* Offsets are taken to shift X and Y: switched off and verified.

Sources: 7270 manual (Ametek) p. 6-6, 6-16, 6-34, 6-35; 7124 manual p. 6-8; pymeasure's Ametek7270 for the tables.
"""

from __future__ import annotations

import re
from typing import Literal

from vsmdaq_drivers.contracts import (
    IdentityError,
    Link,
    LockInFilter,
    LockInReading,
    LockInStatus,
    ReplyError,
)
from vsmdaq_drivers.entry import CR, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.lockins.signal_recovery_dsp import COUPLINGS, SENSITIVITIES_V_RMS, SOURCES, Dsp72xx
from vsmdaq_drivers.replies import parse_integers

__all__ = ["ENTRIES", "IDENTITY", "NUL", "TIME_CONSTANTS_S", "SignalRecovery7270"]

IDENTITY = r"7270\s*$"
NUL = Terminators("\0", "\0")
TIME_CONSTANTS_S = tuple(float(f"{m}e{e}") for e in range(-3, 6) for m in (1, 2, 5))[2:25]
_FIRST_TC = 8  # index of TC of 5 ms
_HIGHEST_HARMONIC = 127

# Bits of ST
_UNLOCKED, _OUTPUT, _INPUT = 1 << 3, 1 << 4, 1 << 6
_X_OR_Y = 0b11  # of N

Source = Literal["A", "-B", "A-B"]
Coupling = Literal["AC", "DC"]


class SignalRecovery7270:
    """Driver of the 7270; satisfies the role `LockIn`.

    Parameters
    ----------
    link : Link
        The wire.
    source, coupling : str, optional
        Input and input coupling to set in `prepare`; what is not given stays as it is.
    """

    def __init__(self, link: Link, *, source: Source | None = None, coupling: Coupling | None = None) -> None:
        self._link = link
        self._source = source
        self._coupling = coupling
        self._seen = 0
        self._dsp = Dsp72xx(
            link.name, self._ask, self._tell, link.clock, TIME_CONSTANTS_S, _FIRST_TC, _HIGHEST_HARMONIC
        )

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
        """Get the selectable time constants (s, 5 ms to 100 ks, ascending)."""
        return TIME_CONSTANTS_S

    @property
    def sensitivity_v_rms(self) -> float:
        """Control the full-scale range (V rms, one of `sensitivities_v_rms`, 2 nV to 1 V)."""
        return self._dsp.sensitivity_v_rms()

    @sensitivity_v_rms.setter
    def sensitivity_v_rms(self, value: float) -> None:
        self._dsp.set_sensitivity(value)

    @property
    def phase_deg(self) -> float:
        """Control the reference phase shift (degree, -360 to 360; kept to 0.001°)."""
        return self._dsp.phase_deg()

    @phase_deg.setter
    def phase_deg(self, value: float) -> None:
        self._dsp.set_phase(value)

    @property
    def harmonic(self) -> int:
        """Control which harmonic of the reference is detected (1, 1 to 127)."""
        return self._dsp.harmonic()

    @harmonic.setter
    def harmonic(self, value: int) -> None:
        self._dsp.set_harmonic(value)

    def identify(self) -> str:
        """Ask for the model number, with nothing but a NUL behind each reply.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        ReplyError
            Where more than a NUL comes behind a reply.
        """
        self._link.clear()
        self._link.query("USBTERM 0")
        self._link.clear()  # the bytes that may have come behind this one
        found = self._ask("ID")
        if not re.match(IDENTITY, found):
            raise IdentityError("a Signal Recovery 7270", found, instrument=self.name)
        try:
            again = self._ask("ID")
        except ReplyError as error:  # a status byte need not be text
            again = error.reply
        if again != found:
            expected = f"{found!r} again, with nothing behind its NUL: on a network take port 50001, not 50000"
            raise ReplyError("ID", again, expected, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Make sure that X and Y are volts at the input at the reference frequency itself, without offset.

        Raises
        ------
        RefusedError
            Where the input is set to current or grounded, or a setting does not read back as it was sent.
        """
        self._dsp.prepare_outputs(self._source, self._coupling, ("NOISEMODE", "FASTMODE"))
        self.status()  # what happened before is none of ours

    def set_filter(self, time_constant_s: float, poles: int, *, synchronous: bool = False) -> None:
        """Set the output filter.

        Parameters
        ----------
        time_constant_s : float
            One of `time_constants_s`, s.
        poles : int
            1 to 4: 6 to 24 dB/oct.
        synchronous : bool
            Have the lock-in make the time constant a whole number of periods.

        Raises
        ------
        LimitError, RefusedError
            Out of range (nothing was sent); no such value, or the lock-in reads back another one.
        """
        self._dsp.set_filter(time_constant_s, poles, synchronous=synchronous)

    def filter(self) -> LockInFilter:
        """Get the filter as it acts now; asks the instrument each time."""
        return self._dsp.filter()

    def read(self) -> LockInReading:
        """Measure X and Y (V rms) and the reference frequency (Hz), and look for overloads, which `status` tells."""
        reading = self._dsp.read()
        self._look()
        return reading

    def status(self) -> LockInStatus:
        """Get overloads and loss of the reference as seen now and with the readings since the last call."""
        self._look()
        seen, self._seen = self._seen, 0
        overloads = (("input",) if seen & _INPUT else ()) + (("output",) if seen & _OUTPUT else ())
        return LockInStatus(overloads, bool(seen & _UNLOCKED), settings_changed=False)

    def close(self) -> None:
        """Release the link; the lock-in stays as it is."""
        self._link.close()

    def _look(self) -> None:
        status = self._byte("ST")
        if status & _OUTPUT and not self._byte("N") & _X_OR_Y:
            status &= ~_OUTPUT  # an analogue output only
        self._seen |= status

    def _byte(self, question: str) -> int:
        return parse_integers(question, self._ask(question), 1, highest=255, instrument=self.name)[0]

    def _ask(self, command: str) -> str:
        return self._link.query(command).strip("\r\n ")

    def _tell(self, command: str) -> None:
        reply = self._ask(command)
        if reply:
            raise ReplyError(command, reply, "an empty reply", instrument=self.name)


ENTRIES = (
    DriverEntry(
        name="signal_recovery_7270",
        role="lockin",
        title="Ametek (Signal Recovery) 7270",
        driver=SignalRecovery7270,
        identity=IDENTITY,
        example="7270",
        simulator="signal_recovery_7270",
        interfaces=("USB", "LAN"),
        bus=NUL,
        serial_line=CR,
        limits="2 nV to 1 V rms, 5 ms to 100 ks",
        options={
            "source": Option("source", "text", "input", choices=SOURCES),
            "coupling": Option("coupling", "text", "input coupling", choices=COUPLINGS),
        },
        facts=(
            Fact(
                "every command is answered; NUL, status and overload bytes",
                "manual",
                "7270 manual p. 6-6; 7124 manual p. 6-8",
            ),
            Fact("bits of ST and N, TC., SYNC, SLOPE", "manual", "7270 manual p. 6-16, 6-34, 6-35"),
            Fact("NOISEMODE 0 and FASTMODE 0 allow all slopes from 5 ms up", "manual", "7270 manual p. 5-85, 6-16"),
            Fact("tables of SEN and TC", "other driver", "pymeasure, Ametek7270"),
            Fact("a line feed before the NUL", "other driver", "pymeasure; dropped where it comes"),
            Fact("the output filter is a cascade of RC stages", "assumed", "it is FIR (7230 manual, 3.3.15)"),
            Fact("XOF and YOF shift X. and Y.", "assumed", "both are switched off"),
        ),
    ),
)
