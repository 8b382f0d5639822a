"""Newport ESP300/ESP301 motion controllers with straight stages that move the sample; each in mm.

The commands, their traps and their sources are those of the rotation stage (see `newport_esp301`). What is different:

* The unit of each axis must be millimetre (``SN`` 2); `prepare` refuses an axis with another one, or with its motor off.
* An axis counts as moving until it is within 2 µm of where it goes, or has been stopped.

Source: ESP300 and ESP301 user's manuals, section 3; InstrumentKit's table of units.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import IdentityError, LimitError, Link, PositionReading
from vsmdaq_drivers.entry import DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings, Terminators
from vsmdaq_drivers.others.newport_esp301 import IDENTITY, EspUnit, NewportEsp301

__all__ = ["ENTRIES", "NewportEsp301Linear"]

MILLIMETRE = EspUnit(number=2, name="millimetre", near=0.002)


class NewportEsp301Linear:
    """Driver of up to three axes; satisfies the role `Positioner`.

    Parameters
    ----------
    link : Link
        The wire.
    x, y, z : int
        Which axis of the controller moves along each direction, 1 to 3; 0 for none.
    """

    def __init__(self, link: Link, *, x: int = 1, y: int = 2, z: int = 3) -> None:
        used = [number for number in (x, y, z) if number != 0]
        if not used or len(set(used)) != len(used):
            raise ValueError(
                f"x, y, z are {x}, {y}, {z}; allowed: different axes from 1 to 3, 0 for none, and not all 0"
            )
        self._link = link
        self._axes = {
            name: NewportEsp301(link, axis=number, unit=MILLIMETRE)
            for name, number in (("x", x), ("y", y), ("z", z))
            if number != 0
        }

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def axes(self) -> tuple[str, ...]:
        """Get the directions that it can move along (1)."""
        return tuple(self._axes)

    def identify(self) -> str:
        """Ask for the version, which begins with the model; raises IdentityError where another one answers."""
        found = self._link.query("VE?")
        if not re.match(IDENTITY, found.strip(), re.IGNORECASE):
            raise IdentityError("a Newport ESP300 or ESP301", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Throw old errors away; check unit and motor of each axis, read its soft limits. Changes nothing.

        Raises
        ------
        RefusedError
            Errors without end, another unit than millimetre, or a motor off.
        """
        for axis in self._axes.values():
            axis.prepare()

    def move_to(self, axis: str, position_m: float) -> None:
        """Start to move along ``"x"``, ``"y"`` or ``"z"`` and return at once.

        Raises
        ------
        LimitError
            No such axis here, or beyond its soft limits; nothing was sent.
        RefusedError
            Before `prepare`, or where the controller reports an error.
        """
        if axis not in self._axes:
            raise LimitError(f"axis {axis}", position_m, 0.0, 0.0, "m", instrument=self.name)
        self._axes[axis].move_to(position_m * 1e3)

    def poll(self, axis: str) -> PositionReading:
        """Look at one axis: three messages."""
        reading = self._axes[axis].poll()
        return PositionReading(reading.angle_deg * 1e-3, reading.moving, reading.faults, reading.time_s)

    def stop(self) -> None:
        """Stop all axes where they are."""
        for axis in self._axes.values():
            axis.stop()

    def close(self) -> None:
        """Release the link; the stages stay as they are."""
        self._link.close()


ENTRIES = (
    DriverEntry(
        name="newport_esp301_linear",
        role="positioner",
        title="Newport ESP300, ESP301 with straight stages",
        driver=NewportEsp301Linear,
        identity=IDENTITY,
        example="ESP300 Version 3.04 07/27/01",
        simulator="newport_esp301",
        interfaces=("RS-232", "GPIB", "USB"),
        bus=Terminators("\r\n", "\r"),
        serial_line=Terminators("\r\n", "\r"),
        serial=SerialSettings(19200),
        limits="by stage: the soft limits of the controller",
        options={
            name: Option(name, "integer", f"the axis that moves the sample along {name}, 1 to 3; 0 for none")
            for name in ("x", "y", "z")
        },
        facts=(
            Fact("commands", "manual", "ESP300 user's manual, section 3"),
            Fact("unit 2 of SN is the millimetre", "other driver", "InstrumentKit"),
            Fact("VE? begins with the model", "assumed", "manual's example, remembered"),
        ),
    ),
)
