"""Lock-in input: demodulated signal through the output filter, coloured noise, ripple at 2f."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable
from operator import attrgetter

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.world.cascade import Cascade, CascadeNoise
from vsmdaq_sim.world.draws import Normals
from vsmdaq_sim.world.effects.disturbances import UNDISTURBED, Disturbances
from vsmdaq_sim.world.effects.mains import Tones
from vsmdaq_sim.world.errors import WorldError
from vsmdaq_sim.world.mixing import Mixer
from vsmdaq_sim.world.sampling import Sampling

__all__ = ["LockInInput"]

_MOST_POLES = 4
_MEMORY = 60.0  # time constants after which an input is forgotten: exp(-60)
_CRUMB_S = 1e-9  # rounding of the clock; no filter notices it


class LockInInput:
    """What the detector of a lock-in sees, as ``X + iY`` in V rms.

    The input phasor Z(t) is piecewise linear between the steps that the world takes; the RC poles answer it exactly. The
    noise has its own state in the same poles, so that it has the filter's true autocorrelation, and is drawn at a
    reading over the time since the last. A change of the filter keeps what the stages hold: settling starts again from
    the present outputs.

    The synchronous filter (a mean over one period T) is one more pole of T/2 behind the others: it has the mean's delay and
    its noise bandwidth 1/(2T), and takes the ripple away.

    At a harmonic of the reference the signal's own harmonic comes to rest, and the fundamental leaves ripples at sum and
    difference of the frequencies; with an oscillator of the lock-in's own nothing comes to rest. Other harmonics are left out.

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
    harmonic_phasor : callable
        ``harmonic_phasor(n)``: the signal's n-th harmonic at the world's own time, V rms.
    disturbances : Disturbances, optional
        What else is at the input.
    """

    __slots__ = (
        "_advance", "_cascade", "_clock", "_density", "_disturbances", "_frequency_hz", "_harmonic_phasor", "_held_s",
        "_internal_hz", "_mixer", "_noise", "_phase", "_poles", "_reference_on", "_refusal", "_samplings",
        "_still", "_synchronous", "_tau_s", "_time_s", "_tones", "_white_density", "harmonic", "phasor",
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
        harmonic_phasor: Callable[[int], complex],
        disturbances: Disturbances = UNDISTURBED,
    ) -> None:
        self._frequency_hz = frequency_hz
        self._white_density = noise_v_per_sqrt_hz
        self._density = disturbances.density(noise_v_per_sqrt_hz, frequency_hz)
        self._harmonic_phasor, self._disturbances = harmonic_phasor, disturbances
        self._tones: Tones | None = None
        self._still = 0.0 + 0.0j  # what comes to rest behind the multiplier
        self._clock = clock
        self._advance = advance
        self._refusal = refusal
        self._reference_on = True
        self._phase, self._held_s = 1.0 + 0.0j, 0.0
        self.phasor = 0.0 + 0.0j
        """Input phasor (V rms) at the world's own time."""
        self.harmonic = 1
        """Number of the harmonic of the reference that is detected."""
        self._internal_hz: float | None = None
        self._samplings: tuple[Sampling, ...] = ()
        self._time_s = clock.now()  # kept up only while samples are taken
        self._cascade, self._noise = Cascade(), CascadeNoise(normals, clock.now())
        self._configure(0.1, 1, synchronous=False)
        self._noise.begin(self._cascade.taus, self._density)

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
        self._draw_noise(self._clock.now())
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

    def set_frequency(self, frequency_hz: float) -> None:
        """Change the frequency of signal and reference (Hz), at the world's own time."""
        if frequency_hz == self._frequency_hz:
            return
        self._flush()
        self._draw_noise(self._clock.now())
        self._frequency_hz = frequency_hz
        self._configure(self._tau_s, self._poles, synchronous=self._synchronous)

    def input_peak_v(self) -> float:
        """Get the peak of the voltage at the input, V."""
        self._advance()
        return math.sqrt(2.0) * abs(self.phasor) + self._disturbances.mains_peak_v

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
        if self._held_s != 0.0:
            self._flush()
        value = self._output(self._clock.now())
        return value.real, value.imag

    def _output(self, time_s: float) -> complex:
        """X + iY of the time up to which the signal was followed; draws the noise since the last."""
        self._draw_noise(time_s)
        value = self._cascade.output + self._noise.output
        if not self._synchronous:
            value += self._mixer.ripple(self.phasor, self._still, time_s)
        if self._tones is not None:
            value += self._tones.output(time_s)
        if self._disturbances.rattle_v_rms is not None:
            value += self._disturbances.rattle_v_rms(self._cascade.taus, time_s, self.harmonic)
        return value * self._phase

    def set_detection(self, harmonic: int, internal_hz: float | None) -> None:
        """Set what is multiplied with: a harmonic of the reference, or of an oscillator (Hz) that knows nothing of it."""
        self._advance()
        self._flush()
        self._draw_noise(self._clock.now())
        self.harmonic, self._internal_hz = harmonic, internal_hz
        self._configure(self._tau_s, self._poles, synchronous=self._synchronous)
        self._still = self._at_rest(self.phasor)

    def first_stage_peak_v(self) -> float:
        """Get the largest voltage behind the first pole of the output filter: the signal and its ripple, V rms at the input."""
        self._advance()
        self._flush()
        tones = 0.0 if self._tones is None else self._tones.first_stage_peak_v()
        return self._cascade.first_size + self._mixer.first_stage_ripple(self.phasor) + tones

    def sample(self, first_s: float, interval_s: float, most: int | None, keep: int) -> Sampling:
        """Begin to take X and Y at fixed instants (see `Sampling`), the first of them not before now."""
        self._advance()
        if not self._samplings:
            self._time_s = self._clock.now()
        sampling = Sampling(self._advance, max(first_s, self._clock.now()), interval_s, most, keep)
        self._samplings = (*(other for other in self._samplings if other.next_s < math.inf), sampling)
        return sampling

    def stop_sampling(self) -> None:
        """End all that `sample` began."""
        for sampling in self._samplings:
            sampling.stop()
        self._samplings = ()

    # Below: for the world.

    def hold(self, duration_s: float) -> None:
        """Let time pass with a constant input; costs nothing before it is looked at."""
        if self._samplings:
            duration_s = self._pass_samples(self.phasor, self._still, duration_s)
        self._held_s += duration_s

    def _pass_samples(self, phasor: complex, still: complex, duration_s: float) -> float:
        """Stop at each sample on the straight way to `phasor`; returns what is left of the time."""
        end_s = self._time_s + duration_s
        slope = still_slope = 0.0j
        if duration_s > _CRUMB_S:
            slope, still_slope = (phasor - self.phasor) / duration_s, (still - self._still) / duration_s
        resting = slope == 0.0j and still_slope == 0.0j
        if resting:
            for sampling in self._samplings:
                sampling.skip_to(end_s)
        while True:
            sampling = min(self._samplings, key=attrgetter("next_s"))
            if sampling.next_s > end_s + _CRUMB_S:
                break
            step_s = sampling.next_s - self._time_s
            if resting:
                self._held_s += max(step_s, 0.0)
                self._flush()
            elif step_s > 0.0:
                self._line(self.phasor + slope * step_s, self._still + still_slope * step_s, step_s)
            self._time_s = max(sampling.next_s, self._time_s)
            value = self._output(self._time_s)
            sampling.add(value.real, value.imag, self._refusal())
        self._samplings = tuple(sampling for sampling in self._samplings if sampling.next_s < math.inf)
        left_s, self._time_s = max(end_s - self._time_s, 0.0), max(end_s, self._time_s)
        return left_s

    def jump(self, phasor: complex) -> None:
        """Change the input at once."""
        self._flush()
        self.phasor = phasor
        self._still = self._at_rest(phasor)

    @property
    def memory_s(self) -> float:
        """How far back the input matters to anything that is read from now on, s; inf while samples are taken."""
        sampled = any(sampling.next_s < math.inf for sampling in self._samplings)
        return math.inf if sampled else _MEMORY * sum(self._cascade.taus)

    def follow(self, phasor: complex, duration_s: float) -> None:
        """Let the input go on a straight line to `phasor` within `duration_s`."""
        if self._mixer.coherent and not self._samplings and duration_s > _CRUMB_S:  # nearly always
            if self._held_s:
                self._flush()
            self._cascade.line(self.phasor, phasor, duration_s)
            self.phasor = self._still = phasor
            return
        still = self._at_rest(phasor)
        if self._samplings:
            duration_s = self._pass_samples(phasor, still, duration_s)
        if duration_s > _CRUMB_S:
            self._line(phasor, still, duration_s)
        else:
            self.jump(phasor)

    def _at_rest(self, phasor: complex) -> complex:
        if self._mixer.coherent:
            return phasor
        return self._harmonic_phasor(self.harmonic) if self._internal_hz is None else 0.0j

    def _line(self, phasor: complex, still: complex, duration_s: float) -> None:
        if not self._mixer.coherent and still == self._still:
            self.phasor = phasor
            self._held_s += duration_s
            return
        if self._held_s:
            self._flush()
        self._cascade.line(self._still, still, duration_s)
        self.phasor, self._still = phasor, still

    def _flush(self) -> None:
        if self._held_s != 0.0:
            self._cascade.hold(self._still, self._held_s)
            self._held_s = 0.0

    def _draw_noise(self, until_s: float) -> None:
        self._noise.draw(until_s, self._cascade.taus, self._density)

    def _configure(self, tau_s: float, poles: int, *, synchronous: bool) -> None:
        self._tau_s, self._poles, self._synchronous = tau_s, poles, synchronous
        taus_s = (tau_s,) * poles + ((0.5 / self._frequency_hz,) if synchronous else ())
        self._mixer = Mixer(self._frequency_hz, self.harmonic, self._internal_hz, tau_s, poles)
        detected_hz = self.harmonic * (self._frequency_hz if self._internal_hz is None else self._internal_hz)
        self._density = self._disturbances.density(self._white_density, detected_hz)
        before, self._tones = self._tones, self._disturbances.tones(detected_hz, taus_s)
        if before is not None:  # the poles hold the tones too, which are kept apart
            self._cascade.add(before.stages(self._clock.now()), 1.0)
        self._cascade.change(taus_s)
        self._noise.change(len(taus_s))
        if before is not None and self._tones is not None:
            self._cascade.add(self._tones.stages(self._clock.now()), -1.0)
