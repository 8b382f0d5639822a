from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import (
    CurrentLimits,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    RefusedError,
    ReplyError,
    SupplyReading,
)
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.supplies.lakeshore_643 import LakeShore643, LakeShore648

MAGNET = CurrentLimits(max_current_a=60.0, max_rate_a_per_s=10.0)
HEALTHY = ("ERST?", "000,000")
INTERNAL = [("XPGM?", "0"), ("RSEG 0", None), ("RSEG?", "0")]
RAMP = [("RATE 10.0000", None), ("RATE?", "+10.0000"), ("SETI +5.0000", None), ("SETI?", "+05.0000")]


def slow_look(set_point):
    return [("SETI?", set_point), HEALTHY]


def test_limits_are_the_narrower_ones(wire):
    assert LakeShore643(wire(), MAGNET).limits == MAGNET
    assert LakeShore643(wire(), CurrentLimits(200.0, 100.0)).limits == CurrentLimits(70.1, 50.0)


def test_identity(wire):
    idn = "LSCI,MODEL643,6430001,1.0/1.0"
    assert LakeShore643(wire([("*IDN?", idn)]), MAGNET).identify() == idn
    for other in ("LSCI,MODEL648,1,1.0/1.0", "", "MODEL643"):
        with pytest.raises(IdentityError):
            LakeShore643(wire([("*IDN?", other)]), MAGNET).identify()


def test_prepare(wire):
    LakeShore643(wire([*INTERNAL, *slow_look("+00.0000")]), MAGNET).prepare()


def test_prepare_ends_external_programming_at_zero_current(wire):
    off = [("XPGM?", "1"), ("RDGI?", "+00.0100"), ("XPGM 0", None), ("XPGM?", "0"), *INTERNAL[1:]]
    LakeShore643(wire([*off, *slow_look("+00.0000")]), MAGNET).prepare()


def test_prepare_refuses_to_jump_from_an_external_current(wire):
    with pytest.raises(RefusedError, match=r"'XPGM 0': the output is programmed from outside and \+12\.500 A flow"):
        LakeShore643(wire([("XPGM?", "2"), ("RDGI?", "+12.5000")]), MAGNET).prepare()


def test_prepare_refuses_external_programming_that_stays(wire):
    script = [("XPGM?", "2"), ("RDGI?", "+00.0000"), ("XPGM 0", None), ("XPGM?", "2")]
    with pytest.raises(RefusedError, match="did not accept 'XPGM 0': it reads back 2"):
        LakeShore643(wire(script), MAGNET).prepare()


@pytest.mark.parametrize(
    ("reply", "faults"),
    [
        ("016,000", ("over temperature",)),
        ("000,032", ("magnet water flow",)),
        ("001,128", ("output control failure", "remote inhibit")),
        ("128,000", ("hardware error bit 7",)),
    ],
)
def test_prepare_names_the_faults(wire, reply, faults):
    look = [("SETI?", "+00.0000"), ("ERST?", reply)]
    script = [*INTERNAL, *look, ("ERSTR?", reply), *look, ("ERSTR?", "000,000")]
    with pytest.raises(InstrumentFaultError) as caught:
        LakeShore643(wire(script), MAGNET).prepare()
    assert caught.value.faults == faults


def test_prepare_forgives_what_is_past(wire):
    # ERST? latched, ERSTR? live: the reading of the 642 manual
    look = [("SETI?", "+00.0000"), ("ERST?", "016,000"), ("ERSTR?", "000,000")]
    again = [("SETI?", "+00.0000"), ("ERST?", "000,000"), ("ERSTR?", "000,000")]
    LakeShore643(wire([*INTERNAL, *look, *again]), MAGNET).prepare()


@pytest.mark.parametrize(
    ("current", "rate"),
    [
        (60.001, 1.0),
        (-60.001, 1.0),
        (float("nan"), 1.0),
        (float("inf"), 1.0),
        (1.0, 10.001),
        (1.0, 0.0),
        (1.0, -1.0),
        (1.0, 1e-5),
        (1.0, float("nan")),
    ],
)
def test_beyond_the_limits_no_byte_is_sent(wire, current, rate):
    link = wire()
    with pytest.raises(LimitError):
        LakeShore643(link, MAGNET).ramp_to(current, rate)
    assert link.sent == ()


