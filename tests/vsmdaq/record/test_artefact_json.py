"""A calibration through its file and back, whole; what was edited, digest or not, is refused; files of schema 1 are read."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.record import artefact_from_json, artefact_to_json, find_artefacts, load_artefact, save_artefact
from vsmdaq.terms import Artefact, Component, Estimate, InputError

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
NUMBERS = st.floats(-1e30, 1e30)
DATES = st.datetimes().map(lambda moment: f"{moment.isoformat(timespec='seconds')}+00:00")


@st.composite
def estimates(draw) -> Estimate:
    names = draw(st.lists(TEXTS, max_size=4, unique=True))
    shapes = st.sampled_from(["normal", "rectangular", "triangular", "arcsine"])
    dofs = st.one_of(st.just(math.inf), st.floats(1.0, 1e6))
    components = tuple(
        Component(name, draw(NUMBERS), draw(st.booleans()), draw(dofs), draw(shapes), draw(TEXTS)) for name in names
    )
    return Estimate(draw(NUMBERS), draw(TEXTS), components)


ARTEFACTS = st.builds(
    Artefact,
    kind=TEXTS,
    created_utc=DATES,
    bench=TEXTS,
    conditions=st.dictionaries(TEXTS, NUMBERS, max_size=3),
    values=st.dictionaries(TEXTS, estimates(), max_size=4),
    reference=TEXTS,
    runs=st.lists(st.tuples(TEXTS, TEXTS), max_size=3).map(tuple),
    labels=st.dictionaries(TEXTS, TEXTS, max_size=3),
    expires_utc=st.one_of(st.just(""), DATES),
    flags=st.lists(TEXTS, max_size=2).map(tuple),
)


@given(ARTEFACTS)
def test_any_calibration_comes_back_as_it_was(artefact: Artefact):
    content = json.loads(json.dumps(artefact_to_json(artefact)))
    assert artefact_from_json(content, "here") == replace(artefact, digest=content["digest"])


# C and moment per volt share the amplitude: m/V = 1/(sqrt(2) pi f C a)
CALIBRATION = Artefact(
    kind="moment",
    created_utc="2026-03-01T10:00:00+00:00",
    bench="upstairs",
    conditions={"frequency_hz": 83.0, "gap_m": 0.04},
    values={
        "moment_per_volt": Estimate(
            0.64, "A m2/V", (Component("nickel", 0.003), Component("noise", 0.004, noise=True))
        ),
        "coupling_constant": Estimate(4.2, "H/m3", (Component("nickel", -0.02), Component("amplitude", 0.021))),
    },
    reference="nickel sphere, literature",
    runs=(("nickel", "ab" * 32), ("nickel-2", "cd" * 32)),
    labels={"coil_set": "mallinson 2"},
    expires_utc="2026-09-01T10:00:00+00:00",
    flags=("a word",),
)


def test_the_file_states_the_covariance_of_its_values(tmp_path: Path):
    content = json.loads(save_artefact(tmp_path, CALIBRATION).read_text("utf-8"))
    assert content["covariance"]["names"] == ["moment_per_volt", "coupling_constant"]
    # u² = 0.003² + 0.004², 0.02² + 0.021²; covariance 0.003 x -0.02: nickel is in both
    np.testing.assert_allclose(content["covariance"]["matrix"], [[2.5e-5, -6e-5], [-6e-5, 8.41e-4]], rtol=1e-12)
    assert content["runs"] == [
        {"run_id": "nickel", "raw_sha256": "ab" * 32},
        {"run_id": "nickel-2", "raw_sha256": "cd" * 32},
    ]
    assert (CALIBRATION.run_id, CALIBRATION.raw_sha256) == ("nickel", "ab" * 32)


def sealed(content: dict[str, object]) -> dict[str, object]:
    """With the digest of what it says now: as somebody would who knows how."""
    body = {key: value for key, value in content.items() if key != "digest"}
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return body | {"digest": hashlib.sha256(text.encode()).hexdigest()}


EDITS = {
    "variance": (("covariance", "matrix", 0, 0), 2.4e-5, "covariance of moment_per_volt and moment_per_volt"),
    "covariance": (("covariance", "matrix", 0, 1), 0.0, "covariance of moment_per_volt and coupling_constant"),
    "names": (("covariance", "names", 0), "m", "covariance names"),
    "shape": (("covariance", "matrix", 0), [1.0], "covariance matrix"),
    "text": (("covariance", "matrix", 0, 0), "2.5e-5", "covariance matrix"),
    "nothing": (("covariance",), None, "covariance names"),
    "contribution": (("values", "moment_per_volt", "components", 0, "contribution"), 0.001, "content"),
    "u": (("values", "moment_per_volt", "u"), 0.001, "content"),
    "distribution": (("values", "moment_per_volt", "components", 0, "distribution"), "gaussian", "content"),
    "unit": (("values", "moment_per_volt", "unit"), 1, "content"),
    "run": (("runs", 0, "run_id"), 7, "content"),
    "runs": (("runs",), {"run_id": "nickel"}, "content"),
    "date": (("created_utc",), "yesterday", "content"),
    "expiry": (("expires_utc",), "never", "content"),
    "label": (("labels", "coil_set"), 2, "content"),
    "condition": (("conditions", "gap_m"), "40 mm", "content"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_refused_with_its_place_even_under_a_new_digest(edit: str):
    place, value, where = EDITS[edit]
    content = json.loads(json.dumps(artefact_to_json(CALIBRATION)))
    inner = content
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value
    with pytest.raises(InputError, match="edited by hand or damaged") as error:
        artefact_from_json(content, "here")
    assert error.value.problems[0].where == "digest"
    with pytest.raises(InputError) as error:
        artefact_from_json(sealed(content), "here")
    assert [problem.where for problem in error.value.problems] == [where]


def test_rounding_of_another_writer_is_no_edit():
    content = json.loads(json.dumps(artefact_to_json(CALIBRATION)))
    content["covariance"]["matrix"][0][1] *= 1 + 1e-12
    assert artefact_from_json(sealed(content), "here").values == CALIBRATION.values


# as version 0.1.0 wrote it, before schema 2
SCHEMA_1 = {
    "schema": 1,
    "kind": "phase",
    "created_utc": "2026-01-01T00:01:35+00:00",
    "bench": "reference (simulated: reference.toml)",
    "conditions": {"frequency_hz": 83.0},
    "values": {
        "signal_phase": {
            "value": 37.0,
            "unit": "deg",
            "u": 0.25,
            "components": [{"input": "noise:phase", "contribution": 0.25, "noise": True, "dof": None}],
        }
    },
    "reference": "",
    "run_id": "phase",
    "raw_sha256": "ab" * 32,
}


def test_a_file_of_schema_1_is_read_with_what_it_has():
    read = artefact_from_json(sealed(SCHEMA_1), "here")
    assert read.runs == (("phase", "ab" * 32),)
    assert read.values["signal_phase"] == Estimate(37.0, "deg", (Component("noise:phase", 0.25, noise=True),))
    assert (read.labels, read.expires_utc, read.flags) == ({}, "", ())
    # run.json repeats it as schema 2: equal calibrations have equal digests
    again = artefact_from_json(json.loads(json.dumps(artefact_to_json(read))), "run.json")
    assert again == read


def test_an_edited_file_of_schema_1_is_refused():
    content = sealed(SCHEMA_1) | {"run_id": "phase-2"}
    with pytest.raises(InputError, match=r"digest: given .* edited by hand or damaged"):
        artefact_from_json(content, "here")


@pytest.mark.parametrize("schema", [0, 3, "2", None])
def test_a_schema_that_this_version_does_not_know(schema: object):
    with pytest.raises(InputError, match="allowed: 1 or 2"):
        artefact_from_json(sealed(SCHEMA_1 | {"schema": schema}), "here")


def test_text_that_is_no_unicode_is_no_calibration():
    content = json.loads(json.dumps(artefact_to_json(CALIBRATION)).replace("a word", "\\ud800"))
    with pytest.raises(InputError, match="UnicodeEncodeError"):
        artefact_from_json(content, "here")


def test_a_file_that_was_renamed_to_another_kind_is_refused(tmp_path: Path):
    path = save_artefact(tmp_path, CALIBRATION)
    path.rename(tmp_path / "2026-03-01-phase.json")
    with pytest.raises(InputError, match="kind: given 'moment'; allowed: 'phase', as the name of the file says"):
        find_artefacts([tmp_path], "phase")
    assert load_artefact(tmp_path / "2026-03-01-phase.json").kind == "moment"


def test_the_day_is_that_of_the_content_not_of_the_name(tmp_path: Path):
    save_artefact(tmp_path, CALIBRATION)
    path = save_artefact(tmp_path, replace(CALIBRATION, created_utc="2025-03-01T10:00:00+00:00", reference="older"))
    path.rename(tmp_path / "2027-03-01-moment.json")
    assert [one.reference for _, one in find_artefacts([tmp_path], "moment")] == ["older", CALIBRATION.reference]


def test_a_long_table_makes_a_file_as_long_as_the_table():
    """Two values a field; the covariance of 4000 of them would have 16 million elements. It follows from the components."""
    line = {name: Estimate(0.0, "V", (Component(f"noise:{name}", 1e-9, noise=True),)) for name in ("x0", "x1")}
    table = {f"bg.{k}.x": Estimate(1.0, "V", (Component(f"noise:{k}", 1e-9, noise=True),)) for k in range(4000)}
    long = replace(CALIBRATION, values=line | table)
    content = artefact_to_json(long)
    assert content["covariance"] == {"names": ["x0", "x1"], "matrix": [[1e-18, 0.0], [0.0, 1e-18]]}
    assert len(json.dumps(content)) < 300 * 4002
    assert artefact_from_json(json.loads(json.dumps(content)), "here").values == long.values
