"""Bring the sample to a position along an axis, by a motor or by the operator at the dial."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq.campaigns.answers import ask
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.record import EventLog
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import InstrumentFaultError, OperatorStep, Positioner, SettlingError

if TYPE_CHECKING:
    from typing import Any

    from vsmdaq.campaigns.session import Session

__all__ = ["PositionKnob"]

LOOK_S = 0.2
"""Time between two looks at a stage that moves."""

LONGEST_MOVE_S = 300.0
"""A stage that moves for longer is not arriving."""

DIRECTIONS = {"x": "along the field", "y": "across field and vibration", "z": "along the vibration"}


class PositionKnob:
    """Sets positions along one axis.

    Parameters
    ----------
    session, details, axis, events
        Where, how, ``"x"``, ``"y"`` or ``"z"``, and the record.

    Raises
    ------
    InputError
        The procedure counts on a motor that the bench has not got.
    """

    def __init__(self, session: Session, details: Centring, axis: str, events: EventLog) -> None:
        self._session, self._axis, self._events = session, axis, events
        found: Any = session.bench.beside.get("positioner") if details.motor else None
        self._positioner: Positioner | None = found
        if details.motor and (found is None or axis not in found.axes):
            given = "none" if found is None else f"{found.name} with axes {', '.join(found.axes)}"
            problem = Problem(
                "positioner", given, f"one that moves along {axis}", 'Or choose stage = "manual" in [centring].'
            )
            raise InputError(session.bench.spec.name, (problem,))

    def turn(self, position_m: float) -> float:
        """Bring the sample there; returns where stage or dial stand (m).

        Raises
        ------
        LimitError
            Beyond the limits of the stage; nothing was sent.
        SettlingError
            The stage does not arrive.
        BenchError
            From stage or operator.
        """
        if self._positioner is not None:
            return self._drive(self._positioner, position_m)
        subject = f"{self._axis} {position_m * 1e3:+.3f} mm"
        text = (
            f"Set the dial of {self._axis} ({DIRECTIONS[self._axis]}) to {position_m * 1e3:+.3f} mm. Type what it shows "
            f"with its unit (nothing: as asked)."
        )
        return ask(self._session, OperatorStep("move", subject, text), "length", self._events, default=position_m)

    def _drive(self, positioner: Positioner, position_m: float) -> float:
        clock = self._session.bench.clock
        positioner.move_to(self._axis, position_m)
        deadline_s = clock.now() + LONGEST_MOVE_S
        while True:
            self._session.check()
            reading = positioner.poll(self._axis)
            if reading.faults:
                positioner.stop()
                raise InstrumentFaultError(reading.faults, instrument=positioner.name)
            if not reading.moving:
                self._events.record("position", {f"{self._axis}_m": reading.position_m, "asked_m": position_m})
                return reading.position_m
            if reading.time_s > deadline_s:
                positioner.stop()
                raise SettlingError(
                    f"{self._axis} = {position_m * 1e3:.3f} mm was asked for; after {LONGEST_MOVE_S:g} s it still moves, at "
                    f"{reading.position_m * 1e3:.3f} mm.",
                    timeout_s=LONGEST_MOVE_S,
                    instrument=positioner.name,
                )
            clock.sleep(LOOK_S)
