"""Instruments by HiSLIP (IVI-6.1): messages with END, device clear, serial poll, trigger, service requests.

One port serves all instruments of a world, told apart by their sub-address (``hislip0``, ``hislip1`` ...). Synchronised mode, no
encryption; locks are granted to one session at a time.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import IntEnum

from vsmdaq_sim.link import Endpoint
from vsmdaq_sim.servers.conversation import Conversation
from vsmdaq_sim.servers.pace import Pace

__all__ = ["HislipServer", "MessageType", "pack", "unpack_header"]

_HEADER = struct.Struct(">2sBBIQ")
_VERSION, _VENDOR = 0x0100, 0x5653  # protocol 1.0; vendor "VS"
_LARGEST = 1 << 20
_REQUEST_POLL_S = 0.01  # bench time between two looks at the service request line


class MessageType(IntEnum):
    """Message types (IVI-6.1, table 4)."""

    INITIALIZE = 0
    INITIALIZE_RESPONSE = 1
    FATAL_ERROR = 2
    ERROR = 3
    ASYNC_LOCK = 4
    ASYNC_LOCK_RESPONSE = 5
    DATA = 6
    DATA_END = 7
    DEVICE_CLEAR_COMPLETE = 8
    DEVICE_CLEAR_ACKNOWLEDGE = 9
    ASYNC_REMOTE_LOCAL_CONTROL = 10
    ASYNC_REMOTE_LOCAL_RESPONSE = 11
    TRIGGER = 12
    ASYNC_MAXIMUM_MESSAGE_SIZE = 15
    ASYNC_MAXIMUM_MESSAGE_SIZE_RESPONSE = 16
    ASYNC_INITIALIZE = 17
    ASYNC_INITIALIZE_RESPONSE = 18
    ASYNC_DEVICE_CLEAR = 19
    ASYNC_SERVICE_REQUEST = 20
    ASYNC_STATUS_QUERY = 21
    ASYNC_STATUS_RESPONSE = 22
    ASYNC_DEVICE_CLEAR_ACKNOWLEDGE = 23
    ASYNC_LOCK_INFO = 24
    ASYNC_LOCK_INFO_RESPONSE = 25


def pack(kind: MessageType, control: int = 0, parameter: int = 0, payload: bytes = b"") -> bytes:
    """Bytes of one message."""
    return _HEADER.pack(b"HS", kind, control, parameter, len(payload)) + payload


def unpack_header(data: bytes) -> tuple[int, int, int, int]:
    """Type, control code, parameter and payload length.

    Raises
    ------
    ValueError
        These bytes are no header.
    """
    prologue, kind, control, parameter, length = _HEADER.unpack(data)
    if prologue != b"HS" or length > 16 * _LARGEST:
        raise ValueError(f"{data!r} is no HiSLIP header")
    return kind, control, parameter, length


@dataclass(slots=True)
class _Session:
    number: int
    endpoint: Endpoint
    conversation: Conversation
    to_host: asyncio.StreamWriter
    aside: asyncio.StreamWriter | None = None
    message_id: int = 0
    partial: bytearray = field(default_factory=bytearray)


class HislipServer:
    """Serves instruments by sub-address.

    Parameters
    ----------
    endpoints : mapping of str to Endpoint
        By sub-address.
    pace : Pace
        Of the bench.
    """

    def __init__(self, endpoints: Mapping[str, Endpoint], pace: Pace) -> None:
        self._endpoints = dict(endpoints)
        self._pace = pace
        self._sessions: dict[int, _Session] = {}
        self._locks: dict[int, int] = {}  # id of the endpoint: session
        self._next = 0

    async def start(self, host: str, port: int) -> asyncio.Server:
        """Listen; `port` 0 for any that is free."""
        return await asyncio.start_server(self._connected, host, port)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            kind, _, parameter, payload = await _receive(reader)
            if kind == MessageType.INITIALIZE:
                await self._synchronous(reader, writer, payload.decode("ascii", "replace"))
            elif kind == MessageType.ASYNC_INITIALIZE and parameter in self._sessions:
                await self._asynchronous(reader, writer, self._sessions[parameter])
            else:
                writer.write(pack(MessageType.FATAL_ERROR, 3, 0, b"initialise first"))
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, struct.error):
            return  # the host hung up, or speaks something else
        finally:
            writer.close()

    # --- the synchronous channel ---------------------------------------------------------------------------------

    async def _synchronous(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str) -> None:
        endpoint = self._endpoints.get(name.lower())
        if endpoint is None:
            writer.write(pack(MessageType.FATAL_ERROR, 0, 0, f"no instrument {name!r}".encode()))
            return
        number = self._free_number()

        async def send(data: bytes, ends: bool) -> None:  # noqa: FBT001 - the conversation's call
            kind = MessageType.DATA_END if ends else MessageType.DATA
            writer.write(pack(kind, 0, session.message_id, data))
            await writer.drain()

        session = _Session(number, endpoint, Conversation(endpoint, self._pace, send), writer)
        self._sessions[number] = session
        writer.write(pack(MessageType.INITIALIZE_RESPONSE, 0, _VERSION << 16 | number))
        speaking = asyncio.ensure_future(session.conversation.speak())
        try:
            while not speaking.done():
                await self._take(session, *(await _receive(reader)))
        finally:
            speaking.cancel()
            session.conversation.close()
            del self._sessions[number]
            self._locks = {key: holder for key, holder in self._locks.items() if holder != number}
            if session.aside is not None:
                session.aside.close()

    def _free_number(self) -> int:
        """The next session's; the protocol has 16 bits for it."""
        while True:
            self._next = self._next % 0xFFFF + 1
            if self._next not in self._sessions:
                return self._next

    async def _take(self, session: _Session, kind: int, _control: int, parameter: int, payload: bytes) -> None:
        holder = self._locks.get(id(session.endpoint), session.number)
        if kind in (MessageType.DATA, MessageType.DATA_END):
            session.partial += payload
            if kind == MessageType.DATA_END and holder == session.number:
                session.message_id = parameter
                message = bytes(session.partial)
                session.partial.clear()
                session.conversation.hear(message)
        elif kind == MessageType.TRIGGER:
            session.message_id = parameter
            session.endpoint.trigger()
        elif kind == MessageType.DEVICE_CLEAR_COMPLETE:
            session.to_host.write(pack(MessageType.DEVICE_CLEAR_ACKNOWLEDGE))
        else:
            session.to_host.write(pack(MessageType.ERROR, 1, 0, b"unrecognised message type"))
        await session.to_host.drain()

    # --- the asynchronous channel --------------------------------------------------------------------------------

    async def _asynchronous(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, session: _Session
    ) -> None:
        session.aside = writer
        writer.write(pack(MessageType.ASYNC_INITIALIZE_RESPONSE, 0, _VENDOR))
        watching = asyncio.ensure_future(self._watch_requests(session, writer))
        try:
            while True:
                kind, control, _, payload = await _receive(reader)
                writer.write(self._answer(session, kind, control, payload))
                await writer.drain()
        finally:
            watching.cancel()

    def _answer(self, session: _Session, kind: int, control: int, payload: bytes) -> bytes:
        """Reply to a message on the asynchronous channel; the time-out of a lock is not used: granted or refused at once."""
        self._pace.catch_up()
        endpoint, key = session.endpoint, id(session.endpoint)
        reply = pack(MessageType.ERROR, 1, 0, b"unrecognised message type")
        if kind == MessageType.ASYNC_MAXIMUM_MESSAGE_SIZE:
            largest = struct.pack(">Q", min(_LARGEST, struct.unpack(">Q", payload)[0]))
            reply = pack(MessageType.ASYNC_MAXIMUM_MESSAGE_SIZE_RESPONSE, 0, 0, largest)
        elif kind == MessageType.ASYNC_STATUS_QUERY:
            reply = pack(MessageType.ASYNC_STATUS_RESPONSE, endpoint.status_byte(session.conversation.host))
        elif kind == MessageType.ASYNC_DEVICE_CLEAR:
            session.partial.clear()
            endpoint.device_clear(session.conversation.host)
            reply = pack(MessageType.ASYNC_DEVICE_CLEAR_ACKNOWLEDGE)
        elif kind == MessageType.ASYNC_REMOTE_LOCAL_CONTROL:
            reply = pack(MessageType.ASYNC_REMOTE_LOCAL_RESPONSE)
        elif kind == MessageType.ASYNC_LOCK:
            reply = pack(MessageType.ASYNC_LOCK_RESPONSE, self._lock(key, session.number, wanted=control == 1))
        elif kind == MessageType.ASYNC_LOCK_INFO:
            reply = pack(MessageType.ASYNC_LOCK_INFO_RESPONSE, int(key in self._locks), int(key in self._locks))
        return reply

    def _lock(self, key: int, number: int, *, wanted: bool) -> int:
        """0 refused, 1 granted or released, 3 there was none to release (IVI-6.1, 6.5)."""
        if wanted:
            return int(self._locks.setdefault(key, number) == number)
        return 1 if self._locks.pop(key, None) is not None else 3

    async def _watch_requests(self, session: _Session, writer: asyncio.StreamWriter) -> None:
        told = False
        while True:
            await asyncio.sleep(max(_REQUEST_POLL_S / self._pace.speed, 0.002))
            self._pace.catch_up()
            requesting = session.endpoint.requests_service()
            if requesting and not told:
                writer.write(pack(MessageType.ASYNC_SERVICE_REQUEST, 0x40))
                with suppress(ConnectionError):  # the host has just died; its session is being closed
                    await writer.drain()
            told = requesting


async def _receive(reader: asyncio.StreamReader) -> tuple[int, int, int, bytes]:
    kind, control, parameter, length = unpack_header(await reader.readexactly(_HEADER.size))
    return kind, control, parameter, await reader.readexactly(length)
