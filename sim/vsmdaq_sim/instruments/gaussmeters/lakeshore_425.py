"""Lake Shore 425 gaussmeter: `RdgFieldMeter` with four ranges, three arguments of ``RDGMODE`` and no status registers.

Ranges of an HSE probe: 3.5 mT to 3.5 T (pymeasure); HST ten times and UHS a thousandth of that (assumed). Of the common commands it
knows ``*IDN?`` and ``*RST`` alone (manual). Its DC filter is accepted and not modelled.
"""

from __future__ import annotations

from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.gaussmeters.rdgfield.instrument import FAILURES, OPTIONS, RdgFieldMeter
from vsmdaq_sim.instruments.gaussmeters.rdgfield.model import Model
from vsmdaq_sim.instruments.gaussmeters.settings import Kept

__all__ = ["KINDS", "MODEL"]

MODEL = Model(
    identity="LSCI,MODEL425,4250022,1.0",
    full_scales_t={
        "HSE": (3.5e-3, 3.5e-2, 0.35, 3.5),
        "HST": (3.5e-2, 0.35, 3.5, 35.0),
        "UHS": (3.5e-6, 3.5e-5, 3.5e-4, 3.5e-3),
    },
    mode=(1, 0, 1),
    mode_limits=((1, 2), (0, 1), (1, 2)),
    short_mode=3,
    intervals_s=(0.1,),
    relative_source=False,
    has_status=False,
    kept={
        "ALARM": Kept((0, 1, 0.0, 0.0, 1, 0, 0), ((0, 1), (1, 2), None, None, (1, 2), (0, 1), (0, 1))),
        "BEEP": Kept((1,), ((0, 1),), shows=False),
        "BRIGT": Kept((4,), ((0, 8),), shows=False),
        "LOCK": Kept((0,), ((0, 1),), shows=False),
        "MXHOLD": Kept((0,), ((0, 1),), shows=False),
        "PRBFCOMP": Kept((1,), ((0, 1),)),
        "RELAY": Kept((0, 3), ((0, 2), (1, 3))),
    },
)
"""The 425."""

KINDS = (
    Kind(
        "lakeshore_425",
        lambda world, line, _: RdgFieldMeter(MODEL, world.gaussmeter, world.clock, line.options),
        OPTIONS,
        failures=FAILURES,
    ),
)
