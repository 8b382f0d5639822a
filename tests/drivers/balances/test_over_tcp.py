"""Over a real socket (pyserial's ``socket://``), as serial-to-Ethernet adapters and balances with a network port have it."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator

import pytest

from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.links.serial_port import SerialLink

WEIGHTS = {
    "mt_sics": {b"SI": b"S S     12.3450 g", b"I4": b'I4 A "11"', b"I2": b'I2 A "MS204 220.0000 g"'},
    "sartorius_sbi": {b"\x1bP": b"+  12.3450 g  ", b"\x1bx1_": b"SECURA224     ", b"\x1bx2_": b"0031700123    "},
    "and_balance": {b"Q": b"ST,+012.3450  g", b"?TN": b"TN,GX-203A", b"?SN": b"SN,11"},
    "ohaus": {b"IP": b"   12.3450 g", b"PV": b"Sr 2.10", b"PSN": b"B40"},
}


@pytest.fixture
def serve() -> Iterator[Callable[[dict[bytes, bytes]], str]]:
    servers: list[socketserver.ThreadingTCPServer] = []

    def start(replies: dict[bytes, bytes]) -> str:
        class Balance(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self.wfile.write(b"left over from before\r\n")
                for line in self.rfile:
                    reply = replies.get(line.removesuffix(b"\r\n"))
                    if reply is not None:
                        self.wfile.write(reply + b"\r\n")

        server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Balance)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        servers.append(server)
        return f"socket://127.0.0.1:{server.server_address[1]}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", sorted(WEIGHTS))
def test_a_weight(serve, kind):
    entry, url = DRIVERS[kind], serve(WEIGHTS[kind])
    balance = entry.make(SerialLink(url, kind, entry.terminators(url), settings=entry.serial))
    balance.identify()
    balance.prepare()
    reading = balance.read()
    assert (reading.mass_kg, reading.stable, reading.flags) == (0.012345, True, ())
    balance.close()
