"""Dialogue of the balance. Oracle: output format and command tables of the manuals (Explorer EX, Adventurer, Navigator, Explorer Pro)."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.balances.ohaus import Ohaus

EMPTY = "    0.0000 g"


@pytest.fixture
def made(balance: Any, clock: Any, talk: Any) -> Any:
    return lambda **options: talk(Ohaus(balance, clock, options))


@pytest.mark.parametrize(
    ("mass_kg", "at_rest", "options", "line"),
    [
        (0.19221, True, {}, "  192.2100 g"),
        (1e-5, False, {}, "    0.0100 g ?"),
        (-1e-5, True, {}, "   -0.0100 g"),
        (0.19221, True, {"layout": "padded"}, " 192.2100 g      "),  # 9, 1, 5, 1, 1
        (0.19221, False, {"layout": "padded"}, " 192.2100 g     ?"),
        (0.19221, True, {"layout": "navigator"}, "   192.2100 g  "),
        (0.19221, True, {"legend": "N"}, "  192.2100 g   N"),
        (0.3, True, {}, "Err 8.3"),
        (-0.3, True, {"overload": "Error "}, "Error 8.4"),
        (0.3, True, {"overload": "silent"}, None),
    ],
)
def test_lines(made: Any, balance: Any, mass_kg: float, at_rest: bool, options: dict[str, Any], line: str | None):
    balance.mass_kg, balance.at_rest = mass_kg, at_rest
    assert made(**options)("IP") == line


def test_print_on_stability_has_a_time_out(made: Any, balance: Any, clock: Any):
    say = made()
    balance.at_rest = False
    assert say("SP") is None
    clock.sleep(39.9)
    assert say.instrument.poll() == []
    clock.sleep(0.1)
    assert say.instrument.poll() == ["ES"]  # manual: 40 s
    assert say("P") == EMPTY + " ?"
    say("1S")
    assert say("P") is None
    balance.at_rest = True
    clock.sleep(0.1)
    assert say.instrument.poll() == [EMPTY]


def test_ok_is_a_setting(made: Any, balance: Any):
    say = made()
    assert [say("T"), say("1RL"), say("T"), say("Z"), say("0P"), say("0RL"), say("T")] == [
        None,
        "OK!",
        "OK!",
        "OK!",
        "OK!",
        None,
        None,
    ]
    balance.mass_kg = 0.1
    assert say("Z") == "ES"  # beyond the zero range


def test_tare_and_preset_tare(made: Any, balance: Any):
    say = made()
    balance.mass_kg = 0.1
    say("T")
    assert [say("IP"), say("PT")] == [EMPTY, "  100.0000 g   T"]
    say("10.5T")
    assert say("IP") == "   89.5000 g"
    assert say("999T") == "ES"
    balance.at_rest = False
    assert say("T") is None


@pytest.mark.parametrize(
    ("command", "seconds", "count"), [("CP", 1.05, 10), ("SLZP", 1.05, 10), ("SLP", 1.05, 0), ("2P", 5.0, 2)]
)
def test_lines_by_themselves(made: Any, clock: Any, command: str, seconds: float, count: int):
    say = made()
    say(command)
    clock.sleep(seconds)
    assert say.instrument.poll() == [EMPTY] * count
    say("0P")
    clock.sleep(seconds)
    assert say.instrument.poll() == []


def test_units(made: Any, balance: Any):
    say = made()
    balance.mass_kg = 1e-3
    assert [say("0U"), say("IP"), say("PU")] == [None, "    1000.0 mg", "mg"]
    assert [say("3U"), say("IP")] == [None, "    5.0000 ct"]
    assert [say("77U"), say("1.5U"), say("4000P"), say("2RL")] == ["ES"] * 4


def test_adjustment(made: Any, balance: Any, clock: Any):
    say = made(ok=True)
    assert [say("IC"), say("IP"), say("T")] == ["OK!", None, "ES"]
    assert made(adjusting="ES")("IP") == EMPTY
    clock.sleep(20.0)
    say.instrument.poll()
    assert (balance.adjustments, say("IP")) == (1, EMPTY)
    say("IC")
    assert say("AC") == "OK!"
    clock.sleep(20.0)
    say.instrument.poll()
    assert balance.adjustments == 1
    assert made(internal_weight=False)("IC") == "ES"


def test_identity_and_errors(made: Any):
    say = made()
    assert [say("PV"), say("PSN"), say("FOO"), say("SI")] == ["Sr 2.10, Base 1.04", "B401234567", "ES", "ES"]
    assert say.instrument.unknown == ["FOO", "SI"]
    assert made(identity=False)("PSN") == "ES"


def test_settings_without_effect(made: Any):
    say = made()
    say("ON")
    say("1M")
    assert say.instrument.unmodelled == ["ON", "1M"]


@pytest.mark.parametrize("options", [{"layout": "scout"}, {"overload": "?"}, {"interval_s": 0.0}, {"unit": "tael"}])
def test_bad_options(made: Any, options: dict[str, Any]):
    with pytest.raises(ValueError, match=r"allowed|positive"):
        made(**options)
