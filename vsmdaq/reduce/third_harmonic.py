"""Third harmonic: the curvature of the coupling along the vibration, without a change of amplitude or place.

Along the motion z = a cos wt the flux of a moment in a coupling 1 + kappa_z z²/2 (per z) has a third harmonic of kappa_z a²/24
of its first, which is 1 + kappa_z a²/8. A voltage counts it three times: U3/U1 = r = c/(1 + c) with c = kappa_z a²/8. A
signal that is late by a time is turned by n times the angle at the n-th harmonic, so r is real where 3 arg U1 is
taken off U3. What the rod itself does at three times the frequency adds 3 a3/a exp(i phase).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Mapping

import numpy as np

from vsmdaq.formats.inputs.kinds.third_harmonic import ThirdHarmonic
from vsmdaq.reduce.curvature_check import against_centring
from vsmdaq.reduce.data import Reduction, RunData, missing
from vsmdaq.reduce.series import column_of
from vsmdaq.reduce.signal_table import signal_table
from vsmdaq.reduce.signals import FloatArray, Signals, signals
from vsmdaq.terms import Component, Estimate, Quantity, ResultQuantity
from vsmdaq.uncertainty import propagate_many

__all__ = ["reduce_third_harmonic"]

OWN = "vibration.third_harmonic"
OWN_PHASE = "vibration.third_harmonic_phase"

DEFINITIONS = {
    "third_harmonic_ratio": ("1", "signal at three times the frequency over that at it, of the coils alone: c/(1 + c)"),
    "curvature_z": ("1/m2", "kappa_z: relative curvature of the coupling along the vibration, from c = kappa_z a²/8"),
}


def reduce_third_harmonic(run: RunData) -> Reduction:
    """Ratio of the harmonics and curvature, and E_n against a centring run.

    Raises
    ------
    InputError
        No usable points of one harmonic at one of the fields.
    """
    details = run.procedure.details
    if not isinstance(details, ThirdHarmonic):
        raise TypeError(f"a run at the third harmonic has a ThirdHarmonic, not {details!r}")
    data = signals(run.moment_points, run.run_id)
    harmonic = column_of(run, data, lambda p: 0.0 if p.setting is None else p.setting)
    (first, u_first), (third, u_third) = (_reversed(run, data, harmonic, n) for n in (1, 3))
    # U1 as X and Y show it is turned back by the setting; so is U3 with the same setting
    turn = math.radians(run.phase_deg)
    ratio = third / first * cmath.exp(-2j * (cmath.phase(first) + turn))
    u_ratio = math.hypot(u_third, abs(ratio) * u_first) / abs(first)
    inputs: dict[str, Quantity | Estimate] = {
        "real": _noisy(run, "real", ratio.real, u_ratio),
        "imaginary": _noisy(run, "imaginary", ratio.imag, u_ratio),
        "vibration.amplitude": run.bench.amplitude_m,
        OWN: details.own,
        OWN_PHASE: details.own_phase,
    }

    def model(x: Mapping[str, float]) -> dict[str, float]:
        amplitude = x["vibration.amplitude"]
        own = 3.0 * x[OWN] / amplitude * cmath.exp(1j * math.radians(x[OWN_PHASE]))
        # the rod's own part is in proportion to U1 without the curvature's share: (own + c)/(1 + c) is measured
        measured = complex(x["real"], x["imaginary"])
        c = (measured - own) / (1.0 - measured)
        return {
            "third_harmonic_ratio": c.real / (1.0 + c.real),
            "curvature_z": 8.0 * c.real / amplitude**2,
            "across": c.imag,
        }

    units = {name: unit for name, (unit, _) in DEFINITIONS.items()}
    found = propagate_many(model, inputs, units={**units, "across": "1"})
    quantities = {name: ResultQuantity(found[name], text) for name, (_, text) in DEFINITIONS.items()}
    compared, doubts = against_centring(run, found["curvature_z"])
    return Reduction(
        quantities=quantities | compared,
        table={**signal_table(run, data), "harmonic": [round(n) for n in harmonic]},
        flags=(*data.flags, *_across(found), *doubts),
    )


def _reversed(run: RunData, data: Signals, harmonic: FloatArray, number: int) -> tuple[complex, float]:
    """Half the difference of the signals (V rms) at both fields, which holds nothing that does not reverse; its noise."""
    sides = [np.flatnonzero((np.round(harmonic) == number) & (sign * data.reading_a_per_m > 0.0)) for sign in (1, -1)]
    if any(side.size == 0 for side in sides):
        allowed = f"points at harmonic {number} at both fields"
        raise missing(run.run_id, "points", f"{data.index.size} usable", allowed, "Measure the run again.")
    means = [complex(np.mean(data.signal_v_rms[side])) for side in sides]
    noise = [float(np.sqrt(np.sum(data.u_signal_v_rms[side] ** 2))) / side.size for side in sides]
    return 0.5 * (means[0] - means[1]), 0.5 * math.hypot(*noise)


def _noisy(run: RunData, name: str, value: float, u: float) -> Estimate:
    return Estimate(value, "1", (Component(f"noise:{run.run_id}.{name}", u, noise=True),))


def _across(found: Mapping[str, Estimate]) -> tuple[str, ...]:
    """A flag where the third harmonic stands where no curvature of the coupling can put it."""
    along, across = found["curvature_z"], found["across"]
    ratio = found["third_harmonic_ratio"].value
    if abs(across.value) <= max(4.0 * across.u, 0.05 * abs(ratio)):
        return ()
    cause = "the rod's own third harmonic (key own), or electronics that are no mere delay"
    share = f"{across.value:+.2g} of the first across, {ratio:+.2g} along the direction of a curvature of {along.value:.3g} 1/m2"
    return (f"the third harmonic is not that of the coils alone ({share}): {cause}",)
