"""Balances that speak MT-SICS (Mettler-Toledo, and many others that copied it).

What the manual leaves open, and what is done about it:

* ``S`` and ``T`` answer when the load is at rest, which may take as long as the balance likes (manual). They are not
  used: ``SI`` is polled until it says stable, then ``TI`` is sent; where the balance found the load moving at that very moment
  (``TI D``), all of it is done again.
* ``@`` stops streams and, on some models, forgets the tare (seen in an emulator, not in a manual). It is sent by
  `identify` only; lines of a stream that are still on their way are thrown away up to its answer.
* The answer to ``SI`` begins with ``S``, not ``SI`` (manual, four drivers; one emulator differs and is accepted as well).
* How many decimals the balance shows is taken from its answers (the most that were seen), since ``I2`` is free text.
* Some models never report ``D`` (users of other programs): stability is the balance's own word, passed on as it is.

Source: Mettler-Toledo MT-SICS reference manuals, levels 0 and 1; InstrumentKit and labmcp-mettler-toledo as cross-check.
"""

from __future__ import annotations

import re
from decimal import Decimal

from vsmdaq_drivers.contracts import (
    IdentityError,
    Link,
    RefusedError,
    ReplyError,
    SettlingError,
    WeightReading,
)
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact
from vsmdaq_drivers.links.settings import SerialSettings

__all__ = ["ENTRIES", "IDENTITY", "MtSics"]

IDENTITY = r'I2 A ".+"'

_SERIAL_NUMBER = re.compile(r'I4 A "(.*)"')
_TYPE = re.compile(r'I2 A "(.+)"')
_WEIGHT = re.compile(r"SI? ([SD]) +([+-]?[0-9]{1,12}(?:\.[0-9]{0,12})?) *([A-Za-zµ]{1,5})")
_NO_WEIGHT = re.compile(r"SI? ([I+-])")
_FLAGS = {"I": "busy", "+": "overload", "-": "underload"}
_TARE = re.compile(r"TI ([SDIL+-])(?: .*)?")
# power of ten from the unit to kg
_KG_EXPONENTS = {"kg": 0, "g": -3, "mg": -6, "ug": -9, "µg": -9, "mcg": -9}
_STALE_LINES = 200
_TARE_POLL_S = 0.2


class MtSics:
    """Driver of MT-SICS balances; satisfies the role `Balance`.

    Parameters
    ----------
    link : Link
        The wire; lines end with CR LF both ways.
    """

    def __init__(self, link: Link) -> None:
        self._link = link
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
        """Stop whatever the balance is doing, and ask for type and serial number.

        Raises
        ------
        IdentityError
            Where something else than an MT-SICS balance answers.
        """
        self._link.clear()
        serial_number = self._cancel()
        found = self._link.query("I2")
        match = _TYPE.fullmatch(found.strip())
        if match is None:
            raise IdentityError("an MT-SICS balance", found, instrument=self.name)
        return f"{match[1]}, s/n {serial_number}"

    def prepare(self) -> None:
        """Read once, to know the unit and the decimals; zero and tare stay as they are."""
        self.read()

    def read(self) -> WeightReading:
        """Measure the weight now (kg), stable or not; what is no weight is a reading with a flag."""
        reply = self._link.query("SI")
        time_s = self._link.clock.now()
        line = reply.strip()
        if match := _WEIGHT.fullmatch(line):
            mass_kg = self._mass_kg(match[2], match[3])
            if mass_kg is not None:
                return WeightReading(mass_kg, match[1] == "S", (), time_s)
        elif match := _NO_WEIGHT.fullmatch(line):
            return WeightReading(None, False, (_FLAGS[match[1]],), time_s)
        return WeightReading(None, False, ("unreadable",), time_s)

    def tare(self, timeout_s: float) -> None:
        """Make the present load the new zero, once it is at rest.

        Parameters
        ----------
        timeout_s : float
            Longest bench time to wait for rest, s.

        Raises
        ------
        SettlingError
            Where the load does not come to rest in time.
        RefusedError
            Where the balance cannot tare (load out of its range).
        """
        clock = self._link.clock
        deadline_s = clock.now() + timeout_s
        while True:
            reading = self.read()
            if reading.stable and self._tare_now():
                return
            if clock.now() >= deadline_s:
                last = ", ".join(reading.flags) or ("stable" if reading.stable else "moving")
                message = f"the load did not come to rest within {timeout_s:g} s (last seen: {last}); not tared."
                raise SettlingError(message, timeout_s=timeout_s, instrument=self.name)
            clock.sleep(_TARE_POLL_S)

    def close(self) -> None:
        """Release the link; the balance stays as it is."""
        self._link.close()

    def _cancel(self) -> str:
        self._link.write("@")
        for _ in range(_STALE_LINES):
            line = self._link.read("@").strip()
            if match := _SERIAL_NUMBER.fullmatch(line):
                return match[1]
            # A stream sends weights; anything else is no balance.
            if not line.startswith(("S ", "SI ", "I", "E", "T", "Z")):
                raise IdentityError("an MT-SICS balance", line, instrument=self.name)
        raise IdentityError(
            "an MT-SICS balance", f"{_STALE_LINES} lines without an answer to '@'", instrument=self.name
        )

    def _mass_kg(self, digits: str, unit: str) -> float | None:
        exponent = _KG_EXPONENTS.get(unit)
        if exponent is None:
            return None
        decimals = len(digits.partition(".")[2])
        # through Decimal: 12.345 g is the float nearest to 0.012345 kg
        step_kg = float(Decimal(1).scaleb(exponent - decimals))
        self._readability_kg = step_kg if self._readability_kg is None else min(step_kg, self._readability_kg)
        return float(Decimal(digits).scaleb(exponent))

    def _tare_now(self) -> bool:
        reply = self._link.query("TI")
        match = _TARE.fullmatch(reply.strip())
        if match is None:
            raise ReplyError("TI", reply, "TI S, TI D or TI I", instrument=self.name)
        if match[1] in "L+-":
            raise RefusedError(
                "TI", f"it answers {reply!r}, the load is outside its taring range", instrument=self.name
            )
        return match[1] == "S"


ENTRIES = (
    DriverEntry(
        name="mt_sics",
        role="balance",
        title="Mettler Toledo, MT-SICS level 0 and 1",
        driver=MtSics,
        identity=IDENTITY,
        example='I2 A "XPR205 Excellence 220.00000 g"',
        simulator="mt_sics",
        interfaces=("RS-232", "USB", "LAN"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(9600),
        facts=(Fact("commands and replies", "manual", "MT-SICS interface commands reference"),),
    ),
)
