"""What a run was about when it was killed, as the world's log has it; and when to kill it so that every phase has its turn."""

import random
from dataclasses import dataclass

from kills.bench import POINTS

PHASES = (
    "starting",
    "opening",
    "mounting",
    "approach",
    "ramp",
    "settling",
    "sampling",
    "ramp-down",
    "reducing",
    "ended",
)
LOOKS = 2
"""Readings of the lock-in with which the size of the step and the range are found, before the window."""


@dataclass(frozen=True)
class Stretch:
    """Wall time (s) from one event of an uninterrupted run to another, counted from `anchor`: its start or its first command."""

    name: str
    anchor: str
    begin_s: float
    end_s: float


def phase_of(commands, current, time_s, *, alive):
    """Phase at a bench time; `commands` are those of this process alone."""
    before = [command for command in commands if command.time_s <= time_s]
    if not alive or not before:
        return "starting" if alive else "ended"
    if before[-1].what == "close":
        return "reducing"
    ramps = [command for command in before if command.set_point_a is not None]
    if not ramps:
        mounting = any(command.instrument == "operator" and command.text.startswith("MOUNT") for command in before)
        return "mounting" if mounting else "opening"
    return _phase_at_work(before, ramps, moving=current.moving_at(time_s))


def _phase_at_work(before, ramps, *, moving):
    """Phase of a run that has begun to move the magnet."""
    looks = sum(
        command.instrument == "lockin"
        and command.text.startswith(("SNAP", "OUTP"))
        and command.time_s > ramps[-1].time_s
        for command in before
    )
    if len(ramps) > POINTS + 1 or (len(ramps) > 1 and ramps[-1].set_point_a == ramps[-2].set_point_a == 0.0):
        return "ramp-down"
    if len(ramps) == 1 and not looks:
        return "approach"
    if moving:
        return "ramp"
    return "settling" if looks <= LOOKS else "sampling"


def stretches(commands, speed, started_s, ended_s):
    """Cut an uninterrupted run, from its start to its end (bench time, s), into stretches of wall time."""
    opened = commands[0].time_s
    mounting = next(command.time_s for command in commands if command.text.startswith("MOUNT"))
    ramps = [command.time_s for command in commands if command.set_point_a is not None]
    closed = max(command.time_s for command in commands if command.what == "close")
    cuts = [
        ("opening", opened, mounting),
        ("mounting", mounting, ramps[0]),
        ("approach", ramps[0], ramps[1]),
        ("points", ramps[1], ramps[-1]),
        ("ramp-down", ramps[-1], closed),
        ("reducing", closed, ended_s + 0.02 * speed),
    ]
    told = [Stretch(name, "first command", (a - opened) / speed, (b - opened) / speed) for name, a, b in cuts]
    return [Stretch("starting", "start", 0.0, (opened - started_s) / speed), *told]


def draw(chances: random.Random, found):
    """A stretch and an instant in it (s from its anchor): half of all instants among the points, the rest anywhere."""
    points = [stretch for stretch in found if stretch.name == "points"]
    stretch = chances.choice(points if chances.random() < 0.5 else found)
    return stretch, chances.uniform(stretch.begin_s, stretch.end_s)
