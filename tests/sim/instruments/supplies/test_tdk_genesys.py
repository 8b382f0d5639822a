"""Dialogue of the Genesys. Oracles: chapter 7 of its manuals, and what pymeasure's driver expects."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vsmdaq_sim.instruments.supplies.tdk_genesys.instrument import TdkGenesys


@pytest.fixture
def supply(magnet: Any, clock: Any) -> TdkGenesys:
    return TdkGenesys(magnet, clock, {"output_delay_s": 0.1})


@pytest.fixture
def say(supply: TdkGenesys, talk: Any) -> Any:
    talker = talk(supply)
    assert talker("ADR 6") == "OK"
    return talker


def power(say: Any, clock: Any, current: str = "5") -> None:
    assert [say("PV 40"), say(f"PC {current}"), say("OUT ON")] == ["OK"] * 3
    clock.sleep(1.0)


# --- the language ------------------------------------------------------------------------------------------------


def test_silent_until_it_is_addressed(supply: TdkGenesys, talk: Any):
    say = talk(supply)
    assert [say("IDN?"), say("ADR 7"), say("PC?"), say("ADR 6"), say("IDN?")] == [
        None,
        None,
        None,
        "OK",
        "LAMBDA,GEN40-38",
    ]
    assert [say("ADR 5"), say("IDN?")] == [None, None]  # another supply of the line is meant now
    assert supply.unknown == []


def test_letters_of_either_case_and_blanks(say: Any):
    assert [say("pv 12"), say("  PC   010.00 "), say("pv?"), say("PC?")] == ["OK", "OK", "12", "010.00"]


def test_backspace_and_repeat(say: Any):
    assert [say("PC 7\b5"), say("PC?"), say("\\"), say("\\")] == ["OK", "5", "5", "5"]


def test_checksums_of_the_manual(say: Any):
    assert say("STT?$3A").startswith("MV(")
    assert say("STAT?$7B") == "84$6C"  # 38 + 34 hexadecimal
    assert say("STAT?$7C").startswith("C04$")
    assert say("STAT?") == "84"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("FOO", "C01"),
        ("PV", "C02"),
        ("OUT", "C02"),
        ("PV abc", "C03"),
        ("PV -1", "C03"),
        ("PV 1e3", "C03"),
        ("OUT 2", "C03"),
        ("RMT 3", "C03"),
        ("RST 1", "C03"),
        ("FENA GG", "C03"),
        ("FILTER 20", "C03"),
        ("PC 39.91", "C05"),  # 105 % of 38 A are 39.9 A
        ("FBD 256", "C05"),
        ("OVP 44.1", "C05"),
        ("PV 42", "E01"),  # above 95 % of the protection at 44 V
        ("OVP 1", "E04"),
    ],
)
def test_error_codes(say: Any, text: str, code: str):
    assert [say(text), say("PV?"), say("PC?")] == [code, "0", "0"]


def test_voltage_protections(say: Any):
    assert [say("PV 20"), say("OVP 20.9"), say("OVP 21"), say("PV 19.96")] == ["OK", "E04", "OK", "E01"]
    assert [say("UVL 19.1"), say("UVL 19"), say("PV 18")] == ["E06", "OK", "E02"]
    assert [say("OVM"), say("OVP?"), say("DVC?")] == ["OK", "44", "00.000,20,00.000,0,44,19"]


def test_unknown_commands_are_kept(say: Any, supply: TdkGenesys):
    say("VOLT 5")
    say("RST")
    assert supply.unknown == ["VOLT 5"]


def test_settings_are_kept_saved_and_reset(say: Any):
    for text in ("PV 12", "PC 3", "AST ON", "FLD 1", "FILTER 46", "FBD 10", "SAV"):
        assert say(text) == "OK"
    assert [say(f"{name}?") for name in ("AST", "FLD", "FILTER", "FBD")] == ["ON", "ON", "46", "10"]
    say("RST")
    assert [say(f"{name}?") for name in ("PV", "PC", "AST", "FLD", "FBD", "RMT")] == [
        "0",
        "0",
        "OFF",
        "OFF",
        "0",
        "REM",
    ]
    say("RCL")
    assert [say("PV?"), say("PC?"), say("AST?")] == ["12", "3", "ON"]
    assert [say("FBDRST"), say("FBD?")] == ["OK", "0"]


def test_control_modes(say: Any):
    assert [say("RMT?"), say("RMT 2"), say("RMT?"), say("RMT LOC"), say("RMT?"), say("rmt rem"), say("RMT?")] == [
        "LOC",
        "OK",
        "LLO",
        "OK",
        "LOC",
        "OK",
        "REM",
    ]


@pytest.mark.parametrize(
    ("model", "volts", "amps"),
    [("GEN60-12.5", "00.000", "00.000"), ("GEN6-200", "0.0000", "000.00"), ("GEN600-1.3", "000.00", "0.0000")],
)
def test_five_digits_by_rating(magnet: Any, clock: Any, talk: Any, model: str, volts: str, amps: str):
    """A 60 V supply sends 01.150, one of 200 A 000.50 (manual)."""
    say = talk(TdkGenesys(magnet, clock, {"model": model}))
    say("ADR 6")
    assert [say("IDN?"), say("MV?"), say("MC?")] == [f"LAMBDA,{model}", volts, amps]


@pytest.mark.parametrize(
    "options", [{"model": "Z20-10"}, {"model": "GEN40"}, {"address": 31}, {"relay_endures_a": 0.0}]
)
def test_options_that_cannot_be(magnet: Any, clock: Any, options: dict[str, Any]):
    with pytest.raises(ValueError, match=r"tdk_genesys: model|polarity relay"):
        TdkGenesys(magnet, clock, options)


# --- output and status -------------------------------------------------------------------------------------------


def test_output_and_its_status(say: Any, magnet: Any, clock: Any):
    say("RMT REM")
    assert [say("STAT?"), say("MODE?"), say("OUT?")] == ["04", "OFF", "OFF"]  # no fault, and neither CV nor CC
    power(say, clock)
    assert [say("STAT?"), say("MODE?"), say("OUT?"), say("MC?")] == ["06", "CC", "ON", "05.000"]
    magnet.volts = 40.0
    assert [say("STAT?"), say("MODE?"), say("MV?")] == ["05", "CV", "40.000"]
    say("AST ON")
    say("FLD ON")
    magnet.volts = 1.0
    assert say("STAT?") == "36"
    say("OUT 0")
    assert say("MODE?") == "CC"  # not yet
    clock.sleep(0.11)
    assert [say("MODE?"), say("MC?"), magnet.off] == ["OFF", "00.000", True]


def test_whole_status(say: Any, clock: Any, magnet: Any):
    power(say, clock, "10")
    magnet.volts = 4.5
    assert say("STT?") == "MV(04.500),PV(40),MC(10.000),PC(10),SR(06),FR(00)"


def test_whole_status_with_blanks(magnet: Any, clock: Any, talk: Any):
    say = talk(TdkGenesys(magnet, clock, {"stt_blanks": True}))
    say("ADR 6")
    assert say("STT?") == "MV(00.000), PV(0), MC(00.000), PC(0), SR(84), FR(00)"


@pytest.mark.parametrize("bit", [1, 2, 5, 6, 7])
def test_faults_switch_off_and_keep_off(say: Any, supply: TdkGenesys, clock: Any, magnet: Any, bit: int):
    power(say, clock)
    supply.output.fail(1 << bit)
    clock.sleep(0.01)
    assert [say("FLT?"), say("STAT?"), say("OUT?"), say("MC?")] == [f"{1 << bit:02X}", "08", "OFF", "00.000"]
    assert magnet.off
    assert say("OUT ON") == "E07"
    supply.output.faults = 0
    assert [say("OUT ON"), say("FLT?")] == ["OK", "00"]


def test_over_voltage_is_left_by_output_on(say: Any, supply: TdkGenesys, clock: Any):
    power(say, clock)
    supply.output.fail(0x10)
    assert [say("FLT?"), say("OUT ON"), say("FLT?")] == ["10", "OK", "00"]


def test_fold_back_trips_in_constant_voltage(say: Any, clock: Any, magnet: Any):
    power(say, clock)
    say("FLD ON")
    assert say("FLT?") == "00"
    magnet.volts = 40.0
    assert [say("FLT?"), say("OUT?")] == ["08", "OFF"]


def test_service_requests(say: Any, supply: TdkGenesys, clock: Any):
    assert [say("FENA 12"), say("SENA 08"), say("FENA?"), say("SENA?")] == ["OK", "OK", "12", "08"]
    power(say, clock)
    supply.output.fail(0x10)
    assert supply.next_event_s == clock.now()
    assert [supply.poll(), supply.poll()] == [["!06"], []]
    assert [say("FEVE?"), say("FEVE?"), say("SEVE?"), say("SEVE?")] == ["10", "00", "08", "00"]
    supply.output.fail(0x20)
    assert say("CLS") == "OK"
    assert say("FEVE?") == "00"


# --- the relay ---------------------------------------------------------------------------------------------------


def test_the_relay_moves_without_current(say: Any, supply: TdkGenesys, clock: Any, magnet: Any):
    assert [say("RELAY?"), say("RELAY ON"), say("RELAY?")] == ["OFF", "OK", "MOVING"]
    clock.sleep(0.06)
    assert say("RELAY?") == "ON"
    power(say, clock)
    assert [magnet.current_a(), say("MC?")] == [-5.0, "05.000"]
    assert say("RELAY ON") == "OK"  # where it is
    assert supply.relay.damage == []


@pytest.mark.parametrize("current", ["5", "0"])
def test_with_the_output_on_the_contacts_suffer(say: Any, supply: TdkGenesys, clock: Any, current: str):
    power(say, clock, current)
    say("RELAY ON")
    assert len(supply.relay.damage) == 1
    assert "output on" in supply.relay.damage[0]
    assert [say("FLT?"), say("OUT?")] == ["10", "OFF"]


def test_under_current_the_contacts_suffer(say: Any, supply: TdkGenesys, magnet: Any):
    magnet.start = (0.0, 0.2)  # what is left in the coil
    magnet.set_point_a = 0.2
    say("RELAY ON")
    assert supply.relay.damage == ["moved at 0.000 s with +0.200 A, output off"]


def test_an_output_that_comes_on_in_between(say: Any, supply: TdkGenesys):
    say("RELAY ON")
    say("OUT ON")
    assert supply.relay.damage == ["energised in between at 0.000 s with +0.000 A, output on"]
    assert say("OUT?") == "OFF"


def test_welded_contacts_do_not_move(say: Any, supply: TdkGenesys, clock: Any):
    supply.relay.stuck = True
    say("RELAY ON")
    clock.sleep(1.0)
    assert say("RELAY?") == "OFF"


def test_words_of_the_relay(magnet: Any, clock: Any, talk: Any):
    words = {"relay_query": "SIG1?", "relay_reversed": "SIG1 1", "relay_normal": "SIG1 0", "relay_reply": ""}
    say = talk(TdkGenesys(magnet, clock, {**words, "relay_reversed_reply": "1", "relay_normal_reply": "0"}))
    say("ADR 6")
    assert [say("SIG1?"), say("SIG1 1")] == ["0", None]
    clock.sleep(0.1)
    assert [say("SIG1?"), say("RELAY ON")] == ["1", "C01"]


def test_a_diode_at_the_magnet_hides_the_current(magnet: Any, clock: Any, talk: Any):
    say = talk(TdkGenesys(magnet, clock, {"freewheel_diode": True}))
    say("ADR 6")
    power(say, clock)
    magnet.start, magnet.set_point_a = (clock.now(), 5.0), 5.0
    assert say("MC?") == "05.000"
    say("OUT OFF")
    magnet.start, magnet.set_point_a = (clock.now(), 3.0), 3.0
    assert say("MC?") == "00.000"


_WORDS = st.sampled_from(
    [
        "ADR",
        "PV",
        "PC",
        "OUT",
        "RMT",
        "OVP",
        "UVL",
        "FLD",
        "FBD",
        "FILTER",
        "FENA",
        "SENA",
        "STT?",
        "OUT?",
        "RELAY",
        "RST",
        "RCL",
        "SAV",
    ]
)


@given(
    st.lists(
        st.one_of(st.text(max_size=12), st.builds("{} {}".format, _WORDS, st.text("0123456789.,-+$ CRS", max_size=8))),
        max_size=6,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_sent_it_still_answers(magnet: Any, clock: Any, talk: Any, lines: list[str]):
    say = talk(TdkGenesys(magnet, clock, {}))
    for line in lines:
        say(line)
        clock.sleep(0.05)
        say.instrument.poll()
    say("ADR 6")
    assert say("IDN?") == "LAMBDA,GEN40-38"
