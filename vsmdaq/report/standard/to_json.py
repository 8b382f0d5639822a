"""The report for machines: the same fields, under the same names; docs/standard-report.md explains each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, cast

from vsmdaq.record.jsontext import finite_or_none
from vsmdaq.report.standard.fields import StandardReport

__all__ = ["SCHEMA", "report_to_json"]

SCHEMA = 1
"""Version of the keys; it grows when one changes its meaning or goes."""


def report_to_json(report: StandardReport) -> dict[str, Any]:
    """Return the report as a JSON object; infinite degrees of freedom are null."""
    content: dict[str, Any] = {"schema": SCHEMA, "kind": "standard-report", **asdict(report)}
    return {name: _plain(item, name) for name, item in content.items()}


def _plain(value: object, key: str) -> object:
    """Lists for tuples, null for infinite degrees of freedom; the rest as it is."""
    if isinstance(value, dict):
        return {name: _plain(item, name) for name, item in cast("dict[str, object]", value).items()}
    if isinstance(value, tuple | list):
        return [_plain(item, "") for item in cast("Sequence[object]", value)]
    return finite_or_none(value) if key == "dof" and isinstance(value, float) else value
