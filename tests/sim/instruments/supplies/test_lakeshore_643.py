"""Dialogue of the Lake Shore 643. Oracles: the manual's formats and bits, and a ramp computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.supplies.lakeshore_643.instrument import LakeShore643


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
    say("ERSTE 255,255")
    supply.fail(hardware=4, operational=32)  # over-current, magnet water flow
    assert int(say("*STB?")) & 0b110 == 0b110
    assert [say("ERST?"), say("ERSTR?"), say("ERSTR?")] == ["004,032", "004,032", "000,000"]
    assert int(say("*STB?")) & 0b110 == 0
    say("*CLS;SETI 1")
    assert say("*ESR?") == "016"  # the output is off
    assert say("*TST?") == "1"
    supply.mend()
    say("ERCL")
    assert [say("ERST?"), say("*TST?")] == ["000,000", "0"]
    say("SETI 1")
    assert say("*ESR?") == "000"


def test_only_enabled_errors_are_summed_up(say: Any, supply: LakeShore643):
    say("ERSTE 4,0;OPSTE 2")
    supply.fail(hardware=1, operational=1)
    assert int(say("*STB?")) & 0b10000110 == 0
    supply.fail(hardware=4)
    assert int(say("*STB?")) & 0b10000110 == 0b100
    assert [say("ERSTE?"), say("OPSTE?")] == ["004,000", "002"]


def test_a_done_ramp_is_summed_up_until_it_is_read(say: Any, clock: Any):
    say("OPSTE 2;RATE 10;SETI 1")
    assert int(say("*STB?")) & 0x80 == 0
    clock.sleep(1.0)
    assert int(say("*STB?")) & 0x80 == 0x80
    say("OPSTR?")
    assert int(say("*STB?")) & 0x80 == 0


def test_the_reversed_reading_of_the_status_queries(magnet: Any, clock: Any, talk: Any):
    supply = LakeShore643(magnet, {"status_queries": "reversed"})
    say = talk(supply)
    say("RATE 10;SETI 10")
    assert [say("OPST?"), say("OPSTR?")] == ["000", "000"]
    clock.sleep(1.5)
    assert [say("OPSTR?"), say("OPSTR?")] == ["002", "002"]  # live
    assert [say("OPST?"), say("OPST?")] == ["002", "000"]  # latched
    supply.fail(hardware=16)
    assert [say("ERST?"), say("ERST?"), say("ERSTR?"), say("ERSTR?")] == ["016,000", "000,000", "016,000", "016,000"]


def test_hardware_errors_and_the_interlock_switch_the_output_off(magnet: Any, clock: Any, talk: Any):
    supply = LakeShore643(magnet, {})
    say = talk(supply)
    say("RATE 10;SETI 10")
    clock.sleep(2.0)
    supply.fail(operational=32)  # magnet water flow: reported only
    assert not magnet.off
    supply.fail(operational=128)  # remote inhibit
    assert magnet.off
    assert say("SETI?") == "+00.0000"
    say("*CLS;SETI 5")
    assert say("*ESR?") == "016"
    say("ERCL;*CLS;SETI 5")  # the interlock is still open
    assert say("*ESR?") == "016"
    supply.mend()
    say("ERCL;*CLS;SETI 5")
    assert [say("*ESR?"), say("SETI?"), magnet.off] == ["000", "+05.0000", False]


def test_segments_go_to_the_magnet_only_when_enabled(say: Any, magnet: Any):
    say("RSEGS 1,10,5;RSEGS 2,20,40;RSEGS 3,0,1;LIMIT 70,30;SETI 30")
    assert list(magnet.segments) == []
    say("RSEG 1;SETI 40")
    assert list(magnet.segments) == [(10.0, 5.0), (20.0, 30.0)]  # the rate limit holds for segments as well


def test_the_current_stands_two_seconds_after_stop(magnet: Any, clock: Any, talk: Any):
    say = talk(LakeShore643(magnet, {"stop_s": 2.0}))
    say("RATE 10;SETI -60")
    clock.sleep(1.0)
    say("STOP")
    clock.sleep(1.0)
    assert say("RDGI?") == "-20.0000"
    clock.sleep(5.0)
    assert [say("RDGI?"), say("OPST?")] == ["-30.0000", "002"]


def test_near_its_end_a_ramp_stops_at_the_set_point(magnet: Any, clock: Any, talk: Any):
    say = talk(LakeShore643(magnet, {"stop_s": 2.0}))
    say("RATE 10;SETI 60")
    clock.sleep(5.5)
    say("STOP")
    clock.sleep(2.0)
    assert say("RDGI?") == "+60.0000"


def test_power_limit(say: Any, magnet: Any, clock: Any):
    say("RATE 50;SETI 70")
    clock.sleep(5.0)
    magnet.volts = 34.9
    assert [say("OPST?"), say("OPSTR?")] == ["002", "002"]
    magnet.volts = 35.0  # 70 A times 35 V: 2450 W
    assert say("OPST?") == "007"


@pytest.mark.parametrize("text", ["IEEE 0,1,0", "IEEE 4,0,12", "DISP 4", "ERSTE 256,0", "OPSTE -1", "LOCK 3,1"])
def test_settings_out_of_range(say: Any, text: str):
    say(text)
    assert say("*ESR?") == "016"


def test_interface_settings_are_kept(say: Any, supply: LakeShore643):
    say("IEEE 2,1,7;DISP 1")
    assert [say("IEEE?"), say("DISP?")] == ["2,1,07", "1"]
    assert supply.unmodelled == ["IEEE 2,1,7"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"seti_beyond_limit": "round"}, "allowed are 'clamp' and 'exe'"),
        ({"status_queries": "both"}, "allowed are 'manual' and 'reversed'"),
        ({"stop_s": 3.0}, "stop_s is 3.0"),
    ],
)
def test_options_that_are_refused(magnet: Any, options: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        LakeShore643(magnet, options)


class Test648:
    @pytest.fixture
    def say(self, magnet: Any, talk: Any) -> Any:
        return talk(LakeShore643(magnet, {}, "648"))

    def test_identity(self, say: Any):
        assert say("*IDN?") == "LSCI,MODEL648,6481234,1.0/1.0"

    def test_its_range(self, say: Any):
        say("*CLS;SETI 135.1")
        assert [say("SETI?"), say("LIMIT?"), say("*ESR?")] == ["+135.1000", "+135.1000,+50.0000", "000"]
        say("SETI -135.2")
        assert say("*ESR?") == "016"

    def test_its_compliance(self, say: Any, magnet: Any):
        magnet.volts = 74.9
        assert say("OPST?") == "002"
        magnet.volts = 75.0
        assert say("OPST?") == "003"


def test_service_request(say: Any, supply: LakeShore643):
    say("*ESE 32;*SRE 32")
    assert not supply.requests_service(message_available=False)
    say("FOO")
    assert supply.requests_service(message_available=False)
    assert supply.status_byte(message_available=False) == 0x60
    assert not supply.requests_service(message_available=False)
