"""Tare, zero and adjustment take their time: wait for the balance within a time-out, and look whether it was done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq_drivers.contracts import Clock, LimitError, RefusedError, SettlingError, WeightReading

__all__ = ["LONGEST_ADJUSTMENT_S", "NO_TIME_FOR_IT_S", "Patience", "checked_adjustment", "follow_adjustment"]

LONGEST_ADJUSTMENT_S = 600.0
NO_TIME_FOR_IT_S = 5.0
"""A balance that shows no sign of an adjustment for so long, s, does none."""

_POLL_S = 0.2
_ADJUSTMENT_POLL_S = 0.5
_ZERO_STEPS = 50.0  # of the display: what a balance at rest may show a moment after it was set to zero
_LOOK_AFTERWARDS_S = 2.0  # at least so long, where taring itself took all of the time


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits on one balance.

    Attributes
    ----------
    read : callable
        Takes a reading.
    clock : Clock
        Of the bench.
    instrument : str
        Name of the balance, for messages.
    """

    read: Callable[[], WeightReading]
    clock: Clock
    instrument: str

    def set_to_zero(
        self, command: str, act: Callable[[], bool], timeout_s: float, step_kg: Callable[[], float]
    ) -> None:
        """Wait for rest, `act`, and read whether the balance then shows zero within 50 steps of its display.

        Parameters
        ----------
        command : str
            What `act` sends, for messages.
        act : callable
            Sends it; False where the balance was not ready for it and it is to be tried again.
        timeout_s : float
            Longest bench time for all of it, s.
        step_kg : callable
            Step of the display, kg.

        Raises
        ------
        SettlingError
            The load did not come to rest in time.
        RefusedError
            At rest afterwards, but not at zero.
        """
        deadline_s = self.clock.now() + timeout_s
        while True:
            reading = self.read()
            if reading.stable and act():
                break
            if self.clock.now() >= deadline_s:
                raise self._restless(reading, timeout_s, f"{command!r} was not carried out")
            self.clock.sleep(_POLL_S)
        deadline_s = max(deadline_s, self.clock.now() + _LOOK_AFTERWARDS_S)
        tolerance_kg = _ZERO_STEPS * step_kg()
        while True:
            reading = self.read()
            if reading.stable and reading.mass_kg is not None and abs(reading.mass_kg) <= tolerance_kg:
                return
            if self.clock.now() >= deadline_s:
                break
            self.clock.sleep(_POLL_S)
        if not reading.stable or reading.mass_kg is None:
            raise self._restless(reading, timeout_s, f"whether {command!r} was carried out is not known")
        reason = f"afterwards it shows {reading.mass_kg:.9g} kg, at rest"
        raise RefusedError(command, reason, instrument=self.instrument)

    def _restless(self, reading: WeightReading, timeout_s: float, so_what: str) -> SettlingError:
        last = ", ".join(reading.flags) or ("stable" if reading.stable else "moving")
        message = f"the load did not come to rest within {timeout_s:g} s (last seen: {last}); {so_what}."
        return SettlingError(message, timeout_s=timeout_s, instrument=self.instrument)


def checked_adjustment(timeout_s: float, instrument: str) -> float:
    """Return the time-out of an adjustment, or raise LimitError where it is not within 0 to 600 s."""
    if not 0.0 < timeout_s <= LONGEST_ADJUSTMENT_S:
        raise LimitError("time-out of the adjustment", timeout_s, 0.0, LONGEST_ADJUSTMENT_S, "s", instrument=instrument)
    return timeout_s


def follow_adjustment(
    look: Callable[[], str], abort: Callable[[], None], clock: Clock, command: str, timeout_s: float, instrument: str
) -> None:
    """Watch a balance that says nothing of its adjustment but by what it answers meanwhile.

    Parameters
    ----------
    look : callable
        Asks for a weight: ``"weight"``, ``"busy"``, ``"silent"`` (tells nothing), ``"done"`` (it says so itself), or what went wrong.
    abort : callable
        Called where the time is over.
    clock, command, timeout_s, instrument
        Of the bench; what was sent; longest bench time, s; for messages.

    Raises
    ------
    RefusedError
        An error, or no sign of an adjustment within 5 s.
    SettlingError
        Not done in time.
    """
    start_s = clock.now()
    begun = False
    while True:
        found = look()
        if found == "done" or (found == "weight" and begun):
            return
        elapsed_s = clock.now() - start_s
        if found == "busy":
            begun = True
        elif found not in {"weight", "silent"}:
            raise RefusedError(command, f"it reports {found}", instrument=instrument)
        elif not begun and elapsed_s >= NO_TIME_FOR_IT_S:
            reason = f"there is no sign of an adjustment within {NO_TIME_FOR_IT_S:g} s"
            raise RefusedError(command, reason, instrument=instrument)
        if elapsed_s >= timeout_s:
            abort()
            message = f"the adjustment was not done within {timeout_s:g} s."
            raise SettlingError(message, timeout_s=timeout_s, instrument=instrument)
        clock.sleep(_ADJUSTMENT_POLL_S)
