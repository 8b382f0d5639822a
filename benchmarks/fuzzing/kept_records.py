"""Bytes that once brought a reader of records down; each with a name."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["KEPT"]

_ENDLESS = b"[" * 50_000
_INFINITE = (
    b'{"schema": 1, "kind": "moment", "created_utc": "2026-03-01T10:00:00+00:00", "bench": "reference", "conditions": {}, '
    b'"values": {"coupling_constant": {"value": 4.235, "unit": "H/m3", "u": 1e999, "components": []}}, '
    b'"reference": "nickel sphere", "run_id": "nickel", "raw_sha256": "", "digest": ""}'
)

KEPT: Mapping[str, tuple[tuple[str, bytes], ...]] = {
    "journal": (("brackets in brackets without end", b"# " + _ENDLESS + b"\nindex,crc32\n"),),
    "calibration": (
        ("brackets in brackets without end", _ENDLESS),
        ("a number that is infinite", _INFINITE),
    ),
    "events": (("brackets in brackets without end", _ENDLESS + b"\n"),),
    "control": (("brackets in brackets without end", _ENDLESS),),
}
