"""Balances that speak MT-SICS (Mettler-Toledo, Kern as KCP, and others that copied it).

What the manual leaves open, and what is done about it:

* ``S``, ``T`` and ``Z`` answer when the load is at rest, which may take as long as the balance likes (manual). They are not
  used: ``SI`` is polled until it says stable, then ``TI`` or ``ZI`` is sent; where the balance found the load moving at that
  very moment (``TI D``), all of it is done again. Afterwards the weight is read: it must be near zero.
* ``@`` ends everything and, on some models, forgets the tare (one emulator does, one manual's page says nothing). A stream is therefore
  ended by ``SI`` (manual); ``@`` is sent only where the balance does not answer because an earlier ``S``, ``T`` or ``Z`` still waits,
  and to end an adjustment that takes too long.
* The answer to ``SI`` begins with ``S``, not ``SI`` (manual, four drivers; one emulator differs and is accepted as well).
* Lines that nobody asked for (print key, key reports ``K C 4``, a stream that runs out) are flushed before each question or passed over.
* The unit of an answer is whatever is set as host unit. It is read each time; one that is no unit of mass
  (``PCS``, ``%``) gives no number but the flag ``"unknown_unit"``, and an error from `prepare`.
* How many decimals the balance shows is taken from its answers (the most that were seen), since ``I2`` is free text.
* Some models never report ``D`` (users of other programs): stability is the balance's own word, passed on as it is.

Sources: Mettler-Toledo MT-SICS reference manuals (11780711 for Excellence, 30014405 for standard and advanced balances; excerpts);
InstrumentKit, labmcp-mettler-toledo and EPICS mp49/mettlerToledo as cross-check.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.balances.lines import ask, line_or_none, read_line
from vsmdaq_drivers.balances.masses import mass_of
from vsmdaq_drivers.balances.resting import Patience, checked_adjustment
from vsmdaq_drivers.contracts import (
    IdentityError,
    Link,
    LinkTimeoutError,
    RefusedError,
    ReplyError,
    SettlingError,
    WeightReading,
)
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact
from vsmdaq_drivers.links.settings import LONGEST_TIMEOUT_S, SerialSettings

__all__ = ["ENTRIES", "IDENTITY", "MtSics"]

IDENTITY = r'I2 A ".+"'

_SERIAL_NUMBER = re.compile(r'I4 A "(.*)"')
_TYPE = re.compile(r'I2 A "(.+)"')
_WEIGHT = re.compile(r"SI? ([SD]) +([+-]?[0-9]{1,12}(?:\.[0-9]{0,12})?) *([A-Za-z%µμ]{1,5})")
_NO_WEIGHT = re.compile(r"SI? ([I+-])")
# weights and key reports: what a balance sends without having been asked
_UNASKED = re.compile(r"(?:SI?|ST|SR) [SD] .*|SI? [I+-]|K [A-Z].*")
_SICS = re.compile(r"(?:[A-Z]{1,4}[0-9]{0,3}|@) [ABCDEILRS+-](?: .*)?|E[STL]")
_FLAGS = {"I": "busy", "+": "overload", "-": "underload"}
_STALE_LINES = 200
_ADJUSTED = re.compile(r"C3 ([ABIL])")
_WHY_NOT = {"I": "the balance is busy or was disturbed", "L": "it has no internal weight", "ES": "it does not know it"}


class MtSics:
    """Driver of MT-SICS balances; satisfies the role `Balance`.

    Parameters
    ----------
    link : Link
        The wire; lines end with CR LF both ways.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
        self._patience = Patience(self.read, link.clock, link.name)
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
                raise ReplyError("SI", ", ".join(reading.flags), "a weight, to see its decimals", instrument=self.name)
        return self._readability_kg

    def identify(self) -> str:
        """End a stream, and ask for type and serial number. Zero and tare stay, unless the balance has to be woken with ``@``.

        Raises
        ------
        IdentityError
            Where something else than an MT-SICS balance answers.
        """
        try:
            self._checked(ask(self._link, "SI", lambda line: _SICS.fullmatch(line.strip()) is not None).strip())
            serial_number = self._ask_number("I4")
        except LinkTimeoutError:
            serial_number = self._ask_number("@")
        found = ask(self._link, "I2", lambda line: _TYPE.fullmatch(line.strip()) is not None)
        match = _TYPE.fullmatch(found.strip())
        if match is None:
            raise IdentityError("an MT-SICS balance", found, instrument=self.name)
        return f"{match[1]}, s/n {serial_number}"

    def prepare(self) -> None:
        """Read once, which ends a stream, to know unit and decimals; zero and tare stay as they are.

        Raises
        ------
        ReplyError
            Where the answer cannot be read, or its unit is no unit of mass.
        """
        line = self._weight_line()
        if {"unknown_unit", "unreadable"} & set(self._reading(line).flags):
            raise ReplyError("SI", line, "a weight in a unit of mass (see the balance's menu)", instrument=self.name)

    def read(self) -> WeightReading:
        """Measure the weight now (kg), stable or not; what is no weight is a reading with a flag."""
        return self._reading(self._weight_line())

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
            Where the balance cannot tare (load out of its range), or does not show zero afterwards.
        """
        self._patience.set_to_zero("TI", lambda: self._now("TI"), timeout_s, lambda: self.readability_kg)

    def zero(self, timeout_s: float) -> None:
        """Set the zero, as with the empty pan, and clear the tare, once the load is at rest; verified by reading.

        Raises
        ------
        SettlingError
            Where the load does not come to rest within `timeout_s`, s.
        RefusedError
            Where the load is outside the balance's zero range, or it does not show zero afterwards.
        """
        self._patience.set_to_zero("ZI", lambda: self._now("ZI"), timeout_s, lambda: self.readability_kg)

    def adjust(self, timeout_s: float) -> None:
        """Adjust with the internal weight; the pan must be empty. Tare the balance anew afterwards.

        Parameters
        ----------
        timeout_s : float
            Longest bench time for it, s; above 0, at most 600.

        Raises
        ------
        LimitError
            A time-out beyond that; nothing was sent.
        RefusedError
            Where the balance cannot adjust (no internal weight, busy, disturbed).
        SettlingError
            Where it does not finish in time; it is cancelled with ``@``.
        """
        checked_adjustment(timeout_s, self.name)
        clock = self._link.clock
        deadline_s = clock.now() + timeout_s
        self._link.clear()
        self._link.write("C3")
        while (left_s := deadline_s - clock.now()) > 0.0:
            line = line_or_none(self._link, "C3", min(left_s, LONGEST_TIMEOUT_S))
            if line is None or _UNASKED.fullmatch(line.strip()):
                continue
            match = _ADJUSTED.fullmatch(line.strip())
            state = "ES" if line.strip() == "ES" else match[1] if match else ""
            if not state:
                raise ReplyError("C3", line, "C3 B, C3 A, C3 I or C3 L", instrument=self.name)
            if state == "A":
                return
            if state != "B":
                raise RefusedError("C3", f"it answers {line!r}, {_WHY_NOT[state]}", instrument=self.name)
        self._link.clear()
        self._ask_number("@")
        message = f"the adjustment was not done within {timeout_s:g} s; it was cancelled."
        raise SettlingError(message, timeout_s=timeout_s, instrument=self.name)

    def close(self) -> None:
        """Release the link; the balance stays as it is."""
        self._link.close()

    def _weight_line(self) -> str:
        return ask(
            self._link, "SI", lambda line: bool(_WEIGHT.fullmatch(line.strip()) or _NO_WEIGHT.fullmatch(line.strip()))
        )

    def _reading(self, reply: str) -> WeightReading:
        time_s = self._link.clock.now()
        line = reply.strip()
        if match := _WEIGHT.fullmatch(line):
            mass = mass_of(match[2], match[3])
            if mass is None:
                return WeightReading(None, False, ("unknown_unit",), time_s)
            self._readability_kg = min(mass.step_kg, self._readability_kg or mass.step_kg)
            return WeightReading(mass.mass_kg, match[1] == "S", (), time_s)
        if match := _NO_WEIGHT.fullmatch(line):
            return WeightReading(None, False, (_FLAGS[match[1]],), time_s)
        return WeightReading(None, False, ("unreadable",), time_s)

    def _ask_number(self, command: str) -> str:
        """Serial number, which ``I4`` and ``@`` are answered with; what comes before it is left over."""
        self._link.write(command)
        for _ in range(_STALE_LINES):
            line = self._checked(read_line(self._link, command).strip())
            if match := _SERIAL_NUMBER.fullmatch(line):
                return match[1]
        found = f"{_STALE_LINES} lines without an answer to {command!r}"
        raise IdentityError("an MT-SICS balance", found, instrument=self.name)

    def _checked(self, line: str) -> str:
        if _SICS.fullmatch(line) is None:
            raise IdentityError("an MT-SICS balance", line, instrument=self.name)
        return line

    def _now(self, command: str) -> bool:
        """``TI`` or ``ZI``: True when done, False where the load was moving or the balance busy."""
        form = re.compile(f"{command} ([SDIL+-])(?: .*)?")
        reply = ask(self._link, command, lambda line: form.fullmatch(line.strip()) is not None)
        match = form.fullmatch(reply.strip())
        if match is None:
            raise ReplyError(command, reply, f"{command} S, {command} D or {command} I", instrument=self.name)
        if match[1] in "L+-":
            reason = f"it answers {reply!r}, the load is outside the range for it"
            raise RefusedError(command, reason, instrument=self.name)
        return match[1] == "S"


ENTRIES = (
    DriverEntry(
        name="mt_sics",
        role="balance",
        title="Mettler Toledo, and Kern (KCP), MT-SICS level 0 and 1",
        driver=MtSics,
        identity=IDENTITY,
        example='I2 A "XPR205 Excellence 220.00000 g"',
        simulator="mt_sics",
        interfaces=("RS-232", "USB", "LAN"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(9600),
        facts=(
            Fact("commands, replies S, D, I, +, -, L, and errors ES, ET, EL", "manual", "MT-SICS reference 11780711"),
            Fact("a stream ends with the next S, SI, SR or @", "manual", "MT-SICS reference, SIR"),
            Fact("C3 answers B at once and A or I when done", "manual", "MT-SICS reference, level 2; remembered"),
            Fact(
                "the answer to SI begins with S", "other driver", "InstrumentKit, janelia, labmcp; an emulator has SI"
            ),
            Fact(
                "@ keeps the tare on some models and clears it on others",
                "assumed",
                "sent only where nothing else helps",
            ),
        ),
    ),
)
