"""The VISA library.

It is pyvisa-sim's library (a stock YAML file beside the world keeps working through it) with sessions of our own: time-outs pass
on the virtual clock; an unknown address is an error; an error inside an instrument is a traceback; clear, flush, serial poll,
trigger, locks and service requests work.
"""

from __future__ import annotations

from typing import Any

from pyvisa import constants, errors

from vsmdaq_sim.backend.event_operations import EventOperations
from vsmdaq_sim.backend.requests import EventContext
from vsmdaq_sim.backend.sessions import on_the_wire

__all__ = ["BenchLibrary"]

_CODE = constants.StatusCode
_SUCCESS = _CODE.success
_OPERATION = constants.BufferOperation
_DISCARDS_INPUT = (
    _OPERATION.discard_read_buffer
    | _OPERATION.discard_read_buffer_no_io
    | _OPERATION.discard_receive_buffer
    | _OPERATION.discard_receive_buffer2
)
_MASKS = 0xFF


class BenchLibrary(EventOperations):
    """A VISA library whose instruments live in one simulated world; see `SessionTable` for what it has."""

    # --- messages ------------------------------------------------------------------------------------------------

    @on_the_wire
    def write(self, session: Any, data: bytes) -> tuple[int, constants.StatusCode]:
        """Send bytes. What fails inside an instrument comes out as it is."""
        channel = self._channels.get(session)
        if channel is None:
            count, status = self._stock(session).write(data)
            return count, self._done(session, status)
        if self._locks.any:
            self._unlocked(channel)
        return channel.write(data), _SUCCESS

    @on_the_wire
    def read(self, session: Any, count: int) -> tuple[bytes, constants.StatusCode]:
        """Receive bytes.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_TMO`` when the time-out has passed on the virtual clock.
        """
        channel = self._channels.get(session)
        if channel is None:
            chunk, status = self._stock(session).read(count)
            return bytes(chunk), self._done(session, status)
        if self._locks.any:
            self._unlocked(channel)
        data, status = channel.read(count)
        self._last_status_in_session[session] = self._last_status = status
        if status < 0:
            raise errors.VisaIOError(status)
        return data, status

    def buffer_write(self, session: Any, data: bytes) -> tuple[int, constants.StatusCode]:
        """As `write`: nothing is held back."""
        return self.write(session, data)

    def buffer_read(self, session: Any, count: int) -> tuple[bytes, constants.StatusCode]:
        """As `read`."""
        return self.read(session, count)

    def set_buffer(self, session: Any, mask: constants.BufferType, size: int) -> constants.StatusCode:  # noqa: ARG002 - VISA's signature
        """Buffers have room enough whatever is asked for."""
        self._channel(session)
        return self._done(session)

    # --- beside the messages -------------------------------------------------------------------------------------

    @on_the_wire
    def clear(self, session: Any) -> constants.StatusCode:
        """Device clear; on a serial line both buffers are flushed."""
        channel = self._channel(session)
        channel.endpoint.device_clear(channel.host)
        return self._done(session)

    def flush(self, session: Any, mask: constants.BufferOperation) -> constants.StatusCode:
        """Flush; what discards the receive buffer does so, writing is never buffered.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_INV_MASK`` for another mask than those of VISA.
        """
        channel = self._channel(session)
        if not 0 < int(mask) <= _MASKS:
            raise errors.VisaIOError(_CODE.error_invalid_mask)
        if int(mask) & int(_DISCARDS_INPUT):
            channel.endpoint.discard_input(channel.host)
        return self._done(session)

    @on_the_wire
    def read_stb(self, session: Any) -> tuple[int, constants.StatusCode]:
        """Serial poll; where the interface has none, ``*STB?`` by sessions that speak IEEE 488.2 strings, or refused."""
        channel = self._channel(session)
        if channel.has_bus_operations:
            return channel.endpoint.status_byte(channel.host), self._done(session)
        self._needs_strings(channel.speaks_strings)
        channel.write(b"*STB?\n")
        data, status = channel.read(64)
        self._done(session, status)
        return int(data), self._done(session)

    @on_the_wire
    def assert_trigger(self, session: Any, protocol: constants.TriggerProtocol) -> constants.StatusCode:
        """Group execute trigger; where the interface has none, ``*TRG`` as for `read_stb`."""
        channel = self._channel(session)
        if protocol != constants.TriggerProtocol.default:
            raise errors.VisaIOError(_CODE.error_invalid_protocol)
        if channel.has_bus_operations:
            channel.endpoint.trigger()
        else:
            self._needs_strings(channel.speaks_strings)
            channel.write(b"*TRG\n")
        return self._done(session)

    def _needs_strings(self, speaks: bool) -> None:  # noqa: FBT001 - an attribute of the session
        if not speaks:
            raise errors.VisaIOError(_CODE.error_nonsupported_operation)

    def gpib_control_ren(self, session: Any, mode: constants.RENLineOperation) -> constants.StatusCode:
        """Remote and local: the line's state is kept, instruments take commands either way."""
        channel = self._channel(session)
        if not channel.has_bus_operations:
            raise errors.VisaIOError(_CODE.error_nonsupported_operation)
        channel.control_ren(constants.RENLineOperation(mode))
        return self._done(session)

    # --- locks ---------------------------------------------------------------------------------------------------

    def lock(
        self, session: Any, lock_type: constants.Lock, timeout: int, requested_key: str | None = None
    ) -> tuple[str, constants.StatusCode]:
        """Lock the instrument, for this session alone or shared by a key; what is taken is waited for (ms, on the virtual clock).

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_TMO`` where it is not to be had, ``VI_ERROR_INV_ACCESS_KEY`` where this session shares it by another key,
            ``VI_ERROR_INV_LOCK_TYPE``.
        """
        channel = self._channels.get(session) or self._channel(session)
        address = channel.endpoint.address
        taken: tuple[str, constants.StatusCode] | None
        if lock_type == constants.Lock.exclusive:
            status = self._locks.exclusive(address, channel)
            taken = None if status is None else ("", status)
        elif lock_type == constants.Lock.shared:
            taken = self._locks.shared(address, channel, requested_key)
        else:
            raise errors.VisaIOError(_CODE.error_invalid_lock_type)
        if taken is None:
            self._wait_in_vain(timeout, address)
            raise errors.VisaIOError(self._remembered(session, _CODE.error_timeout))
        return taken[0], self._done(session, taken[1])

    def unlock(self, session: Any) -> constants.StatusCode:
        """Give back the session's latest lock.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_SESN_NLOCKED`` where it has none.
        """
        channel = self._channels.get(session) or self._channel(session)
        return self._done(session, self._locks.release(channel.endpoint.address, channel))

    # --- attributes ----------------------------------------------------------------------------------------------

    def get_attribute(self, session: Any, attribute: Any) -> tuple[Any, constants.StatusCode]:
        """VISA attribute of a session or an event."""
        channel = self._channels.get(session)
        if channel is not None:
            if attribute == constants.ResourceAttribute.resource_lock_state:
                return self._locks.state(channel.endpoint.address), self._done(session)
            value, status = channel.get_attribute(attribute)
        elif isinstance(self.sessions.get(session), EventContext):
            value, status = self.sessions[session].get_attribute(attribute)
        else:
            value, status = self._stock(session).get_attribute(attribute)
        return value, self._done(session, status)

    def set_attribute(self, session: Any, attribute: Any, attribute_state: Any) -> constants.StatusCode:
        """Set a VISA attribute of a session."""
        channel = self._channels.get(session)
        if channel is None:
            status = self._stock(session).set_attribute(attribute, attribute_state)
        else:
            status = channel.set_attribute(attribute, attribute_state)
        return self._done(session, status)
