"""A bipolar current source that has no ramp of its own, stepped by the driver: what Kepco and generic SCPI have in common.

It is a part that a driver holds, not a base class. It keeps the order of things in which the current never jumps:

* `prepare` finds the supply as it is. With a current flowing, mode and output are left alone, and the set-point is brought
  to the measured current, so that the next ramp starts where the current is. Without one, mode, set-point 0 A and voltage limit
  are set and read back, and the output is switched on only then.
* `ramp_to` sends no set-point but that one; the steps come with `poll` (see `software_ramp`).
* The output found off, and status bits other than those of the voltage limit, are faults: the set-point stays. With the output
  on, a ramp to zero is still made.

A poll costs the current, the status word where there is one, and, as they fall due, the readback of the last step and the next
step; every 0.5 s the state of the output. To be on time call it every 0.1 to 0.5 s: a ramp polled less often than once
a second gets slower, never steeper.
"""

from __future__ import annotations

from vsmdaq_drivers.contracts import CurrentLimits, InstrumentFaultError, LimitError, Link, RefusedError, SupplyReading
from vsmdaq_drivers.supplies.software_ramp import SoftwareRamp
from vsmdaq_drivers.supplies.supply_commands import SupplyCommands, SupplyDialogue

__all__ = ["SteppedSupply"]

# Output and faults are looked at this often while polling, so that a trip is known within a second.
_SLOW_LOOK_S = 0.5
# The measured voltage counts as the limit from this fraction of it on: accuracies of limit and reading.
_AT_LIMIT = 0.97
_LOWEST_RATE_A_PER_S = 1e-4


