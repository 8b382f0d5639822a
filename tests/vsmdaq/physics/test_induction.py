"""Oracles: coil geometry worked by Biot-Savart elsewhere (DESIGN 6: C = 4.235 H/m3), numerical rms of the sine itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics import coupling_from_signal, moment_from_signal, signal_per_moment_v_rms


def test_nickel_sphere_in_the_reference_coils_reads_5_354_mv_rms():
    # 3.47 mA m2, 82 Hz, 1 mm peak, C = 4.235 H/m3: 7.57 mV peak, 5.354 mV rms
    reading = 3.47e-3 * signal_per_moment_v_rms(82.0, 4.235, 1e-3)
    assert reading == pytest.approx(5.354e-3, abs=0.0005e-3)
    assert reading * np.sqrt(2.0) == pytest.approx(7.57e-3, abs=0.005e-3)


def test_sensitivity_of_the_reference_world():
    assert signal_per_moment_v_rms(83.0, 4.235, 1e-3) == pytest.approx(1.563, abs=0.002)  # DESIGN 6


def test_rms_is_that_of_the_voltage_the_moving_moment_induces():
    f, c, m, a = 83.0, 4.235, 2e-6, 1e-3
    t = np.arange(100_000) / 100_000 / f
    flux = c * m * a * np.cos(2 * np.pi * f * t)
    voltage = -np.gradient(flux, t)
    assert m * signal_per_moment_v_rms(f, c, a) == pytest.approx(np.sqrt(np.mean(voltage**2)), rel=1e-5)


def test_arrays_give_arrays():
    assert moment_from_signal(np.array([0.0, 1.563]), 83.0, 4.235, 1e-3) == pytest.approx([0.0, 1.0], rel=1e-3)


def test_no_vibration_says_nothing_about_the_moment():
    with pytest.raises(ZeroDivisionError):
        moment_from_signal(1e-3, 83.0, 4.235, 0.0)


_magnitude = st.floats(1e-9, 1e3)


# no moment so small that its voltage is not a normal number any more
_moment = st.floats(1e-30, 1.0) | st.floats(-1.0, -1e-30) | st.just(0.0)


@given(moment=_moment, f=_magnitude, c=_magnitude, a=_magnitude)
def test_round_trip(moment, f, c, a):
    signal = moment * signal_per_moment_v_rms(f, c, a)
    assert moment_from_signal(signal, f, c, a) == pytest.approx(moment, rel=1e-12)


@given(moment=st.floats(1e-9, 1.0), f=_magnitude, c=_magnitude, a=_magnitude)
def test_coupling_round_trip(moment, f, c, a):
    signal = moment * signal_per_moment_v_rms(f, c, a)
    assert coupling_from_signal(signal, f, moment, a) == pytest.approx(c, rel=1e-12)
