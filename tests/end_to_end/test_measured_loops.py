"""Loops that other instruments measured are the samples of a simulated bench: the whole chain must give them back.

The file's straight lines between its points are the simulated sample. Nothing is drawn: bench file and world agree.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.analyse import loop_parameters
from vsmdaq.formats import MeasuredLoop, micromag, quantum_design, two_column
from vsmdaq_sim.truth import truth
from vsmdaq_sim.world import World

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
pytestmark = pytest.mark.skipif(DATA is None, reason="the measured files are not here")


def major_loop(loop):
    """The branch down from the largest field and the branch up again, each strictly monotonic; and which rows they are."""
    h, m = loop.field_a_per_m, loop.moment_a_m2
    turn = int(np.argmin(h))
    top = int(np.argmax(h[:turn]))
    end = turn + 1 + int(np.argmax(h[turn + 1 :]))
    down = [i for i in range(top, turn + 1) if i == top or h[i] < h[top:i].min()]
    up = [i for i in range(turn + 1, end + 1) if h[i] > h[turn:i].max()]
    rows = [*down, *up]
    return MeasuredLoop(h[rows], m[rows], dict(loop.metadata), loop.source)


def procedure(kind, sample, top, segments, u_moment):
    """Text of a procedure file; fields in kA/m."""
    lines = [f'    {{ from = "{a:g} kA/m", to = "{b:g} kA/m", steps = {n} }},' for a, b, n in segments]
    head = [f'kind = "{kind}"', f'sample = "{sample}"', "[field]", 'rate = "10 A/s"', f'approach = ["{top:g} kA/m"]']
    measure = ["[measure]", f'u_moment = "{u_moment:g} A m2"', 'time_constant = "30 ms"', "poles = 4"]
    return "\n".join([*head, "segments = [", *lines, "]", *measure, ""])


def run_loop(place, loop, *, top, low, steps, u_moment, crossover, world=(), edits=()):
    """Measure phase, nickel, empty holder and the loop; returns the loop's outcome. Fields in kA/m."""
    two_column.write(loop, place.folder / "loop.txt")
    sample = ["[samples.measured]", 'material = "measured-loop"', 'file = "loop.txt"']
    place.write_world(*world, *sample, f"crossover_a_per_m = {crossover!r}")
    (place.folder / "measured.toml").write_text('name = "measured"\n', "utf-8")
    (place.folder / "empty.toml").write_text('name = "empty-holder"\n', "utf-8")
    down = [(top, low, steps[0]), (low, -low, steps[1]), (-low, -top, steps[0])]
    up = [(-a, -b, n) for a, b, n in down]
    background = place.folder / "background.toml"
    background.write_text(
        procedure("background", "empty.toml", top, [(top, -top, 20), (-top, top, 20)], 0.2 * u_moment), "utf-8"
    )
    path = place.folder / "loop.toml"
    path.write_text(procedure("loop", "measured.toml", top, [*down, *up], u_moment), "utf-8")
    return place.measure(["phase", "nickel", background, path], edits=edits)[-1]


def branches(loop):
    """Fields and moments of both branches, fields rising."""
    turn = int(np.argmin(loop.field_a_per_m))
    h, m = loop.field_a_per_m, loop.moment_a_m2
    return (h[turn::-1], m[turn::-1]), (h[turn:], m[turn:])


@dataclass(frozen=True)
class Compared:
    """A run's points beside the file's straight lines between its own points, at the fields that the run measured."""

    field: np.ndarray
    moment: np.ndarray
    expected: np.ndarray
    u: np.ndarray
    """Noise of the moment, and that of the field reading times the slope of the branch there."""


def compare(place, outcome, loop):
    table = outcome.reduced.reduction.table
    h, m, u_m, u_h = (
        np.array(table[name])
        for name in ("field_applied_a_per_m", "moment_a_m2", "u_noise_moment_a_m2", "u_noise_field_a_per_m")
    )
    assert not [flag for flag in outcome.reduced.result.flags if flag.startswith("point")]
    half = len(h) // 2  # points down, then as many up: the plan is symmetric
    expected, slope = np.empty_like(h), np.empty_like(h)
    for part, line in zip((slice(None, half), slice(half, None)), branches(loop), strict=True):
        expected[part] = np.interp(h[part], *line)
        above, below = np.interp(h[part] + u_h[part], *line), np.interp(h[part] - u_h[part], *line)
        slope[part] = (above - below) / (2.0 * u_h[part])
    return Compared(h, m / calibration_error(place, outcome), expected, np.hypot(u_m, slope * u_h))


