"""Newport ESP300/ESP301 motion controllers, before the world's rotation stage.

With ``moves = "position"`` its axes 1, 2, 3 are straight ones, in mm: they move the sample along x, y, z.

``nXXv``: axis, two letters, value; any case, several with ``;`` (manual, section 3). Three axes; one of them (`axis` of the
world file, default 1) turns the sample, the others jump where they are sent. Errors queue up and are read with ``TE?`` (number) or
``TB?`` (number, time, text); those of an axis are 100 times the axis plus the number. ``MD?`` is 1 at rest. Acceleration is kept and has no
effect; a home search turns to zero.
"""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import InstrumentLine, PositionerPart, SimClock, StagePart, WorldPort
from vsmdaq_sim.instruments.others.newport_esp301.axis import EspAxis
from vsmdaq_sim.instruments.others.newport_esp301.tables import (
    AXIS_MISSING,
    HARDWARE_LIMIT,
    NO_AXIS,
    UNKNOWN_COMMAND,
    ControllerError,
    error_text,
)

__all__ = ["KINDS", "NewportEsp"]

_COMMAND = re.compile(r"([0-9]{0,9})\s*([A-Z]{2})(.*)")
_QUEUE_LENGTH = 10


class NewportEsp:
    """The controller.

    Parameters
    ----------
    stage : StagePart
        The rotation stage.
    clock : SimClock
        The bench's clock.
    options : mapping
        ``axis``: the one that turns the sample, 1 (default) to 3; ``model``: ``"ESP300"`` (default) or ``"ESP301"``;
        ``motors_on``: somebody has switched the motors on.
    linear : mapping of int to StagePart, optional
        Instead of a rotation stage: what each axis moves, in mm.

    Attributes
    ----------
    axis : int
        The one that turns the sample.
    """

    def __init__(
        self,
        stage: StagePart,
        clock: SimClock,
        options: Mapping[str, Any],
        *,
        linear: Mapping[int, StagePart] | None = None,
    ) -> None:
        number, model = options.get("axis", 1), options.get("model", "ESP300")
        if number not in {1, 2, 3} or isinstance(number, bool):
            raise ValueError(f"newport_esp301: axis is {number!r}; allowed are 1, 2, 3")
        if model not in {"ESP300", "ESP301"}:
            raise ValueError(f"newport_esp301: model is {model!r}; allowed are 'ESP300' and 'ESP301'")
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b"\r\n"
        self._linear = linear is not None
        self._stages: Mapping[int, StagePart] = {number: stage} if linear is None else linear
        self._clock = clock
        self.axis = number
        self._version = f"{model} Version 3.09 07/27/11"
        self._axes = self._new_axes()
        for axis in self._axes.values():
            axis.on = bool(options.get("motors_on", False))
        self._errors: deque[tuple[int, float]] = deque()

    def _new_axes(self) -> dict[int, EspAxis]:
        return {
            number: EspAxis(number, self._stages.get(number), self.unmodelled.append, linear=self._linear)
            for number in (1, 2, 3)
        }

    # --- the instrument's shape ----------------------------------------------------------------------------------

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:  # noqa: ARG002 - no status byte
        """Carry out one line; the replies of a line come in one."""
        replies = [reply for part in message.split(";") if part.strip() for reply in self._one(part)]
        return [";".join(replies)] if replies else []

    def poll(self) -> list[Reply]:
        """``WS``: wait until nothing turns."""
        if any(stage.turning() for stage in self._stages.values()):
            self.next_event_s = self._clock.now() + 0.01
        else:
            self.busy, self.next_event_s = False, math.inf
        return []

    def interrupts(self, message: str) -> bool:
        """Stops do not wait."""
        return message.strip().upper().lstrip("0123456789 ")[:2] in {"AB", "ST"}

    def status_byte(self, *, message_available: bool) -> int:
        """A serial poll tells of a reply and of errors."""
        return (0x10 if message_available else 0) | (0x20 if self._errors else 0)

    def requests_service(self, *, message_available: bool) -> bool:  # noqa: ARG002 - it never does
        """It never does."""
        return False

    def device_clear(self) -> None:
        """End waiting."""
        self.busy, self.next_event_s = False, math.inf

    def trigger(self) -> None:
        """No trigger function."""

    # --- lines ---------------------------------------------------------------------------------------------------

    def _one(self, text: str) -> list[str]:
        match = _COMMAND.fullmatch(text.strip().upper())
        axis, name, value = match.groups() if match else ("", "", "")
        try:
            reply = self._carry_out(axis, name, value.replace(" ", ""))
        except ControllerError as refusal:
            if refusal.number == UNKNOWN_COMMAND:
                self.unknown.append(text)
            self.report(refusal.number)
            return []
        return [] if reply is None else [reply]

    def report(self, number: int) -> None:
        """Put an error into the queue."""
        if len(self._errors) < _QUEUE_LENGTH:
            self._errors.append((number, self._clock.now()))

    def _carry_out(self, axis: str, name: str, value: str) -> str | None:
        if name in {"TE", "TB", "VE", "TS", "AB", "RS", "EX", "WT", "ZU", "ZZ"}:
            return self._controller(name)
        if not axis:
            raise ControllerError(AXIS_MISSING if name in self._axes[1].commands else UNKNOWN_COMMAND)
        if int(axis) not in self._axes:
            raise ControllerError(NO_AXIS)
        if name == "WS":
            self._wait(int(axis))
            return None
        return self._axes[int(axis)].carry_out(name, value)

    def _wait(self, number: int) -> None:
        if self._axes[number].turning():
            self.busy, self.next_event_s = True, self._clock.now() + 0.01

    def _stop_all(self) -> None:
        for stage in self._stages.values():
            stage.stop()

    def _controller(self, name: str) -> str | None:
        if name in {"TE", "TB"}:
            number, time_s = self._errors.popleft() if self._errors else (0, 0.0)
            return str(number) if name == "TE" else f"{number}, {int(time_s * 2500)}, {error_text(number)}"
        if name == "VE":
            return self._version
        if name == "TS":
            bits = sum(1 << (number - 1) for number, stage in self._stages.items() if stage.turning())
            bits |= 0x10 * any(axis.on for axis in self._axes.values())
            return chr(0x40 | bits)
        if name == "AB":
            self._stop_all()
            for axis in self._axes.values():
                axis.on = False
        elif name == "RS":
            self._stop_all()
            self._axes = self._new_axes()
        else:
            self.unmodelled.append(name)
        return None


