"""Dialogue of the SR860. Oracles: tables and bits of the manual and of the maker's driver, arithmetic on a still voltage."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vsmdaq_sim.instruments.kinds import KINDS
from vsmdaq_sim.instruments.lockins.sr860.instrument import SR860
from vsmdaq_sim.instruments.lockins.sr860.tables import SCALES_V_RMS, TIME_CONSTANTS_S

CMD, EXE = 32, 16


def make(lockin: Any, clock: Any, talk: Any, **options: Any) -> Any:
    talker = talk(SR860(lockin, clock, **options))
    talker("*CLS")
    return talker


@pytest.fixture
def say(lockin: Any, clock: Any, talk: Any) -> Any:
    return make(lockin, clock, talk)


def test_tables_are_those_of_other_drivers():
    # pymeasure, qcodes and srsinst.sr860: SCAL 0 = 1 V ... 27 = 1 nV, OFLT 0 = 1 us ... 21 = 30 ks
    assert len(SCALES_V_RMS) == 28
    assert len(TIME_CONSTANTS_S) == 22
    assert [SCALES_V_RMS[i] for i in (0, 1, 2, 3, 9, 12, 27)] == [1.0, 0.5, 0.2, 0.1, 1e-3, 1e-4, 1e-9]
    assert [TIME_CONSTANTS_S[i] for i in (0, 1, 2, 10, 12, 21)] == [1e-6, 3e-6, 1e-5, 0.1, 1.0, 30e3]


def test_identity_and_power_on(lockin: Any, clock: Any, talk: Any):
    say = talk(SR860(lockin, clock))
    assert say("*IDN?") == "Stanford_Research_Systems,SR860,003456,v1.55"
    assert talk(SR860(lockin, clock, model="SR865A"))("*IDN?").split(",")[1] == "SR865A"
    assert say("*ESR?") == "128"  # power on
    assert lockin.filter == (0.1, 4, False)
    assert lockin.detection == (1, None)  # the bench's own reference


def test_replies_of_one_line_are_joined(say: Any):
    assert say("SCAL 12;SCAL?;OFLT?;*ESR?") == "12;10;0"


@pytest.mark.parametrize(
    ("text", "query", "kept"),
    [
        ("RSRC EXT", "RSRC?", "1"),
        ("rsrc chop", "RSRC?", "3"),
        ("IRNG 300M", "IRNG?", "1"),
        ("IRNG 4", "IRNG?", "4"),
        ("IVMD VOLT", "IVMD?", "0"),
        ("ISRC A-B", "ISRC?", "1"),
        ("ISRC A", "ISRC?", "0"),
        ("ICPL DC", "ICPL?", "1"),
        ("IGND GRO", "IGND?", "1"),
        ("REFZ 50OHMS", "REFZ?", "0"),
        ("SYNC ON", "SYNC?", "1"),
        ("CEXP X,X100", "CEXP? 0", "2"),
        ("COFA 1, ON", "COFA? Y", "1"),
        ("COFP 1, 12.34", "COFP? 1", "12.34"),
        ("CDSP 0, 16", "CDSP? DAT1", "16"),
        ("COUT OCH2, RTH", "COUT? 1", "1"),
        ("PHAS -200", "PHAS?", "160.0000000"),
        ("PHAS 360000", "PHAS?", "0.0000000"),
        ("HARM 99", "HARM?", "99"),
        ("SLVL 2", "SLVL?", "2"),
        ("SOFF -5", "SOFF?", "-5"),
        ("AUXV 3, 1.5", "AUXV? 3", "1.5"),
        ("FREQINT 1.5e3", "FREQINT?", "1500"),
        ("LIAE 3,1", "LIAE?", "8"),  # the manual's example, p. 152
        ("*SRE 3,1", "*SRE? 3", "1"),
        ("*ESE 48", "*ESE?", "48"),
        ("CAPTURECFG XYRT", "CAPTURECFG?", "3"),
        ("CAPTURELEN 3", "CAPTURELEN?", "4"),
    ],
)
def test_settings_by_index_or_name(say: Any, text: str, query: str, kept: str):
    assert say(text) is None
    assert [say(query), say("*ESR?")] == [kept, "0"]


# What pymeasure 0.16 and qcodes 0.58 send beside the plain form
@pytest.mark.parametrize(
    "text",
    ["Harm 1", "PSTF2, 1.000000e+03", "PSTA0, 1.000000000e-01", "PSTL3, 1.000e+00", "ADVFIL 0", "GSDP 3", "PHAS 37.0000000", "COFP 0, 3.0", "AUXV 1, 1.0", "OVRM 0", "CAPTURESTOP", "DCAP", "SNAP? X, Y", "SNAP? 0,1,16", "SNAPD?", "ILVL?", "ENBW?", "TBSTAT?", "FREQDET?", "CAPTURERATEMAX?", "SCAL 12", "CGRF 0, 1"],
)  # fmt: skip
def test_what_other_drivers_send_is_known(say: Any, text: str):
    say(text)
    assert say("*ESR?") == "0"
    assert say.instrument.unknown == []


@pytest.mark.parametrize("text", ["PSTF2, 1000", "ADVFIL 0", "SCAL12", "SCAL ?", "OUTP?0"])
def test_strict_syntax_refuses_what_the_manual_does_not_allow(lockin: Any, clock: Any, talk: Any, text: str):
    say = make(lockin, clock, talk, strict=True)
    assert say(text) is None
    assert say("*ESR?") == str(CMD)
    assert say.instrument.unknown == [text]
    assert say("SCAL 12;SCAL?;OUTP? 0;*ESR?") == "12;0;0"


@pytest.mark.parametrize(
    "text",
    ["SCAL 28", "OFLT 22", "OFSL 4", "IRNG 5", "PHAS 360001", "HARM 100", "SLVL 2.1", "SOFF 5.1", "FREQ 500001", "OUTP? 17", "SNAP? 0,17", "AUXV 0,11", "COFP 0,1000", "CEXP 3,0", "SCAL 1.5", "SCAL 1e999", "RSRC -1", "CAPTURELEN 5000", "CAPTURERATE 21", "CAPTUREGET? 0,65", "OAUX? 4", "PSTF 0, 600000"],
)  # fmt: skip
def test_out_of_range_is_an_execution_error_without_reply(say: Any, text: str):
    assert say(text) is None
    assert say("*ESR?") == str(EXE)
    assert say.instrument.unknown == []


@pytest.mark.parametrize(
    "text", ["SCAL", "SCAL x", "SNAP? 0", "SNAP? 0,1,2,3", "SCAL? 1", "SCAL 1_0", "REFZ&d", "CAPTUREGET? 0"]
)
def test_what_cannot_be_read_is_a_command_error(say: Any, text: str):
    assert say(text) is None
    assert say("*ESR?") == str(CMD)


def test_unknown_commands_are_kept(say: Any):
    assert say("SENS 12") is None  # the SR830's word
    assert say("*ESR? 5") == "1"
    assert say.instrument.unknown == ["SENS 12"]


def test_the_sr865a_goes_to_4_mhz(lockin: Any, clock: Any, talk: Any):
    say = make(lockin, clock, talk, model="SR865A")
    assert say("FREQ 4e6;FREQINT?;*ESR?") == "4000000;0"


def test_outputs_are_counted_from_zero(say: Any, lockin: Any):
    lockin.xy = (3e-4, 4e-4)
    assert [say(f"OUTP? {i}") for i in range(4)] == ["0.0003", "0.0004", "0.0005", "53.1301024"]
    assert say("SNAP? 0,1,16") == "0.0003,0.0004,83"
    assert say("SNAP? TH, FE") == "53.1301024,83"
    say("CDSP 0, 2")
    assert [say("OUTR? 0"), say("SNAPD?")] == ["0.0005", "0.0005,0.0004,0.0005,53.1301024"]


def test_frequencies_by_source(say: Any, lockin: Any):
    say("FREQINT 1000")
    assert say("FREQ?;FREQEXT?;FREQDET?") == "83;83;83"
    say("HARM 3")
    assert [say("FREQDET?"), lockin.detection] == ["249", (3, None)]
    say("RSRC INT")
    assert [say("FREQ?;FREQDET?"), lockin.detection] == ["1000;3000", (3, 1000.0)]
    say("RSRC DUAL;HARMDUAL 2")
    assert say("FREQDET?") == "2834"  # 3 x 1000 Hz - 2 x 83 Hz
    assert say.instrument.unmodelled == ["RSRC 2"]


@pytest.mark.parametrize(("slope", "factor"), [(0, 1 / 4), (1, 1 / 8), (2, 3 / 32), (3, 5 / 64)])
def test_filter_reaches_the_world_and_its_noise_bandwidth(say: Any, lockin: Any, slope: int, factor: float):
    say(f"OFLT 12;OFSL {slope};SYNC 1")
    assert lockin.filter == (1.0, slope + 1, True)
    assert float(say("ENBW?")) == pytest.approx(factor, rel=1e-5)  # of RC stages, per time constant


def test_the_synchronous_filter_ends_at_4_khz(say: Any, lockin: Any):
    lockin.frequency_hz = 4001.0
    say("SYNC ON")
    assert lockin.filter[2] is False
    assert say("LIAS? 5") == "1"


@pytest.mark.parametrize(("index", "peak_v"), list(enumerate([1.0, 0.3, 0.1, 0.03, 0.01])))
def test_the_input_overloads_beyond_its_range(say: Any, lockin: Any, index: int, peak_v: float):
    say(f"IRNG {index};LIAS?")
    lockin.peak_v = 0.99 * peak_v
    assert say("LIAS?;CUROVLDSTAT?;ILVL?") == "0;0;3"
    lockin.peak_v = 1.01 * peak_v
    assert say("LIAS?;CUROVLDSTAT?;ILVL?") == "16;16;4"


@pytest.mark.parametrize(("latch", "again"), [("level", "16"), ("edge", "0")])
def test_how_a_lasting_overload_is_latched(lockin: Any, clock: Any, talk: Any, latch: Any, again: str):
    say = make(lockin, clock, talk, lia_latch=latch)
    lockin.peak_v = 2.0
    assert [say("LIAS?"), say("LIAS?"), say("CUROVLDSTAT?")] == ["16", again, "16"]
    lockin.peak_v = 0.0
    say("LIAS?")
    lockin.peak_v = 2.0
    assert say("LIAS?") == "16"


def test_a_stale_overload_survives_a_change_of_range(say: Any, lockin: Any):
    say("IRNG 4")
    lockin.peak_v = 0.1
    say("IRNG 0")
    assert say("CUROVLDSTAT?;LIAS? 4;LIAS?") == "0;1;0"


def test_outputs_beyond_their_scale(say: Any, lockin: Any):
    say("SCAL 9")  # 1 mV
    lockin.xy = (2e-3, 0.0)
    assert int(say("LIAS?")) == 1 << 0 | 1 << 8 | 1 << 10  # CH1, and the data channels of X and R
    assert say("OUTP? 0") == "0.002"
    lockin.xy = (0.0, 2e-3)
    assert int(say("CUROVLDSTAT?")) == 1 << 1 | 1 << 9 | 1 << 10
    lockin.xy = (2e-4, 0.0)
    assert say("LIAS?;CEXP 0,1;LIAS? 0").endswith("1")  # x10


@pytest.mark.parametrize(("clips", "shown"), [(False, 2e-3), (True, 1.09e-3)])
def test_whether_numbers_are_clipped_at_the_scale(lockin: Any, clock: Any, talk: Any, clips: bool, shown: float):
    say = make(lockin, clock, talk, clips=clips)
    lockin.xy = (2e-3, 0.0)
    assert float(say("SCAL 9;OUTP? 0")) == pytest.approx(shown)


@pytest.mark.parametrize(("carried", "shown"), [(False, 0.5), (True, 0.1)])
def test_whether_numbers_carry_the_offset(lockin: Any, clock: Any, talk: Any, carried: bool, shown: float):
    say = make(lockin, clock, talk, offset_in_outputs=carried)
    lockin.xy = (0.5, 0.0)
    say("COFP 0,40;COFA 0,1")  # 40 % of 1 V
    assert float(say("OUTP? 0")) == pytest.approx(shown)
    say("COFA 0,0")
    assert float(say("OUTP? 0")) == 0.5


def test_automatic_functions(say: Any, lockin: Any, clock: Any):
    lockin.xy, lockin.peak_v = (3e-4, 3e-4), 0.05
    instrument = say.instrument
    say("ARNG")
    assert instrument.busy
    clock.sleep(instrument.next_event_s - clock.now())
    instrument.poll()
    assert not instrument.busy
    say("ASCL;APHS;OAUT 0")
    assert [say("IRNG?"), say("SCAL?")] == ["2", "10"]  # 100 mV, 500 uV
    assert say("PHAS?") == "45.0000000"
    assert say("COFP? 0;COFA? 0") == "60;1"  # 300 of 500 uV


def test_a_service_request(say: Any, lockin: Any):
    say("LIAE 4,1;*SRE 8")
    instrument = say.instrument
    assert instrument.status_byte(message_available=False) == 0
    lockin.peak_v = 2.0
    assert instrument.requests_service(message_available=False)
    assert instrument.status_byte(message_available=False) == 8 + 64
    assert instrument.status_byte(message_available=False) == 8
    lockin.peak_v = 0.0
    assert say("LIAS?;*STB?") == "16;0"


def test_reset_keeps_the_reference_of_the_bench(say: Any, lockin: Any):
    say("SCAL 5;PHAS 20;OFLT 3;COFP 0,1;RSRC 0;*RST")
    assert say("SCAL?;PHAS?;OFLT?;COFP? 0;RSRC?") == "0;0.0000000;10;0;1"
    assert (lockin.phase_deg, lockin.detection) == (0.0, (1, None))


@pytest.mark.parametrize(
    ("name", "value", "allowed"), [("lia_latch", "never", "level, edge"), ("strict", "yes", "False, True")]
)
def test_options_are_checked(lockin: Any, clock: Any, name: str, value: Any, allowed: str):
    world: Any = SimpleNamespace(clock=clock, lockin_of=lambda _: lockin)
    line: Any = SimpleNamespace(role="lockin", address="GPIB0::8::INSTR", options={name: value})
    with pytest.raises(ValueError, match=rf"options\.{name}: given '{value}'; allowed: {allowed}"):
        KINDS["sr860"].build(world, line, False)
