"""What is known of a sample: shape, mass, and what it serves as a reference for.

`field` says how a shape lies to H (x), `vibration` how it lies to the vibration (z); both are at right angles. Where
`vibration` is None it was not stated and does not follow from `field`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vsmdaq.terms.quantity import Quantity

__all__ = ["Cup", "Cylinder", "Ellipsoid", "Film", "Prism", "Reference", "Sample", "Shape", "Sphere", "Spheroid"]


@dataclass(frozen=True, slots=True)
class Sphere:
    """A sphere of `diameter` (m)."""

    diameter: Quantity


@dataclass(frozen=True, slots=True)
class Cylinder:
    """A right circular cylinder (m); `field` says how H lies to its axis."""

    diameter: Quantity
    length: Quantity
    field: Literal["axial", "transverse"]
    vibration: Literal["axial", "transverse"] | None = None


@dataclass(frozen=True, slots=True)
class Cup:
    """A cup filled with powder (m): inner `diameter`, `length` filled; `field` says how H lies to its axis."""

    diameter: Quantity
    length: Quantity
    field: Literal["axial", "transverse"]
    vibration: Literal["axial", "transverse"] | None = None


@dataclass(frozen=True, slots=True)
class Spheroid:
    """An ellipsoid of revolution (m): `length` along its axis of symmetry; `field` says how H lies to that axis."""

    diameter: Quantity
    length: Quantity
    field: Literal["axial", "transverse"]
    vibration: Literal["axial", "transverse"] | None = None


@dataclass(frozen=True, slots=True)
class Ellipsoid:
    """An ellipsoid of three whole axes (m); `field` names the one along H."""

    length: Quantity
    width: Quantity
    height: Quantity
    field: Literal["length", "width", "height"]
    vibration: Literal["length", "width", "height"] | None = None


@dataclass(frozen=True, slots=True)
class Prism:
    """A rectangular prism (m); `field` names the edge along H."""

    length: Quantity
    width: Quantity
    height: Quantity
    field: Literal["length", "width", "height"]
    vibration: Literal["length", "width", "height"] | None = None


@dataclass(frozen=True, slots=True)
class Film:
    """A rectangular film without its substrate (m); `field` names the edge along H, `thickness` for a field across the film."""

    length: Quantity
    width: Quantity
    thickness: Quantity
    field: Literal["length", "width", "thickness"]
    vibration: Literal["length", "width", "thickness"] | None = None


Shape = Sphere | Cylinder | Cup | Spheroid | Ellipsoid | Prism | Film


@dataclass(frozen=True, slots=True)
class Reference:
    """Why a sample may serve as a calibrant or check.

    Attributes
    ----------
    law : str
        Name of the law in `vsmdaq.physics.references`, e.g. ``"nickel"``, ``"palladium"``.
    value : Quantity
        The law's scale: moment at its reference point (A m2) or mass susceptibility (m3/kg).
    temperature_coefficient : Quantity or None
        Relative change with temperature (1/K) where the law takes one.
    status : str
        ``"certificate"``, ``"literature"`` or ``"typical"``.
    source : str
        Where the value comes from.
    certificate : str
        Number of the certificate; required for status ``"certificate"``.
    temperature_k, field_a_per_m : float or None
        Where the value holds; None: at the law's own reference point.
    """

    law: str
    value: Quantity
    temperature_coefficient: Quantity | None
    status: Literal["certificate", "literature", "typical"]
    source: str
    certificate: str = ""
    temperature_k: float | None = None
    field_a_per_m: float | None = None


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample as its file describes it. What is not known is None; a reduction that needs it refuses."""

    name: str
    shape: Shape | None
    mass: Quantity | None
    molar_mass: Quantity | None
    reference: Reference | None = None