class _Straight:
    """An axis of the positioner with the shape of a stage, in mm."""

    def __init__(self, positioner: PositionerPart, axis: str) -> None:
        self._positioner = positioner
        self._axis = axis

    def move_to(self, angle_deg: float, speed_deg_per_s: float) -> None:
        """Start to move: mm, mm/s."""
        self._positioner.move_to(self._axis, angle_deg * 1e-3, speed_deg_per_s * 1e-3)

    def stop(self) -> None:
        """Stop where it is."""
        self._positioner.stop(self._axis)

    def angle_deg(self) -> float:
        """Position now, mm."""
        return self._positioner.position_m(self._axis) * 1e3

    def turning(self) -> bool:
        """Whether it moves now."""
        return self._positioner.driving(self._axis)


def _build(world: WorldPort, line: InstrumentLine, _serial: bool) -> NewportEsp:  # noqa: FBT001 - the call of a kind
    moves = line.options.get("moves", "angle")
    if moves not in {"angle", "position"}:
        raise ValueError(f"newport_esp301: moves is {moves!r}; allowed are 'angle' and 'position'")
    linear = {n: _Straight(world.positioner, axis) for n, axis in enumerate("xyz", start=1)}
    return NewportEsp(world.stage, world.clock, line.options, linear=linear if moves == "position" else None)


def _power_off(world: WorldPort) -> None:
    world.stage.stop()
    for axis in "xyz":
        world.positioner.stop(axis)


def _hit_limit(world: WorldPort, controller: NewportEsp) -> None:
    """The stage runs into its hardware limit switch."""
    world.stage.stop()
    controller.report(100 * controller.axis + HARDWARE_LIMIT)


KINDS = (
    Kind(
        "newport_esp301",
        _build,
        ("axis", "model", "motors_on", "moves"),
        power_off=_power_off,
        failures={"hardware_limit": _hit_limit},
    ),
)
