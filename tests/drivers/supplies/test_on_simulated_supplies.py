"""Drivers of supplies over the wire, against the simulated ones, in every way that their instruments are in doubt.

Oracle: the magnet of the world (its current, asked of the simulated bench itself), and rates and voltages worked out by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

import vsmdaq_configs
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import CurrentLimits, InstrumentFaultError, RefusedError, SupplyReading
from vsmdaq_drivers.links.visa import VisaSession

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
MAGNET = CurrentLimits(max_current_a=50.0, max_rate_a_per_s=10.0)
R_OHM, L_H = 0.45, 0.1
KEPCO = {"model": "36-60", "compliance_v": 30.0}
SCPI = {
    "preset": "scpi",
    "identity": "ACME",
    "own_current_a": 60.0,
    "own_rate_a_per_s": 20.0,
    "compliance_v": 30.0,
    "compliance_readback_v": 0.01,
    "resolution_a": 0.01,
    "accuracy_a": 0.03,
    "readback_a": 0.005,
    "readback_delay_s": 0.1,
}
SCPI_WORLD = {"max_current_a": 60.0}
WORLDS = [
    ("kepco_bop", {"model": "36-60"}, KEPCO),
    ("kepco_bop", {"model": "36-60", "limit_bits": "voltage", "identity": "spaced"}, KEPCO),
    ("kepco_bop", {"model": "36-60", "limit_bits": "both", "readback_lag_s": 0.0}, KEPCO),
    ("scpi_bipolar", SCPI_WORLD, SCPI),
    ("scpi_bipolar", {**SCPI_WORLD, "readback_lag_s": 0.09, "decimals": 3}, SCPI),
    ("scpi_bipolar", SCPI_WORLD, {**SCPI, "status": "STAT:QUES:COND?", "limiting_bits": 1}),
    ("lakeshore_643", {}, {}),
    ("lakeshore_643", {"status_queries": "reversed", "stop_s": 2.0}, {}),
    ("lakeshore_648", {"seti_beyond_limit": "exe"}, {}),
]
IDS = [f"{driver}-{number}" for number, (driver, _, _) in enumerate(WORLDS)]
STEPPED = [case for case in WORLDS if not case[0].startswith("lakeshore")]

FAIL: dict[str, Callable[[Any], None]] = {
    "KepcoBop": lambda instrument: instrument.fail(8),
    "ScpiBipolar": lambda instrument: instrument.fail(),
    "LakeShore643": lambda instrument: instrument.fail(hardware=4),
}


@dataclass
class Bench:
    session: VisaSession
    supply: Any
    link: Any

    @property
    def magnet(self) -> Any:
        return self.session._manager.visalib.bench.world.magnet

    @property
    def instrument(self) -> Any:
        (endpoint,) = [
            end for end in self.session._manager.visalib.bench.endpoints.values() if "5::INSTR" in end.address
        ]
        return endpoint.instrument

    def poll(self, interval_s: float = 0.1) -> SupplyReading:
        self.session.clock.sleep(interval_s)
        reading: SupplyReading = self.supply.poll()
        return reading

    def until_done(self, interval_s: float = 0.1) -> list[SupplyReading]:
        readings: list[SupplyReading] = []
        while not readings or readings[-1].ramping:
            readings.append(self.poll(interval_s))
            assert len(readings) < 2000, readings[-5:]
        return readings


@pytest.fixture
def open_bench(tmp_path: Path) -> Iterator[Callable[..., Bench]]:
    sessions = []

    def make(driver: str, world: dict[str, Any], options: dict[str, Any], *, address: str = "GPIB0::5::INSTR") -> Bench:
        path = tmp_path / f"world-{len(sessions)}.toml"
        lines = [f'base = "{REFERENCE.as_posix()}"', "[instruments.supply]", f'kind = "{driver}"']
        lines += [f'address = "{address}"', "reply_s = 0.01", "[instruments.supply.options]"]
        lines += [f"{key} = {value!r}".replace("True", "true") for key, value in world.items()]
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        session = VisaSession(f"{path}@vsmsim")
        sessions.append(session)
        entry = DRIVERS[driver]
        link = session.open(address, driver, entry.terminators(address), serial=entry.serial)
        supply = entry.make(link, MAGNET, **options)
        supply.identify()
        return Bench(session, supply, link)

    yield make
    for session in sessions:
        session.close()


@pytest.fixture(params=WORLDS, ids=IDS)
def bench(request: pytest.FixtureRequest, open_bench: Callable[..., Bench]) -> Bench:
    made = open_bench(*request.param)
    made.supply.prepare()
    return made


@pytest.fixture(params=STEPPED, ids=IDS[: len(STEPPED)])
def stepped(request: pytest.FixtureRequest, open_bench: Callable[..., Bench]) -> Bench:
    made = open_bench(*request.param)
    made.supply.prepare()
    return made


def test_prepare_does_not_move_the_current(bench: Bench):
    assert bench.magnet.current_a() == 0.0
    bench.poll()
    reading = bench.poll()  # the second look tells that it stands, where the supply's own word is not known yet
    assert (reading.ramping, reading.faults, reading.flags) == (False, (), ())
    assert bench.instrument.unknown == []


def test_ramps_arrive_where_and_when_they_should(bench: Bench):
    for target_a, way_a in ((20.0, 20.0), (-12.5, 32.5), (0.0, 12.5)):
        start_s = bench.session.clock.now()
        bench.supply.ramp_to(target_a, 10.0)
        readings = bench.until_done()
        assert bench.magnet.current_a() == pytest.approx(target_a, abs=0.005)
        assert readings[-1].set_point_a == pytest.approx(target_a, abs=1e-9)
        assert all(reading.faults == () for reading in readings)
        assert way_a / 10.0 <= readings[-1].time_s - start_s < 1.2 * way_a / 10.0 + 0.7
        currents = [reading.current_a for reading in readings]
        steps = [later - earlier for earlier, later in pairwise(currents)]
        assert all(step * (target_a - currents[0]) >= -0.005 for step in steps)  # one way only
        for earlier, later in pairwise(readings):
            assert abs(later.current_a - earlier.current_a) <= 10.0 * (later.time_s - earlier.time_s) * 1.3 + 0.1


def test_polled_twice_a_second_a_ramp_is_still_in_time(bench: Bench):
    start_s = bench.session.clock.now()
    bench.supply.ramp_to(40.0, 10.0)
    readings = bench.until_done(0.5)
    assert 4.0 <= readings[-1].time_s - start_s < 4.0 * 1.5 + 1.2
    assert bench.magnet.current_a() == pytest.approx(40.0, abs=0.005)


def test_reversal_on_the_way(bench: Bench):
    bench.supply.ramp_to(40.0, 10.0)
    for _ in range(10):
        bench.poll()
    before_a = bench.magnet.current_a()
    assert 5.0 < before_a < 25.0
    bench.supply.ramp_to(-5.0, 10.0)
    reading = bench.poll()
    assert reading.current_a > 0.0  # no jump: it turns where it was
    assert bench.until_done()[-1].current_a == pytest.approx(-5.0, abs=0.02)


def test_stop_keeps_the_current(bench: Bench):
    bench.supply.ramp_to(40.0, 10.0)
    for _ in range(10):
        bench.poll()
    bench.supply.stop()
    readings = [bench.poll() for _ in range(40)]
    assert not readings[-1].ramping
    assert readings[-1].current_a == pytest.approx(readings[-2].current_a, abs=0.005)
    assert 5.0 < readings[-1].current_a < 40.0
    assert readings[-1].set_point_a == pytest.approx(readings[-1].current_a, abs=0.02)


def test_a_driver_that_comes_later_takes_the_current_over(bench: Bench):
    bench.supply.ramp_to(15.0, 10.0)
    bench.until_done()
    entry = next(entry for entry in DRIVERS.values() if entry.driver is type(bench.supply))
    options = next(options for driver, _, options in WORLDS if driver == entry.name)
    later = Bench(bench.session, entry.make(bench.link, MAGNET, **options), bench.link)
    later.supply.prepare()
    assert later.magnet.current_a() == pytest.approx(15.0, abs=0.005)
    later.supply.ramp_to(0.0, 10.0)
    readings = later.until_done()
    assert max(reading.current_a for reading in readings) <= 15.01
    assert all(abs(b.current_a - a.current_a) < 4.0 for a, b in pairwise(readings))
    assert later.magnet.current_a() == pytest.approx(0.0, abs=0.002)


def test_a_magnet_that_needs_more_than_the_compliance(stepped: Bench, open_bench: Callable[..., Bench]):
    del stepped
    for driver, world, options in STEPPED:
        bench = open_bench(driver, world, {**options, "compliance_v": 4.5})  # 10 A
        bench.supply.prepare()
        bench.supply.ramp_to(30.0, 10.0)
        readings = [bench.poll() for _ in range(60)]
        assert readings[-1].flags == ("compliance",)
        assert readings[-1].ramping
        assert readings[-1].faults == ()
        assert bench.magnet.current_a() == pytest.approx(10.0, abs=0.05)
        assert readings[-1].set_point_a < 10.0 + 3 * 2.0  # it has not run away: two steps of 0.1 to 0.2 s
        assert readings[-1].set_point_a == readings[-20].set_point_a
        bench.supply.ramp_to(0.0, 10.0)  # back from where the current is
        first = bench.poll()
        assert first.current_a > 7.0
        bench.until_done()
        assert bench.magnet.current_a() == pytest.approx(0.0, abs=0.002)


def test_a_trip_is_noticed_and_the_current_runs_down_by_itself(bench: Bench):
    bench.supply.ramp_to(20.0, 10.0)
    bench.until_done()
    FAIL[type(bench.instrument).__name__](bench.instrument)
    readings = [bench.poll() for _ in range(6)]
    assert readings[-1].faults
    assert bench.magnet.current_a() < 20.0
    with pytest.raises(InstrumentFaultError):
        bench.supply.ramp_to(5.0, 1.0)
    bench.supply.ramp_to(0.0, 1.0)
    for _ in range(40):
        reading = bench.poll()
    assert reading.current_a == pytest.approx(0.0, abs=0.002)
    assert bench.magnet.current_a() == pytest.approx(0.0, abs=1e-6)


def test_a_step_is_no_larger_than_allowed(stepped: Bench, open_bench: Callable[..., Bench]):
    del stepped
    bench = open_bench("kepco_bop", {"model": "36-60"}, {**KEPCO, "max_step_a": 0.5})
    bench.supply.prepare()
    bench.supply.ramp_to(5.0, 10.0)
    points = [bench.poll(0.3).set_point_a for _ in range(15)]
    assert max(later - earlier for earlier, later in pairwise([0.0, *points])) == pytest.approx(0.5)
    assert points[-1] == 5.0


def test_without_waiting_the_readback_is_never_the_old_one(open_bench: Callable[..., Bench]):
    """Polled as fast as the wire goes, and with a supply that reads back late."""
    bench = open_bench("kepco_bop", {"model": "36-60"}, KEPCO)
    bench.supply.prepare()
    bench.supply.ramp_to(3.0, 10.0)
    bench.until_done(0.0)
    assert bench.magnet.current_a() == pytest.approx(3.0, abs=0.005)


def test_a_supply_that_reads_back_later_than_known_is_found_out(open_bench: Callable[..., Bench]):
    bench = open_bench("scpi_bipolar", {**SCPI_WORLD, "readback_lag_s": 0.5}, {**SCPI, "compliance_readback_v": 30.0})
    bench.supply.prepare()
    bench.supply.ramp_to(3.0, 10.0)
    with pytest.raises(RefusedError, match=r"the set-point reads back [+-]0\.0000 A"):
        bench.until_done()


def test_kepco_on_a_serial_line(open_bench: Callable[..., Bench]):
    bench = open_bench("kepco_bop", {"model": "36-60"}, KEPCO, address="ASRL15::INSTR")
    bench.supply.prepare()
    bench.supply.ramp_to(3.0, 10.0)
    bench.until_done()
    assert bench.magnet.current_a() == pytest.approx(3.0, abs=0.005)


def test_a_current_in_voltage_mode_is_left_alone(open_bench: Callable[..., Bench]):
    bench = open_bench("kepco_bop", {"model": "36-60"}, KEPCO)
    for command in ("CURR 20", "VOLT 4.5", "OUTP ON"):
        bench.link.write(command)
    bench.session.clock.sleep(10.0)
    with pytest.raises(RefusedError, match=r"'FUNC:MODE CURR': \+9\.999 A flow in another mode"):
        bench.supply.prepare()
    assert bench.magnet.current_a() == pytest.approx(10.0, abs=0.01)


def test_segments_left_on_by_somebody_are_switched_off(open_bench: Callable[..., Bench]):
    bench = open_bench("lakeshore_643", {}, {})
    for command in ("RSEGS 1,60,0.5", "RSEG 1"):
        bench.link.write(command)
    bench.supply.prepare()
    start_s = bench.session.clock.now()
    bench.supply.ramp_to(20.0, 10.0)
    assert bench.until_done()[-1].time_s - start_s < 2.3
