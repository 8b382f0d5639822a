"""The tables of docs/faults.md are what the harness of tests/faults finds: all rows are there, and a sample of them is measured again."""

import importlib.util
from pathlib import Path

import pytest

from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_sim.faults import KINDS_OF_FAULTS

ROOT = Path(__file__).resolve().parents[2]
MEASURED_AGAIN = ["lakeshore_475", "mt_sics", "keithley_2000", "lakeshore_335"]


@pytest.fixture(scope="module")
def maker():
    spec = importlib.util.spec_from_file_location("make_fault_tables", ROOT / "docs" / "make_fault_tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def page(maker):
    return maker.PAGE.read_text(encoding="utf-8")


@pytest.mark.parametrize("table", ["broken", "valid"])
def test_every_driver_with_a_wire_has_its_row(maker, page, table):
    wanted = {f"`{name}`" for name, entry in DRIVERS.items() if entry.interfaces}
    assert set(maker.rows_of(page, table)) == wanted, "run python docs/make_fault_tables.py"


def test_the_kinds_are_those_of_the_simulator(maker, page):
    assert maker.replaced(page, "kinds", maker.kinds_table()) == page
    assert len(maker.rows_of(page, "kinds")) == len(KINDS_OF_FAULTS)
    assert maker.replaced(page, "failures", maker.failures_table()) == page


@pytest.mark.parametrize("name", MEASURED_AGAIN)
def test_the_rows_are_what_is_measured(maker, page, tmp_path, name):
    found = maker.cells(maker.rows_of(page, "broken")[f"`{name}`"])
    assert found == maker.broken_row(tmp_path, name), f"run python docs/make_fault_tables.py {name}"
    found = maker.cells(maker.rows_of(page, "valid")[f"`{name}`"])
    assert [found] == maker.valid_rows(tmp_path, name, DRIVERS[name].role)


def test_nothing_but_flipped_bits_passes(maker, page):
    for row in maker.rows_of(page, "broken").values():
        for column, cell in zip(maker.BROKEN_HEAD, maker.cells(row), strict=True):
            assert column in {"bit of command", "bit of reply"} or "passes" not in cell, (row, column)
