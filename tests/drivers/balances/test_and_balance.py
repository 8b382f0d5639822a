"""Lines as the instruction manuals print them: EJ, EK-L, AD-4212, BA-T; commands and errors: FZ-WP, GC, FG."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.balances.and_balance import AndBalance
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import (
    IdentityError,
    LimitError,
    LinkTimeoutError,
    RefusedError,
    ReplyError,
    SettlingError,
    WeightReading,
)
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.links.settings import Terminators

NOTHING = LinkTimeoutError("nothing came")
SILENCE = (None, NOTHING)
ACK = "\x06"
STABLE, MOVING, EMPTY = "ST,+01234.50  g", "US,+01234.60  g", "ST,+00000.02  g"


@pytest.mark.parametrize(
    ("line", "mass_kg", "stable"),
    [
        ("ST,+001234.5  g", 1.2345, True),  # manual: EJ
        ("US,-000000.1  g", -1e-4, False),
        ("ST,+00123.45 kg", 123.45, True),
        ("ST,+000100.0 ct", 0.02, True),
        ("ST,+00001.00 lb", 0.45359237, True),
        ("ST,+01.234567  g", 1.234567e-3, True),  # manual: BA-T, ten characters of data
        ("ST,+0000.1278,  g", 1.278e-4, True),  # manual: AD-4212, CSV format
        ("\nST,+001234.5  g", 1.2345, True),  # the LF of the line before, where the balance ends lines with CR LF
    ],
)
def test_weights(wire, line, mass_kg, stable):
    assert AndBalance(wire([("Q", line)])).read() == WeightReading(mass_kg, stable, (), 0.0)


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("OL,+9999999E+19", "overload"),  # manual: AD-4212
        ("OL,-9999999E+19", "underload"),
        ("OL,+999999.9  g", "overload"),  # manual: EJ
        ("QT,+00012345 PC", "unknown_unit"),  # manual: a count
        ("ST,+000123.4  %", "unknown_unit"),
        ("ST,+000123.4  N", "unknown_unit"),
        ("ST,+000123.4  t", "unknown_unit"),  # tola, not tonnes
        ("EC,E02", "busy"),  # manual: not ready
        ("EC,E01", "error_01"),
        ("001234.5  g", "unreadable"),
        ("ST,+001234.5", "unreadable"),
        ("+001234.5", "unreadable"),  # manual: NU format
        ("S S   1234.5 g", "unreadable"),
        ("ST,001234.5  g", "unreadable"),
        ("ST,+nan  g", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_what_is_no_weight_is_a_flag(wire, line, flag):
    more = [SILENCE] if flag == "unreadable" else []
    assert AndBalance(wire([("Q", line), *more])).read() == WeightReading(None, False, (flag,), 0.0)


@given(st.one_of(st.text(max_size=20), st.from_regex(r"(ST|US),[+-][0-9.]{8} {0,2}[a-zC%]{1,2}", fullmatch=True)))
def test_every_reply_is_a_weight_or_a_flag(line):
    reading = AndBalance(ScriptedLink([("Q", line), SILENCE])).read()
    assert (reading.mass_kg is None) == bool(reading.flags)


def test_both_ends_of_a_line_are_read():
    assert DRIVERS["and_balance"].terminators("COM1") == Terminators("\r", "\r\n")
    assert DRIVERS["and_balance"].terminators("TCPIP0::balance::10001::SOCKET") == Terminators("\r", "\r\n")


@pytest.mark.parametrize("prefix", ["", "{},"])
def test_identity(wire, prefix):
    name, number = f"{prefix.format('TN')}GX-203A", f"{prefix.format('SN')}12345678"
    link = wire([("C", NOTHING), ("Q", STABLE), ("?TN", name), ("?SN", number)])
    assert AndBalance(link).identify() == "GX-203A, s/n 12345678"


@pytest.mark.parametrize("answer", ["EC,E01", NOTHING])
def test_a_scale_without_identity_says_so(wire, answer):
    link = wire([("C", NOTHING), ("Q", STABLE), ("?TN", answer)])
    assert AndBalance(link).identify() == "A&D balance without identity, known by the form of its weights"


@pytest.mark.parametrize("line", ["ES", "S S     100.00 g", "     192.21 g", "+   123.56 g  "])
def test_another_balance(wire, line):
    with pytest.raises(IdentityError, match="expected an A&D balance, but"):
        AndBalance(wire([("C", NOTHING), ("Q", line), SILENCE])).identify()


def test_a_stream_is_ended_and_passed_over(wire):
    stream = [(None, MOVING), ("C", MOVING), (None, MOVING), SILENCE]
    link = wire([*stream, ("Q", "34.60  g"), (None, STABLE)])
    AndBalance(link).prepare()
    assert link.sent == ("C", "Q")


def test_a_stream_that_cannot_be_ended_does_not_hang(wire):
    AndBalance(wire([("C", STABLE), *[(None, STABLE)] * 3, ("Q", STABLE)])).prepare()


def test_a_unit_that_is_no_mass_does_not_pass_preparation(wire):
    with pytest.raises(ReplyError, match="expected a weight in a unit of mass"):
        AndBalance(wire([("C", ACK), ("Q", "ST,+000123.4  %")])).prepare()


def test_readability(wire):
    assert AndBalance(wire([("Q", STABLE)])).readability_kg == 1e-5
    with pytest.raises(ReplyError, match="answered 'overload' to 'Q'"):
        _ = AndBalance(wire([("Q", "OL,+9999999E+19")])).readability_kg


@pytest.mark.parametrize("answer", [NOTHING, ACK], ids=["erCd 0", "erCd 1"])
@pytest.mark.parametrize("command", ["T", "Z"])
def test_tare_and_zero(wire, command, answer):
    balance = AndBalance(wire([("Q", MOVING), ("Q", STABLE), (command, answer), ("Q", MOVING), ("Q", EMPTY)]))
    (balance.tare if command == "T" else balance.zero)(5.0)


def test_not_ready_is_tried_again(wire):
    AndBalance(wire([("Q", STABLE), ("T", "EC,E11"), ("Q", STABLE), ("T", ACK), ("Q", EMPTY)])).tare(5.0)


def test_a_refusal(wire):
    with pytest.raises(RefusedError, match="did not accept 'T': it answers 'EC,E17'"):
        AndBalance(wire([("Q", STABLE), ("T", "EC,E17")])).tare(5.0)


def test_a_silent_balance_that_does_not_tare(wire):
    with pytest.raises(RefusedError, match=r"afterwards it shows 1\.2345 kg"):
        AndBalance(wire([("Q", STABLE), ("T", NOTHING), *[("Q", STABLE)] * 12])).tare(1.0)


def test_no_rest_no_tare(wire):
    with pytest.raises(SettlingError, match="'T' was not carried out"):
        AndBalance(wire([("Q", MOVING)] * 3)).tare(0.3)


def test_adjustment_with_acknowledgements(wire):
    AndBalance(wire([("CAL", ACK), SILENCE, SILENCE, (None, ACK)])).adjust(60.0)


def test_adjustment_in_silence(wire):
    polls = [SILENCE, ("Q", NOTHING), SILENCE, ("Q", NOTHING), SILENCE, ("Q", EMPTY)]
    AndBalance(wire([("CAL", None), *polls])).adjust(60.0)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ([("CAL", "EC,E01")], "it reports error_01"),
        ([("CAL", ACK), SILENCE, (None, "EC,E20")], "it reports error_20"),
        ([("CAL", None), *[SILENCE, ("Q", STABLE)] * 11], "there is no sign of an adjustment within 5 s"),
    ],
)
def test_no_adjustment(wire, script, says):
    with pytest.raises(RefusedError, match=says):
        AndBalance(wire(script)).adjust(60.0)


def test_an_adjustment_that_takes_too_long(wire):
    with pytest.raises(SettlingError, match="the adjustment was not done within 1 s"):
        AndBalance(wire([("CAL", ACK), SILENCE, SILENCE])).adjust(1.0)


def test_the_time_for_an_adjustment_has_limits(wire):
    with pytest.raises(LimitError, match="nothing was sent"):
        AndBalance(wire([])).adjust(601.0)
