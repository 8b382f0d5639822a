"""Newport ESP300/ESP301 motion controllers with a rotation stage.

What the manual leaves open, and what is done about it:

* Commands that are not carried out say nothing; the error waits for ``TE?``. It is asked after each command that changes
  something, and with each look at the stage; what waited from before is thrown away in `prepare` (at most 20 errors).
* Errors of an axis are 100 times its number plus a code (pymeasure's table); codes without a name here are told by number.
* The soft limits (``SL?``, ``SR?``) are read in `prepare`; a move beyond them is refused before a byte is sent.
* `prepare` refuses an axis whose unit is not degree or whose motor is off: switching a motor on may let it jump, so that is left to
  the operator.
* ``ST`` is not answered: where the stage still moves a second later, it is sent again.
* ``MD?`` may say done before the first look after ``PA`` has seen it move: the stage counts as moving until it is
  within 0.02 degree of where it goes, or has been stopped.

Source: ESP300 and ESP301 user's manuals, section 3; pymeasure's, InstrumentKit's and newportESP's drivers.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from vsmdaq_drivers.contracts import IdentityError, LimitError, Link, RefusedError, StageReading
from vsmdaq_drivers.entry import DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings, Terminators
from vsmdaq_drivers.replies import parse_integers, parse_number

__all__ = ["ENTRIES", "IDENTITY", "EspUnit", "NewportEsp301"]

IDENTITY = r"ESP30[0-9]\b"
_STOP_S = 1.0
_MOST_OLD_ERRORS = 20
_ERRORS = {
    4: "emergency stop",
    6: "command does not exist",
    7: "parameter out of range",
    9: "axis number out of range",
    37: "axis number missing",
    38: "command parameter missing",
}
_AXIS_ERRORS = {
    0: "motor type not defined",
    1: "parameter out of range",
    2: "amplifier fault",
    3: "following error threshold exceeded",
    4: "positive hardware limit",
    5: "negative hardware limit",
    6: "positive software limit",
    7: "negative software limit",
    8: "motor or stage not connected",
    9: "feedback signal fault",
    10: "maximum velocity exceeded",
    13: "motor not enabled",
    20: "homing aborted",
    24: "speed out of range",
    29: "digital I/O interlock",
}


@dataclass(frozen=True, slots=True)
class EspUnit:
    """A unit of an axis: its number (``SN``), its name, and how near (in it) to its goal an axis counts as arrived."""

    number: int
    name: str
    near: float


DEGREE = EspUnit(number=7, name="degree", near=0.02)


class NewportEsp301:
    """Driver of one axis; satisfies the role `RotationStage`.

    Parameters
    ----------
    link : Link
        The wire.
    axis : int
        1 to 3.
    unit : EspUnit
        What it must count in; angles here are then in that unit.
    """

    def __init__(self, link: Link, *, axis: int = 1, unit: EspUnit = DEGREE) -> None:
        if axis not in {1, 2, 3}:
            raise ValueError(f"axis is {axis!r}; allowed are 1, 2, 3")
        self._link = link
        self._axis = axis
        self._unit = unit
        self._limits_deg: tuple[float, float] | None = None
        self._goal_deg: float | None = None
        self._stop_s: float | None = None  # when it was told to stop

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    def identify(self) -> str:
        """Ask for the version, which begins with the model.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        found = self._link.query("VE?")
        if not re.match(IDENTITY, found.strip(), re.IGNORECASE):
            raise IdentityError("a Newport ESP300 or ESP301", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Throw old errors away; check unit and motor; read the soft limits. Changes nothing.

        Raises
        ------
        RefusedError
            Errors without end, another unit than degree, or the motor off.
        """
        for _ in range(_MOST_OLD_ERRORS):
            if self._error() == 0:
                break
        else:
            raise RefusedError("TE?", f"more than {_MOST_OLD_ERRORS} errors wait", instrument=self.name)
        units = self._ask_integer("SN?", highest=11)
        if units != self._unit.number:
            wanted = f"{self._unit.name} ({self._unit.number})"
            reason = f"the unit of axis {self._axis} is number {units}; wanted is {wanted}"
            raise RefusedError(f"{self._axis}SN?", reason, instrument=self.name)
        if not self._ask_integer("MO?", highest=1):
            raise RefusedError(
                f"{self._axis}MO?", "the motor is off; switch it on at the controller", instrument=self.name
            )
        self._limits_deg = (self._ask_number("SL?"), self._ask_number("SR?"))

    def move_to(self, angle_deg: float) -> None:
        """Start to turn and return at once.

        Raises
        ------
        LimitError
            Beyond the soft limits of the controller; nothing was sent.
        RefusedError
            Before `prepare`, or where the controller reports an error.
        """
        if self._limits_deg is None:
            raise RefusedError(
                f"{self._axis}PA", "the soft limits are not known before prepare()", instrument=self.name
            )
        left, right = self._limits_deg
        if not (math.isfinite(angle_deg) and left <= angle_deg <= right):
            raise LimitError("angle", angle_deg, left, right, self._unit.name, instrument=self.name)
        command = f"{self._axis}PA{round(angle_deg, 4) + 0.0:.4f}"
        self._link.write(command)
        number = self._error()
        if number:
            raise RefusedError(command, f"error {number}, {_named(number)}", instrument=self.name)
        self._goal_deg, self._stop_s = angle_deg, None

    def poll(self) -> StageReading:
        """Look at the stage: three messages."""
        angle_deg = self._ask_number("TP")
        time_s = self._link.clock.now()
        done = bool(self._ask_integer("MD?", highest=1))
        number = self._error()
        faults = (_named(number),) if number else ()
        on_way = self._goal_deg is not None and abs(angle_deg - self._goal_deg) > self._unit.near
        if faults:
            self._goal_deg = None
        if not done and self._stop_s is not None and time_s - self._stop_s > _STOP_S:
            self.stop()
        return StageReading(angle_deg, (not done or on_way) and not (done and faults), faults, time_s)

    def stop(self) -> None:
        """Stop where it is."""
        self._link.write(f"{self._axis}ST")
        self._goal_deg, self._stop_s = None, self._link.clock.now()

    def close(self) -> None:
        """Release the link; the stage stays as it is."""
        self._link.close()

    def _error(self) -> int:
        (number,) = parse_integers("TE?", self._link.query("TE?"), 1, highest=9999, instrument=self.name)
        return number

    def _ask_number(self, what: str) -> float:
        query = f"{self._axis}{what}"
        return parse_number(query, self._link.query(query), instrument=self.name)

    def _ask_integer(self, what: str, *, highest: int) -> int:
        query = f"{self._axis}{what}"
        (number,) = parse_integers(query, self._link.query(query), 1, highest=highest, instrument=self.name)
        return number


def _named(number: int) -> str:
    if number >= 100:
        text = _AXIS_ERRORS.get(number % 100, f"error {number % 100}")
        return f"axis {number // 100}: {text}"
    return _ERRORS.get(number, f"error {number}")


ENTRIES = (
    DriverEntry(
        name="newport_esp301",
        role="stage",
        title="Newport ESP300, ESP301",
        driver=NewportEsp301,
        identity=IDENTITY,
        example="ESP300 Version 3.04 07/27/01",
        simulator="newport_esp301",
        interfaces=("RS-232", "GPIB", "USB"),
        bus=Terminators("\r\n", "\r"),
        serial_line=Terminators("\r\n", "\r"),
        serial=SerialSettings(19200),
        limits="by stage: the soft limits of the controller",
        options={"axis": Option("axis", "integer", "the axis that turns the sample, 1 to 3")},
        facts=(
            Fact("commands", "manual", "ESP300 user's manual, section 3"),
            Fact("19200 baud; CR to the controller, CR LF from it", "other driver", "newportESP, InstrumentKit"),
            Fact("errors of an axis are 100 times its number plus a code", "other driver", "pymeasure"),
            Fact("VE? begins with the model", "assumed", "manual's example, remembered"),
        ),
    ),
)
