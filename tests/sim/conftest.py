"""What the tests of the wire share: a world file based on the reference world, and resource managers that get closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import pyvisa

_REFERENCE = Path(__file__).resolve().parents[2] / "configs" / "vsmdaq_configs" / "worlds" / "reference.toml"


@pytest.fixture
def world_file(tmp_path: Path) -> Path:
    """The reference world, with an SR830 on a serial line beside it."""
    path = tmp_path / "world.toml"
    path.write_text(
        f'base = "{_REFERENCE.as_posix()}"\n'
        '[instruments.lockin-rs232]\nkind = "sr830"\naddress = "ASRL5::INSTR"\nreply_s = 0.001\n',
        encoding="utf-8",
    )
    return path


@pytest.fixture
def managers() -> Iterator[Callable[[str], Any]]:
    """Open resource managers by library string; all are closed at the end."""
    opened: list[pyvisa.ResourceManager] = []

    def make(library: str) -> pyvisa.ResourceManager:
        manager = pyvisa.ResourceManager(f"{library}@vsmsim")
        opened.append(manager)
        return manager

    yield make
    for manager in opened:
        manager.close()


@pytest.fixture
def manager(managers: Callable[[str], Any], world_file: Path) -> Any:
    return managers(f"{world_file}?seed=3")
