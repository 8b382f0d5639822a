"""Sessions of the VISA library: what is open, on which bench, and who may use it."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from pyvisa import constants, errors, rname
from pyvisa.highlevel import VisaLibraryBase
from pyvisa_sim.sessions.session import MessageBasedSession, Session

from vsmdaq_sim.backend.channel import Channel
from vsmdaq_sim.backend.refused import RefusedOperations
from vsmdaq_sim.backend.requests import ServiceRequests, Watch
from vsmdaq_sim.bench import SimBench, acquire_bench, release_bench
from vsmdaq_sim.instruments.common.ports import BenchClock
from vsmdaq_sim.link import ConnectionLostError, SimDeadlockError
from vsmdaq_sim.spec import LibrarySpec, parse_library_string
from vsmdaq_sim.stock import stock_devices

__all__ = ["SessionTable", "on_the_wire"]

_CODE = constants.StatusCode


_Method = TypeVar("_Method", bound=Callable[..., Any])


def on_the_wire(method: _Method) -> _Method:
    """A wire that is interrupted is VISA's lost connection; behind the call, handlers hear of service requests."""

    @wraps(method)
    def guarded(library: SessionTable, *arguments: Any, **options: Any) -> Any:
        try:
            return method(library, *arguments, **options)
        except ConnectionLostError:
            raise errors.VisaIOError(_CODE.error_connection_lost) from None
        finally:
            if library.requests.watching:
                library.requests.look()

    return cast("_Method", guarded)


