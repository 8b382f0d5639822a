"""Dialogue of the SR830. Oracles: the manual's tables, bits and examples, and arithmetic on a voltage that stands still."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.lockins.sr830.instrument import SR830

CME, EXE = 32, 16


@pytest.fixture
def sr830(lockin: Any, clock: Any) -> SR830:
    return SR830(lockin, clock, serial=False)


@pytest.fixture
def say(sr830: SR830, talk: Any) -> Any:
    talker = talk(sr830)
    talker("*CLS")
    return talker


def test_identity_and_power_on(sr830: SR830, talk: Any, lockin: Any):
    say = talk(sr830)
    assert say("*IDN?") == "Stanford_Research_Systems,SR830,s/n86025,ver1.07"
    assert say("*ESR?") == "128"  # power on
    assert say("SENS?;OFLT?;OFSL?") == ["26", "10", "1"]
    assert lockin.filter == (1.0, 2, False)


# Manual: SENS 0 = 2 nV ... 26 = 1 V; OFLT 0 = 10 us ... 19 = 30 ks
@pytest.mark.parametrize(
    ("index", "full_scale_v"), [(0, 2e-9), (1, 5e-9), (8, 1e-6), (17, 1e-3), (20, 1e-2), (26, 1.0)]
)
def test_the_output_overloads_at_1_09_of_full_scale(say: Any, lockin: Any, index: int, full_scale_v: float):
    say(f"SENS {index}")
    lockin.xy = (1.085 * full_scale_v, 0.0)
    assert float(say("OUTP?1")) == pytest.approx(1.085 * full_scale_v, rel=1e-5)
    assert say("LIAS?") == "0"
    lockin.xy = (-1.2 * full_scale_v, 0.0)
    assert float(say("OUTP?1")) == pytest.approx(-1.09 * full_scale_v, rel=1e-5)
    assert say("LIAS?2") == "1"


@pytest.mark.parametrize(("index", "tau_s"), [(0, 1e-5), (1, 3e-5), (8, 0.1), (9, 0.3), (13, 30.0), (19, 3e4)])
@pytest.mark.parametrize("slope", [0, 3])
def test_time_constant_slope_and_synchronous_filter_reach_the_world(
    say: Any, lockin: Any, index: int, tau_s: float, slope: int
):
    say(f"OFLT{index};OFSL{slope};SYNC1")
    assert lockin.filter == (tau_s, slope + 1, True)


def test_the_synchronous_filter_acts_below_200_hz_only(say: Any, lockin: Any):
    lockin.frequency_hz = 250.0
    say("SYNC 1")
    assert lockin.filter == (1.0, 2, False)


def test_long_time_constants_need_a_low_frequency(say: Any, lockin: Any):
    lockin.frequency_hz = 250.0
    say("OFLT 15")
    assert say("OFLT?") == "13"
    assert say("LIAS?5") == "1"  # changed by itself


@pytest.mark.parametrize(
    "text",
    ["SENS17", "SENS 17", "sens 17", " SENS  17 ", "SENS17;", "SENS17.000000", "S E N S 1 7", "SENS 1.7e1", "SENS+17"],
)
def test_spellings_that_drivers_use(say: Any, text: str):
    assert say(text) is None
    assert [say("SENS?"), say("sens ?"), say("SENS? ;"), say("*ESR?")] == ["17", "17", "17", "0"]


@pytest.mark.parametrize("text", ["OUTP?1", "OUTP? 1", "outp ? 1", "OUTP?1;", "OUTP?1.000000"])
def test_spellings_of_a_query_with_argument(say: Any, lockin: Any, text: str):
    lockin.xy = (-0.25, 0.0)
    assert say(text) == "-0.25"


def test_a_chain_gives_a_line_for_each_query(say: Any):
    assert say("SENS 5;SENS?;OFLT?;*ESR?") == ["5", "10", "0"]


@pytest.mark.parametrize(
    "text",
    ["SENS 27", "SENS -1", "OFLT 20", "OFSL4", "PHAS 730", "PHAS -360.1", "SLVL 5.01", "SLVL 0", "HARM 0", "HARM 20000", "SENS 1.5", "SENS 1e999", "OEXP 1,106,0", "OEXP 1,50,10", "OEXP 4,0,0", "OUTP?5", "SNAP?1,12", "AUXV 1,11", "FREQ 100"],
)  # fmt: skip
def test_out_of_range_is_an_execution_error_without_reply(say: Any, sr830: SR830, text: str):
    assert say(text) is None
    assert say("*ESR?") == str(EXE)
    assert say("*ESR?") == "0"
    assert sr830.unknown == []


@pytest.mark.parametrize(
    "text", ["SENS", "SENS abc", "SENS 1,2", "SENS? 1", "SENS nan", "SENS 1_0", "SNAP?1", "SNAP?1,2,3,4,5,6,7"]
)
def test_what_cannot_be_read_is_a_command_error(say: Any, text: str):
    assert say(text) is None
    assert say("*ESR?5") == "1"
    assert say("*ESR?") == "0"


def test_unknown_commands_are_kept_through_a_reset(say: Any, sr830: SR830):
    assert say("FOO? 1") is None
    assert say("*ESR?") == str(CME)
    say("TRCX?1,0,4;*RST")
    assert sr830.unknown == ["FOO? 1", "TRCX?1,0,4"]


# Manual: the phase is stored wrapped to +-180 degree
@pytest.mark.parametrize(
    ("given", "kept"),
    [("34.40", "34.40"), ("-200", "160.00"), ("541", "-179.00"), ("0.006", "0.01"), ("-180", "180.00")],
)
def test_the_phase_is_wrapped(say: Any, lockin: Any, given: str, kept: str):
    say(f"PHAS {given}")
    assert say("PHAS?") == kept
    assert lockin.phase_deg == float(kept)


def test_external_reference_refuses_a_frequency(say: Any):
    say("FREQ 1000")
    assert say("*ESR?4") == "1"
    assert say("FREQ?") == "83"
    say("FMOD1;FREQ 1234.5")
    assert [say("FREQ?"), say("*ESR?")] == ["1234.5", "0"]


def test_a_lost_reference_is_reported(say: Any, lockin: Any):
    lockin.frequency_hz = None
    assert [say("LIAS?3"), say("FREQ?")] == ["1", "0"]


def test_snap_gives_values_of_one_instant(say: Any, lockin: Any):
    lockin.xy = (3e-4, 4e-4)
    assert say("SNAP?1,2,3,4,9") == "0.0003,0.0004,0.0005,53.1301,83"


def test_offset_and_expand_as_in_the_manual(say: Any, lockin: Any):
    lockin.xy = (0.5, 0.0)  # manual p. 2-10: X = 0.5 V at 1 V full scale with 40 % offset shows 0.100 V
    say("OEXP 1,40,0")
    assert [say("OUTR?1"), say("OUTP?1"), say("OEXP?1")] == ["0.1", "0.5", "40.00,0"]
    say("OEXP 2,50.00,1")
    assert say("OEXP? 2") == "50.00,1"
    say("*CLS;OEXP 1,0,1")  # x10 of half of full scale
    assert say("LIAS?2") == "1"


def test_auto_offset_takes_the_present_value(say: Any, lockin: Any):
    lockin.xy = (0.25, 0.0)
    say("AOFF 1")
    assert say("OEXP?1") == "25.00,0"


def test_displays(say: Any, lockin: Any):
    lockin.xy = (0.3, 0.4)
    say("DDEF 1, 1, 0;DDEF2,1,0")
    assert [say("DDEF ? 1"), say("OUTR?1"), say("OUTR?2")] == ["1,0", "0.5", "53.1301"]
    assert say("SNAP?10,11") == "0.5,53.1301"


def test_auxiliary_outputs(say: Any):
    say("AUXV1,1.000000;FPOP2,0")
    assert [say("AUXV?1;"), say("OAUX?1;"), say("FPOP?2")] == ["1.000", "0", "0"]


def test_status_is_latched_until_read(say: Any, lockin: Any):
    lockin.xy = (2.0, 0.0)
    say("OUTP?1")
    lockin.xy = (0.0, 0.0)
    assert say("LIAS?") == "4"
    assert say("LIAS?") == "0"


def test_a_stale_overload_survives_a_change_of_range(say: Any, lockin: Any):
    say("SENS 17")
    lockin.xy = (0.5, 0.0)
    say("SENS 26")
    assert [say("LIAS?2"), say("LIAS?2")] == ["1", "0"]


def test_reading_one_bit_leaves_the_others(say: Any, lockin: Any):
    lockin.xy, lockin.peak_v = (2.0, 0.0), 10.0
    say("OUTP?1")
    lockin.xy, lockin.peak_v = (0.0, 0.0), 0.0
    assert [say("LIAS?0"), say("LIAS?")] == ["1", "4"]


def test_the_input_overloads_by_reserve(say: Any, lockin: Any):
    say("SENS 8")  # 1 uV
    lockin.peak_v = 100e-6
    say("RMOD 2;LIAS?")
    assert say("LIAS?0") == "1"
    say("RMOD 0;LIAS?")
    assert say("LIAS?0") == "0"


def test_status_byte_and_masks(say: Any, sr830: SR830, lockin: Any):
    say("LIAE 2,1;*ESE 32;*SRE 8")
    assert [say("LIAE?"), say("LIAE?2"), say("*ESE?"), say("*SRE?")] == ["4", "1", "32", "8"]
    assert say("*STB?") == "3"
    lockin.xy = (2.0, 0.0)
    assert int(say("*STB?")) == 3 + 8 + 64
    assert sr830.status_byte(message_available=False) == 3 + 8 + 64
    assert sr830.status_byte(message_available=False) == 3 + 8  # a serial poll takes the request
    say("FOO")
    assert say("*STB?5") == "1"


def test_a_long_operation_shows_in_the_serial_poll(say: Any, sr830: SR830, lockin: Any, clock: Any):
    lockin.xy = (0.3, 0.3)
    say("APHS")
    assert not sr830.status_byte(message_available=False) & 2
    clock.sleep(5.1)
    sr830.poll()
    assert sr830.status_byte(message_available=False) & 2
    assert say("PHAS?") == "45.00"


def test_auto_gain_fits_the_signal_and_does_nothing_at_long_time_constants(say: Any, lockin: Any, sr830: SR830):
    lockin.xy = (3e-4, 0.0)
    say("OFLT 11;AGAN")
    assert [say("SENS?"), sr830.busy] == ["26", False]
    say("OFLT 8;AGAN")
    assert [say("SENS?"), sr830.busy] == ["16", True]  # 500 uV


def test_auto_reserve_takes_the_lowest_that_fits(say: Any, lockin: Any):
    say("SENS 8;RMOD 0")
    lockin.peak_v = 1e-6
    say("ARSV")
    assert say("RMOD?") == "2"


def test_replies_go_to_one_port(lockin: Any, clock: Any, talk: Any):
    serial = SR830(lockin, clock, serial=True)
    assert serial.reply_terminator == b"\r"
    say = talk(serial)
    assert say("OUTX?") == "0"
    say("OUTX 1")
    assert say("SENS?") is None
    say("OUTX 0")
    assert say("SENS?") == "26"


def test_settings_that_the_world_does_not_show_are_recorded(say: Any, sr830: SR830):
    say("HARM 2;ISRC 2")
    assert sr830.unmodelled == ["ISRC 2"]  # the world has harmonics


def test_reset(say: Any, lockin: Any):
    say("SENS 3;PHAS 20;OFLT 5;OEXP 1,10,0;*RST")
    assert [say("SENS?"), say("PHAS?"), say("OFLT?"), say("OEXP?1")] == ["26", "0.00", "10", "0.00,0"]
    assert lockin.phase_deg == 0.0
