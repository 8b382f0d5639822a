"""Lake Shore 455 gaussmeter: `RdgFieldMeter` with five digits and peak modes.

Ranges by probe: HSE 0.35 mT to 3.5 T, HST 3.5 mT to 35 T, UHS 3.5 µT to 3.5 mT (its manual, by a published driver). New readings
come at 100, 30 or 10 a second with 3, 4 or 5 digits (data sheet, remembered).
"""

from __future__ import annotations

from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.gaussmeters.rdgfield.instrument import FAILURES, OPTIONS, RdgFieldMeter
from vsmdaq_sim.instruments.gaussmeters.rdgfield.model import Model
from vsmdaq_sim.instruments.gaussmeters.settings import Kept

__all__ = ["FULL_SCALES_T", "INTERVALS_S", "KINDS", "MODE", "MODEL", "MODE_LIMITS", "SETTINGS"]

FULL_SCALES_T = {
    "HSE": (3.5e-4, 3.5e-3, 3.5e-2, 0.35, 3.5),
    "HST": (3.5e-3, 3.5e-2, 0.35, 3.5, 35.0),
    "UHS": (3.5e-6, 3.5e-5, 3.5e-4, 3.5e-3),
}
"""Ranges of 455 and 475."""
INTERVALS_S = (0.01, 1.0 / 30.0, 0.1)
"""Time between new readings with 3, 4 and 5 digits, s."""
MODE = (1, 3, 1, 1, 1)
"""Mode, DC resolution, filter, peak mode, peak display at power-up."""
MODE_LIMITS = ((1, 3), (1, 3), (1, 3), (1, 2), (1, 3))
"""What each may be."""
SETTINGS = {
    "ANALOG": Kept((1, 1, 0.0, 0.0, 0.0, 10.0), ((0, 4), (1, 2), None, None, None, None)),
    "ALARM": Kept((0, 1, 0.0, 0.0, 1, 0, 0), ((0, 1), (1, 2), None, None, (1, 2), (0, 1), (0, 1))),
    "MODE": Kept((0,), ((0, 2),), shows=False),
    "MXHOLD": Kept((0,), ((0, 1),), shows=False),
}
"""Settings of 455 and 475 that the world does not show."""

MODEL = Model(
    identity="LSCI,MODEL455,4550022,01012010",
    full_scales_t=FULL_SCALES_T,
    mode=MODE,
    mode_limits=MODE_LIMITS,
    short_mode=2,
    intervals_s=INTERVALS_S,
    relative_source=True,
    has_status=True,
    kept=SETTINGS,
)
"""The 455."""

KINDS = (
    Kind(
        "lakeshore_455",
        lambda world, line, _: RdgFieldMeter(MODEL, world.gaussmeter, world.clock, line.options),
        OPTIONS,
        failures=FAILURES,
    ),
)
