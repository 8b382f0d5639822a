"""What an instrument itself can suffer, and messages that lie: told by name, never a hang, and zero is never claimed where there is none.

Oracle: the world (magnet's current), and which failure was armed.
"""

from __future__ import annotations

import pytest
from fault_matrix.exercises import RATE_A_PER_S, stage_scene
from fault_matrix.harness import Matrix
from fault_matrix.worlds import open_world, with_instrument

from vsmdaq.bench.safe import make_safe
from vsmdaq.measure.field import FieldControl
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import (
    BenchError,
    InstrumentFaultError,
    LinkTimeoutError,
    MagnetStillOnError,
    RefusedError,
    SettlingError,
)
from vsmdaq_sim.faults import Fault
from vsmdaq_sim.instruments.kinds import KINDS

SUPPLIES = [name for name in with_instrument() if DRIVERS[name].role == "supply"]
LOCKINS = [name for name in with_instrument() if DRIVERS[name].role == "lockin"]
GAUSSMETERS = [name for name in with_instrument() if DRIVERS[name].role == "gaussmeter"]
BALANCES = [name for name in with_instrument() if DRIVERS[name].role == "balance"]
FAILURES = [(name, what) for name in with_instrument() for what in KINDS[DRIVERS[name].simulator].failures]
SET_POINTS = {
    "lakeshore_643": "^SETI [+-]",
    "lakeshore_648": "^SETI [+-]",
    "kepco_bop": r"^CURR -?\d",
    "scpi_bipolar": r"^CURR -?\d",
    "tdk_genesys": r"^PC \d",
    "danfysik_8500": r"^DA 0,\d",
}


@pytest.fixture
def opened(tmp_path):
    made = []

    def make(name, **options):
        made.append(open_world(tmp_path, name, **options))
        stage_scene(made[-1])
        made[-1].driver.identify()
        made[-1].driver.prepare()
        return made[-1]

    yield make
    for each in made:
        each.close()


def go_to(bench, current_a):
    control = FieldControl(
        bench.driver, bench.clock, field_constant_per_m=1.0, rate_a_per_s=RATE_A_PER_S, check=lambda: None
    )
    control.go_to(current_a)


def fail(bench, what, in_s=0.0):
    role = bench.entry.role
    bench.bench.faults.arm(Fault(role, "fail", what=what, at_s=bench.clock.now() + in_s))
    bench.clock.sleep(in_s)
    bench.world.advance()


def current_a(bench):
    return bench.world.magnet.current_a()


def supplies_with(what):
    return [name for name in SUPPLIES if what in KINDS[DRIVERS[name].simulator].failures]


@pytest.mark.parametrize(("name", "what"), [(n, w) for w in ("trip", "interlock") for n in supplies_with(w)])
def test_a_trip_in_the_middle_of_a_ramp_is_told_and_the_magnet_is_safe(opened, name, what):
    bench = opened(name)
    go_to(bench, 10.0)
    bench.bench.faults.arm(Fault("supply", "fail", what=what, at_s=bench.clock.now() + 1.0))
    with pytest.raises(InstrumentFaultError) as caught:
        go_to(bench, 20.0)
    assert caught.value.faults
    assert name in caught.value.instrument
    assert bench.driver.poll().faults
    bench.clock.sleep(5.0)
    make_safe(bench.driver, bench.clock, rate_a_per_s=RATE_A_PER_S)
    assert current_a(bench) == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("name", SUPPLIES)
def test_a_contact_that_gets_loose_is_compliance_and_the_way_to_zero_stays_open(opened, name):
    bench = opened(name)
    go_to(bench, 10.0)
    fail(bench, "compliance")
    with pytest.raises((SettlingError, InstrumentFaultError)) as caught:
        go_to(bench, 20.0)
    # a Danfysik has no bit for it
    assert "compliance" in str(caught.value) or name == "danfysik_8500"
    assert current_a(bench) < 9.0
    make_safe(bench.driver, bench.clock, rate_a_per_s=RATE_A_PER_S)
    assert abs(current_a(bench)) <= bench.driver.handling.zero_a + 0.02


