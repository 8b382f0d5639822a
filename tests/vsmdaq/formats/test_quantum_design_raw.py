"""Oracles: numbers written into the text, the measured files' own rows and counts, 1 Oe = 1000/(4 pi) A/m."""

import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.formats import quantum_design_raw
from vsmdaq.terms import InputError

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
needs_data = pytest.mark.skipif(DATA is None, reason="the measured files are not here")
OERSTED = 1000 / (4 * math.pi)

OPENS = (
    ";low temp = 299.9 K;high temp = 300.1 K;avg. temp = 300.0 K;low field = 9999.0 Oe;high field = 10001.0 Oe;"
    "drift = 1E-4 V/s;squid range = 100;given center = 39.5 mm;amp free =2.5 V"
)
HEAD = """[Header]
; DC Raw Data File
TITLE,it
[Data]
Comment,Time Stamp (sec),Raw Position (mm),Raw Voltage (V),Processed Voltage (V),Fixed C Fitted (V),Free C Fitted (V)
"""
SMALL = f"""{HEAD}{OPENS}
,1.0,25.0,-0.5,-0.1
,1.1,26.0,-0.6,-0.2
{OPENS}
,1.2,26.0,-0.7,-0.3
,1.3,25.0,-0.8,-0.4
,1.4,25.5,,,0.11,0.12
{OPENS.replace("avg. temp = 300.0", "avg. temp = 290.0")}
,2.0,25.0,-1.5E-1,-0.9
"""


def test_sweeps_of_a_measurement_end_with_its_fitted_curves():
    first, second = quantum_design_raw.parse(SMALL)
    assert [list(s.position_m) for s in first.sweeps] == [pytest.approx(z) for z in ([0.025, 0.026], [0.026, 0.025])]
    assert [list(s.raw_v) for s in first.sweeps] == [[-0.5, -0.6], [-0.7, -0.8]]
    assert [list(s.processed_v) for s in first.sweeps] == [[-0.1, -0.2], [-0.3, -0.4]]
    assert list(first.fit_position_m) == pytest.approx([0.0255])
    assert (list(first.fixed_v), list(first.free_v)) == ([0.11], [0.12])
    assert (first.temperature_k, first.squid_range, first.given_centre_m) == (300.0, 100.0, pytest.approx(0.0395))
    assert first.field_a_per_m == pytest.approx(10000.0 * OERSTED, rel=1e-12)
    # a file that ends in the middle: what is there counts
    assert second.temperature_k == 290.0
    assert (second.fixed_v.size, second.sweeps[0].raw_v[0]) == (0, -0.15)


def test_windows_lines_are_the_same():
    assert len(quantum_design_raw.parse(SMALL.replace("\n", "\r\n"))) == 2


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("", "line 1"),
        ("[Header]\nTITLE,it", "no [Data]"),
        (SMALL.replace("Raw Voltage (V)", "Raw Voltage (mV)"), "'Raw Voltage (V)'"),
        (HEAD, "no sweep"),
        (HEAD + ",1.0,25.0,-0.5,-0.1\n", "begins with ;"),
        (SMALL.replace("avg. temp = 300.0 K", "avg. temp = 300.0 C"), "avg. temp"),
        (SMALL.replace("squid range = 100;", ""), "squid range"),
        (SMALL.replace("low field = 9999.0 Oe", "low field = nan Oe"), "low field"),
        (SMALL.replace(",1.1,26.0,-0.6,-0.2", ",1.1,26.0,-0.6"), "torn"),
        (SMALL.replace(",1.1,26.0,-0.6,-0.2", ",1.1,26.0,-0.6,x"), "'x'"),
        (SMALL.replace(",1.4,25.5,,,0.11,0.12", ",1.4,25.5,,,0.11"), "torn"),
        (
            SMALL.replace(",1.4,25.5,,,0.11,0.12", ",1.4,25.5,,,0.11,0.12\n,1.5,25.0,-0.5,-0.1"),
            "behind the fitted ones",
        ),
        (f"{HEAD}{OPENS}\n{OPENS}\n,1.0,25.0,-0.5,-0.1\n", "without rows"),
    ],
)
def test_each_failure_is_named(text, named):
    with pytest.raises(InputError) as caught:
        quantum_design_raw.parse(text, source="it.rw.dat")
    assert named in str(caught.value)
    assert "it.rw.dat" in str(caught.value)


@given(st.integers(0, len(SMALL)), st.text(max_size=3))
def test_any_damage_is_read_or_refused(at, piece):
    try:
        found = quantum_design_raw.parse(SMALL[:at] + piece + SMALL[at + len(piece) :])
    except InputError:
        return
    for one in found:
        assert all(s.position_m.shape == s.raw_v.shape == s.processed_v.shape for s in one.sweeps)


@needs_data
@pytest.mark.parametrize("name", ["", "_background"])
def test_real_scans_are_read_whole(name):
    path = DATA / "calibration" / f"M20171121_Pd_one_torlon_M_T__at_10000_Oe{name}.rw.dat"
    found = quantum_design_raw.read(path)
    text = path.read_text("latin-1")
    assert 2 * len(found) == text.count("\n;low temp")
    assert {len(s.position_m) for one in found for s in one.sweeps} == {201}
    assert {one.fixed_v.size for one in found} == {200}
    rows = sum(s.position_m.size for one in found for s in one.sweeps) + sum(one.fixed_v.size for one in found)
    assert rows == sum(line.startswith(",") for line in text.splitlines())
