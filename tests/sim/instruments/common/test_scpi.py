"""The SCPI dialect. Oracles: SCPI-99 vol. 1 (headers, paths) and IEEE 488.2 (status)."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError
from vsmdaq_sim.instruments.common.scpi import ScpiDialect, spellings


@pytest.fixture
def heard() -> list[Any]:
    return []


@pytest.fixture
def dialect(heard: list[Any]) -> ScpiDialect:
    def refuse(_: tuple[str, ...]) -> None:
        raise RefusedCommandError(EXE)

    table = {
        "[SOURce<n>:]VOLTage[:LEVel]": lambda a: heard.append(("volt", *a)),
        "[SOURce<n>:]VOLTage[:LEVel]?": lambda a: f"volt {','.join(a)}",
        "[SOURce<n>:]VOLTage:UNIT?": lambda _: "VPP",
        "OUTPut<n>[:STATe]?": lambda a: f"out {','.join(a)}",
        "DISPlay:TEXT": lambda a: heard.append(("text", *a)),
        "CURRent": refuse,
    }
    return ScpiDialect(table, identity="ME", reset=lambda: heard.append("reset"), no_error='+0,"No error"')


def ask(dialect: ScpiDialect, line: str) -> Any:
    replies = dialect.execute(line, message_available=False)
    return replies[0] if replies else None


def test_spellings_are_all_short_and_long_forms():
    assert set(spellings("CURRent[:LEVel]")) == {
        "CURR",
        "CURRENT",
        "CURR:LEV",
        "CURR:LEVEL",
        "CURRENT:LEV",
        "CURRENT:LEVEL",
    }


@pytest.mark.parametrize(
    ("line", "channel"),
    [
        ("VOLT?", "1"),
        (":VOLTAGE?", "1"),
        ("volt:lev?", "1"),
        ("SOUR:VOLT?", "1"),
        ("SOURce2:VOLTage?", "2"),
        ("SOUR1:VOLT:LEVEL?", "1"),
        ("  SOUR2:VOLT?  ", "2"),
    ],
)
def test_one_command_in_all_its_spellings(dialect: ScpiDialect, line: str, channel: str):
    assert ask(dialect, line) == f"volt {channel}"


@pytest.mark.parametrize("line", ["VOLTA?", "VOL?", "SOURC:VOLT?", "VOLT:LEVE?"])
def test_what_is_between_short_and_long_is_no_header(dialect: ScpiDialect, line: str):
    assert ask(dialect, line) is None
    assert dialect.unknown == [line]
    assert ask(dialect, "SYST:ERR?") == '-113,"Undefined header"'


def test_a_header_without_colon_goes_on_where_the_last_one_was(dialect: ScpiDialect):
    assert ask(dialect, "SOUR2:VOLT?;VOLT:UNIT?;:OUTP2?;*IDN?") == "volt 2;VPP;out 2;ME"


def test_a_common_command_does_not_move_the_path(dialect: ScpiDialect):
    assert ask(dialect, "SOUR:VOLT:UNIT?;*OPC?;UNIT?") == "VPP;1;VPP"


def test_quotes_hold_semicolons_commas_and_blanks_together(dialect: ScpiDialect, heard: list[Any]):
    ask(dialect, "DISP:TEXT 'a; b, c';VOLT 1")
    assert heard == [("text", "'a; b, c'"), ("volt", "1", "1")]


def test_blanks_and_tabs_around_arguments(dialect: ScpiDialect, heard: list[Any]):
    ask(dialect, "VOLT \t 5  ,  6 ")
    ask(dialect, "VOLT\t7")
    assert heard == [("volt", "1", "5", "6"), ("volt", "1", "7")]


def test_errors_queue_up_in_order_and_end_with_none(dialect: ScpiDialect):
    ask(dialect, "FOO")
    ask(dialect, "CURR 1")
    told = [ask(dialect, "SYST:ERR?") for _ in range(3)]
    assert told == ['-113,"Undefined header"', '-222,"Data out of range"', '+0,"No error"']
    assert ask(dialect, "*ESR?") == str(128 + 32 + 16)


def test_the_queue_tells_that_it_overflowed(dialect: ScpiDialect):
    for _ in range(25):
        ask(dialect, "FOO")
    told = [ask(dialect, "SYST:ERR?") for _ in range(21)]
    assert told[18:] == ['-113,"Undefined header"', '-350,"Queue overflow"', '+0,"No error"']


def test_clear_status_and_reset(dialect: ScpiDialect, heard: list[Any]):
    ask(dialect, "FOO;*CLS")
    assert [ask(dialect, "SYST:ERR?"), ask(dialect, "*ESR?")] == ['+0,"No error"', "0"]
    ask(dialect, ":*RST")  # some drivers put a colon in front
    assert heard == ["reset"]


def test_service_request_on_an_error(dialect: ScpiDialect):
    ask(dialect, "*CLS;*ESE 32;*SRE 32")
    assert not dialect.requests_service(message_available=False)
    ask(dialect, "FOO")
    assert dialect.requests_service(message_available=False)
    assert dialect.status_byte(message_available=False) & 0x60 == 0x60
