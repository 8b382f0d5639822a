"""Control charts: what a bench's calibrations and runs gave over the months, and by which rule it left its course.

Centre and spread. The centre is the mean of the first observations, up to `BASELINE` of them, never of the last one alone. The
spread is what the stated uncertainties allow between two observations: of each the part that is not common to all (the value
of one calibrant cancels, noise does not). From `BASELINE` observations on it is their own standard deviation where that is
larger. Where a quantity has to be zero (the sum of the curvatures), zero is the centre and its u the spread.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from vsmdaq.calibrate.rules import WESTGARD, Broken, Rule, broken_rules
from vsmdaq.terms import Estimate

__all__ = ["BASELINE", "CHARTED", "EN_RULE", "Chart", "Charted", "Observation", "charts_of", "observations_of"]

BASELINE = 8
"""Observations from which on their scatter says more than what is stated of them."""

EN_RULE = Rule("E_n", "|E_n| above 1", "ISO 13528; U with k = 2", lambda z: abs(z[-1]) > 2.0)
"""The one rule for E_n: what two calibrants disagree by is common to all checks, so it need not scatter about zero."""


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of a charted quantity: bench time, name of the quantity, estimate, the run or file that it comes from."""

    when: datetime
    name: str
    estimate: Estimate
    source: str


@dataclass(frozen=True, slots=True)
class Charted:
    """A quantity that is followed.

    Attributes
    ----------
    name, title : str
        As in artefacts and results; in words.
    remedy : str
        Kind of calibration, or of procedure, that is repeated where it left its course.
    centre : float or None
        Where it has to be; None where that is found from the first observations.
    spread : float or None
        Standard deviation; None where that is found.
    floor : float
        Share of the centre below which a difference means nothing.
    rules : tuple of Rule or None
        Rules of its own.
    """

    name: str
    title: str
    remedy: str
    centre: float | None = None
    spread: float | None = None
    floor: float = 0.0
    rules: tuple[Rule, ...] | None = None


CHARTED = (
    Charted("signal_phase", "phase of the signal", "phase"),
    Charted("coupling_constant", "coupling constant C", "moment"),
    Charted("moment_per_volt", "moment per volt", "moment"),
    Charted("x0", "blank: X at the middle of the fields", "background"),
    Charted("y0", "blank: Y at the middle of the fields", "background"),
    Charted("x1", "blank: X per field", "background"),
    Charted("y1", "blank: Y per field", "background"),
    Charted("holder_moment_per_field", "blank: moment of the holder per field", "background"),
    Charted("curvature_x", "curvature κ_x", "centring"),
    Charted("curvature_y", "curvature κ_y", "centring"),
    Charted("curvature_z", "curvature κ_z", "centring"),
    Charted("curvature_sum", "κ_x + κ_y + κ_z, zero by Laplace", "centring", centre=0.0),
    # a tenth: ranges of the lock-in and people in the room make as much
    Charted("noise_density", "noise at the input of the lock-in", "noise", floor=0.1),
    Charted("normalised_error", "E_n of the checks", "check", centre=0.0, spread=0.5, rules=(EN_RULE,)),
)
"""What is followed, in the order of the charts."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A quantity over time.

    Attributes
    ----------
    charted : Charted
        What it is.
    observations : tuple of Observation
        In order of time.
    values : tuple of float
        Their values; angles without jumps of a turn.
    own : tuple of float
        Standard uncertainty of each without what is common to all of them.
    centre : float
        Of the chart.
    spreads : tuple of float
        Standard deviation of each from the centre; empty where there is none to judge by.
    basis : str
        Where centre and spread come from.
    broken : tuple of Broken
        Rules that are broken, in order of time.
    """

    charted: Charted
    observations: tuple[Observation, ...]
    values: tuple[float, ...]
    own: tuple[float, ...]
    centre: float
    spreads: tuple[float, ...]
    basis: str
    broken: tuple[Broken, ...] = ()

    @property
    def z(self) -> tuple[float, ...]:
        """Distance of each from the centre, in spreads; empty where there is none to judge by."""
        pairs = zip(self.values, self.spreads, strict=False)
        return tuple((value - self.centre) / spread for value, spread in pairs)

    @property
    def left(self) -> tuple[Broken, ...]:
        """Rules that the last observation breaks; without those that only warn."""
        last = len(self.values) - 1
        return tuple(broken for broken in self.broken if broken.at == last and not broken.rule.warning)

    @property
    def warned(self) -> bool:
        """Whether the last observation breaks a rule that only warns."""
        return any(broken.at == len(self.values) - 1 and broken.rule.warning for broken in self.broken)


