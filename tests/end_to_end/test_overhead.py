"""What a point costs does not grow with the points before it: messages, function calls, memory; see benchmarks/overhead.py.

Nothing is timed here. Of the 2,000 points the first and the last tenth are compared.
"""

import sys
import tracemalloc
from collections import Counter
from pathlib import Path

import pytest

from vsmdaq_sim import bench as simulated

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

POINTS, TENTH = 2000, 200

MESSAGES = {"SNAP?1,2,3,9": 5, "LIAS?": 2, "RDGFIELD?;OPST?": 2}
"""Of a point, to lock-in and gaussmeter: four samples and the look before them, two of the status, two of the field."""

SUPPLY = 15
"""Most messages to the supply: two ramps (rate, set-point, reading it back), and looked at twice with four questions each."""

SEARCHING = 0.2
"""Share of messages more in a short run: range and noise are found, the supply is brought to zero at the end."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with calibrations of the simulated bench in it."""
    from overhead_parts.ours import calibrate

    folder = tmp_path_factory.mktemp("overhead")
    calibrate(folder)
    return folder


class Calls:
    """Counts Python's and C's function calls between two points."""

    def __init__(self, *spans):
        self.counts = []
        self._spans = spans
        self._done = self._now = 0

    def __call__(self, _):
        self._done += 1
        if any(self._done == last for _, last in self._spans):
            sys.setprofile(None)
            self.counts.append(self._now)
        if any(self._done == first for first, _ in self._spans):
            self._now = 0
            sys.setprofile(self._note)

    def _note(self, _frame, event, _argument):
        if event in {"call", "c_call"}:
            self._now += 1


@pytest.mark.parametrize("drivers", [False, True], ids=["controller alone", "with drivers and PyVISA"])
def test_a_late_point_takes_no_more_calls_than_an_early_one(place, drivers):
    from overhead_parts.ours import run_at_the_desk, run_on_the_wire

    # the first points find range and noise; some twenty are given to them
    calls = Calls((20, 20 + TENTH), (POINTS - TENTH, POINTS))
    run = run_on_the_wire if drivers else run_at_the_desk
    outcome = run(place, place / "runs" / "calibrations", POINTS, told=calls)
    assert outcome.reduced.result.points == POINTS
    early, late = calls.counts
    assert late == pytest.approx(early, rel=0.01)


def test_memory_does_not_grow_with_the_points(place):
    """Less than 20 MB over 100,000 points is less than 200 bytes a point, whatever is kept of it."""
    from overhead_parts.ours import run_at_the_desk

    allocated = []

    def look(progress):
        if progress.done in {TENTH, POINTS}:
            allocated.append(tracemalloc.get_traced_memory()[0])

    tracemalloc.start()
    try:
        run_at_the_desk(place, place / "runs" / "calibrations", POINTS, told=look)
    finally:
        tracemalloc.stop()
    early, late = allocated
    assert (late - early) / (POINTS - TENTH) < 200.0


def test_messages_of_a_point_are_those_that_it_needs(place, monkeypatch):
    from overhead_parts import ours

    points = 40
    sent = Counter()
    per_point = []

    class Told:
        def __init__(self, _points):
            self.wires = []

        def __call__(self, *_):
            if not self.wires:
                (bench,) = simulated._OPEN.values()
                self.wires = list(bench.endpoints.values())
            else:
                said = [data for wire in self.wires for _, way, data in wire.transcript if way == ">"]
                sent.update(data.split()[0].decode() for data in said)
                per_point.append(len(said))
            for wire in self.wires:
                wire.transcript = []

    monkeypatch.setattr(ours, "Stamps", Told)
    ours.run_on_the_bench(place, points)
    assert len(per_point) == points - 1
    for message, count in MESSAGES.items():
        assert sent[message] / (points - 1) == pytest.approx(count, rel=SEARCHING), message
    early, late = sorted(per_point[: points // 2]), sorted(per_point[points // 2 :])
    assert late[len(late) // 2] <= early[len(early) // 2] <= sum(MESSAGES.values()) + SUPPLY


def test_the_library_that_answers_at_once_is_asked_the_same(place, monkeypatch):
    from overhead_parts import wire
    from overhead_parts.ours import run_on_the_wire

    points = 40
    asked = Counter()
    plain = wire.AtOnce.write

    def note(library, session, data):
        asked[data.split()[0].decode()] += 1
        return plain(library, session, data)

    monkeypatch.setattr(wire.AtOnce, "write", note)
    run_on_the_wire(place, place / "runs" / "calibrations", points, told=lambda _: None)
    for message, count in MESSAGES.items():
        assert asked[message] / points == pytest.approx(count, rel=SEARCHING), message
