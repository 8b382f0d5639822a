import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

THIRD = {"vibration": {"third_harmonic_m": 2e-5, "third_harmonic_phase_deg": 50.0}}


def motion(theta):
    return 1e-3 * np.cos(theta) + 2e-5 * np.cos(3.0 * theta + math.radians(50.0))


@pytest.mark.parametrize("harmonic", [1, 2, 3, 5])
@pytest.mark.parametrize("position", [(0.0, 0.0, 0.0), (0.001, 0.0005, 0.002)])
def test_harmonics_are_those_of_the_flux_along_the_path(loop, settled, oracle, harmonic, position):
    sample = {"material": "current-loop", "moment_a_m2": 1e-3, "position_m": list(position)}
    world = loop(THIRD | {"samples.loop": sample})
    x, y, z0 = position
    expected = oracle.harmonic(lambda z: oracle.flux(x, y, z0 + z), 1e-3, 83.0, motion, harmonic)
    # what is left of the fundamental, 166 Hz away, behind four poles of 0.3 s and the synchronous one: 1e-10 of it
    fundamental = abs(oracle.harmonic(lambda z: oracle.flux(x, y, z0 + z), 1e-3, 83.0, motion, 1))
    assert abs(settled(world, harmonic=harmonic) - expected) < 1e-7 * abs(expected) + 2e-10 * fundamental


def test_third_harmonic_of_a_pure_sine_tells_the_curvature(quiet, settled, oracle):
    # flux C z (1 + kappa z**2/6): third harmonic over first kappa a**2/24, in voltage three times that
    world = quiet({"samples.loop": {"material": "current-loop", "moment_a_m2": 1e-3}})
    world.operator.mount("loop")
    world.clock.sleep(1.0)
    step = 5e-4
    slope = (8 * oracle.flux(0, 0, step) - oracle.flux(0, 0, 2 * step)) / (6 * step)
    kappa = (oracle.flux(0, 0, 2 * step) - 2 * oracle.flux(0, 0, step)) / step**3 / slope
    ratio = settled(world, harmonic=3) / settled(world, harmonic=1)
    assert ratio.real == pytest.approx(3.0 * kappa * 1e-6 / 24.0, rel=0.01)
    assert ratio.real == pytest.approx(-2.46e-3, rel=0.01)
    assert abs(settled(world, harmonic=2)) < 2e-10 * abs(settled(world, harmonic=1))


def test_detected_harmonic_follows_a_ramp(quiet, settled):
    world = quiet()
    world.operator.mount("nickel-sphere")
    world.magnet.ramp_to(60.0, 10.0)
    world.clock.sleep(20.0)
    ratio = settled(world, harmonic=3) / settled(world, harmonic=1)
    world.lockin.set_detection(3, None)
    world.lockin.set_phase_deg(3 * 37.0)
    world.lockin.set_filter(0.01, 4, True)
    other = world.lockin_of("second")
    other.set_filter(0.01, 4, True)
    other.set_phase_deg(37.0)
    world.magnet.ramp_to(-60.0, 2.0)
    for _ in range(30):
        world.clock.sleep(1.0)
        first, third = complex(*other.read()), complex(*world.lockin.read())
        assert third == pytest.approx(ratio * first, abs=2e-6 * abs(ratio) * 6e-3)


def test_cross_talk_and_offset_are_in_the_fundamental_alone(make_world, settled):
    world = make_world(
        {
            "signal": {"noise_v_per_sqrt_hz": 0.0, "holder_moment_per_field_m3": 0.0},
            "drift": {"offset_v_rms_per_hour": 1.0},
        }
    )
    world.clock.sleep(3600.0)
    assert abs(settled(world, harmonic=3)) < 1e-9
    assert abs(settled(world)) > 0.9


def test_ripple_at_a_harmonic_is_that_of_the_multiplied_voltage(loop, settled):
    world = loop(THIRD)
    first, third = (settled(world, harmonic=n) * np.exp(1j * math.radians(37.0 * n)) for n in (1, 3))
    tau, omega = 0.02, 2.0 * math.pi * 83.0
    world.lockin.set_detection(3, None)
    world.lockin.set_phase_deg(0.0)
    world.lockin.set_filter(tau, 1, False)
    world.clock.sleep(2.0)
    start, before = world.clock.now(), complex(*world.lockin.read())
    world.clock.sleep(0.0137)

    def slope(t, y):
        volts = math.sqrt(2.0) * (first * np.exp(1j * omega * t) + third * np.exp(3j * omega * t)).imag
        angle = 3.0 * omega * t
        return [
            (volts * math.sqrt(2.0) * f(angle) - held) / tau for f, held in zip((math.sin, math.cos), y, strict=True)
        ]

    done = solve_ivp(
        slope, (start, world.clock.now()), [before.real, before.imag], rtol=1e-10, atol=1e-16, max_step=2e-4
    )
    assert complex(*world.lockin.read()) == pytest.approx(complex(*done.y[:, -1]), abs=2e-7 * abs(first))
    ripple = abs(third) / (6.0 * omega * tau)  # of the third harmonic itself: large enough to be missed
    assert ripple > 1e-5 * abs(first)