def test_what_a_limit_error_says(wire):
    with pytest.raises(LimitError) as caught:
        LakeShore643(wire(), MAGNET).ramp_to(61.0, 1.0)
    assert str(caught.value) == (
        "instrument at BENCH: current of 61 A was asked for, allowed are -60 to 60 A; nothing was sent."
    )


def test_ramp_sends_rate_before_set_point(wire):
    LakeShore643(wire(RAMP), MAGNET).ramp_to(5.0, 10.0)


def test_a_verified_rate_is_sent_again_but_not_asked_again(wire):
    supply = LakeShore643(wire([*RAMP, RAMP[0], ("SETI -59.9999", None), ("SETI?", "-59.9999")]), MAGNET)
    supply.ramp_to(5.0, 10.0)
    supply.ramp_to(-59.99992, 10.0)


def test_zero_has_one_sign(wire):
    supply = LakeShore643(wire([*RAMP[:2], ("SETI +0.0000", None), ("SETI?", "+00.0000")]), MAGNET)
    supply.ramp_to(-1e-6, 10.0)


def test_a_clipped_set_point_is_an_error_with_both_values(wire):
    script = [*RAMP[:2], ("SETI +55.0000", None), ("SETI?", "+50.0000"), *slow_look("+50.0000")]
    with pytest.raises(RefusedError) as caught:
        LakeShore643(wire(script), MAGNET).ramp_to(55.0, 10.0)
    assert str(caught.value) == (
        "instrument at BENCH: did not accept 'SETI +55.0000': the set-point reads back +50.0000 A; "
        "see LIMIT in the supply's menu."
    )


def test_a_set_point_that_a_fault_keeps_from_being_taken(wire):
    script = [*RAMP[:3], ("SETI?", "+00.0000"), ("SETI?", "+00.0000"), ("ERST?", "004,000"), ("ERSTR?", "004,000")]
    with pytest.raises(InstrumentFaultError, match=r"instrument at BENCH: reports output over current\."):
        LakeShore643(wire(script), MAGNET).ramp_to(5.0, 10.0)


def test_a_clipped_rate_is_an_error_before_the_set_point_is_sent(wire):
    with pytest.raises(RefusedError, match=r"the rate reads back 5.0000 A/s"):
        LakeShore643(wire([("RATE 10.0000", None), ("RATE?", "+5.0000")]), MAGNET).ramp_to(5.0, 10.0)


def poll(current, word, *, look=None):
    return [("RDGI?", current), ("OPST?", word), *([] if look is None else slow_look(look))]


def test_a_stale_ramp_done_bit_does_not_count(wire):
    script = [*RAMP, *poll("+00.0100", "002", look="+05.0000"), *poll("+04.9990", "002")]
    supply = LakeShore643(wire(script), MAGNET)
    supply.ramp_to(5.0, 10.0)
    assert supply.poll() == SupplyReading(0.01, 5.0, ramping=True, faults=(), flags=(), time_s=0.0)
    assert supply.poll() == SupplyReading(4.999, 5.0, ramping=False, faults=(), flags=(), time_s=0.0)


def test_a_bit_that_is_cleared_by_reading_is_not_lost(wire):
    script = [*RAMP, *poll("+05.0010", "002", look="+05.0000"), *poll("+05.0010", "000")]
    supply = LakeShore643(wire(script), MAGNET)
    supply.ramp_to(5.0, 10.0)
    assert not supply.poll().ramping
    assert not supply.poll().ramping


def test_near_the_set_point_without_the_bit_the_ramp_goes_on(wire):
    supply = LakeShore643(wire([*RAMP, *poll("+04.9950", "000", look="+05.0000")]), MAGNET)
    supply.ramp_to(5.0, 10.0)
    assert supply.poll().ramping


def test_a_fault_is_noticed_within_half_a_second(wire):
    quiet = [line for _ in range(4) for line in poll("+02.0000", "000")]
    trip = [*poll("+00.0000", "000"), ("SETI?", "+00.0000"), ("ERST?", "016,000"), ("ERSTR?", "016,000")]
    link = wire([*RAMP, *poll("+01.0000", "000", look="+05.0000"), *quiet, *trip])
    supply = LakeShore643(link, MAGNET)
    supply.ramp_to(5.0, 10.0)
    for _ in range(5):
        assert supply.poll().faults == ()
        link.clock.sleep(0.1)
    link.clock.sleep(1e-9)
    reading = supply.poll()
    assert reading.faults == ("over temperature",)
    assert reading.set_point_a == 0.0


