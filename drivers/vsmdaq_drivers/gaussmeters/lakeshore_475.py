"""Lake Shore 475 DSP gaussmeter.

What the manual leaves open, and what is done about it:

* Which units it has: A/m is unit 4 in the 425 manual and in InstrumentKit's driver of the 475. `prepare` tries it; where it
  does not read back, tesla is taken and converted with μ0.
* What ``RDGFIELD?`` answers with an overload or without a probe is not confirmed for this family (assumed: a text
  such as ``OL`` or ``NO PROBE``). Whatever is not a finite number becomes a reading without value and with a flag.
* The rate of new readings depends on the DC resolution: about 10 a second with the finest (remembered), which is what
  `prepare` sets.
* The numbers of the status bits of ``OPST?`` are not confirmed: not used.
* Nothing keeps somebody from changing the unit at the front panel, which would scale H in silence. It is asked again
  whenever 5 s have passed since the last time.

Source: Lake Shore 475 user's manual, remote operation chapter (``RDGFIELD?`` format ``±nnn.nnnE±nn``); InstrumentKit.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import FieldReading, IdentityError, Link, RefusedError
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import number_or_none, parse_integers

__all__ = ["ENTRIES", "IDENTITY", "LakeShore475"]

IDENTITY = r"LSCI\s*,\s*MODEL475\b"

# Vacuum magnetic permeability, T m/A. Source: CODATA 2022.
_MU0 = 1.25663706127e-6
_TESLA, _AMPERE_PER_METER = 2, 4
_A_PER_M_OF_UNIT = {_TESLA: 1.0 / _MU0, _AMPERE_PER_METER: 1.0}
_UNIT_NAMES = {1: "gauss", 2: "tesla", 3: "oersted", 4: "A/m"}
_DC, _FINEST = 1, 3
_UNIT_LOOK_S = 5.0


class LakeShore475:
    """Driver of the 475; satisfies the role `Gaussmeter`.

    Parameters
    ----------
    link : Link
        The wire.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._unit: int | None = None
        self._unit_look_s = 0.0

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
        found = self._link.query("*IDN?")
        if not re.match(IDENTITY, found.strip(), re.IGNORECASE):
            raise IdentityError("a Lake Shore 475", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Set unit (A/m, or tesla where it has none), DC mode with the finest resolution and autorange, verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        self._choose_unit()
        self._set_dc_mode()
        self._link.write("AUTO 1")
        (found,) = parse_integers("AUTO?", self._link.query("AUTO?"), 1, highest=9, instrument=self.name)
        if found != 1:
            raise RefusedError("AUTO 1", f"it reads back {found}", instrument=self.name)

    def read(self) -> FieldReading:
        """Measure the field (A/m); an overload or a missing probe is a reading without value.

        Raises
        ------
        RefusedError
            Where the unit is no longer the one that `prepare` chose.
        """
        self._check_unit()
        reply = self._link.query("RDGFIELD?")
        time_s = self._link.clock.now()
        value = number_or_none(reply)
        if value is None or self._unit is None:
            return FieldReading(None, (_flag_of(reply),), time_s)
        return FieldReading(value * _A_PER_M_OF_UNIT[self._unit], (), time_s)

    def close(self) -> None:
        """Release the link; the gaussmeter stays as it is."""
        self._link.close()

    def _choose_unit(self) -> None:
        found = 0
        for unit in (_AMPERE_PER_METER, _TESLA):
            self._link.write(f"UNIT {unit}")
            found = self._ask_unit()
            if found == unit:
                self._unit = unit
                return
        reason = f"the unit reads back {found} ({_UNIT_NAMES.get(found, 'unknown')})"
        raise RefusedError(f"UNIT {_TESLA}", reason, instrument=self.name)

    def _check_unit(self) -> None:
        if self._unit is None:
            raise RefusedError("RDGFIELD?", "the unit is not known before prepare()", instrument=self.name)
        if self._link.clock.now() - self._unit_look_s < _UNIT_LOOK_S:
            return
        found = self._ask_unit()
        if found != self._unit:
            names = f"{_UNIT_NAMES.get(found, 'unknown')} instead of {_UNIT_NAMES[self._unit]}"
            reason = f"the unit is now {names}; was it changed at the front panel?"
            raise RefusedError(f"UNIT {self._unit}", reason, instrument=self.name)

    def _ask_unit(self) -> int:
        (unit,) = parse_integers("UNIT?", self._link.query("UNIT?"), 1, highest=9, instrument=self.name)
        self._unit_look_s = self._link.clock.now()
        return unit

    def _set_dc_mode(self) -> None:
        mode = self._ask_mode()
        wanted = (_DC, _FINEST, *mode[2:])
        if mode == wanted:
            return
        command = "RDGMODE " + ",".join(str(value) for value in wanted)
        self._link.write(command)
        found = self._ask_mode()
        if found != wanted:
            raise RefusedError(command, f"it reads back {','.join(map(str, found))}", instrument=self.name)

    def _ask_mode(self) -> tuple[int, ...]:
        # mode, DC resolution, RMS filter, peak mode, peak display
        return parse_integers("RDGMODE?", self._link.query("RDGMODE?"), 5, highest=9, instrument=self.name)


def _flag_of(reply: str) -> str:
    letters = re.sub(r"[^A-Z]", "", reply.upper())
    if "PROBE" in letters:
        return "no_probe"
    if letters in {"OL", "OVL", "OVER"} or "OVERLOAD" in letters:
        return "overload"
    return "unreadable"


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
        facts=(Fact("commands and formats", "manual", "475 user's manual, ch. 6"),),
    ),
)
