"""From runs to dated calibration artefacts; whether they hold, and how they change over the months."""

from vsmdaq.calibrate.artefacts import artefact_of, bench_conditions, bench_labels, expiry, raw_digest
from vsmdaq.calibrate.conditions import MATTERS, describe, expiry_of, misfits
from vsmdaq.calibrate.raw_data import altered_raw, ended_utc

__all__ = [
    "MATTERS",
    "altered_raw",
    "artefact_of",
    "bench_conditions",
    "bench_labels",
    "describe",
    "ended_utc",
    "expiry",
    "expiry_of",
    "misfits",
    "raw_digest",
]
