"""Signal Recovery (EG&G, PerkinElmer) 7265 lock-in amplifier on the GPIB.

What the manuals leave open, and what is done about it:

* No command of IEEE 488.2 is known to it: ``ID`` answers with the model number (manual).
* A command that sets has no answer. After each one the status byte is polled until the command is complete (bit 0) and
  its bits 1 (unknown) and 2 (parameter) are clear (manual); then the setting is read back.
* The end of a reply is set at its front panel: CR, CR LF or none (manual). All of them are taken, and so is the NUL that
  pymeasure strips.
* The overload byte ``N`` tells what is so now, and forgets (manual): each reading asks for it, and `status` tells what was seen
  since it was last called. The analogue outputs (bits 1 and 2) do not count.
* ``XY.`` stands for ``X.`` and ``Y.`` behind each other (manual): the two are read microseconds apart.
* Offsets are taken to shift X and Y: switched off and verified.
* ``SYNC`` makes the time constant a whole number of periods instead of adding a filter (manual of the 7270). It is
  told as `synchronous`; `filter` gives the time constant that the lock-in gives.
* The output filters are FIR filters (7230 manual, 3.3.15), described here as RC stages of the same time constant, whose settling
  takes longer and whose noise bandwidth is the same for one stage. Time constants below 5 ms have slopes of 6 and 12 dB/oct
  only (remembered, found by reading back).
* On RS-232 it echoes each character and prompts: not done here.

Sources: 7220 manual (EG&G Instruments) ch. 6, whose commands it shares; 7270 manual; pymeasure's DSP7265 for the tables.
"""

from __future__ import annotations

import re
from typing import Literal

from vsmdaq_drivers.contracts import (
    IdentityError,
    Link,
    LinkTimeoutError,
    LockInFilter,
    LockInReading,
    LockInStatus,
    RefusedError,
)
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact, Option
from vsmdaq_drivers.lockins.signal_recovery_dsp import COUPLINGS, SENSITIVITIES_V_RMS, SOURCES, Dsp72xx
from vsmdaq_drivers.replies import parse_integers

__all__ = ["ENTRIES", "IDENTITY", "TIME_CONSTANTS_S", "SignalRecovery7265"]

IDENTITY = r"726[05]\s*$"
_SHORT_S = (10e-6, 20e-6, 40e-6, 80e-6, 160e-6, 320e-6, 640e-6)
_LONG_S = tuple(float(f"{m}e{e}") for e in range(-3, 5) for m in (1, 2, 5))[2:]
TIME_CONSTANTS_S = (*_SHORT_S, *_LONG_S)

_COMPLETE, _UNKNOWN, _PARAMETER = 1, 2, 4
_POLLS, _POLL_S = 100, 0.01
_HIGHEST_HARMONIC = 65535
# Bits of N
_OUTPUTS, _INPUT, _UNLOCKED = 0b0001_1000, 0b0100_0000, 0b1000_0000

Source = Literal["A", "-B", "A-B"]
Coupling = Literal["AC", "DC"]


class SignalRecovery7265:
    """Driver of the 7265 (and 7260); satisfies the role `LockIn`.

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
        self._dsp = Dsp72xx(link.name, self._ask, self._tell, link.clock, TIME_CONSTANTS_S, 0, _HIGHEST_HARMONIC)

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
        """Get the selectable time constants (s, 10 µs to 50 ks, ascending)."""
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
        """Control which harmonic of the reference is detected (1, 1 to 65535)."""
        return self._dsp.harmonic()

    @harmonic.setter
    def harmonic(self, value: int) -> None:
        self._dsp.set_harmonic(value)

    def identify(self) -> str:
        """Ask for the model number.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        self._link.clear()
        found = self._ask("ID")
        if not re.match(IDENTITY, found):
            raise IdentityError("a Signal Recovery 7265", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Make sure that X and Y are volts at the input at the reference frequency itself, without offset.

        Raises
        ------
        RefusedError
            Where the input is set to current or grounded, or a setting does not read back as it was sent.
        """
        self._dsp.prepare_outputs(self._source, self._coupling, ())
        self.status()  # what happened before is none of ours

    def set_filter(self, time_constant_s: float, poles: int, *, synchronous: bool = False) -> None:
        """Set the output filter.

        Parameters
        ----------
        time_constant_s : float
            One of `time_constants_s`, s.
        poles : int
            1 to 4: 6 to 24 dB/oct; below 5 ms 1 or 2.
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
        overloads = (("input",) if seen & _INPUT else ()) + (("output",) if seen & _OUTPUTS else ())
        return LockInStatus(overloads, bool(seen & _UNLOCKED), settings_changed=False)

    def close(self) -> None:
        """Release the link; the lock-in stays as it is."""
        self._link.close()

    def _look(self) -> None:
        self._seen |= parse_integers("N", self._ask("N"), 1, highest=255, instrument=self.name)[0]

    def _ask(self, command: str) -> str:
        return self._link.query(command).replace("\0", "").strip("\r\n ")

    def _tell(self, command: str) -> None:
        self._link.write(command)
        for _ in range(_POLLS):
            byte = self._link.serial_poll()
            if byte is None:
                return  # nothing to poll; what was set is read back anyway
            if byte & _COMPLETE:
                break
            self._link.clock.sleep(_POLL_S)
        else:
            message = f"{command!r} was not complete within {_POLLS * _POLL_S:g} s."
            raise LinkTimeoutError(message, instrument=self.name, command=command)
        if byte & (_UNKNOWN | _PARAMETER):
            reason = "it does not know the command" if byte & _UNKNOWN else "it does not take this parameter"
            raise RefusedError(command, f"{reason} (status byte {byte})", instrument=self.name)


ENTRIES = (
    DriverEntry(
        name="signal_recovery_7265",
        role="lockin",
        title="Signal Recovery (EG&G) 7265, 7260",
        driver=SignalRecovery7265,
        identity=IDENTITY,
        example="7265",
        simulator="signal_recovery_7265",
        interfaces=("GPIB",),
        bus=CR_LF,
        limits="2 nV to 1 V rms, 10 µs to 50 ks",
        options={
            "source": Option("source", "text", "input", choices=SOURCES),
            "coupling": Option("coupling", "text", "input coupling", choices=COUPLINGS),
        },
        facts=(
            Fact("form of commands and replies, status byte, overload byte", "manual", "7220 manual, ch. 6"),
            Fact("XY., FRQ., REFP., SEN., TC., ID", "manual", "7220 manual p. 6-14 to 6-31"),
            Fact("tables of SEN and TC", "other driver", "pymeasure, DSP7265; SEN also in the 7230 manual p. E-20"),
            Fact("REFP. takes 0 to 360 degrees", "other driver", "pymeasure"),
            Fact("the output filter is a cascade of RC stages", "assumed", "it is FIR (7230 manual, 3.3.15)"),
            Fact("XOF and YOF shift X. and Y.", "assumed", "both are switched off"),
        ),
    ),
)