class SteppedSupply:
    """Set-point, output and ramp of a supply without ramp.

    Parameters
    ----------
    link : Link
        The wire.
    limits : CurrentLimits
        The narrower of magnet and supply.
    commands : SupplyCommands
        Its texts.
    ramp : SoftwareRamp
        Its ramp.
    compliance_v : float
        Voltage limit, V.
    compliance_readback_v : float
        Largest difference between the voltage limit sent and read back, V.
    zero_a : float
        Measured currents up to this are zero, A.
    """

    def __init__(
        self,
        link: Link,
        limits: CurrentLimits,
        commands: SupplyCommands,
        ramp: SoftwareRamp,
        *,
        compliance_v: float,
        compliance_readback_v: float,
        zero_a: float,
    ) -> None:
        self._link = link
        self._limits = limits
        self._talk = SupplyDialogue(link, commands)
        self._ramp = ramp
        self._compliance_v = compliance_v
        self._compliance_readback_v = compliance_readback_v
        self._zero_a = zero_a
        self._on = False
        self._faults: tuple[str, ...] = ()
        self._slow_look_s: float | None = None

    # --- before the first ramp ------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the supply ready without a jump of the current.

        Raises
        ------
        RefusedError
            A setting reads back as something else, a current flows in another mode than current mode, or there is a
            current where there must be none.
        InstrumentFaultError
            The supply reports a fault.
        """
        for command in self._talk.commands.first:
            self._link.write(command)
        on, current_a = self._talk.output_on(), self._talk.measured_a()
        if abs(current_a) <= self._zero_a:
            self._prepare_at_zero(on=on)
        elif on:
            self._take_over(current_a)
        else:
            reason = f"the output is off, but {current_a:+.3f} A flow; wait until the current has run down"
            raise RefusedError(self._talk.commands.output_on, reason, instrument=self._link.name)
        self._talk.check_errors()
        self._look()
        if self._faults:
            raise InstrumentFaultError(self._faults, instrument=self._link.name)

    def _prepare_at_zero(self, *, on: bool) -> None:
        talk = self._talk
        mode = talk.commands.mode
        if mode is not None and not (mode.query and talk.has(mode)):
            if on:
                talk.switch(on=False)
                on = False
            talk.make(mode)
        for setting in talk.commands.at_zero:
            talk.make(setting)
        self._set_verified_point(0.0)
        self._set_compliance()
        current_a = talk.measured_a()
        if abs(current_a) > self._zero_a:
            reason = f"at a set-point of 0 A the current is {current_a:+.3f} A"
            raise RefusedError(talk.commands.output_on, reason, instrument=self._link.name)
        if not on:
            talk.switch(on=True)

    def _take_over(self, current_a: float) -> None:
        """A current flows: the ramp starts from it, and the voltage limit must not cut it."""
        talk, mode = self._talk, self._talk.commands.mode
        if mode is not None and not talk.has(mode):
            reason = f"{current_a:+.3f} A flow in another mode; bring the current to zero at the panel"
            raise RefusedError(mode.command, reason, instrument=self._link.name)
        self._ramp.rest_at(talk.set_point_a())
        self._begin_from(current_a)
        if abs(talk.measured_v()) < _AT_LIMIT * self._compliance_v:
            self._set_compliance()
        else:
            # a lower limit would make the current jump: the one that is set stays, and is known
            self._compliance_v = abs(talk.voltage_limit_v())

    def _set_verified_point(self, point_a: float) -> None:
        # Whatever was there before: it is the current now, or the current is zero.
        self._ramp.rest_at(point_a)
        self._send_point(point_a)
        self._link.clock.sleep(self._ramp.readback_delay_s)
        self._check_point()

    def _set_compliance(self) -> None:
        talk = self._talk
        if not talk.commands.voltage:
            return
        command = talk.commands.set_voltage(self._compliance_v)
        self._link.write(command)
        self._link.clock.sleep(self._ramp.readback_delay_s)
        found_v = talk.voltage_limit_v()
        if abs(found_v - self._compliance_v) > self._compliance_readback_v:
            raise RefusedError(command, f"the voltage limit reads back {found_v:.4f} V", instrument=self._link.name)

    # --- ramp -----------------------------------------------------------------------------------------------------

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        """Start a ramp; see `FieldSupply.ramp_to`.

        Raises
        ------
        LimitError
            Beyond what magnet or supply allow; nothing was sent.
        InstrumentFaultError
            The supply reports a fault, and another current than zero was asked for.
        RefusedError
            A set-point reads back as something else.
        """
        name = self._link.name
        self._limits.check_current(current_a, instrument=name)
        self._limits.check_rate(rate_a_per_s, instrument=name)
        if rate_a_per_s < _LOWEST_RATE_A_PER_S:
            highest = self._limits.max_rate_a_per_s
            raise LimitError("ramp rate", rate_a_per_s, _LOWEST_RATE_A_PER_S, highest, "A/s", instrument=name)
        target_a = round(current_a, self._talk.commands.digits)
        self._look()
        if self._faults and target_a != 0.0:
            raise InstrumentFaultError(self._faults, instrument=name)
        if not self._on:
            # Nothing is left to ramp; but the output must not come back with the old set-point.
            self._ramp.rest_at(0.0)
            self._link.write(self._talk.commands.set_current(0.0))
            return
        self._begin_from(self._talk.measured_a())
        self._ramp.start(target_a, rate_a_per_s, self._link.clock.now())

    def poll(self) -> SupplyReading:
        """Look at the supply and take the next step of the ramp.

        Raises
        ------
        RefusedError
            A set-point reads back as something else.
        """
        current_a = self._talk.measured_a()
        time_s = self._link.clock.now()
        word, late = self._talk.status(), self._ramp.behind(current_a)
        if word or late or self._slow_look_s is None or time_s - self._slow_look_s >= _SLOW_LOOK_S:
            self._look(word)
        flags = self._flags(word, late=late)
        blocked = not self._on or (bool(self._faults) and self._ramp.target_a != 0.0)
        if blocked:
            self._ramp.hold()
        else:
            self._step(current_a)
        ramping = not blocked and self._ramp.ramping(current_a)
        return SupplyReading(current_a, self._ramp.set_point_a, ramping, self._faults, flags, time_s)

    def stop(self) -> None:
        """Stop a ramp where it is: the set-point stays, and nothing needs to be sent."""
        self._ramp.hold()

    def _begin_from(self, current_a: float) -> None:
        point_a = self._ramp.begin_from(current_a)
        if point_a is not None:
            self._set_verified_point(point_a)

    def _step(self, current_a: float) -> None:
        if self._ramp.readback_due(self._link.clock.now()):
            self._check_point()
        point_a = self._ramp.next_set_point(current_a, self._link.clock.now())
        if point_a is not None:
            self._send_point(point_a)

    def _send_point(self, point_a: float) -> None:
        command = self._talk.commands.set_current(point_a)
        self._link.write(command)
        self._ramp.sent(point_a, command, self._link.clock.now())

    def _check_point(self) -> None:
        self._ramp.check(self._talk.set_point_a(), instrument=self._link.name)

    def _flags(self, word: int, *, late: bool) -> tuple[str, ...]:
        limiting = bool(word & self._talk.commands.limiting_bits)
        if late and not limiting and self._on and self._talk.commands.measured_voltage:
            limiting = abs(self._talk.measured_v()) >= _AT_LIMIT * self._compliance_v
        if limiting:
            return ("compliance",)
        return ("not_following",) if late and self._on else ()

    def _look(self, word: int | None = None) -> None:
        self._on = self._talk.output_on()
        faults = self._talk.fault_names(self._talk.status() if word is None else word)
        self._faults = faults if self._on else ("output off", *faults)
        self._slow_look_s = self._link.clock.now()
