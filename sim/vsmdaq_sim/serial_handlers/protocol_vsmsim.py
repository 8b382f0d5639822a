"""The simulated bench as a pyserial URL: ``vsmsim://ASRL3::INSTR?world=path/to/world.toml?seed=3&session=abc``.

What follows ``?world=`` is the library string of the PyVISA backend, as it is or percent-encoded, with or without its ``@vsmsim``. Ports and PyVISA libraries of one spec that are
open at the same time share one world and one clock (see `vsmdaq_sim.bench`); a port alone gets a bench of its own. Time-outs pass on
the virtual clock.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

from serial.serialutil import PortNotOpenError, SerialBase, SerialException

from vsmdaq_sim.bench import SimBench, acquire_bench, canonical_address, release_bench
from vsmdaq_sim.instruments.common.ports import SimClock
from vsmdaq_sim.link import ConnectionLostError, Endpoint, HostSide
from vsmdaq_sim.spec import LibrarySpec, parse_library_string

__all__ = ["Serial"]

_SCHEME = "vsmsim://"
_EXAMPLE = "vsmsim://ASRL3::INSTR?world=path/to/world.toml?seed=3&session=abc"


class Serial(SerialBase):  # type: ignore[misc]  # pyserial is untyped
    """A serial port of the simulated bench.

    Attributes
    ----------
    clock : SimClock
        The bench's virtual clock, while open.
    bench : SimBench
        The bench, while open.
    """

    is_open: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._held: tuple[LibrarySpec, SimBench, Endpoint, HostSide] | None = None
        super().__init__(*args, **kwargs)

    def open(self) -> None:
        """Open the port; its buffers start empty.

        Raises
        ------
        serial.SerialException
            Already open, a URL that cannot be read, no such world file, or no serial instrument at this address.
        """
        if self.is_open:
            raise SerialException(f"{self.port} is already open")
        address, spec = _parse_url(self.port)
        try:
            bench = acquire_bench(spec)
        except ValueError as error:
            raise SerialException(str(error)) from error
        endpoint = bench.endpoints.get(address)
        if endpoint is None or endpoint.end_signal:
            serial = ", ".join(name for name, other in bench.endpoints.items() if not other.end_signal) or "none"
            release_bench(spec, bench)
            raise SerialException(f"no serial instrument at {address} in {spec.path}; there are: {serial}")
        self._held = (spec, bench, endpoint, endpoint.open())
        self.is_open = True

    def close(self) -> None:
        """Close the port; may be called twice."""
        held, self._held = self._held, None
        self.is_open = False
        if held is not None:
            spec, bench, endpoint, host = held
            endpoint.close(host)
            release_bench(spec, bench)

    @property
    def bench(self) -> SimBench:
        """The bench that the port belongs to."""
        return self._opened()[1]

    @property
    def clock(self) -> SimClock:
        """The bench's virtual clock."""
        return self._opened()[1].clock

    def _opened(self) -> tuple[LibrarySpec, SimBench, Endpoint, HostSide]:
        if self._held is None:
            raise PortNotOpenError
        return self._held

    @property
    def in_waiting(self) -> int:
        """Bytes that can be read at once."""
        _, _, endpoint, host = self._opened()
        return endpoint.waiting(host)

    @property
    def out_waiting(self) -> int:
        """Always 0: what is written is sent at once."""
        self._opened()
        return 0

    def read(self, size: int = 1) -> bytes:
        """Read up to `size` bytes; fewer when the time-out (virtual seconds) passes first.

        Raises
        ------
        serial.SerialException
            The wire is interrupted.
        """
        _, _, endpoint, host = self._opened()
        try:
            data, _ = endpoint.read(size, self.timeout, host, stop_at_end=False)
        except ConnectionLostError as error:
            raise SerialException(str(error)) from error
        return data

    def write(self, data: Any) -> int:
        """Send bytes; returns how many.

        Raises
        ------
        serial.SerialException
            The wire is interrupted.
        """
        payload = bytes(memoryview(data))
        _, _, endpoint, host = self._opened()
        try:
            endpoint.write(payload, host)
        except ConnectionLostError as error:
            raise SerialException(str(error)) from error
        return len(payload)

    def flush(self) -> None:
        """Nothing is ever held back."""
        self._opened()

    def reset_input_buffer(self) -> None:
        """Discard what has arrived."""
        _, _, endpoint, host = self._opened()
        endpoint.discard_input(host)

    def reset_output_buffer(self) -> None:
        """Nothing is ever held back."""
        self._opened()

    def _reconfigure_port(self) -> None:
        """Baud rate and framing are not simulated."""

    def _update_rts_state(self) -> None:
        """No hardware handshake."""

    def _update_dtr_state(self) -> None:
        """No hardware handshake."""

    def _update_break_state(self) -> None:
        """No break."""

    @property
    def cts(self) -> bool:
        """Always ready."""
        return True

    @property
    def dsr(self) -> bool:
        """Always ready."""
        return True

    @property
    def ri(self) -> bool:
        """Never rings."""
        return False

    @property
    def cd(self) -> bool:
        """Always connected."""
        return True


def _parse_url(url: str | None) -> tuple[str, LibrarySpec]:
    """Canonical address and spec."""
    text = url or ""
    if not text.lower().startswith(_SCHEME):
        raise SerialException(f"{url!r} is no URL of the simulated bench; expected {_EXAMPLE}")
    address, separator, world = text[len(_SCHEME) :].partition("?world=")
    if not separator:
        raise SerialException(f"{url!r} names no world; expected {_EXAMPLE}")
    try:
        return canonical_address(address), parse_library_string(unquote(world).removesuffix("@vsmsim"))
    except (OSError, ValueError) as error:
        raise SerialException(f"{url!r}: {error}") from error
