"""What a driver is put through: every method of its role, the way that the toolkit uses it.

An exercise gives what it found, each with the difference that noise and timing explain. It begins anywhere: whatever an earlier
one, cut short, has left behind.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from fault_matrix.worlds import Opened
from vsmdaq.bench.safe import make_safe
from vsmdaq.measure.field import FieldControl
from vsmdaq_drivers.contracts import InstrumentFaultError, OperatorStep, SettlingError

__all__ = ["EXERCISES", "RATE_A_PER_S", "Found", "exercise", "stage_scene"]

RATE_A_PER_S = 4.0
_ARRIVED_A = 0.3
_SAMPLE, _TUBE = "nickel-sphere", "gouy-blank"


@dataclass(frozen=True, slots=True)
class Found:
    """A result: what it is, its value, what it should be, and how far off it may be.

    `value` is None where a reading came without one, for the reason in `flags`.
    """

    what: str
    value: Any
    truth: Any = None
    tolerance: float = 0.0
    flags: tuple[str, ...] = ()

    @property
    def quantity(self) -> str:
        """What is measured, without the number of the reading."""
        return re.sub(r" [0-9.]+$", "", self.what)

    def deviation(self, value: Any) -> float:
        """Relative deviation from a right value; infinite where it is no number, or the right one is zero."""
        if isinstance(self.value, float) and isinstance(value, float) and value:
            return abs(self.value / value - 1.0)
        return math.inf

    def agrees(self, value: Any) -> bool:
        """Whether another value (of the clean exercise, or the world's) is the same within the tolerance."""
        if isinstance(self.value, float) and isinstance(value, float):
            return abs(self.value - value) <= self.tolerance
        return bool(self.value == value)


def _supply(opened: Opened) -> Iterator[Found]:
    supply, clock, magnet = opened.driver, opened.clock, opened.world.magnet

    def now(what: str, tolerance_a: float) -> Found:
        reading = supply.poll()
        if reading.faults:
            raise InstrumentFaultError(reading.faults, instrument=supply.name)
        if reading.ramping:
            return Found(what, None, flags=("ramping", *reading.flags))  # it has arrived, or so it was said
        if abs(reading.current_a - magnet.current_a()) > _ARRIVED_A:
            return Found(what, reading.current_a, magnet.current_a(), _ARRIVED_A)
        return Found(what, reading.current_a, tolerance=tolerance_a)

    supply.identify()
    supply.prepare()
    control = FieldControl(supply, clock, field_constant_per_m=1.0, rate_a_per_s=RATE_A_PER_S, check=lambda: None)
    control.go_to(12.0)
    yield now("at 12 A", _ARRIVED_A)
    supply.ramp_to(-6.0, 2.0)
    for _ in range(round(1.0 / supply.handling.poll_interval_s)):
        clock.sleep(supply.handling.poll_interval_s)
        supply.poll()
    supply.stop()
    deadline_s = clock.now() + 10.0
    while supply.poll().ramping:
        if clock.now() > deadline_s:
            raise SettlingError("does not come to rest after stop().", timeout_s=10.0, instrument=supply.name)
        clock.sleep(supply.handling.poll_interval_s)
    yield now("stopped", 7.0)
    control.go_to(-6.0)
    yield now("at -6 A", _ARRIVED_A)
    make_safe(supply, clock, rate_a_per_s=RATE_A_PER_S)
    yield Found("safe", magnet.current_a(), 0.0, supply.handling.zero_a + 0.02)


def _lockin(opened: Opened) -> Iterator[Found]:
    lockin, clock = opened.driver, opened.clock
    lockin.identify()
    lockin.prepare()
    for full_scale_v_rms in (1e-6, 5e-2):
        lockin.sensitivity_v_rms = full_scale_v_rms
    yield Found("sensitivity", lockin.sensitivity_v_rms)
    lockin.phase_deg = 30.0
    yield Found("phase", lockin.phase_deg, tolerance=0.011)
    lockin.set_filter(lockin.time_constants_s[-3], 1)
    time_constant_s = next(value for value in lockin.time_constants_s if value >= 0.095)
    lockin.set_filter(time_constant_s, 2)
    yield Found("filter", lockin.filter())
    clock.sleep(3.0)
    lockin.status()
    clock.sleep(2.0)
    for number in range(3):
        clock.sleep(0.3)
        reading = lockin.read()
        yield Found(f"X {number}", reading.x_v_rms, tolerance=2e-6)
        yield Found(f"Y {number}", reading.y_v_rms, tolerance=2e-6)
        yield Found(f"frequency {number}", reading.frequency_hz, tolerance=0.02)
    status = lockin.status()
    yield Found("status", None if status.flags else (), flags=status.flags)
    if hasattr(lockin, "start_scan"):
        lockin.start_scan(8.0)
        clock.sleep(2.0)
        lockin.stop_scan()
        block = lockin.read_buffer(0, 10)
        yield Found("X of the buffer", sum(block.x_v_rms) / 10, tolerance=2e-6)
        yield Found("Y of the buffer", sum(block.y_v_rms) / 10, tolerance=2e-6)
        yield Found("status of the buffer", None if block.status.flags else (), flags=block.status.flags)


def _gaussmeter(opened: Opened) -> Iterator[Found]:
    gaussmeter = opened.driver
    gaussmeter.identify()
    gaussmeter.prepare()
    for number, pause_s in enumerate((0.3, 0.3, 6.0, 0.3)):
        opened.clock.sleep(pause_s)
        reading = gaussmeter.read()
        yield Found(f"H {number}", reading.field_a_per_m, tolerance=200.0, flags=reading.flags)


def _balance(opened: Opened) -> Iterator[Found]:
    balance, clock, operator = opened.driver, opened.clock, opened.world.operator

    def done() -> None:
        clock.sleep(max(operator.busy_until_s - clock.now(), 0.0) + 10.0)

    operator.unhang()
    done()
    balance.identify()
    balance.prepare()
    yield Found("readability", balance.readability_kg)
    balance.tare(10.0)
    operator.hang(_TUBE)
    done()
    for number in range(2):
        reading = balance.read()
        yield Found(f"mass {number}", reading.mass_kg, tolerance=3e-7, flags=reading.flags)
        yield Found(f"stable {number}", reading.stable if not reading.flags else None, flags=reading.flags)
        clock.sleep(0.5)
    balance.tare(10.0)
    reading = balance.read()
    yield Found("mass, tared", reading.mass_kg, tolerance=3e-7, flags=reading.flags)


def _thermometer(opened: Opened) -> Iterator[Found]:
    thermometer = opened.driver
    thermometer.identify()
    thermometer.prepare()
    for number in range(3):
        opened.clock.sleep(0.5)
        reading = thermometer.read()
        yield Found(f"T {number}", reading.temperature_k, tolerance=0.02, flags=reading.flags)


def _vibrator(opened: Opened) -> Iterator[Found]:
    drive = opened.driver
    drive.identify()
    drive.prepare()
    for frequency_hz, amplitude_v_rms in ((80.0, 0.5), (83.0, 1.0)):
        drive.frequency_hz = frequency_hz
        drive.amplitude_v_rms = amplitude_v_rms
        yield Found(f"frequency {frequency_hz:g}", drive.frequency_hz, tolerance=1e-6)
        yield Found(f"amplitude {amplitude_v_rms:g}", drive.amplitude_v_rms, tolerance=1e-6)
    for on in (True, False):
        drive.output_on = on
        yield Found(f"output {int(on)}", drive.output_on)


def _voltmeter(opened: Opened) -> Iterator[Found]:
    meter = opened.driver
    meter.identify()
    meter.prepare()
    for number in range(3):
        reading = meter.read()
        yield Found(f"U {number}", reading.voltage_v, tolerance=1e-4, flags=reading.flags)


def _lcr_meter(opened: Opened) -> Iterator[Found]:
    meter = opened.driver
    meter.identify()
    meter.prepare()
    for number in range(3):
        reading = meter.read()
        yield Found(f"L {number}", reading.inductance_h, tolerance=1e-3, flags=reading.flags)
        yield Found(f"R {number}", reading.resistance_ohm, tolerance=5.0, flags=reading.flags)


def _stage(opened: Opened) -> Iterator[Found]:
    stage, clock = opened.driver, opened.clock

    def rest(what: str) -> float:
        deadline_s = clock.now() + 60.0
        while (reading := stage.poll()).moving:
            if clock.now() > deadline_s:
                raise SettlingError(f"{what} does not end.", timeout_s=60.0, instrument=stage.name)
            clock.sleep(0.5)
        if reading.faults:
            raise InstrumentFaultError(reading.faults, instrument=stage.name)
        angle_deg: float = reading.angle_deg
        return angle_deg

    stage.identify()
    stage.prepare()
    stage.move_to(0.0)
    rest("the way to 0 degree")
    stage.move_to(20.0)
    yield Found("at 20 degree", rest("the way to 20 degree"), tolerance=0.02)
    stage.move_to(170.0)
    clock.sleep(1.0)
    stage.stop()
    yield Found("stopped", rest("stop()"), tolerance=80.0)
    stage.move_to(0.0)
    yield Found("at 0 degree", rest("the way to 0 degree"), tolerance=0.02)


def _positioner(opened: Opened) -> Iterator[Found]:
    positioner, clock = opened.driver, opened.clock

    def rest(what: str) -> float:
        deadline_s = clock.now() + 60.0
        while (reading := positioner.poll("x")).moving:
            if clock.now() > deadline_s:
                raise SettlingError(f"{what} does not end.", timeout_s=60.0, instrument=positioner.name)
            clock.sleep(0.5)
        if reading.faults:
            raise InstrumentFaultError(reading.faults, instrument=positioner.name)
        position_m: float = reading.position_m
        return position_m

    positioner.identify()
    positioner.prepare()
    positioner.move_to("x", 0.0)
    rest("the way to 0 mm")
    positioner.move_to("x", 2.0e-3)
    yield Found("at 2 mm", rest("the way to 2 mm"), tolerance=2e-6)
    positioner.stop()
    positioner.move_to("x", 0.0)
    yield Found("at 0 mm", rest("the way to 0 mm"), tolerance=2e-6)


def _operator(opened: Opened) -> Iterator[Found]:
    operator = opened.driver
    operator.identify()
    operator.prepare()
    operator.perform(OperatorStep("mount", _SAMPLE, ""))
    yield Found("mounted", opened.world.operator.mounted_name)
    operator.perform(OperatorStep("unmount", "", ""))
    yield Found("unmounted", opened.world.operator.mounted_name)
    operator.perform(OperatorStep("hang", _TUBE, ""))
    yield Found("hung", opened.world.operator.hung_name)
    operator.perform(OperatorStep("unhang", "", ""))
    yield Found("unhung", opened.world.operator.hung_name)


EXERCISES: Mapping[str, Callable[[Opened], Iterator[Found]]] = {
    "supply": _supply,
    "lockin": _lockin,
    "gaussmeter": _gaussmeter,
    "balance": _balance,
    "thermometer": _thermometer,
    "vibrator": _vibrator,
    "voltmeter": _voltmeter,
    "lcr_meter": _lcr_meter,
    "stage": _stage,
    "positioner": _positioner,
    "operator": _operator,
}


def stage_scene(opened: Opened) -> None:
    """Make the world something to measure: a field and a sample, for all who do not make them themselves."""
    world = opened.world
    if opened.entry.role == "supply":
        return
    if opened.entry.role in {"stage", "positioner"}:
        opened.endpoint.instrument.execute("1MO", message_available=False)  # somebody switches the motor on
        return
    if opened.entry.role != "operator":
        world.operator.mount(_SAMPLE)
    world.magnet.ramp_to(30.0, 10.0)
    opened.clock.sleep(60.0)


def exercise(opened: Opened) -> list[Found]:
    """Put the driver through all of it."""
    return list(EXERCISES[opened.entry.role](opened))
