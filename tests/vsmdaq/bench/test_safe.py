"""To zero current, verified, from wherever the magnet is."""

from __future__ import annotations

import math
import re
from itertools import count

import pytest

from vsmdaq.bench import make_safe, open_bench, open_magnet, zero
from vsmdaq_drivers.contracts import (
    CurrentLimits,
    FieldReading,
    InstrumentFaultError,
    LinkLostError,
    LinkTimeoutError,
    MagnetStillOnError,
    RefusedError,
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


def test_a_probe_that_is_away_is_not_read(spec):
    said: list[str] = []
    with open_bench(spec(), frozenset(), seed=1) as bench:
        ramped(bench, 60.0)
        assert bench.watchdog is not None
        bench.watchdog.probe_away = True
        assert abs(zero(bench, said.append)) <= 0.02
    assert said[0].endswith("A, verified by reading back")
    assert said[1:] == [
        "the probe is not in the gap: what field stays was not read. Put the probe back before anything else."
    ]


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


# --- faults that switch the output off, connections that come back -----------------------------------------------


class RunningDown(WrittenSupply):
    """Refuses every set-point because of a fault; its output is off and the current runs down with 2 s."""

    def poll(self):
        now_s = self._clock.now()
        return SupplyReading(self._current_a * math.exp(-now_s / 2.0), 30.0, False, ("over temperature",), (), now_s)


def test_an_output_that_a_fault_has_switched_off_is_safe_once_it_rests_at_zero():
    clock, said = SteppedClock(), []
    fault = InstrumentFaultError(("over temperature",), instrument="written supply")
    current_a = make_safe(RunningDown(clock, 40.0, refuses=fault), clock, rate_a_per_s=10.0, report=said.append)
    assert abs(current_a) <= 0.02
    assert clock.now() > 2.0 * math.log(40.0 / 0.02)
    assert re.fullmatch(r"current \+0\.0[01]\d A, verified by reading back 3 times; reports over temperature", said[0])


def test_a_current_that_a_fault_holds_up_is_not_safe():
    clock = SteppedClock()
    fault = InstrumentFaultError(("over temperature",), instrument="written supply")
    with pytest.raises(MagnetStillOnError, match=r"reports over temperature\. MAGNET STILL ON, I = \+0\.100 A"):
        make_safe(WrittenSupply(clock, 0.1, refuses=fault), clock, rate_a_per_s=10.0)


def lost(n, error, into):
    """Fails to open n times, then gives the supply back that was given."""
    calls = count(1)

    def reopen():
        if next(calls) <= n:
            raise error
        return into

    return reopen


def test_a_connection_that_comes_back_is_used():
    clock, said = SteppedClock(), []
    gone = LinkLostError("the connection was lost.", instrument="written supply")
    sound = WrittenSupply(clock, 0.0)
    sound.poll = lambda: SupplyReading(0.0, 0.0, False, (), (), clock.now())
    make_safe(
        WrittenSupply(clock, 40.0, refuses=gone, silent=gone),
        clock,
        rate_a_per_s=10.0,
        report=said.append,
        reopen=lost(3, gone, sound),
    )
    assert sound.asked == [0.0]
    assert said == ["current +0.000 A, verified by reading back; the connection was opened anew"]


def test_a_connection_that_does_not_come_back_is_given_up():
    clock = SteppedClock()
    gone = LinkLostError("the connection was lost.", instrument="written supply")
    supply = WrittenSupply(clock, 40.0, refuses=gone, silent=gone)
    with pytest.raises(MagnetStillOnError, match=r"the connection was lost\. MAGNET STILL ON, I = unknown"):
        make_safe(supply, clock, rate_a_per_s=10.0, reopen=lost(10**6, gone, None))
    assert 20.0 <= clock.now() <= 25.0


def test_a_mistake_of_a_driver_is_no_reason_not_to_try_again():
    clock = SteppedClock()
    supply = WrittenSupply(clock, 30.0, refuses=ZeroDivisionError("a mistake"))
    with pytest.raises(MagnetStillOnError, match=r"ZeroDivisionError: a mistake\. MAGNET STILL ON, I = \+30\.000 A"):
        make_safe(supply, clock, rate_a_per_s=10.0)
    assert supply.asked == [0.0, 0.0, 0.0]


def test_a_clipped_set_point_is_brought_down_too(spec):
    """SETI beyond the supply's LIMIT is clipped and ramps all the same: the driver refuses, and zero is reached."""
    with open_bench(spec(), frozenset(), seed=1) as bench:
        bench.supply._link.write("LIMIT 20,50")
        with pytest.raises(RefusedError, match=r"the set-point reads back \+20\.0000 A"):
            bench.supply.ramp_to(40.0, 10.0)
        bench.clock.sleep(1.0)
        assert bench.supply.poll().current_a > 9.0, "it is on its way to 20 A"
        assert abs(zero(bench, lambda _: None)) <= 0.02


def test_the_magnet_alone_is_opened_where_the_gaussmeter_is_silent_and_the_supply_has_a_fault(spec):
    file = spec(
        world='[[faults]]\ninstrument = "gaussmeter"\nkind = "no_reply"\ntimes = 0\n'
        '[[faults]]\ninstrument = "supply"\nkind = "fail"\nwhat = "trip"\nat_s = 0.0\n'
    )
    said: list[str] = []
    with open_magnet(file, seed=1) as magnet:
        assert [("over temperature" in text, "no field reading" in text) for text in magnet.troubles] == [
            (True, False),
            (False, True),
        ]
        assert abs(zero(magnet, said.append)) <= 0.02
    assert "over temperature" in said[0]


def test_a_magnet_that_cannot_be_reached_is_not_taken_for_safe(spec):
    file = spec(world='[[faults]]\ninstrument = "supply"\nkind = "no_reply"\ntimes = 0\n')
    with pytest.raises(MagnetStillOnError, match="MAGNET STILL ON, I = unknown"), open_magnet(file, seed=1):
        pass
