"""The JSON file: every key is documented, and nothing is lost on the way."""

import json
import re
from pathlib import Path

import pytest

from vsmdaq.report.standard import SCHEMA, report_to_json

ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
NAMED = {"dimensions", "files_sha256", "runs", "conditions", "labels", "values"}
"""Objects whose keys are names of things, not of fields."""


def keys_in(value, named=False):
    if isinstance(value, dict):
        found = set() if named else set(value)
        for key, item in value.items():
            found |= keys_in(item, not named and key in NAMED)
        return found
    if isinstance(value, list):
        return set().union(*(keys_in(item) for item in value))
    return set()


def documented():
    text = (ROOT / "docs" / "standard-report.md").read_text("utf-8")
    table = text.partition("## Keys of the JSON file")[2].partition("\n## ")[0]
    first_cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {key for cell in first_cells for key in re.findall(r"`([a-z0-9_]+)`", cell)}


@pytest.mark.parametrize(
    ("standard", "kind"), [("a342", "palladium"), ("iec60404-15", "loop"), ("iec60404-18", "loop")]
)
@pytest.mark.parametrize("units", ["si", "cgs"])
def test_round_trip(make, standard, kind, units):
    content = report_to_json(make.report(standard, kind, units=units))
    assert json.loads(json.dumps(content, allow_nan=False)) == content
    assert (content["schema"], content["kind"], content["units"]) == (SCHEMA, "standard-report", units)
    assert content["standard"]["key"] == standard


def test_every_key_is_documented_and_every_documented_key_exists(make):
    shapeless = '\nname = "rod"\nmass = "100.0 mg ± 0.1 %"\n'
    contents = [
        report_to_json(make.report("a342")),
        report_to_json(make.report("iec60404-18", "loop")),
        report_to_json(make.report("a342", sample=shapeless)),
    ]
    assert set().union(*map(keys_in, contents)) == documented()


def test_infinite_degrees_of_freedom_are_null_and_finite_ones_numbers(make):
    endless = report_to_json(make.report("a342"))["results"][0]["measured"]
    assert endless["dof"] is None
    assert endless["coverage_factor"] == pytest.approx(1.959964, rel=1e-6)
    assert report_to_json(make.report("a342", dof=9.0))["results"][0]["measured"]["dof"] > 9.0
