"""What is set beside the field before a point: temperature, amplitude, position or place of the probe; mostly nothing."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from vsmdaq.campaigns.amplitudes import AmplitudeKnob
from vsmdaq.campaigns.harmonics import HarmonicKnob
from vsmdaq.campaigns.positions import PositionKnob
from vsmdaq.campaigns.probe_places import ProbeKnob
from vsmdaq.campaigns.temperatures import TemperatureKnob
from vsmdaq.formats.inputs.kinds.amplitude import Amplitude
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.formats.inputs.kinds.field_calibration import FieldCalibration
from vsmdaq.formats.inputs.kinds.temperature import Temperature
from vsmdaq.formats.inputs.kinds.third_harmonic import ThirdHarmonic
from vsmdaq.record import EventLog
from vsmdaq.reduce.probe_places import PROBE
from vsmdaq.terms import InputError, Problem, Step

if TYPE_CHECKING:
    from vsmdaq.campaigns.job import Job
    from vsmdaq.campaigns.session import Session

__all__ = ["Knobs"]


class Knobs:
    """The knobs of one run; used as a context, so that what was turned is turned back where others rely on it.

    Parameters
    ----------
    session, job, events
        Where, what, and the record.

    Raises
    ------
    InputError
        The bench lacks what the procedure sets.
    """

    def __init__(self, session: Session, job: Job, events: EventLog) -> None:
        self._name = session.bench.spec.name
        self._turn: dict[str, Callable[[float], float]] = {}
        self._begin: dict[str, Callable[[float], float]] = {}
        self._leave: Callable[[], None] = lambda: None
        match job.procedure.details:
            case Temperature() as details:
                self._turn["temperature_k"] = TemperatureKnob(session, details, events).turn
            case Amplitude() as details:
                amplitude = AmplitudeKnob(session, details, events)
                self._turn["amplitude_m"] = amplitude.turn
                self._leave = amplitude.leave
            case Centring() as details:
                for axis in details.axes:
                    self._turn[f"{axis}_m"] = PositionKnob(session, details, axis, events).turn
            case FieldCalibration() as details:
                probe = ProbeKnob(session, job.procedure, details, events)
                self._turn[PROBE] = self._begin[PROBE] = probe.turn
            case ThirdHarmonic():
                harmonic = HarmonicKnob(session, events)
                self._turn["harmonic"] = harmonic.turn
                self._leave = harmonic.leave
            case _:
                pass

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leave()

    def begin(self, step: Step | None) -> None:
        """Set what has to stand before the field moves at all, as the first step to measure wants it. Raises as `turn`."""
        if step is not None and step.knob in self._begin and step.setting is not None:
            self._begin[step.knob](step.setting)

    def turn(self, step: Step) -> float | None:
        """Set the knob of a step and read it back; None where the step has none.

        Raises
        ------
        InputError
            Nothing on this bench can be set so.
        BenchError
            From the instrument or the operator.
        """
        if not step.knob or step.setting is None:
            return None
        if step.knob not in self._turn:
            raise InputError(self._name, (Problem("knob", step.knob, "nothing that this bench can set"),))
        return self._turn[step.knob](step.setting)
