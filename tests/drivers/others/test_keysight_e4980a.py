from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import IdentityError, InductanceReading, LimitError, RefusedError, ReplyError
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.others.keysight_e4980a import KeysightE4980A

PREPARED = [
    ("FORM ASC", None),
    ("FORM?", "ASC"),
    ("FUNC:IMP LSRS", None),
    ("FUNC:IMP?", "LSRS"),
    ("FUNC:IMP:RANG:AUTO 1", None),
    ("FUNC:IMP:RANG:AUTO?", "1"),
    ("FREQ 83", None),
    ("FREQ?", "+8.30000E+01"),
    ("VOLT 0.5", None),
    ("VOLT?", "+5.00000E-01"),
    ("TRIG:SOUR BUS", None),
    ("TRIG:SOUR?", "BUS"),
    ("INIT:CONT 1", None),
    ("INIT:CONT?", "1"),
]


def test_identity(wire):
    for found in ("Keysight Technologies,E4980A,MY4,A.06.15", "Agilent Technologies,E4980AL,MY4,B.07"):
        assert KeysightE4980A(wire([("*IDN?", found)])).identify() == found
    with pytest.raises(IdentityError):
        KeysightE4980A(wire([("*IDN?", "Agilent Technologies,4284A,1,1")])).identify()


def test_prepare(wire):
    KeysightE4980A(wire(PREPARED), frequency_hz=83.0, level_v_rms=0.5).prepare()


def test_a_level_that_needs_the_option_is_refused(wire):
    script = [*PREPARED[:8], ("VOLT 5", None), ("VOLT?", "+1.0E+00"), ("SYST:ERR?", '-222,"Data out of range"')]
    with pytest.raises(RefusedError, match=r"'VOLT 5': it reads back 1 V; the instrument says -222"):
        KeysightE4980A(wire(script), frequency_hz=83.0, level_v_rms=5.0).prepare()


@pytest.mark.parametrize(
    ("reply", "flags"),
    [
        ("+9.90000E+37,+9.90000E+37,+1", ("overload",)),  # manual
        ("+9.90000E+37,+9.90000E+37,-1", ("no_data",)),  # manual
        ("+1.94045E-01,+9.90720E+02,+3", ("source_overload",)),  # manual: with the actual values
        ("+1.94045E-01,+9.90720E+02,+4", ("level_control",)),  # manual
        ("+1.94045E-01,+9.90720E+02,+2", ("unreadable",)),  # assumed: the 4284A has it, this one does not
        ("+9.90000E+37,+9.90720E+02,+0", ("overload",)),  # assumed
    ],
)
def test_a_bad_status_is_no_reading(wire, reply, flags):
    reading = KeysightE4980A(wire([("TRIG", None), ("FETC?", reply)])).read()
    assert reading == InductanceReading(None, None, 1000.0, flags, 0.0)


@pytest.mark.parametrize("end", ["", ",+1"])
def test_a_reading_with_and_without_bin(wire, end):
    script = [("TRIG", None), ("FETC?", f"+1.94045E-01,+9.90720E+02,+0{end}")]
    reading = KeysightE4980A(wire(script), frequency_hz=83.0).read()
    assert reading == InductanceReading(0.194045, 990.72, 83.0, (), 0.0)


@pytest.mark.parametrize(
    "options",
    [
        {"frequency_hz": 19.9},
        {"frequency_hz": 2.1e6},
        {"level_v_rms": 0.0},
        {"level_v_rms": 21.0},
        {"level_v_rms": float("nan")},
    ],
)
def test_limits(wire, options):
    with pytest.raises(LimitError):
        KeysightE4980A(wire(), **options)


@given(st.text(alphabet="+-0123456789.E, nax", max_size=24))
def test_no_reply_escapes_as_another_error(reply):
    try:
        reading = KeysightE4980A(ScriptedLink([("TRIG", None), ("FETC?", reply)])).read()
    except ReplyError as error:
        assert error.reply == reply  # noqa: PT017
    else:
        assert reply.count(",") in {2, 3}
        assert (reading.inductance_h is None) == bool(reading.flags)
