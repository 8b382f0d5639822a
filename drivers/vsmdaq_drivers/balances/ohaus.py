r"""Ohaus balances with the print commands: Adventurer, Explorer, Pioneer, Navigator, Scout and others.

What the manuals leave open or say differently, and what is done about it:

* The answer to ``IP`` has no head: weight, right-justified in 9 to 12 characters by series, blank, unit, and ``?`` while the load moves. To
  tell the rest of a line that was cut from a whole one, the width of the weight is learnt by `prepare`; a narrower one is no weight, but the flag
  ``"unreadable"``.
* The unit is padded to five characters, or not (series, print format). Legends ``N``, ``NET``, ``G`` may follow; a tare or total is no weight.
* ``?`` also stands below a minimum weight, where that is set in the menu: such a balance is never stable near zero.
* ``OK!`` after a command is a setting (``xRL``). A control command is given 0.3 s for ``OK!`` or ``ES``; silence is no failure, and tare and zero
  are verified by reading in either case.
* What is printed in overload is not described; the display has error 8.3 (over) and 8.4 (under): ``Err 8.3`` and ``Error 8.3`` are read so, anything
  else is ``"unreadable"``.
* ``PV`` (version) and ``PSN`` (serial number) are free text; models without them answer ``ES``. The balance is known by the form of its weights.
* Automatic and continuous printing (``CP``, ``xP``, ``SLP``) is ended with ``0P`` (manual).
* ``IC`` starts the internal adjustment, ``AC`` ends it (Adventurer); what ``IP`` answers meanwhile is not described. Weights that stop
  and come again are taken for one that is done; weights that do not stop within 5 s, for a refusal. What a failed adjustment looks like is
  not known: check with a weight afterwards.

Sources: Ohaus manuals Explorer EX, Adventurer (service manual), Navigator, Explorer Pro and the RS232 interface manual (excerpts); iblrig's and
pyduino's drivers.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.balances.lines import ask, line_or_none
from vsmdaq_drivers.balances.masses import mass_of
from vsmdaq_drivers.balances.resting import Patience, checked_adjustment, follow_adjustment
from vsmdaq_drivers.contracts import IdentityError, Link, LinkTimeoutError, RefusedError, ReplyError, WeightReading
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact
from vsmdaq_drivers.links.settings import SerialSettings

__all__ = ["ENTRIES", "Ohaus"]

_WEIGHT = re.compile(
    r"(?P<field> *(?P<sign>[+-]?) *(?P<digits>[0-9]{1,12}(?:\.[0-9]{0,12})?)) +(?P<unit>[A-Za-zµμ%:]{1,5}|%)"
    r" *(?P<moving>\?)?(?: +(?:N|NET|Net|G))? *"
)
_ERROR = re.compile(r"Err(?:or)?\.? *([0-9]+\.[0-9]+)", re.IGNORECASE)
_LOADS = {"8.3": "overload", "8.4": "underload"}
_NARROWEST = 9
_ACCEPTED, _REFUSED = "OK!", "ES"
_ACK_S = 0.3


class Ohaus:
    """Driver of Ohaus balances; satisfies the role `Balance`.

    Parameters
    ----------
    link : Link
        The wire; lines end with CR LF both ways.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._patience = Patience(self.read, link.clock, link.name)
        self._readability_kg: float | None = None
        self._width = _NARROWEST

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
                raise ReplyError("IP", ", ".join(reading.flags), "a weight, to see its decimals", instrument=self.name)
        return self._readability_kg

    def identify(self) -> str:
        """End automatic printing, look at the form of a weight, and ask for version and serial number.

        Raises
        ------
        IdentityError
            Where the answer to ``IP`` has not the form of an Ohaus balance.
        """
        self._control("0P")
        self._width = _NARROWEST  # one line that came too wide must not make every later one unreadable
        line = self._weight_line()
        # any instrument may say ES
        if self._flag(line) in {"unreadable", "busy"} and not self._is_weight(line):
            raise IdentityError("an Ohaus balance", line, instrument=self.name)
        texts = [self._text("PV"), self._text("PSN")]
        told = ", ".join(f"{what} {text}" for what, text in zip(("version", "s/n"), texts, strict=True) if text)
        return f"Ohaus balance, {told or 'without identity, known by the form of its weights'}"

    def prepare(self) -> None:
        """End automatic printing, and read twice, to know unit, decimals and width of a weight; zero and tare stay as they are.

        Raises
        ------
        ReplyError
            Where an answer cannot be read, or its unit is no unit of mass.
        """
        self._control("0P")
        self._width = _NARROWEST
        for _ in range(2):
            line = self._weight_line()
            match = _WEIGHT.fullmatch(line)
            if match is not None:
                self._width = max(self._width, len(match["field"]))
            if {"unknown_unit", "unreadable"} & set(self._reading(line).flags):
                raise ReplyError("IP", line, "a weight in a unit of mass", instrument=self.name)

    def read(self) -> WeightReading:
        """Measure the weight now (kg), stable or not; what is no weight is a reading with a flag."""
        return self._reading(self._weight_line())

    def tare(self, timeout_s: float) -> None:
        """Make the present load the new zero (``T``), once it is at rest; verified by reading.

        Parameters
        ----------
        timeout_s : float
            Longest bench time to wait for rest, s.

        Raises
        ------
        SettlingError
            Where the load does not come to rest in time.
        RefusedError
            Where the balance refuses, or does not show zero afterwards.
        """
        self._patience.set_to_zero("T", lambda: self._control("T"), timeout_s, lambda: self.readability_kg)

    def zero(self, timeout_s: float) -> None:
        """Set the zero (``Z``), as with the empty pan; raises as `tare` does, within `timeout_s` (s)."""
        self._patience.set_to_zero("Z", lambda: self._control("Z"), timeout_s, lambda: self.readability_kg)

    def adjust(self, timeout_s: float) -> None:
        """Adjust with the internal weight (``IC``; models that have one); the pan must be empty.

        Parameters
        ----------
        timeout_s : float
            Longest bench time for it, s; above 0, at most 600.

        Raises
        ------
        LimitError
            A time-out beyond that; nothing was sent.
        RefusedError
            The balance refuses, reports an error, or shows no sign of an adjustment within 5 s.
        SettlingError
            It does not finish in time; it is ended with ``AC``.
        """
        checked_adjustment(timeout_s, self.name)
        self._control("IC")
        follow_adjustment(self._look, lambda: self._link.write("AC"), self._link.clock, "IC", timeout_s, self.name)

    def close(self) -> None:
        """Release the link; the balance stays as it is."""
        self._link.close()

    def _is_weight(self, line: str) -> bool:
        match = _WEIGHT.fullmatch(line)
        return match is not None and len(match["field"]) >= self._width

    def _weight_line(self) -> str:
        def answers(line: str) -> bool:
            return self._is_weight(line) or self._flag(line) != "unreadable"

        return ask(self._link, "IP", answers)

    def _reading(self, line: str) -> WeightReading:
        time_s = self._link.clock.now()
        match = _WEIGHT.fullmatch(line)
        if match is None or not self._is_weight(line):
            return WeightReading(None, False, (self._flag(line),), time_s)
        mass = mass_of(match["sign"] + match["digits"], match["unit"])
        if mass is None:
            return WeightReading(None, False, ("unknown_unit",), time_s)
        self._readability_kg = min(mass.step_kg, self._readability_kg or mass.step_kg)
        return WeightReading(mass.mass_kg, match["moving"] is None, (), time_s)

    @staticmethod
    def _flag(line: str) -> str:
        text = line.strip()
        if match := _ERROR.fullmatch(text):
            return _LOADS.get(match[1], f"error_{match[1]}")
        return "busy" if text == _REFUSED else "unreadable"

    def _control(self, command: str) -> bool:
        """Send a control command and take its answer, if it has one. Always True: whether it was done, a reading shows."""
        self._link.clear()
        self._link.write(command)
        for _ in range(4):
            line = line_or_none(self._link, command, _ACK_S)
            if line is None or line.strip() == _ACCEPTED:
                break
            if line.strip() == _REFUSED:
                if command == "0P":
                    break  # a model without automatic printing
                raise RefusedError(command, "it answers 'ES'", instrument=self.name)
        return True

    def _look(self) -> str:
        self._link.clear()
        self._link.write("IP")
        line = line_or_none(self._link, "IP", 0.5)
        if line is None:
            return "busy"
        return "weight" if self._is_weight(line) else self._flag(line)

    def _text(self, command: str) -> str:
        try:
            line = ask(self._link, command, lambda line: not self._is_weight(line), timeout_s=1.0).strip()
        except LinkTimeoutError:
            return ""
        return "" if line in {_REFUSED, _ACCEPTED} or self._is_weight(line) else line


ENTRIES = (
    DriverEntry(
        name="ohaus",
        role="balance",
        title="Ohaus, print commands",
        driver=Ohaus,
        identity="",
        example="",
        simulator="ohaus",
        interfaces=("RS-232", "USB", "LAN"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(9600),
        facts=(
            Fact(
                "IP, 0P, T, Z, IC, AC, PV, PSN; ES for an invalid command",
                "manual",
                "Adventurer service manual; Explorer EX",
            ),
            Fact(
                "weight in 9 to 12 characters, unit, ? while unstable", "manual", "Explorer EX, Navigator, Explorer Pro"
            ),
            Fact("OK! is a setting (xRL)", "manual", "Adventurer service manual"),
            Fact("Err 8.3 is overload, Err 8.4 underload", "assumed", "errors of the display; remembered"),
            Fact("IP is not answered with weights during an adjustment", "assumed", "else adjust() is an error"),
        ),
    ),
)
