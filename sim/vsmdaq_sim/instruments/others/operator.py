"""Somebody who mounts samples, as an address on the simulated bench.

``MOUNT name``, ``UNMOUNT``, ``HANG name`` and ``UNHANG`` answer ``OK`` at once, or ``ERR`` with the reason; ``DONE?`` answers ``0`` while the
step is being done and ``1`` after it. Names keep their case. ``MOVE x +1.250 mm`` turns a dial and answers ``OK`` with what it shows,
``HEAT 310 K`` sets the heater of the sample, ``READ amplitude`` answers ``OK 1.0000 mm``. ``PROBE zero`` puts the Hall probe into the zero-gauss
chamber, ``PROBE reference`` into the reference magnet, ``PROBE sample`` to the place of the sample, ``PROBE back`` to its own.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable

from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import (
    OperatorPart,
    PositionerPart,
    ProbePart,
    SimClock,
    ThermometerPart,
    VibratorPart,
)
from vsmdaq_sim.world.errors import WorldOperatorError

__all__ = ["KINDS", "SimulatedOperator"]

_NUMBER = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"
_PLACE = re.compile(rf"(?P<axis>[xyz])\s+(?P<number>{_NUMBER})\s*mm", re.IGNORECASE)
_KELVIN = re.compile(rf"(?P<number>{_NUMBER})\s*K")
_WITH_NAME = frozenset({"MOUNT", "HANG", "MOVE", "HEAT", "READ", "PROBE"})
_ALONE = frozenset({"UNMOUNT", "UNHANG"})


class SimulatedOperator:
    """The operator's ear and mouth, before the world's hands.

    Parameters
    ----------
    hands : OperatorPart
        The world's operator.
    clock : SimClock
        The bench's clock.
    positioner, thermometer, vibrator, probe : parts, optional
        What the operator can reach beside samples and tubes.
    """

    def __init__(
        self,
        hands: OperatorPart,
        clock: SimClock,
        *,
        positioner: PositionerPart | None = None,
        thermometer: ThermometerPart | None = None,
        vibrator: VibratorPart | None = None,
        probe: ProbePart | None = None,
    ) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\n"
        self._hands = hands
        self._clock = clock
        self._positioner, self._thermometer, self._vibrator = positioner, thermometer, vibrator
        self._probe = probe

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
        if verb not in (_WITH_NAME if name else _ALONE):
            return [self._not_understood(text)]
        try:
            done = self._set(verb, name) if verb in {"MOVE", "HEAT", "READ", "PROBE"} else self._do(verb, name)
        except WorldOperatorError as error:
            return [f"ERR {error}".replace("\n", " ")]
        return [self._not_understood(text) if done is None else f"OK {done}".rstrip()]

    def _not_understood(self, text: str) -> str:
        self.unknown.append(text)
        return (
            f"ERR {text!r} is not understood; allowed: MOUNT name, UNMOUNT, HANG name, UNHANG, MOVE x +1.250 mm, HEAT 310 K, "
            "READ amplitude, PROBE zero, DONE?, *IDN?"
        )

    def _set(self, verb: str, what: str) -> str | None:
        """Move, heat or read; what was read off, None where it is not understood or out of reach."""
        place, kelvin = _PLACE.fullmatch(what), _KELVIN.fullmatch(what)
        if verb == "MOVE" and place is not None and self._positioner is not None:
            return self._move(self._positioner, place["axis"].lower(), float(place["number"]))
        if verb == "HEAT" and kelvin is not None and self._thermometer is not None:
            self._hands.do(f"heat to {what}", self._heat(self._thermometer, float(kelvin["number"])))
            return ""
        if verb == "READ" and what.lower() == "amplitude" and self._vibrator is not None:
            self._hands.do("read the amplitude", lambda: None)
            return f"{self._vibrator.amplitude_m * 1e3:.5f} mm"
        if verb == "PROBE" and self._probe is not None:
            probe = self._probe
            self._hands.do("put the probe elsewhere", lambda: probe.put(what.lower()))
            return ""
        return None

    def _move(self, positioner: PositionerPart, axis: str, position_mm: float) -> str:
        self._hands.do(f"turn the dial of {axis}", lambda: positioner.set(axis, position_mm * 1e-3))
        return f"{positioner.position_m(axis) * 1e3:+.4f} mm"

    def _heat(self, thermometer: ThermometerPart, kelvin: float) -> Callable[[], None]:
        return lambda: thermometer.control(kelvin, math.inf, 1.0)

    def _do(self, verb: str, name: str) -> str:
        if verb == "MOUNT":
            self._hands.mount(name)
        elif verb == "UNMOUNT":
            self._hands.unmount()
        elif verb == "HANG":
            self._hands.hang(name)
        else:
            self._hands.unhang()
        return ""

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


KINDS = (
    Kind(
        "operator",
        lambda world, _line, _serial: SimulatedOperator(
            world.operator,
            world.clock,
            positioner=world.positioner,
            thermometer=world.thermometer,
            vibrator=world.vibrator,
            probe=world.gaussmeter,
        ),
    ),
)
