"""What the SR860 keeps beside measuring. Oracle: heads, counts and ranges of the maker's own srsinst.sr860."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from vsmdaq_sim.clock import VirtualClock
from vsmdaq_sim.instruments.lockins.sr860.instrument import SR860


@pytest.fixture
def say(lockin: Any, talk: Any) -> Any:
    talker = talk(SR860(lockin, VirtualClock(datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC))))
    talker("*CLS")
    return talker


@pytest.mark.parametrize(
    ("text", "query", "kept"),
    [
        ("GLIV ON", "GLIV?", "1"),
        ("FCRW 2", "FCRW?", "2"),
        ("FFTS -9", "FFTS?", "-9"),
        ("FFTSPAN 1e4", "FFTSPAN?", "10000"),
        ("GSCL 3, 0.5", "GSCL? 3", "0.5"),
        ("GOFF 0,-2.5", "GOFF? 0", "-2.5"),
        ("SCNPAR 4", "SCNPAR?", "4"),
        ("SCNFREQ 1, 1000", "SCNFREQ? 1", "1000"),
        ("SCNAUX2 1, -10.5", "SCNAUX2? 1", "-10.5"),
        ("SCNAUX1 0,1.5", "SCNAUX1? 0", "1.5"),
        ("STREAMPORT 2000", "STREAMPORT?", "2000"),
        ("FBAS VSM", "FBAS?", "VSM"),
        ("FNUM 12;FBAS A", "FNXT?", "A0012.CSV"),
    ],
)
def test_what_is_set_is_kept_until_reset(say: Any, text: str, query: str, kept: str):
    default = say(query)
    say(text)
    assert say(query) == kept != default
    say("*RST")
    assert say(query) == default
    assert say("*ESR?") == "0"
    assert say.instrument.unknown == []


@pytest.mark.parametrize("text", ["FFTS 9", "GSCL 4,1", "GSCL 1", "SCNAMP 0,2.1", "STREAMPORT 80", "GLIV 2", "GACT 4"])
def test_what_is_refused(say: Any, text: str):
    say(text)
    assert say("*ESR?") in {"16", "32"}


def test_scans_and_streams_are_noted(say: Any):
    for text, state in (("SCNRUN", "2"), ("SCNPAUSE", "3"), ("SCNRST", "1")):
        say(text)
        assert say("SCNSTATE?") == state
    say("STREAM ON")
    assert say.instrument.unmodelled == ["SCNRUN", "SCNPAUSE", "SCNRST", "STREAM ON"]


def test_its_clock_is_the_benchs(say: Any):
    assert [say(f"DATE? {n}") for n in range(3)] == ["4", "3", "26"]
    assert [say(f"TIME? {n}") for n in range(3)] == ["7", "6", "5"]
    assert say("CURDATTIM?") == "2026-03-04 05:06:07"


def test_readouts_of_the_screen(say: Any):
    for query in ("SCRY? 4", "FCRX?", "FCRY?", "CURINTERVAL?"):
        assert say(query) == "0"
    for command in ("GACT 0", "GAUF 3", "FAUT", "SVDT"):
        assert say(command) is None
    assert say("*ESR?") == "0"
