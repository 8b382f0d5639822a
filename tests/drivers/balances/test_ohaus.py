"""Lines as the manuals print them: Explorer EX, RS232 interface manual, Navigator, Explorer Pro."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.balances.ohaus import Ohaus
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

NOTHING = LinkTimeoutError("nothing came")
SILENCE = (None, NOTHING)
STABLE, MOVING, EMPTY = "    192.21 g", "    176.30 g ?", "      0.01 g"


@pytest.mark.parametrize(
    ("line", "mass_kg", "stable"),
    [
        ("    192.21 g", 0.19221, True),  # manual: Explorer
        ("      0.01 g ?", 1e-5, False),  # manual: Explorer
        ("    192.21 g     ", 0.19221, True),
        ("     -1.50 g", -1.5e-3, True),
        ("-     1.50 g", -1.5e-3, True),
        ("     12.73 g    ?", 12.73e-3, False),  # manual: unit padded to five
        ("    0.4500 oz    ", 0.45 * 0.45359237 / 16, True),
        ("     0.211 kg ?", 0.211, False),  # manual: Navigator
        ("    192.21 g   N", 0.19221, True),  # published driver (iblrig): net
        ("    192.21 g ? G", 0.19221, False),
    ],
)
def test_weights(wire, line, mass_kg, stable):
    reading = Ohaus(wire([("IP", line)])).read()
    assert reading == WeightReading(pytest.approx(mass_kg, rel=1e-15), stable, (), 0.0)


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("Err 8.3", "overload"),  # assumed: as the display has it
        ("Error 8.4", "underload"),
        ("Err 4.4", "error_4.4"),
        ("ES", "busy"),  # manual: not stable in time, or an invalid command
        ("         3 PCS", "unknown_unit"),
        ("     12.34 %", "unknown_unit"),
        ("     12.34 N", "unknown_unit"),
        ("      0.85 oz TOTAL", "unreadable"),  # a sum
        ("     12.73 g   T", "unreadable"),  # the tare
        ("92.21 g", "unreadable"),  # cut
        ("    192.21", "unreadable"),
        ("S S     100.00 g", "unreadable"),
        ("", "unreadable"),
    ],
)
def test_what_is_no_weight_is_a_flag(wire, line, flag):
    more = [SILENCE] if flag == "unreadable" else []
    assert Ohaus(wire([("IP", line), *more])).read() == WeightReading(None, False, (flag,), 0.0)


@given(st.one_of(st.text(max_size=20), st.from_regex(r" {0,8}-?[0-9.]{1,9} (g|kg|PCS|%)( \?)?", fullmatch=True)))
def test_every_reply_is_a_weight_or_a_flag(line):
    reading = Ohaus(ScriptedLink([("IP", line), SILENCE])).read()
    assert (reading.mass_kg is None) == bool(reading.flags)


def test_a_line_that_was_cut_within_the_number_is_no_weight(wire):
    # 1234.56789 cut by one digit would be a weight in the narrower layout
    balance = Ohaus(wire([("0P", NOTHING), *[("IP", "1234.56789 g")] * 2, ("IP", "234.56789 g"), SILENCE]))
    balance.prepare()
    assert balance.read().flags == ("unreadable",)


def test_the_rest_of_a_cut_line_is_passed_over(wire):
    link = wire([("IP", "2.21 g"), (None, STABLE)])
    assert Ohaus(link).read().mass_kg == 0.19221
    assert link.clears == 1


def test_identity(wire):
    link = wire([("0P", NOTHING), ("IP", STABLE), ("PV", "Sr 2.10"), ("PSN", "B401234567")])
    assert Ohaus(link).identify() == "Ohaus balance, version Sr 2.10, s/n B401234567"


def test_a_balance_without_identity_says_so(wire):
    link = wire([("0P", "ES"), ("IP", STABLE), ("PV", "ES"), ("PSN", NOTHING)])
    assert Ohaus(link).identify() == "Ohaus balance, without identity, known by the form of its weights"


@pytest.mark.parametrize("line", ["ES", "S S     100.00 g", "ST,+00123.45  g", "+   123.56 g  x"])
def test_another_balance(wire, line):
    more = [] if line == "ES" else [SILENCE]
    with pytest.raises(IdentityError, match="expected an Ohaus balance, but"):
        Ohaus(wire([("0P", NOTHING), ("IP", line), *more])).identify()


def test_automatic_printing_is_ended(wire):
    link = wire([(None, MOVING), ("0P", MOVING), (None, "OK!"), ("IP", STABLE), ("IP", STABLE)])
    Ohaus(link).prepare()
    assert link.sent == ("0P", "IP", "IP")


def test_a_unit_that_is_no_mass_does_not_pass_preparation(wire):
    with pytest.raises(ReplyError, match="expected a weight in a unit of mass"):
        Ohaus(wire([("0P", "OK!"), ("IP", "         3 PCS")])).prepare()


def test_readability(wire):
    assert Ohaus(wire([("IP", STABLE)])).readability_kg == 1e-5
    with pytest.raises(ReplyError, match="answered 'busy' to 'IP'"):
        _ = Ohaus(wire([("IP", "ES")])).readability_kg


@pytest.mark.parametrize("answer", [NOTHING, "OK!"])
@pytest.mark.parametrize("command", ["T", "Z"])
def test_tare_and_zero(wire, command, answer):
    balance = Ohaus(wire([("IP", MOVING), ("IP", STABLE), (command, answer), ("IP", MOVING), ("IP", EMPTY)]))
    (balance.tare if command == "T" else balance.zero)(5.0)


def test_a_refusal(wire):
    with pytest.raises(RefusedError, match="did not accept 'Z': it answers 'ES'"):
        Ohaus(wire([("IP", STABLE), ("Z", "ES")])).zero(5.0)


def test_a_silent_balance_that_does_not_tare(wire):
    with pytest.raises(RefusedError, match=r"afterwards it shows 0\.19221 kg"):
        Ohaus(wire([("IP", STABLE), ("T", NOTHING), *[("IP", STABLE)] * 12])).tare(1.0)


def test_no_rest_no_tare(wire):
    with pytest.raises(SettlingError, match="'T' was not carried out"):
        Ohaus(wire([("IP", MOVING)] * 3)).tare(0.3)


@pytest.mark.parametrize("meanwhile", [NOTHING, "ES"])
def test_adjustment(wire, meanwhile):
    Ohaus(wire([("IC", "OK!"), ("IP", STABLE), *[("IP", meanwhile)] * 3, ("IP", EMPTY)])).adjust(60.0)


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ([("IC", "ES")], "did not accept 'IC': it answers 'ES'"),
        ([("IC", NOTHING), ("IP", "Err 4.5")], "it reports error_4.5"),
        ([("IC", NOTHING), *[("IP", STABLE)] * 11], "there is no sign of an adjustment within 5 s"),
    ],
)
def test_no_adjustment(wire, script, says):
    with pytest.raises(RefusedError, match=says):
        Ohaus(wire(script)).adjust(60.0)


def test_an_adjustment_that_takes_too_long_is_ended(wire):
    with pytest.raises(SettlingError, match="the adjustment was not done within 1 s"):
        Ohaus(wire([("IC", "OK!"), *[("IP", NOTHING)] * 3, ("AC", None)])).adjust(1.0)


def test_the_time_for_an_adjustment_has_limits(wire):
    with pytest.raises(LimitError, match="nothing was sent"):
        Ohaus(wire([])).adjust(-1.0)
