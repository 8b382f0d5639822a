"""Dialogue of the Danfysik. Oracles: the command reference, the status tables of ISIS, and pymeasure's driver."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vsmdaq_sim.instruments.supplies.danfysik_8500.instrument import Danfysik8500

REFERENCE = Path(__file__).resolve().parents[4] / "configs" / "vsmdaq_configs" / "worlds" / "reference.toml"
OFF = "!!....................!."
ON = ".!......................"
ON_REVERSED = "..!....................."


@pytest.fixture
def supply(magnet: Any, clock: Any) -> Danfysik8500:
    return Danfysik8500(magnet, clock, {})


@pytest.fixture
def say(supply: Danfysik8500, talk: Any) -> Any:
    talker = talk(supply)
    talker("REM")
    return talker


def power(say: Any, clock: Any, ppm: int = 31250) -> None:
    """5 A of 160 A."""
    assert [say("N"), say(f"DA 0,{ppm}")] == [None, None]
    clock.sleep(0.5)
    say("CMD")
    clock.sleep(0.01)


def made(magnet: Any, clock: Any, talk: Any, **options: Any) -> Any:
    talker = talk(Danfysik8500(magnet, clock, options))
    talker("REM")
    return talker


# --- the language ------------------------------------------------------------------------------------------------


def test_settings_are_not_answered(say: Any):
    assert [say(text) for text in ("ERRT", "NASW", "DA 0,1000", "WA 001000", "PO -", "N", "F", "RS")] == [None] * 8


@pytest.mark.parametrize(("mode", "line"), [("ERRT", "?\a COMMAND ERROR"), ("ERRC", "?\a 1"), ("NERR", "?\a")])
def test_a_complaint_is_a_line_of_its_own(say: Any, supply: Danfysik8500, mode: str, line: str):
    assert [say(mode), say("FOO 3"), supply.unknown] == [None, line, ["FOO 3"]]


@pytest.mark.parametrize(
    "text",
    ["DA 0,1000001", "DA 0,-1", "DA 1,5", "DA 0,x", "WA", "WA 1.5", "PO x", "AD 12", "RAMP X", "R 1.1", "RAMPSET x"],
)
def test_parameters_that_cannot_be(say: Any, text: str):
    assert [say(text), say("RA")] == ["?\a DATA PARM ERROR", "000000"]


@pytest.mark.parametrize("text", ["DA 0,31250", "DA 0 31250", "WA 031250", "WA 31250"])
def test_ways_to_write_a_set_point(say: Any, text: str):
    say(text)
    assert [say("RA"), say("DA 0")] == ["031250", "0 31250"]


@pytest.mark.parametrize("text", ["PO -", "PO-", "-"])
def test_ways_to_switch_the_polarity(say: Any, clock: Any, text: str):
    assert [say("PO"), say(text), say("PO")] == ["+", None, "N"]
    clock.sleep(0.2)
    assert [say("PO"), say("S1")] == ["-", "!.!...................!."]


def test_answer_mode(say: Any):
    say("ASW")
    assert [say("WA 001000"), say("REM"), say("NASW"), say("WA 002000")] == ["WA 001000", None, None, None]


def test_local_and_remote(supply: Danfysik8500, talk: Any):
    say = talk(supply)
    assert [say("CMD"), say("CMDSTATE"), say("S1"), say("N")] == ["LOC", "LOCAL", OFF, "?\a LOCAL CONTROL"]
    say("REM")
    assert [say("CMD"), say("CMDSTATE"), say("N"), say("LOCK")] == ["REM", "REMOTE", None, None]
    assert [say("CMDSTATE"), say("REM"), say("UNLOCK"), say("REM"), say("CMD")] == [
        "LOCK",
        "?\a LOCAL CONTROL",
        None,
        None,
        "REM",
    ]


@pytest.mark.parametrize(
    ("options", "silent", "wakes"),
    [
        ({"silent_until": "unlock"}, "REM", "UNLOCK"),
        ({"silent_until": "address", "address": 75}, "ADR 074", "ADR 075"),
        ({"address": 75}, "ADR 074", "ADR 075"),
    ],
)
def test_silence(magnet: Any, clock: Any, talk: Any, options: dict[str, Any], silent: str, wakes: str):
    say = talk(Danfysik8500(magnet, clock, options))
    assert [say(silent), say("S1"), say("FOO"), say(wakes), say("S1")] == [None, None, None, None, OFF]


def test_address_and_identity(magnet: Any, clock: Any, talk: Any):
    say = made(magnet, clock, talk, address=75, print_lines=2, dialect="8000")
    assert [say("ADR"), say("PRINT")] == ["075", ["SYSTEM 8000", "V1.0A"]]
    assert say("VER")[1].startswith("SCC")


@pytest.mark.parametrize(("key", "end"), [("lfcr", b"\n\r"), ("cr", b"\r"), ("crlf", b"\r\n")])
def test_ends_of_replies(magnet: Any, clock: Any, key: str, end: bytes):
    assert Danfysik8500(magnet, clock, {"reply_end": key}).reply_terminator == end


@pytest.mark.parametrize(
    "options",
    [{"reply_end": "lf"}, {"dialect": "7000"}, {"silent_until": "x"}, {"full_scale_a": 0.0}, {"address": 256}],
)
def test_options_that_cannot_be(magnet: Any, clock: Any, options: dict[str, Any]):
    with pytest.raises(ValueError, match="danfysik_8500"):
        Danfysik8500(magnet, clock, options)


# --- output and status -------------------------------------------------------------------------------------------


def test_power_and_current(say: Any, clock: Any, magnet: Any):
    assert say("S1") == OFF
    say("DA 0,31250")
    say("N")
    clock.sleep(0.29)
    assert [say("S1")[0], magnet.off] == ["!", True]
    clock.sleep(0.02)
    say("CMD")
    clock.sleep(0.01)
    assert [say("S1"), say("AD 8"), say("ADCV"), say("S1H")] == [ON, "500", "5000", "400000"]
    say("F")
    clock.sleep(0.01)
    assert [say("S1"), say("AD 8"), magnet.off, say("RA")] == [OFF, "0", True, "031250"]


@pytest.mark.parametrize(
    ("dialect", "counts", "adc"),
    [("8500", "31250", "500"), ("8000", "31250", "3125"), ("9100", "5000", "500")],  # 5 A of 160 A
)
def test_units(magnet: Any, clock: Any, talk: Any, dialect: str, counts: str, adc: str):
    say = made(magnet, clock, talk, dialect=dialect)
    say(f"WA {counts}")
    say("N")
    clock.sleep(0.5)
    say("CMD")
    clock.sleep(0.01)
    assert [magnet.current_a(), say("AD 8"), say("AD 0")] == [5.0, adc, "3"]


def test_channels_before_values_and_old_values(magnet: Any, clock: Any, talk: Any):
    say = made(magnet, clock, talk, channel_prefix=True)
    assert [say("AD 8"), say("AD 3")] == ["8 0", "3 150"]
    say.instrument.commands.stale = 1
    assert [say("AD 8"), say("AD 8")] == ["8 E0", "8 0"]


def test_status_of_the_9100(magnet: Any, clock: Any, talk: Any):
    """As a program for it expects to find it: ``.!...!..................`` (exopy)."""
    say = made(magnet, clock, talk, dialect="9100")
    say("N")
    clock.sleep(0.5)
    assert say("S1") == ".!...!.................."


@pytest.mark.parametrize("character", [7, 8, 10, 15, 19, 20, 21])
def test_interlocks(say: Any, supply: Danfysik8500, clock: Any, magnet: Any, character: int):
    power(say, clock)
    supply.output.held.add(character)
    supply.output.trip(character)
    clock.sleep(0.01)
    held = {0, 1, 9, 22, character}
    status = "".join("!" if index in held else "." for index in range(24))
    assert [say("S1"), say("AD 8"), magnet.off] == [status, "0", True]
    assert [say("N"), say("RS"), say("S1")] == ["?\a INTERLOCK", None, status]  # its cause is still there
    supply.output.held.clear()
    say("RS")
    assert [say("S1"), say("N")] == [OFF, None]


def test_power_off_clears_interlocks_whose_cause_is_gone(say: Any, supply: Danfysik8500):
    supply.output.trip(20)
    say("F")
    assert say("S1") == OFF


def test_its_own_slew(magnet: Any, clock: Any, talk: Any):
    say = made(magnet, clock, talk, slew_a_per_s=2.0)
    say("N")
    clock.sleep(0.5)
    say("DA 0,62500")
    clock.sleep(1.5)
    assert say("AD 8") == "300"


# --- the polarity switch -----------------------------------------------------------------------------------------


def test_reversed_without_current(say: Any, supply: Danfysik8500, clock: Any, magnet: Any):
    say("PO -")
    clock.sleep(0.2)
    power(say, clock)
    assert [say("S1"), say("AD 8"), magnet.current_a(), supply.relay.damage] == [ON_REVERSED, "500", -5.0, []]


def test_under_current_the_contacts_suffer(say: Any, supply: Danfysik8500, clock: Any):
    power(say, clock)
    say("PO -")
    assert len(supply.relay.damage) == 1
    assert say("S1")[10] == "!"
    assert say("AD 8") == "500"
    clock.sleep(0.01)
    assert say("AD 8") == "0"


def test_power_on_in_between(say: Any, supply: Danfysik8500):
    say("PO -")
    say("N")
    assert supply.relay.damage == ["energised in between at 0.000 s with +0.000 A, output on"]


def test_a_signed_set_point_reverses_by_itself(magnet: Any, clock: Any, talk: Any):
    say = made(magnet, clock, talk, signed_set_point=True)
    power(say, clock)
    assert [say("DA 0,-31250"), say("DA 0"), say("PO")] == [None, "0 -31250", "+"]
    for _ in range(20):
        clock.sleep(0.05)
        say.instrument.poll()
    assert [say("PO"), say("AD 8"), magnet.current_a()] == ["-", "500", -5.0]
    assert say.instrument.relay.damage == []


# --- ramps -------------------------------------------------------------------------------------------------------


def test_a_ramp_list(say: Any, supply: Danfysik8500, clock: Any):
    for text in ("N", "RAMPSET C", "RAMPSET 2.0", "R 0.01", "R 0.02", "R 0.03", "RAMP R"):
        assert say(text) is None
    seen = []
    for _ in range(4):
        seen.append(say("RA"))
        clock.sleep(2.0)
        assert supply.poll() == []
    assert seen == ["010000", "020000", "030000", "030000"]
    say("RAMP R")
    assert [say("RAMP S"), say("RA")] == ["STOPPED", "010000"]
    clock.sleep(5.0)
    assert say("RA") == "010000"


def test_slews_and_sequences_are_kept_and_do_nothing(say: Any, supply: Danfysik8500):
    for text in ("W1 500", "WR 025", "SLOW 0", "WSA 0,0,62500,10", "MULT 0,1", "TS 0", "STOP"):
        assert say(text) is None
    assert [say("R1"), say("RR"), say("R3"), say("S2")] == ["500", "RR 025", "0", "."]
    assert supply.unmodelled == ["W1 500", "WR 025", "SLOW 0", "WSA 0,0,62500,10", "MULT 0,1", "TS 0", "STOP"]
    assert supply.unknown == []


_WORDS = st.sampled_from(
    [
        "ADR",
        "ADR",
        "DA",
        "WA",
        "PO",
        "AD",
        "N",
        "F",
        "REM",
        "LOC",
        "LOCK",
        "R",
        "RAMP",
        "RAMPSET",
        "W1",
        "WR",
        "RS",
        "S1",
        "ERRC",
        "ASW",
        "PRINT",
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
    say = talk(Danfysik8500(magnet, clock, {"signed_set_point": True}))
    for line in lines:
        say(line)
        clock.sleep(0.05)
        say.instrument.poll()
    say("ADR 000")
    assert len(say("S1")) == 24
