"""The lock-ins at the pick-up coils: all see the same signal, each through its own filter, phase and noise."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.detector import LockInInput
from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.effects.disturbances import Disturbances
from vsmdaq_sim.world.effects.loose import Rattle
from vsmdaq_sim.world.errors import WorldError
from vsmdaq_sim.world.load import WorldSpec
from vsmdaq_sim.world.vibrator import Vibrator

__all__ = ["LockIns", "Signal"]


class Signal(Protocol):
    """What there is to detect, at the world's own time."""

    def harmonic_phasor(self, harmonic: int) -> complex:
        """Get the n-th harmonic of the whole signal, V rms."""
        ...

    def sample_phasor(self, harmonic: int) -> complex:
        """Get the sample's own part of it, V rms."""
        ...

    def refusal(self) -> WorldError | None:
        """Get the error with which the sample refuses to have a moment now."""
        ...


class LockIns:
    """All detectors, by the role that the lock-in plays; one is made when it is first asked for.

    Parameters
    ----------
    spec : WorldSpec
        The world file.
    vibrator : Vibrator
        Gives frequency and reference.
    signal : Signal
        What there is to detect.
    clock : VirtualClock
        Of the world.
    normals : callable
        Deviates of a noise source by its name.
    advance : callable
        Brings the world to the present.
    """

    __slots__ = ("_advance", "_all", "_clock", "_made", "_normals", "_signal", "_spec", "_vibrator")

    def __init__(
        self,
        spec: WorldSpec,
        vibrator: Vibrator,
        signal: Signal,
        *,
        clock: VirtualClock,
        normals: Callable[[str], Normals],
        advance: Callable[[], None],
    ) -> None:
        self._spec = spec
        self._vibrator = vibrator
        self._signal = signal
        self._clock = clock
        self._normals = normals
        self._advance = advance
        self._made: dict[str, LockInInput] = {}
        self._all: tuple[LockInInput, ...] = ()

    def of(self, role: str) -> LockInInput:
        """Get the detector of the lock-in that plays `role`."""
        if role not in self._made:
            self._advance()
            made = LockInInput(
                frequency_hz=self._vibrator.frequency_hz,
                noise_v_per_sqrt_hz=self._spec.signal.noise_v_per_sqrt_hz,
                clock=self._clock,
                normals=self._normals(role),
                advance=self._advance,
                refusal=self._signal.refusal,
                harmonic_phasor=self._signal.harmonic_phasor,
                disturbances=self._disturbances(role),
            )
            made.set_reference(self._vibrator.reference_on)
            made.jump(self._signal.harmonic_phasor(1))
            self._made[role] = made
            self._all = tuple(self._made.values())
        return self._made[role]

    def _disturbances(self, role: str) -> Disturbances:
        effects, corner_hz = self._spec.effects, self._spec.signal.noise_corner_hz
        if effects.loose is None or effects.loose.rattle_per_sqrt_hz == 0.0:
            return Disturbances(effects.mains, corner_hz)
        rattle = Rattle(effects.loose.rattle_per_sqrt_hz, self._normals(f"rattle {role}"))

        def rattle_v_rms(taus_s: tuple[float, ...], time_s: float, harmonic: int) -> complex:
            return self._signal.sample_phasor(harmonic) * rattle.filtered(taus_s, time_s)

        return Disturbances(effects.mains, corner_hz, rattle_v_rms)

    # Below: for the world.

    @property
    def memory_s(self) -> float:
        """How far back the signal matters to anything that is read from now on, s."""
        return max(lockin.memory_s for lockin in self._all)

    def jump(self, phasor: complex) -> None:
        """Change the signal at once."""
        for lockin in self._all:
            lockin.jump(phasor)

    def follow(self, phasor: complex, duration_s: float) -> None:
        """Let the signal go on a straight line to `phasor` within `duration_s`."""
        for lockin in self._all:
            lockin.follow(phasor, duration_s)

    def hold(self, duration_s: float) -> None:
        """Let time pass with a constant signal."""
        for lockin in self._all:
            lockin.hold(duration_s)

    def vibration_changed(self, phasor: complex) -> None:
        """Take frequency and reference as they are now; the signal is another."""
        for lockin in self._all:
            lockin.set_frequency(self._vibrator.frequency_hz)
            lockin.set_reference(self._vibrator.reference_on)
            lockin.jump(phasor)
