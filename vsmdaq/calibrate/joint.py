"""One moment calibration out of several that check each other: saturated nickel, its slope, paramagnets, the coils' dimensions.

What is combined is the moment per volt, which all but the dimensions give without the amplitude; C follows from it. Repetitions
of one way (remounts) are a mean first. Whatever two ways share is found by the names of their inputs.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from vsmdaq.calibrate.calibrants import Calibrant, coil_geometry
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.physics.induction import signal_per_moment_v_rms
from vsmdaq.terms import Estimate, InputError, Problem, Quantity
from vsmdaq.uncertainty import linear_combination, propagate
from vsmdaq.uncertainty.joint import Joint, Widening, joint_mean, mean_of_repeats

__all__ = ["JointCalibration", "JointInput", "joint_calibration"]

_PREFERRED = ("nickel", "nickel-slope", "palladium")
"""Kinds whose signal is strong come first where the angle is taken from."""


@dataclass(frozen=True, slots=True)
class JointInput:
    """One way of calibrating: its runs (none for the coils' dimensions), how often its sample was mounted for them, C (H/m3), reference."""

    name: str
    runs: tuple[str, ...]
    mounts: int
    coupling_constant: Estimate
    reference: str


@dataclass(frozen=True, slots=True)
class JointCalibration:
    """What the ways give together.

    Attributes
    ----------
    joint : Joint
        Weighted mean of the moment per volt (A m2/V), with what each member is worth.
    inputs : tuple of JointInput
        In the order of `joint.members`.
    values : mapping of str to Estimate
        ``moment_per_volt``, ``signal_angle``, ``coupling_constant``: what the artefact holds.
    conditions : mapping of str to float
        ``frequency_hz``, ``amplitude_m``, ``phase_deg``.
    flags : tuple of str
        Outliers, what was widened, what is not in u.
    """

    joint: Joint
    inputs: tuple[JointInput, ...]
    values: Mapping[str, Estimate]
    conditions: Mapping[str, float]
    flags: tuple[str, ...]

    @property
    def reference(self) -> str:
        """What all of it was known from, each with its status."""
        return "; ".join(item.reference for item in self.inputs)


def joint_calibration(
    bench: BenchSpec, measured: Sequence[Calibrant], *, widening: Widening = "beyond"
) -> JointCalibration:
    """Combine the measurements, the last one of each way last, with the coils' dimensions where the bench file states them.

    Raises
    ------
    InputError
        No measurement, nothing to compare it with, or runs that were reduced with different image calibrations.
    """
    if not measured:
        raise _too_little(bench, [])
    _check_same_image(measured)
    frequency_hz = measured[-1].frequency_hz
    geometry = coil_geometry(bench, frequency_hz)
    ways: dict[str, list[Calibrant]] = {}
    for item in (*measured, *(() if geometry is None else (geometry,))):
        ways.setdefault(item.name, []).append(item)
    if len(ways) < 2:
        raise _too_little(bench, list(ways))
    estimates = {name: _mean(name, items, frequency_hz) for name, items in ways.items()}
    joint = joint_mean(estimates, widening=widening)
    inputs = tuple(
        JointInput(
            name,
            tuple(i.run_id for i in items if i.run_id),
            len({i.mount for i in items if i.run_id}),
            _coupling(bench, estimates[name], frequency_hz),
            items[-1].reference,
        )
        for name, items in ways.items()
    )
    phase_deg = measured[-1].phase_deg
    return JointCalibration(
        joint=joint,
        inputs=inputs,
        values={
            "moment_per_volt": joint.estimate,
            "signal_angle": _angle(measured, phase_deg),
            "coupling_constant": _coupling(bench, joint.estimate, frequency_hz),
        },
        conditions={
            **{name: value for item in measured for name, value in item.conditions.items()},
            "frequency_hz": frequency_hz,
            "amplitude_m": bench.amplitude_m.value,
            "phase_deg": phase_deg,
            **measured[-1].image,
        },
        flags=(*_judged(joint), *_mounted_once(bench, ways), *_flags_of(measured)),
    )


def _check_same_image(measured: Sequence[Calibrant]) -> None:
    """The moment per volt is that at k = 1 of the image calibration: all must go by the same one, or none."""
    last = measured[-1]
    problems = tuple(
        Problem(f"run {item.run_id}", _image(item), f"{_image(last)}, as run {last.run_id}", "Run it again.")
        for item in measured
        if dict(item.image) != dict(last.image)
    )
    if problems:
        raise InputError("joint calibration", problems)


def _image(item: Calibrant) -> str:
    found = ", ".join(f"{name} = {value:g}" for name, value in item.image.items())
    return f"reduced with the image calibration of {found}" if found else "reduced without an image calibration"


def _mean(name: str, items: Sequence[Calibrant], frequency_hz: float) -> Estimate:
    """Mean over the mounts of a sample, each the mean of its runs."""
    mounts: dict[str, list[Estimate]] = {}
    for item in items:
        mounts.setdefault(item.mount, []).append(_at_frequency(item, frequency_hz))
    means = [mean_of_repeats(runs, f"repeat:{name}, {mount}") for mount, runs in mounts.items()]
    return mean_of_repeats(means, f"remount:{name}")


def _at_frequency(item: Calibrant, frequency_hz: float) -> Estimate:
    """Moment per volt at another frequency, a little beside: it goes with 1/f."""
    estimate = item.moment_per_volt
    return linear_combination([item.frequency_hz / frequency_hz], [estimate], estimate.unit)


def _coupling(bench: BenchSpec, moment_per_volt: Estimate, frequency_hz: float) -> Estimate:
    """C (H/m3); an amplitude that is in the moment per volt already (from the dimensions) cancels or adds as it must."""

    def model(x: Mapping[str, float]) -> float:
        return 1.0 / (x["moment_per_volt"] * signal_per_moment_v_rms(frequency_hz, 1.0, x["vibration.amplitude"]))

    inputs: dict[str, Quantity | Estimate] = {
        "moment_per_volt": moment_per_volt,
        "vibration.amplitude": bench.amplitude_m,
    }
    return propagate(model, inputs, unit="H/m3")


def _angle(measured: Sequence[Calibrant], phase_deg: float) -> Estimate:
    """Angle of the signal at a reference phase, from all runs of the strongest kind that there is."""
    kind = min((item.kind for item in measured), key=_PREFERRED.index)
    found = [(i, i.signal_angle) for i in measured if i.kind == kind and i.signal_angle is not None]
    turned = [
        Estimate(angle.value - math.radians(phase_deg - item.phase_deg), angle.unit, angle.components)
        for item, angle in found
    ]
    first = turned[0].value
    near = [Estimate(first + math.remainder(t.value - first, math.tau), t.unit, t.components) for t in turned]
    mean = mean_of_repeats(near, "remount:signal_angle")
    return Estimate(math.remainder(mean.value, math.tau), mean.unit, mean.components)


def _judged(joint: Joint) -> list[str]:
    flags: list[str] = []
    disagreeing = [member for member in joint.members if member.verdict == "disagrees"]
    for member in joint.members:
        stays = f"it stays in with a weight of {member.weight:.3f}"
        if member.verdict == "outlier":
            flags.append(f"outlier: {member.name}, E_n = {member.normalised_error:.2f} against the others; {stays}")
        if member.weight < 0.0:
            flags.append(f"weight of {member.name} is {member.weight:.3f}: it shares its errors with a better one")
    if disagreeing:
        names = " and ".join(member.name for member in disagreeing)
        flags.append(f"{names} disagree; which of them is wrong cannot be said from them")
    if joint.widened:
        flags.append(
            f"u widened by the Birge ratio {joint.birge_ratio:.2f} (95 % bound {joint.birge_bound:.2f}, "
            f"chi2 = {joint.chi2:.2f} for {joint.dof} degrees of freedom, p = {joint.probability:.2g})"
        )
    return flags


def _mounted_once(bench: BenchSpec, ways: Mapping[str, Sequence[Calibrant]]) -> list[str]:
    if bench.mounting.u_position_m or bench.mounting.u_remount:
        return []
    return [
        f"{name}: one mount, and no [mounting] in the bench file: what mounting does is not in u"
        for name, items in ways.items()
        if items[0].run_id and len({item.mount for item in items}) == 1
    ]


def _flags_of(measured: Sequence[Calibrant]) -> list[str]:
    return [f"{item.run_id}: {flag}" for item in measured for flag in item.flags]


def _too_little(bench: BenchSpec, names: Sequence[str]) -> InputError:
    given = ", ".join(names) or "nothing"
    advice = "Run nickel.toml, background.toml, nickel-slope.toml and palladium.toml (or another paramagnet)" + (
        "." if bench.coils.geometry is not None else ", or state the dimensions under [coils] in the bench file."
    )
    problem = Problem("ways of calibrating", given, "at least two, one of them measured", advice)
    return InputError("joint calibration", (problem,))
