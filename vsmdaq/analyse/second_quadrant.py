"""The demagnetisation curve of a hard magnet: where B passes zero, and the largest energy product.

B = mu0 (H + M) with the internal field. Both are taken on the descending branch at H < 0 and on the ascending one at H > 0,
which are mirror images in a loop without offset, and the mean of the two is given, as for remanence and coercive field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.polynomial import Polynomial
from numpy.typing import ArrayLike, NDArray

from vsmdaq.analyse.branches import split_branches
from vsmdaq.analyse.crossing import crossing, split_field
from vsmdaq.analyse.local import Noise, Piece, Sorted, fit_piece, sort_branch
from vsmdaq.analyse.parameter import Parameter, combine
from vsmdaq.physics.constants import MU0

__all__ = ["SecondQuadrant", "second_quadrant"]

Array = NDArray[np.float64]
_WHOLE = 0.9
"""Branches that span at least this part of the widest one of their direction are taken together."""
_MOVES = 40
_NAMES = ("coercive_field_b", "maximum_energy_product")


@dataclass(frozen=True, slots=True, eq=False)
class SecondQuadrant:
    """What the demagnetisation curve gave.

    Attributes
    ----------
    parameters : mapping of str to Parameter
        ``coercive_field_b`` |H_int| at B = 0 (A/m) and ``maximum_energy_product`` the largest |B H_int| (J/m3); gradients by
        magnetisation and internal field.
    missing : mapping of str to str
        The reason for each that could not be had.
    """

    parameters: Mapping[str, Parameter]
    missing: Mapping[str, str]


def second_quadrant(
    field_internal_a_per_m: ArrayLike,
    magnetization_a_per_m: ArrayLike,
    *,
    neighbours: int = 4,
    u_magnetization: float | None = None,
    u_field: float = 0.0,
) -> SecondQuadrant:
    """Find coercive field of B and largest energy product of a loop.

    Parameters
    ----------
    field_internal_a_per_m, magnetization_a_per_m : array_like, shape (n,)
        A whole loop in the order of measurement, A/m; volume and demagnetising factor are the caller's.
    neighbours : int
        Most distinct fields on each side of a place in a local cubic; >= 2. Fewer where the curve bends more than the noise
        explains.
    u_magnetization, u_field : float, optional
        Noise of a point (A/m), where it is known.

    Raises
    ------
    ValueError
        Shapes differ, or values are not finite.
    """
    h = np.asarray(field_internal_a_per_m, dtype=np.float64)
    m = np.asarray(magnetization_a_per_m, dtype=np.float64)
    if h.ndim != 1 or h.shape != m.shape or not (np.isfinite(h).all() and np.isfinite(m).all()):
        raise ValueError(f"field {h.shape} and magnetisation {m.shape} given; allowed: finite, both of shape (n,)")
    noise = None if u_magnetization is None else Noise(u_magnetization, u_field)
    branches = (_branch(h, m, -1), _branch(h, m, 1))
    for branch, direction in zip(branches, ("descending", "ascending"), strict=True):
        if branch is None:
            return SecondQuadrant(MappingProxyType({}), dict.fromkeys(_NAMES, f"no {direction} branch"))
    desc, asc = (branch for branch in branches if branch is not None)
    found = {
        "coercive_field_b": ((-1.0, _b_zero(desc, neighbours, noise)), (1.0, _b_zero(asc, neighbours, noise))),
        "maximum_energy_product": (
            (1.0, _energy_product(desc, -1.0, neighbours, noise)),
            (1.0, _energy_product(asc, 1.0, neighbours, noise)),
        ),
    }
    parameters: dict[str, Parameter] = {}
    missing: dict[str, str] = {}
    for name, ((sign_d, d), (sign_a, a)) in found.items():
        if isinstance(d, str) or isinstance(a, str):
            missing[name] = f"descending: {d}" if isinstance(d, str) else f"ascending: {a}"
        else:
            parameters[name] = combine([(0.5 * sign_d, d), (0.5 * sign_a, a)])
    return SecondQuadrant(MappingProxyType(parameters), MappingProxyType(missing))


def _branch(h: Array, m: Array, direction: int) -> Sorted | None:
    """All points of the branches that go the whole way in one direction: repeats count, a virgin curve does not."""
    all_branches = split_branches(h)
    spans = [float(np.ptp(h[b.points])) for b in all_branches]
    widest = max(spans, default=0.0)
    pairs = zip(all_branches, spans, strict=True)
    index = [np.arange(b.start, b.stop) for b, span in pairs if b.direction == direction and span >= _WHOLE * widest]
    return sort_branch(h, m, np.unique(np.concatenate(index))) if index else None


def _b_zero(branch: Sorted, neighbours: int, noise: Noise | None) -> Parameter | str:
    """Field where M = -H."""
    nothing = np.zeros(branch.n)
    line = (Parameter(0.0, nothing, nothing), Parameter(-1.0, nothing, nothing))
    start = split_field(branch, 0.0, -1.0, 1.0)
    return "B does not pass zero" if start is None else crossing(branch, start, line, 1.0, neighbours, noise)


def _energy_product(branch: Sorted, side: float, neighbours: int, noise: Noise | None) -> Parameter | str:
    """Largest -mu0 H (H + M) at fields of the sign `side`.

    At a maximum the place need not be known to first order: the gradient is that of M at a fixed field.
    """
    product = -MU0 * branch.field * (branch.field + branch.moment)
    inside = (side * branch.field > 0.0) & (product > 0.0)
    if not inside.any():
        return "no point where B and H have opposite signs"
    centre = float(branch.field[np.argmax(np.where(inside, product, -np.inf))])
    seen: set[tuple[int, int]] = set()
    for _ in range(_MOVES):
        piece = fit_piece(branch, centre, neighbours, noise)
        if piece is None:
            return "too few different fields about the largest energy product"
        best = _maximum(piece)
        if best is None:
            return "the energy product has no maximum inside the branch"
        if piece.members in seen:
            return _at(piece, best)
        seen.add(piece.members)
        centre = best
    return "the largest energy product could not be located"


def _maximum(piece: Piece) -> float | None:
    """Field of the largest energy product within the window of a local cubic."""
    field = Polynomial([piece.centre, piece.width])
    product = -MU0 * field * (field + Polynomial(piece.fit.beta))
    covered = (piece.branch.field[slice(*piece.members)] - piece.centre) / piece.width
    slopes = product.deriv()
    roots = [complex(root) for root in slopes.roots()]
    places = [t.real for t in roots if abs(t.imag) < 1e-9 and covered[0] <= t.real <= covered[-1]]
    tops = [t for t in places if float(slopes.deriv()(t)) < 0.0]
    return None if not tops else piece.centre + piece.width * max(tops, key=lambda t: float(product(t)))


def _at(piece: Piece, field: float) -> Parameter:
    there = piece.value(field)
    factor = -MU0 * field
    return Parameter(factor * (field + there.value), factor * there.d_moment, factor * there.d_field)
