"""Lines as the operating instructions print them: LE, CPA, Entris II, Quintix, FB, ME215S, Master series."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.balances.sartorius_sbi import SartoriusSbi
from vsmdaq_drivers.balances.sbi_lines import SbiLine, parse_line
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

PRINT = "\x1bP"
NOTHING = LinkTimeoutError("nothing came")
SILENCE = (None, NOTHING)
STABLE, MOVING = "+   123.56 g  ", "+   123.57    "
NO_AUTO = [SILENCE, (PRINT, STABLE), SILENCE]  # listened before and after


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("+   123.56 g  ", SbiLine("weight", "+123.56", "g")),  # manual: LE
        ("+   123.5[6]g ", SbiLine("weight", "+123.56", "g")),  # manual: LE, non-verified digit
        ("+    123.5[6] ", SbiLine("weight", "+123.56", "")),
        ("+   1255.7 g  ", SbiLine("weight", "+1255.7", "g")),  # manual: FB
        ("+111.25507 mg ", SbiLine("weight", "+111.25507", "mg")),  # manual: ME215S
        ("   111.255 g  ", SbiLine("weight", "111.255", "g")),  # manual: Quintix, no sign
        ("-     0.01 kg ", SbiLine("weight", "-0.01", "kg")),
        ("+     1.23    ", SbiLine("weight", "+1.23", "")),  # manual: no unit, no stability
        ("+      253 pcs", SbiLine("weight", "+253", "pcs")),  # manual: WZA
        ("N     +   123.56 g  ", SbiLine("weight", "+123.56", "g")),  # manual: Entris II, 22 characters
        ("N     +   123.5[6]g ", SbiLine("weight", "+123.56", "g")),
        ("      High    ", SbiLine("overload")),  # manual: Quintix
        ("      Low     ", SbiLine("underload")),
        ("      H       ", SbiLine("overload")),  # manual: LE
        ("      L       ", SbiLine("underload")),
        ("      C       ", SbiLine("adjusting")),
        ("      Cal.Int.", SbiLine("adjusting")),  # manual: Quintix
        ("Stat        High    ", SbiLine("overload")),
        ("Stat      Cal.Ext.  ", SbiLine("adjusting")),  # manual: Entris II
        ("   Err 054    ", SbiLine("error_054")),
        ("Stat     ERR 054    ", SbiLine("error_054")),  # manual: Master series
        ("Stat     APP.ERR    ", SbiLine("error_app")),
        ("Stat     DIS.ER     ", SbiLine("error_dis")),
        ("T1    +   123.56 g  ", SbiLine("unreadable")),  # manual: tare memory, no weight
        ("Qnt   +      253 pcs", SbiLine("unreadable")),
        ("+   123.56 g", SbiLine("unreadable")),  # cut
        ("   123.56 g  ", SbiLine("unreadable")),
        ("      --      ", SbiLine("unreadable")),  # manual: final readout
        ("+  12 3.56 g  ", SbiLine("unreadable")),
        ("", SbiLine("unreadable")),
    ],
)
def test_lines(line, expected):
    assert parse_line(line) == expected


@given(st.text(min_size=14, max_size=14) | st.text(min_size=20, max_size=20))
def test_no_line_gives_a_number_that_is_not_in_it(line):
    found = parse_line(line)
    assert (found.kind == "weight") == bool(found.digits)
    assert found.digits.strip("+-") in line.replace("[", "").replace("]", "")


def ready(wire, *script, **options):
    balance = SartoriusSbi(wire([*NO_AUTO, (PRINT, STABLE), *script]), **options)
    balance.prepare()
    return balance


def test_identity(wire):
    link = wire([*NO_AUTO, ("\x1bx1_", "SECURA224-1S  "), ("\x1bx2_", "0031700123    ")])
    assert SartoriusSbi(link).identify() == "SECURA224-1S, s/n 0031700123"


def test_an_old_balance_without_identity_says_so(wire):
    link = wire([*NO_AUTO, ("\x1bx1_", NOTHING)])
    assert SartoriusSbi(link).identify() == "Sartorius SBI balance without identity, known by the form of its weights"


@pytest.mark.parametrize("reply", ["ES", "ST,+00123.45  g", "S S     100.00 g", "     192.21 g"])
def test_another_balance(wire, reply):
    with pytest.raises(IdentityError, match=r"expected a Sartorius balance \(SBI\), but"):
        SartoriusSbi(wire([SILENCE, (PRINT, reply), SILENCE, SILENCE])).identify()


def test_silence_says_what_to_set(wire):
    with pytest.raises(LinkTimeoutError, match="Set the balance's data output to 'manual, without stability'"):
        SartoriusSbi(wire([SILENCE, (PRINT, NOTHING)])).identify()


def test_unstable_weights_are_in_the_last_unit(wire):
    balance = ready(wire, (PRINT, MOVING), (PRINT, STABLE))
    assert balance.read() == WeightReading(0.12357, False, (), 0.0)
    assert balance.read() == WeightReading(0.12356, True, (), 0.0)
    assert balance.readability_kg == 1e-5


def test_before_the_first_unit_there_is_no_number(wire):
    balance = SartoriusSbi(wire([(PRINT, MOVING)]))
    assert balance.read() == WeightReading(None, False, ("busy",), 0.0)


def test_preparation_waits_for_the_unit(wire):
    link = wire([*NO_AUTO, (PRINT, MOVING), (PRINT, MOVING), (PRINT, STABLE)])
    SartoriusSbi(link).prepare()
    assert link.clock.now() == pytest.approx(0.4)


def test_preparation_gives_up(wire):
    with pytest.raises(SettlingError, match="no weight at rest within 10 s, so its unit is not known"):
        SartoriusSbi(wire([*NO_AUTO, *[(PRINT, MOVING)] * 21], message_s=0.15)).prepare()


@pytest.mark.parametrize("line", ["+      253 pcs", "+    12.34 %  ", "+    12.34 tlh"])
def test_a_unit_that_is_no_mass(wire, line):
    with pytest.raises(ReplyError, match="expected a weight in a unit of mass"):
        SartoriusSbi(wire([*NO_AUTO, (PRINT, line)])).prepare()
    assert ready(wire, (PRINT, line)).read().flags == ("unknown_unit",)


@pytest.mark.parametrize(
    ("line", "flag"),
    [
        ("      High    ", "overload"),
        ("      Low     ", "underload"),
        ("      Cal.    ", "busy"),
        ("   Err 054    ", "error_054"),
        ("garbage", "unreadable"),
    ],
)
def test_what_is_no_weight_is_a_flag(wire, line, flag):
    more = [SILENCE] if flag == "unreadable" else []
    assert ready(wire, (PRINT, line), *more).read() == WeightReading(None, False, (flag,), 0.0)


def test_the_rest_of_a_cut_line_is_passed_over(wire):
    link = wire([(PRINT, "3.56 g  "), (None, STABLE)])
    assert SartoriusSbi(link).read().mass_kg == 0.12356
    assert link.clears == 1


def test_automatic_printing_is_not_switched_off(wire):
    # labmcp-sartorius: with it, ESC P toggles; so it is never sent
    link = wire([(None, line) for line in ("6 g  ", *[STABLE] * 4, "9 g  ", MOVING)])
    balance = SartoriusSbi(link)
    balance.prepare()
    assert balance.read() == WeightReading(0.12357, False, (), 0.0)
    assert link.sent == ()


def test_automatic_printing_that_stood_still(wire):
    link = wire([SILENCE, (PRINT, STABLE), *[(None, STABLE)] * 3, (None, MOVING)])
    balance = SartoriusSbi(link)
    balance.prepare()
    assert balance.read().mass_kg == 0.12357
    assert link.sent == (PRINT,)


def test_automatic_printing_that_somebody_switched_off(wire):
    on = [(None, STABLE)] * 4
    link = wire([*on, SILENCE, (PRINT, MOVING), (None, MOVING), (None, MOVING), (None, STABLE)])
    balance = SartoriusSbi(link)
    balance.prepare()
    assert [balance.read().stable, balance.read().stable] == [False, True]
    assert link.sent == (PRINT,)


def test_one_line_unasked_is_no_automatic_printing(wire):
    # the print key, or a greeting of the interface
    link = wire([(None, STABLE), SILENCE, (PRINT, STABLE), SILENCE, (PRINT, STABLE), (PRINT, MOVING)])
    balance = SartoriusSbi(link)
    balance.prepare()
    assert not balance.read().stable


def test_silence_while_moving_is_an_option(wire):
    balance = ready(wire, (PRINT, NOTHING), (PRINT, NOTHING), prints="stable")
    assert [balance.read().flags for _ in range(2)] == [("busy",)] * 2
    with pytest.raises(LinkTimeoutError):
        ready(wire, (PRINT, NOTHING)).read()
    with pytest.raises(ValueError, match="prints: given 'never'; allowed: 'any', 'stable'"):
        SartoriusSbi(ScriptedLink(), prints="never")


def test_silence_for_a_minute_is_an_error(wire):
    link = wire([(PRINT, NOTHING)] * 17, message_s=2.0)
    balance = SartoriusSbi(link, prints="stable")
    assert [balance.read().flags for _ in range(16)] == [("busy",)] * 16  # four seconds each, the first from its end
    with pytest.raises(LinkTimeoutError, match="no weight came"):
        balance.read()


def test_tare_is_silent_and_looked_at(wire):
    weights = [(PRINT, STABLE), ("\x1bT", None), (PRINT, MOVING), (PRINT, "+     0.02 g  ")]
    ready(wire, *weights).tare(5.0)


def test_zero(wire):
    ready(wire, (PRINT, STABLE), ("\x1bV", None), (PRINT, "-     0.01 g  ")).zero(5.0)


def test_an_old_balance_that_does_not_know_zero(wire):
    weights = [(PRINT, STABLE), ("\x1bV", None), *[(PRINT, STABLE)] * 12]
    with pytest.raises(RefusedError, match=r"afterwards it shows 0\.12356 kg, at rest"):
        ready(wire, *weights).zero(1.0)


def test_no_rest_no_tare(wire):
    with pytest.raises(SettlingError, match=r"did not come to rest within 0\.3 s \(last seen: moving\)"):
        ready(wire, *[(PRINT, MOVING)] * 3).tare(0.3)


def test_adjustment(wire):
    adjusting = [("\x1bZ", None), (PRINT, STABLE), *[(PRINT, "      Cal.Int.")] * 3, (PRINT, "+     0.00 g  ")]
    ready(wire, *adjusting).adjust(60.0)


@pytest.mark.parametrize(
    ("lines", "error", "says"),
    [
        ([STABLE] * 11, RefusedError, "there is no sign of an adjustment within 5 s"),
        (["      Cal.    ", "   Err 02     "], RefusedError, "it reports error_02"),
        ([NOTHING] * 11, RefusedError, "there is no sign of an adjustment within 5 s"),
    ],
)
def test_no_adjustment(wire, lines, error, says):
    with pytest.raises(error, match=says):
        ready(wire, ("\x1bZ", None), *[(PRINT, line) for line in lines]).adjust(60.0)


def test_an_adjustment_that_takes_too_long_is_cancelled(wire):
    script = [("\x1bZ", None), *[(PRINT, "      C       ")] * 5, ("\x1bs3_", None)]
    with pytest.raises(SettlingError, match="the adjustment was not done within 2 s"):
        ready(wire, *script).adjust(2.0)


def test_the_time_for_an_adjustment_has_limits(wire):
    with pytest.raises(LimitError, match="nothing was sent"):
        SartoriusSbi(wire([])).adjust(0.0)
