from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.balances.mt_sics import MtSics
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

SILENCE = (None, LinkTimeoutError("nothing came"))
WEIGHT = ("SI", "S S     12.3451 g")
NUMBER = 'I4 A "1114350697"'


def test_identity(wire):
    link = wire([WEIGHT, ("I4", NUMBER), ("I2", 'I2 A "XPR205 Excellence 220.00000 g"')])
    assert MtSics(link).identify() == "XPR205 Excellence 220.00000 g, s/n 1114350697"
    assert link.clears >= 1


def test_a_stream_is_ended_without_touching_the_tare(wire):
    # manual: SIR ends with SI; "@" clears the tare on some models (an emulator)
    lines = [(None, "S D     12.3450 g"), ("SI", "S D     12.3451 g"), (None, "S S     12.3451 g")]
    link = wire([*lines, ("I4", "S S     12.3451 g"), (None, NUMBER), ("I2", 'I2 A "MS204 220 g"')])
    assert MtSics(link).identify() == "MS204 220 g, s/n 1114350697"
    assert "@" not in link.sent


def test_a_balance_that_still_waits_is_woken(wire):
    silent = LinkTimeoutError("nothing came")  # an earlier S waits for rest: commands queue behind it (manual)
    link = wire([("SI", silent), ("@", "S I"), (None, NUMBER), ("I2", 'I2 A "MS204 220 g"')])
    assert MtSics(link).identify() == "MS204 220 g, s/n 1114350697"


@pytest.mark.parametrize(
    "answers",
    [
        [("SI", "hello"), SILENCE],
        [("SI", "ST,+00012.34  g"), SILENCE],  # A&D
        [WEIGHT, ("I4", NUMBER), ("I2", "ES"), SILENCE],
        [WEIGHT, ("I4", NUMBER), ("I2", 'I2 A ""'), SILENCE],
    ],
)
def test_another_instrument(wire, answers):
    with pytest.raises(IdentityError, match="expected an MT-SICS balance, but"):
        MtSics(wire(answers)).identify()


def test_an_endless_stream_is_no_balance():
    link = ScriptedLink([("SI", "S D 1.0 g"), ("I4", "S D 1.0 g"), *[(None, "S D 1.0 g")] * 300])
    with pytest.raises(IdentityError, match="200 lines without an answer to 'I4'"):
        MtSics(link).identify()


@pytest.mark.parametrize(
    ("reply", "mass_kg", "stable"),
    [
        ("S S     100.00 g", 0.1, True),  # the manual's example
        ("S D     100.00 g", 0.1, False),
        ("S S      -0.12 g", -0.12e-3, True),
        ("S S    12345.6 mg", 12345.6e-6, True),
        ("S S     1.5000 kg", 1.5, True),
        ("S S          7 g", 7e-3, True),
        ("SI S   12.3450 g", 12.345e-3, True),
        ("S S      250.0 ug", 250e-9, True),
        ("S S      250.0 µg", 250e-9, True),
        ("S S       1.00 lb", 0.45359237, True),  # international pound
        ("S S       0.50 ct", 1e-4, True),  # 200 mg each
    ],
)
def test_weights(wire, reply, mass_kg, stable):
    assert MtSics(wire([("SI", reply)])).read() == WeightReading(mass_kg, stable, (), 0.0)


@pytest.mark.parametrize(
    ("reply", "flag"),
    [
        ("S I", "busy"),
        ("S +", "overload"),
        ("S -", "underload"),
        ("ES", "unreadable"),
        ("ET", "unreadable"),
        ("", "unreadable"),
        ("S S     100 PCS", "unknown_unit"),
        ("S S   12.34 %", "unknown_unit"),
        ("S S    1.00 tlh", "unknown_unit"),
        ("S S  100.00", "unreadable"),
        ("S S  1e3 g", "unreadable"),
        ("S S  nan g", "unreadable"),
        ("S S 100.00 g S S 100.00 g", "unreadable"),
    ],
)
def test_no_weight_is_a_flag(wire, reply, flag):
    more = [SILENCE] if flag == "unreadable" else []
    assert MtSics(wire([("SI", reply), *more])).read() == WeightReading(None, False, (flag,), 0.0)


@pytest.mark.parametrize("unasked", ["K C 4", 'I4 A "1114350697"', "45 g", "TI S      1.00 g"])
def test_a_line_that_is_no_weight_is_passed_over(wire, unasked):
    link = wire([("SI", unasked), (None, "S S     1.0000 g")])
    assert MtSics(link).read().mass_kg == 1e-3
    assert link.clears == 1  # what was there before the question is flushed


@pytest.mark.parametrize("reply", ["S S     100 PCS", "S S   12.34 %"])
def test_a_unit_that_is_no_mass_does_not_pass_preparation(wire, reply):
    with pytest.raises(ReplyError, match="expected a weight in a unit of mass"):
        MtSics(wire([("SI", reply)])).prepare()


def test_a_balance_out_of_range_can_be_prepared(wire):
    MtSics(wire([("SI", "S -")])).prepare()


def test_readability_is_the_last_digit_seen(wire):
    balance = MtSics(wire([("SI", "S D    12.345 g"), ("SI", "S S   12.3450 g"), ("SI", "S D    12.345 g")]))
    assert balance.readability_kg == 1e-6
    balance.read()
    assert balance.readability_kg == 1e-7
    balance.read()
    assert balance.readability_kg == 1e-7


