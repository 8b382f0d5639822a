"""The refusal of a law outside its range."""

from __future__ import annotations

from vsmdaq.terms import VsmdaqError

__all__ = ["ReferenceRangeError"]


class ReferenceRangeError(VsmdaqError):
    """A reference was asked for outside the range that its law is known in.

    Attributes
    ----------
    law : str
        Name of the law.
    quantity : str
        ``"field_a_per_m"``, ``"temperature_k"`` or another condition that the law depends on.
    asked : float
        What was asked for.
    allowed : tuple of (float, float)
        Smallest and largest value.
    """

    def __init__(self, law: str, quantity: str, asked: float, allowed: tuple[float, float]) -> None:
        self.law = law
        self.quantity = quantity
        self.asked = asked
        self.allowed = allowed
        super().__init__(
            f"the law of {law} refuses {quantity} = {asked:g}; it is known from {allowed[0]:g} to {allowed[1]:g}"
        )

    def __reduce__(self) -> tuple[type[ReferenceRangeError], tuple[str, str, float, tuple[float, float]]]:
        """Let the error pass from one process to another."""
        return type(self), (self.law, self.quantity, self.asked, self.allowed)
