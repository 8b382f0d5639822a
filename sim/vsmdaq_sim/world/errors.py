"""What can be wrong with a world.

WorldError              base
  WorldFileError        a world file that cannot be used
  WorldOperatorError    a step that the simulated operator cannot do
  MaterialRangeError    a material is asked beyond what is known of it
"""

from __future__ import annotations

__all__ = ["MaterialRangeError", "WorldError", "WorldFileError", "WorldOperatorError"]


class WorldError(Exception):
    """Base of the errors of a simulated world."""


class WorldFileError(WorldError):
    """A world file cannot be used.

    Attributes
    ----------
    file, key, given, allowed : str
        Where it stands, what was found there and what would be accepted.
    """

    def __init__(self, file: str, key: str, given: str, allowed: str) -> None:
        self.file = file
        self.key = key
        self.given = given
        self.allowed = allowed
        super().__init__(f"{file}: {key}: given {given}; allowed: {allowed}")


class WorldOperatorError(WorldError):
    """The simulated operator cannot do a step."""


class MaterialRangeError(WorldError):
    """A measured loop is asked for its moment at a field that was never measured.

    Attributes
    ----------
    field_a_per_m, largest_a_per_m : float
        The field asked for and the largest one that is known.
    """

    def __init__(self, what: str, field_a_per_m: float, lowest_a_per_m: float, largest_a_per_m: float) -> None:
        self.field_a_per_m = field_a_per_m
        self.largest_a_per_m = largest_a_per_m
        super().__init__(
            f"{what}: moment at {field_a_per_m:g} A/m was asked for; known from {lowest_a_per_m:g} to {largest_a_per_m:g} A/m"
        )
