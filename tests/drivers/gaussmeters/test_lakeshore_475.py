from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import FieldReading, IdentityError, RefusedError, ReplyError
from vsmdaq_drivers.gaussmeters.lakeshore_475 import LakeShore475
from vsmdaq_drivers.links.scripted import ScriptedLink

IN_A_PER_M = [("UNIT 4", None), ("UNIT?", "4")]
IN_TESLA = [("UNIT 4", None), ("UNIT?", "1"), ("UNIT 2", None), ("UNIT?", "2")]
DC = [("RDGMODE?", "1,3,1,1,1")]
AUTO = [("AUTO 1", None), ("AUTO?", "1")]


def prepared(wire, unit, *script, **options):
    meter = LakeShore475(wire([*unit, *DC, *AUTO, *script], **options))
    meter.prepare()
    return meter


def test_identity(wire):
    assert LakeShore475(wire([("*IDN?", "LSCI,MODEL475,4750001,1.0")])).identify() == "LSCI,MODEL475,4750001,1.0"
    with pytest.raises(IdentityError, match=r"expected a Lake Shore 475, but 'LSCI,MODEL425,1,1.0' answers"):
        LakeShore475(wire([("*IDN?", "LSCI,MODEL425,1,1.0")])).identify()


def test_field_in_a_per_m(wire):
    meter = prepared(wire, IN_A_PER_M, ("RDGFIELD?", "+123.456E+03"), message_s=0.01)
    assert meter.read() == FieldReading(123456.0, (), pytest.approx(0.01 * 10))


def test_tesla_is_converted_where_there_is_no_a_per_m(wire):
    # 1 T in vacuum is 1e7/(4 pi) A/m within 2e-10 (SI before 2019, CODATA 2022)
    meter = prepared(wire, IN_TESLA, ("RDGFIELD?", "-001.000E+00"))
    assert meter.read().field_a_per_m == pytest.approx(-1e7 / (4 * math.pi), rel=1e-9)


def test_no_unit_that_can_be_used(wire):
    link = wire([("UNIT 4", None), ("UNIT?", "1"), ("UNIT 2", None), ("UNIT?", "1")])
    with pytest.raises(RefusedError, match=r"did not accept 'UNIT 2': the unit reads back 1 \(gauss\)\."):
        LakeShore475(link).prepare()


def test_dc_mode_is_set_and_the_rest_of_it_kept(wire):
    mode = [("RDGMODE?", "2,1,3,2,1"), ("RDGMODE 1,3,3,2,1", None), ("RDGMODE?", "1,3,3,2,1")]
    LakeShore475(wire([*IN_A_PER_M, *mode, *AUTO])).prepare()


def test_settings_that_are_not_taken(wire):
    mode = [("RDGMODE?", "2,1,3,2,1"), ("RDGMODE 1,3,3,2,1", None), ("RDGMODE?", "2,1,3,2,1")]
    with pytest.raises(RefusedError, match="'RDGMODE 1,3,3,2,1': it reads back 2,1,3,2,1"):
        LakeShore475(wire([*IN_A_PER_M, *mode])).prepare()
    with pytest.raises(RefusedError, match="'AUTO 1': it reads back 0"):
        LakeShore475(wire([*IN_A_PER_M, *DC, ("AUTO 1", None), ("AUTO?", "0")])).prepare()


@pytest.mark.parametrize(
    ("reply", "flag"),
    [
        ("OL", "overload"),
        ("OVERLOAD", "overload"),
        ("-OL-", "overload"),
        ("NO PROBE", "no_probe"),
        ("----", "unreadable"),
        ("", "unreadable"),
        ("nan", "unreadable"),
        ("inf", "unreadable"),
        ("+1.0E+03,+2.0", "unreadable"),
    ],
)
def test_what_is_no_number_is_a_flag(wire, reply, flag):
    assert prepared(wire, IN_A_PER_M, ("RDGFIELD?", reply)).read() == FieldReading(None, (flag,), 0.0)


def test_a_unit_changed_at_the_panel_is_found_within_five_seconds(wire):
    link_script = [("RDGFIELD?", "+001.000E+03"), ("UNIT?", "4"), ("RDGFIELD?", "+001.000E+03"), ("UNIT?", "3")]
    link = wire([*IN_A_PER_M, *DC, *AUTO, *link_script])
    meter = LakeShore475(link)
    meter.prepare()
    link.clock.sleep(4.9)
    meter.read()
    link.clock.sleep(0.2)
    meter.read()
    link.clock.sleep(5.0)
    with pytest.raises(RefusedError, match="the unit is now oersted instead of A/m; was it changed at the front panel"):
        meter.read()


def test_without_prepare_there_is_no_unit(wire):
    with pytest.raises(RefusedError, match="the unit is not known before prepare"):
        LakeShore475(wire()).read()


@given(st.text(max_size=30))
def test_every_reply_is_a_number_or_a_flag(reply):
    meter = LakeShore475(ScriptedLink([*IN_A_PER_M, *DC, *AUTO, ("RDGFIELD?", reply)]))
    meter.prepare()
    reading = meter.read()
    assert (reading.field_a_per_m is None) == bool(reading.flags)
    assert reading.field_a_per_m is None or math.isfinite(reading.field_a_per_m)


@given(st.sampled_from(["UNIT?", "RDGMODE?", "AUTO?"]), st.text(max_size=20))
def test_garbage_while_preparing(broken, reply):
    good = [*IN_A_PER_M, *DC, *AUTO]
    meter = LakeShore475(ScriptedLink([(sent, reply if sent == broken else answer) for sent, answer in good]))
    try:
        meter.prepare()
    except (ReplyError, RefusedError, AssertionError) as error:
        # an AssertionError is the script's: a digit was read as a setting to be corrected
        assert not isinstance(error, AssertionError) or "script" in str(error)  # noqa: PT017
