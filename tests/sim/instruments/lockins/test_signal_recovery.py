"""Dialogue of the 7265 and 7270. Oracles: the manuals of the family, tables of pymeasure, arithmetic on a still voltage."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from vsmdaq_sim.instruments.kinds import KINDS

UNKNOWN, PARAMETER = 3, 5  # status byte: complete, and bit 1 or 2


def build(lockin: Any, clock: Any, number: str, address: str = "GPIB0::12::INSTR", **options: Any) -> Any:
    world: Any = SimpleNamespace(clock=clock, lockin_of=lambda _: lockin)
    line: Any = SimpleNamespace(role="lockin", address=address, reply_s=0.001, options=options)
    return KINDS[f"signal_recovery_{number}"].build(world, line, False)


class Says:
    """Text between driver and instrument, without what frames it."""

    def __init__(self, instrument: Any) -> None:
        self.instrument = instrument

    def raw(self, message: str) -> list[bytes]:
        return self.instrument.execute(message, message_available=False)

    def __call__(self, message: str) -> Any:
        texts = [data.decode("latin-1").strip("\r\n\0") for data in self.raw(message)]
        return texts if len(texts) > 1 else texts[0] if texts else None


@pytest.fixture
def old(lockin: Any, clock: Any) -> Says:
    return Says(build(lockin, clock, "7265"))


@pytest.fixture
def new(lockin: Any, clock: Any) -> Says:
    return Says(build(lockin, clock, "7270", "USB0::2605::27::1::RAW"))


# --- framing -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "reply"),
    [
        ({}, b"7265\r\n"),
        ({"terminator": "cr"}, b"7265\r"),
        ({"terminator": "eoi"}, b"7265"),
        ({"stray_null": True}, b"7265\0\r\n"),
    ],
)
def test_ends_of_replies_of_the_7265(lockin: Any, clock: Any, options: Any, reply: bytes):
    say = Says(build(lockin, clock, "7265", **options))
    assert say.raw("ID") == [reply]
    assert say.raw("SEN 18") == []


@pytest.mark.parametrize(
    ("address", "options", "reply", "empty"),
    [
        ("USB0::2605::27::1::RAW", {}, b"7270\n\0", b"\0"),
        ("USB0::2605::27::1::RAW", {"newline": False}, b"7270\0", b"\0"),
        # manual p. 6-6: NUL, status byte, overload byte
        ("USB0::2605::27::1::RAW", {"usbterm": 1}, b"7270\n\0\x81\0", b"\0\x01\0"),
        ("TCPIP0::10.0.0.1::50000::SOCKET", {}, b"7270\n\0\x81\0", b"\0\x01\0"),
        ("TCPIP0::10.0.0.1::50001::SOCKET", {}, b"7270\n\0", b"\0"),
    ],
)
def test_ends_of_replies_of_the_7270(lockin: Any, clock: Any, address: str, options: Any, reply: bytes, empty: bytes):
    say = Says(build(lockin, clock, "7270", address, **options))
    assert say.raw("ID\0") == [reply]
    assert say.raw("SEN 18\0") == [empty]


def test_usbterm_takes_the_status_bytes_away(lockin: Any, clock: Any):
    say = Says(build(lockin, clock, "7270", "USB0::2605::27::1::RAW", usbterm=1))
    assert say.raw("USBTERM 0") == [b"\0"]
    assert say.raw("ID") == [b"7270\n\0"]


def test_a_compound_command_gives_a_reply_for_each(old: Says):
    assert old("SEN 18;SEN;TC") == ["18", "11"]


# --- tables ------------------------------------------------------------------------------------------------------


# 7230 manual p. E-20: SEN 3 = 10 nV, 18 = 1 mV, 27 = 1 V; SEN 18 reads +1.0E-03 with a point
@pytest.mark.parametrize(("n", "volts"), [(1, 2e-9), (3, 10e-9), (9, 1e-6), (18, 1e-3), (25, 0.2), (27, 1.0)])
def test_sensitivity(old: Says, new: Says, n: int, volts: float):
    for say in (old, new):
        say(f"SEN {n}")
        assert [say("SEN"), float(say("SEN."))] == [str(n), volts]


# 7220 manual p. 6-14; pymeasure's DSP7265
@pytest.mark.parametrize(("n", "tau_s"), [(0, 10e-6), (6, 640e-6), (7, 5e-3), (11, 0.1), (13, 0.5), (28, 50e3)])
def test_time_constants_of_the_7265(old: Says, lockin: Any, n: int, tau_s: float):
    old(f"TC {n}")
    assert [old("TC"), float(old("TC."))] == [str(n), tau_s]
    assert lockin.filter == (tau_s, 2, False)


# 7270 manual p. 6-16 (TC 12 is 100 ms), p. 6-37 (TC 13 is 200 ms); pymeasure's Ametek7270
@pytest.mark.parametrize(("n", "tau_s"), [(8, 5e-3), (12, 0.1), (13, 0.2), (15, 1.0), (30, 100e3)])
def test_time_constants_of_the_7270(new: Says, lockin: Any, n: int, tau_s: float):
    new(f"TC {n}")
    assert [new("TC"), float(new("TC."))] == [str(n), tau_s]
    assert lockin.filter == (tau_s, 2, False)


def test_short_time_constants(old: Says, new: Says, lockin: Any):
    new("TC 7")
    assert new("ST") == str(PARAMETER)  # 2 ms: not without FASTMODE (manual p. 5-85)
    new("SLOPE 3;FASTMODE 1;TC 7")
    assert new("SLOPE;TC") == ["1", "7"]
    old("SLOPE 3;TC 6")
    assert [old("SLOPE"), lockin.filter] == ["1", (640e-6, 2, False)]


@pytest.mark.parametrize(("reports", "shown"), [("nominal", 0.1), ("actual", 8 / 83)])
def test_a_synchronous_time_constant_is_whole_periods(lockin: Any, clock: Any, reports: str, shown: float):
    say = Says(build(lockin, clock, "7265", tc_reports=reports))
    say("SYNC 1;TC 11")
    assert lockin.filter == (8 / 83, 2, True)  # 0.1 s at 83 Hz
    assert float(say("TC.")) == pytest.approx(shown, rel=1e-3)


# --- outputs -----------------------------------------------------------------------------------------------------


def test_outputs_in_integers_and_in_volts(old: Says, new: Says, lockin: Any):
    lockin.xy = (3e-4, -4e-4)
    for say in (old, new):
        say("SEN 18")  # 1 mV
        assert [say("X"), say("Y"), say("XY"), say("MAG"), say("PHA")] == [
            "3000",
            "-4000",
            "3000,-4000",
            "5000",
            "-5313",
        ]
        assert [float(text) for text in say("XY.").split(",")] == [3e-4, -4e-4]
        assert [float(say("MAG.")), float(say("PHA."))] == pytest.approx([5e-4, -53.1301], rel=1e-4)
        assert float(say("MP.").split(",")[0]) == pytest.approx(5e-4)
        say("DD 59")
        assert say("XY") == "3000;-4000"


def test_the_7265_counts_in_ten_thousandths_of_full_scale(old: Says, new: Says, lockin: Any):
    lockin.xy = (0.12345678, 0.0)
    assert [float(old("X.")), float(new("X."))] == [0.1235, 0.1234568]


def test_outputs_end_at_300_percent(old: Says, lockin: Any):
    old("SEN 18")
    lockin.xy = (5e-3, -5e-3)
    assert old("XY") == "30000,-30000"


def test_offsets(old: Says, lockin: Any):
    lockin.xy = (0.5, 0.25)
    old("XOF 1 4000")
    assert [old("XOF"), old("X"), old("Y")] == ["1,4000", "1000", "2500"]
    old("XOF 0")
    assert [old("XOF"), old("X")] == ["0,4000", "5000"]
    old("AXO")
    assert [old("XOF"), old("YOF"), old("XY")] == ["1,5000", "1,2500", "0,0"]


def test_grounded_inputs_see_nothing(old: Says, lockin: Any):
    lockin.xy, lockin.peak_v = (0.5, 0.5), 10.0
    old("VMODE 0")
    assert [old("XY"), old("N")] == ["0,0", "0"]


def test_outputs_have_other_names_with_two_demodulators(new: Says, old: Says, lockin: Any):
    lockin.xy = (0.5, 0.0)
    assert [new("X1."), old("X1.")] == ["", None]
    new("REFMODE 1")
    assert [new("X."), float(new("X1."))] == ["", 0.5]


# --- reference ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("phase_range", "shown"), [("signed", "-90.000"), ("unsigned", "270.000")])
def test_phase(lockin: Any, clock: Any, phase_range: str, shown: str):
    say = Says(build(lockin, clock, "7265", phase_range=phase_range))
    say("REFP. 270")
    assert [say("REFP."), lockin.phase_deg] == [shown, -90.0]
    say("REFP 37123")
    assert [say("REFP"), say("REFP."), lockin.phase_deg] == ["37123", "37.123", 37.123]


def test_frequency(old: Says, lockin: Any):
    assert [old("FRQ"), float(old("FRQ."))] == ["83000", 83.0]
    lockin.frequency_hz = None
    assert [old("FRQ"), float(old("FRQ.")), old("N"), old("ST")] == ["0", 0.0, "128", str(1 + 8 + 16)]
    old("IE 0;OF. 1234.5")
    assert [float(old("FRQ.")), old("OF"), old("N")] == [1234.5, "1234500", "0"]
    assert lockin.detection == (1, 1234.5)
    old("IE 1;REFN 2")
    assert lockin.detection == (2, None)


# --- status ------------------------------------------------------------------------------------------------------


def test_overload_bits_of_the_7265(old: Says, lockin: Any):
    # 7220 manual p. 6-29: 1 CH1, 2 CH2 (> 120 %), 3 Y, 4 X (> 300 %), 6 input, 7 reference unlock
    old("SEN 18")
    lockin.xy = (2e-3, 0.0)
    assert old("N") == str(1 << 1)
    lockin.xy = (4e-3, 0.0)
    assert old("N") == str(1 << 1 | 1 << 4)
    lockin.xy = (0.0, 4e-3)
    assert old("N") == str(1 << 2 | 1 << 3)
    lockin.xy, lockin.peak_v = (0.0, 0.0), 4.0
    assert [old("N"), old("ST")] == [str(1 << 6), str(1 + 16)]


def test_overload_bits_of_the_7270(new: Says, lockin: Any):
    # 7270 manual p. 6-34, 6-35: N 0 X, 1 Y, 4 CH1, 5 CH2; ST 3 unlock, 4 output, 6 input
    new("SEN 18")
    lockin.xy = (4e-3, 2e-3)
    assert [new("N"), new("ST")] == [str(1 << 0 | 1 << 4 | 1 << 5), str(1 + 16)]
    lockin.xy, lockin.peak_v, lockin.frequency_hz = (0.0, 0.0), 4.0, None
    assert [new("N"), new("ST")] == ["0", str(1 + 8 + 64)]


@pytest.mark.parametrize("number", ["7265", "7270"])
def test_ac_gain_takes_headroom_away(lockin: Any, clock: Any, number: str):
    say = Says(build(lockin, clock, number))
    lockin.peak_v = 0.5
    assert not say.instrument._signal.input_overload()
    say("ACGAIN 4")
    assert say.instrument._signal.input_overload()
    say("AUTOMATIC 1")
    assert not say.instrument._signal.input_overload()


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("*IDN?", UNKNOWN),
        ("SEN?", PARAMETER),
        ("FOO 1", UNKNOWN),
        ("SEN 28", PARAMETER),
        ("SEN 0", PARAMETER),
        ("SEN 1 2", PARAMETER),
        ("SEN x", PARAMETER),
        ("TC 29", PARAMETER),
        ("SLOPE 4", PARAMETER),
        ("REFP. 361", PARAMETER),
        ("OA. 5.1", PARAMETER),
        ("DAC. 1 13", PARAMETER),
        ("ADC. 5", PARAMETER),
        ("XOF 2", PARAMETER),
        ("LF 4 0", PARAMETER),
        ("X. 1", PARAMETER),
        ("DC 2", PARAMETER),
    ],
)
def test_the_status_byte_tells_of_the_last_command(old: Says, text: str, status: int):
    assert old(text) is None
    assert [old("ST"), old("ST")] == [str(status)] * 2
    old("SEN 18")
    assert old("ST") == "1"


def test_unknown_commands_are_kept_and_answered_by_the_7270_only(old: Says, new: Says):
    for say, reply in ((old, None), (new, "")):
        assert say("FOO 1") == reply
        assert say.instrument.unknown == ["FOO 1"]


def test_serial_poll_tells_when_a_command_is_complete(old: Says, clock: Any):
    instrument = old.instrument
    old("ID")
    assert not instrument.status_byte(message_available=False) & 1  # still at it
    clock.sleep(0.001)
    assert instrument.status_byte(message_available=True) & 0x81 == 0x80  # a reply waits
    assert instrument.status_byte(message_available=False) & 0x81 == 1
    old("MSK 128")
    assert instrument.requests_service(message_available=True)
    assert instrument.status_byte(message_available=True) & 0x40
    assert not instrument.requests_service(message_available=False)


def test_automatic_functions_take_time(old: Says, lockin: Any, clock: Any):
    lockin.xy = (3e-4, 3e-4)
    instrument = old.instrument
    old("AS")
    assert instrument.busy
    clock.sleep(instrument.next_event_s - clock.now())
    instrument.poll()
    assert not instrument.busy
    assert old("SEN") == "17"  # 500 uV: 0.42 mV is 85 % of it
    old("AQN")
    assert old("REFP.") == "45.000"


# What pymeasure 0.16 sends
@pytest.mark.parametrize(
    "text",
    ["IMODE 0", "VMODE 3", "LF 3 0", "FLOAT 1", "FET 1", "CP 0", "OA. 0.5", "OF. 100", "REFN 1", "DAC. 4 -1.5", "DAC. 4", "ADC. 1", "ADC 3", "ADC3TIME 100", "ADC3TIME", "RT.", "LR.", "CBD 3", "LEN 100", "STR 12", "NC", "M", "HC", "AUTOMATIC 1", "ACGAIN 2", "REFP. 37", "PHA."],
)  # fmt: skip
def test_what_pymeasure_sends_is_known(old: Says, text: str):
    old(text)
    assert old("ST") == "1"
    assert old.instrument.unknown == []


def test_curve_settings(old: Says):
    old("STR 12;CBD 65535;LEN 2048")
    assert [old("STR"), old("LEN")] == ["15", "2048"]  # rounded up to 5 ms; 32768 / 16 points
    old("LEN 2049")
    assert [old("LEN"), old("M")] == ["2048", "0,0,1,0"]


def test_auto_default_keeps_the_interface(new: Says, lockin: Any):
    new("USBTERM 1;DD 59;SEN 5;REFP. 20;ADF 1")
    assert new.raw("USBTERM") == [b"1\n\0\x81\0"]
    new("USBTERM 0")
    assert [new("DD"), new("SEN"), new("REFP."), lockin.phase_deg] == ["59", "27", "0.000", 0.0]


@pytest.mark.parametrize(
    ("number", "name", "value"),
    [("7265", "terminator", "lf"), ("7265", "stray_null", 1), ("7270", "usbterm", True), ("7270", "tc_reports", "")],
)
def test_options_are_checked(lockin: Any, clock: Any, number: str, name: str, value: Any):
    with pytest.raises(ValueError, match=rf"instruments\.lockin\.options\.{name}: given .*; allowed: "):
        build(lockin, clock, number, **{name: value})
