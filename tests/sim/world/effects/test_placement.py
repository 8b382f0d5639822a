import math

import numpy as np
import pytest

from vsmdaq_sim.world import WorldFileError
from vsmdaq_sim.world.extents import CylinderExtent, PrismExtent, SphereExtent, cloud

TINY = {"vibration": {"amplitude_m": 1e-5}}


def with_sample(loop, changes=None, **keys):
    extent = keys.pop("extent", None)
    tables = {"samples.loop": {"material": "current-loop", "moment_a_m2": 1e-3} | keys}
    if extent is not None:
        tables["samples.loop.extent"] = extent
    return loop(tables | (changes or {}))


def coupling_ratio(loop, extent, changes=None):
    world = with_sample(loop, changes, extent=extent)
    return world.coupling_h_per_m3("loop", 0.0) / world.coupling_constant_h_per_m3


@pytest.mark.parametrize("position", [(0.002, 0.0, 0.0), (0.0, 0.003, 0.0), (0.0, 0.0, -0.002), (0.001, -0.002, 0.003)])
def test_signal_of_a_sample_off_the_middle(loop, settled, oracle, position):
    x, y, z0 = position
    expected = oracle.harmonic(lambda z: oracle.flux(x, y, z0 + z), 1e-3, 83.0, lambda theta: 1e-3 * np.cos(theta), 1)
    assert settled(with_sample(loop, position_m=list(position))) == pytest.approx(expected, rel=1e-7)


def test_middle_of_the_coils_is_a_saddle(loop):
    # the coupling is harmonic: its three curvatures add up to nothing, so it cannot have a maximum on all sides
    step = 5e-4
    curvature = []
    for axis in range(3):
        place = [0.0, 0.0, 0.0]
        place[axis] = step
        world = with_sample(loop, TINY, position_m=place)
        curvature.append(
            2.0 * (world.coupling_h_per_m3("loop", 0.0) / world.coupling_constant_h_per_m3 - 1.0) / step**2
        )
    assert abs(sum(curvature)) < 0.01 * max(map(abs, curvature))
    assert min(curvature) < -1e3 < 1e3 < max(curvature)


@pytest.mark.parametrize("diameter", [2.383e-3, 6e-3])
def test_a_sphere_is_as_good_as_a_point(loop, diameter):
    # mean value of a harmonic function over a sphere
    assert coupling_ratio(loop, {"shape": "sphere", "diameter_m": diameter}) == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("axis", ["x", "y", "z"])
def test_the_cylinder_without_quadrupole_is_nearly_one_too(loop, axis):
    # length/diameter = sqrt(3)/2 has equal second moments on all axes; what is left is of fourth order
    extent = {"shape": "cylinder", "diameter_m": 3e-3, "length_m": 3e-3 * math.sqrt(0.75), "axis": axis}
    assert coupling_ratio(loop, extent) == pytest.approx(1.0, abs=1e-4)


@pytest.mark.parametrize(
    ("extent", "change"),
    [
        ({"shape": "prism", "edges_m": [5e-3, 5e-3, 1e-4]}, 0.020),
        ({"shape": "prism", "edges_m": [5e-3, 1e-4, 5e-3]}, 0.012),
        ({"shape": "cylinder", "diameter_m": 3e-3, "length_m": 5e-3, "axis": "z"}, -0.015),
    ],
)
def test_films_and_rods_are_off_by_percents(loop, extent, change):
    # reference/metrology: +1.2 ... +2.0 % for a 5 mm film in plane, -1.5 % for a 5 mm rod of 3 mm
    assert coupling_ratio(loop, extent, TINY) - 1.0 == pytest.approx(change, abs=5e-4)


@pytest.mark.parametrize(
    "extent",
    [
        {"shape": "prism", "edges_m": [4e-3, 2e-3, 3e-3]},
        {"shape": "cylinder", "diameter_m": 4e-3, "length_m": 3e-3, "axis": "x"},
        {"shape": "cylinder", "diameter_m": 4e-3, "length_m": 3e-3, "axis": "y"},
    ],
)
def test_mean_over_the_volume_against_a_fine_grid(loop, oracle, extent):
    if extent["shape"] == "prism":
        half, inside = np.array(extent["edges_m"]) / 2, lambda _: True
    else:
        axis = "xyz".index(extent["axis"])
        half = np.full(3, extent["diameter_m"] / 2)
        half[axis] = extent["length_m"] / 2

        def inside(point):
            return np.sum(np.delete(point, axis) ** 2) <= (extent["diameter_m"] / 2) ** 2

    cells = 14
    marks = (np.arange(cells) + 0.5) / cells * 2.0 - 1.0
    points = [p * half for p in np.stack(np.meshgrid(marks, marks, marks), axis=-1).reshape(-1, 3) if inside(p * half)]
    points = [p for p in points if p[0] > 0 and p[1] > 0]  # the coils mirror at both planes
    step = 1e-4
    slopes = [(oracle.flux(x, y, z + step) - oracle.flux(x, y, z - step)) / (2 * step) for x, y, z in points]
    centre = oracle.flux(0, 0, step) / step
    assert coupling_ratio(loop, extent, TINY) - 1.0 == pytest.approx(np.mean(slopes) / centre - 1.0, abs=4e-4)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("position_m = [0.0, 0.0]", ["samples.x.position_m"]),
        ("extent = { shape = 'cube' }", ["samples.x.extent", "sphere"]),
        ("extent = { shape = 'sphere', diameter = 1.0 }", ["samples.x.extent.sphere.diameter"]),
        ("extent = { shape = 'cylinder', diameter_m = 1e-3, length_m = 1e-3, axis = 'w' }", ["axis", "'w'"]),
        ("extent = { shape = 'prism', edges_m = [1e-3, 1e-3] }", ["edges_m"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, reference_file, text, words):
    from vsmdaq_sim.world import World

    path = tmp_path / "world.toml"
    path.write_text(f"base = {str(reference_file)!r}\n[samples.x]\nmaterial = 'empty'\n{text}\n", encoding="utf-8")
    with pytest.raises(WorldFileError) as caught:
        World.load(path)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("extent", "second", "fourth"),
    [
        (None, (0.0, 0.0, 0.0), 0.0),
        (SphereExtent(shape="sphere", diameter_m=2.0), (1 / 5,) * 3, 3 / 35),
        (CylinderExtent(shape="cylinder", diameter_m=2.0, length_m=4.0, axis="y"), (1 / 4, 4 / 3, 1 / 4), 1 / 8),
        (CylinderExtent(shape="cylinder", diameter_m=2.0, length_m=4.0, axis="x"), (4 / 3, 1 / 4, 1 / 4), 16 / 5),
        (PrismExtent(shape="prism", edges_m=[2.0, 4.0, 6.0]), (1 / 3, 4 / 3, 3.0), 1 / 5),
    ],
)
def test_points_and_weights_have_the_moments_of_the_shape(extent, second, fourth):
    points, weights = cloud(extent)
    assert np.sum(weights) == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(weights @ points, np.zeros(3), atol=1e-14)
    np.testing.assert_allclose(weights @ points**2, second, atol=1e-13)
    assert weights @ points[:, 0] ** 4 == pytest.approx(fourth, abs=1e-13)
