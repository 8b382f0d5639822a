"""One output of a waveform generator: what it is set to, and what that is in volts without load."""

from __future__ import annotations

import math
from dataclasses import dataclass

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError
from vsmdaq_sim.instruments.common.scpi_values import INFINITE, VOLT, parse_extreme, parse_value

__all__ = ["SOURCE_OHM", "Channel"]

SOURCE_OHM = 50.0
"""Output resistance."""

# Vpp over V rms, and amplitude of the fundamental over half the peak-to-peak value
_CREST = {"SIN": 2.0 * math.sqrt(2.0), "SQU": 2.0, "RAMP": 2.0 * math.sqrt(3.0), "TRI": 2.0 * math.sqrt(3.0)}
_FUNDAMENTAL = {"SIN": 1.0, "SQU": 4.0 / math.pi, "RAMP": 8.0 / math.pi**2, "TRI": 8.0 / math.pi**2}


@dataclass(slots=True)
class Channel:
    """An output as after a reset: 1 kHz, 100 mVpp into 50 ohm, off. Its voltages are kept as they are without load."""

    function: str = "SIN"
    frequency_hz: float = 1000.0
    open_vpp: float = 0.2
    open_offset_v: float = 0.0
    unit: str = "VPP"
    load_ohm: float = SOURCE_OHM
    on: bool = False

    @property
    def share(self) -> float:
        """Of the voltage without load, what the load that it was told of gets."""
        return 1.0 if self.load_ohm >= INFINITE else self.load_ohm / (self.load_ohm + SOURCE_OHM)

    @property
    def periodic(self) -> bool:
        """The function has a fundamental at the frequency that is set."""
        return self.function in _FUNDAMENTAL

    @property
    def offset_v(self) -> float:
        """Offset at the load, V."""
        return self.open_offset_v * self.share

    def fundamental_v_rms(self) -> float:
        """Fundamental without load, V rms; a ramp counts as symmetric."""
        return self.open_vpp / (2.0 * math.sqrt(2.0)) * _FUNDAMENTAL.get(self.function, 0.0)

    def levels_v(self) -> tuple[float, float]:
        """Lowest and highest voltage at the load, V."""
        half = 0.5 * self.open_vpp * self.share
        return self.offset_v - half, self.offset_v + half

    def set_levels_v(self, low_v: float, high_v: float, least_v: float) -> None:
        """Set amplitude and offset by the lowest and highest voltage at the load; EXE where they are closer than `least_v`."""
        if high_v - low_v < least_v:
            raise RefusedCommandError(EXE)
        self.open_vpp = (high_v - low_v) / self.share
        self.open_offset_v = 0.5 * (high_v + low_v) / self.share

    def vpp_range(self, lowest_vpp: float) -> tuple[float, float]:
        """Amplitudes allowed at the load, Vpp; `lowest_vpp` to 10 Vpp into 50 ohm, in proportion elsewhere."""
        return 2.0 * lowest_vpp * self.share, 20.0 * self.share

    def in_unit(self, vpp: float) -> float:
        """An amplitude at the load (Vpp) in the unit that is set."""
        if self.unit == "VPP":
            return vpp
        rms = vpp / _CREST.get(self.function, 2.0)
        return rms if self.unit == "VRMS" else 10.0 * math.log10(rms**2 / self.load_ohm / 1e-3)

    def vpp_of(self, text: str, lowest_vpp: float, highest_vpp: float) -> float:
        """Read an amplitude at the load, with a unit or in that which is set, in Vpp; EXE for dBm without load."""
        named = parse_extreme(text, lowest_vpp, highest_vpp)
        if named is not None:
            return named
        word = text.upper()
        unit = next((name for name in ("VPP", "VRMS", "DBM") if word.endswith(name)), self.unit)
        if unit == "DBM" and self.load_ohm >= INFINITE:
            raise RefusedCommandError(EXE)
        value = parse_value(word.removesuffix("DBM"), -INFINITE, INFINITE, units=VOLT)
        if unit == "DBM":
            value = math.sqrt(1e-3 * 10.0 ** (value / 10.0) * self.load_ohm)
        return value if unit == "VPP" else value * _CREST.get(self.function, 2.0)
