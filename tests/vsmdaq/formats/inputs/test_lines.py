"""Line numbers of keys."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vsmdaq.formats.inputs.lines import line_of

TEXT = """\
name = "x"
[supply]  # a comment
driver = "a"

[field]
approach = ["1 kA/m",
            "2 kA/m"]
segments = [
    { from = "1", to = "2" },  # { not this one
    { from = "1", to = "2" },
]
measure.poles = 4

[[runs]]
name = "a"
[[runs]]
name = "b"
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 1),
        (("supply",), 2),
        (("supply", "driver"), 3),
        (("supply", "address"), 2),
        (("field", "approach", 1), 6),
        (("field", "segments"), 8),
        (("field", "segments", 0, "from"), 9),
        (("field", "segments", 1, "steps"), 10),
        (("field", "measure", "poles"), 12),
        (("runs", 1, "name"), 16),
        (("absent",), None),
        ((), None),
    ],
)
def test_line(path: tuple[str | int, ...], line: int | None):
    assert line_of(TEXT, path) == line


NAMES = st.text("abcdefgh", min_size=1, max_size=4)


@settings(max_examples=30)
@given(st.dictionaries(NAMES, st.dictionaries(NAMES, st.integers(), min_size=1), min_size=1), st.data())
def test_the_line_of_a_key_holds_it(tables: dict[str, dict[str, int]], data: st.DataObject):
    text = "".join(
        f"[{table}]\n" + "".join(f"{key} = {value}\n" for key, value in keys.items()) for table, keys in tables.items()
    )
    assert tomllib.loads(text) == tables
    table = data.draw(st.sampled_from(sorted(tables)))
    key = data.draw(st.sampled_from(sorted(tables[table])))
    line = line_of(text, (table, key))
    assert line is not None
    lines = text.splitlines()
    assert lines[line - 1] == f"{key} = {tables[table][key]}"
    assert [text for text in lines[:line] if text.startswith("[")][-1] == f"[{table}]"


@given(st.text(max_size=80), st.lists(st.one_of(NAMES, st.integers(0, 5)), max_size=4))
def test_any_text_has_a_line_or_none(text: str, path: list[str | int]):
    line = line_of(text, path)
    assert line is None or 1 <= line <= len(text.splitlines())
