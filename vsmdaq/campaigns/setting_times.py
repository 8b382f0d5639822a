"""How long the settings beside the field will take, before anything is set."""

from __future__ import annotations

import math
from itertools import pairwise

from vsmdaq.formats.inputs import Procedure
from vsmdaq.formats.inputs.kinds.amplitude import Amplitude
from vsmdaq.formats.inputs.kinds.centring import Centring
from vsmdaq.formats.inputs.kinds.field_calibration import FieldCalibration
from vsmdaq.formats.inputs.kinds.temperature import Temperature

__all__ = ["settings_s"]

BY_HAND_S = 30.0
"""An operator who turns a dial or reads a scale, by experience."""

BY_MOTOR_S = 5.0
"""A stage that moves by a millimetre, by experience."""

JUMP_K_PER_S = 5.0 / 60.0
"""How fast a sample stage follows a set-point that jumps, by experience."""


def settings_s(procedure: Procedure) -> float:
    """Time (s) for all settings of a procedure; 0 where it sets nothing but the field."""
    match procedure.details:
        case Temperature() as details:
            rate = details.rate_k_per_s or JUMP_K_PER_S
            way_k = math.fsum(abs(b - a) for a, b in pairwise(details.temperatures_k))
            return len(details.fields_a_per_m) * (len(details.temperatures_k) * details.dwell_s + way_k / rate)
        case Amplitude() as details:
            return len(details.amplitudes_m) * (BY_MOTOR_S if details.sensor_v_per_m is not None else BY_HAND_S)
        case Centring() as details:
            return len(details.axes) * (details.points + 1) * (BY_MOTOR_S if details.motor else BY_HAND_S)
        case FieldCalibration() as details:
            places = 1 + (details.chamber is not None) + (details.reference is not None)
            return (places + (2 if details.sample_place is not None else 0)) * BY_HAND_S
        case _:
            return 0.0
