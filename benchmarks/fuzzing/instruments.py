"""Every simulated instrument against whatever a host may send."""

from __future__ import annotations

import re
from functools import cache, partial
from itertools import islice
from typing import Any

from fuzzing.choices import Choices
from fuzzing.kept_instruments import KEPT
from fuzzing.manners import Manner, manner_of
from fuzzing.rig import MESSAGE_S, REPLY_S, Rig
from fuzzing.session import Session
from fuzzing.target import Target
from fuzzing.texts import argument, damaged, garbage
from vsmdaq_sim.instruments.common.ports import SimClock
from vsmdaq_sim.instruments.common.scpi import spellings
from vsmdaq_sim.instruments.kinds import KINDS
from vsmdaq_sim.link import Endpoint

__all__ = ["TARGETS"]

_READ_S = 0.5
_MOST_BYTES = 1 << 17  # two outboxes of 65536
_AT_REST_S = 61.0  # longer than any self-calibration, tare or wait
_A_MOMENT_S = 1.0
_NEVER_HEARD = b"QQZZQQ"
_LONG = 20_000


# --- what is sent ----------------------------------------------------------------------------------------------------


@cache
def heads(kind: str) -> tuple[str, ...]:
    """Commands of a kind: from its own tables, and those written down for it."""
    manner = manner_of(kind)
    found = dict.fromkeys(manner.heads.split(" ")) if manner.heads else {}
    instrument: Any = Rig(kind).endpoint(manner.options[0], serial=False)[0].instrument
    holders = [instrument, *(getattr(instrument, name, None) for name in ("_dialect", "commands"))]
    for holder in holders:
        for table in vars(holder).values() if hasattr(holder, "__dict__") else ():
            if isinstance(table, dict) and table and all(map(callable, table.values())):
                for key in table:
                    found |= dict.fromkeys(_forms(key) if isinstance(key, str) else ())
    assert len(found) > 4, f"no commands of {kind} found"
    return tuple(found)


