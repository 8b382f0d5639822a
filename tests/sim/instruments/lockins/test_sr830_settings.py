"""What the SR830 changes by itself, what it remembers, and its status. Oracles: the manual's tables and its words."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vsmdaq_sim.instruments.common.ports import LockInPart
from vsmdaq_sim.instruments.lockins.sr830.instrument import SR830
from vsmdaq_sim.instruments.lockins.sr830.tables import shortest_time_constant
from vsmdaq_sim.spec import LibrarySpec
from vsmdaq_sim.world import World

REFERENCE = Path(__file__).resolve().parents[4] / "configs" / "vsmdaq_configs" / "worlds" / "reference.toml"


@pytest.fixture
def sr830(lockin: Any, clock: Any) -> SR830:
    return SR830(lockin, clock, serial=False)


@pytest.fixture
def say(sr830: SR830, talk: Any) -> Any:
    talker = talk(sr830)
    talker("*CLS")
    return talker


# --- time constant ---


# Manual p. 4-9: tables of the shortest time constant, and its example (12 dB/oct, 84 dB: 100 us)
@pytest.mark.parametrize(
    ("slope", "gain_db", "shortest"),
    [(0, 44.9, 0), (0, 45, 1), (0, 174, 13), (1, 84, 2), (1, 54, 0), (2, 62, 1), (2, 181, 4), (3, 71, 0), (3, 151, 2)],
)
def test_shortest_time_constants(slope: int, gain_db: float, shortest: int):
    assert shortest_time_constant(slope, gain_db) == shortest


@pytest.mark.parametrize("cause", ["RMOD 0", "OEXP 1,0,2", "OFSL 0", "SENS 8"])
def test_the_time_constant_rises_by_itself(say: Any, lockin: Any, cause: str):
    # before: 10 us at 12 dB/oct with less than 55 dB of gain
    say(
        {"OFSL 0": "SENS 8;RMOD 1;OFSL 1;OFLT 0;OEXP 1,0,0", "SENS 8": "SENS 26;RMOD 0;OFLT 0"}.get(
            cause, "SENS 8;RMOD 2;OFLT 0"
        )
    )
    if cause == "OFSL 0":
        say("OEXP 1,0,1")  # 60 dB: 30 us at 12 dB/oct
    if cause == "OEXP 1,0,2":
        say("RMOD 1")
    before = int(say("OFLT?"))
    say("*CLS")
    say(cause)
    after = int(say("OFLT?"))
    assert after > before
    assert say("LIAS?5") == "1"
    assert lockin.filter[0] == pytest.approx((1e-5, 3e-5, 1e-4, 3e-4)[after])
    say("RMOD 2;OEXP 1,0,0;OFSL 3")
    assert int(say("OFLT?")) == after  # it does not go back


def test_a_time_constant_below_the_shortest_becomes_the_shortest(say: Any):
    say("SENS 8;RMOD 0;OFSL 0;*CLS;OFLT 0")  # 60 dB: 100 us
    assert say("OFLT?;LIAS?5") == ["2", "0"]  # asked for, so not changed indirectly


# --- range of the detection frequency: 199.21 and 203.12 Hz (manual p. 5-23) ---


def test_the_range_is_left_at_203_12_hz_and_entered_again_at_199_21_hz(say: Any, lockin: Any):
    say("OFLT 14;SYNC 1")  # 100 s
    assert lockin.filter == (100.0, 2, True)
    for hertz, crossed in ((198.0, 0), (203.0, 0), (203.2, 1), (202.0, 0), (199.3, 0), (199.2, 1), (200.5, 0)):
        lockin.frequency_hz = hertz
        assert int(say("LIAS?")) & 16 == 16 * crossed, hertz
    assert say("OFLT?") == "13"  # 30 s, and it stays there below 200 Hz
    assert lockin.filter == (30.0, 2, True)


def test_a_harmonic_can_leave_the_range(say: Any, lockin: Any):
    say("OFLT 15;*CLS;HARM 3")  # 249 Hz
    assert say("OFLT?;LIAS?4;LIAS?5") == ["13", "1", "1"]
    assert lockin.detection == (3, None)


# Manual p. 5-4: the largest harmonic that it can detect is taken
def test_harmonics_end_at_102_khz(say: Any, lockin: Any):
    say("HARM 1500")
    assert say("HARM?;*ESR?") == ["1228", "0"]  # 102000/83 = 1228.9
    lockin.frequency_hz = 60e3
    say("HARM 7")
    assert say("HARM?") == "1"


def test_the_internal_oscillator_does_not_know_the_reference(say: Any, lockin: Any):
    say("FMOD 1;FREQ 83.5")
    assert lockin.detection == (1, 83.5)
    lockin.frequency_hz = None
    assert say("LIAS?3;FREQ?") == ["0", "83.5"]
    say("HARM 2;FREQ 60000")
    assert say("FREQ?;*ESR?") == ["83.5", "16"]  # 2 x 60 kHz is too much
    say("HARM 1;FMOD 0")
    assert lockin.detection == (1, None)


def test_the_filter_overloads_before_the_output_shows_it(say: Any, lockin: Any):
    lockin.first_stage_v = 5.6
    assert say("LIAS?;LIAS?") == ["2", "2"]
    lockin.first_stage_v = 5.3
    say("LIAS?")
    assert say("LIAS?") == "0"


# --- long operations ---


def test_what_follows_a_long_operation_waits_for_it(say: Any, sr830: SR830, lockin: Any, clock: Any):
    lockin.xy = (0.3, 0.3)
    assert say("OFLT 8;APHS;PHAS?;AOFF 1;OEXP?1") is None
    assert not sr830.status_byte(message_available=False) & 2
    clock.time_s = sr830.next_event_s
    assert sr830.poll() == ["45.00"]
    assert sr830.busy  # AOFF
    clock.time_s = sr830.next_event_s
    assert sr830.poll() == ["30.00,0"]
    assert sr830.status_byte(message_available=False) & 2


def test_a_device_clear_abandons_it(say: Any, sr830: SR830):
    say("ARSV;SENS?")
    sr830.device_clear()
    assert [sr830.busy, sr830.next_event_s, sr830.poll()] == [False, math.inf, []]


def test_an_automatic_offset_of_too_much_is_refused(say: Any, sr830: SR830, lockin: Any):
    lockin.xy = (1.06, 0.0)
    say("AOFF 1")
    assert [say("*ESR?4"), sr830.busy] == ["1", False]


# --- memory ---


def test_setups_keep_all_but_the_interface(say: Any, lockin: Any, clock: Any):
    clock.sleep(1.0)
    say("SENS 12;OFLT 6;PHAS 12.5;OEXP 2,-20,1;DDEF 1,1,2;AUXV 3,1.5;SRAT 9;HARM 2;SLVL 0.5;FPOP 2,0;SSET 4")
    say("*RST")
    assert say("SENS?;OFLT?;PHAS?;OEXP?2;HARM?") == ["26", "10", "0.00", "0.00,0", "1"]
    say("OVRM 0;RSET 4")
    assert say("SENS?;OFLT?;PHAS?;OEXP?2;DDEF?1") == ["12", "6", "12.50", "-20.00,1", "1,2"]
    assert say("AUXV?3;SRAT?;HARM?;SLVL?;FPOP?2;OVRM?;OUTX?") == ["1.500", "9", "2", "0.500", "0", "0", "1"]
    assert [lockin.phase_deg, lockin.filter[0], lockin.detection] == [12.5, 0.01, (2, None)]
    say("SENS 3")
    say("RSET 4")
    assert say("SENS?") == "12"  # a recalled setup is not changed by what comes after


@pytest.mark.parametrize("text", ["RSET 3", "RSET 0", "SSET 10"])
def test_setups_that_are_not_there(say: Any, text: str):
    say(text)
    assert say("*ESR?") == "16"


def test_power_on_keeps_the_settings(say: Any, sr830: SR830, lockin: Any):
    say("SENS 12;OFLT 6;PHAS 20;SSET 1;*ESE 16;*SRE 32;LIAE 3;ERRE 2;*PSC 0;SRAT 14;REST;STRT;TRIG;TRIG")
    lockin.phase_deg = lockin.filter = None
    sr830.power_on()
    assert say("SENS?;OFLT?;PHAS?;SPTS?;*STB?0") == ["12", "6", "20.00", "0", "1"]
    assert [lockin.phase_deg, lockin.filter] == [20.0, (0.01, 2, False)]
    # manual p. 5-20: *PSC 0 keeps the enable registers
    assert say("*ESE?;*SRE?;LIAE?;ERRE?;*PSC?;*ESR?;ERRS?") == ["16", "32", "3", "2", "0", "128", "0"]
    say("*PSC 1")
    sr830.power_on()
    assert say("*ESE?;*SRE?;LIAE?;ERRE?") == ["0", "0", "0", "0"]
    say("RSET 1")
    assert say("*ESR?") == "128"


def test_a_service_request_at_power_on(say: Any, sr830: SR830):
    say("*PSC 0;*ESE 128;*SRE 32")
    assert not sr830.requests_service(message_available=False)
    sr830.power_on()
    assert sr830.requests_service(message_available=False)


def test_power_on_without_battery(say: Any, sr830: SR830):
    say("SENS 12;SSET 1")
    sr830.power_on(memory_kept=False)
    assert say("SENS?;ERRS?;ERRS?") == ["26", "2", "0"]
    say("RSET 1")
    assert say("*ESR?4") == "1"


def test_after_power_on_replies_go_to_the_bus(lockin: Any, clock: Any, talk: Any):
    serial = SR830(lockin, clock, serial=True)
    say = talk(serial)
    serial.power_on()
    assert say("SENS?") is None
    say("OUTX 0")
    assert say("SENS?") == "26"


def test_somebody_at_the_front_panel(say: Any, sr830: SR830, lockin: Any):
    sr830.turn_knob("OFLT", 9)
    assert [say("OFLT?;*ESR?"), lockin.filter[0]] == [["9", "64"], 0.3]
    sr830.turn_knob("OEXP", 1, 50, 1)
    assert say("OEXP?1") == "50.00,1"
    with pytest.raises(ValueError, match="no such setting"):
        sr830.turn_knob("NONE", 1)
    with pytest.raises(ValueError, match="not within the range"):
        sr830.turn_knob("SENS", 27)


def test_a_line_beyond_the_input_buffer_is_dropped(say: Any):
    assert say("SENS 3;" + "PHAS 10.00;" * 25) is None
    assert say("*ESR?0;SENS?") == ["1", "26"]


# --- outputs ---


def test_auxiliary_inputs_have_steps_of_a_third_of_a_millivolt(say: Any, sr830: SR830):
    sr830.aux_in_v[:] = [0.0004, -12.0, 2.0, 0.0]
    assert say("OAUX?1;OAUX?2;SNAP?5,6,7,8,9,1") == ["0.000333333", "-10.5", "0.000333333,-10.5,2,0,83,0"]


@pytest.mark.parametrize("carries", [False, True])
def test_whether_outp_carries_the_offset_is_an_option(lockin: Any, clock: Any, talk: Any, carries: bool):
    say = talk(SR830(lockin, clock, serial=False, offset_in_outp=carries))
    lockin.xy = (0.5, 0.1)
    say("OEXP 1,40,0;OEXP 2,-10,0")
    assert say("OUTP?1;SNAP?1,2") == (["0.1", "0.1,0.2"] if carries else ["0.5", "0.5,0.1"])
    assert say("OUTR?1") == "0.1"


@pytest.mark.parametrize("index", [0, 1, 2, 3])
def test_x_noise_shows_the_noise_of_the_world(talk: Any, tmp_path: Path, index: int):
    path = tmp_path / "world.toml"
    path.write_text(f'base = "{REFERENCE.as_posix()}"\n[signal]\ncrosstalk_v_rms = 0.0\n', encoding="utf-8")
    world = World.load(path, seed=index)
    instrument = SR830(world.lockin_of("lockin"), world.clock, serial=False)
    say = talk(instrument)
    say(f"SENS 12;SYNC 0;OFLT 6;OFSL {index};DDEF 1,2,0;DDEF 2,2,0")
    found = []
    for _ in range(60):
        world.clock.sleep(2.0)  # 200 time constants: the averages are others
        found += [float(say("OUTR?1")), float(say("OUTR?2"))]
    # world file: 7.25 nV/rtHz. An average over 80 tau scatters by about 10 %, 120 of them by 1 %
    assert np.mean(found) == pytest.approx(7.25e-9, rel=0.06)
    say("DDEF 1,0,0;DDEF 2,0,0")
    world.clock.sleep(1.0)
    assert abs(float(say("OUTR?1"))) < 5e-6


def test_settings_without_effect_are_kept(say: Any, sr830: SR830):
    say("KCLK 0;ALRM 0;LOCL 2;OVRM 0;RSLP 2;IGND 1;ICPL 1;ILIN 3")
    assert say("KCLK?;ALRM?;LOCL?;OVRM?;RSLP?;IGND?;ICPL?;ILIN?") == ["0", "0", "2", "0", "2", "1", "1", "3"]
    assert sr830.unknown == []


# Every command of pymeasure 0.16 and qcodes 0.58 as they write it
@pytest.mark.parametrize(
    "text",
    ["*STB?", "*IDN?", "SLVL?", "SLVL0.500", "FREQ?", "PHAS?", "PHAS30.00", "OUTP?1", "OUTP?4", "LIAS?", "LIAS?2", "ERRS?", "DDEF?1;", "DDEF1,0,0", "DDEF ? 2", "DDEF 2, 1, 0", "SENS?", "SENS17", "OFLT?", "OFLT8", "OFSL?", "OFSL1", "SYNC?", "SYNC 1", "HARM?", "HARM1", "ISRC?", "ISRC 1", "IGND?", "IGND 0", "ICPL?", "ICPL 0", "ILIN?", "ILIN 0", "FMOD?", "FMOD 0", "RSLP?", "RSLP 0", "AUXV?1;", "AUXV1,1.000000;", "AUXV 1, 0.5", "AUXV? 4", "OAUX?1;", "OAUX? 4", "AGAN", "ARSV", "APHS", "AOFF 1", "OEXP? 1", "OEXP 1,0.00,1", "SRAT?", "SRAT ?", "SRAT13.000000", "SRAT 9", "TSTR1", "TSTR ?", "TSTR 0", "SEND ?", "SEND 0", "RMOD?", "RMOD2", "RMOD 1", "LIAE 2,1", "*CLS", "SPTS?", "SPTS ?", "FAST2;STRD", "FAST0", "PAUS", "REST", "STRT", "TRIG", "SNAP? 1,2", "SNAP? 5,6,7,8,9,10", "SSET1;", "SSET1;RSET1;", "OUTX?", "OUTX 1", "OVRM 0", "OVRM 1", "*RST", "PHAS -20.50", "SLVL 1.000", "REST;SRAT 14;STRT;TRIG;TRCB?1,0,1", "REST;SRAT 14;STRT;TRIG;TRCL ? 1, 0, 1"],
)  # fmt: skip
def test_commands_of_other_drivers_are_known_and_accepted(talk: Any, text: str):
    world = World.load(REFERENCE)
    instrument = SR830(world.lockin_of("lockin"), world.clock, serial=False)
    say = talk(instrument)
    say("*CLS")
    replies = say(text)
    assert (replies is not None) == ("?" in text)
    assert instrument.unknown == []
    instrument.device_clear()
    assert say("*ESR?") == "0"


def test_the_kinds_take_their_options(tmp_path: Path):
    from vsmdaq_sim.bench import SimBench

    path = tmp_path / "world.toml"
    path.write_text(
        f'base = "{REFERENCE.as_posix()}"\n[instruments.second]\nkind = "sr810"\naddress = "GPIB0::18::INSTR"\nreply_s = 0.001\n'
        '[instruments.second.options]\nfirst_sample = "after_interval"\noffset_in_outp = true\n',
        encoding="utf-8",
    )
    bench = SimBench.load(LibrarySpec(path))
    instrument: Any = bench.endpoints["GPIB0::18::INSTR"].instrument
    assert instrument.execute("*IDN?", message_available=False)[0].split(",")[1] == "SR810"
    part: LockInPart = bench.world.lockin_of("second")
    assert part is not bench.world.lockin_of("lockin")
    path.write_text(path.read_text("utf-8").replace("= true", '= "yes"'), encoding="utf-8")
    with pytest.raises(ValueError, match="offset_in_outp: given 'yes'; allowed: true, false"):
        SimBench.load(LibrarySpec(path))
