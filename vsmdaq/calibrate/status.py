"""How a bench is calibrated: what holds, what is stale, drifted or missing, and what to do next."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from vsmdaq.calibrate.charts import Chart, Observation, charts_of
from vsmdaq.calibrate.conditions import expiry_of, misfits
from vsmdaq.calibrate.raw_data import altered_raw
from vsmdaq.calibrate.rules import WESTGARD, Rule
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq.terms import Artefact, InputError

__all__ = ["CalibrationStatus", "Standing", "Step", "Wanted", "calibration_status"]

SOON = 0.1
"""A calibration expires soon where this share of its time is left."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a bench may be calibrated for.

    Attributes
    ----------
    remedies : mapping of str to str
        Procedure that makes each kind of calibration.
    uses : mapping of str to tuple of str
        Kinds of calibration that each kind of procedure uses.
    required : collection of str
        Kinds without which some procedures refuse.
    check : str
        Procedure that checks the moment by another calibrant.
    """

    remedies: Mapping[str, str]
    uses: Mapping[str, tuple[str, ...]]
    required: Collection[str]
    check: str = "palladium.toml"


@dataclass(frozen=True, slots=True)
class Standing:
    """One kind of calibration.

    Attributes
    ----------
    kind : str
        Which.
    state : str
        ``"valid"``, ``"soon"`` (expires soon), ``"stale"`` (expired, made under other conditions, or its raw data changed),
        ``"damaged"`` (a file of it cannot be read, or was edited), ``"missing"`` (required), ``"none"`` (of use, not required).
    path : Path or None
        File of the latest one.
    artefact : Artefact or None
        What it says.
    reasons : tuple of str
        What is to be said of it.
    expires : datetime or None
        From when on it does not hold any more.
    """

    kind: str
    state: str
    path: Path | None = None
    artefact: Artefact | None = None
    reasons: tuple[str, ...] = ()
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What to do: a procedure file (``""`` where it is no procedure) and why."""

    procedure: str
    why: str


@dataclass(frozen=True, slots=True)
class CalibrationStatus:
    """All of it; `steps` in the order in which they are done."""

    bench: str
    now: datetime | None
    standings: tuple[Standing, ...]
    charts: tuple[Chart, ...]
    steps: tuple[Step, ...]

    @property
    def good(self) -> bool:
        """Nothing that is required is missing, and nothing is stale, damaged or drifted."""
        bad = {"stale", "damaged", "missing"}
        return not any(one.state in bad for one in self.standings) and not any(chart.left for chart in self.charts)


def calibration_status(
    bench: BenchSpec,
    found: Sequence[tuple[Path, Artefact]],
    damaged: Sequence[InputError],
    observations: Sequence[Observation],
    wanted: Wanted,
    *,
    now: datetime | None,
    runs: Sequence[Path] = (),
    rules: Sequence[Rule] = WESTGARD,
) -> CalibrationStatus:
    """Judge the calibrations of a bench.

    Parameters
    ----------
    bench : BenchSpec
        The bench file.
    found : sequence of (Path, Artefact)
        Calibrations, the oldest first.
    damaged : sequence of InputError
        Why others could not be read.
    observations : sequence of Observation
        For the charts, in order of time.
    wanted : Wanted
        What there may be.
    now : datetime or None
        The bench's clock; None where it is not known: then no age is looked at.
    runs : sequence of Path
        Folders in which runs may be: the raw data of the calibrations.
    rules : sequence of Rule
        By which the charts are judged.
    """
    kinds = _in_order(wanted)
    standings = tuple(_standing(kind, bench, found, damaged, wanted, now, runs) for kind in kinds)
    charts = charts_of(observations, rules)
    steps = (*_repairs(standings, charts, wanted), *_checks(standings, charts, wanted))
    return CalibrationStatus(bench.name, now, standings, charts, steps)


def _in_order(wanted: Wanted) -> tuple[str, ...]:
    """Kinds of calibration, each after those that its own procedure uses; where they use each other in turn, what is required first."""
    ordered: list[str] = []
    left = list(wanted.remedies)

    def depends(kind: str) -> set[str]:
        return set(wanted.uses.get(wanted.remedies[kind].removesuffix(".toml"), ())) - {kind}

    while left:
        ready = [kind for kind in left if not depends(kind) & set(left)]
        ready = ready or [kind for kind in left if kind in wanted.required] or left
        ordered.append(ready[0])
        left.remove(ready[0])
    return tuple(ordered)


