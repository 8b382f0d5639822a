"""`vsmdaq sim serve`: a world in a process of its own, its instruments on this computer's sockets and terminals."""

from __future__ import annotations

import asyncio
import json
import re
import signal
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from vsmdaq.formats.inputs import read_text
from vsmdaq.record.atomic import write_atomically
from vsmdaq.terms import InputError, Problem, VsmdaqError

if TYPE_CHECKING:
    from vsmdaq_sim.servers import ServedInstrument

__all__ = ["Rewriting", "rewriting_of", "rewritten", "serve_world"]


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A bench file, and where its copy with the addresses of the served world goes."""

    source: Path
    target: Path


def serve_world(
    path: Path,
    *,
    rewriting: Rewriting | None,
    speed: float,
    host: str,
    seed: int | None,
    session: str,
    as_json: bool,
    log: Path | None = None,
) -> None:
    """Serve a world until Ctrl-C, SIGTERM or its control socket ends it; prints where its instruments are.

    Parameters
    ----------
    path : Path
        World file.
    rewriting : Rewriting or None
        Bench file of that world to be copied with the addresses of this process.
    speed : float
        Seconds of bench time in a second.
    host : str
        Address to listen at.
    seed, session
        Of the world.
    as_json : bool
        One line of JSON instead of a table.
    log : Path, optional
        Where what is true is written down; lines are added behind what is there.

    Raises
    ------
    InputError
        There is no such world or bench file.
    VsmdaqError
        World file or speed cannot be used; the address cannot be listened at.
    """
    from vsmdaq_sim.bench import SimBench  # noqa: PLC0415
    from vsmdaq_sim.clock import VirtualClock  # noqa: PLC0415
    from vsmdaq_sim.servers import WorldLog, serve  # noqa: PLC0415
    from vsmdaq_sim.spec import LibrarySpec  # noqa: PLC0415

    read_text(path, "world file")
    text = "" if rewriting is None else read_text(rewriting.source, "bench file")

    def ready(served: list[ServedInstrument], control: int) -> None:
        if rewriting is not None:
            addresses = {one.world_address: one.serial or one.visa for one in served}
            write_atomically(rewriting.target, rewritten(text, addresses, speed=speed, world=path.name))
        typer.echo(_as_json(served, host, control) if as_json else _as_table(served, host, control, path, speed))

    async def run(bench: SimBench) -> None:
        stop = asyncio.Event()
        _on_signals(stop.set)
        clock = bench.clock
        if not isinstance(clock, VirtualClock):
            raise TypeError(f"the world's clock is a {type(clock).__name__}; a VirtualClock is needed")
        with ExitStack() as stack:
            kept = None
            if log is not None:
                kept = WorldLog(log, bench, speed=speed, session=session)
                stack.callback(kept.close)
            await serve(bench, clock, speed=speed, host=host, ready=ready, stop=stop, log=kept)

    try:
        asyncio.run(run(SimBench.load(LibrarySpec(path.resolve(), seed, session))))
    except (ValueError, OSError) as error:
        raise VsmdaqError(str(error)) from error


def rewriting_of(source: Path | None, target: Path | None) -> Rewriting | None:
    """What the two options say together.

    Raises
    ------
    InputError
        One of them is missing.
    """
    if source is None and target is None:
        return None
    if source is None or target is None:
        raise InputError("--bench", (Problem("--bench", "one option alone", "--bench and --write-bench together"),))
    return Rewriting(source, target)


def rewritten(text: str, addresses: Mapping[str, str], *, speed: float, world: str) -> str:
    """A bench file with other addresses, through pyvisa-py, at the speed of the served world.

    Parameters
    ----------
    text : str
        The bench file.
    addresses : mapping of str to str
        From each address as the world has it (canonical) to that of the served instrument.
    speed : float
        Seconds of bench time in a second.
    world : str
        For the bench's name: what is calibrated there holds nowhere else.
    """
    lines: list[str] = []
    for line in text.splitlines():
        key, _, rest = line.partition("=")
        value = re.match(r'\s*"([^"]*)"', rest)
        if value is None:
            lines.append(line)
        elif key.strip() == "visa_library":
            lines += ['visa_library = "@py"', f"clock_speed = {speed!r}"]
        elif key.strip() == "name":
            lines.append(f'name = "{value.group(1)} (served: {world})"')
        elif key.strip() == "address":
            known = addresses.get(value.group(1).strip().upper(), addresses.get(value.group(1).strip()))
            lines.append(f'address = "{known or value.group(1)}"')
        else:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _as_json(served: list[ServedInstrument], host: str, control: int) -> str:
    return json.dumps({"control": f"{host}:{control}", "instruments": [asdict(one) for one in served]})


def _as_table(served: list[ServedInstrument], host: str, control: int, path: Path, speed: float) -> str:
    lines = [f"{path.name} at {speed:g} x real time; Ctrl-C ends it."]
    lines += [f"  {one.role:<12} {one.kind:<16} {one.world_address:<34} {one.visa}" for one in served]
    return "\n".join([*lines, f"  control      {host}:{control}"])


def _on_signals(action: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, action)
        except NotImplementedError:  # Windows: Ctrl-C ends the loop by itself
            return
