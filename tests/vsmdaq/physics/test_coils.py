"""Oracles: the simulated world (Biot-Savart sums, scipy's elliptic integrals), a loop on its own axis, Laplace, metrology.md 2.1."""

import math
import timeit

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.constants import mu_0

from vsmdaq.physics.coils import FourCoils, coupling_at_centre, curvatures, effective_coupling, flux_per_moment
from vsmdaq.physics.induction import signal_per_moment_v_rms
from vsmdaq.terms import Quantity
from vsmdaq.uncertainty import propagate
from vsmdaq_sim.world.coils import coupling_at_centre as oracle_at_centre
from vsmdaq_sim.world.coils import effective_coupling as oracle_effective
from vsmdaq_sim.world.pickup import Motion, pickup
from vsmdaq_sim.world.schema import CoilsTable

MODEL = FourCoils(0.010, 1500, 0.015, 0.012)
DIMENSIONS = {"radius_m": 0.010, "turns": 1500, "half_spacing_x_m": 0.015, "half_spacing_z_m": 0.012}
MU0_OF_2018 = 1e-9
"""Relative difference of the magnetic constants of CODATA 2018 and 2022, rounded up."""

lengths = st.floats(0.005, 0.02)


def at(*place):
    return [np.array([value], dtype=complex) for value in place]


def test_the_model_coil_has_the_coupling_and_the_signal_of_the_reference():
    coupling = coupling_at_centre(MODEL)
    assert coupling == pytest.approx(4.24, abs=0.005)
    rms = signal_per_moment_v_rms(82.0, coupling, 1e-3) * 3.47e-3
    assert rms == pytest.approx(5.354e-3, abs=0.5e-6)


@given(radius=lengths, half_x=lengths, half_z=lengths)
def test_coupling_is_that_of_the_simulated_world(radius, half_x, half_z):
    coils = FourCoils(radius, 700.0, half_x, half_z)
    oracle = oracle_at_centre(radius_m=radius, turns=700, half_spacing_x_m=half_x, half_spacing_z_m=half_z)
    scale = oracle_at_centre(radius_m=0.01, turns=700, half_spacing_x_m=0.015, half_spacing_z_m=0.012)
    assert coupling_at_centre(coils) == pytest.approx(oracle, rel=1e-6, abs=1e-7 * scale)


@pytest.mark.parametrize("amplitude_m", [1e-4, 1e-3, 2e-3])
def test_coupling_at_a_finite_amplitude(amplitude_m):
    assert effective_coupling(MODEL, amplitude_m) == pytest.approx(
        oracle_effective(amplitude_m, **DIMENSIONS), rel=MU0_OF_2018
    )


def test_amplitude_takes_a_quarter_percent_at_one_millimetre_and_a_percent_at_two():
    coupling = coupling_at_centre(MODEL)
    assert effective_coupling(MODEL, 1e-3) / coupling - 1.0 == pytest.approx(-0.0025, abs=5e-5)
    assert effective_coupling(MODEL, 2e-3) / coupling - 1.0 == pytest.approx(-0.010, abs=3e-4)


def test_to_second_order_it_is_the_curvature_along_the_vibration():
    amplitude_m = 1e-4
    bent = effective_coupling(MODEL, amplitude_m) / coupling_at_centre(MODEL) - 1.0
    assert bent == pytest.approx(curvatures(MODEL)[2] * amplitude_m**2 / 8.0, rel=1e-3)


@given(radius=lengths, half_x=lengths, half_z=lengths)
def test_curvatures_add_up_to_nothing(radius, half_x, half_z):
    """Each comes from a derivative of its own; C is harmonic."""
    coils = FourCoils(radius, 1.0, half_x, half_z)
    coupling = coupling_at_centre(coils)
    third = coupling_at_centre(MODEL) / 1500 / 0.01**2
    assert abs(coupling * sum(curvatures(coils))) < 1e-6 * third


def test_curvatures_against_differences_of_the_world():
    table = CoilsTable(**DIMENSIONS)
    step = 0.5e-3

    def coupling(*position):
        return pickup(table, Motion(1e-5), position_m=position).flux(1).real

    centre = coupling(0.0, 0.0, 0.0)
    for axis, found in enumerate(curvatures(MODEL)):
        place = [0.0, 0.0, 0.0]
        place[axis] = step
        bent = 2.0 * (coupling(*place) / centre - 1.0) / step**2
        assert found == pytest.approx(bent, rel=5e-3)


def test_flux_on_the_axis_of_a_turn_is_the_textbook_field():
    """B = mu0 R^2/(2 (R^2 + x^2)^1.5); the other three coils are 1 km away."""
    coils = FourCoils(0.01, 1.0, 1e3, 1e3)
    for distance in (0.0, 0.003, 0.02):
        (flux,) = flux_per_moment(coils, *at(1e3 + distance, 0.0, 1e3)).real
        field = mu_0 * 0.01**2 / (2.0 * (0.01**2 + distance**2) ** 1.5)
        assert flux == pytest.approx(field, rel=1e-6)


def test_flux_far_away_is_that_of_dipoles():
    """A turn has the moment pi R^2: at 0.5 m across, B = -mu0 m/(4 pi r^3), to (R/r)^2."""
    coils = FourCoils(0.001, 1.0, 1e3, 1e3)
    (flux,) = flux_per_moment(coils, *at(1e3, 0.5, 1e3)).real
    assert flux == pytest.approx(-mu_0 * math.pi * 0.001**2 / (4.0 * math.pi * 0.5**3), rel=1e-4)


@pytest.mark.parametrize("strength", [0.0, 0.5, 500 / 502, 1.0])
def test_images_in_the_poles(strength):
    oracle = pickup(CoilsTable(**DIMENSIONS), Motion(1e-3), gap_m=0.040).flux(1, strength).real / 1e-3
    assert effective_coupling(MODEL, 1e-3, gap_m=0.040, image_strength=strength) == pytest.approx(oracle, rel=2e-9)


def test_soft_poles_add_what_the_page_of_the_simulated_bench_says():
    with_poles = effective_coupling(MODEL, 1e-3, gap_m=0.040, image_strength=500 / 502)
    assert with_poles / effective_coupling(MODEL, 1e-3) - 1.0 == pytest.approx(0.239, abs=5e-4)


def test_propagating_the_dimensions_is_quick():
    inputs = {
        "radius": Quantity(0.010, 3e-5, "m"),
        "turns": Quantity(1500.0, 1.0),
        "x": Quantity(0.015, 5e-5, "m"),
        "z": Quantity(0.012, 5e-5, "m"),
    }

    def model(x):
        return effective_coupling(FourCoils(x["radius"], x["turns"], x["x"], x["z"]), 1e-3)

    estimate = propagate(model, inputs, unit="H/m3")
    assert min(timeit.repeat(lambda: propagate(model, inputs), number=1, repeat=3)) < 0.05
    turns = next(c for c in estimate.components if c.name == "turns")
    assert turns.contribution / estimate.value == pytest.approx(1.0 / 1500.0, rel=1e-9)
    assert 0.005 < estimate.u / estimate.value < 0.02


def test_what_is_refused():
    with pytest.raises(ValueError, match=r"radius_m = 0.0 .*above 0"):
        FourCoils(0.0, 1500, 0.015, 0.012)
    with pytest.raises(ValueError, match=r"amplitude of 0.1 m .*0.01513.* where a turn is"):
        effective_coupling(MODEL, 0.1)
    with pytest.raises(ValueError, match=r"gap of 0.03 m .*above 0.03 m"):
        effective_coupling(MODEL, 1e-3, gap_m=0.030)
