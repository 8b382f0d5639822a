"""Fuzzing that finds nothing proves something only where it would find what is planted."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest
from fuzzing import drivers, instruments, target
from fuzzing.choices import Choices
from fuzzing.rig import Rig
from fuzzing.session import Call, Conversation, Session
from fuzzing.target import HangError, Target, run
from fuzzing.wire import EndlessError
from hypothesis import settings

from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import FieldReading, LimitError, ReplyError
from vsmdaq_drivers.gaussmeters.lakeshore_475 import LakeShore475
from vsmdaq_sim.instruments.supplies.lakeshore_643.instrument import LakeShore643

READ = Conversation(0, False, (Call("read", (), (("instead", b"1"),)),))


def fuzz(kind: str, name: str, examples: int = 400) -> None:
    chosen = {one.name: one for one in {"instrument": instruments, "driver": drivers}[kind].TARGETS}[f"{kind} {name}"]
    run(Target(chosen.name, chosen.decode, chosen.check, (), chosen.size), settings(), examples=examples)


def test_choices_end_with_the_simplest():
    choices = Choices(b"\x05")
    assert [choices.below(4), choices.below(4), choices.pick("ab"), choices.often(50)] == [1, 0, "a", False]
    assert not choices.left


def test_a_failure_is_shrunk_and_told_with_its_case():
    def check(case: int) -> None:
        assert case < 100

    with pytest.raises(AssertionError) as caught:
        run(Target("byte", Choices.byte, check, size=1), settings(), examples=200)
    assert caught.value.__notes__[0] == "byte: 100"


def test_a_kept_case_comes_first():
    seen = []
    run(Target("byte", Choices.byte, seen.append, (("it once failed", -1),), size=1), settings(), examples=5)
    assert seen[0] == -1
    assert len(seen) > 1


def test_what_does_not_end_is_interrupted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(target, "_LONGEST_CASE_S", 0.05)

    def check(_case: int) -> None:
        while True:
            pass

    with pytest.raises(HangError):
        run(Target("loop", Choices.byte, check, size=1), settings(), examples=1)


# --- instruments ---


@pytest.mark.parametrize(
    ("does", "failure"),
    [
        (lambda _self, message: int(message) if message.isalpha() else None, ValueError),
        (lambda self, _message: self.unknown.append("QQQQ"), AssertionError),
        (lambda self, message: self.unknown.clear() if "?" in message else None, AssertionError),
        (lambda self, _message: self.unknown.clear(), AssertionError),
        (
            lambda self, message: setattr(self, "next_event_s", float("nan")) if "STOP" in message else None,
            AssertionError,
        ),
        (
            lambda self, message: setattr(self, "status_byte", lambda **_: 256) if "STOP" in message else None,
            AssertionError,
        ),
    ],
)
def test_an_instrument_that_breaks(monkeypatch: pytest.MonkeyPatch, does: Any, failure: type[Exception]):
    sound = LakeShore643.execute

    def execute(self: LakeShore643, message: str, *, message_available: bool) -> Any:
        replies = sound(self, message, message_available=message_available)
        does(self, message)
        return replies

    monkeypatch.setattr(LakeShore643, "execute", execute)
    with pytest.raises(failure):
        fuzz("instrument", "lakeshore_643")


def test_an_instrument_that_falls_silent(monkeypatch: pytest.MonkeyPatch):
    sound = LakeShore643.execute

    def execute(self: LakeShore643, message: str, *, message_available: bool) -> Any:
        self.broken = getattr(self, "broken", False) or "," in message
        return [] if self.broken else sound(self, message, message_available=message_available)

    monkeypatch.setattr(LakeShore643, "execute", execute)
    with pytest.raises(AssertionError, match="is not answered"):
        fuzz("instrument", "lakeshore_643")


# --- drivers ---


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (lambda _self: FieldReading(float("inf"), (), 0.0), "field_a_per_m is inf"),
        (lambda _self: FieldReading(None, (), 0.0), "is None without a reason"),
        (lambda _self: 1.0, "read is 1.0"),
        (lambda _self: FieldReading("1", (), 0.0), "field_a_per_m is '1'"),
        (lambda _self: ReplyError("Q?", "x", "a number"), "does not name the instrument"),
        (lambda self: LimitError("H", 1.0, 2.0, 3.0, "A/m", instrument=self.name), "asks for nothing"),
        (lambda self: self._link.clock.sleep(1e4), "took 10000 s of bench time"),
    ],
)
def test_a_driver_that_tells_untruths(monkeypatch: pytest.MonkeyPatch, answer: Any, told: str):
    def read(self: LakeShore475) -> FieldReading:
        found = answer(self)
        if isinstance(found, Exception):
            raise found
        return FieldReading(1.0, (), 0.0) if found is None else found

    monkeypatch.setattr(LakeShore475, "read", read)
    with pytest.raises(AssertionError, match=told):
        drivers._check("lakeshore_475", Rig("lakeshore_475"), READ)


def test_a_driver_that_takes_any_text_for_a_number(monkeypatch: pytest.MonkeyPatch):
    def read(self: LakeShore475) -> FieldReading:
        return FieldReading(float(self._link.query("RDGFIELD?")), (), 0.0)

    monkeypatch.setattr(LakeShore475, "read", read)
    with pytest.raises((ValueError, AssertionError)):
        fuzz("driver", "lakeshore_475")


def test_a_driver_without_end(monkeypatch: pytest.MonkeyPatch):
    def read(self: LakeShore475) -> FieldReading:
        while self._link.query("RDGFIELD?"):
            pass
        return FieldReading(1.0, (), 0.0)

    monkeypatch.setattr(LakeShore475, "read", read)
    with pytest.raises(EndlessError):
        drivers._check("lakeshore_475", Rig("lakeshore_475"), READ)


def test_a_limit_that_is_checked_too_late(monkeypatch: pytest.MonkeyPatch):
    driver = DRIVERS["lakeshore_643"].driver

    def ramp_to(self: Any, current_a: float, rate_a_per_s: float) -> None:
        self._link.write(f"SETI {current_a}")
        raise LimitError("ramp rate", rate_a_per_s, 0.0, 1.0, "A/s", instrument=self.name)

    monkeypatch.setattr(driver, "ramp_to", ramp_to)
    conversation = Conversation(0, False, (Call("ramp_to", (1.0, 5.0)),))
    with pytest.raises(AssertionError, match="But 1 messages were sent"):
        drivers._check("lakeshore_643", Rig("lakeshore_643"), conversation)


@pytest.mark.parametrize("name", sorted(name for name, entry in DRIVERS.items() if entry.simulator))
def test_every_public_member_that_sends_something_is_called(name: str):
    random = Random(1)
    called = {
        call.name
        for _ in range(400)
        for call in drivers._conversation(name, Choices(random.randbytes(80))).calls
        if call.plan
    }
    assert {member for member, _ in drivers._members(name)} <= called


def test_sessions_hold_all_heads_of_an_instrument():
    heads = instruments.heads("lakeshore_643")
    assert {"SETI", "SETI?", "RDGI?", "RATE", "OPST?", "*IDN?", "*SRE"} <= set(heads)
    assert Session(0, False, ()) == instruments._session("lakeshore_643", Choices(b""))
