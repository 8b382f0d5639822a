"""To zero current, verified, from wherever the magnet is."""

from __future__ import annotations

import pytest

from vsmdaq.bench import make_safe, open_bench, zero
from vsmdaq_drivers.contracts import (
    CurrentLimits,
    FieldReading,
    InstrumentFaultError,
    LinkTimeoutError,
    MagnetStillOnError,
    SupplyHandling,
    SupplyReading,
)


def ramped(bench, current_a):
    bench.supply.ramp_to(current_a, 10.0)
    while bench.supply.poll().ramping:
        bench.clock.sleep(0.2)


def test_from_full_current(spec):
    said: list[str] = []
    with open_bench(spec(), frozenset(), seed=1) as bench:
        ramped(bench, 60.0)
        start_s = bench.clock.now()
        assert abs(zero(bench, said.append)) <= 0.02
        assert 6.0 < bench.clock.now() - start_s < 8.0  # 60 A at 10 A/s
        assert bench.supply.poll().set_point_a == 0.0
    assert said[0] in ("current +0.000 A, verified by reading back", "current -0.000 A, verified by reading back")
    # the yoke keeps 1.2 kA/m; the file lets it keep 1.5
    assert said[1].startswith("remaining field +1.")
    assert said[1].endswith("kA/m, within the yoke's remanence")


def test_in_the_middle_of_a_ramp_and_twice(spec):
    said: list[str] = []
    with open_bench(spec(), frozenset(), seed=1) as bench:
        bench.supply.ramp_to(-60.0, 10.0)
        bench.clock.sleep(3.0)
        zero(bench, said.append)
        first_s = bench.clock.now()
        zero(bench, said.append)
        assert bench.clock.now() - first_s < 1.0, "nothing left to do"
        assert abs(bench.supply.poll().current_a) < 0.001
    assert [line.split(" ")[0] for line in said] == ["current", "remaining", "current", "remaining"]


def test_more_field_than_the_yoke_may_keep_is_said(spec):
    said: list[str] = []
    file = spec(world="[magnet]\nremanence_a_per_m = 4000.0\n")
    with open_bench(file, frozenset(), seed=1) as bench:
        ramped(bench, 60.0)
        zero(bench, said.append)
    value, _, rest = said[1].removeprefix("field of ").partition(" ")
    assert float(value) == pytest.approx(4.0, abs=0.15)  # the meter's offset is drawn with 40 A/m, its noise is 20 A/m
    assert rest == "kA/m stays at zero current, more than 1.50 kA/m"


# --- supplies that do not do as they are told ------------------------------------------------------------------


class SteppedClock:
    def __init__(self):
        self.now_s = 0.0

    def now(self):
        return self.now_s

    def sleep(self, duration_s):
        self.now_s += duration_s


class WrittenSupply:
    """Stays at a current whatever it is told; `refuses` and `silent` are errors of set-point and reading."""

    name = "written supply"
    resolution_a = 1e-4
    handling = SupplyHandling()
    limits = CurrentLimits(60.0, 10.0)

    def __init__(self, clock, current_a, *, refuses=None, silent=None):
        self._clock = clock
        self._current_a = current_a
        self._refuses = refuses
        self._silent = silent
        self.asked: list[float] = []

    def ramp_to(self, current_a, rate_a_per_s):  # noqa: ARG002 - the role's signature
        self.asked.append(current_a)
        if self._refuses is not None:
            raise self._refuses

    def poll(self):
        if self._silent is not None:
            raise self._silent
        return SupplyReading(self._current_a, 0.0, True, (), (), self._clock.now())


def test_a_supply_that_ignores_its_set_point():
    clock = SteppedClock()
    supply = WrittenSupply(clock, 41.2)
    with pytest.raises(MagnetStillOnError) as caught:
        make_safe(supply, clock, rate_a_per_s=10.0)
    assert str(caught.value) == (
        "written supply: the supply does not follow its set-point 0 A. MAGNET STILL ON, I = +41.200 A"
    )
    assert caught.value.current_a == 41.2
    assert supply.asked == [0.0, 0.0, 0.0], "three attempts"
    assert clock.now() < 3 * (4.12 * 1.5 + 6.0)


def test_a_supply_that_refuses_is_still_read():
    clock = SteppedClock()
    fault = InstrumentFaultError(("output stage protect",), instrument="written supply")
    with pytest.raises(MagnetStillOnError) as caught:
        make_safe(WrittenSupply(clock, 12.5, refuses=fault), clock, rate_a_per_s=10.0)
    assert str(caught.value) == "written supply: reports output stage protect. MAGNET STILL ON, I = +12.500 A"


def test_a_supply_that_cannot_be_read_is_not_taken_for_safe():
    clock = SteppedClock()
    silence = LinkTimeoutError("nothing came.", instrument="written supply")
    with pytest.raises(MagnetStillOnError) as caught:
        make_safe(WrittenSupply(clock, 0.0, silent=silence), clock, rate_a_per_s=10.0)
    assert str(caught.value) == "written supply: nothing came. MAGNET STILL ON, I = unknown"
    assert caught.value.current_a is None


def test_an_unreadable_field_is_said_and_does_not_hide_that_the_current_is_zero():
    class Off(WrittenSupply):
        def poll(self):
            return SupplyReading(0.001, 0.0, False, (), (), self._clock.now())

    class Blind:
        name = "blind"
        reading_interval_s = 0.1

        def read(self):
            return FieldReading(None, ("no_probe",), 0.0)

    clock, said = SteppedClock(), []
    current_a = make_safe(
        Off(clock, 0.0), clock, rate_a_per_s=10.0, gaussmeter=Blind(), remanence_a_per_m=1e3, report=said.append
    )
    assert current_a == 0.001
    assert said == [
        "current +0.001 A, verified by reading back",
        "the remaining field could not be read: no valid reading",
    ]


def test_a_rate_beyond_the_supplys_is_slower_not_refused(spec):
    with open_bench(spec(), frozenset(), seed=1) as bench:
        ramped(bench, 5.0)
        assert abs(make_safe(bench.supply, bench.clock, rate_a_per_s=1000.0)) <= 0.02
