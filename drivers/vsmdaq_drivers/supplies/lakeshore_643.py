"""Lake Shore 643 electromagnet power supply: bipolar, ±70.1 A, ramps by itself.

What the manual leaves open, and what is done about it:

* What ``SETI`` beyond the soft ``LIMIT`` does (clipped, or refused with an execution error) is not verified. After
  each ``SETI`` the set-point is read back; another value than sent is a RefusedError with both values.
* Which of ``OPST?`` and ``OPSTR?`` is live and which latched: the 643 and 648 manuals say ``OPST?`` is live, a page of the 642
  manual and the vendor's Python driver have it the other way round. The ramp counts as done only when the bit has
  been seen since the ramp began *and* the measured current is at the set-point within 20 mA + 0.1 % (accuracy of
  setting and of reading, which the data sheet gives as 10 mA + 0.05 % and 5 mA + 0.05 %, remembered): a bit left from the ramp before
  does not pass, nor is one lost that was cleared by reading it.
* What the ramp-done bit does after ``STOP`` is not said. Until the next ramp the supply then counts as ramping while
  two looks differ by more than 20 mA.
* Ramp segments (``RSEG 1``) would override ``RATE`` (manual). `prepare` switches them off, verified.
* Faults are read with ``ERST?`` (manual: live; ``ERSTR?`` latched), never cleared here.
* The step of the set-point is taken as 0.1 mA, the last digit of ``SETI`` (manual: format; data sheet, remembered).

Source: Lake Shore 643/648 user's manuals, computer interface chapter; vendor's driver em_power_supply.
"""

from __future__ import annotations

import re

from vsmdaq_drivers.contracts import (
    CurrentLimits,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    Link,
    RefusedError,
    SupplyReading,
)
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import parse_integers, parse_number

__all__ = ["ENTRIES", "IDENTITY", "OWN_LIMITS", "LakeShore643"]

IDENTITY = r"LSCI\s*,\s*MODEL643\b"
OWN_LIMITS = CurrentLimits(max_current_a=70.1, max_rate_a_per_s=50.0)

_RESOLUTION_A = 1e-4
_LOWEST_RATE_A_PER_S = 1e-4
# Faults and set-point are looked at this often while polling, so that a trip is known within a second.
_SLOW_LOOK_S = 0.5
_HARDWARE_FAULTS = (
    "output control failure",
    "DAC error",
    "output over current",
    "output over voltage",
    "over temperature",
    "output stage protect",
)
_OPERATIONAL_FAULTS = (
    "calibration error",
    "external current program error",
    "temperature high",
    "low line voltage",
    "high line voltage",
    "magnet water flow",
    "power supply water flow",
    "remote inhibit",
)
_COMPLIANCE, _RAMP_DONE, _POWER_LIMIT = 0b001, 0b010, 0b100


