"""Have the operator bring the gaussmeter's probe somewhere else, at zero current, and see that it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq.bench import WatchedGaussmeter
from vsmdaq.campaigns.steps import field_control
from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.field_calibration import FieldCalibration
from vsmdaq.record import EventLog
from vsmdaq.reduce.probe_places import Place
from vsmdaq_drivers.contracts import FieldReading, OperatorError, OperatorStep

if TYPE_CHECKING:
    from vsmdaq.campaigns.session import Session

__all__ = ["ProbeKnob"]

PATIENCE = 3
"""So often the operator is asked to bring the probe to a place where it does not read what is to be expected there."""

ALIKE = 0.2
"""A reading in the reference magnet that differs from its field by a larger part is not of it."""

ORDERS = {
    Place.GAP: ("back", "Put the probe back to its own place in the gap, as it is when samples are measured."),
    Place.CHAMBER: ("zero", "Put the probe into the zero-gauss chamber."),
    Place.REFERENCE: (
        "reference",
        "Put the probe into the reference magnet, the way round that its field reads positive.",
    ),
    Place.SAMPLE: ("sample", "Take the sample off and put the probe to the place of the sample."),
}
"""Subject of the operator's step, and how a person reads it."""


class ProbeKnob:
    """Knows where the probe is; while it is not in the gap, its readings are not held against the current.

    Parameters
    ----------
    session, procedure, details, events
        Where, what, and the record.
    """

    def __init__(self, session: Session, procedure: Procedure, details: FieldCalibration, events: EventLog) -> None:
        self._session, self._procedure, self._details, self._events = session, procedure, details, events
        self._gaussmeter = WatchedGaussmeter(session.bench)
        self._place: Place | None = None

    def turn(self, setting: float) -> float:
        """Have the probe at a `Place`; returns it.

        Raises
        ------
        OperatorError
            It cannot be done, or the probe does not read what it should there.
        BenchError
            From supply or gaussmeter.
        """
        place = Place(round(setting))
        if place is self._place:
            return float(place)
        field_control(self._session, self._procedure).go_to(0.0)  # hands stay out of the gap while it pulls
        self._place = None
        watchdog = self._session.bench.watchdog
        if watchdog is not None:
            watchdog.probe_away = True  # from the moment on that somebody may take it
        self._ask(place)
        if watchdog is not None:
            watchdog.probe_away = place in {Place.CHAMBER, Place.REFERENCE}
        self._place = place
        return float(place)

    def _ask(self, place: Place) -> None:
        subject, order = ORDERS[place]
        doubt = ""
        for _ in range(PATIENCE):
            text = f"{doubt}{order}"
            bench = self._session.bench
            with self._session.interrupts.waiting():
                answer = bench.operator.perform(OperatorStep("probe", subject, text))
            self._events.record("operator", {"action": "probe", "subject": subject, "text": text, "answer": answer})
            bench.clock.sleep(2.0 * self._gaussmeter.reading_interval_s)  # the next reading is of there
            wrong = self._wrong(place, self._gaussmeter.read())
            if not wrong:
                return
            doubt = f"{wrong}\n"
        raise OperatorError(doubt.strip(), instrument=self._session.bench.operator.name)

    def _wrong(self, place: Place, reading: FieldReading) -> str:
        """What speaks against the probe being there; nothing is said without a reading, the points will tell."""
        field, chamber, reference = reading.field_a_per_m, self._details.chamber, self._details.reference
        if field is None:
            return ""
        if place is Place.CHAMBER and chamber is not None and abs(field) > chamber.largest_offset_a_per_m:
            return (
                f"The probe reads {field / 1e3:+.3f} kA/m in the zero-gauss chamber; at most "
                f"{chamber.largest_offset_a_per_m / 1e3:g} kA/m (largest_offset) are believed. Is it in the chamber?"
            )
        if place is Place.REFERENCE and reference is not None:
            wanted = reference.field.value
            if abs(field - wanted) > ALIKE * abs(wanted):
                return (
                    f"The probe reads {field / 1e3:+.3f} kA/m in the reference magnet of {wanted / 1e3:+.3f} kA/m, off by more "
                    f"than {100.0 * ALIKE:g} %. Is it in there, and the right way round?"
                )
        return ""
