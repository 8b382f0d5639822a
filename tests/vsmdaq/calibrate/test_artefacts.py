"""A reduction becomes a dated artefact that names its run, its bench and the hash of its raw data."""

import hashlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from vsmdaq.calibrate import artefact_of
from vsmdaq.formats.inputs import parse_bench, parse_procedure
from vsmdaq.reduce import Reduction, RunData
from vsmdaq.terms import Component, Estimate
from vsmdaq_configs import starter_set

MOMENT = Estimate(0.64, "A m2/V", (Component("nickel-sphere.reference.value", 0.0018),))


@pytest.fixture
def run():
    starter = Path(str(starter_set()))
    return RunData(
        run_id="nickel-2",
        bench=parse_bench((starter / "benches" / "simulated.toml").read_text("utf-8"), Path("bench.toml")),
        procedure=parse_procedure((starter / "procedures" / "nickel.toml").read_text("utf-8"), Path("nickel.toml")),
    )


def test_what_a_calibration_leaves(run, tmp_path):
    raw = tmp_path / "raw.csv"
    raw.write_bytes(b"# what was measured\n1,2\r\n")
    reduction = Reduction(
        quantities={},
        table={},
        artefact_kind="moment",
        artefact_values={"moment_per_volt": MOMENT},
        conditions={"frequency_hz": 83.0},
        reference="nickel-sphere: literature",
    )
    made = artefact_of(run, reduction, created_utc=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), raw=raw)
    assert made is not None
    assert (made.kind, made.bench, made.run_id) == ("moment", run.bench.name, "nickel-2")
    assert made.created_utc == "2026-01-02T03:04:05+00:00"
    assert made.raw_sha256 == hashlib.sha256(b"# what was measured\n1,2\r\n").hexdigest()
    assert made.values == {"moment_per_volt": MOMENT}
    assert made.conditions == {"frequency_hz": 83.0}
    assert made.reference == "nickel-sphere: literature"
    assert made.digest == ""  # it gets one when it is written


def test_what_is_no_calibration_leaves_nothing(run, tmp_path):
    nothing = tmp_path / "not there.csv"
    assert artefact_of(run, Reduction({}, {}), created_utc=datetime(2026, 1, 2, tzinfo=UTC), raw=nothing) is None
