"""Weights by F = mu0 A (chi - chi_air)/2 (1 - r^2) H^2 and m = F/g, written here."""

import math

import numpy as np
import pytest

from vsmdaq.reduce import reduce_run
from vsmdaq.terms import InputError

MU0 = 4e-7 * math.pi  # CODATA differs by 1e-10
FIELDS = np.array([0.0, 2e5, 4e5, 8e5, 4e5, 0.0, -4e5, -8e5, -2e5, 1.2e3])
AREA = math.pi / 4.0 * 8e-3**2
CHI, AIR, RATIO, DENSITY, MOLAR = 1.2e-4, 0.372e-6, 0.05, 1640.0, 0.249685
BLANK_N = -4e-17
PULL_N = MU0 * AREA * (CHI - AIR) / 2.0 * (1.0 - RATIO**2)
BARE = 'name = "bare"\n[tube]\nbore_diameter = "8 mm ± 0.2 %"\n'


def masses(per_square, first, odd=0.0):
    """Apparent mass with a load, a drift in time and a part that changes sign with H."""
    time_s = 10.0 * (first + np.arange(FIELDS.size)) + 2.0
    return 6e-3 + per_square / 9.81 * FIELDS**2 + 3e-11 * time_s + odd * FIELDS


def gouy_run(made, *, tube=None, odd=0.0, **weights):
    n = FIELDS.size
    points = (
        *made.weights(FIELDS, masses(BLANK_N, 0), 0, **weights),
        *made.weights(FIELDS, masses(BLANK_N + PULL_N, n, odd), 1, first=n, **weights),
    )
    return made.run("gouy", tube=tube or made.tube(), weight_points=points)


def test_susceptibilities_come_back(made):
    found = reduce_run(gouy_run(made))
    values = {name: item.estimate.value for name, item in found.quantities.items()}
    assert values == pytest.approx(
        {
            "volume_susceptibility": CHI,
            "mass_susceptibility": CHI / DENSITY,
            "molar_susceptibility": CHI / DENSITY * MOLAR,
            "blank_mass_per_square_field": BLANK_N / 9.81,
            "filled_mass_per_square_field": (BLANK_N + PULL_N) / 9.81,
        },
        rel=1e-8,
    )
    assert found.flags == ()
    assert found.artefact_kind == ""
    assert found.table["tube"] == ["blank"] * 10 + ["sample"] * 10
    assert found.table["square_field_a2_per_m2"][3] == 6.4e11


def test_a_permanent_moment_does_not_enter(made):
    found = reduce_run(gouy_run(made, odd=1e-11)).quantities
    assert found["volume_susceptibility"].estimate.value == pytest.approx(CHI, rel=1e-8)


def test_budget_by_hand(made, lines):
    line = lines(reduce_run(gouy_run(made)).quantities["volume_susceptibility"].estimate)
    of_force = CHI - AIR
    relative = {name: c / of_force for name, c in line.items()}
    assert relative["gouy-sample.bore_diameter"] == pytest.approx(-2.0 * 0.002, rel=1e-4)
    assert relative["environment.gravity"] == pytest.approx(0.0005 / 9.81, rel=1e-6)
    assert relative["balance.gain"] == pytest.approx(-2e-5, rel=1e-4)
    assert relative["gouy.low_field_ratio"] == pytest.approx(2.0 * 0.05 * 0.005 / (1.0 - 0.05**2), rel=1e-3)
    assert relative["gaussmeter.gain"] == pytest.approx(2.0 * 0.002, rel=1e-3)
    assert line["environment.air_susceptibility"] == pytest.approx(0.02 * AIR, rel=1e-6)
    # in both polarities an offset is taken up by the part odd in H
    assert abs(relative["gaussmeter.offset"]) < 1e-6


def test_noise_by_monte_carlo(made):
    """Weights and fields drawn, the fit written here; the scatter of 2000 is known to 1.6 %."""
    u_mass, u_field = 5e-9, 20.0
    estimate = reduce_run(gouy_run(made, u_mass=u_mass, u_field=u_field)).quantities["volume_susceptibility"].estimate
    rng = np.random.default_rng(7)
    time_s = 10.0 * np.arange(FIELDS.size)
    # heavier where the field is high: an error of H acts as 2 s H dH
    filled, blank = (PULL_N + BLANK_N) / 9.81, BLANK_N / 9.81
    slopes = []
    for per_square, first in ((blank, 0), (filled, FIELDS.size)):
        u = np.hypot(u_mass, 2.0 * per_square * FIELDS * u_field)
        drawn = []
        for _ in range(2000):
            field = FIELDS + u_field * rng.standard_normal(FIELDS.size)
            weight = masses(per_square * 9.81, first) + u_mass * rng.standard_normal(FIELDS.size)
            h = field / 8e5
            design = np.column_stack([np.ones_like(h), h**2, h, time_s / 100.0])
            drawn.append(np.linalg.lstsq(design / u[:, None], weight / u, rcond=None)[0][1])
        slopes.append(np.std(drawn) / 8e5**2)
    u_chi = math.hypot(*slopes) * 9.81 * 2.0 / (MU0 * AREA * (1.0 - RATIO**2))
    assert estimate.u_noise == pytest.approx(u_chi, rel=0.06)


def test_without_density_there_is_no_mass_susceptibility(made):
    found = reduce_run(gouy_run(made, tube=made.tube_text(BARE)))
    assert found.flags == (
        "no mass_susceptibility: the tube file lacks density or molar_mass",
        "no molar_susceptibility: the tube file lacks density or molar_mass",
    )
    assert "volume_susceptibility" in found.quantities


def test_without_a_tube_it_refuses(made):
    run = made.run("gouy", weight_points=gouy_run(made).weight_points)
    with pytest.raises(InputError) as error:
        reduce_run(run)
    assert str(error.value) == ("gouy: 1 problem\n  sample: given no tube; allowed: a sample file with a [tube] table.")


def test_a_run_that_stopped_before_the_second_tube(made):
    run = made.run("gouy", tube=made.tube(), weight_points=gouy_run(made).weight_points[:12])
    with pytest.raises(InputError) as error:
        reduce_run(run)
    assert str(error.value) == "gouy: 1 problem\n  points: given 2 weights of tube 1; allowed: at least 5."
