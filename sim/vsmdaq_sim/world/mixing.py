"""What a lock-in's multiplier makes of a sine: something that stands still, or ripples."""

from __future__ import annotations

import cmath
import math

__all__ = ["Mixer"]


class Mixer:
    """Multiplication with ``sqrt2 sin`` and ``sqrt2 cos`` of the detection frequency, and what the RC poles leave of it.

    ``sqrt2 |Z| sin(wt + arg Z)`` becomes ``Z exp(i(w-v)t) - conj(Z) exp(-i(w+v)t)`` at the detection frequency v. The first
    term stands still where v = w; whatever moves is taken as in its steady state.

    Parameters
    ----------
    signal_hz : float
        Frequency of the signal, which is the reference's.
    harmonic : int
        Number of the harmonic that is detected.
    internal_hz : float or None
        Frequency of an oscillator that is taken instead of the reference.
    tau_s, poles : float, int
        Of the output filter.
    """

    __slots__ = (
        "_difference_hz",
        "_first_passed",
        "_own_hz",
        "_own_passed",
        "_passed",
        "_sum_hz",
        "_sum_passed",
        "coherent",
    )

    def __init__(self, signal_hz: float, harmonic: int, internal_hz: float | None, tau_s: float, poles: int) -> None:
        detected_hz = harmonic * (signal_hz if internal_hz is None else internal_hz)
        self._sum_hz, self._difference_hz = signal_hz + detected_hz, signal_hz - detected_hz
        self.coherent = harmonic == 1 and internal_hz is None
        """The signal itself stands still behind the multiplier."""
        omega_tau = 2.0 * math.pi * tau_s
        self._sum_passed = complex(1.0, -omega_tau * self._sum_hz) ** -poles
        self._passed = complex(1.0, omega_tau * self._difference_hz) ** -poles
        self._own_hz = 2.0 * detected_hz
        self._own_passed = complex(1.0, -omega_tau * self._own_hz) ** -poles
        self._first_passed = 1.0 / abs(complex(1.0, omega_tau * self._sum_hz))
        if not self.coherent:
            self._first_passed += 1.0 / abs(complex(1.0, omega_tau * self._difference_hz))

    def ripple(self, phasor: complex, still: complex, time_s: float) -> complex:
        """What moves, behind the filter: of the fundamental, and of its harmonic that comes to rest itself (`still`)."""
        value = -phasor.conjugate() * _turn(-self._sum_hz * time_s) * self._sum_passed
        if not self.coherent:
            value += phasor * _turn(self._difference_hz * time_s) * self._passed
            value -= still.conjugate() * _turn(-self._own_hz * time_s) * self._own_passed
        return value

    def first_stage_ripple(self, phasor: complex) -> float:
        """Largest sum of what moves, behind the first pole."""
        return abs(phasor) * self._first_passed


def _turn(turns: float) -> complex:
    return cmath.rect(1.0, 2.0 * math.pi * math.fmod(turns, 1.0))
