"""Shape of a sample file: which lengths each needs, and how it lies to the field (x) and to the vibration (z)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from vsmdaq.formats.inputs.problems import Fault
from vsmdaq.formats.inputs.wording import listed, one, shown
from vsmdaq.terms import Cup, Cylinder, Ellipsoid, Film, Prism, Quantity, Shape, Sphere, Spheroid

__all__ = ["ShapeName", "make_shape", "shape_faults"]

ShapeName = Literal["sphere", "cylinder", "cup", "spheroid", "ellipsoid", "prism", "film"]

_NEEDED: Mapping[str | None, tuple[str, ...]] = {
    "sphere": ("diameter",),
    "cylinder": ("diameter", "length", "field"),
    "cup": ("diameter", "length", "field"),
    "spheroid": ("diameter", "length", "field"),
    "ellipsoid": ("length", "width", "height", "field"),
    "prism": ("length", "width", "height", "field"),
    "film": ("length", "width", "thickness", "field"),
    None: (),
}
_LENGTH = 'a length with its unit, e.g. "1.000 mm ± 0.005 mm"'
_AXES: Mapping[str, Literal["axial", "transverse"]] = {"axial": "axial", "transverse": "transverse"}
_EDGES: Mapping[str, Literal["length", "width", "height"]] = {"length": "length", "width": "width", "height": "height"}
_FILM: Mapping[str, Literal["length", "width", "thickness"]] = {
    "length": "length",
    "width": "width",
    "thickness": "thickness",
}
_LIES: Mapping[str | None, tuple[Iterable[str], str]] = {
    "cylinder": (_AXES, "how the {} lies to the axis"),
    "cup": (_AXES, "how the {} lies to the axis"),
    "spheroid": (_AXES, "how the {} lies to the axis of symmetry"),
    "ellipsoid": (_EDGES, "the axis that lies along the {}"),
    "prism": (_EDGES, "the edge that lies along the {}"),
    "film": (_FILM, "the edge that lies along the {}"),
}
_LYING = ("field", "vibration")
_ALLOWED = ("diameter", "length", "width", "height", "thickness", *_LYING)


def shape_faults(content: Mapping[str, Any]) -> list[Fault]:
    """What the shape asks for beside the types of the keys; `content` is the file as parsed."""
    shape = content.get("shape")
    if not (shape is None or isinstance(shape, str)) or shape not in _NEEDED:
        return []  # the model tells of it
    faults: list[Fault] = []
    names, meaning = _LIES.get(shape, ((), ""))
    for key in _ALLOWED:
        allowed = f"{listed(names)}: {meaning.format(key)}" if key in _LYING and names else _LENGTH
        may_have = key in _NEEDED[shape] or (key == "vibration" and names)
        if key in _NEEDED[shape] and key not in content:
            faults.append(Fault((key,), "nothing", allowed, f"{_a(shape)} needs it."))
        elif not may_have and key in content:
            advice = "Name the shape, or take the line out." if shape is None else f"{_a(shape)} has none."
            faults.append(Fault((key,), shown(content[key]), f"nothing, with shape {shape or 'not stated'}", advice))
        elif key in _LYING and isinstance(content.get(key), str) and content[key] not in names:
            faults.append(Fault((key,), shown(content[key]), allowed))
    return [*faults, *_askew(content, names)]


def _askew(content: Mapping[str, Any], names: Iterable[str]) -> list[Fault]:
    """Field and vibration are at right angles: no edge lies along both, and a cylinder's axis neither."""
    field, vibration = content.get("field"), content.get("vibration")
    if not isinstance(vibration, str) or field != vibration or vibration not in names or vibration == "transverse":
        return []
    others = listed(name for name in names if name != field)
    advice = "Field and vibration are at right angles."
    return [Fault(("vibration",), shown(vibration), f'{others}, with field = "{field}"', advice)]


_ROUND: Mapping[str, type[Cylinder | Cup | Spheroid]] = {"cylinder": Cylinder, "cup": Cup, "spheroid": Spheroid}


def _a(shape: str | None) -> str:
    return one(shape or "sample").capitalize()


def make_shape(
    shape: ShapeName | None, lengths: Mapping[str, Quantity | None], field: str | None, vibration: str | None
) -> Shape | None:
    """Make the shape from values that `shape_faults` found nothing wrong with; None where none is stated."""
    size = {key: value for key, value in lengths.items() if value is not None}
    field = field or ""
    match shape:
        case None:
            return None
        case "sphere":
            return Sphere(size["diameter"])
        case "cylinder" | "cup" | "spheroid":
            make = _ROUND[shape]
            lies = "transverse" if field == "axial" else vibration  # it follows
            return make(size["diameter"], size["length"], _AXES[field], _AXES[lies] if lies else None)
        case "ellipsoid" | "prism":
            box = Ellipsoid if shape == "ellipsoid" else Prism
            along = _EDGES[vibration] if vibration else None
            return box(size["length"], size["width"], size["height"], _EDGES[field], along)
        case "film":
            across = _FILM[vibration] if vibration else None
            return Film(size["length"], size["width"], size["thickness"], _FILM[field], across)
