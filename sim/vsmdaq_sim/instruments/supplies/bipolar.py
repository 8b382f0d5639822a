"""Output stage of a bipolar supply with a current and a voltage channel and no ramp: what its set-points do to the magnet.

In current mode the voltage setting is the compliance; in voltage mode the current setting limits. Both drive the
magnet with at most the voltage that is set, towards a current. With the output off the current runs down by itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from vsmdaq_sim.instruments.common.ports import MagnetPart

__all__ = ["BipolarOutput"]


class BipolarOutput:
    """Modes, settings and output of the supply.

    Parameters
    ----------
    magnet : MagnetPart
        The world's magnet.
    now : callable
        Bench time, s.
    rated_v, rated_a : float
        Largest settings, both polarities.
    bits : int
        Converter width over both polarities: settings are rounded to it.
    readback_lag_s : float
        A setting reads back as the one before it for this long, s.

    Attributes
    ----------
    current_mode, on : bool
        Current mode (else voltage mode); output on.
    """

    def __init__(
        self,
        magnet: MagnetPart,
        now: Callable[[], float],
        *,
        rated_v: float,
        rated_a: float,
        bits: int,
        readback_lag_s: float,
    ) -> None:
        self.rated_v, self.rated_a = rated_v, rated_a
        self._magnet = magnet
        self._now = now
        self._steps = 1 << (bits - 1)
        self._readback_lag_s = readback_lag_s
        self.reset()

    def reset(self) -> None:
        """Voltage mode, zero, output off: as after power up."""
        self.current_mode = False
        self.on = False
        self._current_a = self._voltage_v = 0.0
        self._shown: dict[str, tuple[float, float]] = {}  # setting: value before, and until when it reads back so
        self._magnet.switch_off()

    @property
    def step_a(self) -> float:
        """Step of the current's converter, A."""
        return self.rated_a / self._steps

    @property
    def step_v(self) -> float:
        """Step of the voltage's converter, V."""
        return self.rated_v / self._steps

    def current_a(self) -> float:
        """The current setting as it reads back now, A."""
        return self._as_read_back("current", self._current_a)

    def voltage_v(self) -> float:
        """The voltage setting as it reads back now, V."""
        return self._as_read_back("voltage", self._voltage_v)

    def set_current(self, current_a: float, *, finer: int = 1) -> None:
        """Set the current (or its limit), A; `finer` divides the converter's step."""
        self._shown["current"] = (self.current_a(), self._now() + self._readback_lag_s)
        step_a = self.step_a / finer
        self._current_a = round(current_a / step_a) * step_a
        self._apply()

    def set_voltage(self, voltage_v: float) -> None:
        """Set the voltage (or its limit), V."""
        self._shown["voltage"] = (self.voltage_v(), self._now() + self._readback_lag_s)
        self._voltage_v = round(voltage_v / self.step_v) * self.step_v
        self._apply()

    def set_mode(self, *, current: bool) -> None:
        """Change between current and voltage mode; the settings stay."""
        self.current_mode = current
        self._apply()

    def switch(self, *, on: bool) -> None:
        """Output on (with the settings as they are) or off."""
        self.on = on
        self._apply()

    def measured_a(self) -> float:
        """Measured current, A, in steps of the converter."""
        return round(self._magnet.current_a() / self.step_a) * self.step_a

    def measured_v(self) -> float:
        """Measured voltage, V, in steps of the converter."""
        return round(self._magnet.voltage_v() / self.step_v) * self.step_v

    def off_set_point(self, steps: int) -> bool:
        """Whether the channel that is in charge is farther from its setting than so many steps of the converter."""
        if not self.on:
            return False
        if self.current_mode:
            return abs(self._magnet.current_a() - self._current_a) > steps * self.step_a
        return abs(self._magnet.voltage_v() - self._voltage_v) > steps * self.step_v

    def _apply(self) -> None:
        if not self.on:
            self._magnet.switch_off()
        elif self.current_mode:
            self._magnet.step_to(self._current_a, abs(self._voltage_v))
        else:
            # V drives the magnet until the limit of the current is met
            self._magnet.step_to(math.copysign(abs(self._current_a), self._voltage_v), abs(self._voltage_v))

    def _as_read_back(self, setting: str, value: float) -> float:
        before, until_s = self._shown.get(setting, (value, -math.inf))
        return before if self._now() < until_s else value
