"""What holds, what is stale, damaged, missing or drifted, and the order in which it is put right."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from vsmdaq.calibrate.charts import Observation
from vsmdaq.calibrate.status import CalibrationStatus, Wanted, calibration_status
from vsmdaq.formats.inputs import parse_bench
from vsmdaq.formats.inputs.bench_calibration import CoilSpec, ValiditySpec
from vsmdaq.terms import Artefact, Component, Estimate, InputError, Problem
from vsmdaq_configs import starter_set

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
WANTED = Wanted(
    # as listed, background comes before what it uses; image and moment use each other in turn
    remedies={"background": "background.toml", "moment": "nickel.toml", "image": "image.toml", "phase": "phase.toml"},
    uses={
        "background": ("phase", "moment"),
        "nickel": ("phase", "image"),
        "image": ("phase", "background"),
        "loop": ("phase", "moment"),
    },
    required={"moment"},
)


@pytest.fixture(scope="module")
def bench():
    path = Path(str(starter_set())) / "benches" / "simulated.toml"
    return replace(
        parse_bench(path.read_text("utf-8"), path), coils=CoilSpec("a"), validity=ValiditySpec("refuse", 100 * 86400.0)
    )


def made(bench, kind: str, days_ago: float = 1.0) -> tuple[Path, Artefact]:
    created = NOW - timedelta(days=days_ago)
    artefact = Artefact(
        kind=kind,
        created_utc=created.isoformat(),
        bench=bench.name,
        conditions={"frequency_hz": 83.0, "amplitude_m": 1e-3},
        values={},
        reference="",
        runs=((kind, "0" * 64),),
        labels={"coil_set": bench.coils.name},
        expires_utc=(created + timedelta(days=100)).isoformat(),
    )
    return Path(f"{created:%Y-%m-%d}-{kind}.json"), artefact


def everything(bench) -> list[tuple[Path, Artefact]]:
    return [made(bench, kind) for kind in ("phase", "moment", "background", "image")]


def observed(name: str, *values: float, days_ago: float = 0.0) -> list[Observation]:
    return [
        Observation(
            NOW - timedelta(days=days_ago + len(values) - k),
            name,
            Estimate(value, "1", (Component("noise:x", 0.1, noise=True),)),
            f"{name}-{k}",
        )
        for k, value in enumerate(values)
    ]


CHECKED = observed("normalised_error", 0.2, days_ago=-0.5)


def judged(bench, found, *, damaged=(), observations=CHECKED, now=NOW, runs=()) -> CalibrationStatus:
    return calibration_status(bench, found, damaged, observations, WANTED, now=now, runs=runs)


def states(status: CalibrationStatus) -> dict[str, str]:
    return {one.kind: one.state for one in status.standings}


def test_a_bench_that_is_all_right_needs_nothing(bench):
    status = judged(bench, everything(bench))
    assert set(states(status).values()) == {"valid"}
    assert (status.good, status.steps) == (True, ())
    assert status.standings[0].reasons == ("until 2026-09-08 12:00 UTC",)


def test_a_new_bench_is_told_what_to_do_in_the_order_in_which_it_is_used(bench):
    status = judged(bench, [], observations=())
    assert states(status) == {"phase": "none", "moment": "missing", "background": "none", "image": "none"}
    assert not status.good
    # phase before nickel, nickel before background, background before image
    assert [step.procedure for step in status.steps] == ["phase.toml", "nickel.toml", "background.toml", "image.toml"]


def test_what_expired_or_was_made_otherwise_is_stale_with_all_reasons(bench):
    found = [made(bench, "phase"), made(bench, "moment", 101.0), made(bench, "background")]
    status = judged(replace(bench, coils=CoilSpec("b")), found)
    assert states(status) == {"phase": "stale", "moment": "stale", "background": "stale", "image": "none"}
    (moment,) = (one for one in status.standings if one.kind == "moment")
    assert [reason.split(":")[0] for reason in moment.reasons] == ["coil_set", "age"]
    assert not status.good
    assert [step.procedure for step in status.steps][:3] == ["phase.toml", "nickel.toml", "background.toml"]
    unknown = judged(bench, [made(bench, "moment", 101.0)], now=None)
    assert states(unknown)["moment"] == "valid", "without a clock no age is looked at"


def test_what_will_expire_is_announced(bench):
    # a tenth of 100 days
    status = judged(bench, [*everything(bench), made(bench, "moment", 95.0)])
    (moment,) = (one for one in status.standings if one.kind == "moment")
    assert (moment.state, moment.reasons) == ("soon", ("expires in 5 d",))
    assert status.good
    assert status.steps[0].why == "moment is about to expire"
    assert states(judged(bench, [*everything(bench), made(bench, "moment", 89.0)]))["moment"] == "valid"


def test_a_damaged_file_is_put_aside_first(bench):
    error = InputError("calibrations/2026-05-31-moment-2.json", (Problem("digest", "'x'", "'y'", "It was edited."),))
    status = judged(bench, everything(bench), damaged=[error])
    assert states(status)["moment"] == "damaged"
    assert [step.procedure for step in status.steps] == ["", "nickel.toml"]
    assert "2026-05-31-moment-2.json" in status.steps[0].why
    assert not status.good


def test_what_has_left_its_course_is_to_be_repeated(bench):
    drifted = observed("coupling_constant", 4.2, 4.2, 4.2, 4.9)
    status = judged(bench, everything(bench), observations=[*drifted, *CHECKED])
    assert set(states(status).values()) == {"valid"}
    assert not status.good
    (step,) = status.steps
    assert step.procedure == "nickel.toml"
    assert "coupling constant C has left its course (1_3s)" in step.why


def test_a_check_that_is_missing_old_or_disagrees_is_asked_for(bench):
    assert [s.procedure for s in judged(bench, everything(bench), observations=()).steps] == ["palladium.toml"]
    old = judged(bench, everything(bench), observations=observed("normalised_error", 0.2, days_ago=3.0))
    assert "since it was calibrated" in old.steps[0].why
    assert old.good, "it holds, although nobody has looked"
    wrong = judged(bench, everything(bench), observations=observed("normalised_error", 0.2, -1.7, days_ago=-1.5))
    assert "E_n = -1.7" in wrong.steps[0].why
    assert not wrong.good


def test_noise_has_no_procedure_but_a_hint(bench):
    loud = observed("noise_density", 7.0, 7.0, 7.0, 12.0)
    status = judged(bench, everything(bench), observations=[*CHECKED, *loud])
    assert [step.procedure for step in status.steps] == [""]
    assert "cables" in status.steps[0].why


def test_raw_data_that_changed_make_it_stale(bench, tmp_path: Path):
    folder = tmp_path / "moment"
    folder.mkdir()
    (folder / "raw.csv").write_text("# something else\n", "utf-8")
    ended = made(bench, "moment")[1].created_utc
    (folder / "events.jsonl").write_text(f'{{"time_s": 1.0, "utc": "{ended}", "kind": "end"}}\n', "utf-8")
    status = judged(bench, everything(bench), runs=[tmp_path])
    assert states(status)["moment"] == "stale"
