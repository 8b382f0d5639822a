"""Meters over a probe that shows what it is told, and a clock that stands still."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from vsmdaq_sim.instruments.gaussmeters import lakeshore_425, lakeshore_455, lakeshore_475
from vsmdaq_sim.instruments.gaussmeters.lakeshore_421 import LakeShore421
from vsmdaq_sim.instruments.gaussmeters.lakeshore_f71 import Teslameter
from vsmdaq_sim.instruments.gaussmeters.rdgfield.instrument import RdgFieldMeter

MODELS = {"425": lakeshore_425.MODEL, "455": lakeshore_455.MODEL, "475": lakeshore_475.MODEL}


@pytest.fixture
def made(probe: Any, clock: Any) -> Callable[..., Any]:
    """Make a meter by its number; options as a world file has them."""

    def make(model: str, **options: object) -> Any:
        if model in MODELS:
            return RdgFieldMeter(MODELS[model], probe, clock, options)
        if model == "421":
            return LakeShore421(probe, clock, options)
        return Teslameter(model, probe, clock, options)

    return make


@pytest.fixture
def shown(probe: Any, clock: Any) -> Callable[[float], None]:
    """Put the probe into a field (A/m), and wait until every meter has a new reading."""

    def put(field_a_per_m: float) -> None:
        probe.field_a_per_m = field_a_per_m
        clock.sleep(1.0)

    return put
