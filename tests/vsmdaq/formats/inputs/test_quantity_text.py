"""Quantities as text: by hand, against decimal arithmetic, and against whatever characters there are."""

import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.formats.inputs import DIMENSIONS, QuantityTextError, parse_quantity

# 1 T = 10 000 Oe of mu0 H; 1 Oe = 250/pi A/m; 1 emu/g/Oe = 4 pi 1e-3 m3/kg (NBS SP 696)
BY_HAND = [
    ("1.000 mm", "length", 1e-3, 0.0),
    ("1.000 mm ± 0.005 mm", "length", 1e-3, 5e-6),
    ("1.000 mm ± 0.5 %", "length", 1e-3, 5e-6),
    ("1.000 mm +- 5 µm", "length", 1e-3, 5e-6),
    ("1.000 mm +/- 5 um", "length", 1e-3, 5e-6),
    ("(1.000 ± 0.005) mm", "length", 1e-3, 5e-6),
    ("(1.000 ± 0.010) mm (k=2)", "length", 1e-3, 5e-6),
    ("1.000mm±50 ppm", "length", 1e-3, 5e-8),
    ("1.000 mm ± 0.010 mm ( k = 2 )", "length", 1e-3, 5e-6),
    ("1.000 mm ± 1 % (k=2)", "length", 1e-3, 5e-6),
    ("63.16 mg ± 0.02 mg", "mass", 63.16e-6, 0.02e-6),
    ("3.47 mA m2 ± 0.01 mA m2", "moment", 3.47e-3, 1e-5),
    ("3.47 mA·m² ± 0.01 mA m^2", "moment", 3.47e-3, 1e-5),
    ("5 uA m2", "moment", 5e-6, 0.0),
    ("2 emu", "moment", 2e-3, 0.0),
    ("-800 kA/m", "field", -800e3, 0.0),
    ("−0.8 MA/m", "field", -800e3, 0.0),
    ("1 kOe", "field", 250e3 / math.pi, 0.0),
    ("0.1 T", "field", 250e3 / math.pi, 0.0),
    ("10 mT ± 1 Oe", "field", 25e3 / math.pi, 250 / math.pi),
    ("13.3333 kA/m per A ± 0.1 %", "field per current", 13333.3, 13.3333),
    ("13.3333 (kA/m)/A", "field per current", 13333.3, 0.0),
    ("22 °C ± 0.5 K", "temperature", 295.15, 0.5),
    ("22 °C ± 0.5 °C", "temperature", 295.15, 0.5),
    ("295.15 K ± 1 %", "temperature", 295.15, 2.9515),
    ("7.25 nV/√Hz", "noise density", 7.25e-9, 0.0),
    ("7.25 nV/sqrt(Hz)", "noise density", 7.25e-9, 0.0),
    ("1013 hPa ± 2 hPa", "pressure", 101300.0, 200.0),
    ("-0.0018 1/K ± 20 %", "temperature coefficient", -0.0018, 0.00036),
    ("-0.18 %/K ± 20 %", "temperature coefficient", -0.0018, 0.00036),
    ("5.25e-6 emu/(g Oe)", "mass susceptibility", 6.597344572538566e-8, 0.0),
    ("5.25e-6 cm3/g (cgs)", "mass susceptibility", 6.597344572538566e-8, 0.0),
    ("6.597e-5 cm3/g (SI)", "mass susceptibility", 6.597e-8, 0.0),
    ("12.023 g/cm3", "density", 12023.0, 0.0),
    ("58.6934 g/mol", "molar mass", 0.0586934, 0.0),
    ("9.81 m/s2 ± 0.0005 m/s²", "acceleration", 9.81, 0.0005),
    ("180°", "angle", 180.0, 0.0),
    ("4.235 H/m³", "coupling constant", 4.235, 0.0),
    ("1 ± 0.2 %", "ratio", 1.0, 0.002),
    ("0.372e-6 ± 2 %", "ratio", 0.372e-6, 0.744e-8),
    ("0.05 ± 0.005", "ratio", 0.05, 0.005),
    ("5 %", "ratio", 0.05, 0.0),
    (0.05, "ratio", 0.05, 0.0),
    (1, "ratio", 1.0, 0.0),
    ("0 A/m ± 40 A/m", "field", 0.0, 40.0),
]


@pytest.mark.parametrize(("text", "dimension", "value", "u"), BY_HAND)
def test_by_hand(text: str, dimension: str, value: float, u: float):
    quantity = parse_quantity(text, dimension)
    # a tesla of mu0 H goes through the measured mu0, off from 4 pi 1e-7 by 5.5e-10
    assert quantity.value == pytest.approx(value, rel=1e-9 if "T" in str(text) else 1e-15)
    assert quantity.u == pytest.approx(u, rel=1e-9 if "T" in str(text) else 1e-13)
    assert quantity.unit == DIMENSIONS[dimension].si
    assert quantity.distribution == "normal"
    assert quantity.dof == math.inf


@pytest.mark.parametrize(
    ("suffix", "distribution", "variance_of_unit_half_width"),
    [("rect", "rectangular", 1 / 3), ("tri", "triangular", 1 / 6)],
)
def test_half_widths(suffix: str, distribution: str, variance_of_unit_half_width: float):
    quantity = parse_quantity(f"295 K ± 2 K {suffix}", "temperature")
    assert quantity.u**2 == pytest.approx(4 * variance_of_unit_half_width, rel=1e-14)
    assert quantity.distribution == distribution
    assert parse_quantity(f"(295 ± 2) K {suffix}", "temperature") == quantity


