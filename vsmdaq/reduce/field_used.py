"""Which field calibration a run and its moment calibration were reduced with: another one is told of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from vsmdaq.reduce.data import RunData
from vsmdaq.reduce.signals import field_calibration
from vsmdaq.terms import Estimate

__all__ = ["field_flags"]

_OWN = re.compile(r"noise:(.+)\.field-[a-z-]+")
"""Names of what a field calibration's own readings bring (`vsmdaq.reduce.field_calibration.NOISE`)."""

_BENCH = frozenset({"gaussmeter.offset", "gaussmeter.gain"})


def field_flags(run: RunData) -> tuple[str, ...]:
    """Say where the field calibration was left out, and where the moment calibration was not made with the same one.

    With the same one its errors are the same inputs, which cancel or add as they must; with another one they are independent.
    """
    field, moment = field_calibration(run), run.artefacts.get("moment")
    flags = ("correction field left out: as asked",) if "field" in run.artefacts and "field" in run.without else ()
    if moment is None:
        return flags
    mine = set() if field is None else _runs(field.values.values())
    its = _runs(moment.values.values())
    if mine == its or not (its or _by_bench(moment.values.values())):
        return flags
    words = f"the moment calibration was reduced with {_said(its)}, this run with {_said(mine)}"
    return (*flags, f"{words}: errors of the two are taken as independent")


def _runs(values: Iterable[Estimate]) -> set[str]:
    found = (_OWN.fullmatch(component.name) for value in values for component in value.components)
    return {match[1] for match in found if match is not None}


def _by_bench(values: Iterable[Estimate]) -> bool:
    return any(
        component.name in _BENCH and component.contribution != 0.0 for value in values for component in value.components
    )


def _said(runs: set[str]) -> str:
    return (
        f"the field calibration {' and '.join(sorted(runs))}" if runs else "the gaussmeter's values of the bench file"
    )
