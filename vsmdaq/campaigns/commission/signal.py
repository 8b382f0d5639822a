"""The lock-in at rest: reference, noise against its model, memory of the filter. With a sample: sign, phase, settling."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress

import numpy as np

from vsmdaq.analyse.filter_settling import fit_settling
from vsmdaq.analyse.noise_floor import memory_time, noise_floor
from vsmdaq.campaigns.commission.findings import Finding, compared, expected, noted, skipped, stated_of, wrong
from vsmdaq.campaigns.commission.hands import Hands, mean_of
from vsmdaq.campaigns.commission.known import Known, Sizes
from vsmdaq.physics.lockin import noise_v_rms, settling_time, variance_of_mean
from vsmdaq.physics.ramp import settle_time_s
from vsmdaq.terms import Quantity
from vsmdaq_drivers.contracts import BenchError, LockIn, LockInReading, OperatorError, OperatorStep

__all__ = ["SAMPLE", "find_noise", "find_signal", "lockin_kept"]

SAMPLE = "nickel-sphere"
"""Name of the sample that is asked for, as the starter set calls it."""

_TIME_CONSTANTS_S = (0.030, 0.100)
_POLES = 4
_SAMPLES = 400
_WINDOW = 20
_FREQUENCY_TOLERANCE = 1e-3
_FILTER_TOLERANCE = 0.02
_NOISE_FACTOR = 1.2
_SEEN = 10.0
_REST = 1e-6
_TRIES = 30
_STEP = (0.3, 0.5)
"""Ends of the step as shares of the largest current: low, where m of a soft sphere is a straight line."""


@contextmanager
def lockin_kept(lockin: LockIn) -> Generator[None]:
    """Phase, filter and range are afterwards what they were before, as far as the lock-in still answers."""
    phase_deg, sensitivity_v_rms, kept = lockin.phase_deg, lockin.sensitivity_v_rms, lockin.filter()
    try:
        yield
    finally:
        with suppress(BenchError):  # the magnet comes first; every run sets the lock-in by itself
            lockin.phase_deg = phase_deg
            lockin.sensitivity_v_rms = sensitivity_v_rms
            lockin.set_filter(kept.time_constant_s, kept.poles, synchronous=kept.synchronous)


def find_noise(hands: Hands, known: Known) -> list[Finding]:
    """At zero current: is the reference there, at which frequency; noise at two time constants; overloads."""
    lockin = hands.lockin
    lockin.phase_deg = 0.0
    time_constants_s = list(dict.fromkeys(_longer(lockin, wanted_s) for wanted_s in _TIME_CONSTANTS_S))
    lockin.set_filter(time_constants_s[0], _POLES)
    hands.pause(settling_time(1e-3, _POLES) * time_constants_s[0])
    lockin.status()
    hands.pause(0.5)
    known.reference_locked = not lockin.status().reference_unlocked
    if not known.reference_locked:
        text = (
            "the lock-in is not locked to its reference: cable, level and edge of the reference, drive of the vibrator"
        )
        why = "the reference is not locked"
        names = ("frequency", "noise", "filter_memory")
        return [wrong("noise", "reference", text), *(skipped("noise", name, why) for name in names)]
    findings = [Finding("noise", "reference", "agree", "locked")]
    for number, time_constant_s in enumerate(time_constants_s):
        findings += _floor(hands, known, time_constant_s, first=number == 0)
    return findings


def _floor(hands: Hands, known: Known, time_constant_s: float, *, first: bool) -> list[Finding]:
    """Noise, memory and overloads at one time constant; with the `first` the frequency."""
    lockin, step = hands.lockin, "noise"
    lockin.set_filter(time_constant_s, _POLES)
    _choose_range(hands, known)
    lockin.status()
    samples = hands.signals(_SAMPLES, time_constant_s)
    status = lockin.status()
    x, y = np.array([s.x_v_rms for s in samples]), np.array([s.y_v_rms for s in samples])
    spacing_s = (samples[-1].time_s - samples[0].time_s) / (len(samples) - 1)
    floor = noise_floor([x, y], spacing_s, time_constant_s, _POLES)
    stated = hands.bench.spec.noise_density_v_per_sqrt_hz
    label = f"at a time constant of {time_constant_s * 1e3:g} ms"
    findings = [_frequency(hands, samples)] if first else []
    if not first or len(_TIME_CONSTANTS_S) == 1:
        known.density_v_per_sqrt_hz = floor.density_v_per_sqrt_hz
    density = floor.density_v_per_sqrt_hz * 1e9
    interval = f"{floor.low_v_per_sqrt_hz * 1e9:.3g} to {floor.high_v_per_sqrt_hz * 1e9:.3g} nV/sqrt(Hz)"
    findings.append(
        expected(
            step,
            f"noise_{time_constant_s * 1e3:g}ms",
            floor.density_v_per_sqrt_hz,
            floor.u_v_per_sqrt_hz,
            "V/sqrt(Hz)",
            stated,
            within=_NOISE_FACTOR,
            table="" if first else "lockin",
            line="" if first else f'noise = "{density:.3g} nV/√Hz"',
            text=f"X and Y {label}; 95 % interval {interval}",
        )
    )
    findings.append(_memory([x, y], spacing_s, time_constant_s))
    if status.flags:
        findings.append(wrong(step, f"flags_{time_constant_s * 1e3:g}ms", f"{', '.join(status.flags)} {label}"))
    else:
        findings.append(Finding(step, f"flags_{time_constant_s * 1e3:g}ms", "agree", f"no overload, no unlock {label}"))
    return findings


def _frequency(hands: Hands, samples: list[LockInReading]) -> Finding:
    found, u = mean_of([sample.frequency_hz for sample in samples])
    frequency = hands.bench.spec.vibration.frequency_hz
    stated = stated_of(frequency, at_least=_FREQUENCY_TOLERANCE * frequency.value)
    text = f"of the reference; what the bench file states is taken as good to {100.0 * _FREQUENCY_TOLERANCE:g} %"
    line = f'frequency = "{found:.6g} Hz"'
    return compared("noise", "frequency", found, u, stated, table="vibration", line=line, text=text)


def _memory(channels: list[np.ndarray[tuple[int], np.dtype[np.float64]]], spacing_s: float, tau_s: float) -> Finding:
    name = f"filter_memory_{tau_s * 1e3:g}ms"
    memory = memory_time(channels, spacing_s, tau_s, _POLES)
    if memory is None:
        return wrong("noise", name, "the samples are not correlated as any filter of that shape would have them")
    text = "time constant that the autocorrelation of the samples speaks for, against the one set"
    stated = Quantity(tau_s, _FILTER_TOLERANCE * tau_s, "s")
    return compared("noise", name, memory.time_constant_s, memory.u_s, stated, text=text)


def _longer(lockin: LockIn, wanted_s: float) -> float:
    """The shortest time constant that is not below `wanted_s`, or the longest there is."""
    longer = [value for value in lockin.time_constants_s if value >= wanted_s * (1.0 - 1e-6)]
    return longer[0] if longer else lockin.time_constants_s[-1]


def _choose_range(hands: Hands, known: Known) -> None:
    """A range with room for the signal and its noise; wider while the lock-in reports an overload."""
    lockin = hands.lockin
    kept = lockin.filter()
    wait_s = settling_time(1e-4, kept.poles) * kept.time_constant_s
    sigma = noise_v_rms(known.density_v_per_sqrt_hz, kept.time_constant_s, kept.poles)
    ranges = lockin.sensitivities_v_rms
    index = min(range(len(ranges)), key=lambda i: abs(math.log(ranges[i] / 10e-3)))  # to begin with, about 10 mV
    for _ in range(_TRIES):
        lockin.sensitivity_v_rms = ranges[index]
        hands.pause(wait_s)
        lockin.status()
        reading = hands.signal()
        if lockin.status().overloads and index < len(ranges) - 1:
            index += 1
            continue
        size = max(abs(reading.x_v_rms), abs(reading.y_v_rms)) + 6.0 * sigma
        better = next((i for i, value in enumerate(ranges) if value >= 1.5 * size), len(ranges) - 1)
        if better >= index:
            return
        index = max(better, index - 3)


def find_signal(hands: Hands, known: Known, sizes: Sizes, mount: Callable[[OperatorStep], str]) -> list[Finding]:
    """With a small strong sample: sign and phase of the signal against the field's sign, cross-talk, settling."""
    step = "signal"
    names = ("signal_phase", "crosstalk", "settling")
    if not known.reference_locked:
        return [skipped(step, name, "the reference is not locked") for name in names]
    text = (
        "Mount a small sample that is strongly magnetic (a nickel sphere) on the rod, centre it, close the shield. Without one, give "
        "up this step: the others do not need it."
    )
    try:
        mount(OperatorStep("mount", SAMPLE, text))
    except OperatorError as error:
        return [skipped(step, name, f"no sample: {error}") for name in names]
    hands.lockin.phase_deg = 0.0
    hands.lockin.set_filter(_longer(hands.lockin, _TIME_CONSTANTS_S[-1]), _POLES)
    hands.go(sizes.cycle_a, sizes.rate_a_per_s)
    _rest(hands, known)
    _choose_range(hands, known)
    phasors: list[complex] = []
    fields: list[float] = []
    for current_a in (sizes.cycle_a, -sizes.cycle_a):
        hands.go(current_a, sizes.rate_a_per_s)
        _rest(hands, known)
        hands.lockin.status()
        phasors.append(_phasor(hands))
        fields.append(mean_of(hands.fields(4))[0])
        if flags := hands.lockin.status().flags:
            return [skipped(step, name, f"the lock-in reports {', '.join(flags)}") for name in names]
    u = _u_phasor(hands, known)
    turning = 0.5 * (phasors[0] - phasors[1]) * (1.0 if fields[0] > fields[1] else -1.0)
    if abs(turning) < _SEEN * u:
        text = f"the signal does not turn with the field (|Z| = {abs(turning):.2e} V ± {u:.1e} V rms): is a sample mounted?"
        return [skipped(step, name, text) for name in names]
    constant = 0.5 * abs(phasors[0] + phasors[1])
    if abs(turning) < constant:
        text = (
            f"what turns with the field (|Z| = {abs(turning):.2e} V rms) is less than what does not ({constant:.2e} V rms): that may "
            "be the empty holder, whose sign is the other one; mount a stronger sample"
        )
        return [skipped(step, name, text) for name in names]
    return [*_phase(turning, phasors, u), _settling(hands, known, sizes)]


