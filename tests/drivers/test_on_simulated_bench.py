"""Every driver over real links to the simulated bench; what is expected stands in the world file and the manuals."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import vsmdaq_configs
from vsmdaq_drivers.balances.mt_sics import MtSics
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import (
    AddressError,
    CurrentLimits,
    IdentityError,
    LinkTimeoutError,
    LockInFilter,
    LockInStatus,
    OperatorError,
    OperatorStep,
    RefusedError,
)
from vsmdaq_drivers.gaussmeters.lakeshore_475 import LakeShore475
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaLink, VisaSession
from vsmdaq_drivers.lockins.sr830 import SR830
from vsmdaq_drivers.others.operators import WireOperator
from vsmdaq_drivers.supplies.lakeshore_643 import LakeShore643

WORLD = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
ADDRESSES = {
    "lakeshore_643": "GPIB0::12::INSTR",
    "lakeshore_475": "GPIB0::13::INSTR",
    "sr830": "GPIB0::8::INSTR",
    "mt_sics": "ASRL3::INSTR",
    "operator": "TCPIP0::operator::5025::SOCKET",
}
MAGNET = CurrentLimits(max_current_a=60.0, max_rate_a_per_s=10.0)
FIELD_PER_CURRENT_PER_M = 800e3 / 60.0
REMANENCE_A_PER_M = 1200.0


@pytest.fixture
def session() -> Iterator[VisaSession]:
    session = VisaSession(f"{WORLD}@vsmsim")
    yield session
    session.close()


def open_link(session: VisaSession, driver: str, at: str = "") -> VisaLink:
    entry = DRIVERS[driver]
    address = ADDRESSES[at or driver]
    return session.open(address, driver, entry.terminators(address), serial=entry.serial)


@pytest.fixture
def supply(session):
    supply = LakeShore643(open_link(session, "lakeshore_643"), MAGNET)
    supply.identify()
    supply.prepare()
    return supply


def until_done(supply):
    for polls in range(1, 2000):
        reading = supply.poll()
        if not reading.ramping:
            return reading, polls
    raise AssertionError("the ramp does not end")


def test_the_clock_is_the_worlds(session):
    assert session.clock.now() == 0.0
    assert session.clock.utc().isoformat() == "2026-01-01T00:00:00+00:00"
    assert open_link(session, "sr830").clock is session.clock


def test_all_addresses_are_found(session):
    assert set(session.addresses()) >= set(ADDRESSES.values())


@pytest.mark.parametrize("driver", sorted(ADDRESSES))
def test_every_driver_knows_its_instrument_and_no_other(session, driver):
    entry = DRIVERS[driver]
    own = entry.driver(*([open_link(session, driver)] + [MAGNET] * (entry.role == "supply")))
    assert own.identify()
    own.prepare()
    for other in sorted(set(ADDRESSES) - {driver}):
        link = session.open(ADDRESSES[other], driver, DRIVERS[other].terminators(ADDRESSES[other]))
        wrong = entry.driver(*([link] + [MAGNET] * (entry.role == "supply")))
        with pytest.raises((IdentityError, LinkTimeoutError)):
            wrong.identify()


def test_a_ramp_takes_its_time_and_ends_at_the_set_point(session, supply):
    start_s = session.clock.now()
    supply.ramp_to(20.0, 10.0)
    reading, polls = until_done(supply)
    assert reading.current_a == pytest.approx(20.0, abs=0.05)
    assert reading.faults == ()
    elapsed_s = session.clock.now() - start_s
    assert 2.0 < elapsed_s < 2.1  # 20 A at 10 A/s
    # a poll costs two messages of 3 + 10 + 3 ms; two more every half second and with the first
    assert polls == pytest.approx((elapsed_s - 5 * 0.032) / 0.032, abs=4)


def test_the_field_follows_the_current(session, supply):
    meter = LakeShore475(open_link(session, "lakeshore_475"))
    meter.identify()
    meter.prepare()
    supply.ramp_to(-30.0, 10.0)
    until_done(supply)
    session.clock.sleep(2.0)  # 20 lags of the field
    reading = meter.read()
    assert reading.flags == ()
    # yoke remanence by history; the meter's offset, gain and noise are drawn (3 u: 40 A/m, 0.2 %, 20 A/m)
    tolerance_a_per_m = REMANENCE_A_PER_M + 3 * (40 + 0.002 * 400e3 + 20)
    assert reading.field_a_per_m == pytest.approx(-30 * FIELD_PER_CURRENT_PER_M, abs=tolerance_a_per_m)


def test_stop_leaves_the_current(session, supply):
    supply.ramp_to(50.0, 10.0)
    supply.poll()
    session.clock.sleep(1.0)
    supply.stop()
    readings = [supply.poll() for _ in range(3)]
    assert [reading.ramping for reading in readings] == [True, False, False]
    assert 10.0 < readings[-1].current_a < 12.0


def test_a_soft_limit_of_the_supply_is_no_surprise(session, supply):
    open_link(session, "lakeshore_643").write("LIMIT 30,50")
    with pytest.raises(RefusedError, match=r"'SETI \+40.0000': the set-point reads back \+30.0000 A"):
        supply.ramp_to(40.0, 10.0)


def test_lock_in(session):
    lock_in = SR830(open_link(session, "sr830"))
    assert lock_in.identify().startswith("Stanford_Research_Systems,SR830,")
    lock_in.prepare()
    for value in lock_in.sensitivities_v_rms:
        lock_in.sensitivity_v_rms = value
        assert lock_in.sensitivity_v_rms == value
    lock_in.phase_deg = -123.45
    assert lock_in.phase_deg == -123.45
    lock_in.set_filter(0.1, 2, synchronous=True)
    assert lock_in.filter() == LockInFilter("rc", 2, 0.1, synchronous=True)
    session.clock.sleep(5.0)
    lock_in.status()
    reading = lock_in.read()
    assert reading.frequency_hz == pytest.approx(83.0, rel=1e-4)
    # the empty bench gives the cross-talk, 2 µV rms
    assert (reading.x_v_rms**2 + reading.y_v_rms**2) ** 0.5 == pytest.approx(2e-6, abs=0.2e-6)
    assert lock_in.status() == LockInStatus((), reference_unlocked=False, settings_changed=False)


def test_balance_over_visa_and_over_pyserial(session):
    url = f"vsmsim://ASRL3::INSTR?world={WORLD}"
    over_serial = SerialLink(url, "mt_sics", Terminators("\r\n", "\r\n"))
    assert over_serial.clock is session.clock
    for link in (open_link(session, "mt_sics"), over_serial):
        balance = MtSics(link)
        balance.identify()
        balance.prepare()
        assert balance.readability_kg == 1e-8
        balance.tare(30.0)
        reading = balance.read()
        assert reading.flags == ()
        assert reading.mass_kg == pytest.approx(0.0, abs=2e-7)
        balance.close()


def test_operator(session):
    operator = WireOperator(open_link(session, "operator"))
    start_s = session.clock.now()
    operator.perform(OperatorStep("mount", "nickel-sphere", ""))
    assert session.clock.now() - start_s == pytest.approx(60.0, abs=1.1)  # mount_s of the world
    operator.perform(OperatorStep("unmount", "", ""))
    with pytest.raises(OperatorError, match="could not mount coin"):
        operator.perform(OperatorStep("mount", "coin", ""))


def test_silence_costs_bench_time_only_and_does_not_shift_replies(session):
    link = open_link(session, "sr830")
    link.write("OUTX 1")
    start_s = session.clock.now()
    with pytest.raises(LinkTimeoutError):
        link.query("SENS 17")  # no question, no answer
    assert session.clock.now() - start_s == pytest.approx(2.0, abs=0.1)
    link.write("SENS?")  # an answer that nobody fetches ...
    with pytest.raises(LinkTimeoutError):
        link.read("", timeout_s=1e-4)
    assert link.query("OFLT?") != "17"  # ... is not taken for this one's


def interrupted(*_args):
    raise KeyboardInterrupt


@pytest.mark.parametrize("over", ["visa", "serial"])
def test_an_interrupt_between_question_and_answer_does_not_shift_replies(session, monkeypatch, over):
    if over == "visa":
        link = open_link(session, "mt_sics")
        part, method = link._resource, "read_raw"
    else:
        link = SerialLink(f"vsmsim://ASRL3::INSTR?world={WORLD}", "mt_sics", Terminators("\r\n", "\r\n"))
        part, method = link._port, "read_until"
    with monkeypatch.context() as patch:
        patch.setattr(part, method, interrupted)
        with pytest.raises(KeyboardInterrupt):
            link.query("I2")
    session.clock.sleep(1.0)  # the answer has arrived by now
    assert link.query("I4").startswith("I4 A")
    link.close()


def test_nothing_at_the_address(session):
    with pytest.raises(AddressError, match=r"cannot open 'GPIB0::9::INSTR'.*It offers ASRL3::INSTR, GPIB0::12::INSTR"):
        session.open("GPIB0::9::INSTR", "sr830", Terminators("\n", "\n"))


def test_a_world_that_is_not_there():
    with pytest.raises(AddressError, match=r"the VISA library 'no-such-world.toml@vsmsim' cannot be loaded"):
        VisaSession("no-such-world.toml@vsmsim")
    with pytest.raises(AddressError, match="cannot be opened"):
        SerialLink("vsmsim://ASRL3::INSTR?world=no-such-world.toml", "mt_sics", Terminators("\r\n", "\r\n"))
