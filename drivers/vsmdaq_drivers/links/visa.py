"""Links through PyVISA: one resource manager for a bench, one link for each instrument."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vsmdaq_drivers.contracts import (
    AddressError,
    BenchError,
    Clock,
    LinkLostError,
    LinkTimeoutError,
    ReplyError,
)
from vsmdaq_drivers.links.settings import LONGEST_TIMEOUT_S, Pacer, SerialSettings, Terminators, checked_timeout
from vsmdaq_drivers.links.visa_settings import configure
from vsmdaq_drivers.system_clock import SystemClock

if TYPE_CHECKING:
    import pyvisa

__all__ = ["VisaLink", "VisaSession"]


class VisaSession:
    """All that a bench opens through one VISA library.

    PyVISA keeps one resource manager for each library in a process, and closing it closes every instrument opened
    through it: make one session for a bench, and close it last.

    Parameters
    ----------
    visa_library : str
        As PyVISA takes it: ``""`` or ``"@ivi"``, ``"@py"``, ``"world.toml@vsmsim"``.
    clock : Clock, optional
        The bench's clock where the library brings none; the system's if not given.

    Raises
    ------
    AddressError
        Where the library cannot be loaded.
    """

    def __init__(self, visa_library: str, *, clock: Clock | None = None) -> None:
        # PyVISA takes a noticeable part of a second to import, so only a bench that uses it pays.
        import pyvisa  # noqa: PLC0415

        self._visa_library = visa_library
        self._links: list[VisaLink] = []
        try:
            self._manager = pyvisa.ResourceManager(visa_library)
        except (OSError, ValueError, ImportError, pyvisa.errors.Error) as error:
            message = f"the VISA library {visa_library!r} cannot be loaded: {error}."
            advice = "Install a VISA library, or set '@py' (pyvisa-py) or '<world>.toml@vsmsim' in the bench file."
            raise AddressError(message, advice=advice) from error
        simulated: Clock | None = getattr(self._manager.visalib, "clock", None)
        self._clock: Clock = simulated or clock or SystemClock()

    @property
    def clock(self) -> Clock:
        """The clock of the bench: the simulated world's where the library brings one, else the system's."""
        return self._clock

    def addresses(self) -> tuple[str, ...]:
        """What the library can find now; empty where it cannot tell."""
        import pyvisa  # noqa: PLC0415

        try:
            return tuple(sorted(self._manager.list_resources("?*")))
        except (OSError, ValueError, pyvisa.errors.Error):
            return ()

    def open(
        self,
        address: str,
        instrument_name: str,
        terminators: Terminators,
        *,
        timeout_s: float = LONGEST_TIMEOUT_S,
        serial: SerialSettings | None = None,
    ) -> VisaLink:
        """Open one instrument.

        Parameters
        ----------
        address : str
            VISA resource string.
        instrument_name : str
            Driver or role, for messages.
        terminators : Terminators
            What ends a line.
        timeout_s : float
            Longest time to wait for a reply, s; at most 2.
        serial : SerialSettings, optional
            Frame and pace, used where the address is a serial port.

        Raises
        ------
        AddressError
            Where nothing can be opened there; says what the library offers instead.
        """
        import pyvisa  # noqa: PLC0415

        name = f"{instrument_name} at {address}"
        checked_timeout(timeout_s, name)
        try:
            resource = self._manager.open_resource(address)
        except (OSError, ValueError, pyvisa.errors.Error) as error:
            raise self._not_found(address, name, error) from error
        # A library may answer with a resource that is none (session 0) instead of an error.
        if not isinstance(resource, pyvisa.resources.MessageBasedResource) or not resource.session:
            raise self._not_found(address, name, "there is no instrument that takes messages")
        is_serial = address.strip().upper().startswith("ASRL")
        try:
            configure(resource, terminators, timeout_s, serial if is_serial else None)
        except (OSError, ValueError, AttributeError, pyvisa.errors.Error) as error:
            resource.close()
            raise self._not_found(address, name, error) from error
        pause_s = serial.pause_s if is_serial and serial is not None else 0.0
        self._links.append(VisaLink(resource, name, terminators, self._clock, timeout_s=timeout_s, pause_s=pause_s))
        return self._links[-1]

    def close(self) -> None:
        """Close all instruments of this session, then the library; may be called twice."""
        for link in self._links:
            link.close()
        self._links.clear()
        self._manager.close()

    def _not_found(self, address: str, name: str, error: Exception | str) -> AddressError:
        offered = self.addresses()
        found = f"It offers {', '.join(offered)}." if offered else "It finds no instrument at all."
        message = f"VISA library {self._visa_library!r} cannot open {address!r}: {str(error).rstrip('.')}. {found}"
        advice = "Check that it is switched on and connected, and the address in the bench file."
        return AddressError(message, instrument=name, advice=advice)


class VisaLink:
    """The wire to one instrument through PyVISA; satisfies `contracts.Link`. Made by `VisaSession.open`."""

    def __init__(
        self,
        resource: pyvisa.resources.MessageBasedResource,
        name: str,
        terminators: Terminators,
        clock: Clock,
        *,
        timeout_s: float,
        pause_s: float = 0.0,
    ) -> None:
        import pyvisa  # noqa: PLC0415

        self._resource = resource
        self._name = name
        self._terminators = terminators
        self._clock = clock
        self._timeout_s = timeout_s
        self._set_timeout_s = timeout_s
        self._pacer = Pacer(clock, pause_s)
        self._unfetched = False
        self._closed = False
        self._failures: tuple[type[Exception], ...] = (OSError, pyvisa.errors.Error)
        if not hasattr(resource.visalib, "clock"):
            # pyvisa-py's HiSLIP tells so of a lost connection; out of a simulated bench it is a mistake that must be seen
            self._failures += (RuntimeError,)
        visa_name = str(resource.resource_name).upper()
        self._is_serial = visa_name.startswith("ASRL")
        self._is_stream = self._is_serial or visa_name.endswith("SOCKET")
        self._can_poll = not self._is_stream

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._name

    @property
    def clock(self) -> Clock:
        """Get the clock of the bench."""
        return self._clock

    def write(self, command: str) -> None:
        """Send one line. A reply that was asked for and not fetched (time-out, Ctrl-C) is cleared away first."""
        if self._unfetched:
            self.clear()
        self._send(command)

    def read(self, command: str = "", *, timeout_s: float | None = None) -> str:
        """Receive one line, without its terminator."""
        raw = self._fetch(command, timeout_s, self._resource.read_raw)
        try:
            text = raw.decode()
        except UnicodeDecodeError as error:
            raise ReplyError(command, raw.decode("latin-1"), "text", instrument=self._name) from error
        return text.removesuffix(self._terminators.read).rstrip("\r\n")

    def query(self, command: str, *, timeout_s: float | None = None) -> str:
        """Send one line and receive one. On a serial port or socket what came before it is no answer, and is discarded."""
        self._ask(command)
        return self.read(command, timeout_s=timeout_s)

    def query_bytes(self, command: str, count: int, *, timeout_s: float | None = None) -> bytes:
        """Send one line and receive exactly `count` bytes; one that happens to be a terminator ends nothing."""
        self._ask(command)
        return self._fetch(command, timeout_s, lambda: self._resource.read_bytes(count))

    def clear(self) -> None:
        """Device clear on a bus; on a serial port, or where the library has no device clear, flush of the buffers."""
        from pyvisa.constants import BufferOperation  # noqa: PLC0415

        discard = BufferOperation.discard_read_buffer | BufferOperation.discard_receive_buffer
        # On a serial port a device clear is a break, which an instrument may take for a reset.
        if self._is_serial or not self._tried(self._resource.clear):
            self._tried(lambda: self._resource.flush(discard))
        self._unfetched = False

    def serial_poll(self) -> int | None:
        """The status byte; None on serial ports, sockets, and libraries that cannot poll."""
        import pyvisa  # noqa: PLC0415

        if not self._can_poll:
            return None
        try:
            return int(self._resource.read_stb())
        except (NotImplementedError, pyvisa.errors.VisaIOError):
            return None
        except self._failures as error:
            raise self._lost("serial poll", error) from error

    def close(self) -> None:
        """Release the instrument; may be called twice."""
        if self._closed:
            return
        self._closed = True
        try:
            self._resource.close()
        except self._failures:
            return  # gone already, which is what was wanted

    def _ask(self, command: str) -> None:
        if self._unfetched:
            self.clear()
        elif self._is_stream:
            self._discard_received()
        self._unfetched = True  # until it is read, whatever may interrupt us
        self._send(command)

    def _discard_received(self) -> None:
        from pyvisa.constants import BufferOperation  # noqa: PLC0415

        self._tried(lambda: self._resource.flush(BufferOperation.discard_receive_buffer))

    def _fetch(self, command: str, timeout_s: float | None, receive: Callable[[], bytes]) -> bytes:
        limit_s = self._timeout_s if timeout_s is None else checked_timeout(timeout_s, self._name)
        try:
            if limit_s != self._set_timeout_s:
                self._resource.timeout = 1000.0 * limit_s
                self._set_timeout_s = limit_s
            raw = receive()
        except self._failures as error:
            raise self._failed(command, limit_s, error) from error
        self._unfetched = False
        self._pacer.mark()
        return raw

    def _send(self, command: str) -> None:
        self._pacer.wait()
        try:
            self._resource.write_raw((command + self._terminators.write).encode())
        except self._failures as error:
            raise self._failed(command, self._timeout_s, error) from error
        self._pacer.mark()

    def _tried(self, action: Callable[[], object]) -> bool:
        """Do it; False where the library does not have it (a late reply is then found by its form)."""
        from pyvisa import errors  # noqa: PLC0415
        from pyvisa.constants import StatusCode  # noqa: PLC0415

        try:
            action()
        except NotImplementedError:
            return False
        except errors.VisaIOError as error:
            if error.error_code in (StatusCode.error_nonsupported_operation, StatusCode.error_invalid_mask):
                return False
            raise self._lost("clear", error) from error
        except self._failures as error:
            raise self._lost("clear", error) from error
        return True

    def _failed(self, command: str, timeout_s: float, error: Exception) -> BenchError:
        from pyvisa import errors  # noqa: PLC0415
        from pyvisa.constants import StatusCode  # noqa: PLC0415

        if not isinstance(error, errors.VisaIOError) or error.error_code != StatusCode.error_timeout:
            return self._lost(command, error)
        self._unfetched = True
        message = f"no complete reply to {command!r} within {timeout_s:g} s."
        advice = "Check that it is switched on, and terminators and address in the bench file."
        return LinkTimeoutError(message, instrument=self._name, command=command, advice=advice)

    def _lost(self, command: str, error: Exception) -> BenchError:
        message = f"the connection was lost at {command!r}: {error}."
        return LinkLostError(message, instrument=self._name, command=command, advice="Check cable and power.")
