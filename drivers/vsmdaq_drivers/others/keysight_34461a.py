"""Keysight (Agilent) 34461A multimeter: the vibrator's amplitude sensor (ac), or a dc voltage. The 34460A, 34465A and 34470A do, too.

What the manual leaves open, and what is done about it:

* An overload is ±9.9E37 and no error (manual); it becomes the flag "overload".
* The ac filter (3, 20, 200 Hz) decides how long a reading takes: 1.66, 0.25 or 0.025 s (manual). A reading with the 3 Hz filter
  fits into the longest time-out of 2 s only just.
* ``CONF`` sets trigger and sample count to one immediate reading (manual); the function is read back.

Source: Truevolt series operating and service guide, SENSe and CONFigure subsystems; qcodes' driver.
"""

from __future__ import annotations

from typing import Literal

from vsmdaq_drivers.contracts import LimitError, Link, VoltageReading
from vsmdaq_drivers.entry import LF, DriverEntry, Fact, Option
from vsmdaq_drivers.others.scpi import ask_word, identify, reading_or_flag, refusal, set_number

__all__ = ["ENTRIES", "IDENTITY", "Keysight34461A"]

IDENTITY = r"(Agilent|Keysight)[^,]*,\s*344(60|61|65|70)A\b"
_BANDWIDTHS_HZ = (200, 20, 3)
_HIGHEST_V = {"ac": 750.0, "dc": 1000.0}


class Keysight34461A:
    """Driver of the 34461A; satisfies the role `Voltmeter`.

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
        lowest_frequency_hz: float = 20.0,
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
        return identify(self._link, IDENTITY, "a Keysight 34461A")

    def prepare(self) -> None:
        """Configure single readings of the quantity; verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        link, node = self._link, f"VOLT:{self._quantity.upper()}"
        command = f"CONF:{node}" if self._range_v is None else f"CONF:{node} {self._range_v:g}"
        link.write(command)
        function = ask_word(link, "FUNC?")
        if function != node and not (function == "VOLT" and self._quantity == "dc"):
            raise refusal(link, command, f"the function reads back {function}")
        if self._quantity == "ac":
            set_number(link, f"{node}:BAND", str(self._bandwidth_hz), unit="Hz", tolerance=0.0)

    def read(self) -> VoltageReading:
        """Measure the voltage (V; rms for ac)."""
        value, flags = reading_or_flag("READ?", self._link.query("READ?"), instrument=self.name)
        return VoltageReading(value, flags, self._link.clock.now())

    def close(self) -> None:
        """Release the link; the meter stays as it is."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="keysight_34461a",
        role="voltmeter",
        title="Keysight 34461A",
        driver=Keysight34461A,
        identity=IDENTITY,
        example="Keysight Technologies,34461A,MY53201234,A.02.14-02.40-02.14-00.49-01-01",
        simulator="keysight_34461a",
        interfaces=("GPIB", "USB", "LAN"),
        bus=LF,
        serial_line=LF,
        limits="100 mV to 1000 V dc, 750 V ac",
        options={
            "quantity": Option("quantity", "text", "what is measured", ("ac", "dc")),
            "range": Option("range_v", "voltage", "fixed range that holds this voltage; autorange without it"),
            "lowest_frequency": Option("lowest_frequency_hz", "frequency", "lowest frequency of an ac voltage"),
        },
        facts=(
            Fact("an overload is 9.9E37 and no error", "manual", "Truevolt guide, SENSe:CURRent:RANGe"),
            Fact("filters of 3, 20, 200 Hz and their times", "manual", "Truevolt guide, SENSe:CURRent:AC:BANDwidth"),
            Fact('FUNC? answers "VOLT" for dc', "other driver", "qcodes; both spellings are taken"),
        ),
    ),
)
