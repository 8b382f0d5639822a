"""Everything that can be set on an SR830 and that a stored setup keeps."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, fields

from vsmdaq_sim.instruments.lockins.sr830.tables import DEFAULTS

__all__ = ["Settings"]


@dataclass(slots=True)
class Settings:
    """The settings, as they are after ``*RST``.

    Attributes
    ----------
    index : dict of str to int
        Those that are set by a number out of a list, by mnemonic.
    phase_deg, sine_v_rms, internal_hz, harmonic : float, float, float, int
        Reference phase, oscillator, number of the harmonic.
    offset_percent, expand : list
        Of X, Y and R.
    display, ratio, front : list of int
        Of CH1 and CH2: what is shown, what it is divided by, what the front output carries.
    aux_out_v : list of float
        Auxiliary outputs.
    """

    index: dict[str, int] = field(default_factory=lambda: dict(DEFAULTS))
    phase_deg: float = 0.0
    sine_v_rms: float = 1.0
    internal_hz: float = 1000.0
    harmonic: int = 1
    offset_percent: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0])
    expand: list[int] = field(default_factory=lambda: [0, 0, 0])
    display: list[int] = field(default_factory=lambda: [0, 0])
    ratio: list[int] = field(default_factory=lambda: [0, 0])
    front: list[int] = field(default_factory=lambda: [1, 1])
    aux_out_v: list[float] = field(default_factory=lambda: [0.0, 0.0, 0.0, 0.0])

    def copy(self) -> Settings:
        """Make one that does not change with this one."""
        return deepcopy(self)

    def load(self, other: Settings) -> None:
        """Take over all values of another."""
        taken = other.copy()
        for item in fields(self):
            setattr(self, item.name, getattr(taken, item.name))
