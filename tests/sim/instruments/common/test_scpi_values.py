"""Arguments of SCPI commands. Oracles: SCPI-99 vol. 1, ch. 7 (numeric and boolean parameters, suffixes)."""

from __future__ import annotations

import pytest

from vsmdaq_sim.instruments.common.arguments import CME, EXE, RefusedCommandError
from vsmdaq_sim.instruments.common.scpi_settings import Kept, KeptSettings
from vsmdaq_sim.instruments.common.scpi_values import (
    HERTZ,
    VOLT,
    parse_boolean,
    parse_value,
    parse_word,
    scientific,
    unquoted,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [("83", 83.0), ("8.3e1", 83.0), ("83 Hz", 83.0), ("0.083KHZ", 83.0), ("MIN", 1.0), ("maximum", 1e9), ("DEF", 5.0)],
)
def test_numbers(text: str, value: float):
    assert parse_value(text, 1.0, 1e9, default=5.0, units=HERTZ) == pytest.approx(value)


def test_mega_of_hertz_and_milli_of_volt():
    assert parse_value("2 MHZ", 0.0, 1e9, units=HERTZ) == 2e6
    assert parse_value("2 MV", 0.0, 1e9, units=VOLT) == 2e-3


@pytest.mark.parametrize(
    ("text", "bit"),
    [("x", CME), ("", CME), ("nan", CME), ("1_0", CME), ("5 V", CME), ("0", EXE), ("11", EXE), ("1e999", EXE)],
)
def test_refused_numbers(text: str, bit: int):
    with pytest.raises(RefusedCommandError) as caught:
        parse_value(text, 1.0, 10.0, units=HERTZ)
    assert caught.value.bit == bit


def test_booleans_words_texts():
    assert [parse_boolean(text) for text in ("ON", "off", "1", "0", "0.4", "2")] == [
        True,
        False,
        True,
        False,
        False,
        True,
    ]
    assert [parse_word(text, ("SINusoid", "SQUare")) for text in ("sin", "SINUSOID", "Squ")] == ["SIN", "SIN", "SQU"]
    with pytest.raises(RefusedCommandError):
        parse_word("SINU", ("SINusoid",))
    assert [unquoted(text) for text in ('"A"', "'B'", "C", '"')] == ["A", "B", "C", '"']


@pytest.mark.parametrize(
    ("value", "digits", "text"),
    [
        (1000.0, 13, "+1.0000000000000E+03"),
        (-1e-3, 5, "-1.00000E-03"),
        (9.9e37, 5, "+9.90000E+37"),
        (0.0, 5, "+0.00000E+00"),
    ],
)
def test_scientific(value: float, digits: int, text: str):
    assert scientific(value, digits) == text


def test_kept_settings():
    noticed: list[str] = []
    kept = KeptSettings(
        (
            Kept("BURSt:STATe"),
            Kept("TRIGger<n>:DELay", "+0.00E+00", range=(0.0, 9.0)),
            Kept("TRIGger:SOURce", "IMM", words=("IMMediate", "BUS")),
            Kept("DISPlay:TEXT", '""', text=True),
        ),
        noticed.append,
    )
    table = kept.table()
    table["BURSt:STATe"](("ON",))
    table["TRIGger<n>:DELay"](("2", "1.5"))
    table["TRIGger:SOURce"](("immediate",))
    table["DISPlay:TEXT"](("'hello'",))
    assert table["BURSt:STATe?"](()) == "1"
    assert [table["TRIGger<n>:DELay?"]((number,)) for number in "12"] == ["+0.00E+00", "+1.50E+00"]
    assert table["TRIGger<n>:DELay?"](("1", "MAX")) == "+9.00E+00"
    assert [table["TRIGger:SOURce?"](()), table["DISPlay:TEXT?"](())] == ["IMM", '"hello"']
    assert noticed == ["BURSt:STATe 1", "TRIGger<n>:DELay +1.50E+00", 'DISPlay:TEXT "hello"']
    kept.reset()
    assert kept.value("BURSt:STATe") == "0"
