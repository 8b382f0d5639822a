"""The world: everything that is true behind a simulated bench, brought to the present whenever somebody looks."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from heapq import heappop, heappush
from pathlib import Path

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.balance import PanBalance
from vsmdaq_sim.world.coils import MU0, effective_coupling
from vsmdaq_sim.world.detector import LockInInput
from vsmdaq_sim.world.draws import Normals, generator
from vsmdaq_sim.world.errors import MaterialRangeError, WorldError
from vsmdaq_sim.world.hall import HallProbe
from vsmdaq_sim.world.load import WorldSpec, load_spec
from vsmdaq_sim.world.magnet import Magnet
from vsmdaq_sim.world.operator import BenchHand
from vsmdaq_sim.world.samples import build
from vsmdaq_sim.world.schema import TubeTable

__all__ = ["World", "tube_force_per_field2"]


_CRUMB_S = 1e-9  # rounding of the clock; no filter notices it


def _last_tick(time_s: float, interval_s: float) -> int:
    tick = int(time_s / interval_s)
    return tick + 1 if (tick + 1) * interval_s <= time_s else tick


def tube_force_per_field2(tube: TubeTable, air_volume_susceptibility: float, low_field_ratio: float) -> float:
    """Get the force on a Gouy tube over H**2 at its lower end, N/(A/m)2: > 0 pulls it towards the high field, down.

    ``mu0 A (chi - chi_air)/2 (1 - (H_low/H)**2)`` for the filling, plus what the tube itself gives.
    """
    force = tube.blank_force_n_per_a2_m2
    if tube.bore_diameter_m is not None and tube.volume_susceptibility is not None:
        area = math.pi / 4.0 * tube.bore_diameter_m**2
        contrast = tube.volume_susceptibility - air_volume_susceptibility
        force += 0.5 * MU0 * area * contrast * (1.0 - low_field_ratio**2)
    return force


class World:
    """A simulated bench's physics on a virtual clock.

    Parameters
    ----------
    spec : WorldSpec
        The truth; see `World.load`.
    session : str
        With the seed and the source, what a noise depends on: two sessions share none.

    Attributes
    ----------
    clock : VirtualClock
        Its clock; nothing else moves time.
    magnet, lockin, gaussmeter, balance, operator
        What instruments and operator see; each brings the world to the present before it answers.
    coupling_constant_h_per_m3 : float
        C effective at the amplitude in use.
    """

    def __init__(self, spec: WorldSpec, *, session: str = "") -> None:
        self.spec = spec
        self.clock = VirtualClock(spec.clock.epoch)
        self.temperature_k = spec.world.temperature_k
        self.coupling_constant_h_per_m3 = effective_coupling(spec.vibration.amplitude_m, **spec.coils.model_dump())
        vibration, signal = spec.vibration, spec.signal
        rms = (
            math.sqrt(2.0) * math.pi * vibration.frequency_hz * vibration.amplitude_m * self.coupling_constant_h_per_m3
        )
        self._gain = cmath.rect(rms, math.radians(signal.phase_deg))
        self._crosstalk = cmath.rect(signal.crosstalk_v_rms, math.radians(signal.crosstalk_phase_deg))
        self._materials = {
            name: build(name, table, self.temperature_k, str(spec.path)) for name, table in spec.samples.items()
        }
        self._forces = {
            name: tube_force_per_field2(tube, spec.world.air_volume_susceptibility, spec.gouy.low_field_ratio)
            for name, tube in spec.tubes.items()
        }
        self._time_s = self.clock.now()
        self._alarms: list[tuple[float, int, Callable[[], None]]] = []
        self._alarm_count = 0
        self._in_alarm = False
        self._intervals = (("gaussmeter", spec.gaussmeter.interval_s), ("balance", spec.balance.interval_s))
        self._next_tick_s = min(interval for _, interval in self._intervals)
        self._moment_a_m2 = 0.0
        self._refusal: MaterialRangeError | None = None
        self._on_rod: str | None = None

        def normals(source: str) -> Normals:
            return Normals(generator(spec.seed, "noise", session, source))

        self.magnet = Magnet(spec.magnet, self.advance)
        self._normals = normals
        self.lockin = self._new_lockin("lockin")
        self._lockins = {"lockin": self.lockin}
        self.gaussmeter = HallProbe(spec.gaussmeter, normals("gaussmeter"), self.advance)
        self.balance = PanBalance(spec.balance, self.clock, normals("balance"), self.advance)
        self.operator = BenchHand(
            samples=spec.samples,
            tubes=spec.tubes,
            step_s=spec.operator.mount_s,
            clock=self.clock,
            advance=self.advance,
            changed=self._exchanged,
        )
        self._exchanged()

    @classmethod
    def load(cls, path: Path, *, seed: int | None = None, session: str = "") -> World:
        """Make a world from its file.

        Raises
        ------
        WorldFileError
            Naming file, key, what was given and what is allowed.
        """
        return cls(load_spec(path, seed=seed), session=session)

    def _new_lockin(self, role: str) -> LockInInput:
        return LockInInput(
            frequency_hz=self.spec.vibration.frequency_hz,
            noise_v_per_sqrt_hz=self.spec.signal.noise_v_per_sqrt_hz,
            clock=self.clock,
            normals=self._normals(role),
            advance=self.advance,
            refusal=self._refused,
        )

    def lockin_of(self, role: str) -> LockInInput:
        """Detector of the lock-in that plays `role`: each has its own filter, phase and noise."""
        if role not in self._lockins:
            self.advance()
            self._lockins[role] = self._new_lockin(role)
            self._lockins[role].jump(self._phasor())
        return self._lockins[role]

    @property
    def bus_message_s(self) -> float:
        """Bench time that one message costs, s."""
        return self.spec.bus.message_s

    def true_moment_a_m2(self) -> float:
        """Get the moment of the sample on the rod now, A m2, holder not included.

        Raises
        ------
        MaterialRangeError
            While the field is beyond what is known of the sample.
        """
        self.advance()
        if self._refusal is not None:
            raise self._refusal
        return self._moment_a_m2

    def advance(self) -> None:
        """Bring everything to ``clock.now()``; idle time costs nothing."""
        now = self.clock.now()
        if now <= self._time_s or self._in_alarm:
            return
        while self._alarms and self._alarms[0][0] <= now:
            time_s, _, action = heappop(self._alarms)
            self._advance_to(max(time_s, self._time_s))
            self._in_alarm = True  # the action looks at the world as it is at its time
            try:
                action()
            finally:
                self._in_alarm = False
        self._advance_to(now)

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        """Have `action` done at a bench time (s), or now where it has passed."""
        self._alarm_count += 1
        heappush(self._alarms, (time_s, self._alarm_count, action))

    def next_alarm_s(self) -> float:
        """Get the bench time (s) of the next action that was asked for by `at`; inf where there is none."""
        return self._alarms[0][0] if self._alarms else math.inf

    def _advance_to(self, now: float) -> None:
        due = self.operator.due_s
        if due is not None and due <= now:
            self._pass_ticks(due)
            self.operator.finish()
        self._pass_ticks(now)

    def _pass_ticks(self, until_s: float) -> None:
        """Move on, with a stop at the last tick of gaussmeter and balance: what they show later is of that instant."""
        if until_s >= self._next_tick_s:
            stops = sorted((_last_tick(until_s, interval) * interval, who) for who, interval in self._intervals)
            for stop_s, who in stops:
                if stop_s > self._time_s:
                    self._move(stop_s)
                if who == "gaussmeter":
                    self.gaussmeter.latch(self.magnet.field, stop_s)
                else:
                    self.balance.latch(stop_s)
            self._next_tick_s = min((_last_tick(until_s, interval) + 1) * interval for _, interval in self._intervals)
        if until_s > self._time_s:
            self._move(until_s)

    def _move(self, until_s: float) -> None:
        magnet, balance, lockins = self.magnet, self.balance, tuple(self._lockins.values())
        left = until_s - self._time_s
        weighing = self.operator.tube_now is not None
        while left > 0.0 and magnet.moving:
            step = magnet.next_step_s(left)
            magnet.step(step)
            if step <= _CRUMB_S:
                for lockin in lockins:
                    lockin.jump(self._phasor())
            else:
                phasor = self._phasor()
                for lockin in lockins:
                    lockin.follow(phasor, step)
                if weighing or not balance.at_rest:
                    balance.follow(self._load_kg(), until_s - left, step)
            left -= step
        if left > 0.0:
            for lockin in lockins:
                lockin.hold(left)
            if not balance.at_rest:
                balance.follow(balance.load_kg, until_s - left, left)
        self._time_s = until_s

    def _phasor(self) -> complex:
        field = self.magnet.field
        if self._on_rod is not None:
            try:
                self._moment_a_m2 = self._materials[self._on_rod].moment_a_m2(field)
                self._refusal = None
            except MaterialRangeError as refusal:
                # The magnet must stay usable: the refusal is raised where the signal is asked for.
                self._refusal = refusal
        moment = self._moment_a_m2 + self.spec.signal.holder_moment_per_field_m3 * field
        return self._gain * moment + self._crosstalk

    def _load_kg(self) -> float:
        tube = self.operator.tube_now
        if tube is None:
            return 0.0
        force = self._forces[tube] * self.magnet.field**2
        return self.spec.tubes[tube].load_mass_kg + force / self.spec.world.gravity_m_per_s2

    def _exchanged(self) -> None:
        """Something was put on or taken off: a sample leaves the field (its history goes on at H = 0), another enters."""
        name = self.operator.sample_now
        if name != self._on_rod:
            if self._on_rod is not None:
                self._materials[self._on_rod].moment_a_m2(0.0)
            self._on_rod, self._moment_a_m2, self._refusal = name, 0.0, None
        phasor = self._phasor()
        for lockin in self._lockins.values():
            lockin.jump(phasor)
        self.balance.jump(self._load_kg(), self._time_s)

    def _refused(self) -> WorldError | None:
        return self._refusal
