"""What each way of calibrating the moment gives: runs on nickel and paramagnets, and the dimensions of the coils."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.physics.coils import FourCoils, effective_coupling
from vsmdaq.physics.induction import signal_per_moment_v_rms
from vsmdaq.physics.references import reference_status
from vsmdaq.reduce import RunData, reduce_run
from vsmdaq.reduce.corrections.image import image_condition
from vsmdaq.reduce.paramagnet import paramagnet_gain
from vsmdaq.reduce.signals import signals
from vsmdaq.terms import Estimate, InputError, Problem, Quantity
from vsmdaq.uncertainty import propagate

__all__ = ["CALIBRANT_KINDS", "Calibrant", "calibrant_of", "coil_geometry"]

CALIBRANT_KINDS: Mapping[str, str] = {"nickel": "saturated", "nickel-slope": "slope", "palladium": "paramagnetic slope"}
"""Kinds of procedure that the joint calibration takes up, and what their way is called."""

GEOMETRY = "coil geometry"


@dataclass(frozen=True, slots=True)
class Calibrant:
    """One measurement, or calculation, of the moment per volt.

    Attributes
    ----------
    name : str
        The way, e.g. ``"nickel-sphere, saturated"``; runs of one name are repetitions.
    kind : str
        Of the procedure; ``""`` for the coils' dimensions.
    run_id : str
        Its run; ``""`` where nothing was measured.
    moment_per_volt : Estimate
        A m2/V rms, at `frequency_hz` and the bench file's amplitude.
    signal_angle : Estimate or None
        Of the in-phase signal (rad) at the reference phase `phase_deg`; None where nothing was measured.
    frequency_hz, phase_deg : float
        As measured and as set.
    reference : str
        What the moment was known from, and its status.
    flags : tuple of str
        What its reduction had to say.
    image : mapping of str to float
        Condition that tells which image calibration it was reduced with; empty for none.
    conditions : mapping of str to float
        What its own artefact would hold for, where it is a moment calibration by itself.
    mount : str
        Run in which its sample was put in place; what that did is the same input for all runs of the mount.
    """

    name: str
    kind: str
    run_id: str
    moment_per_volt: Estimate
    signal_angle: Estimate | None
    frequency_hz: float
    phase_deg: float
    reference: str
    flags: tuple[str, ...] = ()
    image: Mapping[str, float] = field(default_factory=dict)
    conditions: Mapping[str, float] = field(default_factory=dict)
    mount: str = ""

    def on_mount(self, mount: str) -> Calibrant:
        """The same where its sample was mounted in (or had stayed on the rod since) the run `mount`: both sat in one place."""
        angle = self.signal_angle
        return replace(
            self,
            mount=mount,
            moment_per_volt=_placed(self.moment_per_volt, self.run_id, mount),
            signal_angle=None if angle is None else _placed(angle, self.run_id, mount),
        )


def calibrant_of(run: RunData) -> Calibrant:
    """What one run gives, from its raw signals: a moment calibration that was in force has no say.

    Raises
    ------
    InputError
        It is a run of another kind, or lacks what its reduction needs.
    ReferenceRangeError
        Field or temperature outside the range of the reference's law.
    """
    way = CALIBRANT_KINDS.get(run.procedure.kind)
    if way is None:
        problem = Problem("kind", repr(run.procedure.kind), ", ".join(map(repr, CALIBRANT_KINDS)))
        raise InputError(f"run {run.run_id}", (problem,))
    conditions: Mapping[str, float] = {}
    if run.procedure.kind == "palladium":
        values, flags = paramagnet_gain(run)
        reference = _stated(run)
    else:
        reduction = reduce_run(run)
        flags, reference = reduction.flags, reduction.reference
        values, conditions = dict(reduction.artefact_values), reduction.conditions
    return Calibrant(
        name=f"{run.sample.name if run.sample else run.procedure.name}, {way}",
        kind=run.procedure.kind,
        run_id=run.run_id,
        moment_per_volt=values["moment_per_volt"],
        signal_angle=values["signal_angle"],
        frequency_hz=signals(run.moment_points, run.run_id).frequency_hz,
        phase_deg=run.phase_deg,
        reference=reference,
        flags=flags,
        image=image_condition(run),
        conditions=dict(conditions),
        mount=run.run_id,
    )


def coil_geometry(bench: BenchSpec, frequency_hz: float) -> Calibrant | None:
    """Moment per volt from the dimensions of the coils, at a frequency (Hz); None where the bench file does not state them.

    Poles whose gap is stated mirror the sample, wholly where they are soft and not at all where they are saturated. How much
    is not known from dimensions: every strength from 0 to 1 is taken as equally likely.

    Raises
    ------
    InputError
        The coils do not fit between the poles, or the amplitude takes the sample to a turn.
    """
    stated = bench.coils.geometry
    if stated is None:
        return None
    inputs: dict[str, Quantity | Estimate] = {
        "coils.radius": stated.radius,
        "coils.turns": stated.turns,
        "coils.half_spacing_x": stated.half_spacing_x,
        "coils.half_spacing_z": stated.half_spacing_z,
        "vibration.amplitude": bench.amplitude_m,
    }
    if bench.poles.gap is not None:
        inputs["poles.gap"] = bench.poles.gap
        inputs["poles.image_strength"] = Quantity(0.5, 0.5 / math.sqrt(3.0), distribution="rectangular")

    def model(x: Mapping[str, float]) -> float:
        coils = FourCoils(x["coils.radius"], x["coils.turns"], x["coils.half_spacing_x"], x["coils.half_spacing_z"])
        amplitude_m = x["vibration.amplitude"]
        coupling = effective_coupling(
            coils, amplitude_m, gap_m=x.get("poles.gap"), image_strength=x.get("poles.image_strength", 0.0)
        )
        return 1.0 / signal_per_moment_v_rms(frequency_hz, coupling, amplitude_m)

    try:
        value = propagate(model, inputs, unit="A m2/V")
    except ValueError as error:
        raise InputError(str(bench.source), (Problem("coils", str(error), "coils between the poles"),)) from error

    return Calibrant(
        name=GEOMETRY,
        kind="",
        run_id="",
        moment_per_volt=value,
        signal_angle=None,
        frequency_hz=frequency_hz,
        phase_deg=0.0,
        reference=f"{GEOMETRY}: dimensions as stated in the bench file"
        + ("" if bench.poles.gap is None else ", images in the poles of any strength"),
    )


def _placed(estimate: Estimate, run_id: str, mount: str) -> Estimate:
    own, shared = f"{run_id}.mount.", f"{mount}.mount."
    components = tuple(
        replace(c, name=shared + c.name.removeprefix(own)) if c.name.startswith(own) else c for c in estimate.components
    )
    return replace(estimate, components=components)


def _stated(run: RunData) -> str:
    sample = run.sample
    return "" if sample is None or sample.reference is None else f"{sample.name}: {reference_status(sample.reference)}"
