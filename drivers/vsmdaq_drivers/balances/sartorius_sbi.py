r"""Sartorius balances that speak SBI: Cubis, Secura, Quintix, Practum, Entris, CP, CPA, LE, LA, BP and others.

What the manuals leave open or say differently, and what is done about it:

* Lines of 16 and of 22 characters, CR LF included (manuals; a menu item): told by their length, both are read. A line of any other length is
  a fragment and no weight.
* The unit is written only while the load is at rest (manuals: "no unit: no stability parameter"). An unstable weight is taken
  in the unit that was last written; before there was one it is no number, but the flag ``"busy"``. `prepare` waits up to 10 s for the first.
* Printing "after stability" is a menu item, and on some models the factory's setting: ``ESC P`` is then silent while the load moves. With the option
  ``prints = "stable"`` silence of up to 60 s is the flag ``"busy"``; without it, an error that says what to set in the menu.
* With automatic printing on, ``ESC P`` switches it off and on (labmcp-sartorius). It is found out by listening for a second
  before and after the first ``ESC P``; where two lines come unasked, lines are taken as they come and ``ESC P`` is not sent again.
* Commands have no reply; older models lack ``ESC U`` and ``ESC V``, and drivers disagree which of them is tare. `tare` sends ``ESC T``, which all
  have, `zero` sends ``ESC V``; both look afterwards whether the weight is near zero.
* ``ESC Z`` starts an internal adjustment (manual), which shows itself only by ``Cal.`` or ``C`` instead of weights. Without such a sign within 5 s it
  is an error; where the menu wants it in two steps, the second is the user's.
* ``ESC x1_`` (model) is free text and unknown to old models. What a balance is, is judged by the form of its weights.
* Overload and underload are ``High``/``Low`` or ``H``/``L`` (manuals of different series), errors ``Err nnn``, ``APP.ERR`` and the like.

Sources: operating instructions of Cubis MSE, Entris II, Quintix, CPA, LE, FB, Master series (data output, SBI commands; excerpts);
drivers sartoriuslib, sartoriusb and labmcp-sartorius as cross-check.
"""

from __future__ import annotations

from vsmdaq_drivers.balances.lines import line_or_none
from vsmdaq_drivers.balances.resting import Patience, checked_adjustment, follow_adjustment
from vsmdaq_drivers.balances.sbi_lines import SbiLine, parse_line
from vsmdaq_drivers.balances.sbi_printer import PRINT, Printer
from vsmdaq_drivers.contracts import (
    IdentityError,
    Link,
    LinkTimeoutError,
    ReplyError,
    SettlingError,
    WeightReading,
)
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings

__all__ = ["ENTRIES", "SartoriusSbi"]

TARE = "\x1bT"
ZERO = "\x1bV"
ADJUST = "\x1bZ"
CANCEL = "\x1bs3_"
MODEL = "\x1bx1_"
SERIAL_NUMBER = "\x1bx2_"

_FIRST_UNIT_S = 10.0
_POLL_S = 0.2
_STALE_LINES = 50
_NOT_WEIGHTS = {"overload": "overload", "underload": "underload", "adjusting": "busy"}


