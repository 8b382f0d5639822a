"""Calibrations: dated names, digest over the content, the youngest found."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.record import (
    artefact_digest,
    artefact_to_json,
    find_artefacts,
    latest_artefact,
    load_artefact,
    save_artefact,
)
from vsmdaq.record.jsontext import canonical_json
from vsmdaq.terms import Artefact, Component, Estimate, InputError


def artefact(**changes: object) -> Artefact:
    coupling = Estimate(4.235, "H/m3", (Component("reference", 0.02), Component("noise", 0.001, noise=True, dof=9.0)))
    values: dict[str, object] = {
        "kind": "moment",
        "created_utc": "2026-03-01T10:00:00+00:00",
        "bench": "reference",
        "conditions": {"frequency_hz": 83.0, "amplitude_m": 1e-3},
        "values": {"coupling_constant": coupling},
        "reference": "nickel sphere, certificate, lot 7",
        "runs": (("nickel", "ab" * 32),),
    }
    return Artefact(**(values | changes))


def test_file_is_named_by_date_and_kind_and_comes_back(tmp_path):
    first = save_artefact(tmp_path / "calibrations", artefact())
    second = save_artefact(tmp_path / "calibrations", artefact())
    assert [first.name, second.name] == ["2026-03-01-moment.json", "2026-03-01-moment-2.json"]
    read = load_artefact(first)
    assert read == dataclasses.replace(artefact(), digest=read.digest)
    assert math.isinf(read.values["coupling_constant"].components[0].dof)


def test_digest_is_sha256_of_the_canonical_json_without_it(tmp_path):
    content = json.loads(save_artefact(tmp_path, artefact()).read_text())
    digest = content.pop("digest")
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert digest == hashlib.sha256(text.encode()).hexdigest() == artefact_digest(artefact())


def test_canonical_json_of_a_known_object():
    # RFC 8785 (JSON canonicalization), for an object without exponents: sorted keys, no spaces, UTF-8
    assert canonical_json({"b": [1, True, None], "a": {"µ": "x"}}) == '{"a":{"µ":"x"},"b":[1,true,null]}'.encode()


@given(
    value=st.floats(allow_nan=False, allow_infinity=False),
    condition=st.floats(allow_nan=False, allow_infinity=False),
    text=st.text(st.characters(exclude_categories=("Cs",))),
)
def test_digest_survives_the_way_through_text(value, condition, text):
    one = artefact(conditions={"t": condition}, values={"c": Estimate(value)}, reference=text)
    content = json.loads(json.dumps(artefact_to_json(one)))
    digest = content.pop("digest")
    assert hashlib.sha256(canonical_json(content)).hexdigest() == digest


@pytest.mark.parametrize(("old", "new"), [("4.235", "4.236"), ("lot 7", "lot 8"), ('"noise": true', '"noise": false')])
def test_an_edited_file_is_recognised(tmp_path, old, new):
    path = save_artefact(tmp_path, artefact())
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match="edited by hand or damaged"):
        load_artefact(path)
    with pytest.raises(InputError, match="edited by hand or damaged"):
        latest_artefact([tmp_path], "moment")


def test_files_that_are_no_calibration(tmp_path):
    (tmp_path / "a.json").write_text("[1]")
    with pytest.raises(InputError, match="JSON object is wanted"):
        load_artefact(tmp_path / "a.json")
    (tmp_path / "b.json").write_text('{"schema": 1, "x": NaN}')
    with pytest.raises(InputError, match="no JSON number"):
        load_artefact(tmp_path / "b.json")
    with pytest.raises(InputError, match="No such file"):
        load_artefact(tmp_path / "c.json")
    digest = hashlib.sha256(canonical_json({"schema": 1})).hexdigest()
    (tmp_path / "d.json").write_text(json.dumps({"schema": 1, "digest": digest}))
    with pytest.raises(InputError, match="KeyError"):
        load_artefact(tmp_path / "d.json")


def test_the_youngest_of_its_kind_is_found_over_folders(tmp_path):
    old, new = tmp_path / "old", tmp_path / "new"
    save_artefact(old, artefact(runs=(("first", ""),)))
    # the clock of a simulated bench begins anew with each start: on one day the order of writing counts
    save_artefact(old, artefact(runs=(("second", ""),), created_utc="2026-03-01T09:00:00Z"))
    save_artefact(new, artefact(runs=(("next day", ""),), created_utc="2026-03-02T01:30:00+01:00"))  # 00:30 UTC
    save_artefact(old, artefact(kind="gouy-blank", created_utc="2027-01-01T00:00:00Z"))
    found = find_artefacts([new, old, tmp_path / "none"], "moment")
    assert [one.run_id for _, one in found] == ["first", "second", "next day"]
    latest = latest_artefact([new, old], "moment")
    assert latest is not None
    assert latest.run_id == "next day"
    assert latest_artefact([old, new], "phase") is None
    assert latest_artefact([old], "blank") is None


def test_of_two_in_the_same_second_the_later_file_counts(tmp_path):
    for number in range(12):
        save_artefact(tmp_path, artefact(runs=((f"run-{number}", ""),)))
    latest = latest_artefact([tmp_path], "moment")
    assert latest is not None
    assert latest.run_id == "run-11"


def test_infinite_values_are_refused(tmp_path):
    with pytest.raises(ValueError, match="JSON compliant"):
        save_artefact(tmp_path, artefact(values={"c": Estimate(math.inf)}))
    assert list(tmp_path.iterdir()) == []
