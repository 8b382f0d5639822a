"""Lake Shore 421 gaussmeter, over RS-232: the number and its multiplier are two questions.

``FIELD?`` gives a number and ``FIELDM?`` the letter that belongs to it: ``u``, ``m``, nothing, or ``k``. Where the meter changes
its range between the two, H would come out wrong by a thousand. The multiplier is therefore read before and after the
number; where the two differ the number counts for nothing and is asked for again, up to four times. A range that changes
there and back between the two looks is not seen; a fixed range (option `range`) knows no such change.

What the manual leaves open, and what is done about it:

* The letter of 1e-6: ``u`` in the manual's examples and in ISIS' emulator of the 460, ``n`` in pymeasure. ``n`` is not
  believed: such a reading is flagged ``unreadable``.
* What it answers without a probe is not known; whatever is no number becomes a flag.
* It has no status registers (manual: ``*IDN?`` and ``*RST`` alone): settings are read back.
* The display filter averages 8 readings and settles in about 2 s (pymeasure, after the manual): `prepare` takes it out. With the
  option `filter` it stays in, and a reading counts as new after 2 s only.
* ``FAST 1`` disables autorange (pymeasure, after the manual): `prepare` ends it.
* The rate of new readings is taken as 5 a second (remembered).
* It reads to 1/30000 of the range (remembered): 80 A/m in 3 T. What that leaves open belongs into the uncertainty of
  the bench file's ``offset``.

Source: Lake Shore 421 user's manual, 4.2 (pp. 4-11, 4-12); pymeasure lakeshore421; ISIS' emulator of the 460.
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import FieldReading, LimitError, Link
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact, Option
from vsmdaq_drivers.gaussmeters.common import JumpWatch, UnitWatch, flag_of, identified, put_integers
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import number_or_none

__all__ = ["ENTRIES", "IDENTITY", "LakeShore421"]

IDENTITY = r"LSCI\s*,\s*MODEL421\b"

_UNITS = {"G": "gauss", "T": "tesla"}
_MULTIPLIERS = {"u": 1e-6, "µ": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3}
_TRIES = 4
_LOWEST_RANGE = 3


class LakeShore421:
    """Driver of the 421; satisfies the role `Gaussmeter`.

    Parameters
    ----------
    link : Link
        The wire.
    fixed_range : int, optional
        Range 0 (highest) to 3 (lowest), as the meter counts; without it the meter ranges by itself.
    display_filter : bool
        Leave the display filter in: less noise, one new reading in 2 s.

    Raises
    ------
    LimitError
        For a range that it does not have; nothing is sent.
    """

    def __init__(self, link: Link, fixed_range: int | None = None, *, display_filter: bool = False) -> None:
        if fixed_range is not None and not 0 <= fixed_range <= _LOWEST_RANGE:
            raise LimitError("range", fixed_range, 0, _LOWEST_RANGE, "(number)", instrument=link.name)
        self._link = link
        self._range = fixed_range
        self._filter = display_filter
        self._jumps = JumpWatch()
        self._unit = UnitWatch(link, "UNIT", _UNITS, ("T", "G"))

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def reading_interval_s(self) -> float:
        """Get the time between two new readings (s, 0.2; 2 with the display filter)."""
        return 2.0 if self._filter else 0.2

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        return identified(self._link, IDENTITY, "a Lake Shore 421")

    def prepare(self) -> None:
        """Set unit (tesla), DC, no fast mode, display filter and range, verified.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        """
        self._unit.choose()
        put_integers(self._link, "ACDC", 0)
        put_integers(self._link, "FAST", 0)
        put_integers(self._link, "FILT", int(self._filter))
        if self._range is None:
            put_integers(self._link, "AUTO", 1)
            return
        put_integers(self._link, "AUTO", 0)
        put_integers(self._link, "RANGE", self._range)

    def read(self) -> FieldReading:
        """Measure the field (A/m); an overload, a missing probe or a range that keeps changing is a reading without value.

        Raises
        ------
        RefusedError
            Where the unit is no longer the one that `prepare` chose.
        """
        self._unit.check("FIELD?")
        return self._jumps.read(self._take)

    def close(self) -> None:
        """Release the link; the gaussmeter stays as it is."""
        self._link.close()

    def _take(self) -> FieldReading:
        before = self._ask_multiplier()
        for _ in range(_TRIES):
            reply = self._link.query("FIELD?").strip()
            time_s = self._link.clock.now()
            value = number_or_none(reply)
            if value is None:
                return FieldReading(None, (flag_of(reply),), time_s)
            after = self._ask_multiplier()
            if after not in _MULTIPLIERS:
                return FieldReading(None, ("unreadable",), time_s)
            if after == before:
                return FieldReading(value * _MULTIPLIERS[after] * self._unit.a_per_m, (), time_s)
            before = after
        return FieldReading(None, ("range_changing",), self._link.clock.now())

    def _ask_multiplier(self) -> str:
        return self._link.query("FIELDM?").strip()


ENTRIES = (
    DriverEntry(
        name="lakeshore_421",
        role="gaussmeter",
        title="Lake Shore 421",
        driver=LakeShore421,
        identity=IDENTITY,
        example="LSCI,MODEL421,0,070199",
        simulator="lakeshore_421",
        interfaces=("RS-232",),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(9600, 7, "odd", 1, pause_s=0.05),
        limits="30 µT to 30 T by probe",
        options={
            "range": Option(
                "fixed_range",
                "integer",
                "a fixed range, 0 (highest) to 3 (lowest); without it the meter ranges by itself",
            ),
            "filter": Option("display_filter", "boolean", "leave the display filter in: one new reading in 2 s"),
        },
        facts=(
            Fact("FIELDM? gives the multiplier of FIELD? as a letter", "manual", "421, 4.2; ISIS' emulator of the 460"),
            Fact(
                "units G and T, RANGE 0 (highest) to 3, ACDC 0 is DC", "other driver", "pymeasure; 421 p. 4-12 (ACDC)"
            ),
            Fact("of the common commands only *IDN? and *RST", "manual", "421 p. 4-11"),
            Fact("OL is an overload", "other driver", "pymeasure; ISIS"),
            Fact("5 new readings a second, 1/30000 of the range", "assumed", "data sheet, remembered"),
            Fact("replies end with CR LF", "other driver", "ISIS; pymeasure waits for CR"),
        ),
    ),
)
