"""DC mode of Lake Shore 455 and 475: ``RDGMODE mode,DC resolution,filter,peak mode,peak display``."""

from __future__ import annotations

from vsmdaq_drivers.contracts import Link
from vsmdaq_drivers.gaussmeters.common import put_integers
from vsmdaq_drivers.replies import parse_integers

__all__ = ["set_dc_mode"]

_DC, _FINEST = 1, 3


def set_dc_mode(link: Link) -> None:
    """Measure DC with five digits; filter and peak settings stay. Raises RefusedError where it does not read back."""
    mode = parse_integers("RDGMODE?", link.query("RDGMODE?").strip(), 5, highest=9, instrument=link.name)
    wanted = (_DC, _FINEST, *mode[2:])
    if mode != wanted:
        put_integers(link, "RDGMODE", *wanted)
