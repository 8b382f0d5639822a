"""A table in the place of a gaussmeter: what it sees of the supply, what it refuses."""

from __future__ import annotations

import math

import pytest

from vsmdaq_drivers.contracts import BenchError, CurrentLimits, FieldReading, LimitError, RefusedError, SupplyReading
from vsmdaq_drivers.gaussmeters.table_gaussmeter import TableGaussmeter, WatchedSupply
from vsmdaq_drivers.links.scripted import ScriptedClock

TABLE = """current_a, descending_a_per_m, ascending_a_per_m, u_a_per_m
-10, -1e5, -1e5, 5
0, 50, -50, 5
10, 1e5, 1e5, 25
"""


class ListedSupply:
    """Has the currents of a list, one for each look."""

    name = "supply at BENCH"
    limits = CurrentLimits(10.0, 1.0)
    resolution_a = 1e-4

    def __init__(self, currents):
        self.currents = list(currents)
        self.asked = []
        self.clock = ScriptedClock()

    def poll(self):
        self.clock.sleep(0.5)
        current = self.currents.pop(0)
        return SupplyReading(current, current, ramping=False, faults=(), flags=(), time_s=self.clock.now())

    def ramp_to(self, current_a, rate_a_per_s):
        self.asked.append((current_a, rate_a_per_s))

    def stop(self):
        self.asked.append("stop")

    def identify(self):
        self.asked.append("identify")
        return "a supply"

    def prepare(self):
        self.asked.append("prepare")

    def close(self):
        self.asked.append("close")


@pytest.fixture
def ready(tmp_path):
    def make(currents, text=TABLE, **options):
        file = tmp_path / "magnet.csv"
        file.write_text(text, "utf-8")
        supply = ListedSupply(currents)
        meter = TableGaussmeter(supply, supply.clock, str(file), **options)
        meter.identify()
        meter.prepare()
        return meter

    return make


def test_it_says_which_table_it_is(tmp_path):
    file = tmp_path / "magnet.csv"
    file.write_text(TABLE, "utf-8")
    # sha256sum of the file
    said = TableGaussmeter(ListedSupply([]), ScriptedClock(), str(file)).identify()
    assert said == "field table magnet.csv, 3 rows, -10 A to 10 A, sha256 10ec78d7d36b"


def test_the_field_of_the_current_now(ready):
    meter = ready([10.0, 0.0, 5.0])
    assert meter.read() == FieldReading(50.0, (), 1.0, 0.0)


def test_looks_of_others_count(ready):
    """The way to the end of the table is seen by whoever asks the supply, as the bench does during a ramp."""
    meter = ready([0.0, 5.0, 10.0, 5.0, 0.0])
    for _ in range(3):
        meter.supply.poll()
    assert meter.read() == FieldReading(50.0, (), 2.5, 0.0)


def test_between_the_branches_a_reading_says_so_and_how_well_it_is_known(ready):
    meter = ready([10.0, -5.0, 0.0])
    meter.supply.poll()
    reading = meter.read()
    assert (reading.field_a_per_m, reading.flags) == (0.0, ("between_branches",))
    assert reading.u_a_per_m == pytest.approx(100.0 / math.sqrt(12.0))


def test_the_way_after_which_the_branches_have_joined(ready):
    meter = ready([10.0, -5.0, 0.0], joined_after_a=5.0)
    meter.supply.poll()
    assert meter.read() == FieldReading(-50.0, (), 1.5, 0.0)
    with pytest.raises(LimitError, match=r"field_table magnet.csv: joined_after of 0 A was asked for"):
        ready([0.0], joined_after_a=0.0)


def test_a_current_beyond_the_table_has_no_field(ready):
    assert ready([0.0, 10.5]).read() == FieldReading(None, ("outside_table",), 1.0)


@pytest.mark.parametrize(
    ("offset", "gain"),
    [((0.0, 25.0), (1.0, 0.0)), ((0.0, 5.0), (1.0, 0.00025)), ((0.0, 15.0), (1.0, 2e-4)), ((0.0, 5.0), (1.0, 1.0))],
)
def test_an_uncertainty_that_covers_the_tables(ready, offset, gain):
    """5 A/m in the middle; 25 A/m at 100 kA/m, where 15 A/m and 0.02 % make 25."""
    ready([0.0]).require(offset, gain)


@pytest.mark.parametrize(
    ("offset", "gain", "message"),
    [
        (
            (0.0, 24.0),
            (1.0, 0.0),
            r"'offset and gain ± 24 A/m and ± 0 %': the table's own u at 10 A is 25 A/m, which is more",
        ),
        ((0.0, 4.0), (1.0, 2.6e-4), "the table's own u at 0 A is 5 A/m"),
        ((0.0, 15.0), (1.0, 1.9e-4), "the table's own u at 10 A is 25 A/m"),
        ((1.0, 50.0), (1.0, 0.0), "a table gives H itself: 0 A/m and 1, not 1 A/m and 1"),
        ((0.0, 50.0), (1.01, 0.0), r"not 0 A/m and 1\.01"),
    ],
)
def test_an_uncertainty_that_does_not(ready, offset, gain, message):
    with pytest.raises(RefusedError, match=message):
        ready([0.0]).require(offset, gain)


def test_a_file_that_cannot_be_used(tmp_path):
    file = tmp_path / "magnet.csv"
    meter = TableGaussmeter(ListedSupply([]), ScriptedClock(), str(file))
    with pytest.raises(
        BenchError, match=r"^field_table magnet\.csv: the table .*magnet\.csv cannot be used: .*No such file"
    ):
        meter.identify()
    file.write_text("I, H\n", "utf-8")
    with pytest.raises(BenchError, match=r"cannot be used: the first line has to be current_a"):
        meter.identify()
    file.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BenchError, match="cannot be used"):
        meter.identify()
    with pytest.raises(BenchError, match=r"identify\(\) comes first"):
        meter.prepare()


def test_the_watched_supply_is_the_supply():
    supply, looks = ListedSupply([1.0]), []
    watched = WatchedSupply(supply, looks.append)
    assert (watched.name, watched.limits, watched.resolution_a) == (supply.name, supply.limits, supply.resolution_a)
    assert watched.identify() == "a supply"
    watched.prepare()
    watched.ramp_to(2.0, 0.5)
    watched.stop()
    watched.close()
    assert supply.asked == ["identify", "prepare", (2.0, 0.5), "stop", "close"]
    assert not looks
    reading = SupplyReading(1.0, 1.0, ramping=False, faults=(), flags=(), time_s=0.5)
    assert watched.poll() == reading
    assert looks == [reading]
