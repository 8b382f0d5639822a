"""Output stage of a Danfysik: main contactor, polarity switch, set-point register, interlocks; what flows and what is read."""

from __future__ import annotations

import math

from vsmdaq_sim.instruments.common.ports import MagnetPart, SimClock
from vsmdaq_sim.instruments.supplies.polarity_relay import PolarityRelay

__all__ = ["DanfysikOutput"]

_OVERCURRENT = 10
_LOOK_S = 0.02  # how often the unit looks whether its current is zero, to reverse by itself


class DanfysikOutput:
    """The output stage.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    clock : SimClock
        The bench's clock.
    relay : PolarityRelay
        The polarity switch.
    full_scale_a : float
        Nominal current, A.
    counts : int
        Set-point register at full scale.
    compliance_v : float
        Largest voltage, V.
    slew_a_per_s : float
        Its own slew, A/s; 0 for none: the set-point is a jump.
    power_on_s : float
        Time from ``N`` until the contactor has closed, s.
    signed : bool
        The set-point carries the sign, and the unit switches its polarity by itself at zero.

    Attributes
    ----------
    counts : int
        As given.
    register : int
        Set-point as written.
    interlocks : set of int
        Status characters that are tripped.
    held : set of int
        Those whose cause is still there: they cannot be reset.
    next_event_s : float
        When `service` has something to do.
    """

    def __init__(
        self,
        magnet: MagnetPart,
        clock: SimClock,
        relay: PolarityRelay,
        *,
        full_scale_a: float,
        counts: int,
        compliance_v: float,
        slew_a_per_s: float,
        power_on_s: float,
        signed: bool,
    ) -> None:
        self.register = 0
        self.interlocks: set[int] = set()
        self.held: set[int] = set()
        self.next_event_s = math.inf
        self._magnet = magnet
        self._clock = clock
        self._relay = relay
        self._full_scale_a = full_scale_a
        self.counts = counts
        self._compliance_v = compliance_v
        self._slew_a_per_s = slew_a_per_s
        self._power_on_s = power_on_s
        self._signed = signed
        self._closes_s = math.inf  # the contactor; inf while it is open

    @property
    def polarity(self) -> int:
        """Where the polarity switch is: 1 normal, -1 reversed, 0 in between."""
        return self._relay.position

    @property
    def powered(self) -> bool:
        """Whether the main contactor has closed."""
        return self._clock.now() >= self._closes_s

    @property
    def coming_on(self) -> bool:
        """Whether it is about to."""
        return math.isfinite(self._closes_s) and not self.powered

    def write(self, register: int) -> bool:
        """Take a set-point; False where it is out of range."""
        if abs(register) > self.counts or (register < 0 and not self._signed):
            return False
        self.register = register
        self.service()
        return True

    def write_fraction(self, fraction: float) -> None:
        """Take a set-point as a fraction of full scale."""
        self.write(round(fraction * self.counts))

    def power(self, *, on: bool) -> bool:
        """``N`` or ``F``; False where an interlock keeps it off."""
        if on and self.interlocks:
            return False
        if not on:
            self._closes_s = math.inf
            self.reset()
        elif not math.isfinite(self._closes_s):
            self._closes_s = self._clock.now() + self._power_on_s
            if not self._relay.energised():
                self.trip(_OVERCURRENT)
        self.service()
        return True

    def reverse(self, sign: int) -> None:
        """``PO``: move the switch, whatever flows; an arc trips the supply."""
        on = math.isfinite(self._closes_s)
        if not self._relay.move(sign, current_a=self._magnet.current_a(), output_on=on):
            self.trip(_OVERCURRENT)

    def trip(self, character: int) -> None:
        """An interlock: the contactor opens."""
        self.interlocks.add(character)
        self._closes_s = math.inf
        self.service()

    def reset(self) -> None:
        """Clear the interlocks whose cause is gone."""
        self.interlocks &= self.held

    def service(self) -> None:
        """Bring the magnet to what is set; come back when `next_event_s` says so."""
        self.next_event_s = math.inf
        if not self.powered:
            self._magnet.switch_off()
            if self.coming_on:
                self.next_event_s = self._closes_s
            return
        if self._signed and self.register * self._relay.sign < 0 and not self._reversed_by_itself():
            self.next_event_s = self._clock.now() + _LOOK_S
            return
        if self._relay.moving:
            self.next_event_s = self._clock.now() + _LOOK_S
            return
        self._drive(abs(self.register) / self.counts * self._full_scale_a * self._relay.sign)

    def _reversed_by_itself(self) -> bool:
        """Down to zero, output stage blocked, switch; True once the switch has been sent."""
        if abs(self._magnet.current_a()) > 1e-3:
            self._drive(0.0)
            return False
        self._relay.move(-self._relay.sign, current_a=0.0, output_on=False)
        return False

    def _drive(self, current_a: float) -> None:
        if self._magnet.set_point_a == current_a:
            return
        if self._slew_a_per_s > 0.0:
            self._magnet.ramp_to(current_a, self._slew_a_per_s, self._compliance_v)
        else:
            # it cannot push back: to zero the current runs down by itself
            self._magnet.step_to(current_a, self._compliance_v if current_a else 0.0)

    def current_a(self) -> float:
        """Size of the current, A."""
        return abs(self._magnet.current_a())

    def voltage_v(self) -> float:
        """Voltage at the terminals, V."""
        return abs(self._magnet.voltage_v())