class SessionTable(RefusedOperations):
    """Opens and closes.

    Attributes
    ----------
    bench : SimBench
        World and endpoints.
    clock : BenchClock
        The bench's virtual clock.
    requests : ServiceRequests
        Who is told of service requests.

    Raises
    ------
    OSError, ValueError
        The library string or the world file cannot be used.
    """

    bench: SimBench
    clock: BenchClock
    requests: ServiceRequests

    def _init(self) -> None:
        self.sessions: dict[int, Any] = {}
        self._channels: dict[int, Channel] = {}
        self._watches: dict[int, Watch] = {}
        self._last_handle = 1000000
        self._spec: LibrarySpec = parse_library_string(str(self.library_path))
        self.bench = acquire_bench(self._spec)
        self._held = True
        self.clock = self.bench.clock
        self._locks = self.bench.locks
        self.requests = ServiceRequests(self.clock)
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

    def _done(self, session: Any, status: int = _CODE.success) -> constants.StatusCode:
        """Keep the status for `last_status`; one that is an error is raised."""
        return constants.StatusCode(self.handle_return_value(session, status))

    def _remembered(self, session: Any, status: constants.StatusCode) -> constants.StatusCode:
        self._last_status_in_session[session] = self._last_status = status
        return status

    def _let_go(self) -> None:
        """Give the bench back; the next resource manager of this string gets a fresh one."""
        if self._held:
            self._held = False
            release_bench(self._spec, self.bench)
        registry = VisaLibraryBase._registry  # noqa: SLF001 - the cache would hand out this closed bench again
        key = (type(self), self.library_path)
        if registry.get(key) is self:
            del registry[key]

    # --- opening and closing -------------------------------------------------------------------------------------

    def open(
        self,
        session: Any,
        resource_name: str,
        access_mode: constants.AccessModes = constants.AccessModes.no_lock,
        open_timeout: Any = constants.VI_TMO_IMMEDIATE,
    ) -> tuple[Any, constants.StatusCode]:
        """Open an instrument; the session's buffers start empty. For an exclusive lock it waits as long as `open_timeout` (ms).

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_RSRC_NFOUND`` where there is none at this address, ``VI_ERROR_RSRC_LOCKED`` where the lock is not to be had,
            ``VI_ERROR_INV_ACC_MODE`` for another access mode.
        """
        try:
            parsed = rname.parse_resource_name(resource_name)
        except rname.InvalidResourceName:
            raise errors.VisaIOError(_CODE.error_invalid_resource_name) from None
        endpoint = self.bench.endpoints.get(str(parsed))
        if endpoint is None:
            if str(parsed) not in self.devices.list_resources():
                raise errors.VisaIOError(_CODE.error_resource_not_found)
            handle, status = super().open(session, resource_name, access_mode, open_timeout)
            return handle, self._done(None, status)
        if access_mode not in {constants.AccessModes.no_lock, constants.AccessModes.exclusive_lock}:
            raise errors.VisaIOError(_CODE.error_invalid_access_mode)
        kind = Session.get_session_class(parsed.interface_type_const, parsed.resource_class)
        channel = Channel(endpoint, kind(session, resource_name, parsed))
        locks = access_mode == constants.AccessModes.exclusive_lock
        if locks and self._locks.exclusive(endpoint.address, channel) is None:
            channel.close()
            self._wait_in_vain(int(open_timeout), endpoint.address)
            raise errors.VisaIOError(_CODE.error_resource_locked)
        handle = self._register(channel.attributes)
        self._channels[handle] = channel
        return handle, self._done(handle)

    def _wait_in_vain(self, milliseconds: int, address: str) -> None:
        """Let the time pass in which another session does not give its lock back: nothing else runs meanwhile."""
        if milliseconds == constants.VI_TMO_INFINITE:
            raise SimDeadlockError(f"{address}: a lock is waited for without time-out, and nobody can give it back")
        self.clock.sleep(milliseconds / 1000.0)

    def close(self, session: Any) -> constants.StatusCode:
        """Close a session with its locks and events, or with the resource manager the bench.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_INV_OBJECT`` where it is not open.
        """
        if session not in self.sessions:
            raise errors.VisaIOError(_CODE.error_invalid_object)
        channel = self._channels.pop(session, None)
        if channel is not None:
            watch = self._watches.pop(session, None)
            if watch is not None:
                self.requests.disable(watch, set(watch.mechanisms))
            self._locks.forget(channel.endpoint.address, channel)
            channel.close()
        is_manager = self.sessions[session] is self
        status: constants.StatusCode = super().close(session)
        self._last_status_in_session.pop(session, None)
        if is_manager:
            self._let_go()
        return status

    def list_resources(self, session: Any, query: str = "?*::INSTR") -> tuple[str, ...]:
        """Addresses of the world's instruments and of the stock devices that match `query`."""
        if session not in self.sessions:
            raise errors.VisaIOError(_CODE.error_invalid_object)
        names = (*self.bench.endpoints, *self.devices.list_resources())
        found: tuple[str, ...] = rname.filter(names, query)
        if not found:
            raise errors.VisaIOError(_CODE.error_resource_not_found)
        return found

    # --- who may -------------------------------------------------------------------------------------------------

    def _channel(self, session: Any) -> Channel:
        """The session's channel, for operations that stock devices do not have; refused where another session has it locked."""
        channel = self._channels.get(session)
        if channel is None:
            known = session in self.sessions
            raise errors.VisaIOError(_CODE.error_nonsupported_operation if known else _CODE.error_invalid_object)
        if self._locks.any:
            self._unlocked(channel)
        return channel

    def _unlocked(self, channel: Channel) -> None:
        if self._locks.excludes(channel.endpoint.address, channel):
            raise errors.VisaIOError(_CODE.error_resource_locked)

    def _stock(self, session: Any) -> MessageBasedSession:
        """The session of a stock device."""
        found = self.sessions.get(session)
        if found is None:
            raise errors.VisaIOError(_CODE.error_invalid_object)
        if not isinstance(found, MessageBasedSession):  # the resource manager, or an event
            raise errors.VisaIOError(_CODE.error_nonsupported_operation)
        return found

    def _deadline_s(self, milliseconds: int) -> float:
        return math.inf if milliseconds == constants.VI_TMO_INFINITE else self.clock.now() + milliseconds / 1000.0
