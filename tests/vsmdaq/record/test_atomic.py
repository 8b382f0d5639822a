"""A file is there whole or not at all."""

from __future__ import annotations

import os

import pytest

from vsmdaq.record import write_atomically


def test_replaces_whole_content(tmp_path):
    path = tmp_path / "run.json"
    write_atomically(path, "µ\n")
    assert path.read_bytes() == b"\xc2\xb5\n"
    write_atomically(path, b"\x00\x01")
    assert path.read_bytes() == b"\x00\x01"
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_failure_leaves_the_old_file_and_no_litter(tmp_path):
    path = tmp_path / "run.json"
    write_atomically(path, "old")

    def fail(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_atomically(path, "new", sync=fail)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.json"]


def test_content_is_durable_before_it_gets_its_name_and_the_name_after(tmp_path):
    path = tmp_path / "run.json"
    seen: list[tuple[bool, bool]] = []

    def sync(descriptor: int) -> None:
        is_folder = os.path.samestat(os.fstat(descriptor), tmp_path.stat())
        seen.append((is_folder, path.exists()))

    write_atomically(path, "text", sync=sync)
    assert seen == [(False, False), (True, True)]
