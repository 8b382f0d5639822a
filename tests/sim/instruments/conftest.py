"""Stand-ins for the world's parts: they show what they are told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from vsmdaq_sim.world.errors import WorldOperatorError


@dataclass
class HandClock:
    time_s: float = 0.0

    def now(self) -> float:
        return self.time_s

    def sleep(self, duration_s: float) -> None:
        assert duration_s >= 0.0
        self.time_s += duration_s

    def utc(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.time_s)


@dataclass
class StillLockIn:
    xy: tuple[float, float] = (0.0, 0.0)
    peak_v: float = 0.0
    frequency_hz: float | None = 83.0
    filter: tuple[float, int, bool] | None = None
    phase_deg: float | None = None
    detection: tuple[int, float | None] = (1, None)
    first_stage_v: float = 0.0

    def set_filter(self, time_constant_s: float, poles: int, synchronous: bool) -> None:
        self.filter = (time_constant_s, poles, synchronous)

    def set_phase_deg(self, phase_deg: float) -> None:
        self.phase_deg = phase_deg

    def read(self) -> tuple[float, float]:
        return self.xy

    def input_peak_v(self) -> float:
        return self.peak_v

    def reference_frequency_hz(self) -> float | None:
        return self.frequency_hz

    def set_detection(self, harmonic: int, internal_hz: float | None) -> None:
        self.detection = (harmonic, internal_hz)

    def first_stage_peak_v(self) -> float:
        return self.first_stage_v

    def stop_sampling(self) -> None:
        pass


@dataclass
class RampingMagnet:
    clock: HandClock
    start: tuple[float, float] = (0.0, 0.0)
    set_point_a: float = 0.0
    rate_a_per_s: float = 1.0
    volts: float = 0.0
    compliance_v: float = math.inf
    off: bool = False
    segments: Sequence[tuple[float, float]] = ()

    def ramp_to(
        self,
        current_a: float,
        rate_a_per_s: float,
        compliance_v: float = math.inf,
        segments: Sequence[tuple[float, float]] = (),
    ) -> None:
        self.off, self.compliance_v, self.segments = False, compliance_v, segments
        self.start = (self.clock.now(), self.current_a())
        self.set_point_a, self.rate_a_per_s = current_a, rate_a_per_s

    def stop(self) -> None:
        self.ramp_to(self.current_a(), self.rate_a_per_s)

    def current_a(self) -> float:
        begun_s, current_a = self.start
        travel = self.rate_a_per_s * (self.clock.now() - begun_s)
        way = self.set_point_a - current_a
        return self.set_point_a if abs(way) <= travel else current_a + (travel if way > 0 else -travel)

    def ramping(self) -> bool:
        return self.current_a() != self.set_point_a

    def voltage_v(self) -> float:
        return self.volts

    def at_compliance(self) -> bool:
        return abs(self.volts) >= self.compliance_v

    def step_to(self, current_a: float, compliance_v: float) -> None:
        self.ramp_to(current_a, 1e9, compliance_v)

    def switch_off(self) -> None:
        self.ramp_to(0.0, 1e9)
        self.off = True


@dataclass
class StillProbe:
    field_a_per_m: float = 0.0

    def read_a_per_m(self) -> float:
        return self.field_a_per_m


@dataclass
class StillBalance:
    mass_kg: float = 0.0
    at_rest: bool = True
    readability_kg: float = 1e-7
    adjustments: int = 0

    def apparent_mass_kg(self) -> float:
        return self.mass_kg

    def stable(self) -> bool:
        return self.at_rest

    def adjust(self) -> None:
        self.adjustments += 1


@dataclass
class Hands:
    clock: HandClock
    busy_until_s: float = 0.0
    done: list[str] = field(default_factory=list)

    def _do(self, what: str) -> None:
        if self.clock.now() < self.busy_until_s:
            raise WorldOperatorError("busy")
        self.done.append(what)
        self.busy_until_s = self.clock.now() + 60.0

    def mount(self, name: str) -> None:
        if name != "Ni sphere":
            raise WorldOperatorError(f"there is no sample {name!r}; available: Ni sphere")
        self._do(f"mount {name}")

    def unmount(self) -> None:
        self._do("unmount")

    def hang(self, name: str) -> None:
        self._do(f"hang {name}")

    def unhang(self) -> None:
        self._do("unhang")


class Talker:
    """Messages to an instrument, and what it says; nothing of the wire between."""

    def __init__(self, instrument: Any) -> None:
        self.instrument = instrument

    def __call__(self, message: str) -> Any:
        """One reply, or None; a list where there are several."""
        replies = self.instrument.execute(message, message_available=False)
        return replies if len(replies) > 1 else replies[0] if replies else None


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def lockin() -> StillLockIn:
    return StillLockIn()


@pytest.fixture
def magnet(clock: HandClock) -> RampingMagnet:
    return RampingMagnet(clock)


@pytest.fixture
def probe() -> StillProbe:
    return StillProbe()


@pytest.fixture
def balance() -> StillBalance:
    return StillBalance()


@pytest.fixture
def hands(clock: HandClock) -> Hands:
    return Hands(clock)


@pytest.fixture
def talk() -> Any:
    return Talker
