"""Dialogue of the balance. Oracle: the reply shapes of the MT-SICS reference manual (weight right-aligned in ten characters)."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.balances.mt_sics import MtSics


@pytest.fixture
def terminal(balance: Any, clock: Any) -> MtSics:
    return MtSics(balance, clock, {"stable_timeout_s": 3.0})


@pytest.fixture
def say(terminal: MtSics, talk: Any) -> Any:
    return talk(terminal)


def test_the_manuals_line(say: Any, balance: Any):
    balance.mass_kg = 0.1
    assert say("S") == "S S   100.0000 g"
    assert say("SI") == "S S   100.0000 g"
    balance.at_rest, balance.mass_kg = False, -0.0012345678
    assert say("SI") == "S D    -1.2346 g"


def test_s_waits_until_stable(say: Any, terminal: MtSics, balance: Any, clock: Any):
    balance.at_rest = False
    assert say("S") is None
    assert terminal.busy
    clock.sleep(1.0)
    assert terminal.poll() == []
    balance.at_rest, balance.mass_kg = True, 0.001
    clock.sleep(0.1)
    assert terminal.poll() == ["S S     1.0000 g"]
    assert not terminal.busy


@pytest.mark.parametrize("name", ["S", "T", "Z"])
def test_waiting_ends_with_i(say: Any, terminal: MtSics, balance: Any, clock: Any, name: str):
    balance.at_rest = False
    say(name)
    clock.sleep(3.0)
    assert terminal.poll() == [f"{name} I"]
    assert not terminal.busy


@pytest.mark.parametrize("name", ["S", "T", "Z"])
def test_cancel_interrupts_waiting(say: Any, terminal: MtSics, balance: Any, name: str):
    balance.at_rest = False
    say(name)
    assert terminal.interrupts("@")
    assert not terminal.interrupts("SI")
    assert say("@") == 'I4 A "1114350697"'
    assert not terminal.busy
    assert terminal.next_event_s == float("inf")


def test_tare(say: Any, balance: Any):
    balance.mass_kg = 0.012
    assert say("T") == "T S    12.0000 g"
    balance.mass_kg = 0.0125
    assert [say("SI"), say("TA")] == ["S S     0.5000 g", "TA A    12.0000 g"]
    assert say("TA 10.5 g") == "TA A    10.5000 g"
    assert say("SI") == "S S     2.0000 g"
    assert [say("TAC"), say("TA")] == ["TAC A", "TA A     0.0000 g"]
    balance.at_rest = False
    assert say("TI") == "TI D    12.5000 g"


@pytest.mark.parametrize(
    "text", ["TA x g", "TA 1 kg", "TA 1", "TA 1000 g", "TA -1 g", "TA nan g", "SR -1 g", "SR 1 lb"]
)
def test_a_wrong_parameter_is_l(say: Any, text: str):
    assert say(text) == f"{text.split(maxsplit=1)[0]} L"


def test_zero(say: Any, balance: Any):
    balance.mass_kg = 0.001  # within 2 % of the capacity
    assert [say("Z"), say("SI")] == ["Z A", "S S     0.0000 g"]
    balance.at_rest = False
    assert say("ZI") == "ZI D"
    balance.at_rest, balance.mass_kg = True, 0.1
    assert [say("Z"), say("ZI")] == ["Z +", "ZI +"]
    balance.mass_kg = -0.1
    assert say("ZI") == "ZI -"


def test_overload_and_underload(say: Any, balance: Any):
    balance.mass_kg, balance.at_rest = 0.3, False
    assert [say("SI"), say("S"), say("T"), say("TI")] == ["S +", "S +", "T +", "TI +"]
    balance.mass_kg = -0.3
    assert say("SI") == "S -"


def test_a_stream_runs_until_cancelled(say: Any, terminal: MtSics, balance: Any, clock: Any):
    balance.mass_kg = 0.001
    assert say("SIR") == "S S     1.0000 g"
    assert not terminal.busy
    clock.sleep(0.11)
    assert terminal.poll() == ["S S     1.0000 g"]
    clock.sleep(1.0)
    assert len(terminal.poll()) == 10  # ten a second
    assert say("I4") == 'I4 A "1114350697"'  # does not end it
    clock.sleep(0.1)
    assert terminal.poll()
    say("SI")
    assert terminal.next_event_s == float("inf")


def test_send_on_change(say: Any, terminal: MtSics, balance: Any, clock: Any):
    balance.mass_kg = 0.1
    assert say("SR 1 g") == "S S   100.0000 g"
    clock.sleep(0.1)
    assert terminal.poll() == []
    balance.mass_kg, balance.at_rest = 0.102, False
    clock.sleep(0.1)
    assert terminal.poll() == ["S D   102.0000 g"]
    clock.sleep(0.1)
    assert terminal.poll() == []
    balance.at_rest = True
    clock.sleep(0.1)
    assert terminal.poll() == ["S S   102.0000 g"]


def test_calibration_takes_its_time(say: Any, terminal: MtSics, clock: Any):
    assert say("C3") == "C3 B"
    assert terminal.busy
    clock.sleep(10.0)
    assert terminal.poll() == ["C3 A"]
    assert not terminal.busy


@pytest.mark.parametrize(
    ("text", "reply"), [("FOO", "ES"), ("si", "ES"), ("", "ES"), ("SI 1", "EL"), ("S\x07", "ET"), ("Sµ", "ET")]
)
def test_errors(say: Any, text: str, reply: str):
    assert say(text) == reply


def test_unknown_commands_are_kept(say: Any, terminal: MtSics):
    say("SNR")
    say("@")
    assert terminal.unknown == ["SNR"]


@pytest.mark.parametrize("name", ["I1", "I2", "I3", "I4", "I5", "M28"])
def test_information(say: Any, name: str):
    assert say(name).startswith(f"{name} A ")


def test_the_list_of_commands(say: Any, terminal: MtSics):
    lines = say("I0")
    assert all(line.startswith("I0 B ") for line in lines[:-1])
    assert lines[-1].startswith("I0 A ")
    names = [line.split('"')[1] for line in lines]
    assert len(set(names)) == len(names)
    for name in names:  # each of them is understood
        replies = terminal.execute(name, message_available=False)
        terminal.execute("@", message_available=False)
        assert replies != ["ES"]


@pytest.mark.parametrize(
    ("step_kg", "line"), [(1e-8, "S S    1.23456 g"), (1e-6, "S S      1.235 g"), (2e-7, "S S     1.2346 g")]
)
def test_the_display_has_the_readability_of_the_cell(clock: Any, talk: Any, balance: Any, step_kg: float, line: str):
    balance.readability_kg, balance.mass_kg = step_kg, 1.23456e-3
    assert talk(MtSics(balance, clock, {}))("SI") == line


def test_times_must_be_positive(balance: Any, clock: Any):
    with pytest.raises(ValueError, match="positive"):
        MtSics(balance, clock, {"interval_s": 0.0})
