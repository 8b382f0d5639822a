from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.balances.mt_sics import MtSics
from vsmdaq_drivers.contracts import IdentityError, RefusedError, ReplyError, SettlingError, WeightReading
from vsmdaq_drivers.links.scripted import ScriptedLink

CANCEL = ("@", 'I4 A "1114350697"')


def test_identity(wire):
    link = wire([CANCEL, ("I2", 'I2 A "XPR205 Excellence 220.00000 g"')])
    assert MtSics(link).identify() == "XPR205 Excellence 220.00000 g, s/n 1114350697"
    assert link.clears == 1


def test_lines_of_a_stream_are_thrown_away(wire):
    stream = [(None, "S D     12.3450 g"), (None, "S S     12.3451 g")]
    link = wire([*stream, ("@", "S S     12.3451 g"), (None, CANCEL[1]), ("I2", 'I2 A "MS204 220 g"')])
    assert MtSics(link).identify() == "MS204 220 g, s/n 1114350697"


@pytest.mark.parametrize("answers", [[("@", "hello")], [CANCEL, ("I2", "ES")], [CANCEL, ("I2", 'I2 A ""')]])
def test_another_instrument(wire, answers):
    with pytest.raises(IdentityError, match="expected an MT-SICS balance, but"):
        MtSics(wire(answers)).identify()


def test_an_endless_stream_is_no_balance():
    link = ScriptedLink([("@", "S D 1.0 g"), *[(None, "S D 1.0 g")] * 300])
    with pytest.raises(IdentityError, match="200 lines without an answer to '@'"):
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
        ("S S  100.00 lb", "unreadable"),
        ("S S  100.00", "unreadable"),
        ("S S  1e3 g", "unreadable"),
        ("S S  nan g", "unreadable"),
        ("S S 100.00 g S S 100.00 g", "unreadable"),
    ],
)
def test_no_weight_is_a_flag(wire, reply, flag):
    assert MtSics(wire([("SI", reply)])).read() == WeightReading(None, False, (flag,), 0.0)


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


def test_tare_waits_for_rest(wire):
    moving = [("SI", "S D  1.00 g"), ("SI", "S I"), ("SI", "S S  1.01 g"), ("TI", "TI D  1.01 g")]
    link = wire([*moving, ("SI", "S S  1.01 g"), ("TI", "TI S      1.01 g")])
    MtSics(link).tare(5.0)
    assert link.clock.now() == pytest.approx(3 * 0.2)


def test_tare_gives_up_in_time(wire):
    link = wire([("SI", "S D  1.00 g")] * 6)
    with pytest.raises(SettlingError) as caught:
        MtSics(link).tare(0.9)
    assert str(caught.value) == (
        "instrument at BENCH: the load did not come to rest within 0.9 s (last seen: moving); not tared."
    )
    assert caught.value.timeout_s == 0.9


def test_tare_outside_the_range(wire):
    with pytest.raises(RefusedError, match=r"did not accept 'TI': it answers 'TI \+', the load is outside"):
        MtSics(wire([("SI", "S S  1.00 g"), ("TI", "TI +")])).tare(1.0)


def test_garbage_instead_of_a_tare(wire):
    with pytest.raises(ReplyError, match="expected TI S, TI D or TI I"):
        MtSics(wire([("SI", "S S  1.00 g"), ("TI", "S S 1.00 g")])).tare(1.0)


@given(st.one_of(st.text(max_size=30), st.from_regex(r"S [SD] {1,9}[-+0-9.]{1,14} [a-zµ]{1,3}", fullmatch=True)))
def test_every_reply_is_a_weight_or_a_flag(reply):
    reading = MtSics(ScriptedLink([("SI", reply)])).read()
    assert (reading.mass_kg is None) == bool(reading.flags)


@given(st.integers(-(10**7), 10**7))
def test_grams_become_the_nearest_kilograms(milligrams):
    digits = f"{milligrams / 1000:.3f}"
    reading = MtSics(ScriptedLink([("SI", f"S S {digits:>10} g")])).read()
    assert reading.mass_kg == milligrams / 1e6  # division is correctly rounded
