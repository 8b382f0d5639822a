"""Values as they are printed: two digits of u, the value to the same place."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.report import format_concise, format_quantity, pretty_number, pretty_quantity, round_to_uncertainty


@pytest.mark.parametrize(
    ("value", "u", "expected"),
    [
        (10.05762, 0.027, "10.058(27)"),  # JCGM 100:2008, 7.2.6: 10,057 62 ohm with u = 27 mohm becomes 10,058 ohm
        (100.02147, 0.00035, "100.02147(35)"),  # JCGM 100:2008, 7.2.2: m_S = 100,021 47(35) g
        (6.67430e-11, 0.00015e-11, "6.67430(15)e-11"),  # CODATA 2018, Newtonian constant of gravitation
        (9.1093837015e-31, 0.0000000028e-31, "9.1093837015(28)e-31"),  # CODATA 2018, electron mass
        (1.67262192369e-27, 0.00000000051e-27, "1.67262192369(51)e-27"),  # CODATA 2018, proton mass
        (137.035999084, 0.000000021, "137.035999084(21)"),  # CODATA 2018, inverse fine-structure constant
    ],
)
def test_published_values_in_their_published_form(value, u, expected):
    assert format_concise(value, u) == expected


@pytest.mark.parametrize(
    ("value", "u", "plain", "pretty"),
    [
        (2.00314e-6, 2.44e-9, "(2.0031 ± 0.0024)e-6", "(2.0031 ± 0.0024) × 10⁻⁶"),
        (-2.003e-13, 2.8e-15, "(-2.003 ± 0.028)e-13", "(−2.003 ± 0.028) × 10⁻¹³"),
        (4.2312, 0.0456, "4.231 ± 0.046", "4.231 ± 0.046"),
        (20013.0, 101.0, "(2.001 ± 0.010)e4", "(2.001 ± 0.010) × 10⁴"),
        (20013.0, 11.0, "20013 ± 11", "20013 ± 11"),
        (1.0, 0.0996, "1.00 ± 0.10", "1.00 ± 0.10"),  # 0.0996 has become 0.10, two digits again
        (0.0004, 0.02, "0.000 ± 0.020", "0.000 ± 0.020"),
        (-0.0001, 0.02, "0.000 ± 0.020", "0.000 ± 0.020"),  # no minus before nothing
        (3e-4, 1.6e-3, "(0.3 ± 1.6)e-3", "(0.3 ± 1.6) × 10⁻³"),
        (0.0, 5e-9, "(0.0 ± 5.0)e-9", "(0.0 ± 5.0) × 10⁻⁹"),
        (1.25, 0.0, "1.25", "1.25"),
    ],
)
def test_forms(value, u, plain, pretty):
    assert format_quantity(value, u) == plain
    assert pretty_quantity(value, u) == pretty


@given(st.floats(-1e30, 1e30, allow_subnormal=False), st.floats(1e-30, 1e30), st.integers(1, 4))
def test_rounding_moves_neither_by_more_than_half_a_digit(value, u, digits):
    rounded = round_to_uncertainty(value, u, digits)
    shift = Decimal(10) ** rounded.exponent
    last = Decimal(1).scaleb(int(Decimal(rounded.u).as_tuple().exponent)) * shift
    assert abs(Decimal(rounded.u) * shift - Decimal(repr(u))) <= last / 2
    assert abs(Decimal(rounded.value) * shift - Decimal(repr(value))) <= last / 2
    assert len(Decimal(rounded.u).as_tuple().digits) == digits
    assert len(rounded.value.partition(".")[2]) == len(rounded.u.partition(".")[2])


@pytest.mark.parametrize(("value", "u"), [(math.nan, 1.0), (1.0, math.inf), (1.0, 0.0), (1.0, -1.0)])
def test_what_cannot_be_rounded_is_refused(value, u):
    with pytest.raises(ValueError, match="cannot be rounded"):
        round_to_uncertainty(value, u)


def test_numbers_for_print():
    assert pretty_number(-2.003e-13, 3) == "−2 × 10⁻¹³"
    assert pretty_number(83.0) == "83"
    assert format_quantity(math.nan, 1.0) == "nan ± 1.0"
