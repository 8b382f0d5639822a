"""Parameters of a hysteresis loop, each with its gradient with respect to every moment and field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike, NDArray

from vsmdaq.analyse.branches import Branch, split_branches
from vsmdaq.analyse.crossing import crossing, split_field
from vsmdaq.analyse.high_field import HighField, fit_high_field
from vsmdaq.analyse.local import Noise, Sorted, sort_branch, value_at
from vsmdaq.analyse.parameter import Parameter, combine, quotient

__all__ = ["LoopParameters", "loop_parameters"]

Array = NDArray[np.float64]
_WHOLE = 0.9
"""Branches that span at least this part of the widest one of their direction are taken together."""
_BENT = 4.0


@dataclass(frozen=True, slots=True, eq=False)
class LoopParameters:
    """What a loop gave, and what it did not.

    Attributes
    ----------
    parameters : mapping of str to Parameter
        ``saturation``, ``high_field_slope``, ``offset`` (joint fit of the ends) · ``remanence`` (m_desc - m_asc)/2 and
        ``remanence_offset`` (m_desc + m_asc)/2 at field 0 · ``coercive_field`` (H_asc - H_desc)/2 and ``field_shift``
        (H_asc + H_desc)/2 at m = offset · ``coercive_field_slope_corrected``, the same at m = offset + slope·H, for a
        sample with a dia- or paramagnetic part · ``squareness`` remanence/saturation. All positive for an ordinary loop;
        a loop walked backwards changes the signs of remanence and coercive field.
    missing : mapping of str to str
        The reason for each that could not be had.
    notes : mapping of str to str
        What to mind about one that was had.
    u : mapping of str to float
        Standard uncertainties by the noise that was given; empty where none was.
    scatter : float or None
        Standard deviation of one moment about the straight ends.
    """

    parameters: Mapping[str, Parameter]
    missing: Mapping[str, str]
    notes: Mapping[str, str]
    u: Mapping[str, float]
    scatter: float | None

    def __getitem__(self, name: str) -> Parameter:
        if name in self.parameters:
            return self.parameters[name]
        raise KeyError(f"{name}: {self.missing.get(name, 'no such parameter: ' + ', '.join(self.parameters))}")


def loop_parameters(
    field_a_per_m: ArrayLike,
    moment: ArrayLike,
    *,
    u_moment: ArrayLike | None = None,
    u_field: ArrayLike | None = None,
    high_field_fraction: float = 0.7,
    neighbours: int = 4,
    about_offset: bool = True,
) -> LoopParameters:
    """Find the parameters of a loop.

    Parameters
    ----------
    field_a_per_m : array_like, shape (n,)
        Applied or internal field, A/m, in the order of measurement; either branch first, a virgin curve before them.
    moment : array_like, shape (n,)
        Moment (A m2) or magnetisation (A/m): saturation, remanence and offset are in the same unit.
    u_moment, u_field : array_like, optional
        Standard uncertainty of the noise of each (scalar or shape (n,)), independent from point to point.
    high_field_fraction : float
        The ends begin at this fraction of the largest |H|; 0 < fraction < 1.
    neighbours : int
        Most distinct fields on each side of a crossing in a local cubic; >= 2. Fewer are taken where the points lie off
        the cubic by more than `u_moment` and `u_field` (or, if not given, the scatter of the ends) explain.
    about_offset : bool
        Coercive fields at m = offset (True), so that a constant added to all moments changes nothing, or at m = 0.

    Returns
    -------
    LoopParameters
        Scaled field or moment, the mirrored loop and an added constant give results transformed exactly.

    Raises
    ------
    ValueError
        Shapes differ, values are not finite, or an option is out of range.
    """
    h, m = _checked(field_a_per_m, moment, high_field_fraction, neighbours)
    parameters: dict[str, Parameter] = {}
    missing: dict[str, str] = {}
    notes: dict[str, str] = {}
    branches = split_branches(h)
    desc, asc = (_whole_branches(h, m, branches, direction) for direction in (-1, 1))
    used = [branch.index for branch in (desc, asc) if branch is not None]
    ends: HighField | str = "no branch: the field does not move"
    if used:
        ends = fit_high_field(h, m, np.unique(np.concatenate(used)), high_field_fraction)
    _put_ends(ends, parameters, missing, notes)
    if desc is None or asc is None:
        reason = f"no {'descending' if desc is None else 'ascending'} branch"
        missing |= dict.fromkeys((*_REMANENCES, *_COERCIVITIES), reason)
    else:
        noise = _noise(u_moment, u_field, ends)
        _put_remanence((desc, asc), neighbours, noise, parameters, missing)
        _put_coercivity((desc, asc), ends, (neighbours, noise, about_offset), parameters, missing)
    _put_squareness(parameters, missing)
    given = u_moment is not None or u_field is not None
    u_given = (0.0 if u_moment is None else u_moment, 0.0 if u_field is None else u_field)
    return LoopParameters(
        MappingProxyType(parameters),
        MappingProxyType(missing),
        MappingProxyType(notes),
        MappingProxyType({name: p.u(*u_given) for name, p in parameters.items()} if given else {}),
        None if isinstance(ends, str) else ends.scatter,
    )


_ENDS = ("saturation", "high_field_slope", "offset")
_REMANENCES = ("remanence", "remanence_offset")
_COERCIVITIES = ("coercive_field", "field_shift", "coercive_field_slope_corrected")


def _checked(field: ArrayLike, moment: ArrayLike, fraction: float, neighbours: int) -> tuple[Array, Array]:
    h = np.asarray(field, dtype=np.float64)
    m = np.asarray(moment, dtype=np.float64)
    if h.ndim != 1 or h.shape != m.shape:
        raise ValueError(f"field {h.shape} and moment {m.shape} given; allowed: both of shape (n,)")
    if not (np.isfinite(h).all() and np.isfinite(m).all()):
        raise ValueError("field or moment that is not finite given; allowed: finite values (leave flagged points out)")
    if not 0.0 < fraction < 1.0:
        raise ValueError(f"high_field_fraction {fraction} given; allowed: between 0 and 1")
    if neighbours < 2:
        raise ValueError(f"neighbours {neighbours} given; allowed: >= 2")
    return h, m


def _noise(u_moment: ArrayLike | None, u_field: ArrayLike | None, ends: HighField | str) -> Noise | None:
    """What is known of the noise; where nothing was given, the scatter of the straight ends tells that of a moment."""
    if u_moment is None and isinstance(ends, str):
        return None
    of_moment = ends.scatter if u_moment is None and not isinstance(ends, str) else _largest(u_moment)
    return Noise(of_moment, _largest(u_field))


def _largest(u: ArrayLike | None) -> float:
    return 0.0 if u is None else float(np.max(np.asarray(u, dtype=np.float64)))


def _whole_branches(h: Array, m: Array, branches: tuple[Branch, ...], direction: int) -> Sorted | None:
    """All points of the branches that go the whole way in one direction: repeats count, a virgin curve does not."""
    widest = max((float(np.ptp(h[b.points])) for b in branches), default=0.0)
    whole = [b for b in branches if b.direction == direction and float(np.ptp(h[b.points])) >= _WHOLE * widest]
    if not whole:
        return None
    return sort_branch(h, m, np.unique(np.concatenate([np.arange(b.start, b.stop) for b in whole])))


def _put_ends(
    ends: HighField | str, parameters: dict[str, Parameter], missing: dict[str, str], notes: dict[str, str]
) -> None:
    if isinstance(ends, str):
        missing |= dict.fromkeys(_ENDS, ends)
        return
    parameters |= {"saturation": ends.saturation, "high_field_slope": ends.slope, "offset": ends.offset}
    if abs(ends.bend) > _BENT:
        notes["saturation"] = f"the ends are not straight (bend {ends.bend:.1f} u): approach to saturation not complete"


def _put_remanence(
    branches: tuple[Sorted, Sorted],
    neighbours: int,
    noise: Noise | None,
    parameters: dict[str, Parameter],
    missing: dict[str, str],
) -> None:
    desc, asc = (value_at(branch, 0.0, neighbours, noise) for branch in branches)
    if desc is None or asc is None:
        reason = f"the {'descending' if desc is None else 'ascending'} branch does not pass field 0"
        missing |= dict.fromkeys(_REMANENCES, reason)
        return
    parameters["remanence"] = combine([(0.5, desc), (-0.5, asc)])
    parameters["remanence_offset"] = combine([(0.5, desc), (0.5, asc)])


def _put_coercivity(
    branches: tuple[Sorted, Sorted],
    ends: HighField | str,
    options: tuple[int, Noise | None, bool],
    parameters: dict[str, Parameter],
    missing: dict[str, str],
) -> None:
    neighbours, noise, about_offset = options
    if isinstance(ends, str) and about_offset:
        missing |= dict.fromkeys(_COERCIVITIES, f"no offset to take it about: {ends}")
        return
    n = branches[0].n
    zero = Parameter(0.0, np.zeros(n), np.zeros(n))
    level = zero if isinstance(ends, str) or not about_offset else ends.offset
    slope = zero if isinstance(ends, str) else ends.slope
    rise = sum(float(b.moment[-1] - b.moment[0] - slope.value * (b.field[-1] - b.field[0])) for b in branches)
    orientation = 1.0 if rise >= 0.0 else -1.0
    corrected: list[Parameter | str] = []
    plain: list[Parameter | str] = []
    for branch in branches:
        start = split_field(branch, level.value, slope.value, orientation)
        if start is None:
            corrected.append("the branch does not cross zero")
            plain.append("the branch does not cross zero")
            continue
        found = crossing(branch, start, (level, slope), orientation, neighbours, noise)
        corrected.append(found)
        begin = start if isinstance(found, str) else found.value
        plain.append(crossing(branch, begin, (level, None), orientation, neighbours, noise))
    _put_pair(plain, ("coercive_field", "field_shift"), parameters, missing)
    if isinstance(ends, str):
        missing["coercive_field_slope_corrected"] = ends
    else:
        _put_pair(corrected, ("coercive_field_slope_corrected", None), parameters, missing)


def _put_pair(
    found: list[Parameter | str],
    names: tuple[str, str | None],
    parameters: dict[str, Parameter],
    missing: dict[str, str],
) -> None:
    desc, asc = found
    wanted = [name for name in names if name is not None]
    if isinstance(desc, str) or isinstance(asc, str):
        which, reason = ("descending", desc) if isinstance(desc, str) else ("ascending", asc)
        missing |= dict.fromkeys(wanted, f"{which}: {reason}")
        return
    parameters[wanted[0]] = combine([(0.5, asc), (-0.5, desc)])
    if len(wanted) > 1:
        parameters[wanted[1]] = combine([(0.5, asc), (0.5, desc)])


def _put_squareness(parameters: dict[str, Parameter], missing: dict[str, str]) -> None:
    absent = [name for name in ("remanence", "saturation") if name not in parameters]
    if absent:
        missing["squareness"] = f"no {absent[0]}: {missing[absent[0]]}"
    elif parameters["saturation"].value == 0.0:
        missing["squareness"] = "saturation is 0"
    else:
        parameters["squareness"] = quotient(parameters["remanence"], parameters["saturation"])
