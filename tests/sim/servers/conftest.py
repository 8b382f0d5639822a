"""The reference world, served in a thread of its own at fifty times real time."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from pathlib import Path

import pytest

import vsmdaq_configs
from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.servers import WorldLog, serve
from vsmdaq_sim.spec import LibrarySpec

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
SPEED = 50.0


class Served:
    def __init__(self, log=None) -> None:
        self.bench = SimBench.load(LibrarySpec(REFERENCE))
        self.log = None if log is None else WorldLog(log, self.bench, speed=SPEED, session="test")
        self.instruments = {}
        self.control_port = 0
        self._ready = threading.Event()
        self._loop = None
        self._stop = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()))
        self._thread.start()
        assert self._ready.wait(10.0)

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        places = {"speed": SPEED, "host": "127.0.0.1", "ready": self._on_ready}
        await serve(self.bench, self.bench.clock, stop=self._stop, log=self.log, **places)
        if self.log is not None:
            self.log.close()

    def _on_ready(self, served, control_port) -> None:
        self.instruments = {one.role: one for one in served}
        self.control_port = control_port
        self._ready.set()

    def ask(self, **request):
        """Ask the control socket, as another program would."""
        with socket.create_connection(("127.0.0.1", self.control_port), timeout=5.0) as control:
            control.sendall(json.dumps(request).encode() + b"\n")
            return json.loads(control.makefile().readline())

    def stop(self) -> None:
        if not self._thread.is_alive():
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10.0)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def served():
    served = Served()
    yield served
    served.stop()


@pytest.fixture
def logged(tmp_path):
    """The same with a log, for one test; gives it and the path of the log."""
    served = Served(tmp_path / "world.log")
    yield served, tmp_path / "world.log"
    served.stop()
