"""Replies that once made a driver fail in a way it must not; by driver, each with a name."""

from __future__ import annotations

from collections.abc import Mapping

from fuzzing.session import Call, Conversation, Plan
from vsmdaq_drivers.catalogue import DRIVERS

__all__ = ["KEPT"]

Kept = tuple[tuple[str, Conversation], ...]


def _after_start(name: str, call: str, plan: Plan) -> Conversation:
    serial = DRIVERS[name].interfaces == ("RS-232",)
    return Conversation(0, serial, (Call("identify"), Call("prepare"), Call(call, (), plan)))


def _gaussmeter(name: str, *before: int) -> Kept:
    return (("a field that is infinite in A/m", _after_start(name, "read", (*before, ("instead", b"1e308")))),)


_LONG: Plan = (("instead", b"x" * 20_000),)

KEPT: Mapping[str, Kept] = {
    **{
        name: (("an error of 20,000 characters", Conversation(0, False, (Call("identify", (), _LONG),))),)
        for name in ("sr830", "sr860")
    },
    "ohaus": (
        ("after one line that is too wide", _after_start("ohaus", "prepare", (("damaged", b"\x1d\x00\x00\x00"),))),
    ),
    "lakeshore_421": _gaussmeter("lakeshore_421", 1),
    "lakeshore_425": _gaussmeter("lakeshore_425"),
    "lakeshore_455": _gaussmeter("lakeshore_455"),
    "lakeshore_475": _gaussmeter("lakeshore_475"),
    "lakeshore_f41": _gaussmeter("lakeshore_f41"),
    "lakeshore_f71": _gaussmeter("lakeshore_f71"),
}
