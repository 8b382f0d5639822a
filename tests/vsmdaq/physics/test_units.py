"""Oracle: Goldfarb & Fickett, NBS Special Publication 696 (1985), "Units for magnetic properties"."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.physics import CONVERSIONS, from_cgs, to_cgs

TO_SI = [  # CGS unit, kind, what multiplies it to give SI, SI unit
    ("Oe", "field", 1e3 / (4 * math.pi), "A/m"),
    ("G", "", 1e-4, "T"),
    ("emu", "", 1e-3, "A m2"),
    ("emu/cm3", "", 1e3, "A/m"),
    ("emu/g", "", 1.0, "A m2/kg"),
    ("emu/(cm3 Oe)", "", 4 * math.pi, "1"),
    ("cm3/g", "", 4 * math.pi * 1e-3, "m3/kg"),
    ("cm3/mol", "", 4 * math.pi * 1e-6, "m3/mol"),
    ("emu/Oe", "", 4 * math.pi * 1e-6, "m3"),
    ("dyn", "", 1e-5, "N"),
]


@pytest.mark.parametrize(("cgs", "kind", "factor", "si"), TO_SI[1:])
def test_table_of_nbs(cgs, kind, factor, si):
    assert from_cgs(1.0, cgs, kind) == (pytest.approx(factor, rel=1e-15), si)


def test_oersted_is_two_things():
    assert to_cgs(1e3 / (4 * math.pi), "A/m", "field") == (pytest.approx(1.0), "Oe")
    assert to_cgs(0.1, "T", "field") == (pytest.approx(1000.0), "Oe")
    assert to_cgs(79.577, "A/m", "magnetization") == (pytest.approx(0.079577), "emu/cm3")


@pytest.mark.parametrize("line", CONVERSIONS, ids=lambda c: f"{c.si}-{c.cgs}")
@given(value=st.floats(-1e12, 1e12))
def test_round_trip(line, value):
    there, cgs = to_cgs(value, line.si, line.kind)
    if sum(c.cgs == cgs and c.kind == line.kind for c in CONVERSIONS) > 1:
        return  # field in oersted comes from A/m and from T
    assert from_cgs(there, cgs, line.kind) == (pytest.approx(value, rel=1e-14, abs=1e-300), line.si)


def test_two_meanings_must_be_told_apart():
    with pytest.raises(
        ValueError, match=r"'A/m' was asked for; it has several meanings.*A/m \(field\), A/m \(magnetiz"
    ):
        to_cgs(1.0, "A/m")


def test_unknown_unit_is_refused_with_what_is_allowed():
    with pytest.raises(ValueError, match=r"'furlong' as 'length'.*not in the table; allowed: A/m \(field\)"):
        to_cgs(1.0, "furlong", "length")
