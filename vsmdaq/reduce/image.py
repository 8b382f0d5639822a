"""Image effect: the signal per moment at each field over that at the reference field, from a moment that is known at all of them.

Z = z(H) + G k(|H|) m(H, T), m of saturated nickel or of a current loop, z of the empty holder and the cross-talk. k(|H|) m and the
holder's part of z, which is in proportion to H, look alike for nickel: a k that falls linearly is a holder that is
diamagnetic. For a current loop k m and the constant part of z, the cross-talk, look alike. So z comes from a background run, which
is required. The part of z that can be told apart is fitted beside k, so that it need not have stayed: the constant one for
nickel, the one in proportion to H for the loop.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vsmdaq.analyse.knots import beyond_ends, smooth
from vsmdaq.analyse.weighted import WeightedFit, fit_weighted
from vsmdaq.formats.inputs.kinds.image import Image
from vsmdaq.physics.references import LAWS, reference_status
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.holder import holder_inputs, holder_signal
from vsmdaq.reduce.reference import expected_moment, law_name, named_inputs
from vsmdaq.reduce.series import misfit, numbered
from vsmdaq.reduce.signal_table import signal_table
from vsmdaq.reduce.signals import FloatArray, Signals, field_inputs, signals, true_field
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity, Sample
from vsmdaq.uncertainty import linear_combination, propagate_many

__all__ = ["reduce_image"]

TURNED_RAD = 2e-3
"""Images without eddy currents do not turn the phase; less than this is below what a phase setting is good for."""


def reduce_image(run: RunData) -> Reduction:
    """Table of k(|H|), with the covariance of its values.

    Raises
    ------
    InputError
        The sample is no such reference, there is no background run, or a field has no usable points.
    """
    details = run.procedure.details
    if not isinstance(details, Image):
        raise TypeError(f"an image run has an Image, not {details!r}")
    task = _task(run, details)
    values, flags = _table(run, task)
    fields = [f"{h / 1e3:g} kA/m" for h in task.knots]
    return Reduction(
        quantities={
            numbered("image_factor", i, task.knots.size): ResultQuantity(
                value, f"signal per moment at {fields[i]} over that at {fields[task.reference]}"
            )
            for i, value in enumerate(values)
        }
        | {
            "image_loss": ResultQuantity(
                linear_combination((1.0, -1.0), (Estimate(1.0), values[-1]), "1"),
                f"part of the signal per moment at {fields[task.reference]} that is lost at {fields[-1]}",
            )
        },
        table=signal_table(run, task.data),
        artefact_kind="image",
        artefact_values={f"k_{i}": value for i, value in enumerate(values)},
        conditions={
            **{f"knot_{i}_a_per_m": float(h) for i, h in enumerate(task.knots)},
            "reference_field_a_per_m": float(task.knots[task.reference]),
            "frequency_hz": task.data.frequency_hz,
            "amplitude_m": run.bench.amplitude_m.value,
            "phase_deg": run.phase_deg,
        },
        reference=_described(task.sample),
        flags=(*task.data.flags, *flags),
    )


@dataclass(frozen=True, slots=True)
class _Task:
    """What is fitted: usable points, the reference, fields of the table (A/m) and which of them has k = 1."""

    data: Signals
    sample: Sample
    knots: FloatArray
    reference: int


def _task(run: RunData, details: Image) -> _Task:
    sample = run.sample
    laws = [name for name, law in LAWS.items() if law.kind == "moment"]
    if sample is None or sample.reference is None or law_name(sample) not in laws:
        allowed = f"one whose [reference] has law = {' or '.join(map(repr, laws))}"
        raise missing(run.run_id, "sample", "another sample", allowed)
    if "background" not in run.artefacts or "background" in run.without:
        allowed = "one of this bench: k(H) and the holder look alike"
        raise missing(run.run_id, "background calibration", "none", allowed, "Run background.toml first.")
    knots = np.array(details.fields_a_per_m)
    return _Task(
        signals(run.moment_points, run.run_id),
        sample,
        knots,
        int(np.argmin(np.abs(knots - details.reference_a_per_m))),
    )


def _table(run: RunData, task: _Task) -> tuple[list[Estimate], tuple[str, ...]]:
    """Values of the table, and flags. The noise of their fit is that of k at the reference field as well, where k is 1."""
    inputs: dict[str, Quantity | Estimate] = {**field_inputs(run), **named_inputs(task.sample)}
    inputs["environment.temperature"] = run.bench.temperature
    holder, doubts = holder_inputs(run)
    inputs |= holder
    names = [f"k_{i}" for i in range(task.knots.size)]

    def model(x: Mapping[str, float]) -> dict[str, float]:
        along, _ = _fits(run, task, x)
        return {name: float(along.beta[i] / along.beta[task.reference]) for i, name in enumerate(names)}

    common = propagate_many(model, inputs, units=dict.fromkeys(names, "1"))
    along, across = _fits(run, task, {name: item.value for name, item in inputs.items()})
    size, factor = along.beta[task.reference], along.spread * along.factor
    values: list[Estimate] = []
    for i, name in enumerate(names):
        row = (factor[i] - common[name].value * factor[task.reference]) / size
        noise = tuple(Component(f"noise:{run.run_id}.{j}", float(c), noise=True) for j, c in enumerate(row))
        values.append(Estimate(common[name].value, "1", (*common[name].components, *noise) if np.any(row) else ()))
    doubts = (*doubts, *misfit(along, "signal and law do not go together at each field"))
    return values, (*doubts, *_turned(task.knots, along, across))


def _fits(run: RunData, task: _Task, x: Mapping[str, float]) -> tuple[WeightedFit, WeightedFit]:
    """Signal per moment (V rms/(A m2)) at the knots, and the nuisance behind them: along its mean direction and across it."""
    data = task.data
    field = true_field(data.reading_a_per_m, x)
    kelvin = x["environment.temperature"]
    moment = np.array([expected_moment(task.sample, float(h), kelvin, x) for h in field])
    # of what does not belong to k, the part that can be told apart: see above
    free = field / np.max(np.abs(field)) if np.all(moment > 0.0) or np.all(moment < 0.0) else np.ones_like(field)
    # the field is never quite that of a knot: beyond the ends the curve goes straight on
    curve = smooth(task.knots, np.abs(field)) + beyond_ends(task.knots, np.abs(field))
    design = np.column_stack([curve * moment[:, None], free])
    signal = data.signal_v_rms - holder_signal(run, data, x)
    u = _noise(data, np.abs(field), signal)
    plain = [fit_weighted(design, part, u) for part in (signal.real, signal.imag)]
    if plain[0] is None or plain[1] is None:
        allowed = "usable points at each of its fields, at both polarities"
        raise missing(run.run_id, "points", f"{data.index.size} usable", allowed, "Measure the run again.")
    total = complex(np.sum(plain[0].beta[:-1]), np.sum(plain[1].beta[:-1]))
    turned = signal * np.conj(total) / abs(total)
    along, across = (fit_weighted(design, part, u) for part in (turned.real, turned.imag))
    if along is None or across is None:
        raise RuntimeError("the columns determined the coefficients a moment ago")
    return along, across


def _noise(data: Signals, size: FloatArray, signal: NDArray[np.complex128]) -> FloatArray:
    """Noise of the signal and of the field, which weighs in by the steepest slope of the signal's size, V rms."""
    order = np.argsort(size)
    steps = np.diff(size[order])
    apart = steps > 0.01 * size.max()
    slope = float(np.max(np.abs(np.diff(np.abs(signal[order]))[apart] / steps[apart]), initial=0.0))
    u: FloatArray = np.hypot(data.u_signal_v_rms, slope * np.hypot(data.u_reading_a_per_m, data.lag_reading_a_per_m))
    return u


def _turned(knots: FloatArray, along: WeightedFit, across: WeightedFit) -> tuple[str, ...]:
    """A flag where the signal turns with the field: eddy currents in the poles, or another signal than the reference's."""
    angle = across.beta[:-1] / along.beta[:-1]
    u = np.sqrt(np.sum(across.factor[:-1] ** 2, axis=1)) / np.abs(along.beta[:-1])
    worst = int(np.argmax(np.abs(angle)))
    if abs(angle[worst]) <= max(TURNED_RAD, 4.0 * u[worst]):
        return ()
    found = f"{np.degrees(angle[worst]):+.2f} degree at {knots[worst] / 1e3:g} kA/m"
    return (
        f"the phase of the signal turns with the field, by {found}: eddy currents in the poles, or a signal of another origin",
    )


def _described(sample: Sample) -> str:
    return "" if sample.reference is None else f"{sample.name}: {reference_status(sample.reference)}"
