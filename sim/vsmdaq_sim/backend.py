"""The PyVISA backend of the simulated bench: ``ResourceManager("world.toml?seed=3@vsmsim")``.

It is pyvisa-sim's library (a stock YAML file beside the world keeps working through it) with sessions of our own: time-outs pass
on the virtual clock; an unknown address is an error; an error inside an instrument is a traceback; clear, flush, serial poll,
trigger, locks and service requests work.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from pyvisa import constants, errors, rname
from pyvisa.highlevel import VisaLibraryBase
from pyvisa_sim.highlevel import SimVisaLibrary
from pyvisa_sim.sessions.session import MessageBasedSession, Session

from vsmdaq_sim.bench import SimBench, acquire_bench, release_bench
from vsmdaq_sim.channel import Channel
from vsmdaq_sim.instruments.common.ports import SimClock
from vsmdaq_sim.link import ConnectionLostError
from vsmdaq_sim.spec import LibrarySpec, parse_library_string
from vsmdaq_sim.stock import stock_devices

__all__ = ["BenchLibrary"]

_SUCCESS = constants.StatusCode.success
_DISCARDS_INPUT = (
    constants.BufferOperation.discard_read_buffer
    | constants.BufferOperation.discard_read_buffer_no_io
    | constants.BufferOperation.discard_receive_buffer
    | constants.BufferOperation.discard_receive_buffer2
)


_Method = TypeVar("_Method", bound=Callable[..., Any])


def _on_the_wire(method: _Method) -> _Method:
    """A wire that is interrupted is VISA's lost connection."""

    @wraps(method)
    def guarded(*arguments: Any, **options: Any) -> Any:
        try:
            return method(*arguments, **options)
        except ConnectionLostError:
            raise errors.VisaIOError(constants.StatusCode.error_connection_lost) from None

    return cast("_Method", guarded)


