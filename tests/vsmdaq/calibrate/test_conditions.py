"""Which condition matters to which calibration, and what is said where it differs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.calibrate import MATTERS, altered_raw, expiry, misfits
from vsmdaq.calibrate.artefacts import bench_conditions, bench_labels
from vsmdaq.formats.inputs import BenchSpec, parse_bench
from vsmdaq.formats.inputs.bench_calibration import CoilSpec, PolesSpec, ValiditySpec
from vsmdaq.terms import Artefact, Quantity
from vsmdaq_configs import starter_set

STARTER = Path(str(starter_set()))
MADE = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture(scope="module")
def bench() -> BenchSpec:
    path = STARTER / "benches" / "simulated.toml"
    spec = parse_bench(path.read_text("utf-8"), path)
    return replace(
        spec,
        coils=CoilSpec("mallinson 2"),
        poles=PolesSpec(Quantity(40e-3, 0.05e-3, "m"), "flat 50 mm"),
        validity=ValiditySpec("refuse", 30 * 86400.0),
    )


def made_on(bench: BenchSpec, kind: str) -> Artefact:
    return Artefact(
        kind=kind,
        created_utc=MADE.isoformat(),
        bench=bench.name,
        conditions={"frequency_hz": 83.0, "amplitude_m": 1e-3, **bench_conditions(bench)},
        values={},
        reference="",
        runs=(),
        labels=bench_labels(bench),
        expires_utc=expiry(bench, MADE),
    )


CHANGES = {
    "frequency_hz": lambda b: replace(b, vibration=replace(b.vibration, frequency_hz=Quantity(40.0, 0.0, "Hz"))),
    "amplitude_m": lambda b: replace(b, vibration=replace(b.vibration, amplitude_m=Quantity(2e-3, 1e-6, "m"))),
    "coil_set": lambda b: replace(b, coils=CoilSpec("mallinson 3")),
    "pole_caps": lambda b: replace(b, poles=replace(b.poles, caps="tapered")),
    "gap_m": lambda b: replace(b, poles=replace(b.poles, gap=Quantity(35e-3, 0.05e-3, "m"))),
}


@pytest.mark.parametrize(
    ("kind", "condition"),
    [(kind, condition) for kind in (*MATTERS, "of another version") for condition in CHANGES],
)
def test_a_condition_is_named_where_it_matters_and_nowhere_else(bench: BenchSpec, kind: str, condition: str):
    artefact = made_on(bench, kind)
    assert misfits(artefact, bench, now=MADE) == ()
    found = misfits(artefact, CHANGES[condition](bench), now=MADE, remedy="Do it again.")
    if condition not in MATTERS.get(kind, CHANGES):
        assert found == ()
        return
    (problem,) = found
    assert problem.where == condition
    assert "as in the bench file" in problem.allowed
    assert problem.advice.endswith("Do it again.")


def test_what_the_issue_asks_of_the_table():
    # issue 5: a calibration holds for "bench, coil set, gap, pole caps, frequency, amplitude"; phase knows no poles
    assert set(MATTERS["moment"]) == set(CHANGES)
    assert set(MATTERS["phase"]) == {"frequency_hz", "coil_set"}
    assert all(reason.endswith(".") for reasons in MATTERS.values() for reason in reasons.values())


def test_the_documents_have_the_same_table():
    page = (Path(__file__).resolve().parents[3] / "docs" / "calibration.md").read_text("utf-8")
    head = "| kind | frequency | amplitude | coil set | pole caps | gap |"
    rows = page[page.index(head) :].split("\n\n")[0].splitlines()[2:]
    found: dict[str, set[str]] = {}
    for row in rows:
        kinds, *marks = (cell.strip() for cell in row.strip("|").split("|"))
        for kind in kinds.replace("`", "").split(","):
            found[kind.strip()] = {name for name, mark in zip(CHANGES, marks, strict=True) if mark}
    assert found.pop("any other") == set(CHANGES)
    assert found == {kind: set(reasons) for kind, reasons in MATTERS.items()}


@pytest.mark.parametrize(
    ("then", "now", "fits"),
    [
        # k = 2 of both: 2 sqrt(0.05² + 0.05²) = 0.1414 mm
        (Quantity(40e-3, 0.05e-3), Quantity(40.14e-3, 0.05e-3), True),
        (Quantity(40e-3, 0.05e-3), Quantity(40.15e-3, 0.05e-3), False),
        (Quantity(40e-3, 0.05e-3), Quantity(39.86e-3, 0.05e-3), True),
        (Quantity(40e-3, 0.05e-3), Quantity(39.85e-3, 0.05e-3), False),
        # nothing stated of either: 0.1 % of 40 mm is 0.04 mm
        (Quantity(40e-3), Quantity(40.039e-3), True),
        (Quantity(40e-3), Quantity(40.05e-3), False),
        (None, Quantity(40e-3), False),
        (Quantity(40e-3), None, False),
        (None, None, True),
    ],
)
def test_gaps_are_compared_within_what_is_stated_of_both(
    bench: BenchSpec, then: Quantity | None, now: Quantity | None, fits: bool
):
    before, after = (replace(bench, poles=PolesSpec(gap, "flat 50 mm")) for gap in (then, now))
    found = misfits(made_on(before, "moment"), after)
    assert [problem.where for problem in found] == ([] if fits else ["gap_m"])


def test_names_that_only_one_side_states_are_no_match(bench: BenchSpec):
    nameless = replace(bench, coils=CoilSpec())
    (then,) = misfits(made_on(nameless, "phase"), bench)
    assert (then.given, then.allowed) == ("not stated when it was made", "'mallinson 2' as in the bench file")
    (now,) = misfits(made_on(bench, "phase"), nameless)
    assert (now.given, now.allowed) == ("'mallinson 2'", "nothing stated as in the bench file")


def test_a_calibration_expires_at_its_own_date_or_that_of_the_bench_file_now(bench: BenchSpec):
    artefact = made_on(bench, "moment")
    assert artefact.expires == MADE + timedelta(days=30)
    assert misfits(artefact, bench, now=MADE + timedelta(days=30, seconds=-1)) == ()
    (old,) = misfits(artefact, bench, now=MADE + timedelta(days=30))
    assert old.where == "age"
    assert "expired 2026-03-31 10:00:00 UTC" in old.given
    stricter = replace(bench, validity=ValiditySpec("refuse", 86400.0))
    assert [p.where for p in misfits(artefact, stricter, now=MADE + timedelta(days=2))] == ["age"]
    # a bench file that allows any age now does not bring back what expired
    lax = replace(bench, validity=ValiditySpec())
    assert [p.where for p in misfits(artefact, lax, now=MADE + timedelta(days=31))] == ["age"]
    forever = replace(artefact, expires_utc="")
    assert misfits(forever, lax, now=MADE + timedelta(days=30000)) == ()
    assert misfits(artefact, bench) == (), "without a clock no age is looked at"


@given(days=st.floats(1e-4, 1e9))
def test_any_age_may_be_allowed(bench: BenchSpec, days: float):
    spec = replace(bench, validity=ValiditySpec("refuse", days * 86400.0))
    text = expiry(spec, MADE)
    try:
        expected = MADE + timedelta(days=days)
    except OverflowError:
        assert text == ""
    else:
        assert abs(datetime.fromisoformat(text) - expected) <= timedelta(seconds=1)


def test_everything_that_differs_is_named_at_once(bench: BenchSpec):
    other = bench
    for change in CHANGES.values():
        other = change(other)
    other = replace(other, name="upstairs")
    found = misfits(made_on(bench, "moment"), other, now=MADE + timedelta(days=31))
    assert [problem.where for problem in found] == ["bench", *MATTERS["moment"], "age"]


@pytest.fixture
def run_of(tmp_path: Path):
    """Makes a folder that looks like a run, and returns the SHA-256 of its raw data as sha256sum gives it."""

    def make(name: str, ended: datetime, text: str = "# raw\n1,2\n") -> str:
        import hashlib

        folder = tmp_path / name
        folder.mkdir(parents=True)
        (folder / "raw.csv").write_text(text, "utf-8", newline="")
        event = f'{{"time_s": 1.0, "utc": "{ended.isoformat()}", "kind": "end"}}\n'
        (folder / "events.jsonl").write_text(event, "utf-8", newline="")
        return hashlib.sha256(text.encode()).hexdigest()

    return make


def test_raw_data_that_changed_are_seen(bench: BenchSpec, tmp_path: Path, run_of):
    digest = run_of("nickel", MADE)
    artefact = replace(made_on(bench, "moment"), runs=(("nickel", digest),))
    assert altered_raw(artefact, [tmp_path]) == ()
    assert altered_raw(artefact, [tmp_path / "elsewhere"]) == (), "what is not found is not looked at"
    raw = tmp_path / "nickel" / "raw.csv"
    raw.write_text(raw.read_text("utf-8").replace("1,2", "1,3"), "utf-8", newline="")
    (problem,) = altered_raw(artefact, [tmp_path, tmp_path], "Again.")
    assert problem.where == "raw data"
    assert str(tmp_path / "nickel") in problem.given
    assert problem.advice == "Again."


def test_another_run_of_the_same_name_is_not_mistaken_for_it(bench: BenchSpec, tmp_path: Path, run_of):
    run_of("nickel", MADE + timedelta(hours=1), "# another\n")
    artefact = replace(made_on(bench, "moment"), runs=(("nickel", "0" * 64),))
    assert altered_raw(artefact, [tmp_path]) == ()


def test_each_run_of_a_joint_calibration_is_looked_at(bench: BenchSpec, tmp_path: Path, run_of):
    first, second = run_of("nickel", MADE - timedelta(hours=2)), run_of("palladium", MADE, "# pd\n")
    artefact = replace(made_on(bench, "moment"), runs=(("nickel", first), ("palladium", second)))
    assert altered_raw(artefact, [tmp_path]) == ()
    (tmp_path / "palladium" / "raw.csv").write_text("# pt\n", "utf-8")
    assert [p.given.split(",")[0] for p in altered_raw(artefact, [tmp_path])] == [str(tmp_path / "palladium")]
