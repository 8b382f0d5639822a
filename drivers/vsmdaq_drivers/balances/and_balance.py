r"""A&D balances and scales: GX, GF, FX, FZ, BM, BA, GR, EJ, EK and others that write the "A&D standard format".

What the manuals leave open or say differently, and what is done about it:

* Whether commands are acknowledged (ACK, ``06h``) and errors told (``EC,E01``) is a menu item (``erCd``), off in the factory. A control command
  is given 0.3 s for ACK or error; silence is no failure, and tare and zero are verified by reading in either case.
* The data field has 9 characters, on fine balances more (``+01.234567``); it is read by its header, sign and point. The "CSV format" with its comma
  before the unit is read as well. Formats without header are not.
* ``OL`` comes with and without a unit (``OL,+9999999E+19``, ``OL,+999999.9  g``): the sign says overload or underload.
* ``QT`` is a count of pieces and no weight. The unit ``t`` is tola here; ``tl``, ``mom``, ``N`` are refused as well (flag ``"unknown_unit"``).
* ``?TN`` (model) and ``?SN`` (serial number) are unknown to scales of the EJ and EK kind. The balance is known by the form of its answer to ``Q``.
* Lines end with CR LF or CR (menu item ``Crlf``). Both are read; commands end with CR LF, and a balance that is set to CR is taken to pass over the LF.
* A stream (``SIR``) is ended by ``C`` (manual). Stream mode as the menu has it goes on for ever, and is harmless: the line is flushed before each question.
* ``CAL`` adjusts with the internal weight; a model without one asks for an external weight at its display, which ends here in an error.

Sources: instruction manuals AD-4212, FX-i, FZ-WP, BA-T, EJ, EK-L, GC, FG (data format, commands, error codes; excerpts); published drivers of FX
balances.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.balances.lines import ask, line_or_none
from vsmdaq_drivers.balances.masses import mass_of
from vsmdaq_drivers.balances.resting import Patience, checked_adjustment, follow_adjustment
from vsmdaq_drivers.contracts import IdentityError, Link, LinkTimeoutError, RefusedError, ReplyError, WeightReading
from vsmdaq_drivers.entry import DriverEntry, Fact
from vsmdaq_drivers.links.settings import SerialSettings, Terminators

__all__ = ["ENTRIES", "IDENTITY", "AndBalance"]

IDENTITY = r"TN,\s*\S"

_WEIGHT = re.compile(r"(ST|US|QT|WT),([+-][0-9]{1,11}(?:\.[0-9]{0,11})?),? *([A-Za-zµμ%]{1,3})")
_OVER = re.compile(r"OL,([+-])[0-9.E+]+,? *[A-Za-z%]{0,3}")
_ERROR = re.compile(r"EC,E([0-9]{2})")
_NAME = re.compile(r"(?:TN|SN),? *(.*)")
_ACK = "\x06"
_ACK_S = 0.3
_UNASKED_LINES = 4
# read up to CR, so that CR and CR LF (a menu item) both do; a LF in front of the next line is dropped with its blanks
_ENDS = Terminators("\r", "\r\n")
# E02 not ready, E03 time-out while waiting for rest, E11 unstable
_TRY_AGAIN = {"02", "03", "11"}


class AndBalance:
    """Driver of A&D balances; satisfies the role `Balance`.

    Parameters
    ----------
    link : Link
        The wire; it reads up to CR, and sends CR LF.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._patience = Patience(self.read, link.clock, link.name)
        self._readability_kg: float | None = None
        self._acknowledged = 0

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
                raise ReplyError("Q", ", ".join(reading.flags), "a weight, to see its decimals", instrument=self.name)
        return self._readability_kg

    def identify(self) -> str:
        """End a stream, look at the form of a weight, and ask for model and serial number where the balance knows them.

        Raises
        ------
        IdentityError
            Where the answer to ``Q`` has not the form of an A&D balance.
        """
        self._control("C")
        line = self._weight_line()
        if not _has_form(line):
            raise IdentityError("an A&D balance", line, instrument=self.name)
        model = self._text("?TN")
        number = self._text("?SN") if model else ""
        if not model:
            return "A&D balance without identity, known by the form of its weights"
        return f"{model}, s/n {number}" if number else model

    def prepare(self) -> None:
        """End a stream and read once, to know unit and decimals; zero and tare stay as they are.

        Raises
        ------
        ReplyError
            Where the answer cannot be read, or its unit is no unit of mass.
        """
        self._control("C")
        line = self._weight_line()
        if {"unknown_unit", "unreadable"} & set(self._reading(line).flags):
            raise ReplyError("Q", line, "a weight in a unit of mass", instrument=self.name)

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
        """Set the zero (``Z``, re-zero; beyond the zero range it tares); raises as `tare` does, within `timeout_s` (s)."""
        self._patience.set_to_zero("Z", lambda: self._control("Z"), timeout_s, lambda: self.readability_kg)

    def adjust(self, timeout_s: float) -> None:
        """Adjust with the internal weight (``CAL``; models that have one); the pan must be empty.

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
            It does not finish in time; there is no command to end it.
        """
        checked_adjustment(timeout_s, self.name)
        self._acknowledged = 0
        self._link.clear()
        self._link.write("CAL")
        follow_adjustment(self._look, lambda: None, self._link.clock, "CAL", timeout_s, self.name)

    def close(self) -> None:
        """Release the link; the balance stays as it is."""
        self._link.close()

    def _weight_line(self) -> str:
        return ask(self._link, "Q", _has_form)

    def _reading(self, reply: str) -> WeightReading:
        time_s = self._link.clock.now()
        line = reply.strip()
        if match := _WEIGHT.fullmatch(line):
            mass = mass_of(match[2], match[3]) if match[1] != "QT" else None
            if mass is None:
                return WeightReading(None, False, ("unknown_unit",), time_s)
            self._readability_kg = min(mass.step_kg, self._readability_kg or mass.step_kg)
            return WeightReading(mass.mass_kg, match[1] != "US", (), time_s)
        return WeightReading(None, False, (_flag(line),), time_s)

    def _control(self, command: str) -> bool:
        """Send a control command: True where it is taken or nothing is said, False where it is to be tried again."""
        self._link.clear()
        self._link.write(command)
        for _ in range(_UNASKED_LINES):
            reply = line_or_none(self._link, command, _ACK_S)
            if reply is None or reply.strip() == _ACK:
                return True
            line = reply.strip()
            if match := _ERROR.fullmatch(line):
                if match[1] in _TRY_AGAIN:
                    return False
                if command != "C":
                    raise RefusedError(command, f"it answers {line!r}", instrument=self.name)
                return True
            # a line of a stream, or of the print key; what is no balance, the next question shows
        return True

    def _look(self) -> str:
        """How an adjustment goes on: by its acknowledgements, or by whether weights are answered."""
        line = line_or_none(self._link, "CAL", _ACK_S)
        if line is not None and line.strip() == _ACK:
            self._acknowledged += 1  # the first when begun, the second when done
            return "done" if self._acknowledged == 2 else "busy"
        if line is None:
            if self._acknowledged:
                return "busy"
            self._link.clear()
            self._link.write("Q")
            line = line_or_none(self._link, "Q", 0.5)
            if line is None:
                return "busy"
        flag = _flag(line.strip())
        if _WEIGHT.fullmatch(line.strip()) or flag in {"overload", "underload"}:
            return "busy" if self._acknowledged else "weight"
        return flag

    def _text(self, command: str) -> str:
        def is_text(line: str) -> bool:
            return not _has_form(line) or _ERROR.fullmatch(line.strip()) is not None

        try:
            line = ask(self._link, command, is_text, timeout_s=1.0).strip()
        except LinkTimeoutError:
            return ""
        match = _NAME.fullmatch(line)
        return "" if _has_form(line) else (match[1] if match else line)


