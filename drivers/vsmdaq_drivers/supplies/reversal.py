"""A unipolar supply made bipolar: down to zero, output off, polarity switch, output on, up again; one step a poll.

Contacts that open under the current of a magnet draw an arc. The switch is therefore moved only when all of this holds, seen
in the same poll: the set-point is zero and was read back, the output is off, the measured current has stayed within
`ReversalTimes.zero_a` for `ReversalTimes.dwell_s` since the output was told to go off (a coil with a free-wheeling diode keeps a
current that the supply does not see: the dwell is for it), and the supply reports no fault. The output is switched on again
only after the position of the switch has been read back.

A new target may come at any moment, and so may `hold`: a switch in motion is always waited for. A set-point of zero belongs to
either polarity and moves nothing. What cannot be verified in time ends in `Stage.FAILED` with a named fault; nothing is sent
from there until the next `start`.

Nothing here knows a command; a driver satisfies `SwitchedSupply` by its shape. Currents are sizes (>= 0) but for the target.
"""

from __future__ import annotations

import math

from vsmdaq_drivers.contracts import InstrumentFaultError
from vsmdaq_drivers.supplies.reversal_parts import Look, ReversalTimes, Stage, SwitchedSupply
from vsmdaq_drivers.supplies.software_ramp import SoftwareRamp

__all__ = ["Reversal"]


