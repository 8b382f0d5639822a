"""Shapes of a sample file: what each needs, which length lies along field and vibration, and what a wrong file is told."""

from pathlib import Path

import pytest

from vsmdaq.formats.inputs import parse_sample
from vsmdaq.terms import Cup, Cylinder, Ellipsoid, Film, InputError, Prism, Quantity, Sphere, Spheroid

LINES = {
    "diameter": 'diameter = "1 mm ± 0.01 mm"',
    "length": 'length = "2 mm ± 0.02 mm"',
    "width": 'width = "3 mm ± 0.03 mm"',
    "height": 'height = "4 mm ± 0.04 mm"',
    "thickness": 'thickness = "100 nm ± 3 nm"',
}
D, L, W, H = (Quantity(n * 1e-3, n * 1e-5, "m") for n in (1, 2, 3, 4))
T = Quantity(100e-9, 3e-9, "m")
ANGLE = "Field and vibration are at right angles."
CASES = [
    ("sphere", "diameter", None, Sphere(D)),
    ("cylinder", "diameter length", "axial", Cylinder(D, L, "axial")),
    ("cup", "diameter length", "transverse", Cup(D, L, "transverse")),
    ("spheroid", "diameter length", "transverse", Spheroid(D, L, "transverse")),
    ("ellipsoid", "length width height", "width", Ellipsoid(L, W, H, "width")),
    ("prism", "length width height", "height", Prism(L, W, H, "height")),
    ("film", "length width thickness", "thickness", Film(L, W, T, "thickness")),
]


def text(shape, names, field):
    lines = ['name = "it"', f'shape = "{shape}"', *(LINES[name] for name in names.split())]
    return "\n".join([*lines, *([f'field = "{field}"'] if field else [])])


def lengths(shape):
    return [getattr(shape, name) for name in shape.__slots__ if name not in ("field", "vibration")]


@pytest.mark.parametrize(("shape", "names", "field", "expected"), CASES)
def test_shapes(shape, names, field, expected):
    found = parse_sample(text(shape, names, field), Path("it.toml")).shape
    assert type(found) is type(expected)
    for got, wanted in zip(lengths(found), lengths(expected), strict=True):
        assert (got.value, got.u) == (pytest.approx(wanted.value, rel=1e-12), pytest.approx(wanted.u, rel=1e-12))
    assert getattr(found, "field", None) == field


@pytest.mark.parametrize("shape", ["cylinder", "cup", "spheroid"])
def test_vibration_follows_where_the_field_lies_along_the_axis(shape):
    lying = parse_sample(text(shape, "diameter length", "axial"), Path("it.toml")).shape
    assert (lying.field, lying.vibration) == ("axial", "transverse")
    across = parse_sample(text(shape, "diameter length", "transverse"), Path("it.toml")).shape
    assert (across.field, across.vibration) == ("transverse", None)


@pytest.mark.parametrize(
    ("shape", "names", "field", "vibration"),
    [
        ("cylinder", "diameter length", "transverse", "axial"),
        ("cylinder", "diameter length", "transverse", "transverse"),
        ("cup", "diameter length", "axial", "transverse"),
        ("spheroid", "diameter length", "transverse", "axial"),
        ("ellipsoid", "length width height", "width", "height"),
        ("prism", "length width height", "height", "length"),
        ("film", "length width thickness", "length", "thickness"),
    ],
)
def test_vibration_is_what_the_file_says(shape, names, field, vibration):
    written = text(shape, names, field) + f'\nvibration = "{vibration}"\n'
    assert parse_sample(written, Path("it.toml")).shape.vibration == vibration


@pytest.mark.parametrize(
    ("shape", "names", "field", "vibration", "allowed", "advice"),
    [
        ("prism", "length width height", "width", "width", '"length" or "height", with field = "width"', ANGLE),
        ("film", "length width thickness", "length", "length", '"width" or "thickness", with field = "length"', ANGLE),
        ("cup", "diameter length", "axial", "axial", '"transverse", with field = "axial"', ANGLE),
        (
            "cylinder",
            "diameter length",
            "transverse",
            "length",
            '"axial" or "transverse": how the vibration lies to the axis',
            "",
        ),
        ("sphere", "diameter", None, "axial", "nothing, with shape sphere", "A sphere has none."),
    ],
)
def test_vibration_that_cannot_be_is_refused(shape, names, field, vibration, allowed, advice):
    with pytest.raises(InputError) as caught:
        parse_sample(text(shape, names, field) + f'\nvibration = "{vibration}"\n', Path("it.toml"))
    (problem,) = caught.value.problems
    assert problem.where.split()[0] == "vibration"
    assert (problem.given, problem.allowed, problem.advice) == (f'"{vibration}"', allowed, advice)


@pytest.mark.parametrize(("shape", "names", "field", "expected"), CASES[1:])
def test_everything_that_is_missing_is_told_at_once(shape, names, field, expected):
    del field, expected
    with pytest.raises(InputError) as caught:
        parse_sample(f'name = "it"\nshape = "{shape}"\n', Path("it.toml"))
    assert {p.where for p in caught.value.problems} == {*names.split(), "field"}
    article = "An" if shape == "ellipsoid" else "A"
    assert {p.advice for p in caught.value.problems} == {f"{article} {shape} needs it."}


@pytest.mark.parametrize(
    ("shape", "names", "field", "allowed"),
    [
        ("prism", "length width height", "axial", '"length", "width" or "height": the edge that lies along the field'),
        (
            "film",
            "length width thickness",
            "height",
            '"length", "width" or "thickness": the edge that lies along the field',
        ),
        (
            "spheroid",
            "diameter length",
            "length",
            '"axial" or "transverse": how the field lies to the axis of symmetry',
        ),
        ("cylinder", "diameter length", "along", '"axial" or "transverse": how the field lies to the axis'),
    ],
)
def test_field_of_another_shape_is_refused(shape, names, field, allowed):
    with pytest.raises(InputError) as caught:
        parse_sample(text(shape, names, field), Path("it.toml"))
    (problem,) = caught.value.problems
    assert (problem.where.split()[0], problem.given, problem.allowed) == ("field", f'"{field}"', allowed)


def test_length_of_another_shape_is_refused():
    with pytest.raises(InputError) as caught:
        parse_sample(text("film", "length width thickness height", "length"), Path("it.toml"))
    (problem,) = caught.value.problems
    assert (problem.allowed, problem.advice) == ("nothing, with shape film", "A film has none.")


@pytest.mark.parametrize("field", ["[]", "3", '["length"]'])
def test_field_that_is_no_text(field):
    broken = text("prism", "length width height", None) + f"\nfield = {field}\n"
    with pytest.raises(InputError) as caught:
        parse_sample(broken, Path("it.toml"))
    assert [p.allowed for p in caught.value.problems] == ['a text in quotes, "like this"']
