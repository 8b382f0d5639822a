"""What the drivers of Lake Shore F41 and F71 share: SCPI, a reading together with its status.

What is open, and what is done about it:

* What ``FETCh:DC?`` answers with an overload or without a probe. The condition registers are read with every reading, in one line
  (the vendor's driver chains so): bits of OPERation 0 no probe, 1 overload, 2 ranging; of QUEStionable 0 to 5 probe, 8
  calibration. A number of 9.9e37 and more is SCPI's infinity or not-a-number, and a flag as well.
* ``FETCh:DC?`` alone gives a magnitude with a three-axis probe, which has no sign. One axis is asked for: X, or the one that the
  option `axis` names; with a three-axis probe there is no default.
* The averaging window counts in 10 ms (vendor's driver); `prepare` takes 10 of them, and a reading counts as new after 0.1 s.
* The unit may be changed at the front panel, which would scale H in silence: `UnitWatch` looks every 5 s.

Source: the vendor's Python driver (teslameter.py, xip_instrument.py) and its tests; a published driver (``FETCh:DC? X``).
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import FieldReading, LimitError, Link, RefusedError, ReplyError
from vsmdaq_drivers.entry import Fact, Option
from vsmdaq_drivers.gaussmeters.common import JumpWatch, UnitWatch, flag_of
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.replies import number_or_none, parse_integers, parse_number

__all__ = ["FACTS", "OPTIONS", "TERMINATORS", "Teslameter"]

TERMINATORS = Terminators("\r\n", "\n")
"""The instrument ends lines with CR LF and takes LF (vendor's driver)."""

OPTIONS = {
    "axis": Option("axis", "text", "axis of the probe along the field; a three-axis probe needs it", ("X", "Y", "Z")),
    "range": Option(
        "largest_field_a_per_m", "field", "largest field of a fixed range; without it the meter ranges by itself"
    ),
}
"""Options of a bench file."""

FACTS = (
    Fact(
        "commands, chains with ;: and condition registers", "other driver", "vendor's teslameter.py, xip_instrument.py"
    ),
    Fact("FETCh:DC? takes an axis", "other driver", "vendor's documentation; a published driver"),
    Fact("a fixed range holds what SENSe:RANGe? says", "assumed", "read back: it has to reach the field asked for"),
    Fact("the reply to an overload", "assumed", "the condition register decides"),
)
"""What the two drivers rely on."""

_UNITS = {"TESLA": "tesla", "TESL": "tesla", "GAUSS": "gauss", "GAUS": "gauss"}
_OPERATION = ((0x01, "no_probe"), (0x02, "overload"), (0x04, "range_changing"))
_PROBE_BITS, _CALIBRATION_BIT = 0x3F, 0x100
_CONDITIONS = "STATus:OPERation:CONDition?;:STATus:QUEStionable:CONDition?"
_NOT_A_NUMBER = 9.9e37
_AVERAGE = 10  # of 10 ms


class Teslameter:
    """Settings and readings of a teslameter.

    Parameters
    ----------
    link : Link
        The wire.
    axis : str
        ``"X"``, ``"Y"``, ``"Z"``; empty for the one of a single-axis probe.
    largest_field_a_per_m : float, optional
        Largest field of a fixed range, A/m; None ranges by itself.

    Raises
    ------
    LimitError
        For a field that is not positive; nothing is sent.
    """

    def __init__(self, link: Link, axis: str, largest_field_a_per_m: float | None) -> None:
        if largest_field_a_per_m is not None and not largest_field_a_per_m > 0.0:
            raise LimitError("range", largest_field_a_per_m, 0.0, 3e7, "A/m", instrument=link.name)
        self._link = link
        self._axis = axis
        self._largest_a_per_m = largest_field_a_per_m
        self._jumps = JumpWatch()
        self._unit = UnitWatch(link, "UNIT:FIELD", _UNITS, ("TESLA", "GAUSS"))
        self._query = ""

    def prepare(self) -> None:
        """Set unit, DC mode, averaging and range, verified; find the axis.

        Raises
        ------
        RefusedError
            Where a setting does not read back, or a three-axis probe has no axis named.
        """
        self._link.write("SYSTem:ERRor:CLEar")
        self._unit.choose()
        self._put("SENSE:MODE", "DC")
        self._put("SENSE:AVERAGE:COUNT", str(_AVERAGE))
        self._set_range()
        self._query = f"FETCH:DC? {self._axis or self._only_axis()};:{_CONDITIONS}"
        errors = self._link.query("SYSTEM:ERROR:ALL?").strip()
        if "no error" not in errors.lower():
            raise RefusedError("the settings", f"its error queue says {errors}", instrument=self._link.name)

    def read(self) -> FieldReading:
        """Measure the field (A/m); what is no valid reading has no value.

        Raises
        ------
        RefusedError
            Where the unit is no longer the one that `prepare` chose.
        ReplyError
            Where the answer is not a reading and two registers.
        """
        self._unit.check("FETCH:DC?")
        return self._jumps.read(self._take)

    def _take(self) -> FieldReading:
        reply = self._link.query(self._query)
        time_s = self._link.clock.now()
        parts = [part.strip() for part in reply.split(";")]
        if len(parts) != 3:
            expected = "a reading and two registers, separated by semicolons"
            raise ReplyError(self._query, reply, expected, instrument=self._link.name)
        (operation,) = parse_integers(
            "STATus:OPERation:CONDition?", parts[1], 1, highest=65535, instrument=self._link.name
        )
        (doubt,) = parse_integers(
            "STATus:QUEStionable:CONDition?", parts[2], 1, highest=65535, instrument=self._link.name
        )
        flags = [flag for bit, flag in _OPERATION if operation & bit]
        flags += ["probe_error"] if doubt & _PROBE_BITS else []
        flags += ["calibration_error"] if doubt & _CALIBRATION_BIT else []
        value = number_or_none(parts[0])
        if not flags and (value is None or abs(value) >= _NOT_A_NUMBER):
            flags.append(flag_of(parts[0]) if value is None else "overload")
        if value is None or flags:
            return FieldReading(None, tuple(flags), time_s)
        return FieldReading(value * self._unit.a_per_m, (), time_s)

    def _put(self, head: str, value: str) -> None:
        self._link.write(f"{head} {value}")
        found = self._link.query(f"{head}?").strip()
        if found.upper() != value:
            raise RefusedError(f"{head} {value}", f"it reads back {found}", instrument=self._link.name)

    def _set_range(self) -> None:
        if self._largest_a_per_m is None:
            self._put("SENSE:RANGE:AUTO", "1")
            return
        self._put("SENSE:RANGE:AUTO", "0")
        wanted = self._largest_a_per_m / self._unit.a_per_m
        command = f"SENSE:RANGE {wanted:.6E}"
        self._link.write(command)
        found = parse_number("SENSE:RANGE?", self._link.query("SENSE:RANGE?").strip(), instrument=self._link.name)
        if found < float(f"{wanted:.6E}"):
            reason = f"the range reads back {found:g}, which does not reach that far"
            raise RefusedError(command, reason, instrument=self._link.name)

    def _only_axis(self) -> str:
        reply = self._link.query("PROBE:AXES?").strip().strip('"')
        (axes,) = parse_integers("PROBE:AXES?", reply, 1, highest=3, instrument=self._link.name)
        if axes > 1:
            reason = f"the probe has {axes} axes; say which one lies along the field: [gaussmeter.options] axis"
            raise RefusedError("FETCH:DC?", reason, instrument=self._link.name)
        return "X"
