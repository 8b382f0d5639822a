import numpy as np
import pytest
from scipy.constants import mu_0
from scipy.special import ellipe, ellipk

from vsmdaq_sim.world.coils import axial_field_per_current, coil_flux_per_moment, coupling_at_centre, effective_coupling

COILS = {"radius_m": 0.010, "turns": 1500, "half_spacing_x_m": 0.015, "half_spacing_z_m": 0.012}


def elliptic_axial_field(radius, axial, rho):
    """B along the axis of a loop per current, off axis (Smythe, Static and Dynamic Electricity, 7.10)."""
    outer = (radius + rho) ** 2 + axial**2
    inner = (radius - rho) ** 2 + axial**2
    k2 = 4.0 * radius * rho / outer
    return mu_0 / (2 * np.pi * np.sqrt(outer)) * (ellipk(k2) + (radius**2 - rho**2 - axial**2) / inner * ellipe(k2))


@pytest.mark.parametrize(("axial", "rho"), [(0.015, 0.012), (0.015, 0.0), (-0.004, 0.02), (0.0, 0.005)])
def test_loop_field_is_that_of_the_elliptic_integrals(axial, rho):
    found = axial_field_per_current(0.010, axial, 0.0, np.array([rho]))[0]
    assert found == pytest.approx(elliptic_axial_field(0.010, axial, rho), rel=1e-9)


def test_loop_field_does_not_know_the_azimuth():
    along_z = axial_field_per_current(0.010, 0.015, 0.0, np.array([0.013]))[0]
    oblique = axial_field_per_current(0.010, 0.015, 0.005, np.array([0.012]))[0]
    assert oblique == pytest.approx(along_z, rel=1e-12)


def test_coupling_at_the_centre_is_the_pinned_one():
    assert coupling_at_centre(**COILS) == pytest.approx(4.235, abs=5e-4)


def test_coupling_is_the_derivative_of_the_elliptic_flux():
    def flux(z):
        return 3000 * (
            elliptic_axial_field(0.01, 0.015, abs(z - 0.012)) - elliptic_axial_field(0.01, 0.015, abs(z + 0.012))
        )

    assert coupling_at_centre(**COILS) == pytest.approx((flux(1e-5) - flux(-1e-5)) / 2e-5, rel=1e-5)


@pytest.mark.parametrize(("amplitude", "change", "digit"), [(1e-3, -0.0025, 5e-5), (2e-3, -0.010, 5e-4)])
def test_amplitude_lowers_the_first_harmonic(amplitude, change, digit):
    ratio = effective_coupling(amplitude, **COILS) / coupling_at_centre(**COILS)
    assert ratio - 1.0 == pytest.approx(change, abs=digit)  # half of the last digit given


def test_first_harmonic_follows_the_curvature_of_the_coupling():
    step = 5e-4
    flux = coil_flux_per_moment(np.array([-2, -1, 1, 2]) * step, **COILS)
    third = (flux[3] - 2 * flux[2] + 2 * flux[1] - flux[0]) / (2 * step**3)
    centre = coupling_at_centre(**COILS)
    expected = centre * (1 + third / centre * 1e-6 / 8)
    assert effective_coupling(1e-3, **COILS) == pytest.approx(expected, rel=1e-5)
