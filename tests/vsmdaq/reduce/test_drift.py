"""Drift of gain and offset: what was put into a simulated world is found, taken off, and what cannot be taken off is in u."""

import math
from dataclasses import replace

import numpy as np
import pytest

from tests.vsmdaq.reduce.drifting import Campaign, lines, u, value
from vsmdaq.analyse.gain_drift import gain_drift
from vsmdaq.calibrate.bracket import bracket
from vsmdaq.formats.inputs.drift_table import DriftSpec
from vsmdaq.reduce.moments import calibration_inputs, true_moment
from vsmdaq.reduce.signals import signals
from vsmdaq.terms import InputError
from vsmdaq.uncertainty import coverage_factor, propagate

MS, HC = 2.00e-6, 20.0e3  # of worlds/reference.toml
BRACKETED = ("phase", "nickel", "background", "loop", "nickel")
LOOP = 3


def drifting(gain=None, walk=0.0):
    return lambda procedure: replace(procedure, drift=DriftSpec(gain, walk))


# --- the rate from a curve alone ---------------------------------------------------------------------------------------


def closed_loop(rate_per_s, offset_per_s=0.0, m=lambda h: np.sign(h) * 2e-6 * (1.0 - 2e9 / h**2) - 3e-13 * h):
    """Fields beyond 560 kA/m of a loop that goes down and up again in 200 s, the way up at other fields than the way down."""
    down = np.linspace(8e5, -8e5, 101)
    h = np.concatenate([down, -down[1:] + 900.0])
    t = np.linspace(0.0, 200.0, h.size)
    keep = np.abs(h) > 5.6e5
    h, t = h[keep], t[keep]
    return h, m(h) * (1.0 + rate_per_s * (t - t.mean())) + offset_per_s * t, t


@pytest.mark.parametrize("rate", [0.0, 3e-6, -2e-5])
def test_rate_of_a_loop_comes_back(rate):
    h, v, t = closed_loop(rate)
    found = gain_drift(h, v, t, np.full_like(h, 1e-10), np.zeros_like(h))
    # 1/H² is not in the model: what is left is the same on both ways, but for the 900 A/m between them
    assert found.rate_per_s == pytest.approx(rate, abs=3e-8)
    assert found.time_s == t.mean()


def test_noise_of_the_rate_is_what_many_runs_scatter_by():
    rng = np.random.default_rng(5)
    h, v, t = closed_loop(1e-6, m=lambda h: np.sign(h) * 2e-6)
    u_v = np.full_like(h, 5e-9)
    found = [gain_drift(h, v + 5e-9 * rng.standard_normal(h.size), t, u_v, 0.0 * h) for _ in range(400)]
    rates = np.array([f.rate_per_s for f in found])
    scale = np.mean([f.u_per_s for f in found])
    assert abs(rates.mean() - 1e-6) < 4.0 * scale / math.sqrt(400)
    # Birge's ratio enlarges half of them a little; the standard deviation of 400 is known to 3.5 %
    assert 0.85 < rates.std() / scale < 1.05


def test_derivatives_by_signal_and_field_are_those_of_differences():
    h, v, t = closed_loop(1e-5)
    u_v = np.full_like(h, 5e-9)
    found = gain_drift(h, v, t, u_v, 0.0 * h)
    for k in (0, 20, h.size - 1):
        bumped = v.copy()
        bumped[k] += 1e-11
        by_value = (gain_drift(h, bumped, t, u_v, 0.0 * h).rate_per_s - found.rate_per_s) / 1e-11
        assert found.d_value[k] == pytest.approx(by_value, rel=0.02)


def test_one_way_through_the_fields_tells_nothing_of_time():
    h = np.linspace(8e5, -8e5, 60)
    assert gain_drift(h, 2e-13 * h, np.arange(60.0), np.full(60, 1e-9), np.zeros(60)) is None


# --- within a run --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def steady(tmp_path_factory):
    return Campaign(tmp_path_factory.mktemp("steady"), "", 3)


@pytest.fixture(scope="module")
def linear(tmp_path_factory):
    """A tenth an hour: 0.6 % within the loop, 2 % since the nickel."""
    return Campaign(tmp_path_factory.mktemp("linear"), "[drift]\ngain_per_hour = 0.10\n", 3, BRACKETED)


