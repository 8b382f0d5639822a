"""Usable points, the holder taken off, and calibrations that were made at another setting of the phase."""

import math

import numpy as np
import pytest

from vsmdaq.reduce.moments import calibration_inputs, true_moment
from vsmdaq.reduce.signals import signals, true_field
from vsmdaq.terms import InputError

FIELDS = np.linspace(-8e5, 8e5, 9)
MOMENT = 1e-6 * np.tanh(FIELDS / 2e5)


@pytest.mark.parametrize(
    ("flag", "kept"),
    [
        ("overload_input", False),
        ("overload_filter", False),
        ("overload_output", False),
        ("reference_unlocked", False),
        ("field_overload", False),
        ("field_no_probe", False),
        ("field_unreadable", False),
        ("retaken_overload_output", True),
        ("u_not_reached", True),
        ("not_steady(+1.0e-09V/s)", True),
    ],
)
def test_which_flags_make_a_point_useless(made, flag, kept):
    data = signals(made.points(FIELDS, MOMENT, flags={4: (flag,)}), "a run")
    assert (4 in data.index) == kept
    assert data.flags == (() if kept else (f"point 4 left out: {flag}",))
    assert data.reading_a_per_m.shape == data.signal_v_rms.shape == (9 if kept else 8,)


def test_the_file_of_the_run_is_named_where_points_lack(made):
    with pytest.raises(InputError, match=r"^a run: 1 problem\n  points: given 2 usable of 2; allowed: at least 3\."):
        signals(made.points(FIELDS[:2], MOMENT[:2]), "a run")


def test_field_undoes_offset_and_gain():
    reading = 40.0 + 1.002 * FIELDS
    field = true_field(reading, {"gaussmeter.offset": 40.0, "gaussmeter.gain": 1.002})
    assert field == pytest.approx(FIELDS, abs=1e-9)


@pytest.mark.parametrize(("set_deg", "calibrated_deg"), [(37.0, 37.0), (0.0, 37.0), (37.0, -90.0), (-170.0, 170.0)])
def test_calibrations_are_turned_with_the_phase(made, set_deg, calibrated_deg):
    """The same moment comes back, at whatever phase run and calibrations were taken."""
    run = made.run(
        "loop",
        moment_points=made.points(FIELDS, MOMENT, phase_deg=set_deg),
        artefacts=made.calibrations(phase_deg=calibrated_deg),
        phase_deg=set_deg,
    )
    data = signals(run.moment_points, "loop")
    inputs, flags = calibration_inputs(run)
    found = true_moment(run, data, {name: item.value for name, item in inputs.items()})
    assert found == pytest.approx(MOMENT, rel=1e-9, abs=1e-18)
    assert flags == ()


def test_holder_that_was_not_measured_stays_in(made):
    run = made.run(
        "loop",
        moment_points=made.points(FIELDS, MOMENT),
        artefacts={"moment": made.calibrations()["moment"]},
    )
    inputs, flags = calibration_inputs(run)
    found = true_moment(run, signals(run.moment_points, "loop"), {name: item.value for name, item in inputs.items()})
    stray = 0.64 * 2e-6 * math.cos(math.radians(120.0 - 37.0))
    assert found == pytest.approx(MOMENT - 2e-13 * FIELDS + stray, rel=1e-9)
    assert flags == ("holder not subtracted: no background run",)
