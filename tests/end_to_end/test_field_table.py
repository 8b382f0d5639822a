"""A bench without gaussmeter: the field comes from the supply's current by a table of the magnet.

The table is made here from the magnet's law as the world file states it, by an independent formula: the branches of the major
loop of a yoke of play operators are known in closed form. It is then made wrong by less than the bench file says.
"""

import math
import tomllib

import numpy as np
import pytest

from vsmdaq.bench import NotReadyError
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

TOP_A = 60.0
OFFSET_A_PER_M, GAIN = 25.0, 1.001  # the bench file says ± 40 A/m and ± 0.2 %
WIRED = 'driver = "lakeshore_475"\naddress = "GPIB0::13::INSTR"'
TABLED = 'driver = "field_table"\naddress = "none"\noptions = {{ file = "magnet.csv"{more} }}'


def branches(magnet, current_a):
    """H (A/m) down from +60 A and up from -60 A: slope times I, and of each play operator w (p - I).

    On the way down p stays where the top has left it, at 60 A - r, until I + r is less; on the way up the mirror image.
    """
    radii = magnet["remanence_radii_a"]
    weights = [magnet["remanence_a_per_m"] / len(radii) / r for r in radii]
    linear = magnet["field_constant_per_m"] * current_a
    down = linear + sum(w * (min(TOP_A - r, current_a + r) - current_a) for w, r in zip(weights, radii, strict=True))
    up = linear + sum(w * (max(r - TOP_A, current_a - r) - current_a) for w, r in zip(weights, radii, strict=True))
    return down, up


def write_table(place, *, u_more=1.0):
    magnet = tomllib.loads((place.starter / "worlds" / "reference.toml").read_text("utf-8"))["magnet"]
    lines = ["current_a, descending_a_per_m, ascending_a_per_m, u_a_per_m"]
    # the branches have their corners at 60 A - 2 r, which are on this grid: straight lines between the rows are exact
    for current in np.arange(-240, 241) * 0.25:
        down, up = (OFFSET_A_PER_M + GAIN * field for field in branches(magnet, float(current)))
        u = u_more * math.hypot(30.0, 0.0015 * min(abs(down), abs(up)))
        lines.append(f"{current}, {down!r}, {up!r}, {u!r}")
    (place.folder / "magnet.csv").write_text("\n".join(lines), "utf-8")


def edits(more=""):
    return ((WIRED, TABLED.format(more=more)),)


def inner_loop(place):
    """The starter's loop between ±400 kA/m: the current turns at 30 A, far inside the table."""
    text = (place.starter / "procedures" / "loop.toml").read_text("utf-8").replace("800 kA/m", "400 kA/m")
    path = place.folder / "inner.toml"
    path.write_text(text.replace("../samples", str(place.starter / "samples")), "utf-8")
    return path


@pytest.fixture(scope="module")
def runs(workplace):
    """The campaign of the demo, its loop once more between ±400 kA/m, knowing and not knowing when the branches join."""
    place = workplace()
    place.write_world()
    write_table(place)
    loops = {"full": place.measure(["phase", "nickel", "background", "loop"], edits=edits())[-1]}
    inner = inner_loop(place)
    loops["joined"] = place.measure([inner], edits=edits(', joined_after = "8 A"'), session="joined")[-1]
    loops["between"] = place.measure([inner], edits=edits(), session="between")[-1]
    return place, loops


def compared(place, outcome, name):
    """Result, its u, and what is true."""
    found = outcome.reduced.result.quantities[name].estimate
    return found.value, found.u, truth(World.load(place.world))[name]["value"]


def flagged(outcome, flag="field_between_branches"):
    return [flag in point.flags for point in outcome.reduced.run.moment_points]


@pytest.mark.parametrize("loop", ["full", "joined", "between"])
@pytest.mark.parametrize("name", ["saturation_magnetization", "coercive_field", "remanent_magnetization"])
def test_results_are_true_within_their_uncertainty(runs, loop, name):
    place, loops = runs
    value, u, true = compared(place, loops[loop], name)
    assert abs(value - true) < 2.5 * u


def test_a_loop_over_the_whole_table_is_known_all_the_way(runs):
    place, loops = runs
    assert not any(flagged(loops["full"]))
    assert max(loops["full"].reduced.reduction.table["u_noise_field_a_per_m"]) < 1.0  # nothing beyond offset and gain
    _, u, _ = compared(place, loops["full"], "coercive_field")
    assert u < 100.0  # 0.2 % of 20 kA/m, the noise of the moment; the offset cancels


def test_points_behind_a_turn_inside_the_table_carry_the_gap(runs):
    """8 A of 30 A to -30 A: until then the field is anywhere between the branches, up to 2.4 kA/m apart."""
    _, loops = runs
    outcome = loops["joined"]
    table = outcome.reduced.reduction.table
    field = np.array(table["field_applied_a_per_m"])
    flags, u = np.array(flagged(outcome)), np.array(table["u_noise_field_a_per_m"])
    half = len(field) // 2
    # 8 A are 106.7 kA/m; points are 13.6 kA/m apart, the first of each branch one step behind the turn at ±400 kA/m
    assert np.array_equal(flags[:half], field[:half] > 293.3e3)
    assert np.array_equal(flags[half:], field[half:] < -293.3e3)
    assert u[flags] == pytest.approx(2 * 1200 * GAIN / math.sqrt(12), rel=1e-6)
    assert np.all(u[~flags] < 1.0)


def test_where_nothing_says_when_the_branches_join_the_coercive_field_carries_the_gap(runs):
    place, loops = runs
    assert all(flagged(loops["between"]))
    value, u, true = compared(place, loops["between"], "coercive_field")
    # the yoke is where it was all along: at the far side of the gap, 1.2 kA/m from its middle, on both branches
    assert value - true == pytest.approx(1200.0, abs=100.0)
    assert u == pytest.approx(2400.0 / math.sqrt(12.0), rel=0.02)


def test_a_table_less_certain_than_the_bench_file_says_is_refused(workplace):
    place = workplace()
    place.write_world()
    write_table(place, u_more=2.0)
    with pytest.raises(NotReadyError, match=r"'offset and gain ± 40 A/m and ± 0\.2 %': the table's own u at -60 A is"):
        place.measure(["phase"], edits=edits())
