"""Size and shape of a sample as the coils see it: points and weights that integrate over its volume."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

__all__ = ["CylinderExtent", "Extent", "PrismExtent", "SphereExtent", "cloud"]

_ORDER = 8  # Gauss points a direction: exact for polynomials of degree 15, the flux over a few mm is smoother than that

Positive = Annotated[float, Field(gt=0.0)]
Floats = NDArray[np.float64]


class _Extent(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="forbid", allow_inf_nan=False)


class SphereExtent(_Extent):
    """A sphere."""

    shape: Literal["sphere"]
    diameter_m: Positive


class CylinderExtent(_Extent):
    """A cylinder (rod, disk, round film) with its axis along x (the field), y or z (the rod)."""

    shape: Literal["cylinder"]
    diameter_m: Positive
    length_m: Positive
    axis: Literal["x", "y", "z"]


class PrismExtent(_Extent):
    """A block or film with edges along x (the field), y and z (the rod)."""

    shape: Literal["prism"]
    edges_m: Annotated[list[Positive], Field(min_length=3, max_length=3)]


Extent = SphereExtent | CylinderExtent | PrismExtent


def cloud(extent: Extent | None, order: int = _ORDER) -> tuple[Floats, Floats]:
    """Get points (m, shape (n, 3), around the middle) and weights (shape (n,), sum 1) of the mean over a volume.

    Products of Gauss-Legendre rules of `order` points, with the trapezoid rule around an axis; a single point where
    there is no extent.
    """
    match extent:
        case None:
            return np.zeros((1, 3)), np.ones(1)
        case SphereExtent():
            return _sphere(0.5 * extent.diameter_m, order)
        case CylinderExtent():
            return _cylinder(0.5 * extent.diameter_m, 0.5 * extent.length_m, "xyz".index(extent.axis), order)
        case PrismExtent():
            rules = [_gauss(0.5 * edge, order) for edge in extent.edges_m]
            points = np.stack(np.meshgrid(*(nodes for nodes, _ in rules), indexing="ij"), axis=-1).reshape(-1, 3)
            weights = np.einsum("i,j,k->ijk", *(weights for _, weights in rules)).reshape(-1)
            return points, weights


def _gauss(half: float, order: int) -> tuple[Floats, Floats]:
    """Mean over (-half, half)."""
    nodes, weights = np.polynomial.legendre.leggauss(order)
    return half * nodes, 0.5 * weights


def _around(order: int) -> Floats:
    angle = np.pi * (np.arange(2 * order) + 0.5) / order
    return np.stack([np.cos(angle), np.sin(angle)], axis=-1)


def _sphere(radius: float, order: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(order)
    share = 0.5 * (nodes + 1.0)
    radial, radial_weight = radius * share, 3.0 * share**2 * 0.5 * weights
    polar = np.broadcast_to(nodes[:, None, None], (order, 2 * order, 1))
    flat = np.sqrt(1.0 - nodes**2)[:, None, None] * _around(order)[None]
    points = radial[:, None, None, None] * np.concatenate([polar, flat], axis=-1)[None]
    ring = np.full(2 * order, 0.5 / order)
    return points.reshape(-1, 3), np.einsum("i,j,k->ijk", radial_weight, 0.5 * weights, ring).reshape(-1)


def _cylinder(radius: float, half: float, axis: int, order: int) -> tuple[Floats, Floats]:
    nodes, weights = np.polynomial.legendre.leggauss(order)
    radial = radius * np.sqrt(0.5 * (nodes + 1.0))  # Gauss points in the area, not in the radius
    along, along_weight = _gauss(half, order)
    plane = radial[:, None, None] * _around(order)[None]
    points = np.empty((order, order, 2 * order, 3))
    points[..., axis] = along[:, None, None]
    points[..., (axis + 1) % 3] = plane[None, ..., 0]
    points[..., (axis + 2) % 3] = plane[None, ..., 1]
    ring = np.full(2 * order, 0.5 / order)
    return points.reshape(-1, 3), np.einsum("i,j,k->ijk", along_weight, 0.5 * weights, ring).reshape(-1)
