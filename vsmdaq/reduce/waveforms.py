"""Moments from raw scans of a SQUID magnetometer, the holder taken off scan by scan before anything is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from vsmdaq.analyse.waveform import MPMS3_MOMENT_PER_AMPLITUDE, WaveformFit, fit_waveform, without_background
from vsmdaq.formats.quantum_design_raw import Measurement
from vsmdaq.reduce.data import missing

__all__ = ["Scan", "moment_per_amplitude", "reduce_waveforms"]

NEAR_K = 1.0
NEAR_SHARE = 0.01
"""A background serves a measurement up to this temperature difference (K), or this share of it; likewise the share of the field."""

RANGE = 1000.0
"""The SQUID range that the moment per amplitude is stated for."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What one measurement gives.

    Attributes
    ----------
    temperature_k, field_a_per_m : float
    moment_a_m2, u_moment_a_m2 : float
        Background taken off the scan, centre free; u by the scatter about the curve alone.
    centre_m : float
        Of the curve without background.
    moment_with_background_a_m2 : float
        Centre fixed where the instrument had it.
    centre_with_background_m : float
        Where it is when it is left free.
    moments_subtracted_a_m2 : float
        That moment less the background's, fitted likewise: what is often done, and wrong where the two are not centred alike.
    share : float
        Part of the variance that the curve explains.
    """

    temperature_k: float
    field_a_per_m: float
    moment_a_m2: float
    u_moment_a_m2: float
    centre_m: float
    moment_with_background_a_m2: float
    centre_with_background_m: float
    moments_subtracted_a_m2: float
    share: float


def moment_per_amplitude(
    measurements: Sequence[Measurement], moments_a_m2: Sequence[float] | None, source: str
) -> tuple[float, float]:
    """A m2 per V m at a SQUID range of 1000, and its largest relative departure between the measurements.

    Parameters
    ----------
    measurements : sequence of Measurement
        Of one file.
    moments_a_m2 : sequence of float or None
        The moments that the instrument reported for them, centre fixed; None for a constant of another MPMS3.
    source : str
        For messages.

    Raises
    ------
    InputError
        Another number of moments, or no fitted curve to compare them with.
    """
    if moments_a_m2 is None:
        return MPMS3_MOMENT_PER_AMPLITUDE, 0.0
    if len(moments_a_m2) != len(measurements):
        raise missing(source, "moments", f"{len(moments_a_m2)} for {len(measurements)} measurements", "one for each")
    found = [
        m / (fit_waveform(one.fit_position_m, one.fixed_v).amplitude_v_m * one.squid_range / RANGE)
        for m, one in zip(moments_a_m2, measurements, strict=True)
        if one.fixed_v.size
    ]
    if not found:
        raise missing(source, "fitted curves", "none", "those that the instrument writes behind the scans")
    mean = float(np.median(found))
    return mean, float(np.max(np.abs(np.array(found) / mean - 1.0)))


def reduce_waveforms(
    measurements: Sequence[Measurement], background: Sequence[Measurement], per_amplitude: float, source: str
) -> tuple[Scan, ...]:
    """Moments of all measurements; each takes the background of the nearest temperature and field.

    Parameters
    ----------
    measurements, background : sequence of Measurement
        With sample, and of the holder alone.
    per_amplitude : float
        A m2 per V m at a SQUID range of 1000.
    source : str
        For messages.

    Raises
    ------
    InputError
        A measurement has no background near it, or one with another number of sweeps, or too few points.
    """
    return tuple(_scan(one, _nearest(one, background, source), per_amplitude, source) for one in measurements)


def _nearest(one: Measurement, background: Sequence[Measurement], source: str) -> Measurement:
    def distance(other: Measurement) -> float:
        kelvin = abs(other.temperature_k - one.temperature_k) / max(NEAR_K, NEAR_SHARE * one.temperature_k)
        field = abs(other.field_a_per_m - one.field_a_per_m) / max(NEAR_SHARE * abs(one.field_a_per_m), 1.0)
        return max(kelvin, field)

    best = min(background, key=distance)
    where = f"measurement at line {one.line}"
    if distance(best) > 1.0:
        given = f"nearest background at {best.temperature_k:.2f} K, {best.field_a_per_m / 1e3:.2f} kA/m"
        allowed = f"one near {one.temperature_k:.2f} K, {one.field_a_per_m / 1e3:.2f} kA/m"
        raise missing(source, where, given, allowed, "Measure the holder at the same temperatures and fields.")
    if len(best.sweeps) != len(one.sweeps):
        given = f"{len(one.sweeps)} sweeps, its background {len(best.sweeps)}"
        raise missing(source, where, given, "as many of both")
    return best


def _scan(one: Measurement, holder: Measurement, per_amplitude: float, source: str) -> Scan:
    pairs = [(sweep.position_m, sweep.processed_v) for sweep in one.sweeps]
    holder_pairs = [(sweep.position_m, sweep.processed_v) for sweep in holder.sweeps]
    try:
        clean = fit_waveform(*without_background(pairs, holder_pairs, scale=holder.squid_range / one.squid_range))
        free = fit_waveform(*_joined(pairs))
        fixed = fit_waveform(*_joined(pairs), centre_m=one.given_centre_m)
        fixed_holder = fit_waveform(*_joined(holder_pairs), centre_m=holder.given_centre_m)
    except ValueError as error:
        raise missing(source, f"measurement at line {one.line}", str(error), "a whole scan") from error

    def moment(fit: WaveformFit, squid_range: float) -> float:
        return per_amplitude * fit.amplitude_v_m * squid_range / RANGE

    with_background = moment(fixed, one.squid_range)
    return Scan(
        temperature_k=one.temperature_k,
        field_a_per_m=one.field_a_per_m,
        moment_a_m2=moment(clean, one.squid_range),
        u_moment_a_m2=abs(per_amplitude) * clean.u_amplitude_v_m * one.squid_range / RANGE,
        centre_m=clean.centre_m,
        moment_with_background_a_m2=with_background,
        centre_with_background_m=free.centre_m,
        moments_subtracted_a_m2=with_background - moment(fixed_holder, holder.squid_range),
        share=clean.share,
    )


def _joined(pairs: Sequence[tuple[np.ndarray, np.ndarray]]) -> tuple[np.ndarray, np.ndarray]:
    return np.concatenate([z for z, _ in pairs]), np.concatenate([v for _, v in pairs])
