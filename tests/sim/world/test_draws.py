import numpy as np
import pytest
from scipy import stats

from vsmdaq_sim.world.draws import DrawTable, Normals, draw, generator
from vsmdaq_sim.world.errors import WorldFileError


def drawn(seed, path="part.size", **entry):
    return draw({"part": {"size": 10.0, "word": "x"}}, {path: DrawTable(**entry)}, seed, file="f")["part"]["size"]


@pytest.mark.parametrize(
    ("entry", "cdf"),
    [
        ({"u": 2.0}, stats.norm(10.0, 2.0).cdf),
        ({"u_relative": 0.2}, stats.norm(10.0, 2.0).cdf),
        ({"u": 2.0, "distribution": "rectangular"}, stats.uniform(10 - 2 * 3**0.5, 4 * 3**0.5).cdf),
    ],
)
def test_distribution_and_standard_uncertainty(entry, cdf):
    values = [drawn(seed, **entry) for seed in range(1000)]
    assert stats.kstest(values, cdf).pvalue > 1e-3


def test_seed_and_path_alone_decide():
    assert drawn(1, u=1.0) == drawn(1, u=1.0) != drawn(2, u=1.0)
    tables = {"a": {"x": 0.0, "y": 0.0}}
    both = draw(tables, {"a.x": DrawTable(u=1.0), "a.y": DrawTable(u=1.0)}, 1, file="f")["a"]
    one = draw(tables, {"a.y": DrawTable(u=1.0)}, 1, file="f")["a"]
    assert both["y"] == one["y"] != both["x"]
    assert tables["a"]["x"] == 0.0


def test_a_number_in_a_path_is_a_place_in_a_list():
    tables = {"part": {"place": [1.0, 2.0, 3.0]}}
    found = draw(tables, {"part.place.1": DrawTable(u=0.5)}, 1, file="f")["part"]["place"]
    assert found[0] == 1.0
    assert found[1] != 2.0
    assert found[2] == 3.0
    assert tables["part"]["place"] == [1.0, 2.0, 3.0]
    for path in ("part.place.3", "part.place.x", "part.place.-1"):
        with pytest.raises(WorldFileError, match=path):
            draw(tables, {path: DrawTable(u=0.5)}, 1, file="f")


@pytest.mark.parametrize("path", ["part.length", "port.size", "part.word", "part", "part.size.x"])
def test_paths_that_lead_to_no_number_are_named(path):
    with pytest.raises(WorldFileError, match=path):
        drawn(1, path=path, u=1.0)


def test_one_kind_of_uncertainty_is_needed():
    for entry in ({}, {"u": 1.0, "u_relative": 1.0}):
        with pytest.raises(WorldFileError, match="either u or u_relative"):
            drawn(1, **entry)


def test_blocks_give_the_stream_of_the_generator():
    normals = Normals(generator(1, "noise"))
    assert [normals.next() for _ in range(5000)] == pytest.approx(
        np.concatenate([generator(1, "noise").standard_normal(5000)]).tolist()
    )


def test_several_deviates_are_those_that_come_one_by_one():
    several, single = Normals(generator(1, "noise")), Normals(generator(1, "noise"))
    taken = [value for count in (3, 0, 2040, 8, 2048, 1) for value in several.several(count)]
    assert taken == [single.next() for _ in taken]
