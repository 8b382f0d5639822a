"""Somebody who mounts samples, as an address on the simulated bench.

``MOUNT name``, ``UNMOUNT``, ``HANG name`` and ``UNHANG`` answer ``OK`` at once, or ``ERR`` with the reason; ``DONE?`` answers ``0`` while the
step is being done and ``1`` after it. Names keep their case.
"""

from __future__ import annotations

import math

from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import OperatorPart, SimClock
from vsmdaq_sim.world.errors import WorldOperatorError

__all__ = ["KINDS", "SimulatedOperator"]


class SimulatedOperator:
    """The operator's ear and mouth, before the world's hands.

    Parameters
    ----------
    hands : OperatorPart
        The world's operator.
    clock : SimClock
        The bench's clock.
    """

    def __init__(self, hands: OperatorPart, clock: SimClock) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\n"
        self._hands = hands
        self._clock = clock

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one request."""
        text = message.strip()
        if not text:
            return []
        verb, _, name = text.partition(" ")
        verb, name = verb.upper(), name.strip()
        if text.upper() == "*IDN?":
            return ["vsmdaq,SIMULATED OPERATOR,0,1"]
        if text.upper() == "DONE?":
            return ["1" if self._clock.now() >= self._hands.busy_until_s else "0"]
        if bool(name) != (verb in {"MOUNT", "HANG"}) or verb not in {"MOUNT", "HANG", "UNMOUNT", "UNHANG"}:
            self.unknown.append(text)
            return [f"ERR {text!r} is not understood; allowed: MOUNT name, UNMOUNT, HANG name, UNHANG, DONE?, *IDN?"]
        try:
            self._do(verb, name)
        except WorldOperatorError as error:
            return [f"ERR {error}".replace("\n", " ")]
        return ["OK"]

    def _do(self, verb: str, name: str) -> None:
        if verb == "MOUNT":
            self._hands.mount(name)
        elif verb == "UNMOUNT":
            self._hands.unmount()
        elif verb == "HANG":
            self._hands.hang(name)
        else:
            self._hands.unhang()

    def poll(self) -> list[Reply]:
        """Nothing comes by itself."""
        return []

    def interrupts(self, message: str) -> bool:  # noqa: ARG002 - it always listens
        """It always listens."""
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """Only MAV."""
        return 0x10 if message_available else 0

    def requests_service(self, *, message_available: bool) -> bool:  # noqa: ARG002 - it never does
        """It never does."""
        return False

    def device_clear(self) -> None:
        """A step once begun is finished."""

    def trigger(self) -> None:
        """No trigger function."""


KINDS = (Kind("operator", lambda world, _line, _serial: SimulatedOperator(world.operator, world.clock)),)
