"""Bench files beside a copy of the reference world."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from vsmdaq.formats.inputs import BenchSpec, parse_bench
from vsmdaq_configs import starter_set


@pytest.fixture
def spec(tmp_path: Path) -> Callable[..., BenchSpec]:
    """The starter set's simulated bench, with texts in its file replaced."""
    root = Path(str(starter_set()))

    def make(*replaced: tuple[str, str], world: str = "") -> BenchSpec:
        path = tmp_path / "my world.toml"
        path.write_text(f'base = "{(root / "worlds" / "reference.toml").as_posix()}"\n{world}', "utf-8")
        text = (root / "benches" / "simulated.toml").read_text("utf-8")
        for old, new in (("../worlds/reference.toml", path.name), *replaced):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        return parse_bench(text, tmp_path / "bench.toml")

    return make
