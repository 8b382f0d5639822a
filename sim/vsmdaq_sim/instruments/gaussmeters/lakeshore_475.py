"""Lake Shore 475 gaussmeter: `RdgFieldMeter` with five digits, peak modes and a closed loop that moves nothing here.

Ranges by probe: HSE 0.35 mT to 3.5 T, HST 3.5 mT to 35 T, UHS 3.5 µT to 3.5 mT (manual of the 455, by a published driver). New
readings come at 100, 30 or 10 a second with 3, 4 or 5 digits (data sheet, remembered).
"""

from __future__ import annotations

from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.gaussmeters.lakeshore_455 import FULL_SCALES_T, INTERVALS_S, MODE, MODE_LIMITS, SETTINGS
from vsmdaq_sim.instruments.gaussmeters.rdgfield.instrument import FAILURES, OPTIONS, RdgFieldMeter
from vsmdaq_sim.instruments.gaussmeters.rdgfield.model import Model
from vsmdaq_sim.instruments.gaussmeters.settings import Kept

__all__ = ["KINDS", "MODEL"]

MODEL = Model(
    identity="LSCI,MODEL475,4750022,2.3",
    full_scales_t=FULL_SCALES_T,
    mode=MODE,
    mode_limits=MODE_LIMITS,
    short_mode=2,
    intervals_s=INTERVALS_S,
    relative_source=True,
    has_status=True,
    kept={
        **SETTINGS,
        "CMODE": Kept((0,), ((0, 1),)),
        "CPARAM": Kept((1.0, 1.0, 1.0, 1.0), (None, None, None, None)),
        "CSETP": Kept((0.0,), (None,)),
        "TUNIT": Kept((1,), ((1, 2),)),
    },
)
"""The 475."""

KINDS = (
    Kind(
        "lakeshore_475",
        lambda world, line, _: RdgFieldMeter(MODEL, world.gaussmeter, world.clock, line.options),
        OPTIONS,
        failures=FAILURES,
    ),
)