def _flag(line: str) -> str:
    if match := _OVER.fullmatch(line):
        return "overload" if match[1] == "+" else "underload"
    if match := _ERROR.fullmatch(line):
        return "busy" if match[1] in _TRY_AGAIN else f"error_{match[1]}"
    return "unreadable"


def _has_form(reply: str) -> bool:
    line = reply.strip()
    return _WEIGHT.fullmatch(line) is not None or _flag(line) != "unreadable"


ENTRIES = (
    DriverEntry(
        name="and_balance",
        role="balance",
        title="A&D, standard format",
        driver=AndBalance,
        identity=IDENTITY,
        example="TN,GX-203A",
        simulator="and_balance",
        interfaces=("RS-232", "USB", "LAN"),
        bus=_ENDS,
        serial_line=_ENDS,
        serial=SerialSettings(2400, 7, "even", 1),
        facts=(
            Fact("headers ST, US, QT, OL, sign, data, unit of three", "manual", "EJ, EK-L, AD-4212, BA-T"),
            Fact("Q, C, T, Z, CAL, ?TN, ?SN; ACK and EC,Exx with erCd 1", "manual", "FZ-WP, AD-4212, GC"),
            Fact("a balance set to CR passes over the LF of a command", "assumed", "replies are read up to CR"),
            Fact("C is not acknowledged", "other driver", "published FX driver; an ACK is accepted as well"),
            Fact("form of the replies to ?TN and ?SN", "assumed", "with and without 'TN,' is read"),
            Fact("2400 baud, 7 data bits, even parity", "other driver", "EW driver by A. Yamaguchi"),
        ),
    ),
)
