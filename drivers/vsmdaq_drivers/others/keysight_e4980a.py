"""Keysight (Agilent) E4980A LCR meter at the pick-up coils: series inductance and resistance.

What the manual leaves open, and what is done about it:

* ``FETC?`` answers the last measurement, which with the internal trigger may be older than a change at the bench. The bus triggers
  instead: ``TRIG`` starts a measurement, and ``FETC?`` behind it waits for it (other drivers rely on that).
* The third field is the status (manual): 0 is a reading, everything else a reading without value: +1 overload, +3 source overloaded,
  +4 level control unable, -1 no data. A value of 9.9E37 is none, whatever the status says.
* Without option 001 the level ends at 2 V rms (qcodes); more is refused by the meter and seen in reading back.

Source: E4980A/AL user's guide, "Data transfer" and SCPI reference; qcodes' and pymeasure's drivers.
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import InductanceReading, LimitError, Link, ReplyError
from vsmdaq_drivers.entry import LF, DriverEntry, Fact, Option
from vsmdaq_drivers.others.scpi import identify, infinite, set_number, set_word
from vsmdaq_drivers.replies import number_or_none

__all__ = ["ENTRIES", "IDENTITY", "KeysightE4980A"]

IDENTITY = r"(Agilent|Keysight)[^,]*,\s*E4980AL?\b"
_FLAGS = {-1: "no_data", 1: "overload", 3: "source_overload", 4: "level_control"}
_LOWEST_HZ, _HIGHEST_HZ = 20.0, 2e6
_HIGHEST_V_RMS = 20.0


class KeysightE4980A:
    """Driver of the E4980A and E4980AL; satisfies the role `InductanceMeter`.

    Parameters
    ----------
    link : Link
        The wire.
    frequency_hz : float
        Of the test signal, Hz (20 to 2e6).
    level_v_rms : float
        Of the test signal, V rms (above 0, up to 20).
    """

    def __init__(self, link: Link, *, frequency_hz: float = 1000.0, level_v_rms: float = 1.0) -> None:
        if not _LOWEST_HZ <= frequency_hz <= _HIGHEST_HZ:
            raise LimitError("frequency", frequency_hz, _LOWEST_HZ, _HIGHEST_HZ, "Hz", instrument=link.name)
        if not 0.0 < level_v_rms <= _HIGHEST_V_RMS:
            raise LimitError("level", level_v_rms, 0.0, _HIGHEST_V_RMS, "V rms", instrument=link.name)
        self._link = link
        self._frequency_hz = frequency_hz
        self._level_v_rms = level_v_rms

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def frequency_hz(self) -> float:
        """Get the frequency of the test signal (Hz, 20 to 2e6)."""
        return self._frequency_hz

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        return identify(self._link, IDENTITY, "a Keysight E4980A")

    def prepare(self) -> None:
        """Set function Ls-Rs, autorange, frequency and level, and the bus as trigger; verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        link = self._link
        set_word(link, "FORM", "ASC")
        set_word(link, "FUNC:IMP", "LSRS")
        set_number(link, "FUNC:IMP:RANG:AUTO", "1", unit="", tolerance=0.0)
        set_number(link, "FREQ", f"{self._frequency_hz:g}", unit="Hz", tolerance=1e-4 * self._frequency_hz)
        set_number(link, "VOLT", f"{self._level_v_rms:g}", unit="V", tolerance=1e-2 * self._level_v_rms)
        set_word(link, "TRIG:SOUR", "BUS")
        set_number(link, "INIT:CONT", "1", unit="", tolerance=0.0)

    def read(self) -> InductanceReading:
        """Measure series inductance (H) and resistance (ohm); without a valid pair its flags say why.

        Raises
        ------
        ReplyError
            The reply cannot be read.
        """
        self._link.write("TRIG")
        reply = self._link.query("FETC?")
        time_s = self._link.clock.now()
        numbers = [number_or_none(field) for field in reply.split(",")]
        values = [number for number in numbers if number is not None]
        if len(values) != len(numbers) or len(values) not in {3, 4} or values[2] != int(values[2]):
            expected = "two numbers and a status (and perhaps a bin), separated by commas"
            raise ReplyError("FETC?", reply, expected, instrument=self.name)
        inductance_h, resistance_ohm, status = values[0], values[1], int(values[2])
        flags = () if status == 0 else (_FLAGS.get(status, "unreadable"),)
        if not flags and (infinite(inductance_h) or infinite(resistance_ohm)):
            flags = ("overload",)
        if flags:
            return InductanceReading(None, None, self._frequency_hz, flags, time_s)
        return InductanceReading(inductance_h, resistance_ohm, self._frequency_hz, (), time_s)

    def close(self) -> None:
        """Release the link; the meter stays as it is."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="keysight_e4980a",
        role="lcr_meter",
        title="Keysight E4980A",
        driver=KeysightE4980A,
        identity=IDENTITY,
        example="Keysight Technologies,E4980A,MY46541234,A.06.15",
        simulator="keysight_e4980a",
        interfaces=("GPIB", "USB", "LAN"),
        bus=LF,
        serial_line=LF,
        limits="20 Hz to 2 MHz, to 2 V rms (20 V with option 001)",
        options={
            "frequency": Option("frequency_hz", "frequency", "of the test signal"),
            "level": Option("level_v_rms", "voltage", "of the test signal, V rms"),
        },
        facts=(
            Fact("status field and 9.9E37 of FETC?", "manual", "E4980A/AL user's guide, p. 261"),
            Fact(
                "FETC? behind TRIG waits for the measurement", "assumed", "a meter that did not would answer status -1"
            ),
            Fact("2 V rms without option 001", "other driver", "qcodes; read back"),
        ),
    ),
)
