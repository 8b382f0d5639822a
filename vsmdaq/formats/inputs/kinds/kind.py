"""What a kind of procedure adds to the file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from vsmdaq.formats.inputs.problems import Table

__all__ = ["Details", "KindTable"]


class Details(Protocol):
    """The validated table of a kind: a frozen dataclass; which one, its kind tells."""


@dataclass(frozen=True, slots=True)
class KindTable:
    """The table of one kind.

    Attributes
    ----------
    model : type
        Validates the table of the file.
    make : callable
        From the validated table to the frozen value that the rest works with; None where there is nothing to say.
    required : bool
        The file must have it; else the model's defaults hold.
    """

    model: type[Table]
    make: Callable[[Any], Details | None]
    required: bool = True
