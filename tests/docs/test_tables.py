"""README's and the docs' tables are those of the catalogue."""

import importlib.util
from pathlib import Path

import pytest

from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.tables import facts_table, instruments_table, markdown, options_table

ROOT = Path(__file__).resolve().parents[2]


def maker():
    spec = importlib.util.spec_from_file_location("make_tables", ROOT / "docs" / "make_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", ["README.md", "docs/instruments.md", "docs/reference-materials.md"])
def test_the_page_is_up_to_date(page: str):
    text = (ROOT / page).read_text("utf-8")
    assert "<!-- table:" in text
    assert maker().renewed(text) == text, "run python docs/make_tables.py"


@pytest.mark.parametrize("name", sorted(DRIVERS))
def test_every_driver_stands_in_the_table(name: str):
    rows = [row for row in instruments_table(DRIVERS) if row[1] == f"`{name}`"]
    assert len(rows) == 1
    assert all(rows[0][:3])
    assert rows[0][3] or name == "field_table", "an instrument has an interface"


def test_every_fact_says_how_it_is_known():
    assert {row[2] for row in facts_table(DRIVERS)[1:]} == {"manual", "other driver", "assumed"}
    assert all(row[3] for row in facts_table(DRIVERS)[1:]), "name the source, or what is done about it"


def test_markdown():
    assert markdown([("a", "b"), ("x|y", "")]) == "| a | b |\n| --- | --- |\n| x\\|y |  |\n"


def test_options_say_what_they_take():
    rows = {(row[0], row[1]): row for row in options_table(DRIVERS)}
    assert rows["`sr830`", "`reserve`"][3] == '"high" or "normal" or "low noise"'
