"""What the SR830 adjusts by itself: gain, reserve, phase, offset. Each is decided at once and keeps the instrument busy.

How long it takes is assumed: some time constants, and never less than a fraction of a second.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import no_arguments
from vsmdaq_sim.instruments.common.ports import LockInPart
from vsmdaq_sim.instruments.lockins.sr830.input import InputSettings
from vsmdaq_sim.instruments.lockins.sr830.outputs import Outputs
from vsmdaq_sim.instruments.lockins.sr830.settings import Settings
from vsmdaq_sim.instruments.lockins.sr830.tables import SENSITIVITIES_V_RMS, input_limit_v_peak

__all__ = ["AutoFunctions"]

Handler = Callable[[tuple[str, ...]], str | None]


class AutoFunctions:
    """AGAN, ARSV, APHS and AOFF.

    Parameters
    ----------
    lockin : LockInPart
        The world's lock-in.
    settings : Settings
        The instrument's.
    front, outputs : InputSettings, Outputs
        What they change.
    watch : callable
        Looks for overloads, before a range is left.
    occupy : callable
        Makes the instrument busy, for so many seconds.
    """

    def __init__(
        self,
        lockin: LockInPart,
        settings: Settings,
        front: InputSettings,
        outputs: Outputs,
        *,
        watch: Callable[[], None],
        occupy: Callable[[float], None],
    ) -> None:
        self._lockin = lockin
        self._settings = settings
        self._front = front
        self._outputs = outputs
        self._watch = watch
        self._occupy = occupy

    def table(self) -> Mapping[str, Handler]:
        """Commands answered here."""
        return {"AGAN": self._gain, "ARSV": self._reserve, "APHS": self._phase, "AOFF": self._offset}

    def _gain(self, arguments: tuple[str, ...]) -> None:
        """Smallest range that holds R; does nothing at time constants above 1 s."""
        no_arguments(arguments)
        time_constant_s = self._front.time_constant_s
        if time_constant_s > 1.0:
            return
        magnitude = math.hypot(*self._lockin.read())
        self._watch()
        fits = [i for i, full_scale in enumerate(SENSITIVITIES_V_RMS) if magnitude <= full_scale]
        self._settings.index["SENS"] = fits[0] if fits else 26
        self._front.apply_filter()
        self._occupy(max(20.0 * time_constant_s, 1.0))

    def _reserve(self, arguments: tuple[str, ...]) -> None:
        """Lowest reserve that takes the input."""
        no_arguments(arguments)
        self._watch()
        peak_v, full_scale = self._lockin.input_peak_v(), self._front.full_scale_v_rms
        self._settings.index["RMOD"] = next((i for i in (2, 1, 0) if peak_v <= input_limit_v_peak(full_scale, i)), 0)
        self._front.apply_filter()
        self._occupy(2.0)

    def _phase(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        x_v_rms, y_v_rms = self._lockin.read()
        self._front.store_phase(self._settings.phase_deg + math.degrees(math.atan2(y_v_rms, x_v_rms)))
        self._occupy(max(5.0 * self._front.time_constant_s, 0.5))

    def _offset(self, arguments: tuple[str, ...]) -> None:
        self._outputs.auto_offset(arguments)
        self._occupy(0.05)
