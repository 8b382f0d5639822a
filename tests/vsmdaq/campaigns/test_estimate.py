"""How long a plan takes: the parts that can be worked out by hand, and a simulated bench for the rest."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from vsmdaq.campaigns import run_job
from vsmdaq.campaigns.estimate import estimate
from vsmdaq.formats.inputs import BenchSpec


@pytest.mark.parametrize(("kind", "ways"), [("loop", 6), ("nickel", 6), ("phase", 4.0), ("gouy", 8)])
def test_the_ramps_are_distance_over_rate(spec: BenchSpec, job_of: Callable[..., Any], kind: str, ways: float):
    """In units of 800 kA/m, 6 s at 10 A/s: 0, +H, -H, +H, 0; for phase 0, 1, 7/8, -1, -7/8, 0; Gouy 0, +H, -H, 0 twice."""
    assert estimate(job_of(kind), spec, None).ramps_s == pytest.approx(6.0 * ways, rel=1e-6)


@pytest.mark.parametrize("u_a_m2", [5e-10, 2e-10])
def test_averaging_is_what_white_noise_asks(spec: BenchSpec, job_of: Callable[..., Any], u_a_m2: float):
    """n e²/(2 (S u)²), S = 1.563 V/(A m2), e = 7.25 nV/sqrt(Hz); the filter's memory, 0.2 s a point, is less than 1 % of it."""
    job = job_of("loop")
    finer = replace(job, procedure=replace(job.procedure, u_moment_a_m2=u_a_m2, max_dwell_s=1e4))
    parts = estimate(finer, spec, 1.563)
    assert parts.averaging_s == pytest.approx(200 * 7.25e-9**2 / (2.0 * (1.563 * u_a_m2) ** 2), rel=0.01)
    assert parts.total_s == parts.ramps_s + parts.settling_s + parts.averaging_s


@pytest.mark.parametrize("kind", ["phase", "nickel", "background"])
def test_a_simulated_bench_takes_about_as_long(
    spec: BenchSpec,
    place_of: Callable[..., AbstractContextManager[Any]],
    job_of: Callable[..., Any],
    kind: str,
):
    """Mounting (60 s in the reference world) is the operator's and not estimated."""
    with place_of() as place:
        outcome = run_job(place.session, job_of(kind))
    assert outcome.bench_time_s - 60.0 == pytest.approx(estimate(job_of(kind), spec, None).total_s, rel=0.2)


def test_the_longest_dwell_bounds_a_wish_that_cannot_be_met(spec: BenchSpec, job_of: Callable[..., Any]):
    job = job_of("loop")
    hopeless = replace(job, procedure=replace(job.procedure, u_moment_a_m2=1e-12))
    assert estimate(hopeless, spec, 1.563).averaging_s == pytest.approx(200 * job.procedure.max_dwell_s, rel=0.05)
