"""Lake Shore 425 gaussmeter, over USB (a virtual serial port).

What is its own in the dialect of `rdgfield`, and what is done about what the manual leaves open:

* ``RDGMODE`` has three arguments: mode, DC filter, AC band. `prepare` takes DC without the filter, which would make readings
  depend on those before.
* It knows ``*IDN?`` and ``*RST`` of the common commands and no others (manual, list of commands): neither ``*CLS`` nor
  ``*ESR?`` is sent; settings are read back.
* pymeasure ends lines with LF "from manual", others with CR LF. LF is sent and waited for, and a CR before it dropped.
* The rate of new readings is taken as 10 a second, on the safe side: reading faster may repeat the old value.

Source: Lake Shore 425 user's manual, ch. 6 (pp. 52 to 57); a published driver of the 425 (bits of ``OPST?``, 30 ms between
messages); pymeasure lakeshore425.
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import FieldReading, Link
from vsmdaq_drivers.entry import LF, DriverEntry, Fact
from vsmdaq_drivers.gaussmeters.common import identified, put_integers
from vsmdaq_drivers.gaussmeters.rdgfield import FACTS, RANGE_OPTION, StatusReading, check_range, set_range, unit_watch
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import parse_integers

__all__ = ["ENTRIES", "IDENTITY", "LakeShore425"]

IDENTITY = r"LSCI\s*,\s*MODEL425\b"
_HIGHEST_RANGE = 4
_DC, _NO_FILTER = 1, 0


class LakeShore425:
    """Driver of the 425; satisfies the role `Gaussmeter`.

    Parameters
    ----------
    link : Link
        The wire.
    fixed_range : int, optional
        Range 1 (lowest) to 4; without it the meter ranges by itself.

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
        return identified(self._link, IDENTITY, "a Lake Shore 425")

    def prepare(self) -> None:
        """Set unit (A/m, or another where it has none), DC mode without filter and the range, verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        self._unit.choose()
        mode = parse_integers("RDGMODE?", self._link.query("RDGMODE?").strip(), 3, highest=9, instrument=self.name)
        wanted = (_DC, _NO_FILTER, mode[2])
        if mode != wanted:
            put_integers(self._link, "RDGMODE", *wanted)
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
        name="lakeshore_425",
        role="gaussmeter",
        title="Lake Shore 425",
        driver=LakeShore425,
        identity=IDENTITY,
        example="LSCI,MODEL425,4250022,1.0",
        simulator="lakeshore_425",
        interfaces=("USB",),
        bus=LF,
        serial_line=LF,
        serial=SerialSettings(57600, 7, "odd", 1, pause_s=0.05),
        limits="35 µT to 35 T by probe",
        options={"range": RANGE_OPTION},
        facts=(
            *FACTS,
            Fact("RDGMODE has three arguments: mode, DC filter, band", "manual", "425 p. 56"),
            Fact("of the common commands only *IDN? and *RST", "manual", "425 p. 52"),
            Fact("lines end with LF", "other driver", "pymeasure; others CR LF: a CR is dropped"),
            Fact("10 new readings a second", "assumed", "on the safe side"),
        ),
    ),
)
