"""Oracles: the files' own rows and counts, 1 Oe = 1000/(4 pi) A/m, 1 emu = 1e-3 A m2."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.formats import quantum_design
from vsmdaq.terms import InputError

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
needs_data = pytest.mark.skipif(DATA is None, reason="the measured files are not here")
OERSTED = 1000 / (4 * math.pi)

SMALL = """[Header]
; VSM Data File
TITLE,a loop
BYAPP,VSM,2.0,2.0
INFO,Release 1.1.16 Build 424, MultiVu Release 2.3,APPNAME
INFO,54.86,SAMPLE_MASS
INFO,teflon,8.47 mg
INFO,,
[Data]
Comment,Time Stamp (sec),Magnetic Field (Oe),Lockin Signal" (V),Moment (emu),M. Std. Err. (emu)
touchdown, at 9.72 mm,1.0,-0.2,,,
,2.0,100.0,,-0.25,1E-5
,3.0,-50.0,,0.5,2E-5
"""


def test_columns_by_name_and_empty_moments_counted():
    loop = quantum_design.parse(SMALL)
    assert loop.field_a_per_m == pytest.approx([100 * OERSTED, -50 * OERSTED], rel=1e-12)
    assert loop.moment_a_m2 == pytest.approx([-0.25e-3, 0.5e-3], rel=1e-12)
    assert loop.metadata["rows_skipped"] == "1"
    assert loop.metadata["moment_column"] == "Moment"


def test_header_in_both_orders():
    metadata = quantum_design.parse(SMALL.replace("\n", "\r\n")).metadata
    assert metadata["INFO/APPNAME"] == "Release 1.1.16 Build 424, MultiVu Release 2.3"
    assert metadata["INFO/teflon"] == "8.47 mg"
    assert metadata["TITLE"] == "a loop"
    assert float(metadata["sample_mass_kg"]) == 54.86e-6


def test_another_column_can_be_asked_for():
    loop = quantum_design.parse(SMALL, moment_column="M. Std. Err.")
    assert loop.moment_a_m2 == pytest.approx([1e-8, 2e-8])


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ("[Header]\n[Dat", "file"),
        (SMALL.replace("Magnetic Field", "Position"), "line 10"),
        (SMALL.replace("Moment (emu)", "Signal (V)"), "line 10"),
        (SMALL.replace("Moment (emu)", "Moment (furlong)"), "line 10"),
        (SMALL.replace("-0.25", "-0.2S"), "line 12"),
        (SMALL.replace(",3.0,-50.0,,0.5,2E-5", ",3.0,-50.0"), "line 13"),
        (SMALL.replace("-0.25", "").replace("0.5", ""), "rows"),
        (SMALL[: SMALL.index("touchdown")], "rows"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, where):
    with pytest.raises(InputError) as caught:
        quantum_design.parse(text, source="mh.dat")
    assert where in caught.value.problems[0].where


@given(st.text(), st.integers(0, 400), st.integers(0, 40))
def test_damaged_text_is_read_or_refused(junk, at, cut):
    try:
        loop = quantum_design.parse(SMALL[:at] + junk + SMALL[at + cut :])
    except InputError:
        return
    assert np.isfinite(loop.moment_a_m2).all()


@needs_data
@pytest.mark.parametrize(
    ("name", "points", "skipped", "column", "field_oe", "moment_emu", "mass_kg"),
    [
        ("loops/VSM_MH.DAT", 4864, 2, "Moment", 159.3925, -0.300012917328173, 54.86e-6),
        ("loops/MPMS_test.dat", 1122, 0, "Moment", 0.0363077335059643, -0.000155412707237067, 11.134e-6),
        ("chi_t/ACMS_test.dat", 61, 1262, "M-DC", 1999.359, 0.0112873817495618, 53.10e-6),
        (
            "calibration/M20171121_Pd_one_torlon_M_T__at_10000_Oe.dat",
            34,
            0,
            "DC Moment Fixed Ctr",
            10000.087890625,
            -0.000110668952354932,
            3.9e-6,
        ),
    ],
)
def test_measured_files(name, points, skipped, column, field_oe, moment_emu, mass_kg):
    loop = quantum_design.read(DATA / name)
    assert len(loop) == points
    assert loop.metadata["rows_skipped"] == str(skipped)
    assert loop.metadata["moment_column"] == column
    assert loop.field_a_per_m[0] == pytest.approx(field_oe * OERSTED, rel=1e-12)
    assert loop.moment_a_m2[0] == pytest.approx(moment_emu * 1e-3, rel=1e-12)
    assert float(loop.metadata["sample_mass_kg"]) == mass_kg
