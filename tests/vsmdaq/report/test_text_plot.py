"""The curve in a terminal."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq.report import text_plot


def test_corners_of_the_drawing_are_the_extremes_of_the_data():
    text = text_plot([0.0, 10.0], [-1.0, 1.0], 16, 4, "H (kA/m)", "X (µV rms)")
    lines = text.split("\n")
    assert lines[0].strip() == "X (µV rms)"
    assert lines[1].startswith(" 1 │")
    assert lines[4].startswith("-1 │")
    assert lines[1].endswith("⠈")  # dot 4 of the cell: the upper right corner (Unicode, Braille Patterns)
    assert lines[4].removeprefix("-1 │").startswith("⡀")  # dot 7: the lower left one
    assert lines[5] == "   └" + "─" * 16
    assert lines[6].split() == ["0", "H", "(kA/m)", "10"]


def test_ascii_for_consoles_without_unicode():
    text = text_plot([-1.0, 0.0, 1.0], [-1.0, 0.0, 1.0], 17, 5, "x", "y", ascii_only=True)
    assert text.isascii()
    drawing = [line.partition("|")[2] for line in text.split("\n")[1:6]]
    assert [drawing[row].index("*") for row in (0, 2, 4)] == [16, 8, 0]
    assert drawing[1].strip() == ":"  # the zero line


def test_what_is_not_finite_is_counted_not_drawn():
    text = text_plot([0.0, math.nan, 2.0], [0.0, 1.0, math.inf], 20, 5)
    assert "(2 of 3 points have no finite value)" in text
    assert text_plot([], [], y_label="X") == "X: no points yet"


@given(
    st.lists(st.tuples(st.floats(), st.floats()), max_size=30),
    st.integers(16, 100),
    st.integers(4, 40),
    st.text(max_size=40).filter(lambda text: len(text.splitlines()) <= 1 and "\n" not in text),
)
def test_any_data_fits_the_size(points, width, height, label):
    text = text_plot([x for x, _ in points], [y for _, y in points], width, height, label, "y")
    lines = text.split("\n")
    assert len(lines) in (1, height + 3, height + 4)
    if len(lines) > 1:
        indent = lines[height + 1].index("└")
        assert max(len(line) for line in lines[1 : height + 3]) <= indent + 1 + max(width, 26)


def test_sizes_and_lengths_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="x has 1 values, y has 2"):
        text_plot([1.0], [1.0, 2.0])
    with pytest.raises(ValueError, match="at least 16 by 4"):
        text_plot([1.0], [1.0], 10, 10)
