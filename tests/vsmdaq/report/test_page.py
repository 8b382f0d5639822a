"""The page: self-contained, deterministic, true to its data, and safe against what stands in files."""

from __future__ import annotations

import dataclasses
import re
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

from vsmdaq.report import ReportData, RunSection, report_html

VOID = {"meta", "br", "col", "link", "img", "hr", "input"}


class Page(HTMLParser):
    """What a browser would see: elements, attributes, text; balance of tags outside SVG."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.attributes: list[tuple[str, str, str]] = []
        self.tags: list[str] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


@pytest.fixture(scope="module")
def html(campaign):
    return report_html(campaign)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def test_nothing_is_asked_of_the_network(html, page):
    for tag, name, value in page.attributes:
        if name in ("src", "href", "xlink:href", "data", "action", "srcset", "poster"):
            assert value.startswith("#"), (tag, name, value)
        elif "://" in value:
            assert name.startswith("xmlns"), (tag, name, value)
    assert not set(page.tags) & {"script", "link", "iframe", "object", "embed", "img", "base"}
    assert "@import" not in html
    assert not re.search(r"url\((?!#)", html)


def test_the_same_data_give_the_same_bytes(campaign, html):
    assert report_html(campaign) == html


def test_tags_are_balanced_and_ids_unique(page):
    assert page.open == []
    ids = [value for _, name, value in page.attributes if name == "id"]
    assert len(ids) == len(set(ids))
    targets = {value[1:] for _, name, value in page.attributes if name in ("href", "xlink:href")}
    assert targets <= set(ids)


def test_figures_are_well_formed_svg_without_metadata(html):
    figures = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    assert len(figures) == 10
    for figure in figures:
        assert ET.fromstring(figure).tag == "{http://www.w3.org/2000/svg}svg"
        assert "<metadata" not in figure


def test_what_is_told_is_what_was_found(page):
    text = " ".join(" ".join(page.text).split())
    assert "3822 ± 46 A/m" in text  # 3822 A/m, u = 22.9 A/m: root of the squares of the budget
    assert "251.5 ± 1.3 Oe" in text  # 20013 A/m by 4π/1000, U = 2·50.6 A/m
    assert "The check of mass susceptibility agrees with its reference (Eₙ = 0.5)" in text
    assert "point 41: overload_input" in text
    assert "Stanford_Research_Systems,SR830,s/n12345,ver1.07" in text
    assert "a7" * 32 in text
    assert 'kind = "loop"' in text


def test_what_stands_in_files_is_text_never_markup(campaign):
    hostile = '"><script>alert(1)</script><img src=x onerror=alert(2)> {{ 7*7 }} </pre></style>'
    section = campaign.sections[-2]
    result = dict(section.result) | {"sample": hostile, "flags": [hostile]}
    result["quantities"] = {hostile: dict(section.result["quantities"]["coercive_field"]) | {"definition": hostile}}
    run = dict(section.run) | {
        "bench": hostile,
        "identities": {hostile: hostile},
        "files": {hostile: hostile},
        hostile: "x",
    }
    artefacts = (dataclasses.replace(section.artefacts[0], reference=hostile, kind=hostile, digest=hostile),)
    bad = dataclasses.replace(section, title=hostile, kind=hostile, result=result, run=run, artefacts=artefacts)
    page = Page(report_html(ReportData(hostile, (bad,))))
    assert not set(page.tags) & {"script", "img"}
    assert not any(name.startswith("on") for _, name, _ in page.attributes)
    assert page.open == []
    assert "49" not in "".join(page.text).split("{{")[0]
    assert "".join(page.text).count("{{ 7*7 }}") >= 8


def test_a_run_without_a_result_says_so():
    section = RunSection("loop", "loop", {}, {"run_id": "loop"}, notes=("no result: interrupted",))
    text = " ".join(Page(report_html(ReportData("loop", (section,)))).text)
    assert "no result: interrupted" in text
    assert Page(report_html(ReportData("nothing", ()))).open == []


def test_a_gap_in_a_column_is_no_point_but_no_obstacle(campaign):
    section = campaign.sections[-2]
    derived = {name: list(values) for name, values in section.derived.items()}
    derived["magnetization_a_per_m"][3] = None
    derived["field_internal_a_per_m"][3] = ""
    html = report_html(ReportData("gap", (dataclasses.replace(section, derived=derived),)))
    assert "nan" not in "".join(re.findall(r'\bd="[^"]*"', html))
