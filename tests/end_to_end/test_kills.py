"""A small sample of benchmarks/kill_campaign.py: runs killed at random instants on served worlds that live through it."""

import signal
import sys
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals and pseudo-terminals")

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def campaign(tmp_path_factory):
    """Six kills or a few more, always drawn alike."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import kill_campaign

        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGHUP)}
        made = kill_campaign.campaign(tmp_path_factory.mktemp("kills"), 6, 2, told=False)
        for number, handler in handlers.items():
            signal.signal(number, handler)
        return made
    finally:
        sys.path.remove(str(BENCHMARKS))


def test_nothing_is_lost_wrong_or_unsafe(campaign):
    from kills.tables import failures

    trials, _ = campaign
    assert failures(trials) == []
    kills = [kill for trial in trials for kill in trial.kills]
    assert len(kills) >= 6
    assert {"SIGKILL", "SIGTERM"} <= {kill.signal for kill in kills}
    assert sum(kill.announced for kill in kills) > 0, "some had announced points"


def test_killed_runs_are_resumed_to_the_points_of_the_uninterrupted_one(campaign):
    trials, references = campaign
    became = Counter(trial.resumed for trial in trials)
    assert became["equal"] >= 2
    assert set(became) <= {"equal", "through", "refused"}
    noisy, still = references
    assert still.exact
    assert not noisy.exact
    assert len({point.x_v_rms for point in still.points}) == 16, "they are not equal because they are all the same"