def calibration_error(place, outcome):
    """Found over true moment per volt, from the world's truth.

    It is common to all points: the budget has it under u_common (0.29 %), not under the noise of a point. What is left of
    it here is the noise of the nickel run and what the nickel's law leaves out below 300 kA/m, some 1e-6.
    """
    world = World.load(place.world)
    vibration = world.spec.vibration
    factor = math.sqrt(2.0) * math.pi * vibration.frequency_hz * vibration.amplitude_m
    found = outcome.reduced.run.artefacts["moment"].values["moment_per_volt"].value
    error = found * factor * truth(world)["coupling_constant"]["value"]
    assert abs(error - 1.0) < 1e-5
    return error


CASES = {
    "CP4Q.hyst": {
        "read": micromag.read,
        "options": {"top": 630, "low": 60, "steps": (25, 50), "u_moment": 5e-9, "crossover": 5e3},
        "file_noise": 3e-8,  # scatter about the straight ends
    },
    "VSM_MH.DAT": {
        "read": quantum_design.read,
        "options": {
            "top": 11000,
            "low": 1000,
            "steps": (25, 50),
            "u_moment": 2e-8,
            "crossover": 5e4,
            # the reference bench with every field 14 times as large, and a Hall probe that reaches them
            "world": (
                "magnet.field_constant_per_m = 186666.66666666666",
                "magnet.remanence_a_per_m = 16.8e3",
                'instruments.gaussmeter.options.probe = "HST"',
            ),
            "edits": (
                ("13.33333 kA/m per A", "186.66667 kA/m per A"),
                ('remanence = "1.5 kA/m"', 'remanence = "21 kA/m"'),
            ),
        },
        "file_noise": 1e-4,  # swept: moments jump by this about the zero crossing
    },
}


@pytest.fixture(scope="module", params=CASES)
def measured(request, workplace):
    case = CASES[request.param]
    loop = major_loop(case["read"](DATA / "loops" / request.param))
    place = workplace()
    outcome = run_loop(place, loop, **case["options"])
    return case, loop, outcome, compare(place, outcome, loop)


def test_every_point_lies_on_the_measured_loop(measured):
    _, _, _, points = measured
    z = (points.moment - points.expected) / points.u
    assert len(z) == 200
    assert np.abs(z).max() < 4.0
    assert 0.7 < np.sqrt(np.mean(z**2)) < 1.2  # the noise is as large as it is said to be, not smaller


def test_run_and_file_have_the_same_parameters_at_the_same_fields(measured):
    """The file, read off at the fields of the run, differs from the run by the noise of its points alone."""
    _, _, _, points = measured
    ours = loop_parameters(points.field, points.moment, u_moment=points.u)
    theirs = loop_parameters(points.field, points.expected, u_moment=points.u)
    for name in ("saturation", "high_field_slope", "offset", "remanence", "coercive_field"):
        assert abs(ours[name].value - theirs[name].value) < 3.0 * ours.u[name], name


def test_result_agrees_with_the_whole_file(measured):
    """E_n <= 1 with all points of the file, whose own noise counts, in the range of fields that the run went through."""
    case, loop, outcome, points = measured
    inside = np.abs(loop.field_a_per_m) <= np.abs(points.field).max()
    file = loop_parameters(loop.field_a_per_m[inside], loop.moment_a_m2[inside], u_moment=case["file_noise"])
    found = outcome.reduced.result.quantities
    for quantity, name in (
        ("saturation_moment", "saturation"),
        ("remanent_moment", "remanence"),
        ("coercive_field", "coercive_field"),
    ):
        estimate = found[quantity].estimate
        assert abs(estimate.value - file[name].value) < 2.0 * math.hypot(estimate.u, file.u[name]), name
