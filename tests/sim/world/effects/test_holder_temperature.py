"""Holder that changes with temperature: h(T) = h (1 + alpha (T - T0)) + C (1/T - 1/T0), written out here; off, nothing changes."""

import math
from pathlib import Path

import pytest

from vsmdaq_configs import starter_set
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

REFERENCE = (Path(str(starter_set())) / "worlds" / "reference.toml").as_posix()
H, ROOM_K = -2.0e-13, 295.15


def holder_signal(tmp_path, keys, target_k=None, field=6.0e5):
    """Signal of the empty rod at a field less that without field, V rms, once the heater has settled."""
    path = tmp_path / "world.toml"
    path.write_text(f'base = "{REFERENCE}"\n[thermometer]\nlag_s = 20.0\n[signal]\n{keys}\n', "utf-8")
    world = World.load(path, seed=1)
    clock = world.clock
    if target_k is not None:
        world.thermometer.control(target_k, math.inf, 1.0)
        clock.sleep(3000.0)
        world.advance()
        assert world.thermometer.temperature_k() == pytest.approx(target_k, abs=1e-3)
    there = []
    for current in (0.0, field / 13333.333333333334):
        world.magnet.ramp_to(current, 10.0)
        clock.sleep(120.0)
        world.advance()
        there.append((world.harmonic_phasor(1), world.magnet.field_a_per_m()))
    (z0, h0), (z1, h1) = there
    return (z1 - z0) / (h1 - h0), world


def test_without_the_keys_temperature_does_nothing(tmp_path):
    cold, _ = holder_signal(tmp_path, "")
    warm, world = holder_signal(tmp_path, "", 340.0)
    assert warm == pytest.approx(cold, rel=1e-12)
    assert "holder_temperature_coefficient" not in truth(world)


@pytest.mark.parametrize(
    ("keys", "ratio"),
    [
        ("holder_temperature_coefficient_per_k = 3e-3", 1.0 + 3e-3 * (340.0 - ROOM_K)),
        ("holder_curie_constant_m3_k = 2e-11", 1.0 + 2e-11 * (1.0 / 340.0 - 1.0 / ROOM_K) / H),
    ],
)
def test_holder_follows_the_sample_stage(tmp_path, keys, ratio):
    cold, world = holder_signal(tmp_path, keys)
    warm, _ = holder_signal(tmp_path, keys, 340.0)
    plain, _ = holder_signal(tmp_path, "")
    assert cold == pytest.approx(plain, rel=1e-9)  # the world's own temperature is where h is stated
    assert (warm / cold).real == pytest.approx(ratio, rel=1e-4)
    assert (warm / cold).imag == pytest.approx(0.0, abs=1e-6)
    told = truth(world)["holder_temperature_coefficient"]["value"]
    step = 0.01
    by_curie = 2e-11 * (1.0 / (ROOM_K + step) - 1.0 / (ROOM_K - step)) / (2.0 * step * H)
    by_hand = by_curie if "curie" in keys else 3e-3
    assert told == pytest.approx(by_hand, rel=1e-6)
