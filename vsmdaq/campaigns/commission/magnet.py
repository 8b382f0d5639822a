"""Field constant, offset and remanence from a cycle; reversal of the current; ramp rate, lag, the gaussmeter's pace."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from vsmdaq.analyse.lag import Tail, fit_lag, longest_unseen_lag
from vsmdaq.analyse.magnet_cycle import CycleFit, CyclePoint, fit_cycle
from vsmdaq.analyse.ramp_rate import fit_rate
from vsmdaq.campaigns.commission.bench_lines import line_of, rounded_up
from vsmdaq.campaigns.commission.findings import Finding, Verdict, bounded, compared, noted, skipped, stated_of, wrong
from vsmdaq.campaigns.commission.hands import Hands, Instant, Ramp, mean_of
from vsmdaq.campaigns.commission.known import Known, Sizes
from vsmdaq.terms import Quantity

__all__ = ["find_constant", "find_dynamics", "find_reversal"]

_READINGS = 12
_FRACTIONS = (1.0, 0.5, 0.0, -0.25, -0.5, -0.75, -1.0)
_STEPS = 4
_SHARE = 0.3
"""Scatter that is smaller than this share of that at rest is not believed: readings may repeat."""
_RATE_TOLERANCE = 0.02
"""A ramp rate that was asked for is taken as known to 2 %: a ramp that the driver makes of steps is no better."""
_INTERVAL_TOLERANCE = 0.05


def find_constant(hands: Hands, known: Known, sizes: Sizes) -> list[Finding]:
    """One symmetric cycle of the current, after one to prepare the yoke: constant, offset, remanence."""
    for end_a in (sizes.cycle_a, -sizes.cycle_a, sizes.cycle_a):
        hands.go(end_a, sizes.rate_a_per_s)
    taken: list[tuple[float, bool, list[float]]] = []
    for direction in (1.0, -1.0):
        for fraction in _FRACTIONS:
            hands.go(direction * fraction * sizes.cycle_a, sizes.rate_a_per_s)
            values = hands.settled_fields(_READINGS, known.sigma_field_a_per_m)
            taken.append((hands.look().current_a, direction > 0.0, values))
    known.sigma_field_a_per_m = max(_pooled([values for _, _, values in taken]), _SHARE * known.sigma_field_a_per_m)
    u = known.sigma_field_a_per_m / math.sqrt(_READINGS)
    points = [CyclePoint(current_a, mean_of(values)[0], u, downward) for current_a, downward, values in taken]
    fit = fit_cycle(points)
    if fit is None:
        return [wrong("constant", "field_constant", "the readings of the cycle do not determine it; see readings.csv")]
    return [_constant(hands, fit), _offset(hands, fit), _remanence(hands, fit), _straight(fit)]


def _pooled(groups: list[list[float]]) -> float:
    """Standard deviation of one reading, from the scatter within groups."""
    squares = math.fsum(len(group) * (len(group) - 1) * mean_of(group)[1] ** 2 for group in groups)
    return math.sqrt(squares / sum(len(group) - 1 for group in groups))


def _constant(hands: Hands, fit: CycleFit) -> Finding:
    spec = hands.bench.spec
    gain = spec.gaussmeter_gain
    value = fit.slope_per_m / gain.value
    u = math.hypot(fit.u_slope_per_m / gain.value, value * gain.u / gain.value)
    line = line_of("field_constant", value, u, "kA/m per A", 1e3) if value > 0.0 else ""
    text = "slope of both branches, by the gaussmeter with the gain that the bench file states"
    if value <= 0.0:
        text = "negative: the leads of the magnet, or the probe, are the wrong way round"
    return compared(
        "constant", "field_constant", value, u, spec.magnet.field_constant_per_m, table="magnet", line=line, text=text
    )


def _offset(hands: Hands, fit: CycleFit) -> Finding:
    stated = hands.bench.spec.gaussmeter_offset
    line = line_of("offset", fit.offset_a_per_m, fit.u_offset_a_per_m, "A/m")
    text = "reading that does not turn with the field: the middle between both branches"
    return compared(
        "constant",
        "gaussmeter_offset",
        fit.offset_a_per_m,
        fit.u_offset_a_per_m,
        stated,
        table="gaussmeter",
        line=line,
        text=text,
    )


def _remanence(hands: Hands, fit: CycleFit) -> Finding:
    found = bounded(
        "constant",
        "remanence",
        fit.remanence_a_per_m,
        fit.u_remanence_a_per_m,
        "A/m",
        hands.bench.spec.magnet.remanence_a_per_m,
        table="magnet",
        text="half the distance of the branches; after full field it may be more",
    )
    if found.verdict == "agree":
        return found
    bound = rounded_up(1.25 * (abs(fit.remanence_a_per_m) + 2.0 * fit.u_remanence_a_per_m))
    return bounded(
        "constant",
        "remanence",
        fit.remanence_a_per_m,
        fit.u_remanence_a_per_m,
        "A/m",
        hands.bench.spec.magnet.remanence_a_per_m,
        table="magnet",
        line=f'remanence = "{bound / 1e3:g} kA/m"',
        text=found.text,
    )


def _straight(fit: CycleFit) -> Finding:
    text = "chi-squared about the straight branches over its degrees of freedom: much more than 1 is a bend, or drift"
    return noted("constant", "straightness", fit.chi2 / fit.dof, math.sqrt(2.0 / fit.dof), "1", text)


def find_reversal(hands: Hands, known: Known, sizes: Sizes) -> list[Finding]:
    """From +I to -I and back: the field turns with it, nothing sticks at zero, and how long it takes."""
    step, spec = "reversal", hands.bench.spec
    means: list[float] = []
    ramps: list[Ramp] = []
    hands.go(sizes.cycle_a, sizes.rate_a_per_s)
    for end_a in (-sizes.cycle_a, sizes.cycle_a):
        ramps.append(hands.go(end_a, sizes.rate_a_per_s))
        means.append(mean_of(hands.settled_fields(_READINGS, known.sigma_field_a_per_m))[0])
    u = known.sigma_field_a_per_m / math.sqrt(2.0 * _READINGS)
    uneven = 0.5 * (means[0] + means[1])
    text = f"half of H(+I) + H(-I) at {sizes.cycle_a:g} A: the offset, if the magnet turns evenly"
    findings = [compared(step, "unevenness", uneven, u, spec.gaussmeter_offset, text=text)]
    ideal_s = 2.0 * sizes.cycle_a / sizes.rate_a_per_s + hands.bench.supply.handling.reversal_s
    took_s = math.fsum(ramp.done_s - ramp.asked_s for ramp in ramps) / len(ramps)
    text = (
        f"from +{sizes.cycle_a:g} A to -{sizes.cycle_a:g} A; planned for it: {ideal_s:.3g} s, current over rate with the supply's own "
        "pause; more than a tenth beyond is too long"
    )
    findings.append(bounded(step, "reversal_time", took_s, 0.0, "s", 1.1 * ideal_s, text=text))
    turned_back = [ramp for ramp in ramps if not _monotonic(ramp, hands.bench.supply.handling.zero_a)]
    if turned_back:
        findings.append(
            wrong(step, "through_zero", "the current turned back on its way through zero; see readings.csv")
        )
    else:
        findings.append(Finding(step, "through_zero", "agree", "the current goes through zero without turning back"))
    return findings


def _monotonic(ramp: Ramp, grain_a: float) -> bool:
    sign = math.copysign(1.0, ramp.end_a - ramp.start_a)
    return all(sign * (late.current_a - early.current_a) >= -grain_a for early, late in pairwise(ramp.looks))


def find_dynamics(hands: Hands, known: Known, sizes: Sizes) -> list[Finding]:
    """Steps up from zero: the rate that comes out, how far the field lags behind, how often the gaussmeter has news."""
    hands.go(-sizes.cycle_a, sizes.rate_a_per_s)
    hands.go(0.0, sizes.rate_a_per_s)
    hands.settled_fields(4, known.sigma_field_a_per_m)
    watched: list[list[Instant]] = []
    quickest_s, ramp_s = math.inf, sizes.cycle_a / _STEPS / sizes.rate_a_per_s
    for number in range(1, _STEPS + 1):
        ramp = hands.go(sizes.cycle_a * number / _STEPS, sizes.rate_a_per_s)
        watched.append(hands.watch_field(known.sigma_field_a_per_m, at_least=12))
        if watched[-1]:
            # the current cannot have been there before; when it was seen there may be much later
            earliest_s = ramp.asked_s + abs(ramp.end_a - ramp.start_a) / sizes.rate_a_per_s
            quickest_s = min(quickest_s, watched[-1][0].time_s - earliest_s)
    down = hands.go(0.0, sizes.rate_a_per_s)
    return [*_rate(down, sizes), _lag(hands, known, watched, quickest_s, ramp_s), _interval(hands, watched)]


def _rate(ramp: Ramp, sizes: Sizes) -> list[Finding]:
    fit = fit_rate([(look.time_s, look.current_a) for look in ramp.looks], ramp.start_a, ramp.end_a)
    if fit is None:
        return [skipped("dynamics", "ramp_rate", "fewer than three readings of the current on the way")]
    asked = stated_of(Quantity(sizes.rate_a_per_s, 0.0, "A/s"), at_least=_RATE_TOLERANCE * sizes.rate_a_per_s)
    text = f"against the rate asked for, taken as good to {100.0 * _RATE_TOLERANCE:g} %"
    rate = compared("dynamics", "ramp_rate", abs(fit.rate_a_per_s), fit.u_a_per_s, asked, text=text)
    late_s = ramp.done_s - ramp.asked_s - abs(ramp.end_a - ramp.start_a) / abs(fit.rate_a_per_s)
    text = (
        "from the command to the arrival seen, beyond current over rate: the supply's answer, and when it was looked at"
    )
    return [rate, noted("dynamics", "ramp_overhead", late_s, 0.02, "s", text)]


def _lag(hands: Hands, known: Known, watched: list[list[Instant]], quickest_s: float, ramp_s: float) -> Finding:
    tails = [
        Tail(
            np.array([instant.time_s for instant in tail]),
            np.array([instant.field_a_per_m for instant in tail]),
            np.array([instant.u_time_s for instant in tail]),
        )
        for tail in watched
    ]
    fit = fit_lag(tails, known.sigma_field_a_per_m)
    if fit is None:
        return _short_lag(hands, known, watched, quickest_s, ramp_s)
    known.lag_s, known.u_lag_s = fit.lag_s, fit.u_s
    line = line_of("lag", fit.lag_s, fit.u_s, "s")
    text = f"what the gaussmeter averages over is in it; chi-squared {fit.chi2:.3g} for {fit.dof} degrees of freedom"
    return compared(
        "dynamics", "lag", fit.lag_s, fit.u_s, hands.bench.spec.magnet.lag_s, table="magnet", line=line, text=text
    )


def _short_lag(hands: Hands, known: Known, watched: list[list[Instant]], quickest_s: float, ramp_s: float) -> Finding:
    """No tail is seen: all that is known is that little was left of a step when the first reading came."""
    ends = [tail[-1].field_a_per_m for tail in watched if tail]
    step_a_per_m = max((abs(late - early) for early, late in pairwise(ends)), default=1e-9)
    bound_s = longest_unseen_lag(quickest_s, ramp_s, step_a_per_m, known.sigma_field_a_per_m)
    if bound_s is None:
        return skipped("dynamics", "lag", "the steps of the field are too small to see a lag behind them")
    known.lag_s = known.u_lag_s = 0.5 * bound_s
    stated = hands.bench.spec.magnet.lag_s
    text = f"less than {bound_s:.2g} s: nothing of a step was left when the first reading came"
    verdict: Verdict = "agree" if stated.value - 2.0 * stated.u <= bound_s else "disagree"
    line = line_of("lag", 0.5 * bound_s, 0.5 * bound_s, "s") if verdict == "disagree" else ""
    return Finding(
        "dynamics",
        "lag",
        verdict,
        text,
        0.5 * bound_s,
        0.5 * bound_s,
        "s",
        stated.value,
        stated.u,
        table="magnet",
        line=line,
    )


def _interval(hands: Hands, watched: list[list[Instant]]) -> Finding:
    stated_s = hands.bench.gaussmeter.reading_interval_s
    gaps = [late.time_s - early.time_s for tail in watched for early, late in pairwise(tail)]
    if len(gaps) < 4:
        return skipped("dynamics", "reading_interval", "the gaussmeter gave too few new readings")
    typical_s = float(np.median(gaps))
    # readings that happen to repeat are not seen: a gap may be several intervals
    count = sum(max(1, round(gap / typical_s)) for gap in gaps)
    found_s = math.fsum(gaps) / count
    width_s = max(instant.u_time_s for tail in watched for instant in tail)
    u_s = width_s * math.sqrt(2.0 * len(watched)) / count
    stated = Quantity(stated_s, _INTERVAL_TOLERANCE * stated_s, "s")
    text = "mean time between new readings, against what the driver takes it for"
    return compared("dynamics", "reading_interval", found_s, u_s, stated, text=text)
