"""Contacts that reverse the leads of a magnet: they take a while to move, and do not survive a current that they break or make.

What would draw an arc is written down in `PolarityRelay.damage`, one line an event; the supply around it then trips.
"""

from __future__ import annotations

from vsmdaq_sim.instruments.common.ports import SimClock

__all__ = ["PolarityRelay"]


class PolarityRelay:
    """The contacts.

    Parameters
    ----------
    clock : SimClock
        The bench's clock.
    travel_s : float
        Time from one position to the other, s.
    endures_a : float
        Largest current that the contacts may break or make, A.

    Attributes
    ----------
    damage : list of str
        What was done to the contacts.
    stuck : bool
        The contacts are welded: they do not move any more.
    """

    def __init__(self, clock: SimClock, *, travel_s: float, endures_a: float) -> None:
        if not travel_s >= 0.0 or not endures_a > 0.0:
            raise ValueError(f"polarity relay: travel {travel_s} s and current {endures_a} A must not be negative")
        self.damage: list[str] = []
        self.stuck = False
        self._clock = clock
        self._travel_s = travel_s
        self._endures_a = endures_a
        self._sign = 1
        self._arrives_s = 0.0

    @property
    def sign(self) -> int:
        """Where the contacts are, or go to: 1 normal, -1 reversed."""
        return self._sign

    @property
    def moving(self) -> bool:
        """Whether the contacts are in between."""
        return self._clock.now() < self._arrives_s

    @property
    def position(self) -> int:
        """Where the contacts are: 1 normal, -1 reversed, 0 in between."""
        return 0 if self.moving else self._sign

    def move(self, sign: int, *, current_a: float, output_on: bool) -> bool:
        """Send the contacts to a position; True where that has done no harm.

        Parameters
        ----------
        sign : int
            1 normal, -1 reversed; where they are already there, nothing moves.
        current_a : float
            True current through them, A.
        output_on : bool
            Whether the supply pushes.
        """
        if sign == self._sign or self.stuck:
            return True
        self._sign = sign
        self._arrives_s = self._clock.now() + self._travel_s
        return self._unharmed("moved", current_a=current_a, output_on=output_on)

    def energised(self) -> bool:
        """The supply's output comes on; True where the contacts are closed."""
        return not self.moving or self._unharmed("energised in between", current_a=0.0, output_on=True)

    def _unharmed(self, how: str, *, current_a: float, output_on: bool) -> bool:
        if abs(current_a) <= self._endures_a and not output_on:
            return True
        state = "on" if output_on else "off"
        self.damage.append(f"{how} at {self._clock.now():.3f} s with {current_a:+.3f} A, output {state}")
        return False
