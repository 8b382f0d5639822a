"""Oracles: the files' own first rows, read by eye, and mu0 = 4 pi 1e-7."""

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.formats import micromag
from vsmdaq.terms import InputError

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
needs_data = pytest.mark.skipif(DATA is None, reason="the measured files are not here")
TESLA = 1 / (4e-7 * math.pi)

SMALL = """MicroMag 2900/3900 Data File (Series 0016.002)
Direct moment vs. field; Hysteresis loop

INSTRUMENT
Units of measure                {units}

CHARACTERIZATION
Coercivity                     +16.31905E-03

SCRIPT
Number of segments              1
Number of data                  {count}

Segment   Averaging      Initial        Field         Final                    Final
 Number      Time         Field       Increment       Field         Pause      Index
             (s)           ({h})           ({h})           ({h})           (s)
0000001,+100.0000E-03,+1.500000E+00,+5.000000E-03,-1.500000E+00,+1.000000E+00,0000002

                                             Adjusted      Adjusted
    Field         Moment     Temperature      Field         Moment
     ({h})          ({m})          (K)           ({h})          ({m})
+1.000000E+00,+2.000000E-06,+1.701566E+03,+1.500000E+00,+3.000000E-06

-1.000000E+00,-2.000000E-06,+1.701566E+03,-1.500000E+00,-3.000000E-06

MicroMag 2900/3900 Data File ends
"""


def small(units="Hybrid SI", h="T", m="Am²", count=2):
    return SMALL.format(units=units, h=h, m=m, count=count)


@pytest.mark.parametrize(
    ("units", "h", "m", "a_per_m", "a_m2"),
    [
        ("Hybrid SI", "T", "Am²", TESLA, 1.0),
        ("SI", "A/m", "Am²", 1.0, 1.0),
        ("cgs", "Oe", "emu", 1000 / (4 * math.pi), 1e-3),
    ],
)
def test_units_by_header(units, h, m, a_per_m, a_m2):
    loop = micromag.parse(small(units, h, m))
    assert loop.field_a_per_m == pytest.approx([a_per_m, -a_per_m], rel=1e-12)
    assert loop.moment_a_m2 == pytest.approx([2e-6 * a_m2, -2e-6 * a_m2], rel=1e-12)


def test_adjusted_columns_are_not_the_raw_ones():
    raw, adjusted = micromag.parse(small()), micromag.parse(small(), columns="adjusted")
    assert adjusted.field_a_per_m == pytest.approx(1.5 * raw.field_a_per_m)
    assert adjusted.moment_a_m2 == pytest.approx(1.5 * raw.moment_a_m2)
    assert (raw.metadata["columns"], adjusted.metadata["columns"]) == ("raw", "adjusted")


def test_header_is_kept_as_written():
    metadata = micromag.parse(small().replace("\n", "\r\n")).metadata
    assert metadata["series"] == "16.002"
    assert metadata["INSTRUMENT/Units of measure"] == "Hybrid SI"
    assert metadata["CHARACTERIZATION/Coercivity"] == "+16.31905E-03"


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", "line 1"),
        ('"Model 2900 ASCII Data File",7,-1', "line 1"),
        (small().replace("Hysteresis loop", "First-order reversal curves"), "line 2"),
        (small(units="furlongs"), "Units of measure"),
        (small(h="Oe"), "line 21"),
        (small(count=3), "rows"),
        (small().replace("MicroMag 2900/3900 Data File ends", ""), "last line"),
        (small().replace("-2.000000E-06", "-2.0000O0E-06"), "line 24"),
        (small().replace(",+1.701566E+03,-1.500000E+00,-3.000000E-06", ",+1.70"), "line 24"),
        (small().replace("-2.000000E-06", "-2.0E+999"), "line 24"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text, where):
    with pytest.raises(InputError) as caught:
        micromag.parse(text, source="loop.hys")
    assert caught.value.source == "loop.hys"
    assert where in caught.value.problems[0].where
    assert caught.value.problems[0].allowed


def test_missing_adjusted_columns_are_named():
    text = small().replace("      Field         Moment   \n", "\n", 1)
    lines = [line.replace(" Temperature      Field         Moment", " Temperature") for line in text.split("\n")]
    with pytest.raises(InputError, match="adjusted"):
        micromag.parse("\n".join(lines), columns="adjusted")


@given(st.text(), st.integers(0, 1200), st.integers(0, 40))
def test_damaged_text_is_read_or_refused(junk, at, cut):
    text = small()
    try:
        loop = micromag.parse(text[:at] + junk + text[at + cut :])
    except InputError:
        return
    assert np.isfinite(loop.moment_a_m2).all()


@needs_data
@pytest.mark.parametrize(
    ("name", "points", "field_t", "moment"),
    [
        ("A4.hys", 1202, 1.497340, 781.1942e-6),
        ("CP4Q.hyst", 1602, 0.7997968, 2.921634e-05),
        ("Conc_40_C2A.hys", 302, 0.2997096, -1.566121e-06),
        ("LV23C.hyst", 804, 1.000042, 7.159966e-05),
        ("PIOX.loop", 1002, 0.9992318, 1.219352e-03),
        ("A1c_d200_100.hys", 402, 0.9990657, 1.153889e-06),
    ],
)
def test_measured_files(name, points, field_t, moment):
    loop = micromag.read(DATA / "loops" / name)
    assert len(loop) == points
    assert loop.field_a_per_m[0] == pytest.approx(field_t * TESLA, rel=1e-9)
    assert loop.moment_a_m2[0] == moment
    assert {"Saturation", "Remanence", "Coercivity"} <= {key.split("/")[-1] for key in loop.metadata}


@needs_data
def test_measured_adjusted_column():
    adjusted = micromag.read(DATA / "loops" / "Conc_40_C2A.hys", columns="adjusted")
    assert adjusted.moment_a_m2[0] == pytest.approx(648.6196e-9, rel=1e-12)


@needs_data
@pytest.mark.parametrize("name", ["backfield/irm_unmix_example.dat", "forc/UB199BF", "forc/hchb_forc"])
def test_measured_files_that_are_no_loops_are_refused(name):
    with pytest.raises(InputError, match="line 2"):
        micromag.read(DATA / name)
