"""The page about the simulated bench: its examples load, its table of keys is complete, its figures are true."""

import re
from pathlib import Path

import pytest

from vsmdaq_sim.world import World
from vsmdaq_sim.world.effects.tables import EFFECTS

ROOT = Path(__file__).resolve().parents[4]
PAGE = (ROOT / "docs" / "simulated-bench.md").read_text("utf-8")
EXAMPLES = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_load_over_the_reference_world(tmp_path, reference_file, text):
    path = tmp_path / "world.toml"
    body = re.sub(r"^base = .*$", "", text, flags=re.MULTILINE)
    path.write_text(f"base = {str(reference_file)!r}\n{body}", encoding="utf-8")
    world = World.load(path)
    world.operator.mount("palladium-cylinder")
    world.magnet.ramp_to(20.0, 10.0)
    world.clock.sleep(100.0)
    assert all(abs(value) < 1e-3 for value in world.lockin.read())


@pytest.mark.parametrize(
    ("table", "key"), [(name, key) for name, model in EFFECTS.items() for key in model.model_fields]
)
def test_every_key_is_described(table, key):
    assert f"`[{table}]`" in PAGE
    assert f"`{key}`" in PAGE


@pytest.mark.parametrize(("field", "percent"), [(0.0, 23.9), (8e5, 23.7), (1.6e6, 15.4)])
def test_figures_of_the_image_effect(quiet, field, percent):
    poles = {"gap_m": 0.040, "pole_susceptibility": 500.0, "pole_saturation_a_per_m": 1.71e6}
    real, ideal = quiet({"image": poles}), quiet()
    ratio = real.coupling_h_per_m3(None, field) / ideal.coupling_h_per_m3(None, field)
    assert 100.0 * (ratio - 1.0) == pytest.approx(percent, abs=0.05)
    assert f"{percent} %" in PAGE
