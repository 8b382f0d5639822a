"""What makes a Lake Shore 425, 455 or 475 out of the front end that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vsmdaq_sim.instruments.gaussmeters.settings import Kept

__all__ = ["Model"]


@dataclass(frozen=True, slots=True)
class Model:
    """What makes one of them.

    Attributes
    ----------
    identity : str
        Reply to ``*IDN?``.
    full_scales_t : mapping of str to tuple of float
        Full scale of each range by probe, ascending, T.
    mode : tuple of int
        ``RDGMODE`` at power-up.
    mode_limits : tuple of (int, int)
        Lowest and highest value of each of its arguments.
    short_mode : int
        Fewest arguments that ``RDGMODE`` takes (a published driver of the 455 sends two).
    intervals_s : tuple of float
        Time between new readings by DC resolution, from the coarsest; a single one where there is no such setting.
    relative_source : bool
        ``REL`` has a second argument: 1 the set-point of ``RELSP``, 2 the present field.
    has_status : bool
        It has the status registers of IEEE 488.2.
    kept : mapping of str to Kept
        Settings that the world does not show.
    """

    identity: str
    full_scales_t: Mapping[str, tuple[float, ...]]
    mode: tuple[int, ...]
    mode_limits: tuple[tuple[int, int], ...]
    short_mode: int
    intervals_s: tuple[float, ...]
    relative_source: bool
    has_status: bool
    kept: Mapping[str, Kept]
