"""All lock-ins at the coils of one simulated bench: they measure the same, and share no state."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

import vsmdaq_configs
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import CurrentLimits, LockInFilter, LockInStatus, OperatorStep, RefusedError
from vsmdaq_drivers.links.visa import VisaLink, VisaSession
from vsmdaq_drivers.others.operators import WireOperator
from vsmdaq_drivers.supplies.lakeshore_643 import LakeShore643

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
ADDRESSES = {
    "sr830": "GPIB0::8::INSTR",
    "sr860": "GPIB0::4::INSTR",
    "signal_recovery_7265": "GPIB0::14::INSTR",
    "signal_recovery_7270": "USB0::2605::27::10265128::0::RAW",
}
OTHERS = [name for name in ADDRESSES if name != "sr830"]
# Noise of X, one standard deviation: density of the world (7.25 nV/sqrt(Hz)) times the root of the bandwidth of four
# stages (5/64 per time constant). Ripple at 2f: 2 uV of cross-talk over (1 + (4 pi f tau)^2)^2, below 1 pV.
TAU_S = 1.0
SIGMA_V_RMS = 7.25e-9 * math.sqrt(5 / 64 / TAU_S)

Bench = Callable[..., "SimulatedBench"]


class SimulatedBench:
    def __init__(self, path: Path) -> None:
        self.session = VisaSession(f"{path}@vsmsim")

    def link(self, name: str, address: str) -> VisaLink:
        return self.session.open(address, name, DRIVERS[name].terminators(address))

    def open(self, name: str, **options: Any) -> Any:
        driver = DRIVERS[name].make(self.link(name, ADDRESSES[name]), **options)
        driver.identify()
        driver.prepare()
        return driver

    def magnetise(self, sample: str, current_a: float) -> None:
        operator = WireOperator(self.link("operator", "TCPIP0::operator::5025::SOCKET"))
        operator.perform(OperatorStep("mount", sample, ""))
        supply = LakeShore643(self.link("lakeshore_643", "GPIB0::12::INSTR"), CurrentLimits(60.0, 10.0))
        supply.identify()
        supply.prepare()
        supply.ramp_to(current_a, 10.0)
        self.session.clock.sleep(current_a / 10.0 + 2.0)

    def instrument(self, name: str) -> Any:
        return self.session._manager.visalib.bench.endpoints[ADDRESSES[name]].instrument


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    opened: list[SimulatedBench] = []

    def make(*, seed: int = 1, **options: str) -> SimulatedBench:
        lines = [f'base = "{REFERENCE.as_posix()}"', "[world]", f"seed = {seed}"]
        for name in OTHERS:
            lines += [f"[instruments.{name}]", f'kind = "{name}"', f'address = "{ADDRESSES[name]}"', "reply_s = 0.001"]
            if name in options:
                lines += [f"[instruments.{name}.options]", options[name]]
        path = tmp_path / f"world{len(opened)}.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        opened.append(SimulatedBench(path))
        return opened[-1]

    yield make
    for one in opened:
        one.session.close()


def settled(bench: SimulatedBench, lock_ins: list[Any], sensitivity_v_rms: float) -> None:
    for lock_in in lock_ins:
        lock_in.set_filter(TAU_S, 4)
        lock_in.phase_deg = 37.0
        lock_in.sensitivity_v_rms = sensitivity_v_rms
    bench.session.clock.sleep(40.0 * TAU_S)
    for lock_in in lock_ins:
        lock_in.status()


# Everything that the sources leave open, both ways
SWITCHES = [
    ("sr860", ""),
    ("sr860", "strict = true"),
    ("sr860", "clips = true"),
    ("sr860", "offset_in_outputs = true"),
    ("sr860", 'lia_latch = "edge"'),
    ("signal_recovery_7265", ""),
    ("signal_recovery_7265", 'terminator = "cr"'),
    ("signal_recovery_7265", 'terminator = "eoi"'),
    ("signal_recovery_7265", "stray_null = true"),
    ("signal_recovery_7265", 'tc_reports = "actual"'),
    ("signal_recovery_7265", 'phase_range = "unsigned"'),
    ("signal_recovery_7270", ""),
    ("signal_recovery_7270", "usbterm = 1"),
    ("signal_recovery_7270", "newline = false"),
    ("signal_recovery_7270", 'tc_reports = "actual"'),
    ("signal_recovery_7270", 'phase_range = "unsigned"'),
]


@pytest.mark.parametrize(("name", "switch"), SWITCHES)
def test_it_measures_what_the_sr830_measures(bench: Bench, name: str, switch: str):
    one = bench(**{name: switch})
    lock_ins = [one.open("sr830"), one.open(name)]
    one.magnetise("reference-sphere", 20.0)
    settled(one, lock_ins, 1e-5)
    readings = [lock_in.read() for lock_in in lock_ins]
    tolerance_v_rms = 4.0 * math.sqrt(2.0) * SIGMA_V_RMS + 1e-5 / 10000  # and one count of the 7265
    assert readings[1].x_v_rms == pytest.approx(readings[0].x_v_rms, abs=tolerance_v_rms)
    assert readings[1].y_v_rms == pytest.approx(readings[0].y_v_rms, abs=tolerance_v_rms)
    assert abs(readings[0].x_v_rms) > 100.0 * tolerance_v_rms
    assert readings[1].frequency_hz == pytest.approx(83.0, rel=1e-6)
    assert lock_ins[1].filter() == LockInFilter("rc", 4, TAU_S, synchronous=False)
    assert lock_ins[1].status() == LockInStatus((), reference_unlocked=False, settings_changed=False)
    assert one.instrument(name).unknown == []
    assert one.instrument(name).unmodelled == []


@pytest.mark.parametrize("name", OTHERS)
def test_every_range_time_constant_and_slope_is_taken(bench: Bench, name: str):
    lock_in = bench().open(name)
    for value in lock_in.sensitivities_v_rms:
        lock_in.sensitivity_v_rms = value
        assert lock_in.sensitivity_v_rms == value
    for value in lock_in.time_constants_s:
        poles = (1, 2) if name == "signal_recovery_7265" and value < 5e-3 else (1, 2, 3, 4)
        for count in poles:
            lock_in.set_filter(value, count)
            assert lock_in.filter() == LockInFilter("rc", count, value, synchronous=False)
    for value in (-180.0, -123.456, 0.0, 37.0, 300.0):
        lock_in.phase_deg = value
        assert math.remainder(lock_in.phase_deg - value, 360.0) == pytest.approx(0.0, abs=1e-6)


def test_slopes_that_a_short_time_constant_does_not_have_are_refused(bench: Bench):
    lock_in = bench().open("signal_recovery_7265")
    with pytest.raises(RefusedError, match="did not accept 'SLOPE 3': it reads back 1"):
        lock_in.set_filter(640e-6, 4)


@pytest.mark.parametrize(
    ("name", "switch", "time_constant_s"),
    [
        ("sr860", "", 0.1),
        ("signal_recovery_7265", "", 0.1),
        ("signal_recovery_7265", 'tc_reports = "actual"', 8 / 83),  # 0.1 s is 8.3 periods of 83 Hz
        ("signal_recovery_7270", 'tc_reports = "actual"', 8 / 83),
    ],
)
def test_synchronous_filter(bench: Bench, name: str, switch: str, time_constant_s: float):
    lock_in = bench(**{name: switch}).open(name)
    lock_in.set_filter(0.1, 2, synchronous=True)
    found = lock_in.filter()
    assert (found.poles, found.synchronous) == (2, True)
    assert found.time_constant_s == pytest.approx(time_constant_s, rel=1e-3)  # TC. has four digits


@pytest.mark.parametrize(("name", "switch"), [("sr830", ""), *SWITCHES])
def test_an_overload_is_told_as_long_as_it_lasts(bench: Bench, name: str, switch: str):
    one = bench(**{name: switch})
    lock_in = one.open(name)
    settled(one, [lock_in], 5e-9)  # the cross-talk of 2 uV is 400 times that
    for _ in range(2):
        assert "output" in lock_in.status().overloads
        lock_in.read()
    settled(one, [lock_in], 1e-5)
    assert lock_in.status().flags == ()


def test_the_input_range_is_set_by_option_and_not_by_the_scale(bench: Bench):
    one = bench()
    lock_in = one.open("sr860", input_range_v=0.01)
    link = one.link("sr860", ADDRESSES["sr860"])
    lock_in.sensitivity_v_rms = 1.0
    assert link.query("IRNG?") == "4"
    one.open("sr860")
    assert link.query("IRNG?") == "4"  # what is not given stays as it is


@pytest.mark.parametrize("name", OTHERS)
def test_settings_of_one_leave_the_others_alone(bench: Bench, name: str):
    one = bench()
    lock_ins = {each: one.open(each) for each in ADDRESSES}
    settled(one, list(lock_ins.values()), 1e-5)
    before = {each: lock_ins[each].read() for each in ADDRESSES}
    changed = lock_ins[name]
    changed.phase_deg = 37.0 + 90.0
    changed.set_filter(0.02 if name != "sr860" else 0.03, 1)
    changed.sensitivity_v_rms = 1e-4
    one.session.clock.sleep(40.0 * TAU_S)
    tolerance_v_rms = 6.0 * SIGMA_V_RMS * math.sqrt(TAU_S / 0.02 * 16 / 5) + 1e-4 / 10000
    for each, lock_in in lock_ins.items():
        reading, old = lock_in.read(), before[each]
        if (
            each == name
        ):  # reference turned by 90 degrees: X is the old Y, Y the old -X; ripple at 2f is below 1/12 of 2 uV
            assert reading.x_v_rms == pytest.approx(old.y_v_rms, abs=tolerance_v_rms + 2e-6 / 12)
            assert reading.y_v_rms == pytest.approx(-old.x_v_rms, abs=tolerance_v_rms + 2e-6 / 12)
            continue
        assert reading.x_v_rms == pytest.approx(old.x_v_rms, abs=10.0 * SIGMA_V_RMS)
        assert reading.y_v_rms == pytest.approx(old.y_v_rms, abs=10.0 * SIGMA_V_RMS)
        assert lock_in.phase_deg == pytest.approx(37.0)
        assert lock_in.filter() == LockInFilter("rc", 4, TAU_S, synchronous=False)
        assert lock_in.sensitivity_v_rms == 1e-5


def test_noise_is_the_filters_and_each_ones_own(bench: Bench):
    one = bench()
    lock_ins = [one.open(name) for name in ADDRESSES]
    tau_s, count = 0.1, 200
    for lock_in in lock_ins:
        lock_in.set_filter(tau_s, 4)
        lock_in.sensitivity_v_rms = 5e-6  # a count of the 7265 is 0.5 nV
    series: list[list[float]] = [[] for _ in lock_ins]
    for _ in range(count):
        one.session.clock.sleep(20.0 * tau_s)
        for values, lock_in in zip(series, lock_ins, strict=True):
            values.append(lock_in.read().x_v_rms)
    # density times the root of the noise bandwidth of four stages; standard deviations scatter by 1/sqrt(2 N)
    sigma_v_rms = 7.25e-9 * math.sqrt(5 / 64 / tau_s)
    for values in series:
        assert statistics.stdev(values) == pytest.approx(sigma_v_rms, rel=4.0 / math.sqrt(2.0 * count))
    for first, second in combinations(series, 2):
        assert abs(statistics.correlation(first, second)) < 4.0 / math.sqrt(count)


def test_the_time_constant_of_one_does_not_slow_the_other(bench: Bench):
    one = bench()
    slow, fast = one.open("sr860"), one.open("signal_recovery_7270")
    for lock_in, tau_s in ((slow, 30.0), (fast, 0.1)):
        if lock_in is slow:
            lock_in.set_filter(tau_s, 1)
        else:
            lock_in.set_filter(tau_s, 4)
        lock_in.phase_deg = 37.0
        lock_in.sensitivity_v_rms = 1e-3
    one.session.clock.sleep(200.0)
    one.magnetise("reference-sphere", 20.0)  # 2 s of ramp, 2 s of rest
    late, soon = slow.read().x_v_rms, fast.read().x_v_rms
    start = one.open("sr830")
    start.set_filter(0.1, 4)
    start.phase_deg = 37.0
    start.sensitivity_v_rms = 1e-3
    one.session.clock.sleep(4.0)
    final = start.read().x_v_rms
    assert soon == pytest.approx(final, rel=0.01)
    assert abs(late) < 0.5 * abs(final)  # 1 - exp(-4/30) is 0.12


def test_sr865a_is_known(tmp_path: Path):
    path = tmp_path / "world.toml"
    lines = [
        f'base = "{REFERENCE.as_posix()}"',
        "[instruments.second]",
        'kind = "sr865a"',
        'address = "GPIB0::4::INSTR"',
    ]
    path.write_text("\n".join([*lines, "reply_s = 0.001"]) + "\n", encoding="utf-8")
    one = SimulatedBench(path)
    assert one.open("sr860").identify() == "Stanford_Research_Systems,SR865A,003456,v1.55"
    one.session.close()
