"""Keithley 2182A nanovoltmeter, channel 1: a Hall voltage, or any other small dc voltage.

What the manual leaves open, and what is done about it:

* ``READ?`` is refused (-213) while the meter measures by itself, as it does after power on: ``INIT:CONT OFF`` is sent and read back.
* ``SENS:FUNC?`` answers ``"VOLT"`` or ``"VOLT:DC"`` by firmware (pymeasure reads the latter): both are taken.
* An overflow is +9.9E37 and becomes the flag "overload"; both signs count.

Source: Model 2182/2182A user's manual; pymeasure's driver.
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import LimitError, Link, VoltageReading
from vsmdaq_drivers.entry import LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.others.scpi import identify, reading_or_flag, set_number, set_word

__all__ = ["ENTRIES", "IDENTITY", "Keithley2182A"]

IDENTITY = r"KEITHLEY[^,]*,\s*MODEL 2182A?\b"
_HIGHEST_V = 120.0
_LOWEST_CYCLES, _HIGHEST_CYCLES = 0.01, 50.0


class Keithley2182A:
    """Driver of the 2182 and 2182A; satisfies the role `Voltmeter`.

    Parameters
    ----------
    link : Link
        The wire.
    range_v : float, optional
        Fixed range that holds this voltage, V (at most 120); autorange without it.
    cycles : float
        Integration time in periods of the mains, 0.01 to 50; a reading takes about twice that.
    """

    def __init__(self, link: Link, *, range_v: float | None = None, cycles: float = 5.0) -> None:
        if range_v is not None and not 0.0 < range_v <= _HIGHEST_V:
            raise LimitError("range", range_v, 0.0, _HIGHEST_V, "V", instrument=link.name)
        if not _LOWEST_CYCLES <= cycles <= _HIGHEST_CYCLES:
            raise LimitError(
                "integration time", cycles, _LOWEST_CYCLES, _HIGHEST_CYCLES, "periods", instrument=link.name
            )
        self._link = link
        self._range_v = range_v
        self._cycles = cycles

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        return identify(self._link, IDENTITY, "a Keithley 2182A")

    def prepare(self) -> None:
        """Set channel 1, range and integration time, and single readings; verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        link = self._link
        set_number(link, "INIT:CONT", "0", unit="", tolerance=0.0)
        set_number(link, "SENS:CHAN", "1", unit="", tolerance=0.0)
        set_word(link, "SENS:FUNC", '"VOLT"', "VOLT:DC")
        set_number(link, "SENS:VOLT:NPLC", f"{self._cycles:g}", unit="periods", tolerance=1e-3 * self._cycles)
        if self._range_v is None:
            set_number(link, "SENS:VOLT:RANG:AUTO", "1", unit="", tolerance=0.0)
        else:
            set_number(link, "SENS:VOLT:RANG", f"{self._range_v:g}", unit="V", tolerance=10.0 * self._range_v)

    def read(self) -> VoltageReading:
        """Measure the voltage (V)."""
        value, flags = reading_or_flag("READ?", self._link.query("READ?"), instrument=self.name)
        return VoltageReading(value, flags, self._link.clock.now())

    def close(self) -> None:
        """Release the link; the meter stays as it is."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="keithley_2182a",
        role="voltmeter",
        title="Keithley 2182A",
        driver=Keithley2182A,
        identity=IDENTITY,
        example="KEITHLEY INSTRUMENTS INC.,MODEL 2182A,1234567,C04  /A02",
        simulator="keithley_2182a",
        interfaces=("GPIB", "RS-232"),
        bus=LF,
        serial_line=LF,
        serial=SerialSettings(9600),
        limits="10 mV to 100 V dc",
        options={
            "range": Option("range_v", "voltage", "fixed range that holds this voltage; autorange without it"),
            "cycles": Option("cycles", "ratio", "integration time in periods of the mains"),
        },
        facts=(
            Fact("identity and commands", "manual", "2182/2182A user's manual, ch. 12 and 14"),
            Fact("an overflow is 9.9E37", "other driver", "pymeasure, nomad-camels"),
            Fact("READ? is refused while INIT:CONT is on", "assumed", "as on the 2000; INIT:CONT OFF is verified"),
        ),
    ),
)
