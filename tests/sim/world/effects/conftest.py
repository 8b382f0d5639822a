"""Oracles that share nothing with the simulator: flux from the vector potential of the dipole, settled readings."""

import math

import numpy as np
import pytest

COILS = {"radius_m": 0.010, "turns": 1500, "half_spacing_x_m": 0.015, "half_spacing_z_m": 0.012}
LOOP = {"material": "current-loop", "moment_a_m2": 1e-3}


def linked_flux(x, y, z):
    """Flux (T m2 per A m2) of a dipole along x at (x, y, z) through the four coils: the line integral of
    A = mu0/(4 pi) m x r/r**3 around each of them."""
    angle = np.linspace(0.0, 2.0 * math.pi, 400, endpoint=False)
    total = 0.0
    for side in (-1, 1):
        for sign in (-1, 1):
            ry = COILS["radius_m"] * np.cos(angle) - y
            rz = COILS["radius_m"] * np.sin(angle) + sign * COILS["half_spacing_z_m"] - z
            rx = side * COILS["half_spacing_x_m"] - x
            cube = (rx**2 + ry**2 + rz**2) ** 1.5
            a_y, a_z = -rz / cube, ry / cube  # x cross r
            along = a_y * -np.sin(angle) + a_z * np.cos(angle)
            total += sign * COILS["turns"] * 1e-7 * COILS["radius_m"] * 2.0 * math.pi * float(np.mean(along))
    return total


def harmonic_v_rms(flux_at_z, moment, frequency, z_of_theta, harmonic):
    """Phasor of the n-th harmonic of ``-m dPhi/dt``, as a lock-in with its reference at theta = 0 sees it."""
    theta = 2.0 * math.pi * (np.arange(24) + 0.5) / 24
    flux = np.array([flux_at_z(z) for z in z_of_theta(theta)])
    # V = -m w dPhi/dtheta; its overlap with sqrt2 sin(n theta) and sqrt2 cos(n theta), by parts
    scale = -moment * 2.0 * math.pi * frequency * harmonic * math.sqrt(2.0)
    return scale * complex(-np.mean(flux * np.cos(harmonic * theta)), np.mean(flux * np.sin(harmonic * theta)))


@pytest.fixture
def oracle():
    class Oracle:
        flux = staticmethod(linked_flux)
        harmonic = staticmethod(harmonic_v_rms)
        coils = COILS

    return Oracle


@pytest.fixture
def settled():
    """X + iY, phase taken out, through a filter that leaves neither ripple nor memory."""

    def read(world, current_a=None, harmonic=1):
        if current_a is not None:
            world.magnet.ramp_to(current_a, 10.0)
            world.clock.sleep(60.0)
        world.lockin.set_detection(harmonic, None)
        world.lockin.set_filter(0.3, 4, True)
        world.lockin.set_phase_deg(37.0 * harmonic)
        world.clock.sleep(60.0)
        return complex(*world.lockin.read())

    return read


@pytest.fixture
def loop(quiet):
    """A quiet world with a small coil of known moment on the rod: make_loop({"drift": {...}})."""

    def make(changes=None, **kwargs):
        world = quiet({"samples.loop": LOOP} | (changes or {}), **kwargs)
        world.operator.mount("loop")
        world.clock.sleep(1.0)
        return world

    return make
