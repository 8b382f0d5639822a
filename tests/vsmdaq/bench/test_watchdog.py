"""What the watchdog allows and what it does not; the numbers come from rates, times and limits, not from the module."""

from dataclasses import replace

import pytest

from vsmdaq.bench import Watchdog
from vsmdaq_drivers.contracts import (
    FieldReading,
    InstrumentFaultError,
    SupplyReading,
    TemperatureReading,
    VoltageReading,
    WatchdogError,
)


def looked(current_a, time_s, *, ramping=False, faults=()):
    return SupplyReading(current_a, 0.0, ramping, faults, (), time_s)


@pytest.fixture
def bench_spec(spec):
    """60 A, 10 A/s, 13.33333 kA/m per A, lag 0.1 s; a field tolerance of 20 %."""
    return spec()


@pytest.fixture
def watchdog(bench_spec):
    """Has seen 0 A, then a ramp to 40 A at 10 A/s asked for at 100 s."""
    made = Watchdog(bench_spec)
    made.look_at_supply(looked(0.0, 99.0))
    made.ramp_asked(40.0, 10.0, 100.0)
    return made


@pytest.mark.parametrize(
    ("current_a", "time_s", "good"),
    [
        (0.0, 100.0, True),
        (20.0, 102.0, True),
        (3.0, 102.0, True),  # behind its rate: a supply may be slow, the end of the ramp has a deadline elsewhere
        (21.0, 102.0, True),
        (22.0, 102.0, False),  # ahead: 2 s at 10 A/s are 20 A; 5 % of that and 0.6 A are allowed
        (-0.7, 102.0, False),  # the wrong way
        (40.5, 110.0, True),
        (40.7, 110.0, False),  # beyond the end
    ],
)
def test_on_the_way(watchdog, current_a, time_s, good):
    if good:
        watchdog.look_at_supply(looked(current_a, time_s, ramping=True))
        return
    with pytest.raises(WatchdogError, match=r"lakeshore_643 at .*: current on the way to \+40\.000 A of") as caught:
        watchdog.look_at_supply(looked(current_a, time_s, ramping=True))
    assert caught.value.found == current_a


def test_a_current_that_has_arrived_stays(watchdog):
    watchdog.look_at_supply(looked(40.0, 104.1))
    watchdog.look_at_supply(looked(39.5, 105.0))
    with pytest.raises(WatchdogError, match=r"of 39 A, allowed now are 39\.4 to 40\.6 A"):
        watchdog.look_at_supply(looked(39.0, 106.0, ramping=True))


def test_a_ramp_may_follow_one_whose_end_nobody_saw(watchdog):
    watchdog.ramp_asked(30.0, 10.0, 103.9)
    watchdog.look_at_supply(looked(38.0, 104.0, ramping=True))
    watchdog.look_at_supply(looked(30.0, 104.8))
    with pytest.raises(WatchdogError):
        watchdog.look_at_supply(looked(38.0, 104.9))


def test_nothing_is_expected_of_what_somebody_else_moves(watchdog):
    watchdog.forget()
    watchdog.look_at_supply(looked(-55.0, 101.0))
    assert watchdog.look_at_field(FieldReading(5.0e5, (), 101.0)).field_a_per_m == 5.0e5


def test_a_fault_has_its_name(watchdog):
    with pytest.raises(InstrumentFaultError, match="lakeshore_643 at GPIB0::12::INSTR: reports over temperature"):
        watchdog.look_at_supply(looked(0.0, 100.5, faults=("over temperature",)))


@pytest.fixture
def settled(watchdog):
    """At 40 A since 104 s: 533.3 kA/m."""
    watchdog.look_at_supply(looked(40.0, 104.0))
    return watchdog


@pytest.mark.parametrize("field_a_per_m", [533.3e3, 533.3e3 * 0.82, 533.3e3 * 1.18])
def test_a_field_that_fits(settled, field_a_per_m):
    reading = FieldReading(field_a_per_m, (), 110.0)
    assert settled.look_at_field(reading) == reading


@pytest.mark.parametrize("field_a_per_m", [-533.3e3, 0.0, 300e3, 700e3])
def test_a_field_that_contradicts_the_current_is_flagged_then_an_error(settled, field_a_per_m):
    reading = FieldReading(field_a_per_m, (), 110.0)
    for _ in range(2):
        assert settled.look_at_field(reading) == FieldReading(None, ("implausible",), 110.0)
    with pytest.raises(
        WatchdogError, match=r"lakeshore_475 at .*field at \+40\.000 A of .* A/m.*Is the probe in the gap"
    ):
        settled.look_at_field(reading)


def test_one_good_reading_between_forgives(settled):
    bad, good = FieldReading(0.0, (), 110.0), FieldReading(533e3, (), 110.1)
    for _ in range(5):
        assert settled.look_at_field(bad).flags == ("implausible",)
        assert settled.look_at_field(good) == good


def test_while_the_field_follows_it_may_be_anywhere_on_the_way(watchdog):
    watchdog.look_at_supply(looked(20.0, 102.0, ramping=True))
    reading = FieldReading(200e3, (), 102.1)
    assert watchdog.look_at_field(reading) == reading


def test_no_field_at_all_is_the_business_of_its_own_flags(settled):
    reading = FieldReading(None, ("no_probe",), 110.0)
    assert settled.look_at_field(reading) == reading


def test_limits_of_the_bench_file(bench_spec):
    watchdog = Watchdog(
        replace(bench_spec, watch=replace(bench_spec.watch, max_temperature_k=330.0, max_voltage_v=20.0))
    )
    assert watchdog.watches_temperature
    assert watchdog.watches_voltage
    watchdog.look_at_temperature(TemperatureReading(329.9, (), 0.0))
    watchdog.look_at_voltage(VoltageReading(-19.9, (), 0.0))
    with pytest.raises(WatchdogError, match=r"temperature of 330\.1 K, allowed now are 0 to 330 K"):
        watchdog.look_at_temperature(TemperatureReading(330.1, (), 0.0))
    with pytest.raises(WatchdogError, match=r"temperature \(no valid reading: no_sensor\)"):
        watchdog.look_at_temperature(TemperatureReading(None, ("no_sensor",), 0.0))
    with pytest.raises(WatchdogError, match=r"voltage of 20\.1 V"):
        watchdog.look_at_voltage(VoltageReading(-20.1, (), 0.0))


def test_what_is_not_limited_is_not_judged(bench_spec):
    watchdog = Watchdog(bench_spec)
    assert not watchdog.watches_temperature
    watchdog.look_at_temperature(TemperatureReading(None, ("no_sensor",), 0.0))
    watchdog.look_at_voltage(VoltageReading(1000.0, (), 0.0))


def test_a_probe_that_is_away_says_nothing_of_the_magnet(watchdog):
    watchdog.look_at_supply(looked(40.0, 104.1))
    in_a_chamber = FieldReading(12.0, (), 120.0)
    watchdog.probe_away = True
    for _ in range(5):
        assert watchdog.look_at_field(in_a_chamber) is in_a_chamber
    watchdog.probe_away = False
    assert watchdog.look_at_field(in_a_chamber).field_a_per_m is None  # 40 A are 533 kA/m
