"""From a vibrating moment to what a lock-in reads, and back.

    V(t) = 2 pi f C m a sin(2 pi f t)        a: peak amplitude, C = dB/dI along the vibration

A lock-in reports the rms value of the fundamental: X = sqrt(2) pi f C m a. The factor sqrt(2) stands here and nowhere else.
"""

from __future__ import annotations

import math

from vsmdaq.physics._values import Values

__all__ = ["coupling_from_signal", "moment_from_signal", "signal_per_moment_v_rms"]


def signal_per_moment_v_rms(frequency_hz: float, coupling_h_per_m3: float, amplitude_m: float) -> float:
    """Lock-in reading per moment, V rms/(A m2).

    Parameters
    ----------
    frequency_hz : float
        Vibration frequency, Hz.
    coupling_h_per_m3 : float
        Coupling constant C of the coils, effective at this amplitude and place, H/m3; its sign is that of the winding.
    amplitude_m : float
        Peak amplitude (half of peak to peak), m.
    """
    return math.sqrt(2.0) * math.pi * frequency_hz * coupling_h_per_m3 * amplitude_m


def moment_from_signal(
    signal_v_rms: Values, frequency_hz: float, coupling_h_per_m3: float, amplitude_m: float
) -> Values:
    """Moment (A m2) that gives the in-phase reading `signal_v_rms` (V rms); other arguments as above.

    Raises
    ------
    ZeroDivisionError
        Frequency, coupling or amplitude is zero: no reading says anything about the moment.
    """
    return signal_v_rms / signal_per_moment_v_rms(frequency_hz, coupling_h_per_m3, amplitude_m)


def coupling_from_signal(signal_v_rms: Values, frequency_hz: float, moment_a_m2: float, amplitude_m: float) -> Values:
    """Coupling constant C (H/m3) from the reading (V rms) of a known moment (A m2); amplitude is peak, m.

    Raises
    ------
    ZeroDivisionError
        Frequency, moment or amplitude is zero.
    """
    return signal_v_rms / signal_per_moment_v_rms(frequency_hz, moment_a_m2, amplitude_m)
