"""The vibrator: runs by itself as the world file says, or follows a generator where there is a table ``[vibrator]``.

A generator is a voltage behind a resistance. What drives the vibrator is the voltage at its terminals, whatever load the
generator has been told of. The amplitude follows at once; the mechanics' own settling and resonance are not modelled.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from vsmdaq_sim.world.schema import VibrationTable

__all__ = ["Vibrator", "VibratorTable"]


class VibratorTable(BaseModel):
    """Peak amplitude per rms voltage at the terminals; its resistance (left out: so high that it draws no current)."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)

    amplitude_m_per_v_rms: Annotated[float, Field(gt=0.0)]
    load_ohm: Annotated[float, Field(gt=0.0)] | None = None


class Vibrator:
    """What moves the sample.

    Parameters
    ----------
    table : VibratorTable or None
        None where the vibration runs by itself.
    vibration : VibrationTable
        How it runs by itself; with a generator, what the cross-talk is stated for.
    advance : callable
        Brings the world to the present.
    changed : callable
        Called after frequency, amplitude or reference have changed.

    Attributes
    ----------
    frequency_hz, amplitude_m : float
        How the sample vibrates now; the amplitude is a peak value.
    reference_on : bool
        The lock-in gets a reference.
    """

    def __init__(
        self,
        table: VibratorTable | None,
        vibration: VibrationTable,
        advance: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self._table = table
        self._advance = advance
        self._changed = changed
        self._nominal_m = vibration.amplitude_m
        self.frequency_hz = vibration.frequency_hz
        self.amplitude_m = vibration.amplitude_m if table is None else 0.0
        self.reference_on = True

    @property
    def driven(self) -> bool:
        """Whether a generator moves it; otherwise `drive` changes nothing."""
        return self._table is not None

    @property
    def drive_share(self) -> float:
        """Amplitude over that of ``[vibration]``: the share of the cross-talk that is there."""
        return self.amplitude_m / self._nominal_m

    def lose_reference(self) -> None:
        """The cable of the reference comes off; a generator that is set anew puts it on again."""
        self._advance()
        self.reference_on = False
        self._changed()

    def drive(self, open_v_rms: float, source_ohm: float, frequency_hz: float, *, reference: bool) -> None:
        """Connect a sine of `open_v_rms` (without load) behind `source_ohm`; 0 V is a generator with its output off.

        Raises
        ------
        ValueError
            Voltage or resistance negative, frequency not positive, or one of them not finite.
        """
        if not (0.0 <= open_v_rms < math.inf and 0.0 <= source_ohm < math.inf and 0.0 < frequency_hz < math.inf):
            raise ValueError(
                f"{open_v_rms!r} V behind {source_ohm!r} ohm at {frequency_hz!r} Hz were asked for;"
                " allowed: finite, voltage and resistance >= 0, frequency > 0"
            )
        if self._table is None:
            return
        self._advance()
        load_ohm = self._table.load_ohm
        share = 1.0 if load_ohm is None else load_ohm / (load_ohm + source_ohm)
        amplitude_m = self._table.amplitude_m_per_v_rms * open_v_rms * share
        if (amplitude_m, frequency_hz, reference) == (self.amplitude_m, self.frequency_hz, self.reference_on):
            return
        self.amplitude_m, self.frequency_hz, self.reference_on = amplitude_m, frequency_hz, reference
        self._changed()
