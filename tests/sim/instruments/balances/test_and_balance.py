"""Dialogue of the balance. Oracle: data format and command tables of the instruction manuals (EJ, EK-L, AD-4212, BA-T, FZ-WP, GC)."""

from __future__ import annotations

from typing import Any

import pytest

from vsmdaq_sim.instruments.balances.and_balance import AndBalance

ACK = "\x06"


@pytest.fixture
def made(balance: Any, clock: Any, talk: Any) -> Any:
    return lambda **options: talk(AndBalance(balance, clock, options))


@pytest.mark.parametrize(
    ("mass_kg", "at_rest", "options", "line"),
    [
        (0.1234567, True, {}, "ST,+123.4567  g"),
        (0.0012, False, {}, "US,+001.2000  g"),
        (-0.0012, True, {}, "ST,-001.2000  g"),
        (0.0012, True, {"unit": "kg"}, "ST,+0.0012000 kg"),
        (0.0012, True, {"format": "csv"}, "ST,+001.2000,  g"),
        (0.0012, True, {"unit": "PCS"}, "QT,+00000012 PC"),
        (0.3, True, {}, "OL,+9999999E+19"),
        (-0.3, True, {}, "OL,-9999999E+19"),
        (0.3, True, {"overload_unit": True}, "OL,+999999.9  g"),
    ],
)
def test_lines(made: Any, balance: Any, mass_kg: float, at_rest: bool, options: dict[str, Any], line: str):
    balance.mass_kg, balance.at_rest = mass_kg, at_rest
    say = made(**options)
    assert [say("Q"), say("SI")] == [line, line]


def test_s_waits_for_rest(made: Any, balance: Any, clock: Any):
    say = made()
    balance.at_rest = False
    assert say("S") is None
    balance.at_rest = True
    clock.sleep(0.1)
    assert say.instrument.poll() == ["ST,+000.0000  g"]


@pytest.mark.parametrize(("ercd", "replies"), [(False, []), (True, ["EC,E03"])])
def test_s_gives_up(made: Any, balance: Any, clock: Any, ercd: bool, replies: list[str]):
    say = made(ercd=ercd)
    balance.at_rest = False
    say("S")
    clock.sleep(30.0)
    assert say.instrument.poll() == replies


def test_a_stream_runs_until_c(made: Any, clock: Any):
    say = made()
    assert say("SIR") == "ST,+000.0000  g"
    clock.sleep(1.05)
    assert len(say.instrument.poll()) == 10  # ten a second (manual: EJ)
    assert say("C") is None
    assert say.instrument.next_event_s == float("inf")


def test_stream_mode_does_not_end(made: Any, clock: Any):
    say = made(stream=True)
    say("C")
    clock.sleep(1.05)
    assert len(say.instrument.poll()) == 10


def test_acknowledgements(made: Any, balance: Any, clock: Any):
    say = made(ercd=True)
    balance.mass_kg = 0.1
    assert say("T") == ACK
    assert say("Q") == "ST,+000.0000  g"
    assert say("R") == [ACK, ACK]  # when received, and when done (manual: AD-4212)
    balance.at_rest = False
    assert say("Z") == ACK
    clock.sleep(30.0)
    assert say.instrument.poll() == ["EC,E11"]
    balance.mass_kg = 0.3
    assert say("T") == "EC,E17"


def test_silent_control(made: Any, balance: Any):
    say = made()
    balance.mass_kg = 0.1
    assert [say("T"), say("FOO"), say("U")] == [None, None, None]
    assert say("Q") == "ST,+000.0000  g"
    assert (say.instrument.unknown, say.instrument.unmodelled) == (["FOO"], ["U"])


def test_rezero_zeroes_or_tares(made: Any, balance: Any):
    say = made()
    balance.mass_kg = 0.001
    say("Z")
    assert [say("Q"), say("?PT")] == ["ST,+000.0000  g", "PT,+000.0000  g"]
    balance.mass_kg = 0.101
    say("Z")
    assert [say("Q"), say("?PT")] == ["ST,+000.0000  g", "PT,+100.0000  g"]


def test_preset_tare(made: Any, balance: Any):
    say = made(ercd=True)
    balance.mass_kg = 0.1
    assert [say("PT:10.5 g"), say("PT:x g"), say("PT:500 g")] == [ACK, "EC,E06", "EC,E07"]
    assert say("Q") == "ST,+089.5000  g"


def test_errors(made: Any):
    say = made(ercd=True)
    assert [say("FOO"), say("Q" * 30), say("")] == ["EC,E01", "EC,E04", "EC,E01"]


@pytest.mark.parametrize(
    ("identity", "replies"),
    [("TN,", ["TN,GX-203A", "SN,12345678", "ID,LAB-0123"]), ("plain", ["GX-203A", "12345678", "LAB-0123"])],
)
def test_identity(made: Any, identity: str, replies: list[str]):
    say = made(identity=identity)
    assert [say("?TN"), say("?SN"), say("?ID")] == replies
    assert made(identity="none", ercd=True)("?TN") == "EC,E01"


def test_adjustment(made: Any, balance: Any, clock: Any):
    say = made(ercd=True)
    assert [say("CAL"), say("Q"), say("?TN")] == [ACK, "EC,E02", "TN,GX-203A"]
    clock.sleep(30.0)
    assert say.instrument.poll() == [ACK]
    assert balance.adjustments == 1
    balance.mass_kg = 0.1
    say("CAL")
    clock.sleep(30.0)
    assert say.instrument.poll() == ["EC,E20"]
    assert [say("Q"), say("CAL"), say("Q")] == ["EC,E02", ACK, "ST,+100.0000  g"]  # CAL takes the error away
    assert balance.adjustments == 1


def test_without_internal_weight_it_asks_at_its_display(made: Any, balance: Any):
    say = made(internal_weight=False)
    assert [say("CAL"), say("Q")] == [None, None]
    assert [say("CAL"), say("Q")] == [None, "ST,+000.0000  g"]
    assert balance.adjustments == 0


def test_terminators(made: Any):
    assert made().instrument.reply_terminator == b"\r\n"
    assert made(terminator="cr").instrument.reply_terminator == b"\r"


@pytest.mark.parametrize(
    "options", [{"terminator": "lf"}, {"format": "xml"}, {"capacity_kg": 0.0}, {"print_key_s": 0.0}]
)
def test_bad_options(made: Any, options: dict[str, Any]):
    with pytest.raises(ValueError, match=r"allowed|positive"):
        made(**options)
