"""Service requests as PyVISA asks for them: enabled, waited for, told to handlers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pyvisa import constants, errors

from vsmdaq_sim.backend.requests import EventContext, Watch, mechanisms_of
from vsmdaq_sim.backend.sessions import SessionTable, on_the_wire

__all__ = ["EventOperations"]

_CODE = constants.StatusCode
_EVENT = constants.EventType
_EVERY = frozenset({_EVENT.service_request, _EVENT.all_enabled})


class EventOperations(SessionTable):
    """The operations of VISA that have to do with events."""

    def _watch(self, session: Any, event_type: constants.EventType) -> Watch:
        """The session's watch for an event that its interface has."""
        channel = self._channels.get(session) or self._channel(session)
        if event_type not in _EVERY or not channel.has_bus_operations:
            raise errors.VisaIOError(_CODE.error_invalid_event)
        if session not in self._watches:
            self._watches[session] = Watch(channel.endpoint, lambda: self._tell(session))
        return self._watches[session]

    def _tell(self, session: Any) -> None:
        """Call the handlers, the latest first, until one ends the chain."""
        for handler, user_handle, _, event_type in reversed(list(self.handlers[session])):
            if event_type in _EVERY:
                context = self._register(EventContext(_EVENT.service_request))
                try:
                    answer: Any = handler(session, _EVENT.service_request, context, user_handle)
                finally:
                    self.sessions.pop(context, None)
                if answer == _CODE.success_no_more_handler_calls_in_chain:
                    return

    def enable_event(
        self,
        session: Any,
        event_type: constants.EventType,
        mechanism: constants.EventMechanism,
        context: None = None,  # noqa: ARG002 - VISA's signature
    ) -> constants.StatusCode:
        """Have service requests queued or told to handlers; there are no other events.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_INV_EVENT``, ``VI_ERROR_INV_MECH``, or ``VI_ERROR_HNDLR_NINSTALLED`` where there is no handler.
        """
        watch = self._watch(session, event_type)
        mechanisms = mechanisms_of(mechanism)
        if constants.EventMechanism.handler in mechanisms and not self.handlers.get(session):
            raise errors.VisaIOError(_CODE.error_handler_not_installed)
        fresh = self.requests.enable(watch, mechanisms)
        return self._done(session, _CODE.success if fresh else _CODE.success_event_already_enabled)

    def disable_event(self, session: Any, event_type: constants.EventType, mechanism: constants.EventMechanism) -> Any:
        """End that."""
        watch = self._watches.get(session)
        if watch is None or event_type not in _EVERY or not self.requests.disable(watch, mechanisms_of(mechanism)):
            return _CODE.success_event_already_disabled
        return _CODE.success

    def discard_events(self, session: Any, event_type: constants.EventType, mechanism: constants.EventMechanism) -> Any:
        """Forget what is queued."""
        watch = self._watches.get(session)
        if watch is None or event_type not in _EVERY or not watch.discard(mechanisms_of(mechanism)):
            return _CODE.success_queue_already_empty
        return _CODE.success

    @on_the_wire
    def wait_on_event(
        self, session: Any, in_event_type: constants.EventType, timeout: int
    ) -> tuple[constants.EventType, Any, constants.StatusCode]:
        """Wait, on the virtual clock, until a service request is in the queue, and take it.

        Raises
        ------
        pyvisa.errors.VisaIOError
            ``VI_ERROR_TMO``, or ``VI_ERROR_NENABLED`` where the queue is not enabled.
        """
        watch = self._watch(session, in_event_type)
        if constants.EventMechanism.queue not in watch.mechanisms:
            raise errors.VisaIOError(_CODE.error_not_enabled)
        if not self.requests.wait(watch, self._deadline_s(timeout)):
            raise errors.VisaIOError(self._remembered(session, _CODE.error_timeout))
        status = _CODE.success_queue_not_empty if watch.queued else _CODE.success
        return _EVENT.service_request, self._register(EventContext(_EVENT.service_request)), self._done(session, status)

    def install_handler(
        self,
        session: Any,
        event_type: constants.EventType,
        handler: Callable[..., Any],
        user_handle: Any,
    ) -> tuple[Any, Any, Any, constants.StatusCode]:
        """Take a handler; it is called once `enable_event` has been."""
        self._watch(session, event_type)
        return handler, user_handle, handler, self._done(session)

    def uninstall_handler(
        self,
        session: Any,  # noqa: ARG002 - VISA's signature; PyVISA keeps the table of handlers
        event_type: constants.EventType,  # noqa: ARG002
        handler: Callable[..., Any],  # noqa: ARG002
        user_handle: Any = None,  # noqa: ARG002
    ) -> constants.StatusCode:
        """PyVISA has forgotten it already."""
        return _CODE.success
