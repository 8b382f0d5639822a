"""Lake Shore 643 and 648 electromagnet power supplies: bipolar, ±70.1 A and ±135.1 A, ramp by themselves.

What the manual leaves open, and what is done about it:

* What ``SETI`` beyond the soft ``LIMIT`` does (clipped, or refused with an execution error) is not verified. After
  each ``SETI`` the set-point is read back; another value than sent is a RefusedError with both values.
* Which of ``OPST?`` and ``OPSTR?`` is live and which latched: the 643 and 648 manuals say ``OPST?`` is live, a page of the 642
  manual and the vendor's Python driver have it the other way round. The ramp counts as done only when the bit has
  been seen since the ramp began *and* the measured current is at the set-point within 20 mA + 0.1 % (accuracy of
  setting and of reading, 10 mA + 0.05 % and 5 mA + 0.05 %, data sheet remembered): a bit left from the ramp before does not pass, nor
  is one lost that was cleared by reading it.
* What the ramp-done bit does after ``STOP`` is not said. Until the next ramp the supply then counts as ramping while
  two looks differ by more than 20 mA; before the first ramp either tells that it stands. ``STOP`` is not answered: where the
  current still moves when its 2 s are over, it is sent again.
* Ramp segments (``RSEG 1``) would override ``RATE`` (manual). `prepare` switches them off, verified.
* External programming (``XPGM``) is switched off only while no current flows: the output could jump to ``SETI``.
* Faults are read with ``ERST?`` (manual: live; ``ERSTR?`` latched), never cleared with ``ERCL`` here. Once there was one, both are
  asked until both are empty, and `prepare` asks twice: so that it does not matter which of the two is the live one.
* The step of the set-point is taken as 0.1 mA, the last digit of ``SETI`` (manual: format; data sheet, remembered).

Source: Lake Shore 643/648 user's manuals, computer interface chapter; vendor's driver.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from vsmdaq_drivers.contracts import (
    CurrentLimits,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    Link,
    RefusedError,
    SupplyHandling,
    SupplyReading,
    VoltageReading,
)
from vsmdaq_drivers.entry import CR_LF, DriverEntry, Fact
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.replies import parse_integers, parse_number
from vsmdaq_drivers.supplies.lakeshore_643_faults import fault_names

__all__ = ["ENTRIES", "IDENTITY", "OWN_LIMITS", "LakeShore643", "LakeShore648"]

IDENTITY = r"LSCI\s*,\s*MODEL643\b"
OWN_LIMITS = CurrentLimits(max_current_a=70.1, max_rate_a_per_s=50.0)


@dataclass(frozen=True, slots=True)
class _Model:
    """What the models differ in."""

    title: str
    identity: str
    own_limits: CurrentLimits


_MODEL_643 = _Model("a Lake Shore 643", IDENTITY, OWN_LIMITS)
_MODEL_648 = _Model("a Lake Shore 648", r"LSCI\s*,\s*MODEL648\b", CurrentLimits(135.1, 50.0))

_RESOLUTION_A = _LOWEST_RATE_A_PER_S = 1e-4
_ZERO_A = 0.02
_SLOW_LOOK_S = 0.5  # faults and set-point are looked at this often while polling: a trip is known within a second
_STOP_S = 2.0  # manual
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

    _model = _MODEL_643

    def __init__(self, link: Link, limits: CurrentLimits) -> None:
        self._link = link
        self._limits = limits.narrower(self._model.own_limits)
        self._rate_a_per_s: float | None = None  # as last verified
        self._set_point_a = 0.0
        self._faults: tuple[str, ...] = ()
        self._slow_look_s: float | None = None
        self._done_seen = self._begun = self._stopped = False
        self._stop_s = 0.0
        self._last_current_a: float | None = None

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    @property
    def limits(self) -> CurrentLimits:
        """Get the narrower of magnet and supply (A, A/s; at most ±70.1 A and 50 A/s, ±135.1 A for the 648)."""
        return self._limits

    @property
    def resolution_a(self) -> float:
        """Get the smallest step of the set-point (A, 0.0001)."""
        return _RESOLUTION_A

    @property
    def handling(self) -> SupplyHandling:
        """Get how often it is polled (s), what a change of sign takes (s), and what counts as zero (A)."""
        return SupplyHandling(ramps_itself=True)

    def identify(self) -> str:
        """Ask for the identity.

        Raises
        ------
        IdentityError
            Where another instrument answers.
        """
        found = self._link.query("*IDN?")
        if not re.match(self._model.identity, found.strip(), re.IGNORECASE):
            raise IdentityError(self._model.title, found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Take the set-point from the interface alone, ramp by ``RATE`` alone, and have no fault. The current stays.

        Raises
        ------
        RefusedError
            Where a setting does not read back, or the output is programmed from outside and a current flows.
        InstrumentFaultError
            Where the supply reports a fault; it is not cleared.
        """
        if self._ask_index("XPGM?") != 0:
            current_a = self._ask_number("RDGI?")
            if abs(current_a) > _ZERO_A:
                reason = f"the output is programmed from outside and {current_a:+.3f} A flow; bring them to zero first"
                raise RefusedError("XPGM 0", reason, instrument=self.name)
            self._set_to_zero("XPGM")
        self._set_to_zero("RSEG")
        self._rate_a_per_s = None
        self._faults = ()
        self._slow_look()
        if self._faults:
            self._slow_look()  # the first look may have been at what is past
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
            The same, while there is a fault.
        """
        self._limits.check_current(current_a, instrument=self.name)
        self._limits.check_rate(rate_a_per_s, instrument=self.name)
        if rate_a_per_s < _LOWEST_RATE_A_PER_S:
            highest = self._limits.max_rate_a_per_s
            raise LimitError("ramp rate", rate_a_per_s, _LOWEST_RATE_A_PER_S, highest, "A/s", instrument=self.name)
        self._set_rate(rate_a_per_s)
        wanted_a = round(current_a, 4) + 0.0  # no "-0.0000"
        command = f"SETI {wanted_a:+.4f}"
        self._done_seen = self._stopped = False
        self._begun = True
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
        if self._stopped and ramping and time_s - self._stop_s > _STOP_S:
            self._send_stop()
        self._last_current_a = current_a
        states = ((_COMPLIANCE, "compliance"), (_POWER_LIMIT, "power_limit"))
        flags = tuple(flag for bit, flag in states if word & bit)
        return SupplyReading(current_a, self._set_point_a, ramping, self._faults, flags, time_s)

    def measure_voltage(self) -> VoltageReading:
        """Measure the voltage at the output (V)."""
        voltage_v = self._ask_number("RDGV?")
        return VoltageReading(voltage_v, (), self._link.clock.now())

    def stop(self) -> None:
        """Stop a ramp where it is, within 2 s (manual); the current stays."""
        self._send_stop()
        self._stopped = True
        self._last_current_a = None

    def close(self) -> None:
        """Release the link; the supply stays as it is, current included."""
        self._link.close()

    def _send_stop(self) -> None:
        self._link.write("STOP")
        self._stop_s = self._link.clock.now()

    def _set_to_zero(self, name: str) -> None:
        command = f"{name} 0"
        self._link.write(command)
        found = self._ask_index(f"{name}?")
        if found != 0:
            raise RefusedError(command, f"it reads back {found}", instrument=self.name)

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
        stands = self._last_current_a is not None and abs(current_a - self._last_current_a) <= _ZERO_A
        if self._stopped:
            return not stands
        if not self._begun:
            return not (stands or self._done_seen)
        tolerance_a = 0.02 + 1e-3 * abs(self._set_point_a)
        return not (self._done_seen and abs(current_a - self._set_point_a) <= tolerance_a)

    def _slow_look(self) -> None:
        self._set_point_a = self._ask_number("SETI?")
        hardware, operational = self._errors("ERST?")
        if hardware or operational or self._faults:
            others = self._errors("ERSTR?")
            hardware, operational = hardware | others[0], operational | others[1]
        self._faults = fault_names(hardware, operational)
        self._slow_look_s = self._link.clock.now()

    def _errors(self, query: str) -> tuple[int, int]:
        hardware, operational = parse_integers(query, self._link.query(query), 2, highest=255, instrument=self.name)
        return hardware, operational

    def _ask_index(self, query: str) -> int:
        (found,) = parse_integers(query, self._link.query(query), 1, highest=9, instrument=self.name)
        return found

    def _ask_number(self, query: str) -> float:
        return parse_number(query, self._link.query(query), instrument=self.name)


class LakeShore648(LakeShore643):
    """Driver of the 648: the same language, ±135.1 A."""

    _model = _MODEL_648


_FACTS = (
    Fact("commands, formats and status bits", "manual", "643 and 648 user's manuals, ch. 5"),
    Fact(
        "OPST? is live and OPSTR? latched, ERST? and ERSTR? likewise",
        "manual",
        "643 and 648; one page of the 642 differs",
    ),
    Fact("SETI beyond LIMIT is clipped or refused", "assumed", "read back after each SETI"),
    Fact("STOP ends a ramp within 2 s", "manual", "643 and 648 user's manuals, ch. 5"),
)


def _entry(model: str, driver: type[LakeShore643], facts: _Model) -> DriverEntry:
    return DriverEntry(
        name=f"lakeshore_{model}",
        role="supply",
        title=f"Lake Shore {model}",
        driver=driver,
        identity=facts.identity,
        example=f"LSCI,MODEL{model},{model}0001,1.0/1.0",
        simulator=f"lakeshore_{model}",
        interfaces=("GPIB", "RS-232", "USB"),
        bus=CR_LF,
        serial_line=CR_LF,
        serial=SerialSettings(57600, 7, "odd", 1, pause_s=0.05),
        limits=f"±{facts.own_limits.max_current_a} A, 50 A/s",
        own_limits=facts.own_limits,
        facts=_FACTS,
    )


ENTRIES = (_entry("643", LakeShore643, _MODEL_643), _entry("648", LakeShore648, _MODEL_648))