class Reversal:
    """Walks a supply with a polarity switch to signed currents.

    Parameters
    ----------
    supply : SwitchedSupply
        The supply.
    ramp : SoftwareRamp
        The ramp of the size of the current.
    times : ReversalTimes
        Threshold, dwell and patience.
    """

    def __init__(self, supply: SwitchedSupply, ramp: SoftwareRamp, times: ReversalTimes) -> None:
        self._supply = supply
        self._ramp = ramp
        self._times = times.checked(supply.name)
        self._stage = Stage.RAMP
        self._sign = 1  # position of the switch as last verified
        self._going_to = 1  # where it was sent
        self._target_a = 0.0
        self._rate_a_per_s = 0.0
        self._since_s = 0.0
        self._asked = False  # for a current, since the supply was found
        self._quiet_s: float | None = None  # output seen off and no current since
        self._fault = ""

    @property
    def stage(self) -> Stage:
        """Get where the sequence is."""
        return self._stage

    @property
    def sign(self) -> int:
        """Get the polarity as last verified: 1 normal, -1 reversed."""
        return self._sign

    @property
    def size_set_point_a(self) -> float:
        """Get the size of the set-point as last sent or found (A)."""
        return self._ramp.set_point_a

    @property
    def target_a(self) -> float:
        """Get the signed current (A) it is on its way to."""
        return self._target_a

    @property
    def faults(self) -> tuple[str, ...]:
        """Get what could not be verified; empty when all went well."""
        return (self._fault,) if self._fault else ()

    def found(self, look: Look, sign: int) -> None:
        """The supply was found so, and stays so."""
        self._sign = self._going_to = sign
        self._fault = ""
        self._asked = False
        self._ramp.rest_at(look.set_point_a)
        self._target_a = sign * look.set_point_a if look.output_on else 0.0
        self._enter(Stage.RAMP if look.output_on else Stage.OFF, look.time_s)

    def start(self, target_a: float, rate_a_per_s: float, look: Look) -> None:
        """Begin to walk to a signed current (A); the first step comes with the next poll.

        Raises
        ------
        InstrumentFaultError
            The switch is in neither position, and the target is not zero. Nothing was sent.
        """
        target_a = self._ramp.on_grid(target_a)
        in_motion = self._stage is Stage.SWITCHING
        if not in_motion:
            position = self._supply.read_polarity()
            if position == 0 and target_a != 0.0:
                raise InstrumentFaultError(("polarity switch in neither position",), instrument=self._supply.name)
            self._sign = self._going_to = position or self._sign
        self._fault = ""
        self._asked = True
        self._target_a, self._rate_a_per_s = target_a, rate_a_per_s
        if in_motion:
            return
        self._from_present_current(look)
        # an output that was just told to go off may still look on; but then it carries no current
        still_on = self._stage is Stage.OFF and abs(look.size_a) <= self._times.zero_a
        if look.output_on and self._stage not in {Stage.RAMP, Stage.ZERO} and not still_on:
            self._enter(Stage.RAMP, look.time_s)
        elif not look.output_on and self._stage is not Stage.ON:
            self._enter(Stage.OFF, look.time_s)
        self._ramp.start(self._leg_a(), rate_a_per_s, look.time_s)

    def hold(self) -> None:
        """Stop where the current is: zero where the output is off or the switch moves."""
        if self._stage is Stage.RAMP:
            self._ramp.hold()
            self._target_a = self._sign * self._ramp.set_point_a
        else:
            self._target_a = 0.0

    def position_seen(self, position: int) -> None:
        """The position of the switch was looked at in between: it must be where it was left."""
        if self._stage in {Stage.RAMP, Stage.ZERO} and position != self._sign:
            self._fail("polarity switch has moved by itself")

    def advance(self, look: Look) -> None:
        """Take the next step, if it is time for one.

        Raises
        ------
        RefusedError
            A set-point is read back as another one.
        """
        if self._stage is Stage.RAMP:
            self._walk(look)
        elif self._stage is Stage.ZERO:
            self._wait_for_zero(look)
        elif self._stage is Stage.OFF:
            self._wait_quietly(look)
        elif self._stage is Stage.SWITCHING:
            self._wait_for_switch(look)
        elif self._stage is Stage.ON:
            self._wait_for_output(look)

    def ramping(self, size_a: float) -> bool:
        """Whether it is still on its way, given the size of the current just measured (A)."""
        if self._stage is Stage.FAILED:
            return False
        if self._stage is Stage.RAMP:
            return self._ramp.set_point_a != abs(self._target_a) or self._must_reverse() or self._ramp.ramping(size_a)
        if self._stage is Stage.OFF:
            return self._target_a != 0.0 or abs(size_a) > self._times.zero_a
        return True

    # --- the stages ----------------------------------------------------------------------------------------------

    def _walk(self, look: Look) -> None:
        if self._ramp.readback_due(look.time_s):
            self._ramp.check(self._supply.read_set_point(), instrument=self._supply.name)
        if not look.output_on and look.healthy and (self._ramp.set_point_a > 0.0 or self._target_a != 0.0):
            self._fail("output is off")
            return
        leg_a = self._leg_a()
        if self._ramp.target_a != leg_a:
            self._ramp.start(leg_a, self._rate_a_per_s, look.time_s)
        if not look.healthy and leg_a > self._ramp.set_point_a:
            return  # with a fault only downwards
        next_a = self._ramp.next_set_point(look.size_a, look.time_s)
        if next_a is not None:
            self._ramp.sent(next_a, self._supply.send_set_point(next_a), look.time_s)
        elif self._must_reverse() and self._at_zero():
            self._enter(Stage.ZERO, look.time_s)
            self._wait_for_zero(look)

    def _wait_for_zero(self, look: Look) -> None:
        if not self._must_reverse():
            self._enter(Stage.RAMP, look.time_s)
        elif not look.healthy:
            return
        elif abs(look.size_a) <= self._times.zero_a:
            self._supply.send_output(on=False)
            self._enter(Stage.OFF, look.time_s)
            self._quiet_s = look.time_s  # from now, if every look from here on agrees
        elif self._too_long(look):
            self._fail("current does not come to zero, polarity not switched")

    def _wait_quietly(self, look: Look) -> None:
        quiet = not look.output_on and abs(look.size_a) <= self._times.zero_a
        if not quiet:
            self._quiet_s = None
            if self._too_long(look):
                self._fail("output does not switch off" if look.output_on else "current flows though the output is off")
            return
        self._quiet_s = look.time_s if self._quiet_s is None else self._quiet_s
        if not self._asked:
            return
        if look.set_point_a != 0.0 or not self._at_zero():
            command = self._supply.send_set_point(0.0)
            self._ramp.sent(0.0, command, look.time_s)
            self._ramp.check(self._supply.read_set_point(), instrument=self._supply.name)
        elif self._target_a == 0.0 or not look.healthy:
            return
        elif not self._must_reverse():
            self._enter(Stage.ON, look.time_s)
            self._supply.send_output(on=True)
        elif look.time_s - self._quiet_s >= self._times.dwell_s:
            self._going_to = -self._sign
            self._enter(Stage.SWITCHING, look.time_s)
            self._supply.send_polarity(self._going_to)

    def _wait_for_switch(self, look: Look) -> None:
        if look.time_s - self._since_s < self._times.settle_s:
            return
        if look.output_on:
            self._fail("output has come on while the polarity switch moves")
        elif self._supply.read_polarity() == self._going_to:
            self._sign = self._going_to
            self._enter(Stage.OFF, look.time_s)
            self._wait_quietly(look)
        elif self._too_long(look):
            self._fail("polarity switch does not arrive")

    def _wait_for_output(self, look: Look) -> None:
        if look.output_on:
            self._ramp.rest_at(0.0)
            self._ramp.start(self._leg_a(), self._rate_a_per_s, look.time_s)
            self._enter(Stage.RAMP, look.time_s)
        elif self._too_long(look):
            self._fail("output does not switch on")

    # --- what they share -----------------------------------------------------------------------------------------

    def _enter(self, stage: Stage, now_s: float) -> None:
        self._stage, self._since_s, self._quiet_s = stage, now_s, None

    def _fail(self, fault: str) -> None:
        self._stage, self._fault = Stage.FAILED, fault
        self._ramp.hold()

    def _too_long(self, look: Look) -> bool:
        return look.time_s - self._since_s > self._times.patience_s

    def _must_reverse(self) -> bool:
        return self._target_a * self._sign < 0.0

    def _leg_a(self) -> float:
        """Where the set-point goes with the switch as it is."""
        return 0.0 if self._must_reverse() else abs(self._target_a)

    def _at_zero(self) -> bool:
        """Whether a set-point of zero was sent and read back."""
        return self._ramp.set_point_a == 0.0 and not self._ramp.readback_due(math.inf)

    def _from_present_current(self, look: Look) -> None:
        """Put the set-point where the current is: after a trip or at the voltage limit they differ."""
        self._ramp.rest_at(look.set_point_a)
        first_a = self._ramp.begin_from(abs(look.size_a))
        if first_a is not None and first_a < look.set_point_a:
            self._ramp.sent(first_a, self._supply.send_set_point(first_a), look.time_s)
