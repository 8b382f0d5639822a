"""The page: self-contained, well formed, one system of units, everything of the data on it."""

import dataclasses
import html
import re
from html.parser import HTMLParser

import pytest

from vsmdaq.report.standard import STANDARDS, report_to_json, standard_html, standard_report
from vsmdaq.report.standard.units import Units
from vsmdaq.terms import Estimate

VOID = {"meta", "br", "col"}
CASES = [("a342", "palladium"), ("iec60404-15", "palladium"), ("iec60404-18", "loop"), ("a342", "loop")]
SI_UNITS = {
    "A/m", "A m2", "A m2/kg", "T", "J/m3", "m", "m3", "kg", "kg/m3", "kg/mol", "m3/kg", "m3/mol", "A m2/V", "V m/A",
}  # fmt: skip
CGS_UNITS = {
    "Oe", "emu", "emu/g", "G", "G Oe", "cm", "cm3", "g", "g/cm3", "g/mol", "cm3/g", "cm3/mol", "emu/V", "V/Oe", "emu/cm3",
    "emu/(cm3 Oe)",
}  # fmt: skip
BOTH = {"1", "K", "Hz", "V", "deg", "rad", "s"}


class Wellformed(HTMLParser):
    """Follows the tags; what is left open or closed twice is an error."""

    def __init__(self):
        super().__init__()
        self.open, self.addresses, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        if tag not in VOID:
            self.open.append(tag)
        self.addresses += [value for name, value in attrs if name in ("src", "href", "action", "data")]

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] not in ("style", "title"):
            self.text.append(data)


def parsed(page):
    parser = Wellformed()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    return parser


def units_in(value):
    if isinstance(value, dict):
        own = {value["unit"]} if isinstance(value.get("unit"), str) else set()
        return own.union(*(units_in(item) for item in value.values()))
    if isinstance(value, list):
        return set().union(*(units_in(item) for item in value))
    return set()


@pytest.mark.parametrize(("standard", "kind"), CASES)
@pytest.mark.parametrize("units", ["si", "cgs"])
def test_the_page_is_whole_and_needs_nothing_else(make, standard, kind, units):
    page = standard_html(make.report(standard, kind, units=units), "report.json")
    parser = parsed(page)
    assert parser.addresses == []
    assert "<script" not in page
    assert "url(" not in page
    assert "@import" not in page
    assert "@page { size: A4;" in page
    assert "thead { display: table-header-group; }" in page
    assert page.count("<thead>") >= 5


@pytest.mark.parametrize(("standard", "kind"), CASES)
def test_si_only(make, standard, kind):
    report = make.report(standard, kind)
    assert units_in(report_to_json(report)) <= SI_UNITS | BOTH
    text = " ".join(parsed(standard_html(report)).text)
    assert re.findall(r"\b(?:Oe|emu|CGS|G Oe|cm[²³]?|g/cm³|4π)\b", text) == []


@pytest.mark.parametrize(("standard", "kind"), CASES)
def test_cgs_only(make, standard, kind):
    flag = "H_int is dominated between 2 and 40 kA/m"
    report = make.report(standard, kind, units="cgs", flags=(flag, "point 3: settle_timeout"))
    assert units_in(report_to_json(report)) <= CGS_UNITS | BOTH
    text = " ".join(parsed(standard_html(report)).text)
    assert re.findall(r"A/m|A m²|\bSI\b|J/m|\bkg\b|\d (?:T|m|m³|J)\b|μ0", text) == []
    assert report.flags[-1] == "point 3: settle_timeout"
    assert report.flags_with_si_values == 1
    assert "1 further flag states values in other units and stands in result.json" in text