def test_a_steady_gain_is_left_alone(steady):
    found = steady.found[LOOP]
    assert found.flags == () or not any("drift" in flag for flag in found.flags)
    assert abs(value(found, "gain_drift_per_hour")) < 3.0 * u(found, "gain_drift_per_hour")
    assert value(found, "closure_normalised_error") < 1.5
    without = steady.again(LOOP, without={"drift"})
    assert value(without, "saturation_moment") == value(found, "saturation_moment")
    assert u(without, "saturation_moment") == u(found, "saturation_moment")


def test_a_drifting_gain_is_measured_within_its_u(linear):
    found = linear.found[LOOP]
    assert abs(value(found, "gain_drift_per_hour") - 0.10) < 3.0 * u(found, "gain_drift_per_hour")
    assert value(found, "closure_normalised_error") > 1.5
    assert any("gain drifts by" in flag for flag in found.flags)


def test_what_is_not_known_of_the_time_since_the_calibration_is_in_u(linear):
    found, without = linear.found[LOOP], linear.again(LOOP, without={"drift"})
    assert any(name.endswith(".since") for name in lines(found, "saturation_moment"))
    assert abs(value(found, "saturation_moment") - MS) < 2.0 * u(found, "saturation_moment")
    assert abs(value(without, "saturation_moment") - MS) > 2.0 * u(without, "saturation_moment")
    assert "correction drift left out: as asked" in without.flags


def test_the_rate_may_be_taken_back_to_the_calibration(linear):
    found = linear.again(LOOP, edit=drifting("since-calibration"))
    left_out = linear.again(LOOP, without={"drift"})
    error, error_without = (abs(value(f, "saturation_moment") - MS) for f in (found, left_out))
    assert error < 2.0 * u(found, "saturation_moment")
    assert error < 0.5 * error_without
    assert not any(name.endswith(".since") for name in lines(found, "saturation_moment"))


def test_a_loop_is_left_as_it_is_because_its_sample_may_not_close(linear):
    """The rate counts in u alone, by half the run more than where it is taken off."""
    found, off, within = linear.found[LOOP], *(linear.again(LOOP, edit=drifting(gain)) for gain in ("off", "within"))
    assert value(found, "saturation_moment") == pytest.approx(value(off, "saturation_moment"), rel=1e-12)
    assert found.table["moment_a_m2"] == off.table["moment_a_m2"]
    (flag,) = (flag for flag in found.flags if "gain drifts" in flag)
    assert flag.startswith("the run does not close: ")
    assert "or so does the sample; left as it is; u = " in flag
    (left,), (taken_off,) = (
        [part for name, part in lines(f, "saturation_moment").items() if name.endswith(".since")]
        for f in (found, within)
    )
    assert abs(left) > abs(taken_off)


def test_off_only_reports(linear):
    found, without = linear.again(LOOP, edit=drifting("off")), linear.again(LOOP, without={"drift"})
    assert value(found, "saturation_moment") == value(without, "saturation_moment")
    assert any("left as it is, as asked" in flag for flag in found.flags)


def test_the_end_of_a_loop_meets_its_beginning(linear):
    """First and last point are the same state."""
    within = linear.again(LOOP, edit=drifting("within"))
    found, without = within.table["moment_a_m2"], linear.again(LOOP, without={"drift"}).table["moment_a_m2"]
    elapsed = linear.runs[LOOP].moment_points[-1].t_end_s - linear.runs[LOOP].moment_points[0].t_end_s
    assert without[-1] / without[0] - 1.0 == pytest.approx(0.10 * elapsed / 3600.0, abs=5e-3)
    assert abs(found[-1] / found[0] - 1.0) < 5e-3


# --- between two calibrations --------------------------------------------------------------------------------------------


def test_a_bracket_takes_a_linear_drift_off(linear):
    both = bracket(linear.artefacts[1], linear.artefacts[4])
    found, before_only = linear.again(LOOP, **both), linear.again(LOOP, without={"drift"})
    assert abs(value(found, "saturation_moment") - MS) < 2.0 * u(found, "saturation_moment")
    assert abs(value(found, "saturation_moment") - MS) < 0.3 * abs(value(before_only, "saturation_moment") - MS)
    assert abs(value(found, "coercive_field") - HC) < 2.0 * u(found, "coercive_field")
    # the rate that nickel showed is gone from the loop
    assert abs(value(found, "gain_drift_per_hour")) < 3.0 * u(found, "gain_drift_per_hour")
    assert both["drift"].values["gain_rate"].value * 3600.0 == pytest.approx(0.10, rel=0.03)


