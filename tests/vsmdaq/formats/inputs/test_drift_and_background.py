"""[drift] and [background] of a procedure: what they say, and what is refused."""

from pathlib import Path

import pytest

from vsmdaq.campaigns.plans import plan_of
from vsmdaq.formats.inputs import parse_procedure
from vsmdaq.formats.inputs.drift_table import DriftSpec
from vsmdaq.terms import InputError
from vsmdaq_configs import starter_set

PROCEDURES = Path(str(starter_set())) / "procedures"


def parsed(kind, more=""):
    return parse_procedure((PROCEDURES / f"{kind}.toml").read_text("utf-8") + more, Path(f"{kind}.toml"))


def test_nothing_said_is_the_default():
    assert parsed("loop").drift == DriftSpec(None, 0.0)
    assert parsed("background").details is None


def test_drift_is_read():
    assert parsed("loop", '[drift]\ngain = "since-calibration"\ngain_walk = "0.02 %"\n').drift == DriftSpec(
        "since-calibration", pytest.approx(2e-4)
    )


@pytest.mark.parametrize(
    ("kind", "more", "named"),
    [
        ("loop", '[drift]\ngain = "yes"\n', "drift.gain"),
        ("loop", '[drift]\ngain_walk = "1 K"\n', "drift.gain_walk"),
        ("forc", '[drift]\ngain = "off"\n', "drift.gain"),
        ("nickel", '[drift]\ngain_walk = "1 %"\n', "drift.gain_walk"),
        ("loop", '[background]\ntemperatures = ["290 K", "300 K"]\n', "background"),
        ("background", '[background]\ntemperatures = ["290 K"]\n', "background.temperatures"),
        ("background", '[background]\ntemperatures = ["290 K", "290 K"]\n', "each temperature once"),
        ("background", '[background]\ndwell = "10 s"\n', '"temperatures" beside'),
        (
            "background",
            '[background]\ntemperatures = ["290 K", "300 K"]\nway = "operator"\nrate = "1 K/min"\n',
            "without rate",
        ),
        ("background", '[background]\ntemperatures = ["290 K", "300 K"]\ntimeout = "10 s"\n', "longer than"),
    ],
)
def test_mistakes_are_named(kind, more, named):
    with pytest.raises(InputError) as caught:
        parsed(kind, more)
    assert named in str(caught.value)


def test_the_fields_are_measured_at_each_temperature():
    alone = plan_of(parsed("background"))
    plan = plan_of(parsed("background", '[background]\ntemperatures = ["290 K", "320 K"]\n'))
    assert plan.fields_a_per_m == alone.fields_a_per_m * 2
    turned = [(k, step.setting, step.via_a_per_m) for k, step in enumerate(plan.steps) if step.knob]
    assert turned == [(0, 290.0, ()), (len(alone.steps), 320.0, alone.approach_a_per_m)]
    count = 1 + max(alone.segments)
    assert plan.segments == (*alone.segments, *(number + count for number in alone.segments))
