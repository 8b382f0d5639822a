"""A loop across many ranges of the lock-in, with what was left of yesterday and hands on the knobs: no point on stale data."""

import math

import pytest
from standing_world import MIDDLE_S, run, standing

from vsmdaq.record import read_journal
from vsmdaq.terms import MomentPoint

LOCKIN = "GPIB0::8::INSTR"
LARGE = "[samples.reference-sphere]\nmoment_a_m2 = 1.0e-4\n"
LOOP = """\
kind = "background"
name = "short"
sample = "SAMPLES/reference-sphere.toml"

[field]
rate = "10 A/s"
approach = ["800 kA/m"]
segments = [
    { from = "100 kA/m", to = "-100 kA/m", steps = 25 },
    { from = "-100 kA/m", to = "100 kA/m", steps = 25 },
]

[measure]
time_constant = "30 ms"
poles = 4
settling_fraction = 0.01
"""


def true_signal(bench):
    """X + iY as a settled lock-in without noise would show it now, V rms."""
    bench.world.advance()
    return complex(bench.world.lockin.phasor * bench.world.lockin._phase)


def overload_of_yesterday(bench):
    """The most sensitive range, far too small for the cross-talk, and back: every overload bit stays latched."""
    lockin = bench.endpoints[LOCKIN].instrument
    lockin.turn_knob("SENS", 0)
    bench.clock.sleep(1.0)
    bench.world.advance()
    lockin.poll()
    lockin.turn_knob("SENS", 26)


def changes_by_itself(lockin):
    """As when reserve or frequency range ask for a longer time constant: bit 5 of LIAS says so."""
    lockin.turn_knob("OFLT", 9)
    lockin._status.latch_lia(5)


def points_with_the_truth(stand):
    truth = []
    stand.voice.on_point = lambda _: truth.append(true_signal(stand.bench))
    assert run(stand) == 0
    return read_journal(stand.run / "raw.csv", MomentPoint).points, truth


@pytest.mark.parametrize("disturbance", ["none", "turned", "by itself"])
def test_no_point_is_taken_on_stale_data(tmp_path, disturbance):
    with standing(tmp_path, LARGE, loop=LOOP) as stand:
        overload_of_yesterday(stand.bench)
        lockin = stand.bench.endpoints[LOCKIN].instrument
        if disturbance == "turned":
            stand.at(MIDDLE_S + 10.0, lambda: lockin.turn_knob("OFLT", 9))
        if disturbance == "by itself":
            stand.at(MIDDLE_S + 10.0, lambda: changes_by_itself(lockin))
        points, truth = points_with_the_truth(stand)
    assert len(points) == 51
    ranges = [point.sensitivity_v_rms for point in points]
    assert len(set(ranges)) >= 4, "the loop crosses four ranges"
    for point, true in zip(points, truth, strict=True):
        # 102 numbers: one in a thousand million million lies beyond 5.5 u by chance; the rest of the step may be 0.01 u
        assert abs(point.x_v_rms - true.real) < 5.5 * point.u_x_v_rms, point
        assert abs(point.y_v_rms - true.imag) < 5.5 * point.u_y_v_rms, point
        assert abs(complex(point.x_v_rms, point.y_v_rms)) < 1.09 * point.sensitivity_v_rms
    flagged = [point.index for point in points if "time_constant_changed" in point.flags]
    taus = [point.time_constant_s for point in points]
    if disturbance == "none":
        assert flagged == []
        assert set(taus) == {0.03}
    else:
        (first,) = flagged
        assert taus == [0.03] * first + [0.3] * (51 - first)


def test_the_ripple_of_ranges_is_bounded(tmp_path):
    """Up and down again: each range change is one that the signal asks for, with hysteresis between up and down."""
    with standing(tmp_path, LARGE, loop=LOOP) as stand:
        points, _ = points_with_the_truth(stand)
    for point in points:
        size = abs(complex(point.x_v_rms, point.y_v_rms))
        assert size <= 0.95 * point.sensitivity_v_rms
        assert size >= 0.15 * point.sensitivity_v_rms or math.isclose(
            point.sensitivity_v_rms, min(p.sensitivity_v_rms for p in points)
        )
