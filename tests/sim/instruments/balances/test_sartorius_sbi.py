"""Dialogue of the balance. Oracle: the position tables of the operating instructions (LE, Entris II, Quintix, Master series)."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.balances.sartorius_sbi import SartoriusSbi


@pytest.fixture
def made(balance: Any, clock: Any, talk: Any) -> Any:
    return lambda **options: talk(SartoriusSbi(balance, clock, options))


@pytest.mark.parametrize(
    ("mass_kg", "at_rest", "characters", "line"),
    [
        (0.12356, True, 16, "+ 123.5600 g  "),
        (0.12356, False, 16, "+ 123.5600    "),  # no unit: no stability
        (-1e-5, True, 16, "-   0.0100 g  "),
        (0.0, True, 16, "+   0.0000 g  "),
        (0.12356, True, 22, "N     + 123.5600 g  "),
        (0.3, True, 16, "      High    "),
        (-0.3, True, 16, "      Low     "),
        (0.3, True, 22, "Stat        High    "),
    ],
)
def test_lines(made: Any, balance: Any, mass_kg: float, at_rest: bool, characters: int, line: str):
    balance.mass_kg, balance.at_rest = mass_kg, at_rest
    assert made(characters=characters)("\x1bP") == line
    assert len(line) + 2 == characters


def test_short_words_and_brackets(made: Any, balance: Any):
    balance.mass_kg = 0.12356
    assert made(brackets=True)("\x1bP") == "+123.560[0]g  "  # as LE: "+ 123.5[6]g"
    balance.mass_kg = 0.3
    assert made(words="short")("\x1bP") == "      H       "


def test_tare_waits_for_rest_in_silence(made: Any, balance: Any, clock: Any):
    say = made()
    balance.mass_kg, balance.at_rest = 0.1, False
    assert say("\x1bT") is None
    clock.sleep(1.0)
    assert say.instrument.poll() == []
    balance.at_rest = True
    clock.sleep(0.1)
    assert say.instrument.poll() == []
    assert say("\x1bP") == "+   0.0000 g  "
    assert say.instrument.next_event_s == float("inf")


def test_tare_gives_up(made: Any, balance: Any, clock: Any):
    say = made(stable_timeout_s=5.0)
    balance.mass_kg, balance.at_rest = 0.1, False
    say("\x1bU")
    clock.sleep(5.0)
    say.instrument.poll()
    balance.at_rest = True
    clock.sleep(1.0)
    say.instrument.poll()
    assert say("\x1bP") == "+ 100.0000 g  "


def test_zero_has_a_range_and_old_balances_do_not_know_it(made: Any, balance: Any, clock: Any):
    say = made()
    balance.mass_kg = 0.001
    say("\x1bV")
    assert say("\x1bP") == "+   0.0000 g  "
    balance.mass_kg = 0.1
    say("\x1bV")
    assert say("\x1bP") == "   Err  11    "
    clock.sleep(3.0)
    assert say("\x1bP") == "+  99.0000 g  "
    old = made(old=True)
    old("\x1bV")
    old("\x1bU")
    assert old.instrument.unknown == ["\x1bV", "\x1bU"]


def test_printing_at_rest_only(made: Any, balance: Any, clock: Any):
    say = made(prints="stable")
    balance.at_rest = False
    assert say("\x1bP") is None
    assert say("\x1bP") is None
    balance.at_rest = True
    clock.sleep(0.1)
    assert say.instrument.poll() == ["+   0.0000 g  "]  # once, however often it was asked


def test_automatic_printing_is_toggled(made: Any, clock: Any):
    say = made(prints="automatic", interval_s=0.5)
    clock.sleep(1.2)
    assert len(say.instrument.poll()) == 2
    assert say("\x1bP") is None
    clock.sleep(1.2)
    assert say.instrument.poll() == []
    say("\x1bP")
    clock.sleep(1.2)
    assert len(say.instrument.poll()) == 2


def test_adjustment_shows_itself(made: Any, balance: Any, clock: Any):
    say = made(adjust_s=10.0)
    say("\x1bZ")
    assert say("\x1bP") == "      Cal.Int."
    say("\x1bT")
    clock.sleep(10.0)
    say.instrument.poll()
    assert (balance.adjustments, say("\x1bP")) == (1, "+   0.0000 g  ")
    balance.mass_kg = 0.1
    say("\x1bZ")
    clock.sleep(10.0)
    say.instrument.poll()
    assert (balance.adjustments, say("\x1bP")) == (1, "   Err  02    ")
    say("\x1bZ")
    say("\x1bs3_")
    clock.sleep(10.0)
    say.instrument.poll()
    assert say("\x1bP") == "+ 100.0000 g  "


def test_identity(made: Any):
    assert [made()("\x1bx1_"), made(characters=22)("\x1bx2_")] == ["SECURA224-1S  ", "0031700123          "]
    none = made(identity=False)
    assert none("\x1bx1_") is None
    assert none.instrument.unknown == ["\x1bx1_"]


def test_several_commands_in_a_line_and_unknown_ones(made: Any):
    say = made()
    assert say("\x1bK\x1bP") == "+   0.0000 g  "
    say("SI")
    say("\x1b!")
    assert (say.instrument.unknown, say.instrument.unmodelled) == (["SI", "\x1b!"], ["\x1bK"])


def test_restart_forgets_the_tare(made: Any, balance: Any):
    say = made()
    balance.mass_kg = 0.1
    say("\x1bU")
    say("\x1bS")
    assert say("\x1bP") == "+ 100.0000 g  "


def test_the_print_key(made: Any, clock: Any):
    say = made(print_key_s=2.0)
    clock.sleep(4.5)
    assert say.instrument.poll() == ["+   0.0000 g  "] * 2


@pytest.mark.parametrize(
    "options",
    [
        {"characters": 14},
        {"prints": "never"},
        {"unit": "stone"},
        {"interval_s": 0.0},
        {"adjust_s": -1.0},
        {"stable_timeout_s": 0.0},
    ],
)
def test_bad_options(made: Any, options: dict[str, Any]):
    with pytest.raises(ValueError, match=r"allowed|positive"):
        made(**options)