def _phase(turning: complex, phasors: list[complex], u_v_rms: float) -> list[Finding]:
    step = "signal"
    phase_deg = math.degrees(cmath.phase(turning))
    u_deg = math.hypot(math.degrees(u_v_rms / abs(turning)), 0.01)
    x_sign = "positive" if turning.real > 0.0 else "negative"
    text = (
        f"reference phase at which X is positive for positive H; at phase 0 X is {x_sign}, |Z| = {abs(turning):.4g} V rms. "
        "`vsmdaq run` of procedures/phase.toml measures and keeps it"
    )
    constant = 0.5 * (phasors[0] + phasors[1])
    about = f"does not turn with the field, at {math.degrees(cmath.phase(constant)):+.1f} deg"
    return [
        noted(step, "signal_phase", phase_deg, u_deg, "deg", text),
        noted(step, "crosstalk", abs(constant), u_v_rms, "V", f"rms; {about}"),
    ]


def _settling(hands: Hands, known: Known, sizes: Sizes) -> Finding:
    """A step of the field, and the output of the lock-in on its way to rest."""
    kept = hands.lockin.filter()
    tau_s = kept.time_constant_s
    hands.go(_STEP[0] * sizes.cycle_a, sizes.rate_a_per_s)
    _rest(hands, known)
    ramp = hands.go(_STEP[1] * sizes.cycle_a, sizes.rate_a_per_s)
    readings = hands.signals(60, 0.25 * tau_s)
    times = np.array([reading.time_s for reading in readings])
    phasors = np.array([complex(reading.x_v_rms, reading.y_v_rms) for reading in readings])
    step = phasors[-1] - phasors[0]
    if abs(step) == 0.0:
        return skipped("signal", "settling", "the signal did not move with the step")
    along = (phasors * np.conj(step / abs(step))).real
    duration_s = abs(ramp.end_a - ramp.start_a) / sizes.rate_a_per_s
    fits = [
        fit_settling(times, along, ramp_s=duration_s, lag_s=lag_s, poles=kept.poles, start_s=tau_s)
        for lag_s in (known.lag_s, known.lag_s + known.u_lag_s)
    ]
    fit, other = fits
    if fit is None or other is None:
        return skipped("signal", "settling", "the step of the signal is too small to tell")
    text = (
        f"time constant of {kept.poles} stages by the way X comes to rest, against the one set; scatter about the model "
        f"{fit.scatter_v_rms / abs(fit.step_v_rms):.1e} of the step"
    )
    stated = Quantity(tau_s, _FILTER_TOLERANCE * tau_s, "s")
    u_s = math.hypot(fit.u_s, other.time_constant_s - fit.time_constant_s)
    return compared("signal", "settling", fit.time_constant_s, u_s, stated, text=text)


def _phasor(hands: Hands) -> complex:
    spacing_s = 2.0 * hands.lockin.filter().time_constant_s
    readings = hands.signals(_WINDOW, spacing_s)
    return complex(
        math.fsum(reading.x_v_rms for reading in readings) / len(readings),
        math.fsum(reading.y_v_rms for reading in readings) / len(readings),
    )


def _u_phasor(hands: Hands, known: Known) -> float:
    """Standard uncertainty of half the difference (or sum) of two windows, V rms."""
    kept = hands.lockin.filter()
    sigma = noise_v_rms(known.density_v_per_sqrt_hz, kept.time_constant_s, kept.poles)
    return sigma * math.sqrt(0.5 * variance_of_mean(2.0, _WINDOW, kept.poles))


def _rest(hands: Hands, known: Known) -> None:
    """Wait until lag and filter have forgotten a step."""
    kept = hands.lockin.filter()
    hands.pause(settle_time_s(_REST, 0.0, known.lag_s, kept.time_constant_s, kept.poles))
