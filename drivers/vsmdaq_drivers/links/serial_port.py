"""Links through pyserial: ports by name, and its URLs (``socket://host:port``, ``vsmsim://...``)."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from typing import Any

from vsmdaq_drivers.contracts import AddressError, Clock, LinkLostError, LinkTimeoutError, ReplyError
from vsmdaq_drivers.links.settings import LONGEST_TIMEOUT_S, Pacer, SerialSettings, Terminators, checked_timeout
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["SerialLink"]

# Where pyserial finds protocol_vsmsim.py. By name: a real bench must not need the simulator to be installed.
_SIMULATED_HANDLERS = "vsmdaq_sim.serial_handlers"


class SerialLink:
    """The wire to one instrument through pyserial; satisfies `contracts.Link`.

    Parameters
    ----------
    address : str
        ``COM3``, ``/dev/ttyUSB0``, ``socket://host:port``, ``vsmsim://...``
    instrument_name : str
        Driver or role, for messages.
    terminators : Terminators
        What ends a line.
    settings : SerialSettings, optional
        Frame and pace; 9600 baud 8N1 by default.
    timeout_s : float
        Longest time to wait for a reply, s; at most 2.
    clock : Clock, optional
        Clock of the bench. A simulated port brings its own; else the system's is taken.

    Raises
    ------
    AddressError
        Where the port cannot be opened; says which ports there are.
    """

    def __init__(
        self,
        address: str,
        instrument_name: str,
        terminators: Terminators,
        *,
        settings: SerialSettings | None = None,
        timeout_s: float = LONGEST_TIMEOUT_S,
        clock: Clock | None = None,
    ) -> None:
        self._name = f"{instrument_name} at {address}"
        self._terminators = terminators
        self._timeout_s = checked_timeout(timeout_s, self._name)
        frame = SerialSettings() if settings is None else settings
        self._port = _open_port(address, self._name, frame, timeout_s)
        simulated: Clock | None = getattr(self._port, "clock", None)
        self._clock: Clock = simulated if simulated is not None else clock if clock is not None else SystemClock()
        self._pacer = Pacer(self._clock, frame.pause_s)
        self._unfetched = False

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._name

    @property
    def clock(self) -> Clock:
        """Get the clock of the bench."""
        return self._clock

    def write(self, command: str) -> None:
        """Send one line. A reply that was asked for and not fetched (time-out, Ctrl-C) is flushed away first."""
        if self._unfetched:
            self.clear()
        self._send(command)

    def read(self, command: str = "", *, timeout_s: float | None = None) -> str:
        """Receive one line, without its terminator."""
        end = self._terminators.read.encode()
        raw = self._fetch(command, timeout_s, lambda: self._port.read_until(end), lambda data: data.endswith(end))
        try:
            return raw.removesuffix(end).decode().rstrip("\r\n")
        except UnicodeDecodeError as error:
            raise ReplyError(command, raw.decode("latin-1"), "text", instrument=self._name) from error

    def query(self, command: str, *, timeout_s: float | None = None) -> str:
        """Send one line and receive one. What came before it is no answer, and is discarded."""
        self._ask(command)
        return self.read(command, timeout_s=timeout_s)

    def query_bytes(self, command: str, count: int, *, timeout_s: float | None = None) -> bytes:
        """Send one line and receive exactly `count` bytes; one that happens to be a terminator ends nothing."""
        self._ask(command)
        return self._fetch(command, timeout_s, lambda: self._port.read(count), lambda data: len(data) == count)

    def clear(self) -> None:
        """Discard what is in the buffers of both directions."""
        with self._errors("clear"):
            self._port.reset_input_buffer()
            self._port.reset_output_buffer()
        self._unfetched = False

    def serial_poll(self) -> int | None:
        """None: a serial port has no status byte."""
        return None

    def close(self) -> None:
        """Release the port; may be called twice."""
        # pyserial leaves the socket of a socket:// port open where the other side has hung up
        socket = getattr(self._port, "_socket", None)
        with suppress(OSError):  # gone already, which is what was wanted
            self._port.close()
        if socket is not None:
            socket.close()

    def _ask(self, command: str) -> None:
        with self._errors(command):
            self._port.reset_input_buffer()
        self._unfetched = True  # until it is read, whatever may interrupt us
        self._send(command)

    def _fetch(
        self,
        command: str,
        timeout_s: float | None,
        receive: Callable[[], bytes],
        is_whole: Callable[[bytes], bool],
    ) -> bytes:
        limit_s = self._timeout_s if timeout_s is None else checked_timeout(timeout_s, self._name)
        with self._errors(command):
            if self._port.timeout != limit_s:
                self._port.timeout = limit_s
            raw = bytes(receive())
        self._pacer.mark()
        self._unfetched = not is_whole(raw)
        if self._unfetched:
            start = f"{raw[:100]!r} and {len(raw) - 100} bytes more" if len(raw) > 200 else repr(raw)
            came = f"only {start} came" if raw else "nothing came"
            message = f"no complete reply to {command!r} within {limit_s:g} s, {came}."
            advice = "Check that it is switched on, and baud rate, parity and terminators in the bench file."
            raise LinkTimeoutError(message, instrument=self._name, command=command, advice=advice)
        return raw

    def _send(self, command: str) -> None:
        self._pacer.wait()
        with self._errors(command):
            self._port.write((command + self._terminators.write).encode())
            self._port.flush()
        self._pacer.mark()

    @contextmanager
    def _errors(self, command: str) -> Generator[None]:
        # serial.SerialException is an OSError
        try:
            yield
        except OSError as error:
            message = f"the connection was lost at {command!r}: {error}."
            advice = "Check cable and power."
            raise LinkLostError(message, instrument=self._name, command=command, advice=advice) from error


def _open_port(address: str, name: str, settings: SerialSettings, timeout_s: float) -> Any:
    import serial  # noqa: PLC0415  only a bench with a serial port needs it

    if address.lower().startswith("vsmsim://") and _SIMULATED_HANDLERS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(_SIMULATED_HANDLERS)
    try:
        return serial.serial_for_url(
            address,
            baudrate=settings.baud_rate,
            bytesize=settings.data_bits,
            parity={"none": serial.PARITY_NONE, "odd": serial.PARITY_ODD, "even": serial.PARITY_EVEN}[settings.parity],
            stopbits=settings.stop_bits,
            timeout=timeout_s,
            write_timeout=timeout_s,
        )
    except (OSError, ValueError) as error:
        ports = _ports()
        found = f"There are {', '.join(ports)}." if ports else "There is no serial port at all."
        message = f"{address!r} cannot be opened: {error}. {found}"
        advice = "Check that it is connected and not in use, and the address in the bench file."
        raise AddressError(message, instrument=name, advice=advice) from error


def _ports() -> list[str]:
    from serial.tools import list_ports  # noqa: PLC0415

    return [str(port.device) for port in list_ports.comports()]