class LakeShore643:
    """Driver of the 643; satisfies the role `FieldSupply`.

    Parameters
    ----------
    link : Link
        The wire.
    limits : CurrentLimits
        What the magnet allows; narrowed by the supply's own ±70.1 A and 50 A/s.

    Notes
    -----
    `poll` costs two messages (``RDGI?``, ``OPST?``). Two more (``SETI?``, ``ERST?``) are sent with the first poll of a
    ramp, whenever the supply reports compliance or power limit, and otherwise 0.5 s of bench time after the last time:
    a fault is noticed by the first poll that is 0.5 s or later after it.
    """

    def __init__(self, link: Link, limits: CurrentLimits) -> None:
        self._link = link
        self._limits = limits.narrower(OWN_LIMITS)
        self._rate_a_per_s: float | None = None  # as last verified
        self._set_point_a = 0.0
        self._faults: tuple[str, ...] = ()
        self._slow_look_s: float | None = None
        self._done_seen = False
        self._stopped = False
        self._last_current_a: float | None = None

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s; at most ±70.1 A and 50 A/s)."""
        return self._limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A, 0.0001)."""
        return _RESOLUTION_A

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        found = self._link.query("*IDN?")
        if not re.match(IDENTITY, found.strip(), re.IGNORECASE):
            raise IdentityError("a Lake Shore 643", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Take the set-point from the interface alone, ramp by ``RATE`` alone, and have no fault. The current stays.

        Raises
        ------
        RefusedError
            Where a setting does not read back.
        InstrumentFaultError
            Where the supply reports a fault; it is not cleared.
        """
        for command in ("XPGM 0", "RSEG 0"):
            self._link.write(command)
            query = f"{command.split(' ', maxsplit=1)[0]}?"
            (found,) = parse_integers(query, self._link.query(query), 1, highest=9, instrument=self.name)
            if found != 0:
                raise RefusedError(command, f"it reads back {found}", instrument=self.name)
        self._rate_a_per_s = None
        self._slow_look()
        if self._faults:
            raise InstrumentFaultError(self._faults, instrument=self.name)

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp and return at once.

        Parameters
        ----------
        current_a : float
            New set-point, A; sent to 0.1 mA.
        rate_a_per_s : float
            Size of dI/dt, A/s; sent to 0.1 mA/s.

        Raises
        ------
        LimitError
            Beyond what magnet or supply allow; nothing was sent.
        RefusedError
            Rate or set-point read back as something else.
        InstrumentFaultError
            The same, while the supply reports a fault.
        """
        self._limits.check_current(current_a, instrument=self.name)
        self._limits.check_rate(rate_a_per_s, instrument=self.name)
        if rate_a_per_s < _LOWEST_RATE_A_PER_S:
            highest = self._limits.max_rate_a_per_s
            raise LimitError("ramp rate", rate_a_per_s, _LOWEST_RATE_A_PER_S, highest, "A/s", instrument=self.name)
        self._set_rate(rate_a_per_s)
        wanted_a = round(current_a, 4) + 0.0  # no "-0.0000"
        command = f"SETI {wanted_a:+.4f}"
        self._done_seen = False
        self._stopped = False
        self._slow_look_s = None
        self._link.write(command)
        found_a = self._ask_number("SETI?")
        self._set_point_a = found_a
        if abs(found_a - wanted_a) > _RESOLUTION_A / 2:
            self._slow_look()
            if self._faults:
                raise InstrumentFaultError(self._faults, instrument=self.name)
            reason = f"the set-point reads back {found_a:+.4f} A; see LIMIT in the supply's menu"
            raise RefusedError(command, reason, instrument=self.name)

    def poll(self) -> SupplyReading:
        """Look at the supply; see the notes of the class for what it costs."""
        current_a = self._ask_number("RDGI?")
        time_s = self._link.clock.now()
        (word,) = parse_integers("OPST?", self._link.query("OPST?"), 1, highest=255, instrument=self.name)
        limiting = bool(word & (_COMPLIANCE | _POWER_LIMIT))
        if limiting or self._slow_look_s is None or time_s - self._slow_look_s >= _SLOW_LOOK_S:
            self._slow_look()
        self._done_seen = self._done_seen or bool(word & _RAMP_DONE)
        ramping = self._is_ramping(current_a)
        self._last_current_a = current_a
        states = ((_COMPLIANCE, "compliance"), (_POWER_LIMIT, "power_limit"))
        flags = tuple(flag for bit, flag in states if word & bit)
        return SupplyReading(current_a, self._set_point_a, ramping, self._faults, flags, time_s)

    def stop(self) -> None:
        """Stop a ramp where it is, within 2 s (manual); the current stays."""
        self._link.write("STOP")
        self._stopped = True
        self._last_current_a = None

    def close(self) -> None:
        """Release the link; the supply stays as it is, current included."""
        self._link.close()

    def _set_rate(self, rate_a_per_s: float) -> None:
        command = f"RATE {rate_a_per_s:.4f}"
        wanted_a_per_s = float(f"{rate_a_per_s:.4f}")
        # Sent each time, since somebody may have turned it at the panel; read back when it is a new one.
        self._link.write(command)
        if wanted_a_per_s == self._rate_a_per_s:
            return
        found_a_per_s = self._ask_number("RATE?")
        if abs(found_a_per_s - wanted_a_per_s) > _LOWEST_RATE_A_PER_S / 2:
            raise RefusedError(command, f"the rate reads back {found_a_per_s:.4f} A/s", instrument=self.name)
        self._rate_a_per_s = wanted_a_per_s

    def _is_ramping(self, current_a: float) -> bool:
        if self._stopped:
            return self._last_current_a is None or abs(current_a - self._last_current_a) > 0.02
        tolerance_a = 0.02 + 1e-3 * abs(self._set_point_a)
        return not (self._done_seen and abs(current_a - self._set_point_a) <= tolerance_a)

    def _slow_look(self) -> None:
        self._set_point_a = self._ask_number("SETI?")
        hardware, operational = parse_integers("ERST?", self._link.query("ERST?"), 2, highest=255, instrument=self.name)
        self._faults = _named(hardware, _HARDWARE_FAULTS, "hardware") + _named(
            operational, _OPERATIONAL_FAULTS, "operational"
        )
        self._slow_look_s = self._link.clock.now()

    def _ask_number(self, query: str) -> float:
        return parse_number(query, self._link.query(query), instrument=self.name)


def _named(word: int, names: tuple[str, ...], kind: str) -> tuple[str, ...]:
    known = tuple(name for bit, name in enumerate(names) if word >> bit & 1)
    # a bit that the manual does not explain is a fault all the same
    return known + tuple(f"{kind} error bit {bit}" for bit in range(len(names), 8) if word >> bit & 1)


ENTRIES = (
    DriverEntry(
        name="lakeshore_643",
        role="supply",
        title="Lake Shore 643",
        driver=LakeShore643,
        identity=IDENTITY,
        example="LSCI,MODEL643,6430001,1.0/1.0",
        simulator="lakeshore_643",
        interfaces=("GPIB", "RS-232", "USB"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(57600, 7, "odd", 1, pause_s=0.05),
        limits="±70.1 A, 50 A/s",
        own_limits=OWN_LIMITS,
        facts=(
            Fact("commands, formats and status bits", "manual", "643/648 user's manual, ch. 5"),
            Fact("OPST? is live and OPSTR? latched", "manual", "643 and 648; one page of the 642 says the reverse"),
            Fact("SETI beyond LIMIT is clipped or refused", "assumed", "read back after each SETI"),
        ),
    ),
)
