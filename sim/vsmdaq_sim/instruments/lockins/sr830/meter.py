"""What the SR830 measures, and the overloads that it notices doing so.

The output is overloaded beyond 1.09 of full scale after offset and expand, the input beyond full scale by the reserve, the filter
where signal and ripple behind its first pole are five times what the output takes (assumed; the manual only says that it can be).
"""

from __future__ import annotations

from vsmdaq_sim.instruments.common.ports import LockInPart
from vsmdaq_sim.instruments.lockins.sr830.input import InputSettings
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.status import LockInStatusRegisters
from vsmdaq_sim.instruments.lockins.sr830.tables import OUTPUT_LIMIT, input_limit_v_peak

__all__ = ["Meter"]

_INPUT, _FILTER, _OUTPUT, _UNLOCKED = 0, 1, 2, 3
_FILTER_HEADROOM = 5.0


class Meter:
    """X and Y, and the bits of the lock-in status that come with them.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    settings : Settings
        The instrument's.
    front : InputSettings
        Its input.
    status : LockInStatusRegisters
        Where overloads are latched.
    output_bits : int or None
        X and Y come in steps of full scale / 2**(bits - 1): the resolution belongs to the range, and so to the instrument.
    """

    def __init__(
        self,
        lockin: LockInPart,
        settings: Settings,
        front: InputSettings,
        status: LockInStatusRegisters,
        output_bits: int | None = None,
    ) -> None:
        if output_bits is not None and (type(output_bits) is not int or output_bits not in range(4, 33)):
            raise ValueError(f"output_bits: given {output_bits!r}; allowed: a whole number from 4 to 32")
        self._step_share = None if output_bits is None else 2.0 ** (1 - output_bits)
        self._lockin = lockin
        self._settings = settings
        self._front = front
        self._status = status

    def measure(self) -> tuple[float, float, float, float]:
        """X, Y (V rms, of one instant, not clipped), full scale (V rms) and reference frequency (Hz)."""
        lockin, front, index = self._lockin, self._front, self._settings.index
        x_v_rms, y_v_rms = self.stepped(*lockin.read())
        full_scale_v_rms = front.full_scale_v_rms
        front.check_range()
        self.latch_output(x_v_rms, y_v_rms)
        if lockin.input_peak_v() > input_limit_v_peak(full_scale_v_rms, index["RMOD"]):
            self._status.latch_lia(_INPUT)
        if lockin.first_stage_peak_v() > _FILTER_HEADROOM * OUTPUT_LIMIT * full_scale_v_rms:
            self._status.latch_lia(_FILTER)
        frequency_hz = front.frequency_hz()
        if not frequency_hz and not index["FMOD"]:
            self._status.latch_lia(_UNLOCKED)
        return x_v_rms, y_v_rms, full_scale_v_rms, frequency_hz

    def stepped(self, x_v_rms: float, y_v_rms: float) -> tuple[float, float]:
        """X and Y in the steps of the range."""
        if self._step_share is None:
            return x_v_rms, y_v_rms
        step = self._front.full_scale_v_rms * self._step_share
        return step * round(x_v_rms / step), step * round(y_v_rms / step)

    def watch(self) -> None:
        """Look for overloads."""
        self.measure()

    def latch_output(self, x_v_rms: float, y_v_rms: float) -> None:
        """Look whether these overload an output."""
        full_scale = self._front.full_scale_v_rms
        offsets, expands = self._settings.offset_percent, self._settings.expand
        if not (offsets[0] or offsets[1] or expands[0] or expands[1]):  # nearly always
            if max(abs(x_v_rms), abs(y_v_rms)) / full_scale > OUTPUT_LIMIT:
                self._status.latch_lia(_OUTPUT)
            return
        for value, offset, expand in zip((x_v_rms, y_v_rms), offsets, expands, strict=False):
            share = value / full_scale
            if abs(share) > OUTPUT_LIMIT or abs(share - offset / 100.0) * 10.0**expand > OUTPUT_LIMIT:
                self._status.latch_lia(_OUTPUT)
