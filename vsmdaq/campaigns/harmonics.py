"""Set the harmonic that the lock-in detects, and set it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq.record import EventLog
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import BenchError, LockIn

if TYPE_CHECKING:
    from vsmdaq.campaigns.session import Session

__all__ = ["HarmonicKnob"]

FUNDAMENTAL = 1
"""What every other procedure relies on."""


class HarmonicKnob:
    """Sets harmonics.

    Parameters
    ----------
    session, events
        Where, and the record.

    Raises
    ------
    InputError
        The bench has no lock-in.
    """

    def __init__(self, session: Session, events: EventLog) -> None:
        lockin = session.bench.lockin
        if lockin is None:
            raise InputError(session.bench.spec.name, (Problem("lockin", "none", "a [lockin] table"),))
        self._session, self._events = session, events
        self._lockin: LockIn = lockin

    def turn(self, harmonic: float) -> float:
        """Set the number of the harmonic; returns what the lock-in reads back.

        Raises
        ------
        LimitError
            It is beyond what the lock-in takes; nothing was sent.
        BenchError
            From the lock-in.
        """
        self._lockin.harmonic = round(harmonic)
        found = float(self._lockin.harmonic)
        self._lockin.status()  # that the frequency has gone to another range is our own doing
        return found

    def leave(self) -> None:
        """Set the fundamental again: what is measured next relies on it."""
        try:
            self._lockin.harmonic = FUNDAMENTAL
            self._lockin.status()
        except BenchError as error:
            # the run's own outcome goes first; that the lock-in was not set back must still be seen
            text = f"the lock-in could not be set back to the fundamental: {error}"
            self._session.tell(text)
            self._events.record("harmonic_left", {"text": text}, durable=True)
            return
        self._events.record("harmonic_left", {"harmonic": FUNDAMENTAL})
