"""Instruments that answer at once, at the contracts' roles: what is left is the controller. Peers are given the same ones."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np

from vsmdaq_drivers.contracts import (
    CurrentLimits,
    FieldReading,
    LockInFilter,
    LockInReading,
    LockInStatus,
    OperatorStep,
    SupplyHandling,
    SupplyReading,
)

__all__ = ["Desk"]

_FIELD_PER_CURRENT = 13333.33  # (A/m)/A, as the bench file says
_SIGNAL_PER_FIELD = 3e-13  # V rms per A/m: about that of an empty holder
_FIELD_NOISE_A_PER_M = 20.0
_NOISE_V_PER_SQRT_HZ = 7.25e-9
_READ_S = 0.004  # bench time of a message
_EPOCH = datetime(2026, 1, 1, tzinfo=UTC)


class _Clock:
    """Time that passes when somebody waits."""

    def __init__(self) -> None:
        self._now_s = 0.0

    def now(self) -> float:
        return self._now_s

    def sleep(self, duration_s: float) -> None:
        self._now_s += duration_s

    def utc(self) -> datetime:
        return _EPOCH + timedelta(seconds=self._now_s)


class _Noise:
    """Deviates drawn beforehand, one after the other, again and again."""

    def __init__(self, seed: int) -> None:
        self._values = np.random.default_rng(seed).standard_normal(4099).tolist()
        self._next = 0

    def next(self) -> float:
        self._next = (self._next + 1) % 4099
        return self._values[self._next]


class _Instrument:
    """What all of them can do."""

    def __init__(self, name: str) -> None:
        self.name = name

    def identify(self) -> str:
        return self.name

    def prepare(self) -> None:
        """Nothing to set."""

    def close(self) -> None:
        """Nothing to release."""


class _Supply(_Instrument):
    """Satisfies `FieldSupply`; the ramp is over when it is looked at."""

    limits = CurrentLimits(60.0, 10.0)
    resolution_a = 1e-4
    handling = SupplyHandling()

    def __init__(self, clock: _Clock) -> None:
        super().__init__("supply of the desk")
        self._clock = clock
        self.current_a = 0.0

    def ramp_to(self, current_a: float, rate_a_per_s: float) -> None:
        self.limits.check_current(current_a)
        self.limits.check_rate(rate_a_per_s)
        self.current_a = current_a

    def poll(self) -> SupplyReading:
        self._clock.sleep(_READ_S)
        return SupplyReading(self.current_a, self.current_a, False, (), (), self._clock.now())

    def stop(self) -> None:
        """It stands already."""


class _LockIn(_Instrument):
    """Satisfies `LockIn`: white noise behind its filter, samples taken as independent."""

    sensitivities_v_rms = (1e-6, 1e-5, 1e-4, 1e-3)
    time_constants_s = (0.01, 0.03, 0.1, 0.3, 1.0)

    def __init__(self, clock: _Clock, supply: _Supply) -> None:
        super().__init__("lock-in of the desk")
        self._clock = clock
        self._supply = supply
        self._noise = _Noise(1)
        self.sensitivity_v_rms = 1e-5
        self.phase_deg = 0.0
        self.harmonic = 1
        self.set_filter(0.03, 4)

    def set_filter(self, time_constant_s: float, poles: int, *, synchronous: bool = False) -> None:
        self._filter = LockInFilter("rc", poles, time_constant_s, synchronous)
        self._spread_v_rms = _NOISE_V_PER_SQRT_HZ * (5.0 / 64.0 / time_constant_s) ** 0.5

    def filter(self) -> LockInFilter:
        return self._filter

    def read(self) -> LockInReading:
        self._clock.sleep(_READ_S)
        noise, spread = self._noise, self._spread_v_rms
        x_v_rms = _SIGNAL_PER_FIELD * _FIELD_PER_CURRENT * self._supply.current_a + spread * noise.next()
        return LockInReading(x_v_rms, spread * noise.next(), 83.0, self._clock.now())

    def status(self) -> LockInStatus:
        self._clock.sleep(_READ_S)
        return LockInStatus((), False, False)


class _Gaussmeter(_Instrument):
    """Satisfies `Gaussmeter`."""

    reading_interval_s = 0.1

    def __init__(self, clock: _Clock, supply: _Supply) -> None:
        super().__init__("gaussmeter of the desk")
        self._clock = clock
        self._supply = supply
        self._noise = _Noise(2)

    def read(self) -> FieldReading:
        self._clock.sleep(_READ_S)
        field = _FIELD_PER_CURRENT * self._supply.current_a + _FIELD_NOISE_A_PER_M * self._noise.next()
        return FieldReading(field, (), self._clock.now())


class _Hand(_Instrument):
    """Satisfies `Operator`."""

    def perform(self, step: OperatorStep) -> str:
        return f"{step.action} done"


class Desk:
    """All of them, on one clock."""

    def __init__(self) -> None:
        self.clock = _Clock()
        self.supply = _Supply(self.clock)
        self.lockin = _LockIn(self.clock, self.supply)
        self.gaussmeter = _Gaussmeter(self.clock, self.supply)
        self.operator = _Hand("operator of the desk")

    def readings(self, field_a_per_m: float) -> dict[str, float]:
        """A point as the peers take it: set, look once, four readings of X and Y, two of the field, their means."""
        supply, lockin, gaussmeter = self.supply, self.lockin, self.gaussmeter
        supply.ramp_to(field_a_per_m / _FIELD_PER_CURRENT, 10.0)
        current_a = supply.poll().current_a
        samples = [lockin.read() for _ in range(4)]
        fields = [gaussmeter.read().field_a_per_m or 0.0 for _ in range(2)]
        return {
            "set_field": field_a_per_m,
            "current": current_a,
            "field": sum(fields) / 2.0,
            "x": sum(sample.x_v_rms for sample in samples) / 4.0,
            "y": sum(sample.y_v_rms for sample in samples) / 4.0,
            "time": self.clock.now(),
        }
