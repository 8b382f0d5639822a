"""How one speaks with a Danfysik: settings are not answered, complaints about them come before the next answer.

How the current is written and read differs from model to model; this is what the dialects mean:

======== ============== =========== ================ ===========================================================
dialect  set            ask         unit             current measured by ``AD 8``, one count
======== ============== =========== ================ ===========================================================
8500     ``DA 0,n``     ``DA 0``    ppm of In        10 mA (pymeasure, for a 160 A unit)
8000     ``WA nnnnnn``  ``RA``      ppm of In        In / 100 000 (command reference of the SYS8X00)
9100     ``DA 0 n``     ``RA``      mA               10 mA (Tango server of ALBA)
======== ============== =========== ================ ===========================================================
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vsmdaq_drivers.contracts import Link, RefusedError, ReplyError
from vsmdaq_drivers.supplies.danfysik_status import DanfysikStatus, read_status

__all__ = ["DIALECTS", "DanfysikDialogue", "Dialect", "SwitchedDanfysik"]

_COMPLAINT = "?\a"
_PRINT_S = 0.3  # the rest of a reply of several lines at 9600 baud


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a model writes set-points: command, question, and counts a full scale (None: mA)."""

    write: str
    ask: str
    counts: int | None


DIALECTS = {
    "8500": Dialect("DA 0,{}", "DA 0", 1_000_000),
    "8000": Dialect("WA {:06d}", "RA", 1_000_000),
    "9100": Dialect("DA 0 {}", "RA", None),
}


class DanfysikDialogue:
    """Settings and questions.

    Parameters
    ----------
    link : Link
        The wire.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._unconfirmed = ""  # the last setting, until a question was answered

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    def send(self, command: str) -> None:
        """Send a setting; what is wrong with it comes out at the next question."""
        if not self._unconfirmed:
            self._link.clear()  # from here on, a line that waits is a complaint
        self._link.write(command)
        self._unconfirmed = command

    def ask(self, query: str) -> str:
        """Ask a question.

        Raises
        ------
        RefusedError
            The supply complains about the setting before it, or about the question itself.
        """
        setting, self._unconfirmed = self._unconfirmed, ""
        if setting:
            self._link.write(query)  # a complaint may be there already: query() would discard it
            reply = self._link.read(query).strip()
        else:
            reply = self._link.query(query).strip()
        if not reply.startswith(_COMPLAINT):
            return reply
        if setting:
            self._link.read(query)  # the answer itself comes behind the complaint
        reason = reply.removeprefix(_COMPLAINT).strip().lower() or "error"
        raise RefusedError(setting or query, reason, instrument=self._link.name)

    def ask_count(self, query: str) -> int:
        """Ask for a whole number, with or without channel or command before it.

        Raises
        ------
        ReplyError
            Something else came, or twice a value marked ``E``, from before an error.
        """
        lead = re.escape(query.rpartition(" ")[2])
        reply = ""
        for _ in range(2):
            reply = self.ask(query)
            match = re.fullmatch(rf"(?:{lead}[ ,]\s*)?(E?)([+-]?[0-9]{{1,7}})", reply)
            if match is None:
                raise ReplyError(query, reply, "a whole number", instrument=self._link.name)
            if not match[1]:
                return int(match[2])
        raise ReplyError(query, reply, "a value that is not from before an error (E)", instrument=self._link.name)

    def printed(self) -> str:
        """First line of ``PRINT``; empty where the supply does not know that command."""
        self._link.write("PRINT")
        first = self._link.read("PRINT").strip()
        self._link.clock.sleep(_PRINT_S)
        self._link.clear()  # further lines, whose number differs
        return "" if first.startswith(_COMPLAINT) else first


class SwitchedDanfysik:
    """The supply as `Reversal` needs it; satisfies `SwitchedSupply`.

    Parameters
    ----------
    dialogue : DanfysikDialogue
        The wire.
    dialect : str
        One of `DIALECTS`.
    step_a : float
        One count of the set-point, A.
    """

    def __init__(self, dialogue: DanfysikDialogue, dialect: str, step_a: float) -> None:
        self._dialogue = dialogue
        self._model = dialect
        self._dialect = DIALECTS[dialect]
        self._step_a = step_a

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._dialogue.name

    def send_set_point(self, size_a: float) -> str:
        """Send a set-point (A, >= 0); returns the command."""
        command = self._dialect.write.format(round(size_a / self._step_a))
        self._dialogue.send(command)
        return command

    def read_set_point(self) -> float:
        """Ask for the set-point, A."""
        return round(self._dialogue.ask_count(self._dialect.ask) * self._step_a, 9)

    def send_output(self, *, on: bool) -> None:
        """Switch the main power."""
        self._dialogue.send("N" if on else "F")

    def send_polarity(self, sign: int) -> None:
        """Move the polarity switch, after the supply has said once more that its power is off."""
        command = "PO +" if sign > 0 else "PO -"
        if self.status().power_on:
            raise RefusedError(command, "not sent, the main power is on", instrument=self.name)
        self._dialogue.send(command)

    def read_polarity(self) -> int:
        """Ask where the polarity switch is: 1 normal, -1 reversed, 0 in between."""
        return {"+": 1, "-": -1}.get(self._dialogue.ask("PO").removeprefix("PO").strip(), 0)

    def status(self) -> DanfysikStatus:
        """Ask for the status characters."""
        reply = self._dialogue.ask("S1")
        status = read_status(reply, self._model)
        if status is None:
            raise ReplyError("S1", reply, "24 characters . or !", instrument=self.name)
        return status
