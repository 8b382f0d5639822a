"""Keithley 2000 multimeter: the vibrator's amplitude sensor (ac), or a dc voltage.

What the manual leaves open, and what is done about it:

* ``READ?`` is refused (-213) while the meter measures by itself, as it does after power on: ``INIT:CONT OFF`` is sent and read back.
* The ac detector has a lowest frequency of 3, 30 or 300 Hz (``VOLT:AC:DET:BAND``); the signal must be above. The
  option ``lowest_frequency`` chooses the largest one that is not above it.
* An overflow is +9.9E37 (manual) and becomes the flag "overload"; what a negative one looks like is not said, both signs count.
* ``FORM:ELEM READ`` leaves unit and channel out of the reply; it is read back.

Source: Model 2000 user's manual, ch. 5; pymeasure's and qcodes' drivers.
"""

from __future__ import annotations

from typing import Literal

from vsmdaq_drivers.contracts import LimitError, Link, VoltageReading
from vsmdaq_drivers.entry import LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.others.scpi import identify, reading_or_flag, set_number, set_word

__all__ = ["ENTRIES", "IDENTITY", "Keithley2000"]

IDENTITY = r"KEITHLEY[^,]*,\s*MODEL 2000\b"
_BANDWIDTHS_HZ = (300, 30, 3)
_HIGHEST_V = {"ac": 750.0, "dc": 1000.0}


class Keithley2000:
    """Driver of the 2000; satisfies the role `Voltmeter`.

    Parameters
    ----------
    link : Link
        The wire.
    quantity : str
        ``"ac"`` (V rms) or ``"dc"``.
    range_v : float, optional
        Fixed range that holds this voltage, V; autorange without it.
    lowest_frequency_hz : float
        Lowest frequency of an ac voltage, Hz; at least 3.
    """

    def __init__(
        self,
        link: Link,
        *,
        quantity: Literal["ac", "dc"] = "ac",
        range_v: float | None = None,
        lowest_frequency_hz: float = 30.0,
    ) -> None:
        highest_v = _HIGHEST_V[quantity]
        if range_v is not None and not 0.0 < range_v <= highest_v:
            raise LimitError("range", range_v, 0.0, highest_v, "V", instrument=link.name)
        if not lowest_frequency_hz >= _BANDWIDTHS_HZ[-1]:
            raise LimitError("lowest frequency", lowest_frequency_hz, 3.0, 300e3, "Hz", instrument=link.name)
        self._link = link
        self._quantity = quantity
        self._range_v = range_v
        self._bandwidth_hz = next(band for band in _BANDWIDTHS_HZ if band <= lowest_frequency_hz)

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
        return identify(self._link, IDENTITY, "a Keithley 2000")

    def prepare(self) -> None:
        """Set function, range and bandwidth, and single readings without unit; verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        link, node = self._link, f"VOLT:{self._quantity.upper()}"
        set_number(link, "INIT:CONT", "0", unit="", tolerance=0.0)
        set_word(link, "FUNC", f'"{node}"')
        set_word(link, "FORM:ELEM", "READ")
        if self._range_v is None:
            set_number(link, f"{node}:RANG:AUTO", "1", unit="", tolerance=0.0)
        else:
            # the meter answers the full scale of the range that it took: not smaller than asked, at most a decade larger
            text = f"{self._range_v:g}"
            set_number(link, f"{node}:RANG", text, unit="V", tolerance=10.0 * self._range_v)
        if self._quantity == "ac":
            set_number(link, f"{node}:DET:BAND", str(self._bandwidth_hz), unit="Hz", tolerance=0.0)

    def read(self) -> VoltageReading:
        """Measure the voltage (V; rms for ac)."""
        value, flags = reading_or_flag("READ?", self._link.query("READ?"), instrument=self.name)
        return VoltageReading(value, flags, self._link.clock.now())

    def close(self) -> None:
        """Release the link; the meter stays as it is."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="keithley_2000",
        role="voltmeter",
        title="Keithley 2000",
        driver=Keithley2000,
        identity=IDENTITY,
        example="KEITHLEY INSTRUMENTS INC.,MODEL 2000,1234567,A20  /A02",
        simulator="keithley_2000",
        interfaces=("GPIB", "RS-232"),
        bus=LF,
        serial_line=LF,
        serial=SerialSettings(9600),
        limits="100 mV to 1000 V dc, 750 V ac",
        options={
            "quantity": Option("quantity", "text", "what is measured", ("ac", "dc")),
            "range": Option("range_v", "voltage", "fixed range that holds this voltage; autorange without it"),
            "lowest_frequency": Option("lowest_frequency_hz", "frequency", "lowest frequency of an ac voltage"),
        },
        facts=(
            Fact("commands", "manual", "2000 user's manual, ch. 5"),
            Fact("an overflow is 9.9E37", "manual", "FORM:ELEM of the 2002; pymeasure"),
            Fact(
                "READ? is refused while INIT:CONT is on",
                "assumed",
                "2000 manual, remembered; INIT:CONT OFF is verified",
            ),
            Fact("the serial line ends with LF", "assumed", "a menu of the meter; set it so"),
        ),
    ),
)
