"""Before anything moves, and the first ampere: who is there, what they read, and which way the field goes."""

from __future__ import annotations

import math

from vsmdaq.campaigns.commission.findings import Finding, bounded, noted, skipped, wrong
from vsmdaq.campaigns.commission.hands import Hands, mean_of
from vsmdaq.campaigns.commission.known import Known, Sizes

__all__ = ["find_rest", "find_sign"]

_READINGS = 20
_SEEN = 5.0  # a change of the field of so many standard uncertainties is seen


def find_rest(hands: Hands, known: Known) -> list[Finding]:
    """Limits as they are in force, current and field as found. Nothing is moved."""
    step, spec, supply = "rest", hands.bench.spec, hands.bench.supply
    look = hands.look()
    findings = [
        _limit("current_limit", supply.limits.max_current_a, spec.magnet.max_current_a, "A", "max_current"),
        _limit("rate_limit", supply.limits.max_rate_a_per_s, spec.magnet.max_rate_a_per_s, "A/s", "max_rate"),
    ]
    text = "read at rest, set-point 0 A"
    findings.append(bounded(step, "current_at_rest", look.current_a, 0.0, "A", supply.handling.zero_a, text=text))
    if not known.has_gaussmeter:
        return [*findings, skipped(step, "field_as_found", "the field comes from a table of the current")]
    values = hands.fields(_READINGS)
    mean, u = mean_of(values)
    grain = min((abs(a - b) for a in values for b in values if a != b), default=0.0)
    known.sigma_field_a_per_m = max(u * math.sqrt(len(values)), grain / math.sqrt(12.0), 1e-3)
    text = "standard deviation of one reading at rest"
    findings.append(noted(step, "gaussmeter_noise", known.sigma_field_a_per_m, None, "A/m", text))
    u = known.sigma_field_a_per_m / math.sqrt(len(values))
    bound = spec.magnet.remanence_a_per_m + abs(spec.gaussmeter_offset.value) + 2.0 * spec.gaussmeter_offset.u
    text = "offset of the gaussmeter and what the yoke kept from before; the cycle tells them apart"
    findings.append(bounded(step, "field_as_found", mean, u, "A/m", bound, text=text))
    return findings


def _limit(name: str, in_force: float, stated: float, unit: str, key: str) -> Finding:
    if in_force >= stated:
        return Finding("rest", name, "agree", "of the magnet", in_force, 0.0, unit, stated, None, 1.0, "factor")
    text = "the supply allows less than the bench file: plans beyond it are refused"
    factor = in_force / stated
    line = f'{key} = "{in_force:g} {unit}"'
    return Finding("rest", name, "disagree", text, in_force, 0.0, unit, stated, None, factor, "factor", "magnet", line)


def find_sign(hands: Hands, known: Known, sizes: Sizes) -> list[Finding]:
    """A small current of either sign, slowly: does the field follow, and which way."""
    step, spec = "sign", hands.bench.spec
    fields: list[tuple[float, float]] = []
    for current_a in (sizes.first_a, -sizes.first_a):
        hands.go(current_a, sizes.slow_a_per_s)
        fields.append(mean_of(hands.settled_fields(8, known.sigma_field_a_per_m)))
    hands.go(0.0, sizes.slow_a_per_s)
    change = 0.5 * (fields[0][0] - fields[1][0])
    u = known.sigma_field_a_per_m / math.sqrt(8.0) / math.sqrt(2.0)
    if abs(change) < _SEEN * u:
        text = (
            f"no field at ±{sizes.first_a:g} A ({change:+.0f} A/m ± {u:.0f} A/m): is the magnet connected, the probe in the gap "
            "and across the field?"
        )
        return [wrong(step, "sign_of_field", text)]
    known.field_sign = 1 if change > 0.0 else -1
    found = noted(step, "field_of_first_current", change, u, "A/m", f"half the difference of ±{sizes.first_a:g} A")
    if known.field_sign < 0:
        text = (
            "a positive current gives a negative reading: exchange the leads of the magnet or turn the probe, then begin again "
            "(a bench file takes a positive field constant only)"
        )
        return [found, wrong(step, "sign_of_field", text)]
    share = change / sizes.first_a / spec.magnet.field_constant_per_m.value
    text = f"a positive current gives a positive reading, {share:.2f} of what the field constant says (small cycles give less)"
    return [found, Finding(step, "sign_of_field", "agree", text)]
