"""A run folder looked at without the toolkit's own reader, and beside it."""

import math
import zlib
from dataclasses import dataclass

from vsmdaq.record import read_journal
from vsmdaq.terms import InputError, MomentPoint

LARGEST_Z = 6.0
"""Two runs of one noisy world differ by more than this many standard uncertainties once in 5e8 values."""


@dataclass(frozen=True)
class Journal:
    """What stands in a raw.csv: whole lines by the seal of each, and the torn rest."""

    lines: tuple
    torn: bytes
    good: bytes


def look(path):
    """Whole lines, each with a checksum that holds, and what comes behind them; None where there is no journal."""
    if not path.exists():
        return None
    data = path.read_bytes()
    head, lines, good = data.split(b"\n", 2)[:2], [], 0
    if len(head) < 2 or data.count(b"\n") < 2:
        return None
    good = len(head[0]) + len(head[1]) + 2
    for line in data[good:].split(b"\n")[: data.count(b"\n") - 2]:
        text, _, seal = line.rpartition(b",")
        if int(seal, 16) != zlib.crc32(text):
            break
        lines.append(line)
        good += len(line) + 1
    return Journal(tuple(lines), data[good:], data[:good])


def wrong_points(path, reference):
    """Points that the toolkit reads from a journal and that are not what the uninterrupted run has; and what it left out.

    `reference` tells of each point whether it is right.
    """
    found = look(path)
    if found is None:
        try:
            read_journal(path, MomentPoint)
        except InputError:
            return [], ()
        return ["a journal without head was read"], ()
    contents = read_journal(path, MomentPoint)
    wrong = [reason for point in contents.points if (reason := reference(point))]
    if [point.index for point in contents.points] != list(range(len(found.lines))):
        wrong.append(f"read {[point.index for point in contents.points]} of {len(found.lines)} whole lines")
    if bool(found.torn) != bool(contents.problems):
        wrong.append(f"a torn rest of {len(found.torn)} bytes, reported: {contents.problems}")
    return wrong, contents.points


class Reference:
    """The uninterrupted run of a world.

    Parameters
    ----------
    points : sequence of MomentPoint
        Of it.
    exact : bool
        Whether another run must have the same bits in X, Y and H; else it must agree within the uncertainties.
    """

    def __init__(self, points, *, exact):
        self.points = points
        self.exact = exact
        self.z = []

    def __call__(self, point):
        """What is wrong with a point; "" where it is right."""
        if point.flags:
            return f"point {point.index}: flags {point.flags}"
        true = self.points[point.index]
        if point.set_field_a_per_m != true.set_field_a_per_m:
            return f"point {point.index}: H of {point.set_field_a_per_m:g} A/m, not {true.set_field_a_per_m:g}"
        reasons = [self._differs(point, true, name, u) for name, u in NAMES]
        return "; ".join(filter(None, reasons))

    def _differs(self, point, true, name, u_name):
        value, wanted = getattr(point, name), getattr(true, name)
        if self.exact:
            return f"point {point.index}: {name} {value!r}, not {wanted!r}" if value != wanted else ""
        z = (value - wanted) / math.hypot(getattr(point, u_name), getattr(true, u_name))
        self.z.append(z)
        return f"point {point.index}: {name} {value:g}, not {wanted:g}: z = {z:.1f}" if abs(z) > LARGEST_Z else ""


NAMES = (("x_v_rms", "u_x_v_rms"), ("y_v_rms", "u_y_v_rms"), ("field_a_per_m", "u_field_a_per_m"))
