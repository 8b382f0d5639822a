"""Dialogues that once made a link fail; by link, each with a name. There are none so far."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

__all__ = ["KEPT"]

KEPT: Mapping[str, tuple[tuple[str, Any], ...]] = {}
