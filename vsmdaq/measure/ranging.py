"""Which range of the lock-in fits a signal. Pure."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["next_range", "range_for"]

FULL_SHARE = 0.9
"""A signal above this share of full scale moves the range up; SR830 manual: outputs overload at 1.09."""

LOW_SHARE = 0.45
"""A signal below this share of the next lower range moves down; apart from FULL_SHARE, so ranges do not chatter."""


def range_for(signal_v_rms: float, present_v_rms: float, ranges_v_rms: Sequence[float]) -> float:
    """Full scale (V rms) for a signal, given the present one and the ascending ranges that there are."""
    if signal_v_rms <= FULL_SHARE * present_v_rms:
        lower = [r for r in ranges_v_rms if r < present_v_rms and signal_v_rms < LOW_SHARE * r]
        return min(lower, default=present_v_rms)
    higher = [r for r in ranges_v_rms if signal_v_rms <= FULL_SHARE * r]
    return min(higher, default=ranges_v_rms[-1])


def next_range(present_v_rms: float, ranges_v_rms: Sequence[float]) -> float:
    """The next wider full scale (V rms); the widest stays."""
    return min((r for r in ranges_v_rms if r > present_v_rms), default=ranges_v_rms[-1])
