"""Derived tables and samples: what is written is what is read, and what foreign readers see."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vsmdaq.record import PointSamples, SampleLog, read_mh_csv, read_samples, write_mh_csv
from vsmdaq.terms import InputError


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_columns_come_back_bit_for_bit(tmp_path, values):
    path = tmp_path / "mh.csv"
    columns = {"moment_a_m2": values, "index": list(range(len(values))), "flags": [("a", "b,c")] * len(values)}
    write_mh_csv(path, columns, {"kind": "mh"})
    read, header = read_mh_csv(path)
    assert header == {"kind": "mh"}
    assert [value.hex() for value in read["moment_a_m2"]] == [value.hex() for value in values]
    assert read["index"] == tuple(range(len(values)))
    assert read["flags"] == (("a", "b,c"),) * len(values)


def test_what_could_not_be_had_is_an_empty_cell(tmp_path):
    path = tmp_path / "mh.csv"
    columns = {
        "m": [np.float64(1.5), None, math.nan],
        "flags": [(), ("overload",), ("late",)],
        "branch": ["up", "", "down"],
    }
    write_mh_csv(path, columns, {})
    assert path.read_text().splitlines()[1:] == ["m,flags,branch", "1.5,,up", ",overload,", ",late,down"]
    read, _ = read_mh_csv(path)
    assert read == {"m": (1.5, None, None), "flags": ((), ("overload",), ("late",)), "branch": ("up", "", "down")}


def test_numpy_reads_it_too(tmp_path):
    path = tmp_path / "mh.csv"
    write_mh_csv(path, {"h": [1.0, 2.0], "m": [0.1, 1 / 3]}, {"kind": "mh"})
    np.testing.assert_array_equal(np.loadtxt(path, delimiter=",", skiprows=2), [[1.0, 0.1], [2.0, 1 / 3]])


def test_what_cannot_be_written_or_read(tmp_path):
    path = tmp_path / "mh.csv"
    with pytest.raises(ValueError, match="differ in length"):
        write_mh_csv(path, {"a": [1.0], "b": []}, {})
    with pytest.raises(ValueError, match="a, row 1: inf"):
        write_mh_csv(path, {"a": [1.0, math.inf]}, {})
    with pytest.raises(InputError, match="No such file"):
        read_mh_csv(path)
    path.write_text("# {}\na,b\n1\n")
    with pytest.raises(InputError, match="Make it again"):
        read_mh_csv(path)


def test_samples_of_points(tmp_path):
    path = tmp_path / "samples.csv"
    log = SampleLog.create(path, run_id="loop")
    log.append(0, [0.0, 0.1], [1e-6, 2e-6], [0.0, -0.0])
    log.append(3, [0.5], [3e-6], [1e-9])
    with pytest.raises(ValueError, match="argument"):
        log.append(4, [0.5], [], [])
    log.close()
    path.write_bytes(path.read_bytes() + b"4,0.6,1.9")
    points, problems = read_samples(path)
    assert points == (PointSamples(0, (0.0, 0.1), (1e-6, 2e-6), (0.0, -0.0)), PointSamples(3, (0.5,), (3e-6,), (1e-9,)))
    assert len(problems) == 1
    log, problems_again = SampleLog.reopen(path)
    log.append(4, [0.6], [1.9e-5], [0.0])
    log.close()
    assert problems_again == problems
    points, problems = read_samples(path)
    assert points[-1] == PointSamples(4, (0.6,), (1.9e-5,), (0.0,))
    assert problems == ()
    with pytest.raises(InputError, match="a path without one"):
        SampleLog.create(path, run_id="loop")
