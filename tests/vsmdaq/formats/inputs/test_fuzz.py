"""Damaged files: an InputError or a valid value, nothing else."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import parse_bench, parse_procedure, parse_sample, parse_tube
from vsmdaq.terms import InputError, Problem

GOLDEN = Path(__file__).parent / "golden"
PARSERS = {"bench": parse_bench, "sample": parse_sample, "tube": parse_tube, "procedure": parse_procedure}
JUNK = st.sampled_from(
    [
        "",
        "nan",
        "-inf",
        "{}",
        "[]",
        "[[x]]",
        '"',
        "'''",
        "true",
        "1979-05-27",
        "\x00",
        "±",
        "= = =",
        "-1",
        '"1 mm"',
        "[supply]",
    ]
)


def problems_of(kind: str, text: str) -> tuple[Problem, ...] | None:
    """What is wrong with a text; None where nothing is."""
    try:
        PARSERS[kind](text, Path(f"{kind}.toml"))
    except InputError as error:
        return error.problems
    return None


@settings(max_examples=60)
@given(st.sampled_from(sorted(PARSERS)), st.data())
def test_a_damaged_file_is_refused_or_read(kind: str, data: st.DataObject):
    text = (GOLDEN / f"{kind}.toml").read_text("utf-8")
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(text)))
        stop = data.draw(st.integers(start, min(len(text), start + 25)))
        text = text[:start] + data.draw(JUNK) + text[stop:]
    problems = problems_of(kind, text)
    assert problems is None or all(problem.where and problem.allowed for problem in problems)


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from("abc"), inner, max_size=3)),
    max_leaves=5,
)


def toml(value: object) -> str:
    """One value as TOML; None as an empty text."""
    match value:
        case bool():
            return str(value).lower()
        case dict():
            return "{" + ", ".join(f"{key} = {toml(inner)}" for key, inner in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case int() | float():
            return repr(value)
        case _:
            return '"' + "".join(c for c in str(value or "") if c.isprintable() and c not in '"\\') + '"'


@settings(max_examples=60)
@given(st.sampled_from(sorted(PARSERS)), st.data(), VALUES)
def test_any_value_in_any_place_is_refused_or_read(kind: str, data: st.DataObject, value: object):
    lines = (GOLDEN / f"{kind}.toml").read_text("utf-8").splitlines()
    places = [
        number for number, line in enumerate(lines) if " = " in line and "{" not in line and not line.endswith("[")
    ]
    place = data.draw(st.sampled_from(places))
    lines[place] = f"{lines[place].partition(' = ')[0]} = {toml(value)}"
    problems = problems_of(kind, "\n".join(lines))
    assert problems is None or all("Error" not in problem.allowed for problem in problems)


@given(
    st.lists(st.tuples(st.integers(-800, 800), st.integers(-800, 800), st.integers(1, 12)), min_size=1, max_size=5),
    st.lists(st.integers(-800, 800), max_size=2),
)
def test_plan_ends_each_segment_where_it_should(segments: list[tuple[int, int, int]], approach: list[int]):
    rows = ", ".join(f'{{ from = "{a} kA/m", to = "{b} kA/m", steps = {n} }}' for a, b, n in segments)
    through = ", ".join(f'"{h} kA/m"' for h in approach)
    text = f'kind = "loop"\n[field]\nrate = "1 A/s"\napproach = [{through}]\nsegments = [{rows}]\n'
    points = plan_of(parse_procedure(text, Path("p.toml")))
    assert points.approach_a_per_m == tuple(h * 1e3 for h in approach)
    here = approach[-1] if approach else None
    expected: list[float] = []
    for start, stop, steps in segments:
        grid = [1e3 * (start + (stop - start) * k / steps) for k in range(steps + 1)]
        expected += grid[1:] if here == start else grid
        here = stop
    assert points.fields_a_per_m == pytest.approx(expected, rel=1e-12, abs=1e-6)
    assert len(points.segments) == len(points.fields_a_per_m)
