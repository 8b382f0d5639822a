"""The page of the control charts: whole, escaped, the same from the same data; charts of one point and of many."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest

from vsmdaq.calibrate.charts import Chart, Observation, charts_of
from vsmdaq.calibrate.status import CalibrationStatus, Standing
from vsmdaq.report.charts import chart_figure, charts_html
from vsmdaq.terms import Component, Estimate

FIRST = datetime(2026, 1, 1, tzinfo=UTC)


def chart_of(name: str, values: list[float], own: float, unit: str = "H/m3") -> Chart:
    (chart,) = charts_of(
        Observation(
            FIRST + timedelta(days=30 * k), name, Estimate(value, unit, (Component("n", own, noise=True),)), f"run-{k}"
        )
        for k, value in enumerate(values)
    )
    return chart


def status(*charts: Chart, standings: tuple[Standing, ...] = ()) -> CalibrationStatus:
    return CalibrationStatus("<b>upstairs</b> & down", FIRST, standings, charts, ())


class Tags(HTMLParser):
    """Checks that what is opened is closed."""

    VOID = frozenset({"meta", "br", "link", "img", "path", "use", "rect"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, _attrs: object) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.VOID:
            assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def read(page: str) -> str:
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    return " ".join(" ".join(tags.texts).split())


def test_a_bench_without_anything_has_a_page():
    text = read(charts_html(status(), []))
    assert "<b>upstairs</b> & down" in text, "escaped, so it is text"
    assert "Nothing." in text


def test_what_left_its_course_says_by_which_rule_and_what_was_before():
    gone = chart_of("coupling_constant", [4.2, 4.2, 4.3, 4.2, 4.2, 4.4], 0.02)
    text = read(charts_html(status(gone), [("vsmdaq run nickel.toml", "see <whether> it repeats")]))
    assert "left its course: 1_3s, one observation beyond 3 s" in text
    assert "before: 1_3s at run-2 (2026-03-02)" in text
    assert "see <whether> it repeats" in text
    assert "Something is missing" in text


def test_states_are_words():
    rows = (Standing("moment", "stale", reasons=("age: old",)), Standing("phase", "soon"), Standing("image", "none"))
    page = charts_html(status(standings=rows), [])
    assert re.findall(r'class="state (\w+)"', page) == ["stale", "valid", "none"]


@pytest.mark.parametrize(
    ("name", "values", "own", "unit"),
    [
        ("coupling_constant", [4.2], 0.02, "H/m3"),
        ("moment_per_volt", [0.64, 0.65], 0.0, "A m2/V"),
        ("x1", [-3.1e-13 + 1e-16 * k for k in range(40)], 8e-16, "V m/A"),
        ("curvature_sum", [0.0, 0.0], 100.0, "1/m2"),
        ("normalised_error", [0.1, -0.9, 1.3], 0.0, "1"),
    ],
)
def test_any_chart_can_be_drawn_and_again_the_same(name: str, values: list[float], own: float, unit: str):
    chart = chart_of(name, values, own, unit)
    svg = chart_figure("chart", chart)
    assert svg.startswith("<svg")
    assert "nan" not in svg.lower()
    assert chart_figure("chart", chart) == svg
    bands = len(re.findall(r'id="chart-(?:Fill|Poly)\w*_\d+"', svg))
    assert bands == (3 if chart.z else 0)
