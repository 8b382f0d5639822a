"""The way behind a served bench, for tests and demonstrations: one line of JSON asked, one answered.

``{"ask": "time"}``, ``{"ask": "magnet"}``, ``{"ask": "truth"}``, ``{"ask": "arm", "fault": {...}}``, ``{"ask": "faults"}``,
``{"ask": "mark", "text": "..."}``, ``{"ask": "stop"}``. `truth` and `mark` need a log, where they leave a line.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.faults import Fault
from vsmdaq_sim.servers.pace import Pace
from vsmdaq_sim.servers.world_log import WorldLog

__all__ = ["answer", "serve_control"]


def answer(
    bench: SimBench, pace: Pace, stop: Callable[[], None], line: bytes, log: WorldLog | None = None
) -> dict[str, Any]:
    """What is answered to one line; a mistake is answered as ``{"error": ...}``."""
    pace.catch_up()
    asks: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
        "time": lambda _: {"time_s": bench.clock.now(), "speed": pace.speed},
        "magnet": lambda _: _magnet(bench),
        "truth": lambda _: {"time_s": bench.clock.now(), **_needed(log).truth()},
        "mark": lambda request: {"time_s": _needed(log).mark(str(request["text"]))},
        "arm": lambda request: _arm(bench, request["fault"]),
        "faults": lambda _: {"faults": [asdict(injection) for injection in bench.faults.log]},
        "stop": lambda _: _stop(stop),
    }
    try:
        request = json.loads(line)
        ask = request["ask"]
        if ask not in asks:
            return {"error": f"ask: given {ask!r}; allowed: {', '.join(asks)}"}
        return asks[ask](request)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        return {"error": f"{type(error).__name__}: {error}"}


def _magnet(bench: SimBench) -> dict[str, Any]:
    magnet = bench.world.magnet
    return {"time_s": bench.clock.now(), "current_a": magnet.current_a(), "set_point_a": magnet.set_point_a}


def _needed(log: WorldLog | None) -> WorldLog:
    if log is None:
        raise ValueError("this world keeps no log; serve it with --log FILE")
    return log


def _arm(bench: SimBench, fault: dict[str, Any]) -> dict[str, Any]:
    bench.faults.arm(Fault(**fault))
    return {"armed": fault}


def _stop(stop: Callable[[], None]) -> dict[str, Any]:
    stop()
    return {"stopping": True}


async def serve_control(
    bench: SimBench, pace: Pace, stop: Callable[[], None], host: str, port: int, log: WorldLog | None = None
) -> asyncio.Server:
    """Listen for such lines."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                writer.write(json.dumps(answer(bench, pace, stop, line, log)).encode() + b"\n")
                await writer.drain()
        except (ConnectionError, ValueError):
            return  # hung up, or a line without end
        finally:
            writer.close()

    return await asyncio.start_server(connected, host, port)
