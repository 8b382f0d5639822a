"""Centre and spread of a chart by hand-worked examples; what is common to all cancels; what leaves its course is named."""

import math
import statistics
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from vsmdaq.calibrate.charts import BASELINE, CHARTED, Chart, Observation, charts_of
from vsmdaq.calibrate.rules import NELSON
from vsmdaq.terms import Component, Estimate

FIRST = datetime(2026, 1, 1, tzinfo=UTC)
COMMON = Component("nickel-sphere.reference.value", 0.012)


def series(name: str, values: list[float], own: float, unit: str = "H/m3", *shared: Component) -> list[Observation]:
    return [
        Observation(
            FIRST + timedelta(days=28 * number),
            name,
            Estimate(value, unit, (*shared, Component("noise:nickel", own, noise=True))),
            f"nickel-{number}",
        )
        for number, value in enumerate(values)
    ]


def chart_of(observations: list[Observation], **options) -> Chart:
    (chart,) = charts_of(observations, **options)
    return chart


def test_one_observation_has_nothing_to_be_compared_with():
    chart = chart_of(series("coupling_constant", [4.2], 0.001, "H/m3", COMMON))
    assert (chart.centre, chart.z, chart.broken, chart.left) == (4.2, (), (), ())
    assert chart.basis.startswith("one observation")


def test_of_few_the_stated_uncertainty_decides_without_what_is_common_to_all():
    chart = chart_of(series("coupling_constant", [4.200, 4.204, 4.212], 0.003, "H/m3", COMMON))
    # centre 4.202 of the first two with u = 0.003/sqrt(2); spread sqrt(0.003² + 0.003²/2), the calibrant's 0.012 not in it
    spread = 0.003 * math.sqrt(1.5)
    assert chart.centre == pytest.approx(4.202)
    assert chart.spreads == pytest.approx([spread] * 3)
    assert chart.own == pytest.approx([0.003] * 3)
    assert chart.z == pytest.approx([-0.002 / spread, 0.002 / spread, 0.010 / spread])
    assert (chart.left, chart.warned) == ((), True)  # 2.7: beyond 2 s, within 3 s


def test_another_calibrant_is_not_common():
    observations = series("coupling_constant", [4.200, 4.204], 0.003, "H/m3", COMMON)
    other = Estimate(4.212, "H/m3", (Component("another sphere", 0.012), Component("noise:nickel", 0.003, noise=True)))
    chart = chart_of([*observations, Observation(FIRST + timedelta(days=90), "coupling_constant", other, "nickel-9")])
    assert chart.own == pytest.approx([math.hypot(0.003, 0.012)] * 3)
    assert chart.left == ()


def test_of_many_their_own_scatter_decides_where_it_is_larger():
    values = [4.20, 4.21, 4.19, 4.22, 4.18, 4.20, 4.23, 4.17, 4.20, 4.30]
    chart = chart_of(series("coupling_constant", values, 0.001))
    first = values[:BASELINE]
    assert chart.centre == pytest.approx(statistics.mean(first))
    assert chart.spreads == pytest.approx([np.std(first, ddof=1) * math.sqrt(1 + 1 / BASELINE)] * len(values))
    assert [(broken.rule.name, broken.at) for broken in chart.broken] == [("1_2s", 9), ("1_3s", 9)]
    assert [broken.rule.name for broken in chart.left] == ["1_3s"]
    quiet = chart_of(series("coupling_constant", values, 0.05))
    assert quiet.spreads == pytest.approx([0.05 * math.sqrt(1 + 1 / BASELINE)] * len(values)), "chance is not precision"


def test_what_came_back_is_told_but_has_not_left():
    values = [4.2, 4.2, 4.2, 4.3, 4.2, 4.2]
    chart = chart_of(series("coupling_constant", values, 0.02))
    assert [broken.at for broken in chart.broken if broken.rule.name == "1_3s"] == [3]
    assert chart.left == ()


def test_a_slow_drift_is_found_by_the_trend():
    values = [4.2 + 0.004 * k for k in range(7)]
    chart = chart_of(series("coupling_constant", values, 0.02), rules=NELSON)
    assert [broken.rule.name for broken in chart.left] == ["Nelson 3"]


def test_angles_do_not_jump_by_a_turn():
    chart = chart_of(series("signal_phase", [179.9, -179.9, 179.8], 0.1, "deg"))
    assert chart.values == pytest.approx([179.9, 180.1, 179.8])
    assert not chart.broken


def test_the_sum_of_the_curvatures_is_judged_against_zero():
    chart = chart_of(series("curvature_sum", [30.0, -20.0, 400.0], 100.0, "1/m2"))
    assert chart.z == pytest.approx([0.3, -0.2, 4.0])
    assert [broken.rule.name for broken in chart.left] == ["1_3s"]
    alone = chart_of(series("curvature_sum", [400.0], 100.0, "1/m2"))
    assert [broken.rule.name for broken in alone.left] == ["1_3s"], "zero is known before anything was observed"


def test_checks_are_judged_by_e_n_alone():
    same_side = chart_of(series("normalised_error", [0.9] * 12, 0.0, "1"))
    assert same_side.broken == (), "what two calibrants disagree by is common to all checks"
    beyond = chart_of(series("normalised_error", [0.9, -1.1], 0.0, "1"))
    assert [broken.rule.name for broken in beyond.left] == ["E_n"]


def test_noise_may_differ_by_tenths():
    near = chart_of(series("noise_density", [7.2e-9, 7.9e-9], 0.01e-9, "V/sqrt(Hz)"))
    assert near.left == ()
    far = chart_of(series("noise_density", [7.2e-9, 11e-9], 0.01e-9, "V/sqrt(Hz)"))
    assert [broken.rule.name for broken in far.left] == ["1_3s"]


def test_without_any_stated_spread_nothing_is_judged():
    chart = chart_of(series("moment_per_volt", [0.64, 0.65], 0.0, "A m2/V"))
    assert (chart.z, chart.broken) == ((), ())
    assert "no spread" in chart.basis


def test_charts_come_in_their_order_and_only_of_what_was_observed():
    observations = [*series("noise_density", [7e-9], 1e-10), *series("signal_phase", [37.0], 0.1)]
    assert [chart.charted.name for chart in charts_of(observations)] == ["signal_phase", "noise_density"]
    assert len({charted.name for charted in CHARTED}) == len(CHARTED)


def test_z_scores_of_a_steady_bench_are_those_of_chance():
    # oracle: normal scores; centre and spread are found by the chart from what is stated
    rng = np.random.default_rng(20260101)
    last = [
        chart_of(series("coupling_constant", list(4.2 + 0.01 * rng.standard_normal(6)), 0.01)).z[-1] for _ in range(400)
    ]
    assert abs(np.mean(last)) < 4 / math.sqrt(400)
    assert 0.85 < np.std(last) < 1.15
