"""Texts that once brought a reader down; by kind, each with a name."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import vsmdaq_configs
from fuzzing.session import Text

__all__ = ["KEPT"]

_REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
_BASE = f'base = "{_REFERENCE.as_posix()}"\n'


def _anywhere(kind: str) -> tuple[tuple[str, Text], ...]:
    return (
        ("an integer of 5000 digits", Text(kind, f"name = {'9' * 5000}\n")),
        ("brackets in brackets without end", Text(kind, f"name = {'[' * 3000}\n")),
    )


_OPTION = '[instruments.fuzzed]\nkind = "and_balance"\naddress = "ASRL5::INSTR"\nreply_s = 0.0\noptions = {{ capacity_kg = {} }}\n'

KEPT: Mapping[str, tuple[tuple[str, Text], ...]] = {
    "bench": (
        *_anywhere("bench"),
        ("a number that is no float", Text("bench", f"[magnet]\nmax_current = 1{'0' * 400}\n")),
    ),
    "sample": (*_anywhere("sample"), ("a number that is no float", Text("sample", f"mass = 1{'0' * 400}\n"))),
    "tube": _anywhere("tube"),
    "procedure": _anywhere("procedure"),
    "world": (
        *_anywhere("world"),
        ("a volume that is no float", Text("world", f"{_BASE}[samples.palladium-cylinder]\ndiameter_m = 1e308\n")),
    ),
    "world options": (
        ("a table for a number", Text("world options", _BASE + _OPTION.format("{}"))),
        ("a number that is no float", Text("world options", _BASE + _OPTION.format("1" + "0" * 400))),
    ),
    "library string": (("a file name that is too long", Text("library string", "9" * 5000)),),
}
