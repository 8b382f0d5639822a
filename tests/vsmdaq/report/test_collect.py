"""From run folders to a page."""

from __future__ import annotations

import dataclasses

import pytest

from vsmdaq.record import Journal, RunFolder, artefact_to_json, save_result, write_mh_csv
from vsmdaq.report import collect, write_report
from vsmdaq.terms import Artefact, Component, Estimate, InputError, MomentPoint, Result, ResultQuantity


def make_run(out, run_id, started, *, finished=True):
    values = {"coupling_constant": Estimate(4.2, "H/m3")}
    artefact = Artefact("moment", "2026-01-01T00:00:00Z", "b", {}, values, "ni", (("nickel", "ab"),))
    facts = {
        "procedure": "loop",
        "sample": "s",
        "started_utc": started,
        "calibrations": {"moment": artefact_to_json(artefact)},
    }
    folder = RunFolder.create(out, run_id, facts)
    kinds = {"float": 1.5, "float | None": None, "int": 1, "tuple[str, ...]": ()}
    point = MomentPoint(**{field.name: kinds[field.type] for field in dataclasses.fields(MomentPoint)})
    with Journal.create(folder.raw_csv, MomentPoint, run_id=run_id, sync=lambda _: None) as journal:
        for index in range(3):
            journal.append(dataclasses.replace(point, index=index, set_field_a_per_m=1e3 * index))
    if finished:
        field = ResultQuantity(Estimate(2e4, "A/m", (Component("gain", 50.0),)), "at m = 0")
        save_result(folder.result_json, Result("loop", "s", 3, 9.0, 0.1, (), {"coercive_field": field}))
        columns = {"index": [0, 1, 2], "field_internal_a_per_m": [0.0, 1.0, ""], "moment_a_m2": [0.0, 1e-6, ""]}
        write_mh_csv(folder.mh_csv, columns, {"kind": "mh"})
    return folder


def test_one_run(tmp_path):
    folder = make_run(tmp_path, "loop", "2026-01-01T00:00:00Z")
    data = collect(folder.path)
    (section,) = data.sections
    assert data.title == "s · loop"
    assert section.points["set_field_a_per_m"] == [0.0, 1e3, 2e3]
    assert section.derived["moment_a_m2"] == (0.0, 1e-6, None)
    assert section.artefacts[0].values == {"coupling_constant": (4.2, 0.0, "H/m3")}
    path = write_report(folder.path)
    assert path == folder.report_html
    assert "(2.000 ± 0.010) × 10⁴ A/m" in path.read_text("utf-8")


def test_a_campaign_in_the_order_of_its_begins_with_the_unfinished_named(tmp_path):
    make_run(tmp_path, "a", "2026-01-01T02:00:00Z")
    torn = make_run(tmp_path, "b", "2026-01-01T01:00:00Z", finished=False)
    torn.raw_csv.write_bytes(torn.raw_csv.read_bytes()[:-5])
    (tmp_path / "calibrations").mkdir()
    data = collect(tmp_path)
    assert [section.title for section in data.sections] == ["b", "a"]
    assert len(data.sections[0].points["index"]) == 2
    assert "torn last line" in data.sections[0].flags[0]
    assert "no result" in data.sections[0].flags[1]
    out = write_report(tmp_path, tmp_path / "page.html")
    assert out.read_text("utf-8").startswith("<!DOCTYPE html>")


def test_no_run_is_said(tmp_path):
    with pytest.raises(InputError, match="a folder without runs"):
        collect(tmp_path)
    with pytest.raises(InputError, match="nothing there"):
        collect(tmp_path / "none")