def test_readability_without_a_weight(wire):
    with pytest.raises(ReplyError, match="answered 'overload' to 'SI'; expected a weight, to see its decimals"):
        _ = MtSics(wire([("SI", "S +")])).readability_kg


def test_tare_waits_for_rest_and_looks_afterwards(wire):
    moving = [("SI", "S D  1.00 g"), ("SI", "S I"), ("SI", "S S  1.01 g"), ("TI", "TI D  1.01 g")]
    done = [("SI", "S S  1.01 g"), ("TI", "TI S      1.01 g"), ("SI", "S D  0.02 g"), ("SI", "S S  0.01 g")]
    link = wire([*moving, *done])
    MtSics(link).tare(5.0)
    assert link.clock.now() == pytest.approx(4 * 0.2)


def test_zero(wire):
    MtSics(wire([("SI", "S S  1.01 g"), ("ZI", "ZI S"), ("SI", "S S  0.00 g")])).zero(1.0)


def test_a_tare_that_does_not_show_is_refused(wire):
    link = wire([("SI", "S S  12.34 g"), ("TI", "TI S  12.34 g"), *[("SI", "S S  12.34 g")] * 12])
    with pytest.raises(RefusedError, match=r"did not accept 'TI': afterwards it shows 0\.01234 kg, at rest"):
        MtSics(link).tare(1.0)


def test_tare_gives_up_in_time(wire):
    link = wire([("SI", "S D  1.00 g")] * 6)
    with pytest.raises(SettlingError) as caught:
        MtSics(link).tare(0.9)
    assert str(caught.value) == (
        "instrument at BENCH: the load did not come to rest within 0.9 s (last seen: moving); 'TI' was not carried out."
    )
    assert caught.value.timeout_s == 0.9


def test_restless_after_the_tare(wire):
    link = wire([("SI", "S S  1.00 g"), ("TI", "TI S  1.00 g"), *[("SI", "S D  0.00 g")] * 12])
    with pytest.raises(SettlingError, match="whether 'TI' was carried out is not known"):
        MtSics(link).tare(0.9)


@pytest.mark.parametrize(("command", "reply"), [("TI", "TI +"), ("ZI", "ZI -"), ("ZI", "ZI L")])
def test_outside_the_range(wire, command, reply):
    balance = MtSics(wire([("SI", "S S  1.00 g"), (command, reply)]))
    with pytest.raises(RefusedError, match=f"did not accept '{command}': it answers '{re.escape(reply)}', the load"):
        (balance.tare if command == "TI" else balance.zero)(1.0)


def test_garbage_instead_of_a_tare(wire):
    with pytest.raises(ReplyError, match="expected TI S, TI D or TI I"):
        MtSics(wire([("SI", "S S  1.00 g"), ("TI", "S S 1.00 g"), SILENCE])).tare(1.0)


def test_adjustment(wire):
    # replies B and A: manual, level 2 (remembered); silence between them is what takes the time
    link = wire([("C3", "C3 B"), SILENCE, (None, "S S  0.00 g"), SILENCE, (None, "C3 A")], message_s=1.0)
    MtSics(link).adjust(60.0)


@pytest.mark.parametrize(
    ("lines", "error", "says"),
    [
        (["C3 I"], RefusedError, "'C3 I', the balance is busy or was disturbed"),
        (["C3 B", "C3 I"], RefusedError, "'C3 I', the balance is busy or was disturbed"),
        (["C3 L"], RefusedError, "'C3 L', it has no internal weight"),
        (["ES"], RefusedError, "'ES', it does not know it"),
        (["hello"], ReplyError, "expected C3 B, C3 A, C3 I or C3 L"),
    ],
)
def test_no_adjustment(wire, lines, error, says):
    link = wire([("C3", lines[0]), *[(None, line) for line in lines[1:]]])
    with pytest.raises(error, match=says):
        MtSics(link).adjust(60.0)


def test_an_adjustment_that_takes_too_long_is_cancelled(wire):
    link = wire([("C3", "C3 B"), SILENCE, ("@", NUMBER)], message_s=2.0)
    with pytest.raises(SettlingError, match=r"not done within 5 s; it was cancelled\."):
        MtSics(link).adjust(5.0)


@pytest.mark.parametrize("timeout_s", [0.0, -1.0, 601.0, float("nan"), float("inf")])
def test_the_time_for_an_adjustment_has_limits(wire, timeout_s):
    with pytest.raises(LimitError, match="allowed are 0 to 600 s; nothing was sent"):
        MtSics(wire([])).adjust(timeout_s)


@given(st.one_of(st.text(max_size=30), st.from_regex(r"S [SD] {1,9}[-+0-9.]{1,14} [a-zµ]{1,3}", fullmatch=True)))
def test_every_reply_is_a_weight_or_a_flag(reply):
    reading = MtSics(ScriptedLink([("SI", reply), SILENCE])).read()
    assert (reading.mass_kg is None) == bool(reading.flags)


@given(st.integers(-(10**7), 10**7))
def test_grams_become_the_nearest_kilograms(milligrams):
    digits = f"{milligrams / 1000:.3f}"
    reading = MtSics(ScriptedLink([("SI", f"S S {digits:>10} g")])).read()
    assert reading.mass_kg == milligrams / 1e6  # division is correctly rounded
