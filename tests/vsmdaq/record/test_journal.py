"""The journal: whole lines are never lost, a cut line is never a number, floats come back bit for bit."""

from __future__ import annotations

import dataclasses
import json
import math
import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vsmdaq.record import Journal, RecordError, journal_kind, read_journal
from vsmdaq.record.codec import codec_for, split_flags, unit_of
from vsmdaq.terms import InputError, MomentPoint, WeightPoint

FLOATS = st.floats(allow_nan=False, width=64)
FLAGS = st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=12), max_size=3).map(tuple)


def points_of(point_type):
    kinds = {
        "float": FLOATS,
        "float | None": st.none() | FLOATS,
        "int": st.integers(0, 10**9),
        "tuple[str, ...]": FLAGS,
    }
    return st.builds(point_type, **{field.name: kinds[field.type] for field in dataclasses.fields(point_type)})


def point(index: int = 0, **changes: object) -> MomentPoint:
    values: dict[str, object] = {
        field.name: {"float": 0.1 * (number + 1), "float | None": None, "int": number, "tuple[str, ...]": ()}[
            field.type
        ]
        for number, field in enumerate(dataclasses.fields(MomentPoint))
    }
    return MomentPoint(**(values | {"index": index} | changes))


def no_sync(_descriptor: int) -> None:
    """Durability does not matter here."""


def bits(value: object) -> object:
    return struct.pack("<d", value) if isinstance(value, float) else value


def write(path: Path, points) -> None:
    with Journal.create(path, type(points[0]), run_id="loop", sync=no_sync) as journal:
        for one in points:
            journal.append(one)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(points=st.one_of(*(st.lists(points_of(kind), min_size=1, max_size=3) for kind in (MomentPoint, WeightPoint))))
def test_every_bit_comes_back(tmp_path, points):
    path = tmp_path / "raw.csv"
    path.unlink(missing_ok=True)
    write(path, points)
    contents = read_journal(path, type(points[0]))
    assert contents.problems == ()
    assert [[bits(v) for v in dataclasses.astuple(p)] for p in contents.points] == [
        [bits(v) for v in dataclasses.astuple(p)] for p in points
    ]


def test_nan_of_a_flagged_point_comes_back_as_nan(tmp_path):
    write(tmp_path / "raw.csv", [point(field_a_per_m=math.nan, flags=("overload",))])
    (read,) = read_journal(tmp_path / "raw.csv", MomentPoint).points
    assert math.isnan(read.field_a_per_m)
    assert read.flags == ("overload",)


@pytest.fixture(scope="module")
def three_points(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("journal") / "raw.csv"
    write(path, [point(0), point(1, x_v_rms=1.9e-5, flags=("overload_input", "late")), point(2)])
    return path.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=200, deadline=None)
@given(data=st.data())
def test_cut_at_any_byte_keeps_every_whole_line_and_invents_none(tmp_path, three_points, data):
    cut = data.draw(st.integers(0, len(three_points)))
    path = tmp_path / "cut.csv"
    path.write_bytes(three_points[:cut])
    whole_lines = three_points[:cut].count(b"\n")
    if whole_lines < 2:  # the head is written in one piece; without it there is no journal
        with pytest.raises(InputError):
            read_journal(path, MomentPoint)
        return
    contents = read_journal(path, MomentPoint)
    expected = (point(0), point(1, x_v_rms=1.9e-5, flags=("overload_input", "late")), point(2))
    assert contents.points == expected[: whole_lines - 2]
    is_torn = cut != contents.good_bytes
    assert len(contents.problems) == is_torn
    journal, again = Journal.reopen(path, MomentPoint, sync=no_sync)
    assert again.problems == contents.problems  # what is cut off is said
    journal.append(point(7))
    journal.close()
    assert read_journal(path, MomentPoint).points == (*contents.points, point(7))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(data=st.data())
def test_a_changed_byte_never_becomes_a_number(tmp_path, three_points, data):
    head = three_points.index(b"\n", three_points.index(b"\n") + 1) + 1
    where = data.draw(st.integers(head, len(three_points) - 1))
    new = data.draw(st.integers(0, 255).filter(lambda byte: byte != three_points[where]))
    path = tmp_path / "changed.csv"
    path.write_bytes(three_points[:where] + bytes([new]) + three_points[where + 1 :])
    try:
        read = read_journal(path, MomentPoint).points
    except InputError as error:
        assert "damaged changed.csv" in str(error)  # noqa: PT017 (either outcome is right)
        return
    expected = (point(0), point(1, x_v_rms=1.9e-5, flags=("overload_input", "late")), point(2))
    assert read == expected[: len(read)]
    # only the last line may be taken for torn; without the line end before it, two lines are one
    assert len(read) >= (1 if three_points[where] == ord("\n") else 2)