@pytest.mark.parametrize(
    ("word", "flags"), [("001", ("compliance",)), ("004", ("power_limit",)), ("5", ("compliance", "power_limit"))]
)
def test_compliance_looks_for_faults_at_once(wire, word, flags):
    script = [*RAMP, *poll("+01.0000", "000", look="+05.0000"), *poll("+01.0000", word, look="+05.0000")]
    supply = LakeShore643(wire(script), MAGNET)
    supply.ramp_to(5.0, 10.0)
    supply.poll()
    assert supply.poll().flags == flags


def test_after_stop_it_ramps_while_the_current_moves(wire):
    looks = [*poll("+01.5000", "000", look="+05.0000"), *poll("+01.9000", "000"), *poll("+01.9005", "000")]
    supply = LakeShore643(wire([*RAMP, ("STOP", None), *looks]), MAGNET)
    supply.ramp_to(5.0, 10.0)
    supply.stop()
    assert [supply.poll().ramping for _ in range(3)] == [True, True, False]


def test_a_stop_that_was_not_heard_is_sent_again(wire):
    # manual: it stops within 2 s
    moving = [*poll("+02.0000", "000", look="+05.0000"), *poll("+04.0000", "000", look="+05.0000"), ("STOP", None)]
    still = [*poll("+04.1000", "000", look="+05.0000"), *poll("+04.1001", "000", look="+05.0000")]
    link = wire([*RAMP, ("STOP", None), *moving, *still])
    supply = LakeShore643(link, MAGNET)
    supply.ramp_to(5.0, 10.0)
    supply.stop()
    ramping = []
    for _ in range(4):
        link.clock.sleep(1.5)
        ramping.append(supply.poll().ramping)
    assert ramping == [True, True, True, False]


@pytest.mark.parametrize(
    ("erst", "erstr", "seen"),
    [
        (["016,000", "016,000", "000,000", "000,000"], ["016,000", "000,000", "000,000"], [True, True, False, False]),
        (["016,000", "000,000", "000,000", "000,000"], ["016,000", "016,000", "000,000"], [True, True, False, False]),
    ],
    ids=["ERST? live (643 and 648 manuals)", "ERST? latched (642 manual)"],
)
def test_a_fault_stays_until_it_is_gone_whichever_query_is_live(wire, erst, erstr, seen):
    looks = []
    others = iter(erstr)
    for number, reply in enumerate(erst):
        looks += [*poll("+00.0000", "000"), ("SETI?", "+00.0000"), ("ERST?", reply)]
        if reply != "000,000" or seen[number - 1]:
            looks.append(("ERSTR?", next(others)))
    link = wire(looks)
    supply = LakeShore643(link, MAGNET)
    for expected in seen:
        assert (supply.poll().faults == ("over temperature",)) is expected
        link.clock.sleep(1.0)


class Test648:
    def test_identity(self, wire):
        assert LakeShore648(wire([("*IDN?", "LSCI,MODEL648,1,1.0/1.0")]), MAGNET).identify()
        with pytest.raises(IdentityError, match="expected a Lake Shore 648"):
            LakeShore648(wire([("*IDN?", "LSCI,MODEL643,1,1.0/1.0")]), MAGNET).identify()

    def test_limits(self, wire):
        supply = LakeShore648(wire(), CurrentLimits(200.0, 100.0))
        assert supply.limits == CurrentLimits(135.1, 50.0)
        with pytest.raises(LimitError):
            supply.ramp_to(135.2, 1.0)

    def test_ramp(self, wire):
        script = [("RATE 10.0000", None), ("RATE?", "+10.0000"), ("SETI +120.0000", None), ("SETI?", "+120.0000")]
        LakeShore648(wire(script), CurrentLimits(135.1, 50.0)).ramp_to(120.0, 10.0)


@given(st.sampled_from(["RDGI?", "OPST?", "SETI?", "ERST?"]), st.text(max_size=20))
def test_no_reply_escapes_as_another_error(broken, reply):
    good = [("RDGI?", "+1.0"), ("OPST?", "002"), ("SETI?", "+1.0"), HEALTHY, ("ERSTR?", "000,000")]
    supply = LakeShore643(ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good]), MAGNET)
    try:
        supply.poll()
    except ReplyError as error:
        assert error.reply == reply  # noqa: PT017 - some texts are good replies
