"""Programs that die in the middle of anything: the next one finds the instrument as it is, and no reply of the dead one."""

from __future__ import annotations

import socket
import struct
import sys

import pytest
import serial

from vsmdaq_sim.servers.hislip import MessageType, pack, unpack_header

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")


def vanish(channel):
    """End like a killed process whose replies were not read: the connection is reset."""
    channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    channel.close()


def place_of(served, role):
    name, rest = served.instruments[role].visa.removeprefix("TCPIP0::").split("::")[1].split(",")
    return name.encode(), int(rest)


def receive(channel):
    kind, _, parameter, length = unpack_header(channel.recv(16, socket.MSG_WAITALL))
    return kind, parameter, channel.recv(length, socket.MSG_WAITALL) if length else b""


def session(served, role):
    """A synchronous and an asynchronous channel, as a HiSLIP client opens them."""
    name, port = place_of(served, role)
    sync = socket.create_connection(("127.0.0.1", port), 5.0)
    sync.sendall(pack(MessageType.INITIALIZE, 0, 0x0100_0000, name))
    kind, parameter, _ = receive(sync)
    assert kind == MessageType.INITIALIZE_RESPONSE
    aside = socket.create_connection(("127.0.0.1", port), 5.0)
    aside.sendall(pack(MessageType.ASYNC_INITIALIZE, 0, parameter & 0xFFFF))
    assert receive(aside)[0] == MessageType.ASYNC_INITIALIZE_RESPONSE
    return sync, aside


def identity(served, role):
    sync, aside = session(served, role)
    sync.sendall(pack(MessageType.DATA_END, 0, 0xFFFF_FF00, b"*IDN?\n"))
    kind, _, reply = receive(sync)
    sync.close()
    aside.close()
    assert kind == MessageType.DATA_END
    return reply


LAST = [
    b"",
    b"HS",
    pack(MessageType.DATA_END, 0, 2, b"RDGI?\n"),
    pack(MessageType.DATA_END, 0, 2, b"RDGI?;RDGV?;RATE?\n") * 50,
    pack(MessageType.DATA, 0, 2, b"SETI 5"),
    pack(MessageType.DATA_END, 0, 2, b"SETI 7\n")[:-3],
    pack(MessageType.DATA_END, 0, 2, b"RDGI?\n") + pack(MessageType.TRIGGER, 0, 4),
]


@pytest.mark.parametrize("reset", [True, False], ids=["reset", "closed"])
@pytest.mark.parametrize("last", LAST)
def test_a_hislip_client_vanishes_and_the_next_is_served(served, last, reset):
    sync, aside = session(served, "supply")
    aside.sendall(pack(MessageType.ASYNC_LOCK, 1, 0))
    assert receive(aside)[:2] == (MessageType.ASYNC_LOCK_RESPONSE, 0)
    sync.sendall(last)
    for channel in (sync, aside):
        vanish(channel) if reset else channel.close()
    assert identity(served, "supply").startswith(b"LSCI,MODEL643")
    assert served.ask(ask="magnet")["set_point_a"] == 0.0, "half a message is none"


def test_only_one_of_two_channels_is_opened(served):
    name, port = place_of(served, "lockin")
    with socket.create_connection(("127.0.0.1", port), 5.0) as half:
        half.sendall(pack(MessageType.INITIALIZE, 0, 0x0100_0000, name))
        assert receive(half)[0] == MessageType.INITIALIZE_RESPONSE
        vanish(half)
    assert identity(served, "lockin").startswith(b"Stanford_Research_Systems,SR830")


def test_whoever_comes_after_a_dead_client_of_a_socket_is_let_in_at_once(served):
    host, port = served.instruments["operator"].serial.removeprefix("socket://").split(":")
    for number in range(20):
        with socket.create_connection((host, int(port)), 5.0) as client:
            client.sendall(b"*IDN?\nDONE?\n" if number % 2 else b"*IDN?\n")
            assert client.makefile().readline() == "vsmdaq,SIMULATED OPERATOR,0,1\n"
            vanish(client)


def test_a_reply_that_comes_late_is_lost_with_the_socket_that_asked(served):
    host, port = served.instruments["operator"].serial.removeprefix("socket://").split(":")
    with socket.create_connection((host, int(port)), 5.0) as client:
        client.sendall(b"*IDN?\n")
        vanish(client)
    with socket.create_connection((host, int(port)), 5.0) as client:
        client.sendall(b"DONE?\n")
        assert client.makefile().readline() in {"0\n", "1\n"}


def test_a_terminal_left_with_replies_unread_serves_the_next_program(served):
    path = served.instruments["balance"].serial
    with serial.Serial(path, timeout=3.0) as port:
        port.write(b"I4\r\n" * 5)
        port.read(3)
    with serial.Serial(path, timeout=3.0) as port:
        port.write(b"I4\r\n")
        assert port.read_until(b"\r\n").startswith(b"I4 A ")
