"""One axis of an ESP motion controller: the commands that begin with its number."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial

from vsmdaq_sim.instruments.common.ports import StagePart
from vsmdaq_sim.instruments.others.newport_esp301.tables import (
    AXIS_OUT_OF_RANGE,
    DEGREE,
    MILLIMETRE,
    NO_PARAMETER,
    NOT_ENABLED,
    NUMBERS,
    TOO_FAST,
    UNKNOWN_COMMAND,
    ControllerError,
)

__all__ = ["EspAxis"]

_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:E[+-]?[0-9]+)?")


class EspAxis:
    """The axis.

    Parameters
    ----------
    number : int
        1 to 3.
    stage : StagePart or None
        What it turns; without one it jumps where it is sent, and the world does not notice.
    note : callable
        Notes what is not modelled.
    linear : bool
        It moves in mm, from -25 to 25 at 2 mm/s, instead of turning.

    Attributes
    ----------
    on : bool
        The motor has power.
    """

    def __init__(
        self, number: int, stage: StagePart | None, note: Callable[[str], None], *, linear: bool = False
    ) -> None:
        self.on = False
        self._axis = number
        self._stage = stage
        self._note = note
        self._speed, self._left, self._right = (2.0, -25.0, 25.0) if linear else (10.0, -360.0, 360.0)
        self._units = self._own_units = MILLIMETRE if linear else DEGREE
        self._origin = 0.0  # where the stage stands when the axis shows zero
        self._goal = 0.0
        self._numbers = {name: default for name, (default, _, _) in NUMBERS.items()}
        self._actions: Mapping[str, Callable[[str], str | None]] = {
            "PA": self._move, "PR": self._move_by, "ST": self._stop, "OR": self._home, "DH": self._define_home,
            "MO": partial(self._motor, "MO"), "MF": partial(self._motor, "MF"), "VA": self._velocity,
            "SL": partial(self._limit, "SL"), "SR": partial(self._limit, "SR"), "SN": self._unit,
            "TP": lambda _: _text(self._now()), "DP": lambda _: _text(self._goal),
            "TV": lambda _: _text(self._speed if self.turning() else 0.0),
            "MD": lambda _: str(int(not self.turning())),
            "ID": lambda _: "UNKNOWN" if self._stage is None else "URS100CC, SN1263",
            "QM": partial(self._keep, "QM"), "PH": partial(self._keep, "PH"),
        }  # fmt: skip

    def carry_out(self, name: str, text: str) -> str | None:
        """Carry out one command.

        Raises
        ------
        ControllerError
            It is not carried out.
        """
        if name in NUMBERS:
            return self._set_number(name, text)
        if name not in self._actions:
            raise ControllerError(UNKNOWN_COMMAND)
        return self._actions[name](text)

    @property
    def commands(self) -> frozenset[str]:
        """All that begin with the number of an axis."""
        return frozenset(self._actions) | frozenset(NUMBERS) | {"WS"}

    def turning(self) -> bool:
        """Whether it moves."""
        return self._stage is not None and self._stage.turning()

    def _value(self, text: str) -> float:
        if not text:
            raise ControllerError(NO_PARAMETER)
        if not _NUMBER.fullmatch(text):
            raise ControllerError(AXIS_OUT_OF_RANGE, self._axis)
        return float(text)

    def _now(self) -> float:
        return self._goal if self._stage is None else self._stage.angle_deg() - self._origin

    def _move(self, text: str) -> str | None:
        if text == "?":
            return _text(self._goal)
        self._go(self._value(text))
        return None

    def _go(self, goal: float) -> None:
        if not self.on:
            raise ControllerError(NOT_ENABLED, self._axis)
        if not self._left <= goal <= self._right:
            raise ControllerError(AXIS_OUT_OF_RANGE, self._axis)
        self._goal = goal
        if self._stage is None:
            self._note(f"motion of axis {self._axis}")
        else:
            self._stage.move_to(goal + self._origin, self._speed)

    def _move_by(self, text: str) -> None:
        self._go(self._now() + self._value(text))

    def _stop(self, _text_given: str) -> None:
        if self._stage is not None:
            self._stage.stop()
        self._goal = self._now()

    def _home(self, _text_given: str) -> None:
        if self.on:
            self._origin = 0.0
        self._go(0.0)

    def _define_home(self, text: str) -> str | None:
        if text == "?":
            return _text(0.0)
        shown = self._value(text) if text else 0.0
        self._origin += self._now() - shown
        self._goal = shown
        return None

    def _motor(self, name: str, text: str) -> str | None:
        """``MO?`` and ``MF?`` both answer 1 with power on."""
        if text == "?":
            return str(int(self.on))
        self.on = name == "MO"
        if not self.on:
            self._stop("")
        return None

    def _velocity(self, text: str) -> str | None:
        if text == "?":
            return _text(self._speed)
        value = self._value(text)
        if not 0.0 < value <= self._numbers["VU"]:
            raise ControllerError(TOO_FAST, self._axis)
        self._speed = value
        return None

    def _limit(self, name: str, text: str) -> str | None:
        if text == "?":
            return _text(self._left if name == "SL" else self._right)
        value = self._value(text)
        left, right = (value, self._right) if name == "SL" else (self._left, value)
        if left > right:
            raise ControllerError(AXIS_OUT_OF_RANGE, self._axis)
        self._left, self._right = left, right
        return None

    def _unit(self, text: str) -> str | None:
        if text == "?":
            return str(self._units)
        value = self._value(text)
        if value not in range(12):
            raise ControllerError(AXIS_OUT_OF_RANGE, self._axis)
        self._units = int(value)
        if self._units != self._own_units:
            self._note(f"{self._axis}SN{text}")
        return None

    def _keep(self, name: str, text: str) -> str | None:
        if text == "?":
            return "0H"
        self._note(f"{self._axis}{name}{text}")
        return None

    def _set_number(self, name: str, text: str) -> str | None:
        if text == "?":
            return _text(self._numbers[name])
        _, lowest, highest = NUMBERS[name]
        value = self._value(text)
        if not lowest <= value <= highest:
            raise ControllerError(AXIS_OUT_OF_RANGE, self._axis)
        self._numbers[name] = value
        return None


def _text(value: float) -> str:
    return f"{value:.4f}"
