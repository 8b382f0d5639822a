"""The harmonic that a lock-in detects is set back, however a run ends, and never taken over by the next."""

from dataclasses import replace

import pytest

from vsmdaq.campaigns import Interrupted
from vsmdaq.campaigns.run import run_job


def test_the_fundamental_is_back_after_the_run(place_of, job_of):
    with place_of() as place:
        outcome = run_job(place.session, job_of("third-harmonic"))
        assert place.bench.lockin.harmonic == 1
    points = outcome.reduced.run.moment_points
    assert [p.setting for p in points] == [1.0, 3.0, 3.0, 1.0] * 2
    # what is detected at three times the frequency is four hundred times smaller
    assert abs(points[1].x_v_rms) < 0.01 * abs(points[0].x_v_rms)


def test_the_fundamental_is_back_after_an_interruption(place_of, job_of):
    with place_of() as place:
        seen = []

        def stop(_progress):
            seen.append(place.bench.lockin.harmonic)
            if len(seen) == 2:
                raise Interrupted("a test", 130)

        with pytest.raises(Interrupted):
            run_job(replace(place.session, progress=stop), job_of("third-harmonic"))
        assert seen == [1, 3]
        assert place.bench.lockin.harmonic == 1


def test_a_harmonic_that_was_left_is_not_measured_with(place_of, job_of):
    with place_of() as place:
        place.bench.lockin.harmonic = 3  # as after a run that could not set it back
        outcome = run_job(place.session, job_of("phase"))
        assert place.bench.lockin.harmonic == 1
    assert outcome.reduced.reduction.quantities["signal_phase"].estimate.value == pytest.approx(37.0, abs=0.01)
