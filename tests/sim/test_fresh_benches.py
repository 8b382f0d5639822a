"""One spec is one bench while somebody holds it, however it is spelt, and a fresh one afterwards."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import serial

LOCKIN = "GPIB0::8::INSTR"


def spellings(world: Path) -> list[str]:
    link = world.parent / "link.toml"
    link.symlink_to(world)
    folder = world.parent.parent / f"{world.parent.name}-link"
    folder.symlink_to(world.parent)
    return [
        str(world),
        "world.toml",
        "./world.toml",
        f"../{world.parent.name}/world.toml",
        f"{world.parent}//./world.toml",
        str(link),
        str(folder / "world.toml"),
        f" {world} ",
    ]


def test_every_spelling_is_the_same_bench(
    managers: Callable[[str], Any], world_file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(world_file.parent)
    opened = [managers(f"{text}?seed=1") for text in spellings(world_file)]
    opened += [managers(f"{world_file}?{options}") for options in ("seed=01", "seed=+1", "seed=1&session=")]
    opened[0].open_resource(LOCKIN).write("SENS 3")
    for manager in opened:
        assert manager.visalib.bench is opened[0].visalib.bench
        assert manager.open_resource(LOCKIN).query("SENS?") == "3\n"
    monkeypatch.setattr(
        serial, "protocol_handler_packages", [*serial.protocol_handler_packages, "vsmdaq_sim.serial_handlers"]
    )
    for url in (
        f"vsmsim://ASRL3::INSTR?world={world_file}?seed=1",
        f"VSMSIM://asrl3?world={world_file}?seed=01@vsmsim",
    ):
        with serial.serial_for_url(url) as port:
            assert port.bench is opened[0].visalib.bench


def test_each_closing_leaves_the_others_their_bench_and_the_last_frees_it(
    managers: Callable[[str], Any], world_file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(world_file.parent)
    texts = spellings(world_file)
    opened = [managers(text) for text in texts]
    opened[0].open_resource(LOCKIN).write("SENS 3")
    for manager in opened[:-1]:
        manager.close()
        assert opened[-1].open_resource(LOCKIN).query("SENS?") == "3\n"
    opened[-1].close()
    for text in texts:
        manager = managers(text)
        assert manager.visalib.clock.now() == 0.0
        assert manager.open_resource(LOCKIN).query("SENS?") == "26\n"
        manager.close()


def test_another_seed_or_session_is_another_bench(managers: Callable[[str], Any], world_file: Path):
    benches = {
        id(managers(f"{world_file}{options}").visalib.bench)
        for options in ("", "?seed=1", "?seed=2", "?session=a", "?session=A", "?seed=1&session=a")
    }
    assert len(benches) == 6


def test_a_file_that_is_replaced_is_read_again(managers: Callable[[str], Any], world_file: Path):
    first = managers(str(world_file))
    assert first.open_resource("ASRL5::INSTR")
    first.close()
    text = world_file.read_text(encoding="utf-8").replace("ASRL5", "ASRL6")
    world_file.write_text(text, encoding="utf-8")
    assert "ASRL6::INSTR" in managers(str(world_file)).list_resources()
