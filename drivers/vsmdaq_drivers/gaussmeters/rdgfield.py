"""The dialect of Lake Shore 425, 455 and 475: ``RDGFIELD?``, with the status word that says what the number cannot.

What the manuals leave open, and what is done about it:

* What ``RDGFIELD?`` answers with an overload or without a probe: a text such as ``OL``, or a number all the same. Whatever
  is no finite number becomes a flag, and ``OPST?`` is read with every reading: a number under bit 0 (no probe), 1
  (overload) or 4 (invalid probe) is none.
* Whether a chain (``RDGFIELD?;OPST?``) is answered in one line. The 425 manual says of ``?`` alone that it cannot be
  chained. `StatusReading.prepare` tries it; where the answer is not one line with both, they are asked one by one.
* The unit may be changed at the front panel, which would scale H in silence: `UnitWatch` looks every 5 s.
* A damaged reply may still be a number: one far from the reading before is read twice (`JumpWatch`).
* Whether ``RANGE n`` ends autorange: ``AUTO 0`` goes before it, and both are read back.

Source: Lake Shore manuals of the 425 (ch. 6) and 475 (ch. 6); bits of ``OPST?``: published drivers of the 425 and 455.
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import FieldReading, LimitError, Link, LinkTimeoutError
from vsmdaq_drivers.entry import Fact, Option
from vsmdaq_drivers.gaussmeters.common import JumpWatch, UnitWatch, flag_of, put_integers
from vsmdaq_drivers.replies import number_or_none, parse_integers

__all__ = ["FACTS", "RANGE_OPTION", "StatusReading", "check_range", "set_range", "unit_watch"]

_UNITS = {"1": "gauss", "2": "tesla", "3": "oersted", "4": "A/m"}
_FLAG_BITS = ((0x01, "no_probe"), (0x02, "overload"), (0x10, "invalid_probe"))
_CHAIN = "RDGFIELD?;OPST?"

RANGE_OPTION = Option(
    "fixed_range", "integer", "number of a fixed range, 1 is the lowest; without it the meter ranges by itself"
)
"""Option `range` of a bench file."""

FACTS = (
    Fact("RDGFIELD? answers in the unit of UNIT: 1 G, 2 T, 3 Oe, 4 A/m", "manual", "425 p. 57; 475 ch. 6"),
    Fact("OPST? is live: bit 0 no probe, 1 overload, 4 invalid probe", "other driver", "drivers of 425 and 455"),
    Fact("a chain is answered in one line", "assumed", "tried by prepare(); asked one by one where it is not"),
    Fact(
        "the text of an overload or of a missing probe", "assumed", "whatever is no number is a flag; OPST? is read too"
    ),
)
"""What the three drivers rely on."""


def unit_watch(link: Link) -> UnitWatch:
    """Watch over the unit: A/m, or tesla, oersted, gauss where that does not read back."""
    return UnitWatch(link, "UNIT", _UNITS, ("4", "2", "3", "1"))


def check_range(fixed_range: int | None, highest: int, link: Link) -> None:
    """Raise LimitError where the model has no such range; nothing is sent."""
    if fixed_range is not None and not 1 <= fixed_range <= highest:
        raise LimitError("range", fixed_range, 1, highest, "(number)", instrument=link.name)


def set_range(link: Link, fixed_range: int | None) -> None:
    """Autorange, or a fixed range, verified."""
    if fixed_range is None:
        put_integers(link, "AUTO", 1)
        return
    put_integers(link, "AUTO", 0)
    put_integers(link, "RANGE", fixed_range)


class StatusReading:
    """A reading of the field together with the status of that moment.

    Parameters
    ----------
    link : Link
        The wire.
    unit : UnitWatch
        Unit of the readings.
    """

    def __init__(self, link: Link, unit: UnitWatch) -> None:
        self._link = link
        self._unit = unit
        self._chained = False
        self._jumps = JumpWatch()

    def prepare(self) -> None:
        """Find out whether both can be asked at once."""
        try:
            _, mark, word = self._link.query(_CHAIN).partition(";")
        except LinkTimeoutError:
            mark, word = "", ""
        self._chained = bool(mark) and word.strip().isdecimal()
        if not self._chained:
            self._link.clear()
            self._word(self._link.query("OPST?"))

    def read(self) -> FieldReading:
        """Measure the field (A/m); an overload or a missing probe is a reading without value.

        Raises
        ------
        RefusedError
            Where the unit is no longer the one that was set.
        """
        self._unit.check("RDGFIELD?")
        return self._jumps.read(self._take)

    def _take(self) -> FieldReading:
        if self._chained:
            text, _, word = self._link.query(_CHAIN).partition(";")
        else:
            text, word = self._link.query("RDGFIELD?"), self._link.query("OPST?")
        time_s = self._link.clock.now()
        bits = self._word(word)
        flags = [flag for bit, flag in _FLAG_BITS if bits & bit]
        value = number_or_none(text.strip())
        if value is None and not flags:
            flags.append(flag_of(text))
        if value is None or flags:
            return FieldReading(None, tuple(flags), time_s)
        return FieldReading(value * self._unit.a_per_m, (), time_s)

    def _word(self, reply: str) -> int:
        (word,) = parse_integers("OPST?", reply.strip(), 1, highest=255, instrument=self._link.name)
        return word