class BenchLibrary(SimVisaLibrary):  # type: ignore[misc]  # pyvisa-sim is untyped
    """A VISA library whose instruments live in one simulated world.

    Attributes
    ----------
    bench : SimBench
        World and endpoints.
    clock : SimClock
        The bench's virtual clock.

    Raises
    ------
    OSError, ValueError
        The library string or the world file cannot be used.
    """

    bench: SimBench
    clock: SimClock

    def _init(self) -> None:
        self.sessions: dict[int, Any] = {}
        self._channels: dict[int, Channel] = {}
        self._last_handle = 1000000
        self._locks: dict[str, int] = {}
        self._spec: LibrarySpec = parse_library_string(str(self.library_path))
        self.bench = acquire_bench(self._spec)
        self._held = True
        self.clock = self.bench.clock
        try:
            self.devices = stock_devices(self._spec, self.bench)
        except Exception:
            self._let_go()
            raise

    def _register(self, obj: Any) -> Any:
        # pyvisa-sim draws handles from the global random state; a simulated bench leaves that alone.
        self._last_handle += 1
        self.sessions[self._last_handle] = obj
        return self._last_handle

    def _done(self, session: Any, status: int = _SUCCESS) -> constants.StatusCode:
        """Keep the status for `last_status`; one that is an error is raised."""
        return constants.StatusCode(self.handle_return_value(session, status))

    def _let_go(self) -> None:
        """Give the bench back; the next resource manager of this string gets a fresh one."""
        if self._held:
            self._held = False
            release_bench(self._spec, self.bench)
        registry = VisaLibraryBase._registry  # noqa: SLF001 - the cache would hand out this closed bench again
        key = (type(self), self.library_path)
        if registry.get(key) is self:
            del registry[key]

    # --- sessions ------------------------------------------------------------------------------------------------

    def open(
        self,
        session: Any,
        resource_name: str,
        access_mode: constants.AccessModes = constants.AccessModes.no_lock,
        open_timeout: Any = constants.VI_TMO_IMMEDIATE,
    ) -> tuple[Any, constants.StatusCode]:
        """Open an instrument; its buffers start empty.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_RSRC_NFOUND`` where there is none at this address.
        """
        try:
            parsed = rname.parse_resource_name(resource_name)
        except rname.InvalidResourceName:
            raise errors.VisaIOError(constants.StatusCode.error_invalid_resource_name) from None
        endpoint = self.bench.endpoints.get(str(parsed))
        if endpoint is None:
            if str(parsed) not in self.devices.list_resources():
                raise errors.VisaIOError(constants.StatusCode.error_resource_not_found)
            handle, status = super().open(session, resource_name, access_mode, open_timeout)
            return handle, self._done(None, status)
        if str(parsed) in self._locks:
            raise errors.VisaIOError(constants.StatusCode.error_resource_locked)
        if access_mode == constants.AccessModes.shared_lock:
            raise errors.VisaIOError(constants.StatusCode.error_invalid_lock_type)
        kind = Session.get_session_class(parsed.interface_type_const, parsed.resource_class)
        channel = Channel(endpoint, kind(session, resource_name, parsed))
        handle = self._register(channel.attributes)
        self._channels[handle] = channel
        endpoint.open()
        if access_mode == constants.AccessModes.exclusive_lock:
            self._locks[endpoint.address] = handle
        return handle, self._done(handle)

    def close(self, session: Any) -> constants.StatusCode:
        """Close a session, or with the resource manager the bench."""
        channel = self._channels.pop(session, None)
        if channel is not None and self._locks.get(channel.endpoint.address) == session:
            del self._locks[channel.endpoint.address]
        is_manager = self.sessions.get(session) is self
        status: constants.StatusCode = super().close(session)
        if is_manager:
            self._let_go()
        return status

    def _unlocked(self, session: Any, channel: Channel) -> None:
        holder = self._locks.get(channel.endpoint.address)
        if holder is not None and holder != session:
            raise errors.VisaIOError(constants.StatusCode.error_resource_locked)

    def _channel(self, session: Any) -> Channel:
        """The session's channel, for operations that stock devices do not have."""
        channel = self._channels.get(session)
        if channel is None:
            known = session in self.sessions
            code = constants.StatusCode
            raise errors.VisaIOError(code.error_nonsupported_operation if known else code.error_invalid_object)
        if self._locks:
            self._unlocked(session, channel)
        return channel

    def list_resources(self, session: Any, query: str = "?*::INSTR") -> tuple[str, ...]:  # noqa: ARG002 - VISA's signature
        """Addresses of the world's instruments and of the stock devices that match `query`."""
        names = (*self.bench.endpoints, *self.devices.list_resources())
        found: tuple[str, ...] = rname.filter(names, query)
        if not found:
            raise errors.VisaIOError(constants.StatusCode.error_resource_not_found)
        return found

    # --- messages ------------------------------------------------------------------------------------------------

    @_on_the_wire
    def write(self, session: Any, data: bytes) -> tuple[int, constants.StatusCode]:
        """Send bytes. What fails inside an instrument comes out as it is."""
        channel = self._channels.get(session)
        if channel is None:
            return self._stock_write(session, data)
        if self._locks:
            self._unlocked(session, channel)
        channel.endpoint.write(data)
        return len(data), _SUCCESS

    @_on_the_wire
    def read(self, session: Any, count: int) -> tuple[bytes, constants.StatusCode]:
        """Receive bytes.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_TMO`` when the time-out has passed on the virtual clock.
        """
        channel = self._channels.get(session)
        if channel is None:
            return self._stock_read(session, count)
        if self._locks:
            self._unlocked(session, channel)
        data, status = channel.read(count)
        self._last_status_in_session[session] = self._last_status = status
        if status < 0:
            raise errors.VisaIOError(status)
        return data, status

    def _stock(self, session: Any) -> MessageBasedSession:
        """The session of a stock device."""
        found = self.sessions.get(session)
        if found is None:
            raise errors.VisaIOError(constants.StatusCode.error_invalid_object)
        if not isinstance(found, MessageBasedSession):  # the resource manager, or an event
            raise errors.VisaIOError(constants.StatusCode.error_nonsupported_operation)
        return found

    def _stock_write(self, session: Any, data: bytes) -> tuple[int, constants.StatusCode]:
        count, status = self._stock(session).write(data)
        return count, self._done(session, status)

    def _stock_read(self, session: Any, count: int) -> tuple[bytes, constants.StatusCode]:
        chunk, status = self._stock(session).read(count)
        return bytes(chunk), self._done(session, status)

    # --- beside the messages -------------------------------------------------------------------------------------

    @_on_the_wire
    def clear(self, session: Any) -> constants.StatusCode:
        """Device clear; on a serial line both buffers are flushed."""
        self._channel(session).endpoint.device_clear()
        return self._done(session)

    def flush(self, session: Any, mask: constants.BufferOperation) -> constants.StatusCode:
        """Flush; what discards the receive buffer does so, writing is never buffered."""
        endpoint = self._channel(session).endpoint
        if mask & _DISCARDS_INPUT:
            endpoint.discard_input()
        return self._done(session)

    @_on_the_wire
    def read_stb(self, session: Any) -> tuple[int, constants.StatusCode]:
        """Serial poll."""
        return self._channel(session).endpoint.status_byte(), self._done(session)

    @_on_the_wire
    def assert_trigger(self, session: Any, protocol: constants.TriggerProtocol) -> constants.StatusCode:  # noqa: ARG002 - VISA's signature
        """Group execute trigger."""
        self._channel(session).endpoint.trigger()
        return self._done(session)

    def lock(
        self,
        session: Any,
        lock_type: constants.Lock,
        timeout: int,  # noqa: ARG002 - VISA's signature
        requested_key: str | None = None,  # noqa: ARG002
    ) -> tuple[str, constants.StatusCode]:
        """Lock for this session alone. Nothing else runs while one waits, so a lock that is taken is refused at once."""
        endpoint = self._channel(session).endpoint
        if lock_type != constants.Lock.exclusive:
            raise errors.VisaIOError(constants.StatusCode.error_invalid_lock_type)
        self._locks[endpoint.address] = session
        return "", self._done(session)

    def unlock(self, session: Any) -> constants.StatusCode:
        """Release this session's lock."""
        address = self._channel(session).endpoint.address
        if self._locks.pop(address, None) is None:
            raise errors.VisaIOError(constants.StatusCode.error_session_not_locked)
        return self._done(session)

    def enable_event(
        self,
        session: Any,
        event_type: constants.EventType,
        mechanism: constants.EventMechanism,
        context: None = None,  # noqa: ARG002 - VISA's signature
    ) -> constants.StatusCode:
        """Service requests can be waited for; nothing else can."""
        self._channel(session)
        if event_type != constants.EventType.service_request or mechanism != constants.EventMechanism.queue:
            raise errors.VisaIOError(constants.StatusCode.error_invalid_event)
        return self._done(session)

    def disable_event(self, session: Any, event_type: Any, mechanism: Any) -> Any:  # noqa: ARG002 - VISA's signature
        """Nothing is kept that would have to be ended."""
        return _SUCCESS

    def discard_events(self, session: Any, event_type: Any, mechanism: Any) -> Any:  # noqa: ARG002 - VISA's signature
        """No event is queued."""
        return _SUCCESS

    @_on_the_wire
    def wait_on_event(
        self, session: Any, in_event_type: constants.EventType, timeout: int
    ) -> tuple[constants.EventType, Any, constants.StatusCode]:
        """Wait, on the virtual clock, until the instrument requests service."""
        endpoint = self._channel(session).endpoint
        deadline_s = math.inf if timeout == constants.VI_TMO_INFINITE else self.clock.now() + timeout / 1000.0
        if not endpoint.wait_for_request(deadline_s):
            raise errors.VisaIOError(constants.StatusCode.error_timeout)
        return in_event_type, self._register(object()), self._done(session)

    # --- attributes ----------------------------------------------------------------------------------------------

    def get_attribute(self, session: Any, attribute: Any) -> tuple[Any, constants.StatusCode]:
        """VISA attribute of a session."""
        channel = self._channels.get(session)
        if channel is None:
            value, status = self._stock(session).get_attribute(attribute)
        else:
            value, status = channel.get_attribute(attribute)
        return value, self._done(session, status)

    def set_attribute(self, session: Any, attribute: Any, attribute_state: Any) -> constants.StatusCode:
        """Set a VISA attribute of a session."""
        channel = self._channels.get(session)
        if channel is None:
            status = self._stock(session).set_attribute(attribute, attribute_state)
        else:
            status = channel.set_attribute(attribute, attribute_state)
        return self._done(session, status)