def test_the_two_systems_say_the_same(make):
    si = {value.name: value.measured for value in make.report("iec60404-18", "loop").results}
    cgs = {value.name: value.measured for value in make.report("iec60404-18", "loop", units="cgs").results}
    # NBS SP 696: 1 T = 1e4 G (4 pi M), 1 A/m = 4 pi 1e-3 Oe; MGOe = 100/(4 pi) kJ/m3
    assert cgs["remanent_polarization"].value == pytest.approx(1e4 * si["remanent_polarization"].value)
    assert cgs["coercive_field"].value == pytest.approx(4e-3 * 3.141592653589793 * si["coercive_field"].value)
    product = cgs["maximum_energy_product"]
    assert product.unit == "G Oe"
    assert product.value == pytest.approx(si["maximum_energy_product"].value * 1e6 / 7957.747, rel=1e-6)
    for name, value in si.items():
        assert cgs[name].u / cgs[name].value == pytest.approx(value.u / value.value)
    linear = make.report("a342", units="cgs", chi=0.02)
    values = {value.name: value.measured for value in linear.results}
    assert values["relative_permeability"].value == pytest.approx(1.02)
    assert values["volume_susceptibility"].value == pytest.approx(0.02 / 12.566370614359172)


def test_everything_of_the_data_stands_on_the_page(make):
    report = make.report("iec60404-15", flags=("point 3: settle_timeout",))
    text = html.unescape(standard_html(report, "report.json"))
    wanted = [
        "Report in the shape of IEC 60404-15:2012+AMD1:2016", "rod", "sphere", "run-7", "weekly check", "bench one",
        "2026-01-02T03:04:05+00:00", "lakeshore_218", "SRS,SRR", "nickel-sphere", "772a-31", "cd" * 32, "ab" * 32, "0c" * 32,
        "point 3: settle_timeout", "rod.diameter", "Field strength: applied from", "report.json",
        "1.02000 ± 0.00027", "(3.000 ± 0.012) × 10⁻³ m", "296.15 K", "measured by, date",
    ]  # fmt: skip
    wanted.remove("SRS,SRR")
    for one in report.deviations:
        wanted += [one.asked, one.source, one.found]
    for value in report.results:
        wanted.append(value.definition)
    assert [one for one in wanted if one not in text] == []


def test_long_runs_show_a_part_of_their_points_and_say_so(make):
    report = make.report("a342", "loop")
    page = standard_html(report, "report.json")
    assert len(report.points) == 185
    assert "25 of 185 points; all of them stand in report.json" in page
    shown = re.findall(r'<tr><td class="num">(\d+)</td>', page)
    assert len(shown) == 25
    assert (shown[0], shown[-1]) == ("0", "184")


def test_what_comes_from_files_is_escaped(make):
    report = make.report("a342", flags=("<script>alert(1)</script>",))
    page = standard_html(report)
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("name", "unit", "cgs"),
    [
        # NBS Special Publication 696 and powers of ten
        ("field", "A/m", (1.2566370614359172e-2, "Oe")),
        ("magnetization", "A/m", (1e-3, "emu/cm3")),
        ("volume", "m3", (1e6, "cm3")),
        ("high_field_slope", "m3", (1e6 / 12.566370614359172, "emu/Oe")),
        ("susceptibility", "1", (1.0 / 12.566370614359172, "emu/(cm3 Oe)")),
        ("relative_permeability", "1", (1.0, "1")),
        ("energy", "J/m3", (125.66370614359172, "G Oe")),
        ("x1", "V m/A", (79.57747154594767, "V/Oe")),
        ("curvature", "1/m2", (1e-4, "1/cm2")),
        ("xt", "V/s", (1.0, "V/s")),
        ("coefficient", "1/K", (1.0, "1/K")),
    ],
)
def test_each_unit_has_its_cgs_unit(name, unit, cgs):
    factor, found = Units("cgs").factor(name, unit)
    assert (factor, found) == (pytest.approx(cgs[0], rel=1e-12), cgs[1])
    assert Units("si").factor(name, unit) == (1.0, unit)


def test_a_value_without_a_cgs_unit_is_named_and_not_shown_in_si(make):
    assert Units("cgs").factor("odd", "A2/m") is None
    source = make.source()
    moment = source.run.artefacts["moment"]
    odd = dataclasses.replace(moment, values={**moment.values, "odd": Estimate(1.0, "A2/m")})
    run = dataclasses.replace(source.run, artefacts={**source.run.artefacts, "moment": odd})
    report = standard_report(dataclasses.replace(source, run=run), STANDARDS["a342"], "cgs")
    calibration = next(one for one in report.calibrations if one.kind == "moment")
    assert calibration.without_cgs_unit == ("odd",)
    assert "odd" not in calibration.values
    assert "without a CGS unit: odd" in standard_html(report)