def test_a_bracket_is_the_same_in_any_order_and_keeps_what_both_share(linear):
    before, after = linear.artefacts[1], linear.artefacts[4]
    both, turned = bracket(before, after), bracket(after, before)
    assert both == turned
    moment = both["moment"].values["moment_per_volt"]
    ends = [a.values["moment_per_volt"] for a in (before, after)]
    assert moment.value == pytest.approx(np.mean([e.value for e in ends]), rel=1e-12)
    assert moment.u_common == pytest.approx(np.mean([e.u_common for e in ends]), rel=1e-6)  # one nickel, once
    assert moment.u_noise == pytest.approx(0.5 * math.hypot(*(e.u_noise for e in ends)), rel=1e-6)
    # the calibrant cancels in the rate
    change = both["drift"].values["gain_difference"]
    assert change.u_common < 1e-3 * moment.u_common / moment.value
    assert [name for name, _ in both["moment"].runs] == ["nickel-1", "nickel-4"]


def test_each_budget_line_of_a_bracket_moves_the_result_by_itself(linear):
    """The rate, and the excursion, each moved by its u in the artefact."""
    both = bracket(linear.artefacts[1], linear.artefacts[4])
    found = linear.again(LOOP, **both)
    rate = both["drift"].values["gain_rate"]
    moved = replace(both["drift"], values={**both["drift"].values, "gain_rate": replace(rate, value=rate.value + 1e-5)})
    now = linear.again(LOOP, moment=both["moment"], drift=moved)
    run = linear.runs[LOOP]
    middle = np.mean([0.5 * (p.t_start_s + p.t_end_s) for p in run.moment_points]) + run.utc_at_zero_s
    before, after = (both["drift"].conditions[f"{when}_utc_s"] for when in ("before", "after"))
    # m goes as 1/(1 + r (t - t_middle)), at each point
    since = np.array([0.5 * (p.t_start_s + p.t_end_s) for p in run.moment_points]) + run.utc_at_zero_s
    since -= 0.5 * (before + after)
    ratio = np.array(now.table["moment_a_m2"]) / np.array(found.table["moment_a_m2"])
    assert ratio == pytest.approx((1.0 + rate.value * since) / (1.0 + (rate.value + 1e-5) * since), rel=1e-9)
    (strayed,) = [part for name, part in lines(found, "saturation_moment").items() if name.endswith(".strayed")]
    share = (middle - before) / (after - before)
    expected = abs(both["drift"].values["gain_difference"].value) * math.sqrt(share * (1.0 - share)) * MS
    assert abs(strayed) == pytest.approx(expected, rel=0.02)


def test_a_bracket_is_refused_with_the_reason(linear):
    nickel = linear.artefacts[1]
    with pytest.raises(InputError, match="two different times"):
        bracket(nickel, nickel)
    with pytest.raises(InputError, match="'background'"):
        bracket(nickel, linear.artefacts[2])
    other = replace(linear.artefacts[4], conditions={**linear.artefacts[4].conditions, "frequency_hz": 90.0})
    with pytest.raises(InputError, match="frequency_hz"):
        bracket(nickel, other)


def test_a_run_after_both_calibrations_is_flagged_and_its_u_grows(tmp_path):
    order = ("phase", "nickel", "nickel", "background", "loop")
    made = Campaign(tmp_path, "[drift]\ngain_per_hour = 0.10\n", 4, order)
    found = made.again(4, **bracket(made.artefacts[1], made.artefacts[2]))
    assert any("does not lie between the two calibrations" in flag for flag in found.flags)
    strayed = [part for name, part in lines(found, "saturation_moment").items() if name.endswith(".strayed")]
    change = abs(bracket(made.artefacts[1], made.artefacts[2])["drift"].values["gain_difference"].value)
    assert abs(strayed[0]) > 0.5 * change * MS


def test_a_stated_walk_is_in_u_as_its_root_of_time(steady):
    walk = 0.02
    found = steady.again(LOOP, edit=drifting(walk=walk))
    points, nickel = steady.runs[LOOP].moment_points, steady.artefacts[1]
    middle = np.mean([0.5 * (p.t_start_s + p.t_end_s) for p in points]) + steady.runs[LOOP].utc_at_zero_s
    hours = (middle - nickel.conditions["middle_utc_s"]) / 3600.0
    (line,) = [part for name, part in lines(found, "saturation_moment").items() if name.endswith(".walk")]
    assert abs(line) == pytest.approx(walk * math.sqrt(hours) * value(found, "saturation_moment"), rel=1e-3)