def charts_of(observations: Iterable[Observation], rules: Sequence[Rule] = WESTGARD) -> tuple[Chart, ...]:
    """Return the charts of what was observed, those without any left out.

    Parameters
    ----------
    observations : iterable of Observation
        Of all quantities, in order of time.
    rules : sequence of Rule
        By which they are judged.
    """
    by_name: dict[str, list[Observation]] = {}
    for observation in observations:
        by_name.setdefault(observation.name, []).append(observation)
    return tuple(_chart(charted, by_name[charted.name], rules) for charted in CHARTED if charted.name in by_name)


def _chart(charted: Charted, observations: Sequence[Observation], rules: Sequence[Rule]) -> Chart:
    estimates = [observation.estimate for observation in observations]
    values = _without_turns(estimates)
    own = _own_parts(estimates) if charted.centre is None else [estimate.u for estimate in estimates]
    centre, spreads, basis = _judged(charted, values, own)
    chart = Chart(charted, tuple(observations), tuple(values), tuple(own), centre, tuple(spreads), basis)
    return replace(chart, broken=broken_rules(chart.z, charted.rules or rules))


def _without_turns(estimates: Sequence[Estimate]) -> list[float]:
    """Values; of angles in degrees those next to the first one."""
    values = [estimate.value for estimate in estimates]
    if estimates[0].unit != "deg":
        return values
    return [values[0] + (value - values[0] + 180.0) % 360.0 - 180.0 for value in values]


def _own_parts(estimates: Sequence[Estimate]) -> list[float]:
    """Standard uncertainty of each without what is common to all of them."""
    names = [{c.name for c in estimate.components if not c.noise} for estimate in estimates]
    common = set.intersection(*names)
    return [
        math.sqrt(math.fsum(c.contribution**2 for c in estimate.components if c.noise or c.name not in common))
        for estimate in estimates
    ]


def _judged(charted: Charted, values: Sequence[float], own: Sequence[float]) -> tuple[float, list[float], str]:
    """Centre, spread of each about it, and where they come from."""
    if charted.centre is not None:
        if charted.spread is not None:
            return charted.centre, [charted.spread] * len(values), "zero, U = 1 with k = 2"
        return charted.centre, _if_all(own), "zero, and the stated u of each"
    if len(values) < 2:
        return values[0], [], "one observation: nothing to compare it with"
    first = min(BASELINE, len(values) - 1)
    centre = statistics.fmean(values[:first])
    u_centre = math.sqrt(math.fsum(u**2 for u in own[:first])) / first
    least = abs(centre) * charted.floor
    spreads = [max(math.hypot(u, u_centre), least) for u in own]
    mean = "the first one" if first == 1 else f"mean of the first {first}"
    basis = f"{mean}; stated uncertainty that is not common to all"
    if first == BASELINE:
        scatter = statistics.stdev(values[:first]) * math.sqrt(1.0 + 1.0 / first)
        if any(scatter > spread for spread in spreads):
            basis = f"mean and standard deviation of the first {first}"
        spreads = [max(scatter, spread) for spread in spreads]
    if not all(spreads):
        return centre, [], "no spread is stated and there are too few observations to find one"
    return centre, spreads, basis


def _if_all(spreads: Sequence[float]) -> list[float]:
    return list(spreads) if all(spreads) else []


def observations_of(
    when: datetime, values: Mapping[str, Estimate], source: str, names: Iterable[str]
) -> tuple[Observation, ...]:
    """Return what is charted of some values that were found at one time."""
    return tuple(Observation(when, name, values[name], source) for name in names if name in values)
