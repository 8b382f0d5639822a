"""Instruments on TCP sockets: bytes as they are, one host at a time."""

from __future__ import annotations

import asyncio

from vsmdaq_sim.link import ConnectionLostError, Endpoint
from vsmdaq_sim.servers.conversation import Conversation
from vsmdaq_sim.servers.pace import Pace

__all__ = ["serve_socket"]

_CHUNK = 65536
_HANGING_UP_S = 0.1  # wall time in which a host that has gone is noticed


async def serve_socket(endpoint: Endpoint, pace: Pace, host: str, port: int) -> asyncio.Server:
    """Serve an instrument on a TCP socket.

    Parameters
    ----------
    endpoint : Endpoint
        The instrument's end of the wire. A second host is turned away while one is connected, as instruments do; one that
        comes while the first is hanging up, or has just died, is let in.
    pace : Pace
        Of the bench.
    host : str
        Address to listen at.
    port : int
        0 for any that is free.

    Raises
    ------
    OSError
        The port is taken.
    """
    taken = asyncio.Lock()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await asyncio.wait_for(taken.acquire(), _HANGING_UP_S)
        except TimeoutError:
            writer.close()
            return
        try:
            await _converse(endpoint, pace, reader, writer)
        finally:
            taken.release()
            writer.close()

    return await asyncio.start_server(connected, host, port)


async def _converse(endpoint: Endpoint, pace: Pace, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    async def send(data: bytes, _: bool) -> None:  # noqa: FBT001 - a stream knows no end of a message
        writer.write(data)
        await writer.drain()

    async def listen(conversation: Conversation) -> None:
        while data := await reader.read(_CHUNK):
            conversation.hear(data)

    conversation = Conversation(endpoint, pace, send)
    try:
        tasks = [asyncio.ensure_future(listen(conversation)), asyncio.ensure_future(conversation.speak())]
        _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, BaseException) and not isinstance(
                result, ConnectionLostError | ConnectionError | asyncio.CancelledError
            ):
                raise result
    except ConnectionLostError:
        return
    finally:
        conversation.close()