class SartoriusSbi:
    """Driver of SBI balances; satisfies the role `Balance`.

    Parameters
    ----------
    link : Link
        The wire; lines end with CR LF both ways.
    prints : str
        ``"any"``: the balance answers ``ESC P`` at once; ``"stable"``: only when the load is at rest.
    """

    def __init__(self, link: Link, *, prints: str = "any") -> None:
        if prints not in {"any", "stable"}:
            raise ValueError(f"prints: given {prints!r}; allowed: 'any', 'stable'")
        self._link = link
        self._printer = Printer(link, only_at_rest=prints == "stable")
        self._patience = Patience(self.read, link.clock, link.name)
        self._unit = ""
        self._readability_kg: float | None = None

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def readability_kg(self) -> float:
        """Get the smallest step of the display (kg, as in the answers seen so far)."""
        if self._readability_kg is None:
            reading = self.read()
            if self._readability_kg is None:
                reason = ", ".join(reading.flags) or "no unit"
                raise ReplyError(PRINT, reason, "a weight, to see its decimals", instrument=self.name)
        return self._readability_kg

    def identify(self) -> str:
        """Look at the form of a weight, and ask for model and serial number where the balance knows them.

        Raises
        ------
        IdentityError
            Where the answer to ``ESC P`` has not the form of an SBI balance.
        LinkTimeoutError
            Where nothing comes.
        """
        line = self._printer.first_line()
        if parse_line(line).kind == "unreadable":
            raise IdentityError("a Sartorius balance (SBI)", line, instrument=self.name)
        model, number = self._text(MODEL), ""
        if model:
            number = self._text(SERIAL_NUMBER)
        if not model:
            return "Sartorius SBI balance without identity, known by the form of its weights"
        return f"{model}, s/n {number}" if number else model

    def prepare(self) -> None:
        """Find out how it prints, and wait up to 10 s for the first weight at rest, to know the unit; tare and zero stay.

        Raises
        ------
        SettlingError
            The load does not come to rest.
        ReplyError
            The unit is no unit of mass, or the answer cannot be read.
        """
        if not self._printer.known:
            self._printer.first_line()
        clock = self._link.clock
        deadline_s = clock.now() + _FIRST_UNIT_S
        while True:
            line = self._printer.line()
            if line is not None:
                found = parse_line(line)
                if found.kind == "unreadable" or (found.kind == "weight" and found.unit and found.mass() is None):
                    raise ReplyError(PRINT, line, "a weight in a unit of mass", instrument=self.name)
                self._reading(found)
            if self._unit:
                return
            if clock.now() >= deadline_s:
                message = f"no weight at rest within {_FIRST_UNIT_S:g} s, so its unit is not known."
                raise SettlingError(message, timeout_s=_FIRST_UNIT_S, instrument=self.name)
            clock.sleep(_POLL_S)

    def read(self) -> WeightReading:
        """Measure the weight now (kg), stable or not; what is no weight is a reading with a flag.

        Raises
        ------
        LinkTimeoutError
            Nothing came; with ``prints = "stable"``, for more than 60 s.
        """
        line = self._printer.line()
        if line is None:
            return WeightReading(None, False, ("busy",), self._link.clock.now())
        return self._reading(parse_line(line))

    def tare(self, timeout_s: float) -> None:
        """Make the present load the new zero, once it is at rest; verified by reading.

        Parameters
        ----------
        timeout_s : float
            Longest bench time to wait for rest, s.

        Raises
        ------
        SettlingError
            Where the load does not come to rest in time.
        RefusedError
            Where the balance does not show zero afterwards.
        """
        self._set_to_zero(TARE, timeout_s)

    def zero(self, timeout_s: float) -> None:
        """Set the zero, as with the empty pan (newer models); raises as `tare` does, within `timeout_s` (s)."""
        self._set_to_zero(ZERO, timeout_s)

    def adjust(self, timeout_s: float) -> None:
        """Adjust with the internal weight; the pan must be empty.

        Parameters
        ----------
        timeout_s : float
            Longest bench time for it, s; above 0, at most 600.

        Raises
        ------
        LimitError
            A time-out beyond that; nothing was sent.
        RefusedError
            The balance reports an error, or shows no sign of an adjustment within 5 s.
        SettlingError
            It does not finish in time; it is cancelled (``ESC s3_``).
        """
        checked_adjustment(timeout_s, self.name)
        self._link.write(ADJUST)
        follow_adjustment(self._look, lambda: self._link.write(CANCEL), self._link.clock, ADJUST, timeout_s, self.name)

    def close(self) -> None:
        """Release the link; the balance stays as it is."""
        self._link.close()

    def _set_to_zero(self, command: str, timeout_s: float) -> None:
        def act() -> bool:
            self._link.write(command)
            return True

        self._patience.set_to_zero(command, act, timeout_s, lambda: self.readability_kg)

    def _reading(self, found: SbiLine) -> WeightReading:
        time_s = self._link.clock.now()
        if found.kind != "weight":
            return WeightReading(None, False, (_NOT_WEIGHTS.get(found.kind, found.kind),), time_s)
        if not found.unit and not self._unit:
            return WeightReading(None, False, ("busy",), time_s)
        mass = found.mass(self._unit)
        if mass is None:
            return WeightReading(None, False, ("unknown_unit",), time_s)
        self._unit = found.unit or self._unit
        self._readability_kg = min(mass.step_kg, self._readability_kg or mass.step_kg)
        return WeightReading(mass.mass_kg, bool(found.unit), (), time_s)

    def _look(self) -> str:
        """How an adjustment goes on; silence tells nothing, since it may be a load that moves."""
        try:
            kind = parse_line(self._printer.ask()).kind
        except LinkTimeoutError:
            return "silent"
        if kind == "adjusting":
            return "busy"
        return "weight" if kind in {"weight", "overload", "underload"} else kind

    def _text(self, command: str) -> str:
        """Free text; empty where the balance is silent, or answers with an error."""
        self._link.clear()
        self._link.write(command)
        for _ in range(_STALE_LINES):
            line = line_or_none(self._link, command, 1.0)
            if line is None or line.strip() in {"ES", "ET", "EL"}:
                return ""
            kind = parse_line(line).kind
            if kind == "unreadable" and line.strip():
                return line.strip()
            if kind.startswith("error"):
                return ""
        return ""


ENTRIES = (
    DriverEntry(
        name="sartorius_sbi",
        role="balance",
        title="Sartorius, SBI protocol",
        driver=SartoriusSbi,
        identity="",
        example="",
        simulator="sartorius_sbi",
        interfaces=("RS-232", "USB", "LAN"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(9600, 8, "odd", 1),
        options={
            "prints": Option(
                "prints",
                "text",
                'when ESC P is answered: at once ("any") or at rest only ("stable")',
                ("any", "stable"),
            )
        },
        facts=(
            Fact(
                "lines of 16 and 22 characters, High, Low, Err, no unit while unstable",
                "manual",
                "Entris II, Quintix, FB, LE",
            ),
            Fact("ESC P, T, V, Z, s3_, x1_, x2_", "manual", "Cubis MSE, SBI commands"),
            Fact("with automatic printing, ESC P switches it off and on", "other driver", "labmcp-sartorius"),
            Fact("9600 baud, 8 data bits, odd parity", "other driver", "labmcp-sartorius; older models 1200, 7, odd"),
            Fact(
                "an internal adjustment shows Cal. or C until it is done", "assumed", "without it, adjust() is an error"
            ),
        ),
    ),
)