def _standing(
    kind: str,
    bench: BenchSpec,
    found: Sequence[tuple[Path, Artefact]],
    damaged: Sequence[InputError],
    wanted: Wanted,
    now: datetime | None,
    runs: Sequence[Path],
) -> Standing:
    broken = [error for error in damaged if _kind_of(error) == kind]
    if broken:
        reasons = tuple(f"{Path(error.source).name}: {'; '.join(map(str, error.problems))}" for error in broken)
        return Standing(kind, "damaged", Path(broken[-1].source), None, reasons)
    latest = [(path, artefact) for path, artefact in found if artefact.kind == kind][-1:]
    if not latest:
        state = "missing" if kind in wanted.required else "none"
        return Standing(kind, state, reasons=("none was made on this bench",))
    path, artefact = latest[0]
    problems = misfits(artefact, bench, now=now) + altered_raw(artefact, runs)
    expires = expiry_of(artefact, bench)
    if problems:
        reasons = tuple(f"{problem.where}: {problem.given}; {problem.allowed}" for problem in problems)
        return Standing(kind, "stale", path, artefact, reasons, expires)
    if expires is None:
        return Standing(kind, "valid", path, artefact)
    reasons = (f"until {expires:%Y-%m-%d %H:%M} UTC",)
    if now is not None and (expires - now) < SOON * (expires - artefact.created):
        return Standing(kind, "soon", path, artefact, (f"expires in {_span(expires - now)}",), expires)
    return Standing(kind, "valid", path, artefact, reasons, expires)


def _kind_of(error: InputError) -> str:
    """Kind of a file that cannot be read, by its name: ``2026-01-01-moment-2.json``."""
    words = Path(error.source).stem.split("-")[3:]
    return "-".join(words[:-1] if len(words) > 1 and words[-1].isdecimal() else words)


def _span(time: timedelta) -> str:
    hours = time.total_seconds() / 3600.0
    return f"{hours / 24.0:.0f} d" if hours >= 48.0 else f"{hours:.1f} h"


def _repairs(standings: Sequence[Standing], charts: Sequence[Chart], wanted: Wanted) -> tuple[Step, ...]:
    """For each kind that needs it, the procedure and all the reasons."""
    steps: list[Step] = []
    for one in standings:
        drifted = [chart for chart in charts if chart.charted.remedy == one.kind and chart.left]
        reasons = [f"{one.kind} {_WORDS[one.state]}"] if one.state in _WORDS else []
        reasons += [
            f"{chart.charted.title} has left its course ({', '.join(b.rule.name for b in chart.left)}): see whether it repeats"
            for chart in drifted
        ]
        if one.state == "damaged" and one.path is not None:
            steps.append(Step("", f"put {one.path.name} aside: it is not as it was written"))
        if reasons:
            steps.append(Step(wanted.remedies[one.kind], "; ".join(reasons)))
    return tuple(steps)


_WORDS = {
    "soon": "is about to expire",
    "stale": "is stale",
    "damaged": "is damaged",
    "missing": "is missing",
    "none": "was never calibrated: results are not corrected for it",
}


def _checks(standings: Sequence[Standing], charts: Sequence[Chart], wanted: Wanted) -> tuple[Step, ...]:
    """What to do about the check by another calibrant, and about noise."""
    steps: list[Step] = []
    by_remedy = {chart.charted.remedy: chart for chart in charts}
    moment = next((one.artefact for one in standings if one.kind == "moment" and one.state in ("valid", "soon")), None)
    check = by_remedy.get("check")
    if moment is not None and (check is None or check.observations[-1].when < moment.created):
        steps.append(Step(wanted.check, "the moment has not been checked by another calibrant since it was calibrated"))
    if check is not None and check.left:
        last = check.observations[-1]
        text = (
            f"E_n = {last.estimate.value:.2g} in {last.source}: calibration and check disagree by more than both allow"
        )
        steps.append(Step(wanted.check, f"{text}; look at mass, purity and mounting of both, then repeat"))
    noise = by_remedy.get("noise")
    if noise is not None and noise.left:
        names = ", ".join(broken.rule.name for broken in noise.left)
        steps.append(Step("", f"noise has left its course ({names}): look at cables, ground and vibration"))
    return tuple(steps)
