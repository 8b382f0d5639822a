"""Response of the gradiometer against dipoles that were put there, and against the curves that an instrument fitted itself."""

import math
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.analyse.waveform import MPMS3, MPMS3_MOMENT_PER_AMPLITUDE, fit_waveform, without_background
from vsmdaq.formats import quantum_design, quantum_design_raw
from vsmdaq.reduce.waveforms import moment_per_amplitude, reduce_waveforms
from vsmdaq.terms import InputError

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
needs_data = pytest.mark.skipif(DATA is None, reason="the measured files are not here")
STEM = "calibration/M20171121_Pd_one_torlon_M_T__at_10000_Oe"
MASS_KG, EMU_PER_G_OE = 3.9e-6, 4e-3 * math.pi  # 1 emu/(g Oe) = 4 pi 1e-3 m3/kg
Z = np.linspace(25e-3, 54e-3, 201)


def coil_pairs(z, centre, amplitude):
    """-1 turn, +2, -1, as the flux through a loop of radius R from a dipole on its axis: mu0 m R²/(2 (R² + z²)^1.5)."""
    radius, apart = 8.3654e-3, 7.960e-3
    loops = [(-1, -apart), (2, 0.0), (-1, apart)]
    return amplitude * sum(n * radius**2 / (radius**2 + (z - centre - at) ** 2) ** 1.5 for n, at in loops)


@given(st.floats(35e-3, 44e-3), st.floats(-1.0, 1.0).filter(lambda a: abs(a) > 1e-3), st.floats(-2.0, 2.0))
def test_dipole_and_line_come_back(centre, amplitude, slope):
    voltage = coil_pairs(Z, centre, amplitude) + 0.3 + slope * (Z - centre)
    fit = fit_waveform(Z, voltage)
    assert fit.centre_m == pytest.approx(centre, abs=1e-8)
    assert fit.amplitude_v_m == pytest.approx(amplitude, rel=1e-6)
    assert fit.slope_v_per_m == pytest.approx(slope, abs=1e-4 * (abs(slope) + abs(amplitude) / 1e-3))
    assert fit.share == pytest.approx(1.0, abs=1e-9)


def test_u_is_what_many_noisy_scans_scatter_by():
    rng = np.random.default_rng(2)
    clean = coil_pairs(Z, 39e-3, 5e-3)
    fits = [fit_waveform(Z, clean + 1e-3 * rng.standard_normal(Z.size), centre_m=39e-3) for _ in range(300)]
    scatter = np.std([fit.amplitude_v_m for fit in fits])
    # of 300 known to 4 %
    assert np.mean([fit.u_amplitude_v_m for fit in fits]) == pytest.approx(scatter, rel=0.15)


def test_a_holder_with_another_centre_is_taken_off_as_a_curve_only():
    sample, holder = coil_pairs(Z, 36e-3, -5e-3), coil_pairs(Z, 39e-3, 6e-3)
    together = fit_waveform(Z, sample + holder, centre_m=39e-3).amplitude_v_m
    alone = fit_waveform(Z, holder, centre_m=39e-3).amplitude_v_m
    assert abs((together - alone) / -5e-3 - 1.0) > 0.3
    back = Z[::-1]  # the background was scanned the other way round, at other places and at a tenth of the range
    z, v = without_background(
        [(Z, sample + holder)], [(back + 1e-5, 10.0 * coil_pairs(back + 1e-5, 39e-3, 6e-3))], scale=0.1
    )
    assert fit_waveform(z, v).amplitude_v_m == pytest.approx(-5e-3, rel=1e-4)
    assert z.size == Z.size - 1  # one end was not scanned


def test_what_is_no_scan_is_refused():
    with pytest.raises(ValueError, match="at least 5"):
        fit_waveform(Z[:4], Z[:4])
    with pytest.raises(ValueError, match="not all alike"):
        fit_waveform(np.full(9, 1.0), Z[:9])
    with pytest.raises(ValueError, match="as many of both"):
        without_background([(Z, Z)], [])


# --- the palladium that was measured ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def palladium():
    if DATA is None:
        pytest.skip("the measured files are not here")
    sample = quantum_design_raw.read(DATA / f"{STEM}.rw.dat")
    holder = quantum_design_raw.read(DATA / f"{STEM}_background.rw.dat")
    reported = [
        quantum_design.read(DATA / f"{STEM}{n}.dat", "DC Moment Fixed Ctr").moment_a_m2 for n in ("", "_background")
    ]
    return sample, holder, *reported


def test_the_instrument_fits_the_same_curve(palladium):
    sample, _, moments, _ = palladium
    for one in sample[::5]:
        fit = fit_waveform(one.fit_position_m, one.fixed_v)
        height = np.ptp(one.fixed_v)
        curve = fit.offset_v + fit.slope_v_per_m * (one.fit_position_m - fit.centre_m)
        curve = curve + fit.amplitude_v_m * MPMS3.response_per_m(one.fit_position_m, fit.centre_m)
        assert np.max(np.abs(one.fixed_v - curve)) < 1e-5 * height
    scale, spread = moment_per_amplitude(sample, list(moments), "it")
    assert spread < 1e-6
    assert scale == pytest.approx(MPMS3_MOMENT_PER_AMPLITUDE, rel=5e-3)


def chi(moment_a_m2, scan):
    return moment_a_m2 / MASS_KG / scan.field_a_per_m / EMU_PER_G_OE


def test_susceptibility_of_palladium_by_waveforms_and_by_moments(palladium):
    """`analysis.md` §0.3: moments subtracted 2.906e-6 emu/(g Oe), waveforms subtracted 5.67e-6, with the published constant."""
    sample, holder, moments, holder_moments = palladium
    first = reduce_waveforms(sample, holder, MPMS3_MOMENT_PER_AMPLITUDE, "it")[0]
    assert first.temperature_k == pytest.approx(300.0, abs=0.01)
    assert chi(first.moment_a_m2, first) == pytest.approx(5.67e-6, abs=0.005e-6)
    assert chi(moments[0] - holder_moments[0], first) == pytest.approx(2.906e-6, abs=0.001e-6)
    assert chi(moments[0] - holder_moments[0], first) / 5.25e-6 - 1.0 == pytest.approx(-0.45, abs=0.005)
    # our own fits with fixed centre, subtracted, fall as short
    assert chi(first.moments_subtracted_a_m2, first) == pytest.approx(2.906e-6, rel=0.01)
    # the centre moves from 39.7 mm to 35.7 mm
    assert first.centre_with_background_m == pytest.approx(39.7e-3, abs=0.1e-3)
    assert first.centre_m == pytest.approx(35.7e-3, abs=0.05e-3)


def test_what_is_left_of_every_scan_is_one_dipole(palladium):
    sample, holder, *_ = palladium
    scans = reduce_waveforms(sample, holder, MPMS3_MOMENT_PER_AMPLITUDE, "it")
    assert min(scan.share for scan in scans) > 0.9999
    # palladium's susceptibility grows as it is cooled to 100 K
    cooled = [scan.moment_a_m2 for scan in scans if scan.temperature_k > 100.0]
    assert all(b > a for a, b in pairwise(cooled))


def test_a_background_far_away_is_refused(palladium):
    sample, holder, *_ = palladium
    with pytest.raises(InputError, match="nearest background at"):
        reduce_waveforms(sample[:1], holder[3:], MPMS3_MOMENT_PER_AMPLITUDE, "it")
    with pytest.raises(InputError, match="one for each"):
        moment_per_amplitude(sample, [1.0], "it")
