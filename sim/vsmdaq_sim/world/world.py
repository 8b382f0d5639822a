"""The world: everything that is true behind a simulated bench, brought to the present whenever somebody looks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.alarms import Alarms
from vsmdaq_sim.world.balance import PanBalance
from vsmdaq_sim.world.detector import LockInInput
from vsmdaq_sim.world.draws import Normals, generator
from vsmdaq_sim.world.effects.hall_error import hall_error
from vsmdaq_sim.world.effects.knots import next_knot_s
from vsmdaq_sim.world.effects.path import signal_path
from vsmdaq_sim.world.effects.temperature import BenchTemperature
from vsmdaq_sim.world.errors import MaterialRangeError, WorldError
from vsmdaq_sim.world.hall import HallProbe
from vsmdaq_sim.world.load import WorldSpec, load_spec
from vsmdaq_sim.world.lockins import LockIns
from vsmdaq_sim.world.magnet import Magnet
from vsmdaq_sim.world.materials import Material, Viscous
from vsmdaq_sim.world.operator import BenchHand
from vsmdaq_sim.world.schema import LinearTable, SampleTable
from vsmdaq_sim.world.surroundings import Surroundings
from vsmdaq_sim.world.ticks import Ticks
from vsmdaq_sim.world.tubes import TubeLoads
from vsmdaq_sim.world.voltages import VoltageSource

__all__ = ["World"]

_CRUMB_S = 1e-9  # rounding of the clock; no filter notices it


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
    magnet, lockin, gaussmeter, balance, operator, thermometer, vibrator, stage, positioner, coil
        What instruments and operator see; each brings the world to the present before it answers.
    bench_temperature : BenchTemperature
        The room's temperature by time.
    """

    def __init__(self, spec: WorldSpec, *, session: str = "") -> None:
        self.spec = spec
        self.clock = VirtualClock(spec.clock.epoch)
        self.temperature_k = spec.world.temperature_k
        self.bench_temperature = BenchTemperature(spec.effects.temperature, self.temperature_k)
        self._time_s: float = self.clock.now()

        def normals(source: str) -> Normals:
            return Normals(generator(spec.seed, "noise", session, source))

        self.surroundings = Surroundings(
            spec.surroundings,
            room_k=self.temperature_k,
            vibration=spec.vibration,
            coils=spec.coils,
            clock=self.clock,
            normals=normals,
            advance=self.advance,
            vibration_changed=self._vibration_changed,
            field_a_per_m=lambda: self.magnet.field,
            moment_per_field_m3=self._moment_per_field_m3,
            room_change_k=lambda: self.bench_temperature.change_k(self._time_s),
            sample_moved=self._moved,
        )
        thermometer = self.surroundings.thermometer
        self._path = signal_path(
            spec, self.surroundings.vibrator, self.bench_temperature, normals, lambda: thermometer.temperature_now_k
        )
        self._materials = {
            name: self._late(self.surroundings.material(name, table, str(spec.path)), table)
            for name, table in spec.samples.items()
        }
        self._viscous: Viscous | None = None  # the sample on the rod, where it is one
        self._tube_loads = TubeLoads(spec)
        self._alarms = Alarms()
        self._in_alarm = False
        self._ticks = Ticks({"gaussmeter": spec.gaussmeter.interval_s, "balance": spec.balance.interval_s})
        self._moment_a_m2 = 0.0
        self._refusal: MaterialRangeError | None = None
        self._on_rod: str | None = None
        self.magnet = Magnet(spec.magnet, self.advance)
        self._lockins = LockIns(
            spec, self.surroundings.vibrator, self, clock=self.clock, normals=normals, advance=self.advance
        )
        self.lockin = self._lockins.of("lockin")
        self.gaussmeter = HallProbe(
            spec.gaussmeter,
            normals("gaussmeter"),
            self.advance,
            hall_error(spec.gaussmeter, spec.effects.temperature, self.bench_temperature),
        )
        self.balance = PanBalance(spec.balance, self.clock, normals("balance"), self.advance)
        self.operator = BenchHand(
            samples=spec.samples,
            tubes=spec.tubes,
            step_s=spec.operator.mount_s,
            clock=self.clock,
            advance=self.advance,
            changed=self._exchanged,
        )
        self.thermometer, self.vibrator = self.surroundings.thermometer, self.surroundings.vibrator
        self.stage, self.coil = self.surroundings.stage, self.surroundings.coil
        self.positioner = self.surroundings.positioner
        self._exchanged()

    def _late(self, material: Material, table: SampleTable) -> Material:
        late = table.viscosity
        if late is None:
            return material
        return Viscous(material, late.share, late.shortest_s, late.longest_s, late.modes, lambda: self._time_s)

    @classmethod
    def load(cls, path: Path, *, seed: int | None = None, session: str = "") -> World:
        """Make a world from its file.

        Raises
        ------
        WorldFileError
            Naming file, key, what was given and what is allowed.
        """
        return cls(load_spec(path, seed=seed), session=session)

    def lockin_of(self, role: str) -> LockInInput:
        """Detector of the lock-in that plays `role`: each has its own filter, phase and noise."""
        return self._lockins.of(role)

    @property
    def time_s(self) -> float:
        """How far the world has been brought, s of bench time."""
        return self._time_s

    @property
    def bus_message_s(self) -> float:
        """Bench time that one message costs, s."""
        return self.spec.bus.message_s

    @property
    def coupling_constant_h_per_m3(self) -> float:
        """C that the first harmonic sees of a point at the centre, at the amplitude in use; with poles, at H = 0."""
        return self._path.coupling_h_per_m3(None, 0.0)

    def coupling_h_per_m3(self, sample: str | None, field_a_per_m: float) -> float:
        """Get the C (H/m3) that the first harmonic sees of a sample where it sits, or of a point at the centre (None)."""
        return self._path.coupling_h_per_m3(sample, field_a_per_m)

    def harmonic_phasor(self, harmonic: int) -> complex:
        """Get the signal's n-th harmonic at the world's own time, V rms."""
        return self._path.harmonic_phasor(harmonic, self._moment_a_m2, self.magnet.field, self._time_s)

    def sample_phasor(self, harmonic: int) -> complex:
        """Get the sample's own part of it, without drift, V rms."""
        return self._path.sample_phasor(harmonic, self._moment_a_m2, self.magnet.field)

    def refusal(self) -> WorldError | None:
        """Get the error with which the sample refuses to have a moment at the world's own time; None where it has one."""
        return self._refusal

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
        while self._alarms.next_s <= now:
            time_s, action = self._alarms.take()
            self._advance_to(max(time_s, self._time_s))
            self._in_alarm = True  # the action looks at the world as it is at its time
            try:
                action()
            finally:
                self._in_alarm = False
        self._advance_to(now)

    def at(self, time_s: float, action: Callable[[], None]) -> None:
        """Have `action` done at a bench time (s), or now where it has passed."""
        self._alarms.add(time_s, action)

    def next_alarm_s(self) -> float:
        """Get the bench time (s) of the next action that was asked for by `at`; inf where there is none."""
        return self._alarms.next_s

    def _advance_to(self, now: float) -> None:
        due = self.operator.due_s
        if due is not None and due <= now:
            self._pass_ticks(due)
            self.operator.finish()
        self._pass_ticks(now)

    def _pass_ticks(self, until_s: float) -> None:
        """Move on, with a stop at the last tick of gaussmeter and balance: what they show later is of that instant."""
        if until_s >= self._ticks.next_s:
            for stop_s, who in self._ticks.pass_to(until_s):
                if stop_s > self._time_s:
                    self._move(stop_s)
                if who == "gaussmeter":
                    self.gaussmeter.latch(self.magnet.field, stop_s)
                else:
                    self.balance.latch(stop_s)
        if until_s > self._time_s:
            self._move(until_s)

    def _move(self, until_s: float) -> None:
        magnet, balance, lockins, knots_s = self.magnet, self.balance, self._lockins, self._path.knots_s
        left = until_s - self._time_s
        weighing = self.operator.tube_now is not None
        # nothing but an order from outside sets the surroundings moving
        quiet = not self.surroundings.moving and self._viscous is None
        while left > 0.0 and (magnet.moving or (not quiet and self._changing())):
            most = left if knots_s is None else min(left, next_knot_s(self._time_s, knots_s) - self._time_s)
            step = magnet.go(most) if quiet else self._step_s(most)
            self._time_s = until_s - (left - step)
            if step <= _CRUMB_S:
                lockins.jump(self._phasor())
            else:
                lockins.follow(self._phasor(), step)
                if weighing or not balance.at_rest:
                    balance.follow(self._load_kg(), until_s - left, step)
            left -= step
        if left > 0.0:
            if knots_s is None:
                lockins.hold(left)
            else:
                self._pass_knots(knots_s, until_s)
            if not balance.at_rest:
                balance.follow(balance.load_kg, until_s - left, left)
        self._time_s = until_s

    def _pass_knots(self, knots_s: tuple[float, ...], until_s: float) -> None:
        """Let the lock-ins follow what changes by itself while the field rests; what they have forgotten, in one step."""
        next_s = max(self._time_s, until_s - self._lockins.memory_s)
        while self._time_s < until_s:
            if next_s > self._time_s:
                step, self._time_s = next_s - self._time_s, next_s
                self._lockins.follow(self._phasor(), step)
            next_s = min(until_s, next_knot_s(self._time_s, knots_s))

    def _changing(self) -> bool:
        """Something beside the magnet changes by itself."""
        return self.surroundings.moving or (self._viscous is not None and self._viscous.relaxing)

    def _step_s(self, limit_s: float) -> float:
        """Move magnet and surroundings by a step (s, at most `limit_s`) that needs no closer look."""
        magnet, surroundings = self.magnet, self.surroundings
        step = magnet.next_step_s(limit_s) if magnet.moving else limit_s
        if self._viscous is not None:
            step = self._viscous.next_step_s(step)
        if surroundings.moving:
            step = surroundings.next_step_s(step)
            surroundings.step(step)
        if magnet.moving:
            magnet.step(step)
        return step

    def _phasor(self) -> complex:
        field = self.magnet.field
        if self._on_rod is not None:
            try:
                self._moment_a_m2 = self._materials[self._on_rod].moment_a_m2(field)
                self._refusal = None
            except MaterialRangeError as refusal:
                # The magnet must stay usable: the refusal is raised where the signal is asked for.
                self._refusal = refusal
        return self._path.phasor(self._moment_a_m2, field, self._time_s)

    def voltage_of(self, name: str) -> VoltageSource:
        """Get terminals by name; errors as for `Surroundings.voltage_of`."""
        return self.surroundings.voltage_of(name)

    def _vibration_changed(self) -> None:
        """The generator drives otherwise: signal, its frequency and the reference follow."""
        self._path.vibration_changed()
        self._lockins.vibration_changed(self._phasor())

    def _moved(self) -> None:
        """The head stands elsewhere."""
        self._path.moved(self.positioner.shift_m)
        self._lockins.jump(self._phasor())

    def _moment_per_field_m3(self) -> float:
        """dm/dH of the sample on the rod; taken as zero unless its material is linear."""
        name = self._on_rod
        if name is None or not isinstance(self.spec.samples[name], LinearTable):
            return 0.0
        return self._materials[name].moment_a_m2(1.0)

    def _load_kg(self) -> float:
        return self._tube_loads.load_kg(self.operator.tube_now, self.magnet.field)

    def _exchanged(self) -> None:
        """Something was put on or taken off: a sample leaves the field (its history goes on at H = 0), another enters."""
        name = self.operator.sample_now
        if name != self._on_rod:
            if self._on_rod is not None:
                self._materials[self._on_rod].moment_a_m2(0.0)
            self._on_rod, self._moment_a_m2, self._refusal = name, 0.0, None
            self._viscous = None
            if name is not None:
                entering = self._materials[name]
                entering.moment_a_m2(0.0)  # until now it lay outside the field
                self._viscous = entering if isinstance(entering, Viscous) else None
            self._path.mounted(name)
        self._lockins.jump(self._phasor())
        self.balance.jump(self._load_kg(), self._time_s)
