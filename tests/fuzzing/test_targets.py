"""200 cases for every simulated instrument, driver, link and file format; `benchmarks/fuzz.py` runs 20,000 of the same.

What must hold stands in `benchmarks/fuzzing`: only promised errors come out, values are of their type and finite, nothing goes on
for ever, and the instrument still answers.
"""

from __future__ import annotations

import pytest
from fuzzing.target import Target, run
from fuzzing.targets import TARGETS
from hypothesis import settings

from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_sim.instruments.kinds import KINDS


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_nothing_but_what_is_promised(target: Target):
    assert run(target, settings(), examples=200) >= 200


def test_every_instrument_and_every_driver_is_fuzzed():
    names = {target.name for target in TARGETS}
    assert {f"instrument {kind}" for kind in KINDS} <= names
    assert {f"driver {name}" for name, entry in DRIVERS.items() if entry.interfaces} <= names