@pytest.mark.parametrize(
    ("value", "dimension", "advice"),
    [
        (1.0, "length", 'Write it with its unit, e.g. "1.0 mm".'),
        ("1.0", "length", 'Write it with its unit, e.g. "1.0 mm".'),
        (True, "ratio", "Write it with its unit"),
        ("", "length", "It must begin with a finite number."),
        ("mm", "length", "It must begin with a finite number."),
        ("nan mm", "length", "It must begin with a finite number."),
        ("inf", "ratio", "It must begin with a finite number."),
        (math.nan, "ratio", "It must begin with a finite number."),
        ("1e400 mm", "length", "beyond what a computer number can hold"),
        ("1e307 MA/m", "field", "beyond what a computer number can hold"),
        ("1e-400 mm", "length", "beyond what a computer number can hold"),
        ("1e-323 nm", "length", "beyond what a computer number can hold"),
        ("1e999999999999999999 mm", "length", "beyond what a computer number can hold"),
        ("1,5 mm", "length", "Write a decimal point, not a comma."),
        ("1 000 mm", "length", ""),
        ("1 mm2", "length", 'Did you mean "mm"?'),
        ("60 A", "field", '"A" is a unit of current, not of field.'),
        ("800 KA/m", "field", 'Did you mean "kA/m"?'),
        ("1 mm ± 0.1", "length", "It has no unit."),
        ("1 mm ± 0.1 mg", "length", '"mg" does not fit here.'),
        ("1 mm ±", "length", "Behind ± a finite number must stand."),
        ("1 mm ± nan mm", "length", "Behind ± a finite number must stand."),
        ("1 mm ± 0.1 mm ± 0.2 mm", "length", "does not fit here."),
        ("1 mm ± -0.1 mm", "length", "An uncertainty is not negative."),
        ("1 mm ± 0.1 mm (k=0)", "length", "The coverage factor k"),
        ("1 mm ± 0.1 mm (k=1e999)", "length", "The coverage factor k"),
        ("1 mm ± 0.1 mm (k=2) rect", "length", "does not fit here."),
        ("1 mm ± 1e999 mm", "length", "beyond what a computer number can hold"),
        ("0 A/m ± 1 %", "field", "A share of zero is zero"),
        ("22 °C ± 1 %", "temperature", "A share of a temperature in °C means nothing"),
        ("5 % ± 1 %", "ratio", '"%" of what?'),
        ("5 % ± 1", "ratio", "It has no unit."),
        ("5.25e-6 cm3/g", "mass susceptibility", "they differ by 4 pi"),
    ],
)
def test_refused_with_advice(value: object, dimension: str, advice: str):
    with pytest.raises(QuantityTextError) as caught:
        parse_quantity(value, dimension)
    assert advice in caught.value.advice
    assert caught.value.given
    assert caught.value.allowed in str(caught.value)


DECIMAL_UNITS = [
    ("length", "mm", "m", Decimal("1e-3")),
    ("mass", "mg", "kg", Decimal("1e-6")),
    ("field", "kA/m", "A/m", Decimal(1000)),
    ("noise density", "nV/sqrt(Hz)", "V/sqrt(Hz)", Decimal("1e-9")),
    ("pressure", "hPa", "Pa", Decimal(100)),
]
FINITE = st.floats(min_value=-1e100, max_value=1e100).filter(lambda x: x == 0 or abs(x) > 1e-100)


@given(st.sampled_from(DECIMAL_UNITS), FINITE, FINITE.map(abs), st.sampled_from(["±", "+-", " ± ", " +/- "]))
def test_round_trip_is_correctly_rounded(unit: tuple[str, str, str, Decimal], value: float, u: float, sign: str):
    dimension, name, si, factor = unit
    quantity = parse_quantity(f"{value!r} {name}{sign}{u!r} {name}", dimension)
    # the oracle multiplies exactly: 17 digits times a power of ten
    assert quantity.value == float(Decimal(repr(value)) * factor)
    assert quantity.u == float(Decimal(repr(u)) * factor)
    assert parse_quantity(f"{quantity.value!r} {si} ± {quantity.u!r} {si}", dimension) == quantity


ALPHABET = st.text(alphabet="0123456789.+-±eE %kmAgOT°CVHz/√()=krect nainf,µ²\t\n", max_size=40)


@given(st.one_of(ALPHABET, st.text(max_size=30)), st.sampled_from(sorted(DIMENSIONS)))
def test_any_text_is_a_finite_quantity_or_refused(text: str, dimension: str):
    try:
        quantity = parse_quantity(text, dimension)
    except QuantityTextError:
        return
    assert math.isfinite(quantity.value)
    assert math.isfinite(quantity.u)
    assert quantity.u >= 0.0
    assert any(character.isdigit() for character in text)


@given(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.lists(st.integers()), st.dates()),
    st.sampled_from(sorted(set(DIMENSIONS) - {"ratio"})),
)
def test_what_is_no_text_has_no_unit(value: object, dimension: str):
    with pytest.raises(QuantityTextError, match="Write it with its unit"):
        parse_quantity(value, dimension)


@pytest.mark.parametrize("dimension", DIMENSIONS.values(), ids=lambda d: d.name)
def test_table_of_units_is_sound(dimension):
    assert dimension.units["" if dimension.si == "1" else dimension.si] == 1.0
    assert dimension.example in dimension.units
    for unit in dimension.units:
        assert parse_quantity(f"1 {unit}", dimension.name).value > 0.0
