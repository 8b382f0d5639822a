"""`vsmdaq report --standard` and `--covariance` on the demo campaign."""

import json
import shutil

import numpy as np
import pytest

from vsmdaq.record import read_mh_csv
from vsmdaq.record.covariance import read_covariance_csv


@pytest.fixture
def campaign(demo, tmp_path):
    """A copy that may be written into."""
    for name in ("loop", "palladium", "gouy"):
        shutil.copytree(demo / name, tmp_path / name)
    return tmp_path


@pytest.mark.parametrize(
    ("run", "standard", "designation"),
    [
        ("loop", "iec60404-18", "IEC 60404-18:2025"),
        ("palladium", "a342", "ASTM A342/A342M-21, test method 5"),
        ("palladium", "iec60404-15", "IEC 60404-15:2012+AMD1:2016"),
    ],
)
def test_page_and_json_stand_in_the_run_folder(cli, campaign, run, standard, designation):
    folder = campaign / run
    ended = cli("report", folder, "--standard", standard)
    assert ended.code == 0, ended.err
    page, beside = folder / f"report-{standard}.html", folder / f"report-{standard}.json"
    assert ended.out.split() == [str(page), str(beside)]
    assert f"Report in the shape of {designation}" in page.read_text("utf-8")
    content = json.loads(beside.read_text("utf-8"))
    assert content["standard"]["designation"] == designation
    found = {one["code"] for one in content["deviations"]}
    assert {"simulated_bench", "calibrant_not_traceable", "temperature_not_measured"} <= found
    assert [one["traceable"] for one in content["calibrants"]] == [False]


def test_results_are_those_of_the_run(cli, campaign):
    ended = cli("report", campaign / "loop", "--standard", "iec60404-18", "--json")
    values = {one["name"]: one["measured"] for one in json.loads(ended.out)["results"]}
    result = json.loads((campaign / "loop" / "result.json").read_text("utf-8"))["quantities"]
    assert values["coercive_field"]["value"] == result["coercive_field"]["value"]
    assert values["coercive_field"]["u"] == result["coercive_field"]["u"]
    remanent = 1.25663706212e-6 * result["remanent_magnetization"]["value"]
    assert values["remanent_polarization"]["value"] == pytest.approx(remanent)
    # the reference world: m = 2 µA m² tanh((H_int ± 20 kA/m)/30 kA/m), a sphere of 1 mm
    volume = np.pi / 6 * 1e-9
    h = np.linspace(-60e3, 60e3, 400_001)
    m = 2e-6 / volume * np.tanh((h + 20e3) / 30e3)
    product = np.max(-1.25663706212e-6 * h * (h + m))
    for name, truth in (("coercive_field_b", -np.interp(0.0, h + m, h)), ("maximum_energy_product", product)):
        assert abs(values[name]["value"] - truth) < 3.0 * values[name]["u"], name


def test_the_same_twice_and_elsewhere_with_out(cli, campaign):
    cli("report", campaign / "loop", "--standard", "a342")
    first = (campaign / "loop" / "report-a342.html").read_bytes()
    cli("report", campaign / "loop", "--standard", "a342")
    assert (campaign / "loop" / "report-a342.html").read_bytes() == first
    ended = cli("report", campaign / "loop", "--standard", "a342", "--units", "cgs", "--out", campaign / "x.html")
    assert ended.out.split() == [str(campaign / "x.html"), str(campaign / "x.json")]
    assert json.loads((campaign / "x.json").read_text("utf-8"))["units"] == "cgs"


def test_without_a_standard_the_usual_page(cli, campaign):
    ended = cli("report", campaign / "loop")
    assert ended.out.strip() == str(campaign / "loop" / "report.html")
    assert "vsmdaq report" in (campaign / "loop" / "report.html").read_text("utf-8")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--standard", "iso"), "--standard: given 'iso'; allowed: 'a342', 'iec60404-15', 'iec60404-18'."),
        (("--units", "cgs"), "--units: given 'cgs'; allowed: nothing, without --standard."),
        (("--json",), "--json: given given; allowed: nothing, without --standard."),
        (("--standard", "a342", "--units", "mks"), "--units: given 'mks'; allowed: 'si', 'cgs'."),
        (("--standard", "a342", "--out", "x.json"), "--out: given 'x.json'; allowed: a file that ends on .html."),
    ],
)
def test_options_that_do_not_go_together(cli, campaign, options, message):
    ended = cli("report", campaign / "loop", *options)
    assert ended.code == 2
    assert message in ended.err


def test_a_run_of_another_kind_is_refused(cli, campaign):
    ended = cli("report", campaign / "gouy", "--standard", "a342")
    assert ended.code == 2
    assert "procedure: given 'gouy'; allowed: a run of 'palladium' or 'loop' or 'virgin'." in ended.err
    assert not (campaign / "gouy" / "report-a342.html").exists()
    ended = cli("report", campaign / "gouy", "--covariance", campaign / "c.csv")
    assert ended.code == 2
    assert "given weights; allowed: points of a vibrating sample" in ended.err


def test_a_result_that_is_not_as_recorded_is_refused(cli, campaign):
    folder = campaign / "loop"
    assert cli("reduce", folder, "--without", "background").code == 0
    ended = cli("report", folder, "--standard", "a342")
    assert ended.code == 2
    assert "given other values than raw.csv and the recorded calibrations give: " in ended.err
    assert "Make it again with `vsmdaq reduce RUN`." in ended.err
    assert cli("reduce", folder).code == 0
    assert cli("report", folder, "--standard", "a342").code == 0
    (folder / "result.json").unlink()
    ended = cli("report", folder, "--standard", "a342")
    assert ended.code == 2
    assert "result.json: given nothing; allowed: a run that came to a result." in ended.err


def test_covariance_agrees_with_the_columns_of_mh_csv(cli, campaign):
    out = campaign / "points.csv"
    ended = cli("report", campaign / "loop", "--covariance", out)
    assert ended.code == 0, ended.err
    assert ended.out.split() == [str(out)]
    names, values, covariance, header = read_covariance_csv(out)
    columns, _ = read_mh_csv(campaign / "loop" / "mh.csv")
    n = len(columns["index"])
    assert header["points"] == n
    assert "gaussmeter.gain" in header["inputs_in_common"]
    assert names[0] == "field_applied_a_per_m[0]"
    assert names[n] == "moment_a_m2[0]"
    assert values[n:] == pytest.approx(columns["moment_a_m2"])
    u = np.sqrt(np.diag(covariance))
    expected = np.hypot(columns["u_common_moment_a_m2"], columns["u_noise_moment_a_m2"])
    assert u[n:] == pytest.approx(expected, rel=1e-3)
    field = np.hypot(columns["u_common_field_a_per_m"], columns["u_noise_field_a_per_m"])
    assert u[:n] == pytest.approx(field, rel=1e-4)
