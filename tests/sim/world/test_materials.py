import math

import numpy as np
import pytest
from scipy.optimize import brentq

from vsmdaq_sim.world.errors import MaterialRangeError
from vsmdaq_sim.world.materials import LinearMoment, MeasuredLoop, NickelSphere, TanhPlay

NICKEL = (3.47e-3, 0.0026, math.pi / 6 * 2.383e-3**3)


def walk(material, fields):
    return [material.moment_a_m2(float(field)) for field in fields]


@pytest.mark.parametrize("demagnetising", [0.0, 1273.2, 60e3, 400e3])
def test_branches_are_shifted_tanh_of_the_internal_field(demagnetising):
    sphere = TanhPlay(2e-6, 20e3, 30e3, demagnetising)
    for fields, shift in ((np.linspace(900e3, -900e3, 41), 20e3), (np.linspace(-900e3, 900e3, 41), -20e3)):
        sphere.moment_a_m2(math.copysign(1e6, shift))
        for field, found in zip(fields, walk(sphere, fields), strict=True):
            h = brentq(
                lambda h, f=field, s=shift: h + demagnetising * math.tanh((h + s) / 30e3) - f, field - 5e5, field + 5e5,
                xtol=1e-6,
            )  # fmt: skip
            assert found == pytest.approx(2e-6 * math.tanh((h + shift) / 30e3), abs=1e-15)


def test_the_state_does_not_depend_on_the_number_of_steps():
    one, many = (TanhPlay(2e-6, 20e3, 30e3, 1273.2) for _ in range(2))
    turns = [800e3, -15e3, 12e3, -3e3, 40e3]
    start = 0.0
    for turn in turns:
        walk(many, np.linspace(start, turn, 500))
        start = turn
    assert walk(one, turns)[-1] == pytest.approx(many.moment_a_m2(turns[-1]), abs=1e-18)


def test_minor_loops_close_and_the_virgin_state_is_unmagnetised():
    sphere = TanhPlay(2e-6, 20e3, 30e3, 1273.2)
    assert sphere.moment_a_m2(0.0) == 0.0
    before = walk(sphere, [800e3, 10e3])[-1]
    inside = walk(sphere, [30e3, 10e3])
    assert inside[0] == pytest.approx(before, rel=1e-15)  # held until the play is used up
    assert inside[1] == pytest.approx(before, rel=1e-15)
    wide = walk(sphere, [-30e3, 10e3, 200e3, -30e3, 10e3])
    assert wide[1] == pytest.approx(wide[4], rel=1e-12)
    assert wide[1] < before


def test_nickel_rises_everywhere_and_is_odd():
    sphere = NickelSphere(*NICKEL)
    fields = np.concatenate([np.linspace(0.0, 300e3, 3001), np.linspace(301e3, 2e6, 500)])
    moments = np.array(walk(sphere, fields))
    assert np.all(np.diff(moments) > 0.0)
    assert walk(sphere, -fields) == pytest.approx((-moments).tolist(), rel=1e-15)


def test_nickel_has_its_certified_moment_and_slope():
    sphere = NickelSphere(*NICKEL)
    # NIST SRM 772a: 3.47 mA m2 (1 + 0.0026 ln(H/398)) at 298 K
    assert sphere.moment_a_m2(398e3) == pytest.approx(3.47e-3, rel=1e-6)
    assert sphere.moment_a_m2(796e3) / sphere.moment_a_m2(398e3) - 1.0 == pytest.approx(0.0026 * math.log(2), rel=1e-3)
    # a soft sphere: m = 3 V H
    assert sphere.moment_a_m2(10e3) == pytest.approx(3 * NICKEL[2] * 10e3, rel=1e-6)


def test_linear_moment():
    assert LinearMoment(4e-12).moment_a_m2(-1e5) == pytest.approx(-4e-7)


def loop(crossover=2e3):
    down = ((-100.0e3, -50e3, 0.0, 50e3, 100.0e3), (-5.0, -3.0, 2.0, 4.0, 5.0))
    up = ((-100.0e3, -50e3, 0.0, 50e3, 100.0e3), (-5.0, -4.0, -2.0, 3.0, 5.0))
    return MeasuredLoop("loop", down, up, crossover)


def test_measured_loop_is_exact_on_its_branches():
    material = loop()
    fields = np.linspace(100e3, -100e3, 57)
    assert walk(material, fields) == pytest.approx(
        np.interp(fields, [-1e5, -5e4, 0, 5e4, 1e5], [-5, -3, 2, 4, 5]).tolist()
    )
    fields = fields[::-1]
    assert walk(material, fields) == pytest.approx(
        np.interp(fields, [-1e5, -5e4, 0, 5e4, 1e5], [-5, -4, -2, 3, 5]).tolist()
    )


def test_measured_loop_goes_over_to_the_other_branch_with_travel():
    material = loop()
    walk(material, [100e3, 0.0])
    assert material.moment_a_m2(2e3) == pytest.approx((2 + 2 / 25) * math.exp(-1) + (-2 + 0.2) * (1 - math.exp(-1)))
    twice = loop()
    walk(twice, [100e3, 0.0, 1e3])
    assert twice.moment_a_m2(2e3) == pytest.approx(material.moment_a_m2(2e3), rel=1e-14)


def test_measured_loop_refuses_what_was_not_measured():
    material = loop()
    material.moment_a_m2(50e3)
    with pytest.raises(MaterialRangeError, match="100001 A/m was asked for; known from -100000 to 100000"):
        material.moment_a_m2(100.001e3)
