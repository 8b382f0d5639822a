"""Lake Shore 475 DSP gaussmeter.

The rate of new readings depends on the DC resolution: about 10 a second with the finest (remembered), which is what `prepare`
sets. What else the manual leaves open: see `rdgfield`.

Source: Lake Shore 475 user's manual, ch. 6 (``RDGFIELD?`` format ``±nnn.nnnE±nn``); InstrumentKit's driver of the 475.
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import FieldReading, Link
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact
from vsmdaq_drivers.gaussmeters.common import identified
from vsmdaq_drivers.gaussmeters.rdgfield import FACTS, RANGE_OPTION, StatusReading, check_range, set_range, unit_watch
from vsmdaq_drivers.gaussmeters.rdgmode import set_dc_mode
from vsmdaq_drivers.links.settings import SerialSettings

__all__ = ["ENTRIES", "IDENTITY", "LakeShore475"]

IDENTITY = r"LSCI\s*,\s*MODEL475\b"
_HIGHEST_RANGE = 5


class LakeShore475:
    """Driver of the 475; satisfies the role `Gaussmeter`.

    Parameters
    ----------
    link : Link
        The wire.
    fixed_range : int, optional
        Range 1 (lowest) to 5; without it the meter ranges by itself.

    Raises
    ------
    LimitError
        For a range that it does not have; nothing is sent.
    """

    def __init__(self, link: Link, fixed_range: int | None = None) -> None:
        check_range(fixed_range, _HIGHEST_RANGE, link)
        self._link = link
        self._range = fixed_range
        self._unit = unit_watch(link)
        self._reading = StatusReading(link, self._unit)

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def reading_interval_s(self) -> float:
        """Get the time between two new readings (s, 0.1)."""
        return 0.1

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        return identified(self._link, IDENTITY, "a Lake Shore 475")

    def prepare(self) -> None:
        """Set unit (A/m, or another where it has none), DC mode with the finest resolution and the range, verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        self._unit.choose()
        set_dc_mode(self._link)
        set_range(self._link, self._range)
        self._reading.prepare()

    def read(self) -> FieldReading:
        """Measure the field (A/m); an overload or a missing probe is a reading without value.

        Raises
        ------
        RefusedError
            Where the unit is no longer the one that `prepare` chose.
        """
        return self._reading.read()

    def close(self) -> None:
        """Release the link; the gaussmeter stays as it is."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="lakeshore_475",
        role="gaussmeter",
        title="Lake Shore 475",
        driver=LakeShore475,
        identity=IDENTITY,
        example="LSCI,MODEL475,4750001,1.0",
        simulator="lakeshore_475",
        interfaces=("GPIB", "RS-232"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(9600, 7, "odd", 1, pause_s=0.05),
        limits="35 µT to 35 T by probe",
        options={"range": RANGE_OPTION},
        facts=(
            *FACTS,
            Fact(
                "RDGMODE has five arguments: mode, DC resolution, filter, peak mode, peak display",
                "manual",
                "475 ch. 6",
            ),
            Fact("10 new readings a second with 5 digits", "assumed", "data sheet, remembered"),
        ),
    ),
)
