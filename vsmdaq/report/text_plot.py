"""A curve as text, for a terminal: two by four dots a character (Unicode braille)."""

from __future__ import annotations

import math
from collections.abc import Sequence

__all__ = ["text_plot"]

_BLANK = 0x2800
# Bits of the dots of a braille character, [row][column] (Unicode 15.1, block Braille Patterns).
_DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


def _span(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    if low == high:
        margin = abs(low) * 0.5 or 1.0
        below, above = low - margin, high + margin
        return (below if math.isfinite(below) else low), (above if math.isfinite(above) else high)
    return low, high


def _place(value: float, low: float, high: float, steps: int) -> int:
    # both halves first: the difference of two huge numbers may not be finite
    share = (value / 2 - low / 2) / (high / 2 - low / 2)
    return min(steps - 1, max(0, round(share * (steps - 1))))


def text_plot(
    x: Sequence[float],
    y: Sequence[float],
    width: int = 72,
    height: int = 20,
    x_label: str = "",
    y_label: str = "",
    *,
    ascii_only: bool = False,
) -> str:
    """Scatter plot of y against x.

    Parameters
    ----------
    x, y : sequence of float
        Points, of equal length. Those that are not finite are not drawn but counted in the last line.
    width, height : int
        Size of the drawing in characters, without the frame of axis and labels; at least 16 by 4.
    x_label, y_label : str
        What the axes are, with unit.
    ascii_only : bool
        One ``*`` a character instead of braille dots, for consoles without Unicode.

    Returns
    -------
    text : str
        Lines without a newline at the end. Ticks are the extremes of the data; zero lines are drawn where in range.

    Raises
    ------
    ValueError
        x and y differ in length, or the size is too small.
    """
    if len(x) != len(y):
        raise ValueError(f"x has {len(x)} values, y has {len(y)}")
    if width < 16 or height < 4:
        raise ValueError(f"a plot of {width} by {height} characters is too small; at least 16 by 4")
    points = [(a, b) for a, b in zip(x, y, strict=True) if math.isfinite(a) and math.isfinite(b)]
    if not points:
        return f"{y_label}: no points yet"
    x_span, y_span = _span([a for a, _ in points]), _span([b for _, b in points])
    draw = _stars if ascii_only else _braille
    ticks = (f"{y_span[1]:.4g}", f"{y_span[0]:.4g}")
    indent = max(len(tick) for tick in ticks)
    margin = [ticks[0], *[""] * (height - 2), ticks[1]]
    bar = "|" if ascii_only else "│"
    rows = draw(points, x_span, y_span, width, height)
    lines = [f"{'':{indent}} {y_label}".rstrip()]
    lines += [f"{tick:>{indent}} {bar}{row}".rstrip() for tick, row in zip(margin, rows, strict=True)]
    corner = "+" + "-" * width if ascii_only else "└" + "─" * width
    left, right = f"{x_span[0]:.4g}", f"{x_span[1]:.4g}"
    middle = x_label[: max(0, width - len(left) - len(right) - 2)]
    lines.append(f"{'':{indent}} {corner}")
    lines.append(f"{'':{indent}}  {left}{middle:^{max(1, width - len(left) - len(right))}}{right}".rstrip())
    if hidden := len(x) - len(points):
        lines.append(f"{'':{indent}}  ({hidden} of {len(x)} points have no finite value)")
    return "\n".join(lines)


def _grid(
    points: Sequence[tuple[float, float]],
    x_span: tuple[float, float],
    y_span: tuple[float, float],
    columns: int,
    rows: int,
) -> list[tuple[int, int]]:
    """(row from the top, column) of each point."""
    return [(rows - 1 - _place(b, *y_span, rows), _place(a, *x_span, columns)) for a, b in points]


def _axes(
    x_span: tuple[float, float], y_span: tuple[float, float], columns: int, rows: int
) -> tuple[int | None, int | None]:
    """Column of x = 0 and row of y = 0, None outside."""
    column = _place(0.0, *x_span, columns) if x_span[0] < 0 < x_span[1] else None
    row = rows - 1 - _place(0.0, *y_span, rows) if y_span[0] < 0 < y_span[1] else None
    return column, row


def _background(
    column: int | None, row: int | None, width: int, height: int, marks: tuple[str, str, str]
) -> list[list[str]]:
    across, down, cross = marks
    cells = [[" "] * width for _ in range(height)]
    if row is not None:
        cells[row] = [across] * width
    if column is not None:
        for number, line in enumerate(cells):
            line[column] = cross if number == row else down
    return cells


def _braille(
    points: Sequence[tuple[float, float]],
    x_span: tuple[float, float],
    y_span: tuple[float, float],
    width: int,
    height: int,
) -> list[str]:
    column, row = _axes(x_span, y_span, width, height)
    cells = _background(column, row, width, height, ("┄", "┆", "┼"))
    dots: dict[tuple[int, int], int] = {}
    for down, across in _grid(points, x_span, y_span, 2 * width, 4 * height):
        cell = (down // 4, across // 2)
        dots[cell] = dots.get(cell, 0) | _DOTS[down % 4][across % 2]
    for (down, across), bits in dots.items():
        cells[down][across] = chr(_BLANK + bits)
    return ["".join(line) for line in cells]


def _stars(
    points: Sequence[tuple[float, float]],
    x_span: tuple[float, float],
    y_span: tuple[float, float],
    width: int,
    height: int,
) -> list[str]:
    column, row = _axes(x_span, y_span, width, height)
    cells = _background(column, row, width, height, (".", ":", "+"))
    for down, across in _grid(points, x_span, y_span, width, height):
        cells[down][across] = "*"
    return ["".join(line) for line in cells]
