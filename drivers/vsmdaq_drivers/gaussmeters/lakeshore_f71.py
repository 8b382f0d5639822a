"""Lake Shore F71 teslameter: see `teslameter` for what it relies on."""

from __future__ import annotations

from vsmdaq_drivers.contracts import FieldReading, Link
from vsmdaq_drivers.entry import DriverEntry
from vsmdaq_drivers.gaussmeters.common import identified
from vsmdaq_drivers.gaussmeters.teslameter import FACTS, OPTIONS, TERMINATORS, Teslameter
from vsmdaq_drivers.links.settings import SerialSettings

__all__ = ["ENTRIES", "IDENTITY", "LakeShoreF71"]

IDENTITY = r"(LSCI|Lake\s*Shore)\s*,\s*(MODEL\s*)?F71\b"


class LakeShoreF71:
    """Driver of the F71; satisfies the role `Gaussmeter`.

    Parameters
    ----------
    link : Link
        The wire.
    axis : str
        Axis of the probe along the field, ``"X"``, ``"Y"`` or ``"Z"``; empty for a single-axis probe.
    largest_field_a_per_m : float, optional
        Largest field of a fixed range, A/m; without it the meter ranges by itself.
    """

    def __init__(self, link: Link, axis: str = "", largest_field_a_per_m: float | None = None) -> None:
        self._link = link
        self._meter = Teslameter(link, axis, largest_field_a_per_m)

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def reading_interval_s(self) -> float:
        """Get the time between two new readings (s, 0.1: the averaging window)."""
        return 0.1

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        return identified(self._link, IDENTITY, "a Lake Shore F71")

    def prepare(self) -> None:
        """Set unit (tesla), DC mode, averaging and range, verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back, or a three-axis probe has no axis named.
        """
        self._meter.prepare()

    def read(self) -> FieldReading:
        """Measure the field (A/m); an overload or a missing probe is a reading without value.

        Raises
        ------
        RefusedError
            Where the unit is no longer the one that `prepare` chose.
        """
        return self._meter.read()

    def close(self) -> None:
        """Release the link; the teslameter stays as it is."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="lakeshore_f71",
        role="gaussmeter",
        title="Lake Shore F71",
        driver=LakeShoreF71,
        identity=IDENTITY,
        example="LSCI,F71,LSA12FF,1.6.2019092002",
        simulator="lakeshore_f71",
        interfaces=("USB", "LAN"),
        bus=TERMINATORS,
        serial_line=TERMINATORS,
        serial=SerialSettings(115200, 8, "none", 1),
        limits="35 mT to 35 T by probe",
        options=OPTIONS,
        facts=FACTS,
    ),
)