@pytest.mark.parametrize("name", SUPPLIES)
def test_a_current_that_stays_where_it_is_is_never_called_zero(opened, name):
    bench = opened(name)
    go_to(bench, 10.0)
    fail(bench, "frozen")
    with pytest.raises((SettlingError, InstrumentFaultError)):
        go_to(bench, 20.0)
    with pytest.raises(MagnetStillOnError) as caught:
        make_safe(bench.driver, bench.clock, rate_a_per_s=RATE_A_PER_S)
    assert current_a(bench) == pytest.approx(10.0, abs=0.1)
    assert caught.value.current_a == pytest.approx(10.0, abs=0.1)


@pytest.mark.parametrize("name", SUPPLIES)
def test_set_points_that_are_not_heard_are_refused_and_zero_is_not_claimed(opened, name):
    bench = opened(name)
    go_to(bench, 10.0)
    bench.bench.faults.arm(Fault("supply", "lost_command", match=SET_POINTS[name], times=0))
    # a Genesys acknowledges each set-point: there it is a time-out
    with pytest.raises((RefusedError, SettlingError, LinkTimeoutError)):
        go_to(bench, 20.0)
    with pytest.raises(MagnetStillOnError) as caught:
        make_safe(bench.driver, bench.clock, rate_a_per_s=RATE_A_PER_S)
    assert current_a(bench) == pytest.approx(10.0, abs=0.1)
    # "unknown" where the poll itself ends in the time-out
    assert caught.value.current_a is None or caught.value.current_a == pytest.approx(10.0, abs=0.1)
    bench.bench.faults.clear()
    make_safe(bench.driver, bench.clock, rate_a_per_s=RATE_A_PER_S)
    assert abs(current_a(bench)) <= bench.driver.handling.zero_a + 0.02


@pytest.mark.parametrize("name", SUPPLIES)
def test_a_supply_that_loses_power_switches_the_magnet_off(opened, name):
    bench = opened(name)
    go_to(bench, 10.0)
    bench.bench.faults.arm(Fault("supply", "power_cycle", at_s=bench.clock.now(), duration_s=4.0))
    with pytest.raises(BenchError):
        go_to(bench, 20.0)
    bench.clock.sleep(4.0)
    assert current_a(bench) == pytest.approx(0.0, abs=1e-3)
    bench.driver.identify()
    bench.driver.prepare()
    assert current_a(bench) == pytest.approx(0.0, abs=1e-3)
    go_to(bench, 5.0)
    assert current_a(bench) == pytest.approx(5.0, abs=0.1)


@pytest.mark.parametrize("name", supplies_with("relay_stuck"))
def test_welded_contacts_are_named_and_no_current_of_the_wrong_sign_flows(opened, name):
    bench = opened(name)
    go_to(bench, 5.0)
    fail(bench, "relay_stuck")
    with pytest.raises(InstrumentFaultError, match="polarity"):
        go_to(bench, -5.0)
    assert abs(current_a(bench)) < 0.1


@pytest.mark.parametrize("name", ["lakeshore_643", "lakeshore_648"])
def test_a_done_bit_that_lies_does_not_end_a_ramp(opened, name):
    bench = opened(name)
    bench.bench.faults.arm(Fault("supply", "replaced", match=r"^OPST\?", text="002", times=0))
    bench.driver.ramp_to(20.0, 4.0)
    for _ in range(20):
        reading = bench.driver.poll()
        assert reading.ramping or abs(current_a(bench) - 20.0) < 0.05
        bench.clock.sleep(0.5)
    assert not reading.ramping


@pytest.mark.parametrize("name", ["lakeshore_643", "lakeshore_648"])
def test_a_done_bit_that_never_comes_is_a_ramp_without_end(opened, name):
    bench = opened(name)
    bench.bench.faults.arm(Fault("supply", "replaced", match=r"^OPST\?", text="000", times=0))
    with pytest.raises(SettlingError):
        go_to(bench, 20.0)


