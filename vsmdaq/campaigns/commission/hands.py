"""What every step does with its hands: bring the current somewhere, wait, read. Each reading goes into the record."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from vsmdaq.bench import Bench, look_again
from vsmdaq.campaigns.commission.readings import ReadingsFile
from vsmdaq_drivers.contracts import (
    FieldReading,
    InstrumentFaultError,
    LockIn,
    LockInReading,
    SettlingError,
    SupplyReading,
)

__all__ = ["Hands", "Instant", "Ramp", "mean_of"]

_GRACE_S = 5.0
_LOOKS = 40  # looks at the supply during one ramp, where it is quick enough
_GROUP = 4  # readings of the field that are compared with the four before
_PATIENCE_S = 60.0
_LOOK_EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class Ramp:
    """One ramp: when it was asked for and seen done (bench time, s), its ends (A), and every look on the way."""

    asked_s: float
    done_s: float
    start_a: float
    end_a: float
    looks: tuple[SupplyReading, ...]


@dataclass(frozen=True, slots=True)
class Instant:
    """A new reading of the field (A/m), when it came about (s) and how well that is known (s)."""

    time_s: float
    u_time_s: float
    field_a_per_m: float


def mean_of(values: list[float]) -> tuple[float, float]:
    """Mean of two or more values and its standard uncertainty by their scatter."""
    n = len(values)
    mean = math.fsum(values) / n
    return mean, math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n)


class Hands:
    """Moves and reads the open bench.

    Parameters
    ----------
    bench : Bench
        Open, identified, prepared.
    readings : ReadingsFile
        Where every reading goes.
    check : callable
        Called between messages; raises to end it all (a signal, a stop request).
    """

    def __init__(self, bench: Bench, readings: ReadingsFile, check: Callable[[], None]) -> None:
        self.bench = bench
        self._readings = readings
        self._check = check
        self._set_point_a = 0.0
        self._looked_s = -math.inf

    @property
    def lockin(self) -> LockIn:
        """The lock-in of the bench.

        Raises
        ------
        ValueError
            The bench was opened without.
        """
        if self.bench.lockin is None:
            raise ValueError("the bench was opened without its lock-in")
        return self.bench.lockin

    @property
    def now_s(self) -> float:
        """Bench time, s."""
        return self.bench.clock.now()

    def look(self) -> SupplyReading:
        """Look at the supply. Raises InstrumentFaultError where it reports a fault, WatchdogError beyond a limit of [watch]."""
        self._check()
        asked_s = self.now_s
        reading = self.bench.supply.poll()
        self._looked_s = reading.time_s
        self._readings.supply(asked_s, reading)
        if reading.faults:
            raise InstrumentFaultError(reading.faults, instrument=self.bench.supply.name)
        look_again(self.bench)  # its voltage and temperature, where the bench file limits them
        return reading

    def on_grid(self, current_a: float) -> float:
        """The nearest set-point (A) that the supply has, within the limits."""
        supply = self.bench.supply
        most = math.floor(supply.limits.max_current_a / supply.resolution_a + 1e-6)
        steps = max(-most, min(most, round(current_a / supply.resolution_a)))
        return round(steps * supply.resolution_a, 9)

    def go(self, current_a: float, rate_a_per_s: float) -> Ramp:
        """Ramp to a current (A, on the supply's grid) and come back once it is there.

        Raises
        ------
        LimitError
            Before anything is sent.
        InstrumentFaultError, SettlingError
            A fault on the way; the ramp does not end in time.
        """
        supply = self.bench.supply
        start_a, target_a = self.look().current_a, self.on_grid(current_a)
        duration_s = abs(target_a - start_a) / rate_a_per_s
        if target_a * start_a < 0.0:
            duration_s += supply.handling.reversal_s
        asked_s = self.now_s
        supply.ramp_to(target_a, rate_a_per_s)
        self._set_point_a = target_a
        looks: list[SupplyReading] = []
        every_s = min(supply.handling.poll_interval_s, duration_s / _LOOKS)
        deadline_s = asked_s + duration_s + max(_GRACE_S, 0.5 * duration_s)
        while True:
            left_s = asked_s + duration_s - self.now_s
            self.bench.clock.sleep(min(max(left_s, 0.01), max(every_s, 0.01)))
            looks.append(self.look())
            if not looks[-1].ramping:
                return Ramp(asked_s, looks[-1].time_s, start_a, target_a, tuple(looks))
            if looks[-1].time_s > deadline_s:
                raise SettlingError(
                    f"the ramp to {target_a:+.3f} A should have taken {duration_s:.1f} s; after "
                    f"{looks[-1].time_s - asked_s:.1f} s it is not done, I = {looks[-1].current_a:+.3f} A "
                    f"({', '.join(looks[-1].flags) or 'no flags'}).",
                    timeout_s=deadline_s - asked_s,
                    instrument=supply.name,
                )

    def pause(self, duration_s: float) -> None:
        """Wait, in short pieces; the supply is looked at meanwhile."""
        self._until(self.now_s + duration_s)

    def field(self) -> FieldReading:
        """Read the gaussmeter once."""
        self._check()
        asked_s = self.now_s
        reading = self.bench.gaussmeter.read()
        self._readings.field(asked_s, reading)
        return reading

    def fields(self, count: int) -> list[float]:
        """`count` valid new readings of the field, A/m.

        Raises
        ------
        SettlingError
            The gaussmeter gives none; the message says why.
        """
        values: list[float] = []
        flags: set[str] = set()
        for _ in range(2 * count + 10):
            reading = self.field()
            if reading.field_a_per_m is not None:
                values.append(reading.field_a_per_m)
                if len(values) == count:
                    return values
            flags.update(reading.flags)
            self.pause(self.bench.gaussmeter.reading_interval_s)
        why = ", ".join(sorted(flags)) or "no reason given"
        raise SettlingError(
            f"the gaussmeter gave {len(values)} valid readings in {2 * count + 10} ({why}).",
            timeout_s=0.0,
            instrument=self.bench.gaussmeter.name,
        )

    def settled_fields(self, count: int, u_field_a_per_m: float) -> list[float]:
        """`count` readings once the field has come to rest: two groups alike, then as long again."""
        start_s = self.now_s
        before = math.fsum(self.fields(_GROUP)) / _GROUP
        while self.now_s < start_s + _PATIENCE_S:
            after = math.fsum(self.fields(_GROUP)) / _GROUP
            if abs(after - before) <= 3.0 * u_field_a_per_m * math.sqrt(2.0 / _GROUP):
                self.pause(0.5 * (self.now_s - start_s))
                return self.fields(count)
            before = after
        raise SettlingError(
            f"the field does not come to rest within {_PATIENCE_S:g} s.",
            timeout_s=_PATIENCE_S,
            instrument=self.bench.gaussmeter.name,
        )

    def watch_field(self, u_field_a_per_m: float, *, at_least: int) -> list[Instant]:
        """New readings of the field as they come about, until it has come to rest; read as fast as the wire allows."""
        found: list[Instant] = []
        start_s = self.now_s
        last: tuple[float, float, float] | None = None  # asked, answered, field of the reading before
        while self.now_s < start_s + _PATIENCE_S:
            asked_s = self.now_s
            reading = self.field()
            field, answered_s = reading.field_a_per_m, reading.time_s
            if field is None:
                continue
            if last is not None and field != last[2]:
                middle_s = 0.25 * (last[0] + last[1] + asked_s + answered_s)
                width_s = 0.5 * (asked_s - last[0] + answered_s - last[1])
                found.append(Instant(middle_s, width_s / math.sqrt(12.0), field))
                if len(found) >= at_least and _rests(found, u_field_a_per_m):
                    break
            last = (asked_s, answered_s, field)
        return found

    def signals(self, count: int, spacing_s: float) -> list[LockInReading]:
        """`count` readings of the lock-in on a grid of times."""
        readings: list[LockInReading] = []
        next_s = self.now_s
        for _ in range(count):
            self._until(next_s)
            readings.append(self.signal())
            next_s = max(next_s + spacing_s, self.now_s)
        return readings

    def signal(self) -> LockInReading:
        """Read the lock-in once."""
        self._check()
        asked_s = self.now_s
        reading = self.lockin.read()
        self._readings.signal(asked_s, reading)
        return reading

    def _until(self, time_s: float) -> None:
        self._check()
        while (left_s := time_s - self.now_s) > 0.0:
            if self._set_point_a != 0.0 and self.now_s - self._looked_s > _LOOK_EVERY_S and left_s > 0.2:
                self.look()
                continue
            self.bench.clock.sleep(min(left_s, 0.5))
            self._check()


def _rests(found: list[Instant], u_field_a_per_m: float) -> bool:
    if len(found) < 2 * _GROUP:
        return False
    late = math.fsum(instant.field_a_per_m for instant in found[-_GROUP:]) / _GROUP
    early = math.fsum(instant.field_a_per_m for instant in found[-2 * _GROUP : -_GROUP]) / _GROUP
    return abs(late - early) <= 3.0 * u_field_a_per_m * math.sqrt(2.0 / _GROUP)
