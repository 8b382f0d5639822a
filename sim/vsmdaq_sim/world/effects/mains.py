"""Pick-up of the mains: what a lock-in makes of tones that are not its reference.

``sqrt2 V sin(wt + phi)`` multiplied with ``sqrt2 sin(vt)`` and ``sqrt2 cos(vt)`` of the detection frequency v is
``V exp(i((w-v)t + phi)) - V exp(-i((w+v)t + phi))``: a beat at the difference and one at the sum of the frequencies. Behind the
poles each is itself times the product of ``1/(1 + i rate tau)``: a tone has no beginning, so that this is exact at once.
"""

from __future__ import annotations

import cmath
import math

from vsmdaq_sim.world.effects.tables import MainsTable

__all__ = ["Tones"]


class Tones:
    """The 1st, 3rd, 5th, ... harmonic of the mains behind the multiplier and the poles of a lock-in.

    Parameters
    ----------
    table : MainsTable
        What the world file says.
    detected_hz : float
        Detection frequency.
    taus_s : tuple of float
        Time constants of the poles.
    """

    __slots__ = ("_beats",)

    def __init__(self, table: MainsTable, detected_hz: float, taus_s: tuple[float, ...]) -> None:
        phases = table.phases_deg or [0.0] * len(table.amplitudes_v_rms)
        beats: list[tuple[float, tuple[complex, ...]]] = []
        for i, (volts, phase_deg) in enumerate(zip(table.amplitudes_v_rms, phases, strict=True)):
            mains_hz = (2 * i + 1) * table.frequency_hz
            start = cmath.rect(volts, math.radians(phase_deg))
            for rate_hz, amplitude in (
                (mains_hz - detected_hz, start),
                (-mains_hz - detected_hz, -start.conjugate()),
            ):
                passed: list[complex] = []
                for tau in taus_s:
                    amplitude = amplitude / complex(1.0, 2.0 * math.pi * rate_hz * tau)  # noqa: PLW2901 - pole by pole
                    passed.append(amplitude)
                beats.append((rate_hz, tuple(passed)))
        self._beats = tuple(beats)

    def stages(self, time_s: float) -> list[complex]:
        """Get the tones behind each pole at a time."""
        turns = [cmath.rect(1.0, 2.0 * math.pi * math.fmod(rate_hz * time_s, 1.0)) for rate_hz, _ in self._beats]
        return [
            sum((turn * value for turn, value in zip(turns, values, strict=True)), 0.0j)
            for values in zip(*(passed for _, passed in self._beats), strict=True)
        ]

    def output(self, time_s: float) -> complex:
        """Get the tones behind the last pole at a time."""
        return sum(
            (
                cmath.rect(1.0, 2.0 * math.pi * math.fmod(rate_hz * time_s, 1.0)) * passed[-1]
                for rate_hz, passed in self._beats
            ),
            0.0j,
        )

    def first_stage_peak_v(self) -> float:
        """Get the largest sum behind the first pole, V."""
        return sum(abs(passed[0]) for _, passed in self._beats)
