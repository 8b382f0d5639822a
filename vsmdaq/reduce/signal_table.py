"""Table of the points of a calibration: field and signal."""

from __future__ import annotations

from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import Signals, field_inputs, true_field

__all__ = ["signal_table"]


def signal_table(run: RunData, data: Signals) -> dict[str, list[float | int | str]]:
    """Columns of mh.csv for a calibration: field applied (A/m), X, Y and their u (V rms)."""
    field = true_field(data.reading_a_per_m, {name: q.value for name, q in field_inputs(run).items()})
    return {
        "index": [int(i) for i in data.index],
        "field_applied_a_per_m": [float(v) for v in field],
        "x_v_rms": [float(v) for v in data.signal_v_rms.real],
        "y_v_rms": [float(v) for v in data.signal_v_rms.imag],
        "u_v_rms": [float(v) for v in data.u_signal_v_rms],
    }
