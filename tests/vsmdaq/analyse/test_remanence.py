"""Remanence curves with a known zero, the measured files of others, and the areas of loops made of straight lines."""

from pathlib import Path

import numpy as np
import pytest

from vsmdaq.analyse.initial import initial_slope
from vsmdaq.analyse.local import Noise
from vsmdaq.analyse.minor import enclosed_area, half_height, half_width
from vsmdaq.analyse.parameter import Parameter
from vsmdaq.analyse.remanence import RemanenceCurve, delta_m, remanent_coercive_field, s_ratio

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)


def curve(fields, moments, noise=None):
    """Field and remanence in turns, as they are measured."""
    n = 2 * len(fields)
    h, m = np.zeros(n), np.full(n, np.nan)
    h[0::2], m[0::2], m[1::2] = fields, 0.0, moments
    places = np.arange(0, n, 2)
    return RemanenceCurve(h, m, places, places + 1, noise)


def unit(places, n):
    one = np.zeros(n)
    one[places] = 1.0
    return one


def test_the_zero_and_its_gradient():
    """m = 1 + H/30 + (H/100)^3: the zero and its derivatives from the polynomial itself."""
    fields = -np.geomspace(2.0, 200.0, 25)
    one = curve(fields, 1.0 + fields / 30.0 + (fields / 100.0) ** 3)
    found = remanent_coercive_field(one)
    root = -np.roots([1e-6, 0.0, 1 / 30, 1.0])
    root = float(root[np.isreal(root)].real[0])
    assert found.value == pytest.approx(root, rel=1e-9)
    slope = 1 / 30 + 3e-6 * root**2
    assert found.shift(moment=1.0) == pytest.approx(1 / slope, rel=1e-6)
    assert found.shift(field=1.0) == pytest.approx(-1.0, rel=1e-6)


def test_what_cannot_be_had_is_said():
    fields = -np.linspace(1.0, 10.0, 10)
    assert remanent_coercive_field(curve(fields, np.ones(10))) == "the remanence does not change its sign"
    assert "fewer than 2" in remanent_coercive_field(curve(fields[:1], [1.0]))
    saturation = Parameter(2.0, np.zeros(20), np.zeros(20))
    assert s_ratio(curve(fields, np.ones(10)), saturation, -20.0) == "the field is not within the measured backfield"


def test_particles_that_do_not_see_each_other_have_no_delta_m():
    """m_d = m_rs - 2 m_i (Wohlfarth 1958); and with m_d too small by 0.1 m_rs it is -0.1."""
    sizes = np.linspace(1.0, 10.0, 10)
    acquired = 2.0 * (sizes / 10.0) ** 2
    n = 40
    h, m = np.zeros(n), np.zeros(n)
    h[0:20:2], m[1:20:2] = sizes, 0.5 * acquired
    h[20:40:2], m[21:40:2] = -sizes, 2.0 - acquired - 0.2
    irm = RemanenceCurve(h, m, np.arange(0, 20, 2), np.arange(1, 20, 2))
    backfield = RemanenceCurve(h, m, np.arange(20, 40, 2), np.arange(21, 40, 2))
    saturation = Parameter(2.0, np.zeros(n), np.zeros(n))
    assert delta_m(backfield, irm, saturation, 5.5).value == pytest.approx(-0.1, abs=1e-9)
    assert s_ratio(backfield, saturation, -10.0).value == pytest.approx(0.1, abs=1e-9)
    assert delta_m(backfield, irm, saturation, 20.0) is None


@pytest.mark.skipif(DATA is None, reason="the measured files are not here")
def test_the_remanent_coercive_field_of_a_measured_file_is_the_instrument_s_own():
    """Head of the file: 29.58591 mT; straight lines between its points give 29.59 mT."""
    text = (DATA / "backfield" / "irm_unmix_example.dat").read_text("latin-1").replace("\r\n", "\n")
    blocks = [
        np.array([[float(cell) for cell in line.split(",")[:2]] for line in block.splitlines()])
        for block in text.split("\n\n")
        if all(line[:1] in "+-" and line.count(",") for line in block.splitlines()) and block.strip()
    ]
    backfield = next(block for block in blocks if block[-1, 0] < 0.0 and len(block) > 20)
    backfield = backfield[backfield[:, 0] < 0.0]
    found = remanent_coercive_field(curve(backfield[:, 0], backfield[:, 1]))
    assert found.value == pytest.approx(29.58591e-3, rel=2e-3)


def test_the_area_of_a_parallelogram():
    """Corners (-2, -1), (1, 2), (2, 1), (-1, -2): walked clockwise, area 6."""
    h, m = np.array([-2.0, 1.0, 2.0, -1.0]), np.array([-1.0, 2.0, 1.0, -2.0])
    there = np.array([3, 2, 1, 0])
    area = enclosed_area(h, m, there)
    assert area.value == pytest.approx(6.0)
    assert enclosed_area(h, m, there[::-1]).value == pytest.approx(-6.0)
    for k in range(4):  # by differences
        moved = m.copy()
        moved[k] += 1e-6
        assert (enclosed_area(h, moved, there).value - 6.0) / 1e-6 == pytest.approx(area.d_moment[k], abs=1e-6)
        shifted = h.copy()
        shifted[k] += 1e-6
        assert (enclosed_area(shifted, m, there).value - 6.0) / 1e-6 == pytest.approx(area.d_field[k], abs=1e-6)


def test_height_and_width_of_a_loop_of_straight_ways():
    """Falling m = H + 3, rising m = H - 3."""
    h = np.linspace(-5.0, 5.0, 11)
    field, moment = np.concatenate([h[::-1], h]), np.concatenate([h[::-1] + 3.0, h - 3.0])
    ways = (np.arange(11), np.arange(11, 22))
    assert half_height(field, moment, ways, Noise(1e-6)).value == pytest.approx(3.0)
    assert half_width(field, moment, ways, Noise(1e-6)).value == pytest.approx(3.0)
    assert half_width(field, moment + 20.0, ways, None) == "the loop does not cross m = 0 on both ways"
    assert half_height(field + 20.0, moment, ways, None) == "the loop does not pass field 0"


def test_rayleigh_s_law_gives_its_initial_slope():
    h = np.linspace(0.0, 10.0, 11)
    found = initial_slope(h, 0.1 + 2.0 * h + 0.3 * h * np.abs(h), h <= 6.0)
    assert found.value == pytest.approx(2.0, rel=1e-9)
    assert found.shift(moment=h) == pytest.approx(1.0, rel=1e-9)
    assert np.all(found.d_moment[h > 6.0] == 0.0)
    assert initial_slope(h, h, h <= 2.0) == "fewer than 4 different fields up to low_field"
