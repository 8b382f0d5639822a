"""FORC distributions of surfaces that are known, and of files of other instruments against other programs' answers."""

import math
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.analyse.forc import Calibration, ForcCurves, drift_of, forc_distribution
from vsmdaq.formats import micromag_forc

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
TESLA = 4e-7 * math.pi


def curves(surface, *, step=1.0, number=20, jitter=0.0, seed=0):
    rng = np.random.default_rng(seed)
    count, reversal, field = [], [], []
    for k in range(number):
        ha = -k * step
        h = ha + step * np.arange(number + k)
        h[1:] += jitter * rng.normal(size=h.size - 1)
        count += [k] * h.size
        reversal += [ha] * h.size
        field += h.tolist()
    ha, h = np.array(reversal), np.array(field)
    return ForcCurves(np.array(count), ha, h, surface(ha, h))


def test_a_surface_of_second_degree_is_found_exactly_wherever_the_fields_lie():
    one = curves(lambda a, b: 2.0 + a - 3.0 * b + 0.2 * a**2 - 0.1 * b**2 + 0.7 * a * b, jitter=0.2)
    found = forc_distribution(one, 2)
    assert found.density.size > 300
    assert found.density == pytest.approx(-0.35, abs=1e-9)


def test_u_is_the_scatter_of_repetitions():
    rng = np.random.default_rng(1)
    clean = curves(lambda a, b: 0.01 * a * b)
    u = np.full(clean.moment.size, 0.03)
    densities = []
    for _ in range(200):
        noisy = ForcCurves(clean.curve, clean.reversal, clean.field, clean.moment + 0.03 * rng.normal(size=u.size))
        found = forc_distribution(noisy, 2, u)
        densities.append(found.density)
    ratio = np.std(densities, axis=0) / found.u
    assert np.mean(ratio) == pytest.approx(1.0, abs=0.03)
    # without the noise being told, the scatter about the surfaces tells it
    assert forc_distribution(noisy, 2).scatter == pytest.approx(0.03, rel=0.05)


def test_the_gradient_carries_a_sum_of_densities():
    one = curves(lambda a, b: np.sin(0.1 * a) * b)
    found = forc_distribution(one, 1)
    factors = np.linspace(0.0, 1.0, found.density.size)
    row = found.gradient(factors, one.moment.size)
    assert float(row @ one.moment) == pytest.approx(float(factors @ found.density), rel=1e-9)


def test_too_few_curves_have_no_distribution():
    one = curves(lambda a, b: a * b, number=2)
    assert forc_distribution(one, 1).density.size == 0
    with pytest.raises(ValueError, match="smoothing 0 given"):
        forc_distribution(one, 0)


def test_drift_is_taken_off_where_it_is_one():
    time, u = np.arange(20.0), np.full(20, 0.01)
    steady = Calibration(time, 1.0 + 0.01 * np.random.default_rng(3).normal(size=20), u)
    assert drift_of(steady, time) is None
    drifting = Calibration(time, 1.0 + 0.1 * time, u)
    assert drift_of(drifting, np.array([0.0, 9.5, 19.0])) == pytest.approx([-0.95, 0.0, 0.95])


@pytest.mark.skipif(DATA is None, reason="the measured files are not here")
@pytest.mark.parametrize(
    ("name", "peers", "tolerance"),
    [
        # pyforc 1.2.0 with SF 3 and pmagpy 4.5.2, T and A m2
        ("UB199BF", (0.009131, 0.009126), 0.002),
        # measured in cgs; the two programs are 2 % apart, which is what smoothing does here
        ("hchb_forc", (2.921e-4, 2.862e-4), 0.02),
    ],
)
def test_the_peak_of_measured_files_is_that_of_other_programs(name, peers, tolerance):
    data = micromag_forc.read(DATA / "forc" / name)
    level = np.array([moment for _, moment in data.calibration])
    parts = [
        (np.full(h.size, k), np.full(h.size, h[0]), h, m - (level[k] - level.mean()))
        for k, (h, m) in enumerate(data.curves)
    ]
    found = forc_distribution(ForcCurves(*(np.concatenate(part) for part in zip(*parts, strict=True))), 3)
    for peer in peers:
        assert found.density.max() / TESLA**2 == pytest.approx(peer, rel=tolerance)
    assert found.u[found.density.argmax()] < 0.02 * found.density.max()
