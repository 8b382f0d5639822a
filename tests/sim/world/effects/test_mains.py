import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from vsmdaq_sim.world import WorldFileError

TABLE = {"frequency_hz": 50.0, "amplitudes_v_rms": [1e-6, 4e-7, 2e-7], "phases_deg": [10.0, 100.0, -60.0]}


def demodulated(time, reference=83.0):
    """Input voltage times sqrt2 sin and sqrt2 cos of the reference."""
    volts = sum(
        math.sqrt(2.0) * v * np.sin(2.0 * math.pi * 50.0 * n * time + math.radians(p))
        for n, v, p in zip((1, 3, 5), TABLE["amplitudes_v_rms"], TABLE["phases_deg"], strict=True)
    )
    angle = 2.0 * math.pi * reference * time
    return volts * math.sqrt(2.0) * (np.sin(angle) + 1j * np.cos(angle))


def through_one_pole(start, value, end, tau, reference=83.0):
    def slope(t, y):
        z = demodulated(t, reference)
        return [(z.real - y[0]) / tau, (z.imag - y[1]) / tau]

    done = solve_ivp(slope, (start, end), [value.real, value.imag], rtol=1e-9, atol=1e-14, max_step=1e-3)
    return complex(*done.y[:, -1])


def test_output_is_that_of_the_multiplied_voltage_behind_the_pole(quiet):
    world = quiet({"mains": TABLE})
    tau = 0.03
    world.lockin.set_filter(tau, 1, False)
    world.clock.sleep(1.0)
    value = complex(*world.lockin.read())
    assert abs(value) > 1e-8
    for step in (0.0011, 0.0123, 0.2):
        start = world.clock.now()
        world.clock.sleep(step)
        now = complex(*world.lockin.read())
        assert now == pytest.approx(through_one_pole(start, value, world.clock.now(), tau), abs=1e-13)
        value = now


def test_a_change_of_the_filter_keeps_the_output_and_settles_anew(quiet):
    world = quiet({"mains": TABLE})
    world.lockin.set_filter(0.003, 1, False)
    world.clock.sleep(1.0)
    value = complex(*world.lockin.read())
    world.lockin.set_filter(0.1, 1, False)
    assert complex(*world.lockin.read()) == pytest.approx(value, rel=1e-12)
    start = world.clock.now()
    for later in (0.005, 0.08, 0.4):
        world.clock.sleep_until(start + later)
        expected = through_one_pole(start, value, start + later, 0.1)
        assert complex(*world.lockin.read()) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize(("reference", "tau", "poles"), [(83.0, 0.3, 1), (52.0, 0.1, 2), (50.2, 1.0, 4)])
def test_size_of_the_beat(quiet, reference, tau, poles):
    world = quiet(
        {"mains": {"frequency_hz": 50.0, "amplitudes_v_rms": [1e-6]}, "vibration": {"frequency_hz": reference}}
    )
    world.lockin.set_filter(tau, poles, False)
    world.clock.sleep(50.0)
    values = [(world.clock.sleep(0.00713), abs(complex(*world.lockin.read())))[1] for _ in range(2000)]

    def passed(rate_hz):
        return 1e-6 / (1.0 + (2.0 * math.pi * rate_hz * tau) ** 2) ** (poles / 2)

    difference, total = passed(reference - 50.0), passed(reference + 50.0)
    assert max(values) == pytest.approx(difference + total, rel=2e-3)
    assert min(values) == pytest.approx(difference - total, rel=2e-3)


def test_it_is_seen_at_a_detected_harmonic_too(quiet):
    # the third harmonic of 16.6 Hz is 0.2 Hz from the mains
    world = quiet({"mains": {"frequency_hz": 50.0, "amplitudes_v_rms": [1e-6]}, "vibration": {"frequency_hz": 16.6}})
    world.lockin.set_detection(3, None)
    world.lockin.set_filter(0.1, 2, False)
    world.clock.sleep(50.0)
    size = 1e-6 / (1.0 + (2.0 * math.pi * 0.2 * 0.1) ** 2)
    assert abs(complex(*world.lockin.read())) == pytest.approx(size, rel=2e-3)


def test_input_must_bear_it(quiet):
    world = quiet({"mains": TABLE})
    assert world.lockin.input_peak_v() == pytest.approx(math.sqrt(2.0) * 1.6e-6)


def test_a_signal_passes_beside_it(loop, settled):
    assert settled(loop({"mains": TABLE})) == pytest.approx(settled(loop()), rel=1e-6)


def test_as_many_phases_as_amplitudes(quiet):
    with pytest.raises(WorldFileError, match=r"mains\.phases_deg.*as many as amplitudes_v_rms"):
        quiet({"mains": TABLE | {"phases_deg": [0.0]}})