@pytest.fixture(scope="module")
def walks(tmp_path_factory):
    """Worlds whose gain walks by 5 % in the root of an hour; the loop is not reduced yet."""
    folder = tmp_path_factory.mktemp("walks")
    extra = "[drift]\ngain_walk_per_sqrt_hour = 0.05\nwalk_interval_s = 60.0\n"
    order = ("phase", "nickel", "loop", "nickel")
    return [Campaign(folder, extra, seed, order, skip=("loop",)) for seed in range(100, 130)]


def saturated_moment(run):
    """Mean size of m beyond 0.6 MA/m, where the sample has tanh(19) of its moment: quicker than the analysis of a loop."""
    data = signals(run.moment_points, run.run_id)
    data = data.of(np.flatnonzero(np.abs(data.reading_a_per_m) > 6e5))
    inputs, _ = calibration_inputs(run)

    def model(x):
        field, moment = data.reading_a_per_m, true_moment(run, data, x)
        # the holder was not measured: a slope beside the step
        columns = np.column_stack([np.sign(field), field, np.ones_like(field)])
        return float(np.linalg.lstsq(columns / [1.0, 1e6, 1.0], moment, rcond=None)[0][0])

    return propagate(model, inputs, unit="A m2")


def bracketed(made, walk=0.0):
    run = made.runs[2]
    both = bracket(made.artefacts[1], made.artefacts[3])
    return saturated_moment(
        replace(run, procedure=drifting(walk=walk)(run.procedure), artefacts={**run.artefacts, **both})
    )


def test_u_of_a_walk_is_true_where_it_is_stated(walks):
    z = [(e.value - MS) / e.u for e in (bracketed(made, walk=0.05) for made in walks)]
    # the standard deviation of 30 deviates is known to 13 %; nickel's own u is in u but not in these worlds
    assert 0.6 < np.std(z) < 1.3
    assert abs(np.mean(z)) < 3.0 / math.sqrt(30)
    alone = [saturated_moment(made.runs[2]) for made in walks]
    assert np.std([(e.value - MS) / e.u for e in alone]) > 1.5


def test_intervals_of_a_walk_hold_where_nothing_is_stated(walks):
    """One difference has one degree of freedom: the interval is wide, and it must be."""
    inside = 0
    for made in walks:
        estimate = bracketed(made)
        inside += abs(estimate.value - MS) < coverage_factor(estimate.dof) * estimate.u
    assert inside >= 26  # of 30; with 95 % the chance of fewer is 1.6 %


# --- offset --------------------------------------------------------------------------------------------------------------


def test_a_drifting_offset_is_found_in_the_background_and_taken_off(tmp_path):
    rate = 2.0e-6  # V rms per hour, in X of the world: at 37° to the signal
    made = Campaign(tmp_path, f"[drift]\noffset_v_rms_per_hour = {rate}\n", 6, wait_s=600.0)
    background, loop = made.found[2], made.found[LOOP]
    per_volt = made.artefacts[1].values["moment_per_volt"].value
    assert any("background drifts by" in flag for flag in background.flags)
    expected = rate * math.cos(math.radians(37.0)) * per_volt
    assert abs(value(background, "offset_drift_per_hour") - expected) < 3.0 * u(background, "offset_drift_per_hour")
    even = [np.mean(f.table["moment_a_m2"]) for f in (loop, made.again(LOOP, background=steady_background(made)))]
    # a loop is odd: its mean is the offset, 2 µV/h over 0.2 h as a moment
    assert abs(even[0]) < 0.2 * abs(even[1])
    assert abs(even[1]) > 1e-7


def steady_background(made):
    artefact = made.artefacts[2]
    return replace(artefact, conditions={**artefact.conditions, "drifts": 0.0})


def test_without_the_time_of_the_run_the_offset_is_flagged_not_guessed(tmp_path):
    made = Campaign(tmp_path, "[drift]\noffset_v_rms_per_hour = 2e-6\n", 6)
    made.runs[LOOP] = replace(made.runs[LOOP], utc_at_zero_s=None)
    assert any("the time of the run is not known" in flag for flag in made.again(LOOP).flags)
