"""Where the probe of a field calibration is, and which segment of its journal is what."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["PROBE", "Place", "Segment"]

PROBE = "probe"
"""Name of the plan's knob; its setting is a `Place`."""


class Place(IntEnum):
    """Where the probe is: its own place in the gap, the chamber, the reference magnet, the place of the sample."""

    GAP = 0
    CHAMBER = 1
    REFERENCE = 2
    SAMPLE = 3


class Segment(IntEnum):
    """What the points of a segment are for."""

    ZERO = 0
    REFERENCE = 1
    BEFORE = 2
    PROBE_FIRST = 3
    SAMPLE = 4
    PROBE_AGAIN = 5
    DOWN = 6
    UP = 7
    AFTER_PLUS = 8
    AFTER_MINUS = 9
    DEMAGNETISED = 10
