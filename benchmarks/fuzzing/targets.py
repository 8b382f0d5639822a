"""All targets."""

from __future__ import annotations

from fuzzing import drivers, files, instruments, links, records
from fuzzing.target import Target

__all__ = ["TARGETS"]

TARGETS: tuple[Target, ...] = (
    *instruments.TARGETS,
    *drivers.TARGETS,
    *links.TARGETS,
    *files.TARGETS,
    *records.TARGETS,
)
