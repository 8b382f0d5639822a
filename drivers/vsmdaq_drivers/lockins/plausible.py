"""A reading of a lock-in that contradicts itself is none: R against X and Y, the frequency against the one before.

R is asked for in the same message as X and Y, so it costs nothing but its digits. What it does not see: the sign of X and Y, and
an error d of X with ``d (X + d/2)`` below R times the tolerance (and so for Y): of a component that is nearly zero, up to 2 % of full
scale. The frequency is asked for a second time only where it differs from the last by more than 0.1 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_drivers.contracts import ReplyError

__all__ = ["SelfCheck"]

_DIGITS = 2e-5  # six digits of each of the three numbers
_STEPS = 1.5e-4  # of full scale: steps of 16 bits of each of the three numbers
_CLIPPED = (1.05, 1.15)  # of full scale: outputs are clipped near 1.09, and the status tells of the overload
_SAME_FREQUENCY = 1e-3


class SelfCheck:
    """Compares what a lock-in says with what else it says.

    Parameters
    ----------
    instrument : str
        For messages.
    full_scale_v_rms, frequency_hz : callable
        Ask for the range (V rms) and the frequency (Hz); called only where something does not agree.
    """

    def __init__(
        self, instrument: str, full_scale_v_rms: Callable[[], float], frequency_hz: Callable[[], float]
    ) -> None:
        self._instrument = instrument
        self._ask_full_scale_v_rms = full_scale_v_rms
        self._ask_frequency_hz = frequency_hz
        self._last_hz: float | None = None

    def magnitude(self, x_v_rms: float, y_v_rms: float, r_v_rms: float, *, command: str, reply: str) -> None:
        """Compare R with X and Y of one instant (V rms).

        Raises
        ------
        ReplyError
            They differ by more than digits and steps of the range explain.
        """
        expected_v_rms = math.hypot(x_v_rms, y_v_rms)
        apart = abs(r_v_rms - expected_v_rms)
        if apart <= _DIGITS * expected_v_rms:
            return
        full_scale_v_rms = self._ask_full_scale_v_rms()
        lowest, highest = (share * full_scale_v_rms for share in _CLIPPED)
        clipped = lowest < max(abs(x_v_rms), abs(y_v_rms), r_v_rms) < highest
        if not clipped and apart > _STEPS * full_scale_v_rms:
            expected = f"R near hypot(X, Y) = {expected_v_rms:.6g}"
            raise ReplyError(command, reply, expected, instrument=self._instrument)

    def frequency(self, found_hz: float, *, command: str, reply: str) -> None:
        """Take the frequency of a reading (Hz); where it is a new one, it is asked for once more.

        Raises
        ------
        ReplyError
            The second answer is another one.
        """
        if self._last_hz is not None and not _same(found_hz, self._last_hz):
            confirmed_hz = self._ask_frequency_hz()
            if not _same(found_hz, confirmed_hz):
                expected = f"the frequency that is answered then, {confirmed_hz:g} Hz"
                raise ReplyError(command, reply, expected, instrument=self._instrument)
        self._last_hz = found_hz


def _same(one_hz: float, other_hz: float) -> bool:
    return abs(one_hz - other_hz) <= _SAME_FREQUENCY * max(abs(one_hz), abs(other_hz))
