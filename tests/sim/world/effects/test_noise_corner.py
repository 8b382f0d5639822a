import math

import numpy as np
import pytest


@pytest.mark.parametrize(("harmonic", "corner"), [(1, 166.0), (3, 498.0), (1, 0.0)])
def test_one_over_f_noise_adds_to_the_white_one_at_the_detection_frequency(make_world, harmonic, corner):
    world = make_world({"signal": {"noise_corner_hz": corner}})
    world.lockin.set_detection(harmonic, None)
    world.lockin.set_filter(0.1, 4, True)
    world.clock.sleep(30.0)
    values = []
    for _ in range(3000):
        world.clock.sleep(2.0)
        values.append(complex(*world.lockin.read()))
    # both corners are at twice the detection frequency: power 1 + 2; equivalent noise bandwidth 5/(64 tau)
    density = 7.25e-9 * math.sqrt(1.0 + corner / (83.0 * harmonic))
    assert np.std(values) == pytest.approx(math.sqrt(2.0) * density * math.sqrt(5 / 6.4), rel=0.04)
