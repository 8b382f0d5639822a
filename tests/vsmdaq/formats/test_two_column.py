"""Oracles: a round trip gives back every bit; units by their definitions."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.formats import MeasuredLoop, parse_any, read_any, two_column
from vsmdaq.terms import InputError

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
finite = st.floats(allow_nan=False, allow_infinity=False)


@given(
    points=st.lists(st.tuples(finite, finite), min_size=1, max_size=30),
    metadata=st.dictionaries(st.text(), st.text(), max_size=5),
)
def test_written_loop_is_read_back_to_the_last_bit(points, metadata):
    h, m = (np.array(column) for column in zip(*points, strict=True))
    text = two_column.format_text(MeasuredLoop(h, m, metadata))
    back = parse_any(text)
    assert back.field_a_per_m.tobytes() == h.tobytes()
    assert back.moment_a_m2.tobytes() == m.tobytes()
    assert dict(back.metadata) == metadata
    assert text.isascii()


def test_file_is_written_once_and_read_back(tmp_path):
    loop = MeasuredLoop(np.array([1.5, -2.0]), np.array([1e-6, -1e-6]), {"a": "b"})
    path = tmp_path / "loop.txt"
    two_column.write(loop, path)
    back = read_any(path)
    assert back.field_a_per_m.tolist() == [1.5, -2.0]
    assert back.source == str(path)
    with pytest.raises(InputError, match="new file"):
        two_column.write(loop, path)


@pytest.mark.parametrize("between", [" ", "\t", ",", ", ", ";", " \t ", " , "])
def test_separators(between):
    loop = two_column.parse(f" 1{between}2 \r\n\r\n3{between}4", field_unit="A/m", moment_unit="A m2")
    assert loop.field_a_per_m.tolist() == [1, 3]
    assert loop.moment_a_m2.tolist() == [2, 4]


def test_units_in_the_file_and_from_the_caller():
    by_file = two_column.parse("# columns: field (kOe), moment (emu)\n1 2")
    by_caller = two_column.parse("1 2", field_unit="kOe", moment_unit="emu")
    for loop in (by_file, by_caller):
        assert loop.field_a_per_m == pytest.approx([1e6 / (4 * math.pi)], rel=1e-12)
        assert loop.moment_a_m2 == pytest.approx([2e-3], rel=1e-12)


@pytest.mark.parametrize(
    ("text", "units", "where"),
    [
        ("1 2", {}, "field unit"),
        ("1 2", {"field_unit": "A/m"}, "moment unit"),
        ("# columns: field (Oe), moment (emu)\n1 2", {"field_unit": "A/m"}, "field unit"),
        ("# columns: field (x), moment (emu)\n1 2", {}, "field unit"),
        ("1 2\n1 2 3", {}, "line 2"),
        ("1 2\n1 nan", {}, "line 2"),
        ("1 2\n1 1_0", {}, "line 2"),
        ("# only\n", {}, "rows"),
        ("# metadata: {1}\n1 2", {}, "line 1"),
        ('# metadata: {"a": 1}\n1 2', {}, "line 1"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, units, where):
    with pytest.raises(InputError) as caught:
        two_column.parse(text, source="x", **units)
    assert where in caught.value.problems[0].where


@given(st.text())
def test_any_text_is_read_or_refused(text):
    try:
        loop = parse_any(text, field_unit="Oe", moment_unit="emu")
    except InputError:
        return
    assert np.isfinite(loop.field_a_per_m).all()
    assert np.isfinite(loop.moment_a_m2).all()


@given(st.binary(), st.sampled_from([b"", b"MicroMag 2900/3900 Data File (Series 0015)\n", b"[Header]\n[Data]\n"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory, raw, head):
    path = tmp_path_factory.getbasetemp() / "bytes.txt"
    path.write_bytes(head + raw)
    try:
        loop = read_any(path, field_unit="T", moment_unit="A m2")
    except InputError as error:
        assert error.problems  # noqa: PT017
        return
    assert len(loop) > 0


def test_absent_file_is_refused_by_name(tmp_path):
    with pytest.raises(InputError, match=r"nowhere\.dat"):
        read_any(tmp_path / "nowhere.dat")


@pytest.mark.parametrize(
    ("h", "m"), [([], []), ([1.0], [1.0, 2.0]), ([math.nan], [1.0]), ([1.0], [math.inf]), ([[1.0]], [[1.0]])]
)
def test_loop_refuses_what_is_no_table(h, m):
    with pytest.raises(InputError):
        MeasuredLoop(np.array(h), np.array(m))


def test_loop_keeps_its_own_read_only_copy():
    h = np.array([1.0, 2.0])
    loop = MeasuredLoop(h, h)
    h[0] = 9.0
    assert loop.field_a_per_m[0] == 1.0
    with pytest.raises(ValueError, match="read-only"):
        loop.moment_a_m2[0] = 3.0


def test_metadata_line_is_plain_json():
    text = two_column.format_text(MeasuredLoop(np.array([0.0]), np.array([0.0]), {"µ": "x\ny"}))
    assert json.loads(text.split("\n")[1].removeprefix("# metadata: ")) == {"µ": "x\ny"}


@pytest.mark.skipif(DATA is None, reason="the measured files are not here")
def test_measured_foreign_table():
    loop = read_any(DATA / "loops" / "example_data.txt", field_unit="Oe", moment_unit="emu")
    assert loop.field_a_per_m[0] == pytest.approx(227.73502 * 1000 / (4 * math.pi), rel=1e-12)
    assert loop.moment_a_m2[0] == pytest.approx(-5.930259e-8, rel=1e-12)