def test_a_failure_from_the_world_file(tmp_path):
    bench = open_world(
        tmp_path,
        "lakeshore_643",
        extra='[[faults]]\ninstrument = "supply"\nkind = "fail"\nwhat = "interlock"\nat_s = 3.0\n',
    )
    bench.driver.identify()
    bench.driver.prepare()
    with pytest.raises(InstrumentFaultError, match="remote inhibit"):
        go_to(bench, 20.0)
    (injection,) = bench.bench.faults.log
    assert (injection.time_s, injection.outcome) == (3.0, "interlock")
    bench.close()


@pytest.mark.parametrize("name", LOCKINS)
def test_lock_ins_tell_overload_and_lost_reference(opened, name):
    bench = opened(name)
    lock_in = bench.driver
    lock_in.sensitivity_v_rms = 5e-2
    bench.clock.sleep(5.0)
    lock_in.read()
    lock_in.status()
    lock_in.read()
    assert lock_in.status().flags == ()
    fail(bench, "overload", 1.0)
    lock_in.read()
    assert "output" in lock_in.status().overloads
    fail(bench, "reference_lost", 1.0)
    assert lock_in.read().frequency_hz == 0.0
    assert lock_in.status().reference_unlocked


@pytest.mark.parametrize("name", LOCKINS)
def test_a_time_constant_turned_at_the_panel_is_seen(opened, name):
    bench = opened(name)
    bench.driver.set_filter(0.1, 2)
    fail(bench, "time_constant_turned", 1.0)
    assert bench.driver.filter().time_constant_s != pytest.approx(0.1)


@pytest.mark.parametrize("name", GAUSSMETERS)
@pytest.mark.parametrize(("what", "flag"), [("probe_unplugged", "no_probe"), ("overload", "overload")])
def test_gaussmeters_without_a_valid_number_say_why(opened, name, what, flag):
    bench = opened(name)
    assert bench.driver.read().field_a_per_m == pytest.approx(400e3, rel=0.01)  # 30 A, 13333 per m
    fail(bench, what, 1.0)
    reading = bench.driver.read()
    assert (reading.field_a_per_m, reading.flags) == (None, (flag,))


@pytest.mark.parametrize("name", BALANCES)
def test_a_balance_that_never_rests_does_not_tare(opened, name):
    bench = opened(name)
    fail(bench, "never_stable", 1.0)
    assert not bench.driver.read().stable
    with pytest.raises(SettlingError):
        bench.driver.tare(5.0)


@pytest.mark.parametrize("name", BALANCES)
def test_a_balance_with_something_heavy_on_it(opened, name):
    bench = opened(name)
    fail(bench, "overload", 1.0)
    bench.clock.sleep(5.0)
    reading = bench.driver.read()
    assert (reading.mass_kg, reading.flags) == (None, ("overload",))
    with pytest.raises((SettlingError, RefusedError)):
        bench.driver.tare(2.0)


@pytest.mark.parametrize(("name", "what"), FAILURES, ids=[f"{name} {what}" for name, what in FAILURES])
@pytest.mark.parametrize("share", [0.1, 0.6])
def test_no_failure_ends_in_a_hang_or_an_error_without_name(tmp_path, name, what, share):
    matrix = Matrix(tmp_path, name)
    bench = matrix.opened
    start_s = bench.clock.now()
    bench.bench.faults.arm(Fault(bench.entry.role, "fail", what=what, at_s=start_s + share * matrix.clean.duration_s))
    attempt = matrix._attempt(start_s)
    assert attempt.failures == ()
    assert bench.bench.faults.log
    if bench.entry.role == "supply":
        try:
            make_safe(bench.driver, bench.clock, rate_a_per_s=RATE_A_PER_S)
        except MagnetStillOnError:
            assert what == "frozen" or abs(current_a(bench)) > 0.0
        else:
            assert abs(current_a(bench)) <= bench.driver.handling.zero_a + 0.02
    matrix.close()
