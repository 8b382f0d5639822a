from __future__ import annotations

import pytest

from vsmdaq_drivers.contracts import IdentityError, LimitError, PositionReading, RefusedError
from vsmdaq_drivers.others.newport_esp301_linear import NewportEsp301Linear


# InstrumentKit's table of units: SN 2 is the millimetre
def prepared(axis):
    return [("TE?", "0"), (f"{axis}SN?", "2"), (f"{axis}MO?", "1"), (f"{axis}SL?", "-12.5"), (f"{axis}SR?", "12.5")]


def look(axis, position, done):
    return [(f"{axis}TP", position), (f"{axis}MD?", done), ("TE?", "0")]


def test_identity(wire):
    assert NewportEsp301Linear(wire([("VE?", "ESP300 Version 3.04")])).identify() == "ESP300 Version 3.04"
    with pytest.raises(IdentityError):
        NewportEsp301Linear(wire([("VE?", "SMC100CC")])).identify()


def test_axes_move_in_metres(wire):
    script = [*prepared(1), *prepared(2), *prepared(3), ("3PA-1.2500", None), ("TE?", "0")]
    script += [*look(3, "0.0000", "1"), *look(3, "-1.2490", "1"), ("1ST", None), ("2ST", None), ("3ST", None)]
    stages = NewportEsp301Linear(wire(script))
    stages.prepare()
    assert stages.axes == ("x", "y", "z")
    stages.move_to("z", -1.25e-3)
    assert stages.poll("z") == PositionReading(0.0, moving=True, faults=(), time_s=0.0)
    assert stages.poll("z") == PositionReading(pytest.approx(-1.249e-3), moving=False, faults=(), time_s=0.0)
    stages.stop()


def test_any_axis_of_the_controller_may_be_any_direction(wire):
    stages = NewportEsp301Linear(wire([*prepared(2), ("2PA0.5000", None), ("TE?", "0")]), x=0, y=2, z=0)
    stages.prepare()
    stages.move_to("y", 0.5e-3)


@pytest.mark.parametrize(("axis", "position_m"), [("x", 0.013), ("x", float("nan")), ("y", 0.0)])
def test_beyond_the_limits_no_byte_is_sent(wire, axis, position_m):
    stages = NewportEsp301Linear(wire(prepared(1)), x=1, y=0, z=0)
    stages.prepare()
    with pytest.raises(LimitError):
        stages.move_to(axis, position_m)


def test_an_axis_that_turns_is_refused(wire):
    with pytest.raises(RefusedError, match=r"the unit of axis 1 is number 7; wanted is millimetre \(2\)"):
        NewportEsp301Linear(wire([("TE?", "0"), ("1SN?", "7")])).prepare()


@pytest.mark.parametrize("axes", [{"x": 1, "y": 1}, {"x": 0, "y": 0, "z": 0}])
def test_axes_are_different_ones(wire, axes):
    with pytest.raises(ValueError, match="different axes from 1 to 3"):
        NewportEsp301Linear(wire([]), **axes)
