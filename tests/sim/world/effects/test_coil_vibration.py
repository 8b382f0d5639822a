import cmath
import math

import pytest


@pytest.mark.parametrize("current", [60.0, 15.0, -60.0])
def test_signal_of_the_shaking_coils_is_in_proportion_to_the_field(quiet, settled, current):
    world = quiet({"coil_vibration": {"signal_v_rms_per_a_per_m": 2e-13, "phase_deg": 60.0}})
    z = settled(world, current)
    expected = 2e-13 * world.magnet.field_a_per_m() * cmath.rect(1.0, math.radians(60.0 - 37.0))
    assert z == pytest.approx(expected, rel=1e-9)


def test_it_looks_like_a_susceptibility(quiet, settled):
    # 2e-13 V/(A/m) in phase at 1.559 V/(A m2): 1.28e-13 A m2 per A/m, the size of a plastic holder
    world = quiet({"coil_vibration": {"signal_v_rms_per_a_per_m": 2e-13, "phase_deg": 37.0}})
    per_moment = math.sqrt(2.0) * math.pi * 83.0 * 1e-3 * world.coupling_constant_h_per_m3
    moment = settled(world, 60.0).real / per_moment
    assert moment / world.magnet.field_a_per_m() == pytest.approx(1.283e-13, rel=1e-3)
