"""One VISA session to one simulated instrument: the attributes that decide how messages end, kept where they are quick."""

from __future__ import annotations

from typing import Any, cast

from pyvisa import attributes as visa_attributes
from pyvisa import constants
from pyvisa_sim.sessions.session import Session

from vsmdaq_sim.backend.attributes import allowed, complete
from vsmdaq_sim.link import Endpoint, ReadEnd

__all__ = ["Channel"]

_A = constants.ResourceAttribute
_CODE = constants.StatusCode
_END = constants.SerialTermination
_ENDED, _SUCCESS = ReadEnd.END, _CODE.success  # of nearly all reads; looking up an enumeration takes its time
_STATUS = {
    ReadEnd.END: _CODE.success,
    ReadEnd.TERMCHAR: _CODE.success_termination_character_read,
    ReadEnd.COUNT: _CODE.success_max_count_read,
    ReadEnd.TIMEOUT: _CODE.error_timeout,
}
_WATCHED = frozenset(
    {
        _A.timeout_value,
        _A.termchar,
        _A.termchar_enabled,
        _A.suppress_end_enabled,
        _A.send_end_enabled,
        _A.asrl_end_in,
        _A.asrl_end_out,
        _A.io_prot,
    }
)


class Channel:
    """An open session.

    Parameters
    ----------
    endpoint : Endpoint
        The instrument's end of the wire.
    attributes : pyvisa_sim Session
        Keeps the VISA attributes.

    Attributes
    ----------
    host : HostSide
        Its own buffers at the endpoint.
    serial : bool
        It is a serial line.
    """

    def __init__(self, endpoint: Endpoint, attributes: Session) -> None:
        self.endpoint = endpoint
        self.attributes = attributes
        self.host = endpoint.open()
        self.serial = attributes.attrs[_A.interface_type] == constants.InterfaceType.asrl
        complete(attributes)
        self._update()

    def _get(self, attribute: constants.ResourceAttribute) -> Any:
        value, status = self.attributes.get_attribute(attribute)
        return value if status >= 0 else None

    def _update(self) -> None:
        milliseconds = int(self._get(_A.timeout_value))
        self.timeout_s = None if milliseconds == constants.VI_TMO_INFINITE else milliseconds / 1000.0
        enabled = bool(self._get(_A.termchar_enabled))
        if self.serial:
            enabled = enabled or self._get(_A.asrl_end_in) == _END.termination_char
        termchar = int(self._get(_A.termchar))
        self._termchar = termchar if enabled else None
        self._stop_at_end = not self._get(_A.suppress_end_enabled)
        self._sends_end = bool(self._get(_A.send_end_enabled))
        appends = self.serial and self._sends_end and self._get(_A.asrl_end_out) == _END.termination_char
        self._tail = bytes([termchar]) if appends else b""
        self._strings = self._get(_A.io_prot) == constants.IOProtocol.protocol4882_strs

    @property
    def has_bus_operations(self) -> bool:
        """Whether serial poll and trigger are the interface's own; otherwise they are ``*STB?`` and ``*TRG``, if anything."""
        return self.endpoint.end_signal

    @property
    def speaks_strings(self) -> bool:
        """Whether the session does them by IEEE 488.2 strings."""
        return bool(self._strings)

    def close(self) -> None:
        """End the session."""
        self.endpoint.close(self.host)

    def write(self, data: bytes) -> int:
        """Send bytes, with END and what a serial line puts for it behind them as the attributes say; returns how many went out."""
        if self._tail:
            data += self._tail
        self.endpoint.write(data, self.host, end=self._sends_end)
        return len(data)

    def read(self, count: int) -> tuple[bytes, constants.StatusCode]:
        """Read with the session's time-out and termination."""
        data, why = self.endpoint.read(
            count, self.timeout_s, self.host, termchar=self._termchar, stop_at_end=self._stop_at_end
        )
        return data, _SUCCESS if why is _ENDED else _STATUS[why]

    def control_ren(self, mode: constants.RENLineOperation) -> None:
        """Keep what becomes of the REN line, where the interface shows it."""
        operation = constants.RENLineOperation
        held = cast("dict[Any, Any]", self.attributes.attrs)  # typed too narrowly there
        if mode in {operation.deassert, operation.deassert_gtl}:
            held[_A.gpib_ren_state] = constants.LineState.unasserted
        elif mode != operation.address_gtl:
            held[_A.gpib_ren_state] = constants.LineState.asserted

    def get_attribute(self, attribute: Any) -> tuple[Any, constants.StatusCode]:
        """A VISA attribute; the number of waiting bytes is asked of the endpoint."""
        if attribute == _A.asrl_avalaible_number and self.serial:
            return self.endpoint.waiting(self.host), _CODE.success
        value, status = self.attributes.get_attribute(attribute)
        if value is visa_attributes.NotAvailable:
            return 0, _CODE.error_nonsupported_attribute
        return value, _CODE(status)

    def set_attribute(self, attribute: Any, state: Any) -> constants.StatusCode:
        """Set a VISA attribute."""
        known = visa_attributes.AttributesByID.get(attribute)
        if known is not None and known.write and not allowed(attribute, state):
            return _CODE.error_nonsupported_attribute_state
        status = self.attributes.set_attribute(attribute, state)
        if attribute in _WATCHED and status >= 0:
            self._update()
        return _CODE(status)
