"""Instruments on pseudo-terminals: what a program opens like a serial port. There are none on Windows."""

from __future__ import annotations

import asyncio
import os

from vsmdaq_sim.link import ConnectionLostError, Endpoint
from vsmdaq_sim.servers.conversation import Conversation
from vsmdaq_sim.servers.pace import Pace

__all__ = ["Terminal", "has_terminals", "open_terminal"]

_CHUNK = 65536


def has_terminals() -> bool:
    """Whether this system has pseudo-terminals."""
    return hasattr(os, "openpty")


class Terminal:
    """A pseudo-terminal with an instrument behind it.

    Attributes
    ----------
    path : str
        What the host opens, e.g. ``/dev/pts/3``.
    """

    def __init__(self, master: int, slave: int) -> None:
        self.path = os.ttyname(slave)
        self._master = master
        self._slave = slave  # held open: without it a host that hangs up would end the terminal

    def fileno(self) -> int:
        """Our end."""
        return self._master

    def close(self) -> None:
        """Take the terminal away."""
        os.close(self._master)
        os.close(self._slave)


def open_terminal() -> Terminal:
    """Make a pseudo-terminal that changes no byte."""
    import tty  # noqa: PLC0415 - not on Windows

    master, slave = os.openpty()
    tty.setraw(slave)
    os.set_blocking(master, False)
    return Terminal(master, slave)


async def serve_terminal(terminal: Terminal, endpoint: Endpoint, pace: Pace) -> None:
    """Serve an instrument on a terminal until cancelled. An interrupted wire loses what is said meanwhile."""
    loop = asyncio.get_running_loop()

    async def send(data: bytes, _: bool) -> None:  # noqa: FBT001 - a stream knows no end of a message
        while data:
            try:
                data = data[os.write(terminal.fileno(), data) :]
            except BlockingIOError:
                await asyncio.sleep(0.01)  # nobody reads: the terminal's own buffer is full

    conversation = Conversation(endpoint, pace, send)

    def heard() -> None:
        data = os.read(terminal.fileno(), _CHUNK)
        try:
            conversation.hear(data)
        except ConnectionLostError:
            return  # the cable is out: bytes go nowhere

    loop.add_reader(terminal.fileno(), heard)
    try:
        while True:
            await conversation.speak()
            await asyncio.sleep(0.01 / pace.speed)  # the cable is out: look again
    finally:
        loop.remove_reader(terminal.fileno())