def _forms(key: str) -> tuple[str, ...]:
    """Some spellings of a header pattern; a plain command as it is."""
    if key.startswith("*") or not re.search(r"[a-z\[<]", key) or "\x1b" in key:
        return (key,)
    every = list(islice(spellings(key), 64))
    return tuple(text.replace("#", "1") for text in dict.fromkeys((every[0], every[-1], every[len(every) // 2])))


def _command(kind: str, manner: Manner, choices: Choices) -> str:
    head = choices.pick(heads(kind))
    how = choices.below(12)
    if how == 9:
        head = head.lower()
    elif how == 10:
        head = head.removesuffix("?") if head.endswith("?") else f"{head}?"
    elif how == 11:
        head = f"{head}{choices.below(40)}"
    arguments = [argument(choices) for _ in range(choices.count(5))]
    if not arguments:
        return head
    return head + choices.pick(manner.between) + choices.pick(manner.comma).join(arguments)


def _message(kind: str, manner: Manner, choices: Choices) -> bytes:
    how = choices.below(32)
    if how >= 30:
        return garbage(choices)
    if how == 29:
        return (
            _command(kind, manner, choices).encode("utf-8", "replace")
            + choices.pick((b"9", b" ", b";", b",1", b"\xff")) * _LONG
        )
    chain = [_command(kind, manner, choices) for _ in range(1 + choices.count(2))]
    text = choices.pick((";", ";:", "; ", ";;", "\n", "\r\n")).join(chain)
    data = text.encode(choices.pick(("utf-8", "latin-1")), "replace")
    if how >= 24:
        data = damaged(data, choices)
    return data[: _LONG + 100]


def _session(kind: str, choices: Choices) -> Session:
    manner = manner_of(kind)
    options, serial = choices.below(len(manner.options)), choices.often(50)
    steps: list[bytes | float | str] = []
    for _ in range(choices.below(7)):
        how = choices.below(16)
        if how < 11:
            steps.append(
                _message(kind, manner, choices) + choices.pick((b"\n", b"\r\n", b"\r", b"\0", b"", b"\n\n", b"\xff\n"))
            )
        elif how < 13:
            steps.append(choices.pick((0.0, 0.01, 0.3, 2.0, 31.0)))
        else:
            steps.append(choices.pick(("read", "poll", "clear", "trigger", "discard", "read one")))
    return Session(options, serial, tuple(steps))


# --- what must hold --------------------------------------------------------------------------------------------------


def _check(kind: str, rig: Rig, session: Session) -> None:
    manner = manner_of(kind)
    endpoint, world = rig.endpoint(manner.options[session.options], serial=session.serial)
    sent = b""
    for step in session.steps:
        known = list(endpoint.instrument.unknown)
        if isinstance(step, bytes):
            sent += step
            endpoint.write(step)
        elif isinstance(step, float):
            world.clock.sleep(step)
        else:
            _act(endpoint, world.clock, step)
        _expect_sound(endpoint)
        unknown = endpoint.instrument.unknown
        assert unknown[: len(known)] == known, "what was not understood is kept"
        for text in unknown[len(known) :]:
            assert _plain(text) in _plain(sent.decode("latin-1")), f"{text!r} is reported as unknown, but was not sent"
    said = _read(endpoint, world.clock, _MOST_BYTES)
    if not re.search(rb"(?i)nan|inf", sent):
        assert not re.search(rb"(?i)\b(nan|inf)\b", said), f"{said!r} has a number that is none"
    _still_answers(manner, endpoint, world.clock)


def _plain(text: str) -> str:
    """Letters and digits: case, blanks and signs are treated by each instrument in its own way."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _act(endpoint: Endpoint, clock: SimClock, action: str) -> None:
    if action == "read":
        _read(endpoint, clock, _MOST_BYTES)
    elif action == "read one":
        _read(endpoint, clock, 1)
    elif action == "poll":
        endpoint.status_byte()
    elif action == "clear":
        endpoint.device_clear()
    elif action == "trigger":
        endpoint.trigger()
    else:
        endpoint.discard_input()


def _read(endpoint: Endpoint, clock: SimClock, count: int) -> bytes:
    start_s = clock.now()
    data, _ = endpoint.read(count, _READ_S, stop_at_end=False)
    elapsed_s = clock.now() - start_s
    # each message read costs its time on the bus, and is at least one byte
    assert elapsed_s <= _READ_S + REPLY_S + MESSAGE_S * (len(data) + 1), f"a read of {_READ_S} s took {elapsed_s} s"
    return data


def _expect_sound(endpoint: Endpoint) -> None:
    assert 0 <= endpoint.status_byte() <= 255
    assert endpoint.waiting() <= _MOST_BYTES
    assert endpoint.instrument.next_event_s == endpoint.instrument.next_event_s, "the next event is at no time"


def _still_answers(manner: Manner, endpoint: Endpoint, clock: SimClock) -> None:
    end = b"\n"
    endpoint.device_clear()
    for _ in range(2):  # what a busy instrument was still to do, and what that left behind
        clock.sleep(_AT_REST_S if endpoint.instrument.busy else _A_MOMENT_S)
        endpoint.write(end)
        endpoint.discard_input()
    if manner.before:
        endpoint.write(manner.before.replace(b"PORT", b"1" if endpoint.end_signal else b"0"))
        _read(endpoint, clock, _MOST_BYTES)
    unknown = len(endpoint.instrument.unknown)
    endpoint.write(manner.question + end)
    said = _read(endpoint, clock, _MOST_BYTES)
    assert said, f"{manner.question!r} is not answered"
    assert manner.answer in said, f"{manner.question!r} is answered {said[:200]!r}"
    assert len(endpoint.instrument.unknown) == unknown, "it does not know the question any more"
    endpoint.write(_NEVER_HEARD + end)
    assert len(endpoint.instrument.unknown) == unknown + 1, f"{_NEVER_HEARD!r} is not noted as unknown"


TARGETS = tuple(
    Target(f"instrument {kind}", partial(_session, kind), partial(_check, kind, Rig(kind)), KEPT.get(kind, ()))
    for kind in sorted(KINDS)
)
