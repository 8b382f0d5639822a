"""Serve all instruments of a world until told to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass

from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.link import Endpoint
from vsmdaq_sim.servers.control import serve_control
from vsmdaq_sim.servers.hislip import HislipServer
from vsmdaq_sim.servers.pace import Pace, Paced
from vsmdaq_sim.servers.sockets import serve_socket
from vsmdaq_sim.servers.terminals import has_terminals, open_terminal, serve_terminal
from vsmdaq_sim.servers.world_log import WorldLog

__all__ = ["ServedInstrument", "serve"]


@dataclass(frozen=True, slots=True)
class ServedInstrument:
    """Where an instrument of a world can be reached.

    Attributes
    ----------
    role, kind, world_address : str
        As the world file says.
    visa : str
        VISA address for pyvisa-py: HiSLIP for an instrument on a bus, a socket or a serial port for the others.
    serial : str
        What pyserial opens: a terminal, or ``socket://...``; empty for an instrument on a bus.
    """

    role: str
    kind: str
    world_address: str
    visa: str
    serial: str


Ready = Callable[[list[ServedInstrument], int], None]


async def serve(
    bench: SimBench,
    clock: Paced,
    *,
    speed: float,
    host: str,
    ready: Ready,
    stop: asyncio.Event,
    log: WorldLog | None = None,
) -> None:
    """Serve a bench on this computer.

    Parameters
    ----------
    bench : SimBench
        The world and its instruments.
    clock : Paced
        The bench's clock.
    speed : float
        Seconds of bench time in a second.
    host : str
        Address to listen at, normally ``127.0.0.1``.
    ready : callable
        Called with the instruments and the port of the control socket once all can be reached.
    stop : asyncio.Event
        Ends it.
    log : WorldLog, optional
        Of this bench; the caller closes it.
    """
    pace = Pace(clock, speed, asyncio.get_running_loop().time)
    async with AsyncExitStack() as stack:
        background: list[asyncio.Task[None]] = []

        async def cancel() -> None:
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)

        stack.push_async_callback(cancel)
        buses = {line.role: bench.endpoint_of(line.role) for line in bench.world.spec.instruments}
        names = {role: f"hislip{at}" for at, role in enumerate(buses) if buses[role].end_signal}
        hislip = HislipServer({name: buses[role] for role, name in names.items()}, pace)
        hislip_port = await _listen(stack, await hislip.start(host, 0))
        served: list[ServedInstrument] = []
        for line in bench.world.spec.instruments:
            endpoint = buses[line.role]
            visa = serial = ""
            if line.role in names:
                visa = f"TCPIP0::{host}::{names[line.role]},{hislip_port}::INSTR"
            elif endpoint.address.startswith("ASRL") and has_terminals():
                terminal = open_terminal()
                stack.callback(terminal.close)
                background.append(asyncio.ensure_future(serve_terminal(terminal, endpoint, pace)))
                visa, serial = f"ASRL{terminal.path}::INSTR", terminal.path
            else:
                visa, serial = await _on_socket(stack, endpoint, pace, host)
            served.append(ServedInstrument(line.role, line.kind, endpoint.address, visa, serial))
        control_port = await _listen(stack, await serve_control(bench, pace, stop.set, host, 0, log))
        ready(served, control_port)
        await stop.wait()
        pace.catch_up()


async def _on_socket(stack: AsyncExitStack, endpoint: Endpoint, pace: Pace, host: str) -> tuple[str, str]:
    port = await _listen(stack, await serve_socket(endpoint, pace, host, 0))
    return f"TCPIP0::{host}::{port}::SOCKET", f"socket://{host}:{port}"


async def _listen(stack: AsyncExitStack, server: asyncio.Server) -> int:
    stack.callback(server.close)
    return int(server.sockets[0].getsockname()[1])
