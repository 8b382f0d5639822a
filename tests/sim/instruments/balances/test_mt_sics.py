"""Dialogue of the balance. Oracle: the reply shapes of the MT-SICS reference manual (weight right-aligned in ten characters)."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.balances.mt_sics.instrument import MtSics


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


def test_adjustment_takes_its_time_and_the_balance_says_i_meanwhile(
    say: Any, terminal: MtSics, clock: Any, balance: Any
):
    assert say("C3") == "C3 B"
    assert [say("SI"), say("S"), say("TI"), say("Z"), say("C3")] == ["S I", "S I", "TI I", "Z I", "C3 I"]
    assert say("I4") == 'I4 A "1114350697"'
    assert terminal.next_event_s == 10.0
    clock.sleep(10.0)
    assert terminal.poll() == ["C3 A"]
    assert balance.adjustments == 1
    assert say("SI") == "S S     0.0000 g"


def test_no_adjustment_under_load(say: Any, terminal: MtSics, clock: Any, balance: Any):
    balance.mass_kg = 0.1
    say("C3")
    clock.sleep(10.0)
    assert terminal.poll() == ["C3 I"]
    assert balance.adjustments == 0


def test_cancel_ends_an_adjustment(say: Any, terminal: MtSics, clock: Any, balance: Any):
    say("C3")
    say("@")
    clock.sleep(10.0)
    assert terminal.poll() == []
    assert balance.adjustments == 0


def test_adjustment_with_an_external_weight(say: Any, terminal: MtSics, clock: Any, balance: Any):
    assert say("M19") == "M19 A   198.0000 g"
    assert [say("M19 100 g"), say("M19")] == ["M19 A", "M19 A   100.0000 g"]
    assert say("C2") == ["C2 B", 'C2 "  100.0000 g"']
    clock.sleep(1.0)
    assert terminal.poll() == []
    balance.mass_kg = 0.1001
    clock.sleep(1.0)
    assert terminal.poll() == ['C2 "    0.0000 g"']
    assert balance.adjustments == 1
    balance.mass_kg = 0.0
    clock.sleep(1.0)
    assert terminal.poll() == ["C2 A"]


def test_nobody_brings_the_external_weight(say: Any, terminal: MtSics, clock: Any):
    say("C2")
    clock.sleep(60.0)
    assert terminal.poll() == ["C2 I"]


def test_what_c1_does_is_a_setting(balance: Any, clock: Any, talk: Any):
    say = talk(MtSics(balance, clock, {}))
    assert [say("C0"), say("C1"), say("@")] == ['C0 A 0 0 ""', "C1 B", 'I4 A "1114350697"']
    assert [say("C0 0 1"), say("C0")] == ["C0 A", 'C0 A 0 1 ""']
    assert say("C1")[0] == "C1 B"
    assert say("C0 1") == "C0 L"
    without = talk(MtSics(balance, clock, {"internal_weight": False}))
    assert [without("C3"), without("C0 0 0"), without("C1")[0]] == ["C3 L", "C0 L", "C1 B"]


@pytest.mark.parametrize("clears", [True, False])
def test_cancel_and_tare(balance: Any, clock: Any, talk: Any, clears: bool):
    say = talk(MtSics(balance, clock, {"cancel_clears_tare": clears}))
    balance.mass_kg = 0.001
    say("T")
    say("@")
    assert say("SI") == ("S S     1.0000 g" if clears else "S S     0.0000 g")


def test_units(say: Any, balance: Any):
    balance.mass_kg = 1e-3
    assert say("M21") == ["M21 B 0 0", "M21 B 1 0", "M21 A 2 0"]
    assert [say("M21 0 3"), say("SI")] == ["M21 A", "S S     1000.0 mg"]
    assert [say("M21 1 5"), say("SIU"), say("SU"), say("SI")] == [
        "M21 A",
        "S S     5.0000 ct",
        "S S     5.0000 ct",
        "S S     1000.0 mg",
    ]
    assert [say("M21 0 4"), say("SI")] == ["M21 A", b"S S    1000000 \xb5g\r\n"]
    assert [say("M21 0 20"), say("SI")] == ["M21 A", "S S         10 PCS"]
    assert [say("M21 3 0"), say("M21 0 99"), say("M21 0"), say("M21 x 0")] == ["M21 L"] * 4


def test_display_keys_and_settings(say: Any, terminal: MtSics):
    assert [say('D "MAGNET ON"'), say('D "a text that is much too long"'), say("D x"), say("DW")] == [
        "D A",
        "D R",
        "D L",
        "DW A",
    ]
    assert [say("K 2"), say("K 5"), say("K")] == ["K A", "K L", "K L"]
    assert [say("M02"), say("M02 1"), say("M02"), say("M02 9")] == ["M02 A 2", "M02 A", "M02 A 1", "M02 L"]
    assert [say('I10 "Gouy"'), say("I10"), say("I10 x")] == ["I10 A", 'I10 A "Gouy"', "I10 L"]
    assert [say("DAT"), say("TIM")] == ["DAT A 01 01 2026", "TIM A 00 00 00"]
    assert terminal.unmodelled == ["K 2", "M02 1"]


def test_next_stable_after_changes(say: Any, terminal: MtSics, balance: Any, clock: Any):
    balance.mass_kg, balance.at_rest = 0.1, False
    assert say("SNR 1 g") is None
    balance.at_rest = True
    clock.sleep(0.1)
    assert terminal.poll() == ["S S   100.0000 g"]
    balance.mass_kg, balance.at_rest = 0.102, False
    clock.sleep(0.1)
    assert terminal.poll() == []
    balance.at_rest = True
    clock.sleep(0.1)
    assert terminal.poll() == ["S S   102.0000 g"]


def test_the_print_key(balance: Any, clock: Any):
    terminal = MtSics(balance, clock, {"print_key_s": 2.0})
    clock.sleep(4.5)
    assert terminal.poll() == ["S S     0.0000 g"] * 2
    assert terminal.next_event_s == 6.0


@pytest.mark.parametrize(
    ("text", "reply"), [("FOO", "ES"), ("si", "ES"), ("", "ES"), ("SI 1", "EL"), ("S\x07", "ET"), ("Sµ", "ET")]
)
def test_errors(say: Any, text: str, reply: str):
    assert say(text) == reply


def test_unknown_commands_are_kept(say: Any, terminal: MtSics):
    say("FOO")
    say("@")
    assert terminal.unknown == ["FOO"]


@pytest.mark.parametrize("name", ["I1", "I2", "I3", "I4", "I5", "I10", "I11", "M01", "M02", "M03", "M19", "M28"])
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
