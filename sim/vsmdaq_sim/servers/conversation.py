"""One host and one instrument: what comes in is carried out, what the instrument says goes out when it is ready."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from vsmdaq_sim.link import Endpoint
from vsmdaq_sim.servers.pace import Pace

__all__ = ["Conversation"]

Send = Callable[[bytes, bool], Awaitable[None]]


class Conversation:
    """The instrument's side of an open connection.

    Parameters
    ----------
    endpoint : Endpoint
        The instrument's end of the wire; its buffers start empty.
    pace : Pace
        Of the bench.
    send : callable
        Sends bytes to the host; its second argument tells that a message ends with them.

    Attributes
    ----------
    host : HostSide
        The host's buffers at the instrument's end.
    """

    def __init__(self, endpoint: Endpoint, pace: Pace, send: Send) -> None:
        self._endpoint = endpoint
        self._pace = pace
        self._send = send
        self._woken = asyncio.Event()
        pace.catch_up()
        self.host = endpoint.open()

    def hear(self, data: bytes) -> None:
        """Take bytes from the host.

        Raises
        ------
        ConnectionLostError
            The wire is interrupted.
        """
        self._pace.catch_up()
        self._endpoint.write(data, self.host)
        self._woken.set()

    async def speak(self) -> None:
        """Send what the instrument says, for as long as the wire holds; ends where it is interrupted or the host has gone."""
        try:
            while True:
                for data, ends in self._endpoint.take_ready(self.host):
                    await self._send(data, ends)
                await self._pace.wait(self._endpoint.next_s(self.host), self._woken)
        except ConnectionError:  # the simulated wire is interrupted, or the host died while it was being told
            return

    def close(self) -> None:
        """The host has hung up."""
        self._endpoint.close(self.host)
