"""What one correction is: its inputs, and the signal per moment that it makes out of the calibrant's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import FloatArray, Signals
from vsmdaq.terms import Estimate, Quantity

__all__ = ["Correction"]

Inputs = dict[str, Quantity | Estimate]


@dataclass(frozen=True, slots=True)
class Correction:
    """One reason why a sample gives another signal per moment than the calibrant gave.

    Attributes
    ----------
    name : str
        As procedures and `--without` name it.
    inputs : callable
        Uncertain inputs of a run, by name, and flags for what is not corrected and why; no inputs: nothing is corrected.
    sensitivity : callable
        Signal per moment over that of the calibrant, at each point (n,), from the values of the inputs. Called only where there
        are inputs.
    """

    name: str
    inputs: Callable[[RunData], tuple[Inputs, tuple[str, ...]]]
    sensitivity: Callable[[RunData, Signals, Mapping[str, float]], FloatArray]
