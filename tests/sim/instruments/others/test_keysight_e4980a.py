"""Dialogue of the LCR meter. Oracles: the user's guide's data format and status, and impedances by hand."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pytest

from vsmdaq_sim.instruments.others.keysight_e4980a.instrument import KINDS, KeysightE4980A

R, L = 990.0, 0.2
W = 2.0 * math.pi * 1000.0
X = W * L


@dataclass
class Coil:
    henry: float = L

    def inductance_h(self) -> float:
        return self.henry

    def resistance_ohm(self) -> float:
        return R


@pytest.fixture
def coil() -> Coil:
    return Coil()


@pytest.fixture
def meter(coil: Coil, clock: Any) -> KeysightE4980A:
    return KeysightE4980A(coil, clock)


@pytest.fixture
def say(meter: KeysightE4980A, clock: Any) -> Any:
    def ask(message: str) -> Any:
        replies = meter.execute(message, message_available=False)
        while meter.busy:
            clock.sleep(max(0.0, meter.next_event_s - clock.now()))
            replies += meter.poll()
        return replies[0] if replies else None

    return ask


@pytest.mark.parametrize(
    ("function", "first", "second"),
    [
        ("LSRS", L, R),
        ("LSQ", L, X / R),
        ("LSD", L, R / X),
        ("LPRP", (R * R + X * X) / (W * X), (R * R + X * X) / R),
        ("RX", R, X),
        ("ZTD", math.hypot(R, X), math.degrees(math.atan2(X, R))),
        ("CSRS", -1.0 / (W * X), R),
        ("CPRP", -X / (W * (R * R + X * X)), (R * R + X * X) / R),
        ("GB", R / (R * R + X * X), -X / (R * R + X * X)),
    ],
)
def test_functions(say: Any, function: str, first: float, second: float):
    say(f"FUNC:IMP {function}")
    a, b, status = say("FETC?").split(",")
    assert [float(a), float(b)] == pytest.approx([first, second], rel=1e-5)
    assert status == "+0"


def test_the_format(say: Any):
    say("FUNC:IMP LSRS")
    assert say("FETC?") == "+2.00000E-01,+9.90000E+02,+0"
    say("FORM:ASC:LONG ON")
    assert say("FETC?") == "+2.000000000E-01,+9.900000000E+02,+0"
    assert say("FETC:IMP:CORR?") == f"+9.90000E+02,{X:+.5E}"


def test_bus_trigger_measures_when_told(say: Any, coil: Coil, clock: Any):
    say("FUNC:IMP LSRS;:TRIG:SOUR BUS")
    assert say("FETC?") == "+9.90000E+37,+9.90000E+37,-1"
    say("TRIG")
    assert say("SYST:ERR?") == '-211,"Trigger ignored"'
    say("INIT:CONT ON")
    begun_s = clock.now()
    say("TRIG")
    assert clock.now() - begun_s == pytest.approx(0.088)
    coil.henry = 0.3
    assert say("FETC?").startswith("+2.00000E-01,")
    assert say("*TRG").startswith("+3.00000E-01,")


def test_low_frequencies_and_long_apertures_take_longer(say: Any, clock: Any):
    say("FREQ 100;:APER LONG,2;:TRIG:SOUR BUS;:INIT:CONT ON")
    assert say("APER?") == "LONG,2"
    begun_s = clock.now()
    say("TRIG")
    assert clock.now() - begun_s == pytest.approx(0.220 * 2 * 10)


def test_overload_on_a_range_that_is_too_small(say: Any):
    say("FUNC:IMP LSRS;:FUNC:IMP:RANG 100")
    assert [say("FETC?"), say("FUNC:IMP:RANG:AUTO?")] == ["+9.90000E+37,+9.90000E+37,+1", "0"]
    say("FUNC:IMP:RANG:AUTO ON")
    assert say("FETC?").endswith(",+0")


@pytest.mark.parametrize(("failure", "status"), [("overload", "+1"), ("source", "+3"), ("alc", "+4")])
def test_what_can_fail(say: Any, meter: KeysightE4980A, failure: str, status: str):
    KINDS[0].failures[failure](None, meter)
    fields = say("FETC?").split(",")
    assert fields[2] == status
    assert (float(fields[0]) > 9e37) == (failure == "overload")


def test_levels(say: Any):
    say("VOLT 0.5 V")
    assert [float(say("VOLT?")), say("CURR?")] == [0.5, None]
    say("CURR 10 MA")
    assert [say("VOLT?"), float(say("CURR?"))] == [None, 0.01]
    say("*CLS;VOLT 3")
    assert say("SYST:ERR?") == '-222,"Data out of range"'


def test_abort(meter: KeysightE4980A):
    meter.execute("TRIG:SOUR BUS;:INIT:CONT ON;:TRIG", message_available=False)
    assert meter.busy
    assert meter.interrupts("ABOR")
    assert not meter.interrupts("FETC?")
    meter.execute("ABOR", message_available=False)
    assert not meter.busy


def test_reset(say: Any):
    say("FUNC:IMP RX;:FREQ 50;*RST")
    assert [say("FUNC:IMP?"), float(say("FREQ?"))] == ["CPD", 1000.0]


def test_a_list_of_frequencies_is_measured_one_behind_the_other(say: Any, meter: KeysightE4980A, clock: Any):
    say("FUNC:IMP RX")
    say("TRIG:SOUR BUS;:LIST:MODE SEQ;:LIST:FREQ 100,1KHZ,1E4;:INIT:CONT ON")
    say("DISP:PAGE LIST")
    begun_s = clock.now()
    say("TRIG:IMM")
    # each of the points takes a medium aperture of 88 ms, that at 100 Hz ten times as long
    assert clock.now() - begun_s == pytest.approx(0.088 * (10 + 1 + 1))
    numbers = [float(text) for text in say("FETC?").split(",")]
    assert numbers[0::4] == pytest.approx([R, R, R])
    assert numbers[1::4] == pytest.approx([2.0 * math.pi * f * L for f in (100.0, 1e3, 1e4)], rel=1e-4)
    assert numbers[2::4] == numbers[3::4] == [0.0, 0.0, 0.0]  # status, and the comparator that is off
    assert say("LIST:FREQ?") == "+1.00000E+02,+1.00000E+03,+1.00000E+04"
    say("DISP:PAGE MEAS")
    say("TRIG:IMM")
    assert len(say("FETC?").split(",")) == 3
    say("LIST:CLE:ALL")
    assert say("LIST:FREQ?") == ""
    assert meter.unknown == []


@pytest.mark.parametrize("text", ["LIST:FREQ 1", "LIST:FREQ " + ",".join(["100"] * 202), "LIST:MODE OFTEN"])
def test_lists_that_are_refused(say: Any, text: str):
    say(text)
    assert say("SYST:ERR?") != '+0,"No error"'
    assert say("LIST:FREQ?") == ""
