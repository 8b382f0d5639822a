"""A block of a paramagnet, measured on the simulated bench from nickel on: its susceptibility comes out inside its u.

The world has the block's volume and the demagnetising factor of A. Aharoni, J. Appl. Phys. 83, 3432 (1998), for 1 x 1 x 2 along
the long edge; the toolkit has the three edges.
"""

import math
import shutil

import pytest

from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

CHI, FACTOR, VOLUME = 0.1, 0.19832, 2e-9
WORLD = (  # a cylinder of the block's length and volume, with the block's factor
    'samples.block.material = "linear"',
    f"samples.block.volume_susceptibility = {CHI}",
    "samples.block.length_m = 2e-3",
    f"samples.block.diameter_m = {math.sqrt(4.0 * VOLUME / math.pi / 2e-3)!r}",
    f"samples.block.demagnetising_factor = {FACTOR}",
)
SAMPLE = """name = "block"
shape = "prism"
length = "2.000 mm ± 0.1 %"
width = "1.000 mm ± 0.1 %"
height = "1.000 mm ± 0.1 %"
field = "length"
mass = "10.00 mg ± 0.02 mg"
"""


def test_susceptibility_of_a_prism(workplace):
    place = workplace()
    place.write_world(*WORLD)
    shutil.copytree(place.starter / "samples", place.folder / "samples")
    (place.folder / "samples" / "block.toml").write_text(SAMPLE, "utf-8")
    text = (place.starter / "procedures" / "palladium.toml").read_text("utf-8")
    assert text.count("../samples/palladium-cylinder.toml") == 1
    (place.folder / "procedures").mkdir()
    procedure = place.folder / "procedures" / "block.toml"
    procedure.write_text(text.replace("../samples/palladium-cylinder.toml", "../samples/block.toml"), "utf-8")

    outcomes = place.measure(["phase", "nickel", "background", procedure])

    result = outcomes[-1].reduced.result
    true = truth(World.load(place.world), "block")["volume_susceptibility"]["value"]
    assert true == CHI
    chi = result.quantities["volume_susceptibility"].estimate
    assert abs(chi.value - CHI) < 2.0 * chi.u
    # small enough that the factor is seen: without it chi would be 2 % low
    assert chi.u < 0.008 * CHI
    names = {c.name for c in chi.components}
    assert {"block.length", "block.width", "block.height", "block.non_uniform_magnetisation"} <= names
    external = result.quantities["volume_susceptibility_external"].estimate
    assert external.value / chi.value == pytest.approx(1.0 / (1.0 + FACTOR * CHI), abs=1e-4)
    assert not any("demagnetising" in flag for flag in result.flags)
