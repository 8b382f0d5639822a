"""Noise of a run by its own readings, and what of calibrations and runs is charted."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.calibrate.history import PastRun, history, noise_density
from vsmdaq.formats.inputs import parse_bench
from vsmdaq.formats.inputs.bench_calibration import CoilSpec
from vsmdaq.terms import Artefact, Component, Estimate, MomentPoint
from vsmdaq_configs import starter_set

MADE = datetime(2026, 1, 1, 12, tzinfo=UTC)


def point(index: int, readings: np.ndarray, n_effective: float, flags: tuple[str, ...] = ()) -> MomentPoint:
    x, y = readings.real, readings.imag
    return MomentPoint(
        index=index, segment=0, set_field_a_per_m=0.0, set_current_a=0.0, current_a=0.0, field_a_per_m=0.0,
        u_field_a_per_m=1.0, n_field=4, x_v_rms=float(x.mean()), y_v_rms=float(y.mean()),
        var_x_v2=float(x.var(ddof=1)), var_y_v2=float(y.var(ddof=1)), cov_xy_v2=0.0, n=readings.size,
        n_effective=n_effective, u_x_v_rms=1e-9, u_y_v_rms=1e-9, drift_x_v_per_s=0.0, u_drift_x_v_per_s=0.0,
        frequency_hz=83.0, sensitivity_v_rms=1e-5, time_constant_s=0.1, filter_poles=1, temperature_k=295.0,
        setting=None, t_arrived_s=0.0, t_start_s=0.0, t_end_s=1.0, flags=flags,
    )  # fmt: skip


def filtered(rng: np.random.Generator, n: int, spacing_tau: float, sigma: float) -> np.ndarray:
    """Readings behind one RC stage: a first-order Markov chain whose neighbours correlate by exp(-spacing/tau)."""
    rho = math.exp(-spacing_tau)
    steps = rng.standard_normal((n, 2)) @ np.array([1.0, 1j])
    readings = np.empty(n, dtype=complex)
    readings[0] = steps[0]
    for k in range(1, n):
        readings[k] = rho * readings[k - 1] + math.sqrt(1 - rho**2) * steps[k]
    return sigma * readings


def test_noise_comes_back_from_short_windows_of_correlated_readings():
    # one pole: noise bandwidth 1/(4 tau) = 2.5 Hz at 0.1 s; 7.25 nV/sqrt(Hz) make 11.46 nV
    rng = np.random.default_rng(5)
    n, spacing = 12, 0.5
    rho = math.exp(-spacing)
    share = (1 + 2 * sum((1 - k / n) * rho**k for k in range(1, n))) / n
    points = [point(k, filtered(rng, n, spacing, 7.25e-9 * math.sqrt(2.5)), 1 / share) for k in range(400)]
    density = noise_density(points, "loop")
    assert density is not None
    assert density.unit == "V/sqrt(Hz)"
    assert abs(density.value - 7.25e-9) < 4 * density.u
    assert density.u < 0.03 * density.value
    assert [(c.name, c.noise) for c in density.components] == [("noise:loop.density", True)]


def test_flagged_points_and_too_few_readings_tell_nothing_of_the_noise():
    rng = np.random.default_rng(6)
    loud = [point(k, filtered(rng, 12, 5.0, 1e-3), 12.0, ("not_steady",)) for k in range(5)]
    assert noise_density(loud, "loop") is None
    assert noise_density([point(0, filtered(rng, 2, 5.0, 1e-9), 2.0)], "loop") is None
    quiet = [point(k, filtered(rng, 12, 5.0, 1e-9), 12.0) for k in range(5)]
    assert noise_density([*loud, *quiet], "loop") == noise_density(quiet, "loop")


@pytest.fixture(scope="module")
def bench():
    path = Path(str(starter_set())) / "benches" / "simulated.toml"
    return parse_bench(path.read_text("utf-8"), path)


def estimate(value: float, unit: str = "1") -> Estimate:
    return Estimate(value, unit, (Component("noise:x", 0.01, noise=True),))


def artefact(bench, kind: str, values: dict[str, float], run_id: str, day: int = 0) -> Artefact:
    return Artefact(
        kind=kind,
        created_utc=(MADE + timedelta(days=day)).isoformat(),
        bench=bench.name,
        conditions={"frequency_hz": 83.0, "amplitude_m": 1e-3},
        values={name: estimate(value) for name, value in values.items()},
        reference="",
        runs=((run_id, ""),),
    )


def test_what_is_charted_of_calibrations_and_runs(bench):
    found = [
        (Path("2026-01-01-phase.json"), artefact(bench, "phase", {"signal_phase": 37.0}, "phase")),
        (
            Path("2026-01-02-moment.json"),
            artefact(bench, "moment", {"coupling_constant": 4.2, "signal_angle": 0.1}, "ni", 1),
        ),
        (Path("2026-01-02-centring.json"), artefact(bench, "centring", {"curvature_x": 1e4}, "centring", 1)),
    ]
    values = {"curvature_x": estimate(1e4), "curvature_sum": estimate(3.0), "normalised_error": estimate(0.3)}
    runs = [
        PastRun("centring", "centring", MADE + timedelta(days=1), bench, values),
        PastRun("palladium", "palladium", MADE + timedelta(days=2), bench, values, estimate(7e-9)),
    ]
    observations, others = history(found, runs, bench)
    assert others == ()
    assert [(one.name, one.source) for one in observations] == [
        ("signal_phase", "2026-01-01-phase.json"),
        ("coupling_constant", "2026-01-02-moment.json"),
        ("curvature_x", "2026-01-02-centring.json"),  # of artefact and run once
        ("curvature_sum", "centring"),
        ("normalised_error", "centring"),
        ("normalised_error", "palladium"),
        ("noise_density", "palladium"),
    ]


def test_other_coils_are_another_series(bench):
    other = replace(bench, coils=CoilSpec("wider"))
    found = [(Path("2026-01-01-moment.json"), artefact(bench, "moment", {"coupling_constant": 4.2}, "ni"))]
    runs = [PastRun("palladium", "palladium", MADE, bench, {"normalised_error": estimate(0.3)})]
    assert history(found, runs, other) == ((), ("2026-01-01-moment.json", "palladium"))
    assert len(history(found, runs, bench)[0]) == 2


def test_a_joint_calibration_is_not_charted_beside_the_runs_it_is_made_of(bench):
    one = artefact(bench, "moment", {"coupling_constant": 4.2}, "ni")
    joint = replace(one, runs=(("ni", ""), ("pd", "")))
    found = [(Path("2026-01-01-moment.json"), one), (Path("2026-01-01-moment-2.json"), joint)]
    assert [one.source for one in history(found, (), bench)[0]] == ["2026-01-01-moment.json"]


def test_on_one_day_the_number_counts(bench):
    found = [
        (Path(f"2026-01-01-phase{tail}.json"), artefact(bench, "phase", {"signal_phase": 37.0}, f"phase{tail}"))
        for tail in ("", *(f"-{number}" for number in range(2, 12)))
    ]
    observations, _ = history(reversed(found), (), bench)
    assert [one.source for one in observations] == [path.name for path, _ in found]