def test_damage_before_the_last_line_names_line_and_remedy(tmp_path, three_points):
    path = tmp_path / "raw.csv"
    path.write_bytes(three_points.replace(b"1.9e-05", b"1.9e-04"))
    with pytest.raises(InputError, match=r"line 4.*damaged raw\.csv.*backup"):
        read_journal(path, MomentPoint)
    before = path.read_bytes()
    with pytest.raises(InputError):
        Journal.reopen(path, MomentPoint)
    assert path.read_bytes() == before


def test_the_seal_is_the_crc32_that_others_compute(three_points):
    line = three_points.split(b"\n")[3]
    text, _, checksum = line.rpartition(b",")
    assert int(checksum, 16) == zlib.crc32(text)
    assert zlib.crc32(b"123456789") == 0xCBF43926  # the check value of CRC-32/ISO-HDLC


def test_line_ends_changed_by_an_editor_are_no_damage(tmp_path, three_points):
    path = tmp_path / "raw.csv"
    path.write_bytes(three_points.replace(b"\n", b"\r\n"))
    assert len(read_journal(path, MomentPoint).points) == 3


def test_header_says_kind_columns_and_units(tmp_path):
    path = tmp_path / "raw.csv"
    write(path, [point()])
    first, second = path.read_text("ascii").splitlines()[:2]
    header = json.loads(first.removeprefix("# "))
    names = [field.name for field in dataclasses.fields(MomentPoint)]
    assert second.split(",") == [*names, "crc32"]
    assert header["columns"] == names
    assert (header["schema"], header["kind"], header["run_id"]) == (1, "moment", "loop")
    assert header["units"]["field_a_per_m"] == "A/m"
    assert header["units"]["u_x_v_rms"] == "V (rms)"
    assert header["units"]["cov_xy_v2"] == "V2"
    assert header["units"]["n_effective"] == "1"
    assert unit_of("current_a") == "A"
    assert journal_kind(path) == "moment"


def test_journal_of_other_points_is_refused(tmp_path):
    write(tmp_path / "raw.csv", [point()])
    with pytest.raises(InputError, match="kind: given 'moment'; allowed: 'weight'"):
        read_journal(tmp_path / "raw.csv", WeightPoint)


def test_an_existing_record_is_not_begun_again(tmp_path):
    write(tmp_path / "raw.csv", [point()])
    with pytest.raises(InputError, match="Resume it"):
        Journal.create(tmp_path / "raw.csv", MomentPoint, run_id="loop")


def test_missing_file_and_foreign_file_are_named(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_journal(tmp_path / "raw.csv", MomentPoint)
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="no '# "):
        read_journal(tmp_path / "other.csv", MomentPoint)


def test_values_of_another_type_are_refused_before_a_byte_is_written(tmp_path):
    path = tmp_path / "raw.csv"
    with Journal.create(path, MomentPoint, run_id="loop", sync=no_sync) as journal:
        size = path.stat().st_size
        with pytest.raises(TypeError):
            journal.append(point(n=3.7))
        with pytest.raises(ValueError, match="flag needs a name"):
            journal.append(point(flags=("",)))
        assert path.stat().st_size == size


def test_append_returns_only_after_the_point_was_made_durable(tmp_path):
    synced: list[int] = []
    path = tmp_path / "raw.csv"

    def sync(descriptor: int) -> None:
        synced.append(path.stat().st_size if path.exists() else 0)
        os.fsync(descriptor)

    with Journal.create(path, MomentPoint, run_id="loop", sync=sync) as journal:
        for index in range(3):
            journal.append(point(index))
            assert synced[-1] == path.stat().st_size
    assert sorted(synced) == synced


def test_a_point_that_cannot_be_made_durable_is_not_in_the_file(tmp_path):
    path = tmp_path / "raw.csv"
    failing: list[bool] = []

    def sync(_descriptor: int) -> None:
        if failing:
            failing.pop()
            raise OSError(28, "No space left on device")

    with Journal.create(path, MomentPoint, run_id="loop", sync=sync) as journal:
        journal.append(point(0))
        failing.append(True)
        with pytest.raises(RecordError, match="No space left"):
            journal.append(point(1))
        assert len(read_journal(path, MomentPoint).points) == 1
        journal.append(point(1))
    assert read_journal(path, MomentPoint).points == (point(0), point(1))


def test_flags_with_any_letters_survive():
    codec = codec_for(MomentPoint)
    hostile = ("a,b|c", "100 %\r\n# x", '"', "χ²", "%2C")
    field = codec.encode(point(flags=hostile))[-1]
    assert not set(field) & set(',#"\r\n')
    assert split_flags(field) == hostile
