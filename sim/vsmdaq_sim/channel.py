"""One VISA session to one simulated instrument: the attributes that decide how a read ends, kept where they are quick."""

from __future__ import annotations

from typing import Any

from pyvisa import constants
from pyvisa_sim.sessions.session import Session

from vsmdaq_sim.link import Endpoint, ReadEnd

__all__ = ["Channel"]

_A = constants.ResourceAttribute
_STATUS = {
    ReadEnd.END: constants.StatusCode.success,
    ReadEnd.TERMCHAR: constants.StatusCode.success_termination_character_read,
    ReadEnd.COUNT: constants.StatusCode.success_max_count_read,
    ReadEnd.TIMEOUT: constants.StatusCode.error_timeout,
}
_WATCHED = frozenset({_A.timeout_value, _A.termchar, _A.termchar_enabled, _A.suppress_end_enabled, _A.asrl_end_in})


class Channel:
    """An open session.

    Parameters
    ----------
    endpoint : Endpoint
        The instrument's end of the wire.
    attributes : pyvisa_sim Session
        Keeps the VISA attributes.
    """

    def __init__(self, endpoint: Endpoint, attributes: Session) -> None:
        self.endpoint = endpoint
        self.attributes = attributes
        self._serial = attributes.attrs[_A.interface_type] == constants.InterfaceType.asrl
        if not self._serial:
            attributes.attrs.pop(_A.termchar, None)  # pyvisa-sim puts the GPIB board number there
        self._update()

    def _get(self, attribute: constants.ResourceAttribute) -> Any:
        value, status = self.attributes.get_attribute(attribute)
        return value if status >= 0 else None

    def _update(self) -> None:
        milliseconds = int(self._get(_A.timeout_value))
        self._timeout_s = None if milliseconds == constants.VI_TMO_INFINITE else milliseconds / 1000.0
        enabled = bool(self._get(_A.termchar_enabled))
        if self._serial:
            enabled = enabled or self._get(_A.asrl_end_in) == constants.SerialTermination.termination_char
        self._termchar = int(self._get(_A.termchar)) if enabled else None
        self._stop_at_end = not self._get(_A.suppress_end_enabled)

    def read(self, count: int) -> tuple[bytes, constants.StatusCode]:
        """Read with the session's time-out and termination."""
        data, why = self.endpoint.read(count, self._timeout_s, termchar=self._termchar, stop_at_end=self._stop_at_end)
        return data, _STATUS[why]

    def get_attribute(self, attribute: Any) -> tuple[Any, constants.StatusCode]:
        """A VISA attribute; the number of waiting bytes is asked of the endpoint."""
        if attribute == _A.asrl_avalaible_number and self._serial:
            return self.endpoint.in_waiting, constants.StatusCode.success
        value, status = self.attributes.get_attribute(attribute)
        return value, constants.StatusCode(status)

    def set_attribute(self, attribute: Any, state: Any) -> constants.StatusCode:
        """Set a VISA attribute."""
        status = self.attributes.set_attribute(attribute, state)
        if attribute in _WATCHED and status >= 0:
            self._update()
        return constants.StatusCode(status)
