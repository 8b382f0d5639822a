"""Lock-in input: demodulated signal through the output filter, coloured noise, ripple at 2f."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from operator import mul

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.errors import WorldError
from vsmdaq_sim.world.filters import noise_step, stationary_covariance, transition

__all__ = ["LockInInput"]

_MOST_POLES = 4


class LockInInput:
    """What the detector of a lock-in sees, as ``X + iY`` in V rms.

    The input phasor Z(t) is piecewise linear between the steps that the world takes; the RC poles answer it exactly. The
    noise has its own state in the same poles, so that it has the filter's true autocorrelation, and is drawn at a
    reading over the time since the last. A change of the filter keeps what the stages hold: settling starts again from
    the present outputs.

    The synchronous filter (a mean over one period T) is one more pole of T/2 behind the others: it has the mean's delay and
    its noise bandwidth 1/(2T), and takes the ripple away.

    Parameters
    ----------
    frequency_hz : float
        Reference frequency.
    noise_v_per_sqrt_hz : float
        White noise at the input, one-sided density per quadrature.
    clock : VirtualClock
        Of the world.
    normals : Normals
        Deviates of this noise source.
    advance : callable
        Brings the world to the present.
    refusal : callable
        Returns the error with which the sample refuses to have a moment now, or None.
    """

    __slots__ = (
        "_advance", "_clock", "_delays", "_density", "_frequency_hz", "_held_s", "_noise", "_noise_time_s", "_normals",
        "_phase", "_poles", "_reference_on", "_refusal", "_ripple", "_stages", "_synchronous", "_tau_s", "_taus", "phasor",
    )  # fmt: skip

    def __init__(
        self,
        *,
        frequency_hz: float,
        noise_v_per_sqrt_hz: float,
        clock: VirtualClock,
        normals: Normals,
        advance: Callable[[], None],
        refusal: Callable[[], WorldError | None],
    ) -> None:
        self._frequency_hz = frequency_hz
        self._density = noise_v_per_sqrt_hz
        self._clock = clock
        self._normals = normals
        self._advance = advance
        self._refusal = refusal
        self._reference_on = True
        self._phase = 1.0 + 0.0j
        self._held_s = 0.0
        self.phasor = 0.0 + 0.0j
        """Input phasor (V rms) at the world's own time."""
        self._noise_time_s = clock.now()
        self._taus: tuple[float, ...] = ()
        self._stages: list[complex] = []
        self._noise: list[complex] = []
        self._configure(0.1, 1, synchronous=False)
        spread = self._density * math.sqrt(float(stationary_covariance(self._taus)[0, 0]))
        self._noise = [spread * complex(normals.next(), normals.next())]

    def set_filter(self, time_constant_s: float, poles: int, synchronous: bool) -> None:  # noqa: FBT001
        """Set the output filter: `poles` RC stages of `time_constant_s`, with or without the synchronous filter.

        Raises
        ------
        ValueError
            For a time constant that is not positive and finite, or poles outside 1 to 4.
        """
        if not 0.0 < time_constant_s < math.inf or poles not in range(1, _MOST_POLES + 1):
            raise ValueError(
                f"filter of {poles!r} poles, {time_constant_s!r} s was asked for; allowed: 1 to {_MOST_POLES}, > 0 s"
            )
        self._advance()
        self._flush()
        self._draw_noise()
        self._configure(time_constant_s, poles, synchronous=synchronous)

    def set_phase_deg(self, phase_deg: float) -> None:
        """Set the reference phase shift (degree): X + iY is turned back by it."""
        self._phase = cmath.rect(1.0, -math.radians(phase_deg))

    def set_reference(self, on: bool) -> None:  # noqa: FBT001
        """Take the reference signal away, or give it back."""
        self._reference_on = on

    def reference_frequency_hz(self) -> float | None:
        """Get the reference frequency, Hz; None without reference signal."""
        return self._frequency_hz if self._reference_on else None

    def input_peak_v(self) -> float:
        """Get the peak of the voltage at the input, V."""
        self._advance()
        return math.sqrt(2.0) * abs(self.phasor)

    def read(self) -> tuple[float, float]:
        """Measure X and Y of this instant, V rms.

        Raises
        ------
        MaterialRangeError
            While the field is beyond what is known of the sample.
        """
        self._advance()
        refused = self._refusal()
        if refused is not None:
            raise refused
        self._flush()
        self._draw_noise()
        value = self._stages[-1] + self._noise[-1]
        if not self._synchronous:
            # sqrt2 |Z| sin(wt + arg Z) times sqrt2 sin(wt), sqrt2 cos(wt): Z - conj(Z) exp(-2iwt)
            angle = -4.0 * math.pi * math.fmod(self._frequency_hz * self._clock.now(), 1.0)
            value -= self.phasor.conjugate() * cmath.rect(1.0, angle) * self._ripple
        value *= self._phase
        return value.real, value.imag

    # Below: for the world.

    def hold(self, duration_s: float) -> None:
        """Let time pass with a constant input; costs nothing before it is looked at."""
        self._held_s += duration_s

    def jump(self, phasor: complex) -> None:
        """Change the input at once."""
        self._flush()
        self.phasor = phasor

    def follow(self, phasor: complex, duration_s: float) -> None:
        """Let the input go on a straight line to `phasor` within `duration_s`."""
        if self._held_s:
            self._flush()
        slope = (phasor - self.phasor) / duration_s
        start, stages = self.phasor, self._stages
        rows = transition(self._taus, round(duration_s * 1e9))
        away = [y - start + slope * delay for y, delay in zip(stages, self._delays, strict=True)]
        # a row of the lower triangle ends before `away` does: map stops there
        self._stages = [
            sum(map(mul, row, away), phasor - slope * delay) for row, delay in zip(rows, self._delays, strict=True)
        ]
        self.phasor = phasor

    def _flush(self) -> None:
        if self._held_s == 0.0:
            return
        rows = transition(self._taus, round(self._held_s * 1e9))
        self._held_s = 0.0
        target = self.phasor
        away = [y - target for y in self._stages]
        self._stages = [sum(map(mul, row, away), target) for row in rows]

    def _draw_noise(self) -> None:
        now = self._clock.now()
        duration_ns = round((now - self._noise_time_s) * 1e9)
        if duration_ns == 0:
            return
        self._noise_time_s = now
        if self._density == 0.0:
            return
        fresh, density = self._normals.next, self._density
        mixed: list[complex] = []
        for state in self._noise:
            mixed += (state, density * complex(fresh(), fresh()))
        self._noise = [sum(map(mul, row, mixed), 0.0j) for row in noise_step(self._taus, duration_ns)]

    def _configure(self, tau_s: float, poles: int, *, synchronous: bool) -> None:
        self._tau_s, self._poles, self._synchronous = tau_s, poles, synchronous
        self._taus = (tau_s,) * poles + ((0.5 / self._frequency_hz,) if synchronous else ())
        self._delays = [sum(self._taus[: k + 1]) for k in range(len(self._taus))]
        self._ripple = complex(1.0, -4.0 * math.pi * self._frequency_hz * tau_s) ** -poles
        for states in (self._stages, self._noise):
            last = states[-1] if states else 0.0 + 0.0j
            del states[len(self._taus) :]
            states.extend([last] * (len(self._taus) - len(states)))
