"""A bench whose field comes from a table: how the file says it, and how it is opened."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from vsmdaq.bench import NotReadyError, known_drivers, lock_addresses, open_bench
from vsmdaq.formats.inputs import BenchSpec, parse_bench
from vsmdaq.terms import InputError
from vsmdaq_configs import starter_set
from vsmdaq_drivers.contracts import AddressError, BenchError

WIRED = 'driver = "lakeshore_475"\naddress = "GPIB0::13::INSTR"'
TABLED = 'driver = "field_table"\naddress = "none"\noptions = { file = "tables/magnet.csv" }'
# straight branches of the reference world's yoke: 13333.3 A/m per A and ± 1.2 kA/m, closed at the ends
ROWS = """current_a, descending_a_per_m, ascending_a_per_m, u_a_per_m
-60, -801.2e3, -801.2e3, 40
-52, -692.1333e3, -694.5333e3, 40
52, 694.5333e3, 692.1333e3, 40
60, 801.2e3, 801.2e3, 40
"""


@pytest.fixture
def bench_file(tmp_path: Path):
    root = Path(str(starter_set()))

    def make(*replaced: tuple[str, str], rows: str = ROWS) -> BenchSpec:
        (tmp_path / "tables").mkdir(exist_ok=True)
        (tmp_path / "tables" / "magnet.csv").write_text(rows, "utf-8")
        text = (root / "benches" / "simulated.toml").read_text("utf-8")
        world = (root / "worlds" / "reference.toml").as_posix()
        for old, new in (("../worlds/reference.toml", world), (WIRED, TABLED), *replaced):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return parse_bench(text, tmp_path / "bench.toml", known_drivers=known_drivers())

    return make


def test_the_file_is_found_from_the_bench_file(bench_file, tmp_path):
    spec = bench_file()
    assert spec.gaussmeter.options == {"file": str((tmp_path / "tables" / "magnet.csv").resolve())}
    assert (
        bench_file(('magnet.csv" }', 'magnet.csv", joined_after = "8 A" }')).gaussmeter.options["joined_after"] == 8.0
    )


@pytest.mark.parametrize(
    ("replaced", "said"),
    [
        (
            (('address = "none"', 'address = "GPIB0::13::INSTR"'),),
            ["gaussmeter.address", '"GPIB0::13::INSTR"', '"none"', "has no wire"],
        ),
        (
            (('"field_table"', '"lakeshore_425"'), ('options = { file = "tables/magnet.csv" }', "")),
            ['"none"', "the address of an instrument", '"lakeshore_425" is reached through a wire'],
        ),
        (
            (('options = { file = "tables/magnet.csv" }', ""),),
            ["gaussmeter.options.file", "field_table cannot do without"],
        ),
        ((('"tables/magnet.csv"', "3"),), ["gaussmeter.options.file", "the path of a file"]),
        ((('csv" }', 'csv", joined_after = "8 s" }'),), ["gaussmeter.options.joined_after"]),
    ],
)
def test_mistakes_in_the_file(bench_file, replaced, said):
    with pytest.raises(InputError) as caught:
        bench_file(*replaced)
    assert all(text in str(caught.value) for text in said), str(caught.value)


def test_what_has_no_wire_is_not_locked(bench_file):
    spec = bench_file((f"{Path(str(starter_set())).as_posix()}/worlds/reference.toml@vsmsim", "@py"))
    assert len(lock_addresses(spec)) == 3  # supply, lock-in, balance


def test_the_open_bench(bench_file):
    with open_bench(bench_file(), frozenset(), seed=1) as bench:
        assert bench.identities["gaussmeter"].startswith("field table magnet.csv, 4 rows, -60 A to 60 A, sha256 ")
        first = bench.gaussmeter.read()
        assert (first.field_a_per_m, first.flags) == (pytest.approx(0.0, abs=1.0), ("between_branches",))
        assert first.u_a_per_m == pytest.approx(2400.0 / math.sqrt(12.0), rel=1e-3)
        for target in (60.0, 0.0):  # the ramps are seen by whoever asks the supply
            bench.supply.ramp_to(target, 10.0)
            while bench.supply.poll().ramping:
                bench.clock.sleep(0.2)
        reading = bench.gaussmeter.read()
        assert (reading.flags, reading.u_a_per_m) == ((), 0.0)
        assert reading.field_a_per_m == pytest.approx(1200.0, abs=1.0)  # the world's remanence


@pytest.mark.parametrize(
    ("replaced", "rows", "message"),
    [
        (
            (("± 40 A/m", "± 30 A/m"), ("1 ± 0.2 %", "1 ± 0.001 %")),
            ROWS,
            r"the table's own u at -60 A is 40 A/m, which is more",
        ),
        ((("0 A/m ± 40", "5 A/m ± 40"),), ROWS, "a table gives H itself: 0 A/m and 1, not 5 A/m and 1"),
        ((), "I, H\n", "cannot be used: the first line has to be current_a"),
        ((("tables/magnet.csv", "tables/other.csv"),), ROWS, "the table .*other.csv cannot be used"),
    ],
)
def test_tables_that_are_refused(bench_file, replaced, rows, message):
    with (
        pytest.raises(NotReadyError, match=message) as caught,
        open_bench(bench_file(*replaced, rows=rows), frozenset()),
    ):
        pass
    assert set(caught.value.failures) == {"gaussmeter"}
    assert isinstance(caught.value.failures["gaussmeter"], BenchError)


def test_without_a_supply_there_is_nothing_to_look_up(bench_file):
    spec = bench_file(("GPIB0::12::INSTR", "GPIB0::9::INSTR"))
    with pytest.raises(NotReadyError) as caught, open_bench(spec, frozenset()):
        pass
    assert {role: type(error) for role, error in caught.value.failures.items()} == {"supply": AddressError}
