from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import IdentityError, OperatorError, OperatorStep, ReplyError
from vsmdaq_drivers.links.scripted import ScriptedClock, ScriptedLink
from vsmdaq_drivers.others.operators import PromptOperator, WireOperator

MOUNT = OperatorStep("mount", "nickel sphere", "Mount 'nickel sphere' on the rod.")
UNMOUNT = OperatorStep("unmount", "", "Take the sample off the rod.")


def test_identity(wire):
    assert WireOperator(wire([("*IDN?", "VSMSIM,OPERATOR,0,1")])).identify() == "VSMSIM,OPERATOR,0,1"
    with pytest.raises(IdentityError, match="expected an operator, but 'LSCI,MODEL475,1,1' answers"):
        WireOperator(wire([("*IDN?", "LSCI,MODEL475,1,1")])).identify()


def test_a_step_is_waited_for_on_the_benchs_clock(wire):
    link = wire([("MOUNT nickel sphere", "OK"), ("DONE?", "0"), ("DONE?", "0"), ("DONE?", "1")])
    assert WireOperator(link).perform(MOUNT) == "OK"
    assert link.clock.now() == 2.0


@pytest.mark.parametrize(
    ("step", "command"),
    [
        (UNMOUNT, "UNMOUNT"),
        (OperatorStep("hang", "tube 1", "Hang it."), "HANG tube 1"),
        (OperatorStep("unhang", "", "Take it off."), "UNHANG"),
    ],
)
def test_commands(wire, step, command):
    WireOperator(wire([(command, "OK"), ("DONE?", "1")])).perform(step)


def test_what_cannot_be_done(wire):
    link = wire([("MOUNT nickel sphere", "ERR there is no 'nickel sphere'")])
    with pytest.raises(OperatorError) as caught:
        WireOperator(link).perform(MOUNT)
    assert str(caught.value) == "instrument at BENCH: could not mount nickel sphere: there is no 'nickel sphere'."


def test_patience_ends(wire):
    link = wire([("UNMOUNT", "OK"), *[("DONE?", "0")] * 4])
    with pytest.raises(OperatorError, match=r"unmount was not done within 3 s\."):
        WireOperator(link, patience_s=3.0).perform(UNMOUNT)


def test_a_name_is_one_line(wire):
    with pytest.raises(OperatorError, match="cannot be sent in one line"):
        WireOperator(wire()).perform(OperatorStep("mount", "a\nSETI 70", ""))


@given(st.text(max_size=20))
def test_garbage_is_an_error_of_ours(reply):
    for script in ([("UNMOUNT", reply), ("DONE?", "1")], [("UNMOUNT", "OK"), ("DONE?", reply), ("DONE?", "1")]):
        with contextlib.suppress(ReplyError, OperatorError):
            WireOperator(ScriptedLink(script)).perform(UNMOUNT)


def person(typed):
    prompts = io.StringIO()
    return PromptOperator(ScriptedClock(), answers=io.StringIO(typed), prompts=prompts), prompts


def test_a_person_presses_enter():
    operator, prompts = person("\n")
    assert operator.perform(MOUNT) == ""
    assert prompts.getvalue() == (
        "Mount 'nickel sphere' on the rod.\nPress Enter when it is done, q and Enter to give up: "
    )


def test_what_a_person_types_is_kept():
    assert person("a little to the left\n")[0].perform(MOUNT) == "a little to the left"


@pytest.mark.parametrize(("typed", "message"), [("q\n", "gave up: Mount"), ("", "nobody answers, the input has ended")])
def test_a_person_gives_up(typed, message):
    with pytest.raises(OperatorError, match=message):
        person(typed)[0].perform(MOUNT)


def test_by_default_the_terminal_is_asked(monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO("done\n"))
    operator = PromptOperator(ScriptedClock())
    assert operator.identify() == operator.name
    operator.prepare()
    assert operator.perform(UNMOUNT) == "done"
    operator.close()
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("Take the sample off the rod.\n")


@pytest.mark.parametrize(
    ("step", "command", "reply", "answer"),
    [
        (OperatorStep("move", "x +1.250 mm", "Set the dial."), "MOVE x +1.250 mm", "OK +1.2510 mm", "+1.2510 mm"),
        (OperatorStep("read", "amplitude", "Read it."), "READ amplitude", "OK 0.99 mm", "0.99 mm"),
        (OperatorStep("heat", "310.000 K", "Heat it."), "HEAT 310.000 K", "OK", "OK"),
        (OperatorStep("probe", "zero", "Put it there."), "PROBE zero", "OK", "OK"),
    ],
)
def test_what_was_read_off_is_the_answer(wire, step, command, reply, answer):
    assert WireOperator(wire([(command, reply), ("DONE?", "1")])).perform(step) == answer
