"""A world file of one gaussmeter over the reference world, and its link."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import vsmdaq_configs
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.links.visa import VisaLink, VisaSession

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
SUPPLY = "GPIB0::12::INSTR"


class World:
    """A gaussmeter, and the supply of its magnet, each with its link."""

    def __init__(self, session: VisaSession, driver: str, address: str) -> None:
        entry = DRIVERS[driver]
        supply = DRIVERS["lakeshore_643"]
        self.clock = session.clock
        self.link: VisaLink = session.open(address, driver, entry.terminators(address), serial=entry.serial)
        self.supply: VisaLink = session.open(SUPPLY, "lakeshore_643", supply.terminators(SUPPLY))

    def magnet(self, current_a: float) -> None:
        """Ramp and wait until the field is there."""
        self.supply.write("RATE 50")
        self.supply.write(f"SETI {current_a}")
        self.clock.sleep(10.0)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Callable[..., World]]:
    sessions: list[VisaSession] = []

    def make(kind: str, address: str, *, lines: tuple[str, ...] = (), **options: object) -> World:
        path = tmp_path / f"{len(sessions)}.toml"
        table = ", ".join(f"{key} = {json.dumps(value)}" for key, value in options.items())
        text = [
            f"base = {json.dumps(str(REFERENCE))}",
            'draw."gaussmeter.offset_a_per_m" = { u = 0.0 }',
            'draw."gaussmeter.gain" = { u_relative = 0.0 }',
            *lines,
            "[instruments.gaussmeter]",
            f'kind = "{kind}"',
            f'address = "{address}"',
            "reply_s = 0.010",
            f"options = {{ {table} }}",
        ]
        path.write_text("\n".join([*text, ""]), "utf-8")
        sessions.append(VisaSession(f"{path}@vsmsim"))
        return World(sessions[-1], kind, address)

    yield make
    for session in sessions:
        session.close()
