"""Output stage of a unipolar supply with a polarity relay behind it: what flows, what trips, what the meters see."""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.instruments.common.ports import MagnetPart, SimClock
from vsmdaq_sim.instruments.supplies.polarity_relay import PolarityRelay

__all__ = ["GenesysOutput"]

_OVP = 1 << 4
_LATCHED = (1 << 3) | _OVP  # fold-back and over voltage: OUT ON recovers from these (manual)


class GenesysOutput:
    """The output stage.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    clock : SimClock
        The bench's clock.
    relay : PolarityRelay
        The contacts between supply and magnet.
    delay_s : float
        Time from ``OUT`` until the status shows the output so, s.
    freewheel_diode : bool
        A diode at the magnet carries what the coil wants to keep: the supply does not see it.

    Attributes
    ----------
    set_a, set_v : float
        Set-points, A and V.
    enabled : bool
        What ``OUT`` was set to.
    faults : int
        Fault register.
    on_fault : callable
        Told of fault bits that are new.
    """

    def __init__(
        self, magnet: MagnetPart, clock: SimClock, relay: PolarityRelay, *, delay_s: float, freewheel_diode: bool
    ) -> None:
        self.set_a = self.set_v = 0.0
        self.enabled = False
        self.faults = 0
        self.on_fault: Callable[[int], None] = lambda _: None
        self._magnet = magnet
        self._clock = clock
        self._relay = relay
        self._delay_s = delay_s
        self._freewheels = freewheel_diode
        self._shown_on = False
        self._switched_s = -math.inf

    def drive(self) -> None:
        """Bring the magnet to what is set."""
        if not self.enabled:
            self._magnet.switch_off()
        elif self.set_a == 0.0:
            self._magnet.step_to(0.0, 0.0)  # it cannot push back: the current runs down by itself
        else:
            self._magnet.step_to(self._relay.sign * self.set_a, self.set_v)

    def switch(self, *, on: bool) -> bool:
        """Switch the output; False where a fault keeps it off."""
        if on:
            self.faults &= ~_LATCHED
            if self.faults:
                return False
            if not self._relay.energised():
                self.fail(_OVP)  # an arc at the contacts
                return True
        if on != self.enabled:
            self._switched_s, self._shown_on = self._clock.now(), self.enabled
        self.enabled = on
        self.drive()
        return True

    def move_relay(self, sign: int) -> None:
        """Send the contacts to a position; an arc is seen as over voltage."""
        if not self._relay.move(sign, current_a=self._magnet.current_a(), output_on=self.enabled):
            self.fail(_OVP)

    def fail(self, faults: int) -> None:
        """Raise bits of the fault register: the output goes off."""
        news = faults & ~self.faults
        self.faults |= faults
        if self.enabled:
            self._switched_s, self.enabled = -math.inf, False
            self._magnet.switch_off()
        self.on_fault(news)

    def is_on(self) -> bool:
        """Whether the status shows the output on."""
        late = self._clock.now() < self._switched_s + self._delay_s
        return self._shown_on if late else self.enabled

    def mode(self) -> str:
        """``"OFF"``, ``"CC"``, or ``"CV"`` where the voltage does not suffice for the current set."""
        if not self.is_on():
            return "OFF"
        limited = self.set_a > 0.0 and (self._magnet.at_compliance() or self.set_v == 0.0)
        return "CV" if limited else "CC"

    def current_a(self) -> float:
        """Current as the supply measures it, A."""
        size_a = abs(self._magnet.current_a())
        if not self._freewheels:
            return size_a
        return min(size_a, self.set_a) if self.enabled else 0.0

    def voltage_v(self) -> float:
        """Voltage at its terminals, V."""
        return abs(self._magnet.voltage_v()) if self.is_on() else 0.0
