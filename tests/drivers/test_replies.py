from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import ReplyError
from vsmdaq_drivers.replies import number_or_none, parse_floats, parse_integers


@given(st.floats(-1e60, 1e60))
def test_every_number_comes_back(value):
    assert number_or_none(repr(value)) == value
    assert number_or_none(f" {value:+.17E} ") == value


@pytest.mark.parametrize(
    "text",
    ["nan", "inf", "-inf", "1_0", "0x10", "1e400", "1e308", "-1.1e60", "١", "", " ", "1 2", "1.0\x00", "1e", "--1"],
)
def test_what_float_would_take_or_nearly(text):
    assert number_or_none(text) is None


@given(st.text(max_size=40))
def test_numbers_or_a_reply_error(reply):
    for parse in (
        lambda: parse_floats("Q?", reply, 2, instrument="x"),
        lambda: parse_integers("Q?", reply, 2, highest=255, instrument="x"),
    ):
        try:
            values = parse()
        except ReplyError as error:
            assert error.reply == reply  # noqa: PT017
        else:
            assert len(values) == 2
            assert all(math.isfinite(value) for value in values)


@pytest.mark.parametrize("reply", ["256", "-1", "1.0", "", "1,2", "9" * 5000])
def test_integers_beyond_what_is_expected(reply):
    with pytest.raises(ReplyError, match="expected an integer, 0 to 255"):
        parse_integers("LIAS?", reply, 1, highest=255, instrument="sr830")


def test_what_a_reply_error_says():
    with pytest.raises(ReplyError) as caught:
        parse_integers("ERST?", "7", 2, highest=255, instrument="lakeshore_643 at GPIB0::12::INSTR")
    assert str(caught.value) == (
        "lakeshore_643 at GPIB0::12::INSTR: answered '7' to 'ERST?'; expected 2 integers separated by commas, 0 to 255."
    )
