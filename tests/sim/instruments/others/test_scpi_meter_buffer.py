"""Buffer of the Keithley meters. Oracles: bits of the manual (512 full, 32 reading available, MSB is bit 0), statistics by hand."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.common.scpi import ScpiDialect
from vsmdaq_sim.instruments.others.scpi_meter.buffer import ReadingBuffer


class Meter:
    def __init__(self) -> None:
        self.buffer = ReadingBuffer(lambda value: f"{value:+.6E}")
        self.dialect = ScpiDialect(
            self.buffer.table(),
            identity="",
            reset=self.buffer.reset,
            condition=self.buffer.summary,
            cleared=self.buffer.clear_status,
        )

    def __call__(self, message: str) -> Any:
        replies = self.dialect.execute(message, message_available=False)
        return replies[0] if replies else None


@pytest.fixture
def meter() -> Meter:
    return Meter()


def test_it_fills_once(meter: Meter):
    meter("TRAC:POIN 3;FEED SENS;FEED:CONT NEXT;:STAT:MEAS:ENAB 512;*SRE 1")
    for value in (1.0, 2.0):
        meter.buffer.put(value)
        assert int(meter("*STB?")) & 1 == 0
    meter.buffer.put(4.0)
    assert int(meter("*STB?")) & 0x41 == 0x41
    meter.buffer.put(9.0)  # too late
    assert [float(text) for text in meter("TRAC:DATA?").split(",")] == [1.0, 2.0, 4.0]
    assert meter("TRAC:FEED:CONT?") == "NEV"
    assert meter("STAT:MEAS?") == str(512 + 32)
    assert meter("STAT:MEAS?") == "0"
    assert int(meter("*STB?")) & 1 == 0


def test_statistics(meter: Meter):
    meter("TRAC:POIN 4;FEED:CONT NEXT")
    for value in (2.0, 4.0, 4.0, 6.0):
        meter.buffer.put(value)
    meter("CALC2:STAT ON")
    for word, expected in (("MEAN", 4.0), ("MAX", 6.0), ("MIN", 2.0), ("SDEV", (8.0 / 3.0) ** 0.5)):
        meter(f"CALC2:FORM {word}")
        assert float(meter("CALC2:IMM?")) == pytest.approx(expected, rel=1e-6)
        assert meter("CALC2:FORM?") == word


def test_what_has_no_answer(meter: Meter):
    for question in ("TRAC:DATA?", "CALC2:IMM?"):
        assert meter(question) is None
        assert meter("SYST:ERR?").startswith("-222")


def test_clearing(meter: Meter):
    meter("TRAC:POIN 2;FEED:CONT NEXT;:STAT:MEAS:ENAB 512")
    meter.buffer.put(1.0)
    meter.buffer.put(1.0)
    assert meter("TRAC:FREE?") == f"{16 * 1022},32"
    meter("*CLS")
    assert int(meter("*STB?")) & 1 == 0
    meter("TRAC:CLE")
    assert meter("TRAC:FREE?") == f"{16 * 1024},0"
    meter("*RST")
    assert [meter("TRAC:POIN?"), meter("TRAC:FEED:CONT?")] == ["100", "NEV"]


@pytest.mark.parametrize("text", ["TRAC:POIN 1", "TRAC:POIN 1025", "TRAC:FEED:CONT MAYBE", "CALC2:FORM MODE"])
def test_what_is_refused(meter: Meter, text: str):
    meter(text)
    assert meter("SYST:ERR?") != '0,"No error"'
