"""What can go wrong in a propagation."""

from __future__ import annotations

from vsmdaq.terms import VsmdaqError

__all__ = ["PropagationError"]


class PropagationError(VsmdaqError):
    """A model cannot be evaluated within the uncertainty of its inputs, or inputs contradict each other.

    Attributes
    ----------
    input : str
        Name of the input that was moved; ``""`` where none was.
    """

    def __init__(self, message: str, *, input_name: str = "") -> None:
        self.input = input_name
        super().__init__(message)
