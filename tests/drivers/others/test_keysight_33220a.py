from __future__ import annotations

import math

import pytest

from vsmdaq_drivers.contracts import IdentityError, LimitError, RefusedError, ReplyError
from vsmdaq_drivers.others.keysight_33220a import Keysight33220A

NO_ERROR = ("SYST:ERR?", '+0,"No error"')
SWITCHES = [
    line
    for name in ("BURS:STAT", "SWE:STAT", "AM:STAT", "FM:STAT")
    for line in ((f"{name} 0", None), (f"{name}?", "0"))
]


def prepared(load, told):
    return [
        (f"OUTP:LOAD {load}", None),  # manual
        ("OUTP:LOAD?", told),  # manual: 9.9E+37 for high resistance
        ("FUNC SIN", None),
        ("FUNC?", "SIN"),
        ("VOLT:UNIT VRMS", None),  # behind the load, which may change the unit (manual)
        ("VOLT:UNIT?", "VRMS"),
        ("VOLT:OFFS 0", None),
        ("VOLT:OFFS?", "+0.0000000000000E+00"),
        *SWITCHES,
    ]


@pytest.mark.parametrize(
    "found",
    ["Agilent Technologies,33220A,MY4,2.07-2.06-22-2", "Keysight Technologies,33522B,MY5,3.05-1.19-2.00-52-00"],
)
def test_identity(wire, found):
    assert Keysight33220A(wire([("*IDN?", found)])).identify() == found


@pytest.mark.parametrize("found", ["Agilent Technologies,34461A,MY4,1", "Agilent Technologies,33220,1,1", ""])
def test_wrong_identity(wire, found):
    with pytest.raises(IdentityError, match="expected a Keysight 33220A or 33500"):
        Keysight33220A(wire([("*IDN?", found)])).identify()


@pytest.mark.parametrize(
    ("load", "sent", "told"), [("high", "INF", "9.9E+37"), ("high", "INF", "+9.9E37"), ("50", "50", "+5.0E+01")]
)
def test_prepare_tells_the_load_first(wire, load, sent, told):
    Keysight33220A(wire(prepared(sent, told)), load=load).prepare()


def test_a_load_that_is_not_taken_is_refused(wire):
    script = [("OUTP:LOAD INF", None), ("OUTP:LOAD?", "+5.0E+01"), ("SYST:ERR?", '-221,"Settings conflict"')]
    with pytest.raises(RefusedError) as caught:
        Keysight33220A(wire(script)).prepare()
    assert str(caught.value) == (
        "instrument at BENCH: did not accept 'OUTP:LOAD INF': it reads back 50 ohm; "
        """the instrument says -221,"Settings conflict"."""
    )


def test_frequency(wire):
    script = [("FREQ 83.000000", None), ("FREQ?", "+8.3000000000000E+01"), ("FREQ?", "+8.3000000000000E+01")]
    generator = Keysight33220A(wire(script))
    generator.frequency_hz = 83.0
    assert generator.frequency_hz == 83.0


def test_a_clipped_frequency_is_an_error(wire):
    script = [("FREQ 15000000.000000", None), ("FREQ?", "+1.0E+07"), ("SYST:ERR?", '-222,"Data out of range"')]
    with pytest.raises(RefusedError, match=r"it reads back 1e\+07 Hz; the instrument says -222"):
        Keysight33220A(wire(script)).frequency_hz = 15e6


def test_amplitude(wire):
    unit = ("VOLT:UNIT?", "VRMS")
    script = [unit, ("VOLT 0.500000", None), ("VOLT?", "+5.0000000000000E-01"), unit, ("VOLT?", "+5.0E-01")]
    generator = Keysight33220A(wire(script))
    generator.amplitude_v_rms = 0.5
    assert generator.amplitude_v_rms == 0.5


def test_an_amplitude_in_another_unit_is_not_believed(wire):
    with pytest.raises(RefusedError, match="the amplitude is now in VPP; was it changed at the front panel"):
        _ = Keysight33220A(wire([("VOLT:UNIT?", "VPP")])).amplitude_v_rms
    with pytest.raises(RefusedError, match="now in DBM"):
        Keysight33220A(wire([("VOLT:UNIT?", "DBM")])).amplitude_v_rms = 0.5


@pytest.mark.parametrize(
    ("load", "highest"), [("high", 20.0 / (2.0 * math.sqrt(2.0))), ("50", 10.0 / (2.0 * math.sqrt(2.0)))]
)
@pytest.mark.parametrize("factor", [0.0009, 1.001, float("nan"), -1.0])
def test_beyond_the_amplitudes_no_byte_is_sent(wire, load, highest, factor):
    link = wire()
    with pytest.raises(LimitError, match=r"amplitude of .* V rms was asked for"):
        Keysight33220A(link, load=load).amplitude_v_rms = factor * highest
    assert link.sent == ()


def test_the_vibrators_own_limit(wire):
    with pytest.raises(LimitError, match=r"amplitude of 1.5 V rms was asked for, allowed are 0.00707107 to 1 V rms"):
        Keysight33220A(wire(), max_amplitude_v_rms=1.0).amplitude_v_rms = 1.5


@pytest.mark.parametrize("frequency", [0.0, -1.0, 20.1e6, float("inf"), float("nan")])
def test_beyond_the_frequencies_no_byte_is_sent(wire, frequency):
    link = wire()
    with pytest.raises(LimitError):
        Keysight33220A(link).frequency_hz = frequency
    assert link.sent == ()


def test_output(wire):
    generator = Keysight33220A(
        wire([("OUTP 1", None), ("OUTP?", "1"), ("OUTP?", "1"), ("OUTP 0", None), ("OUTP?", "0")])
    )
    generator.output_on = True
    assert generator.output_on
    generator.output_on = False
    with pytest.raises(RefusedError, match="'OUTP 1': it reads back 0"):  # overload protection has opened the relay
        Keysight33220A(wire([("OUTP 1", None), ("OUTP?", "0"), NO_ERROR])).output_on = True


@pytest.mark.parametrize("garbage", ["", "nan", "8,3", "VRMS"])
def test_garbage(wire, garbage):
    with pytest.raises(ReplyError):
        _ = Keysight33220A(wire([("FREQ?", garbage)])).frequency_hz
