"""Dialogue of the Lake Shore 643. Oracles: the manual's formats and bits, and a ramp computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.supplies.lakeshore_643 import LakeShore643


@pytest.fixture
def supply(magnet: Any) -> LakeShore643:
    return LakeShore643(magnet, {})


@pytest.fixture
def say(supply: LakeShore643, talk: Any) -> Any:
    talker = talk(supply)
    assert talker("*ESR?") == "128"  # power on
    return talker


def test_identity(say: Any):
    assert say("*IDN?") == "LSCI,MODEL643,6431234,1.0/1.0"


def test_a_ramp(say: Any, clock: Any):
    say("RATE 10")
    say("SETI 60")
    assert [say("SETI?"), say("RDGI?"), say("OPST?")] == ["+60.0000", "+00.0000", "000"]
    clock.sleep(2.5)
    assert [say("RDGI?"), say("OPST?"), say("OPSTR?")] == ["+25.0000", "000", "000"]
    clock.sleep(3.6)
    assert [say("RDGI?"), say("OPST?"), say("OPSTR?"), say("OPSTR?")] == ["+60.0000", "002", "002", "000"]


def test_stop_leaves_the_current_where_it_is(say: Any, clock: Any):
    say("RATE 10;SETI -60")
    clock.sleep(1.0)
    say("STOP")
    clock.sleep(5.0)
    assert [say("RDGI?"), say("SETI?"), say("OPST?")] == ["-10.0000", "-10.0000", "002"]


def test_a_new_rate_acts_on_a_running_ramp(say: Any, clock: Any):
    say("RATE 1;SETI 50")
    clock.sleep(1.0)
    say("RATE 10")
    clock.sleep(1.0)
    assert say("RDGI?") == "+11.0000"


def test_the_limit_of_the_rate(say: Any, clock: Any):
    say("LIMIT 60,2;RATE 10;SETI 60")
    clock.sleep(1.0)
    assert [say("RDGI?"), say("RATE?"), say("LIMIT?")] == ["+02.0000", "+10.0000", "+60.0000,+02.0000"]


def test_beyond_the_limit_clamps_or_refuses(magnet: Any, talk: Any):
    clamping, refusing = talk(LakeShore643(magnet, {})), talk(LakeShore643(magnet, {"seti_beyond_limit": "exe"}))
    clamping("*CLS;LIMIT 40,10;SETI -50")
    assert [clamping("SETI?"), clamping("*ESR?")] == ["-40.0000", "000"]
    refusing("*CLS;LIMIT 40,10;SETI 50")
    assert [refusing("SETI?"), refusing("*ESR?")] == ["-40.0000", "016"]


@pytest.mark.parametrize(
    "text",
    [
        "SETI 70.2",
        "SETI -71",
        "SETI 1e999",
        "RATE 0",
        "RATE 50.1",
        "LIMIT 71,1",
        "LIMIT 10,0",
        "XPGM 3",
        "RSEGS 6,1,1",
        "DFLT 1",
    ],
)
def test_out_of_range_is_an_execution_error(say: Any, text: str):
    assert say(text) is None
    assert [say("*ESR?"), say("*ESR?"), say("SETI?")] == ["016", "000", "+00.0000"]


@pytest.mark.parametrize(
    "text", ["SETI", "SETI x", "SETI 1,2", "SETI? 1", "LIMIT 10", "SETI nan", "SETI5", "FOO", "ISET 5"]
)
def test_what_cannot_be_read_is_a_command_error(say: Any, text: str):
    assert say(text) is None
    assert say("*ESR?") == "032"


def test_unknown_commands_are_kept(say: Any, supply: LakeShore643):
    say("RAMP 1")
    say("*RST")
    assert supply.unknown == ["RAMP 1"]


def test_case_blanks_and_chains(say: Any):
    assert say(" seti  5 ; seti? ; rate?") == "+05.0000;+01.0000"


@pytest.mark.parametrize("name", ["XPGM", "INTWTR", "MAGWTR", "MODE", "RSEG"])
def test_plain_settings(say: Any, name: str):
    say(f"{name} 1")
    assert say(f"{name}?") == "1"


def test_lock_segments_and_defaults(say: Any, clock: Any):
    say("LOCK 1,123;RSEGS 2,30,5;SETI 3")
    assert [say("LOCK?"), say("RSEGS? 2")] == ["1,123", "+30.0000,+05.0000"]
    clock.sleep(5.0)
    say("*CLS;DFLT 99")  # only at 0 A
    assert say("*ESR?") == "016"
    say("SETI 0")
    clock.sleep(5.0)
    say("DFLT 99")
    assert [say("*ESR?"), say("LOCK?")] == ["000", "0,123"]


def test_reset_ramps_to_zero(say: Any, clock: Any):
    say("RATE 50;SETI 10")
    clock.sleep(1.0)
    say("*RST")
    assert say("SETI?") == "+00.0000"
    assert float(say("RDGI?")) == 10.0
    clock.sleep(11.0)
    assert say("RDGI?") == "+00.0000"


def test_compliance_is_live_and_latched(say: Any, magnet: Any):
    magnet.volts = 35.0
    assert [say("OPST?"), say("RDGV?")] == ["003", "+35.0000"]
    magnet.volts = 1.0
    assert [say("OPST?"), say("OPSTR?")] == ["002", "001"]


def test_errors_are_live_latched_and_cleared(say: Any, supply: LakeShore643):
    supply.fail(hardware=4, operational=32)  # over-current, magnet water flow
    assert [say("ERST?"), say("ERSTR?"), say("ERSTR?")] == ["004,032", "004,032", "000,000"]
    assert int(say("*STB?")) & 0b110 == 0b110
    say("*CLS;SETI 1")
    assert say("*ESR?") == "016"  # the output is off
    supply.operational_errors = 0
    say("ERCL")
    assert [say("ERST?"), int(say("*STB?")) & 0b110] == ["000,000", 0]


def test_service_request(say: Any, supply: LakeShore643):
    say("*ESE 32;*SRE 32")
    assert not supply.requests_service(message_available=False)
    say("FOO")
    assert supply.requests_service(message_available=False)
    assert supply.status_byte(message_available=False) == 0x60
    assert not supply.requests_service(message_available=False)
