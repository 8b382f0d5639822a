"""Service requests of a bench's instruments, as VISA's events: queued, or told to handlers.

An event occurs when an instrument begins to pull the line, and for a session that enables events while it is pulled. Handlers are
called while bench time passes (the line is looked at every 10 ms then) and at the end of each call; they may call VISA themselves.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

from pyvisa import constants, errors

from vsmdaq_sim.instruments.common.ports import BenchClock
from vsmdaq_sim.link import Endpoint, SimDeadlockError

__all__ = ["EventContext", "ServiceRequests", "Watch", "mechanisms_of"]

_LOOK_S = 0.01
_LOOK_SHARE = 0.01  # of a long wait: then so rarely, but at each event of the instrument
_PATIENCE_S = 86400.0
_QUEUE_LENGTH = 50  # VI_ATTR_MAX_QUEUE_LENGTH
_MECHANISM = constants.EventMechanism

Call = Callable[[], None]


class EventContext:
    """An event that has occurred, as handlers and waiters are given it."""

    def __init__(self, event_type: constants.EventType) -> None:
        self._type = event_type

    def get_attribute(self, attribute: int) -> tuple[Any, constants.StatusCode]:
        """Its one attribute is its type."""
        if attribute == constants.EventAttribute.event_type:
            return self._type, constants.StatusCode.success
        return 0, constants.StatusCode.error_nonsupported_attribute


def mechanisms_of(mechanism: constants.EventMechanism) -> set[constants.EventMechanism]:
    """The mechanisms that a word of VISA means.

    Raises
    ------
    pyvisa.errors.VisaIOError
        ``VI_ERROR_INV_MECH`` for none that there is.
    """
    every = (_MECHANISM.queue, _MECHANISM.handler, _MECHANISM.suspend_handler)
    if mechanism == _MECHANISM.all:
        return set(every)
    found = {one for one in every if int(one) & int(mechanism)}
    if not found or int(mechanism) > sum(map(int, every)):
        raise errors.VisaIOError(constants.StatusCode.error_invalid_mechanism)
    return found


class Watch:
    """What one session wants to know.

    Parameters
    ----------
    endpoint : Endpoint
        Whose requests.
    tell : callable
        Calls the session's handlers.

    Attributes
    ----------
    mechanisms : set of EventMechanism
        Those that are enabled.
    queued : int
        Events that wait in the queue.
    """

    def __init__(self, endpoint: Endpoint, tell: Call) -> None:
        self.endpoint = endpoint
        self.mechanisms: set[constants.EventMechanism] = set()
        self.queued = 0
        self._tell = tell
        self._suspended = 0

    def occur(self) -> None:
        """The instrument has begun to request service."""
        if _MECHANISM.queue in self.mechanisms:
            self.queued = min(self.queued + 1, _QUEUE_LENGTH)
        if _MECHANISM.handler in self.mechanisms:
            self._tell()
        elif _MECHANISM.suspend_handler in self.mechanisms:
            self._suspended = min(self._suspended + 1, _QUEUE_LENGTH)

    def resume(self) -> None:
        """Tell the handlers what occurred while they were suspended."""
        while self._suspended and _MECHANISM.handler in self.mechanisms:
            self._suspended -= 1
            self._tell()

    def discard(self, mechanisms: Iterable[constants.EventMechanism]) -> bool:
        """Forget what is queued; whether there was anything."""
        wanted = set(mechanisms)
        was = (self.queued if _MECHANISM.queue in wanted else 0) + (
            self._suspended if _MECHANISM.suspend_handler in wanted else 0
        )
        self.queued = 0 if _MECHANISM.queue in wanted else self.queued
        self._suspended = 0 if _MECHANISM.suspend_handler in wanted else self._suspended
        return was > 0


class ServiceRequests:
    """All watches of a library.

    Parameters
    ----------
    clock : BenchClock
        The bench's clock.

    Attributes
    ----------
    watching : bool
        Whether anybody wants to know anything.
    """

    def __init__(self, clock: BenchClock) -> None:
        self.watching = False
        self._clock = clock
        self._watches: list[Watch] = []
        self._pulled: dict[str, bool] = {}
        self._due: deque[Watch] = deque()
        self._telling = False
        self._wake = self._look_again

    def enable(self, watch: Watch, mechanisms: set[constants.EventMechanism]) -> bool:
        """Enable; False where all of them were."""
        fresh = mechanisms - watch.mechanisms
        if _MECHANISM.handler in fresh:
            watch.mechanisms.discard(_MECHANISM.suspend_handler)
        elif _MECHANISM.suspend_handler in fresh:
            watch.mechanisms.discard(_MECHANISM.handler)
        watch.mechanisms |= fresh
        if watch not in self._watches:
            self._watches.append(watch)
            self.watching = True
            # an instrument that is asking already is a request for the newcomer
            self._pulled[watch.endpoint.address] = watch.endpoint.requests_service()
            if self._pulled[watch.endpoint.address]:
                self._due.append(watch)
        self._schedule()
        self._deliver()
        watch.resume()
        return bool(fresh)

    def disable(self, watch: Watch, mechanisms: set[constants.EventMechanism]) -> bool:
        """Disable; False where none of them was enabled."""
        was = watch.mechanisms & mechanisms
        watch.mechanisms -= mechanisms
        if not watch.mechanisms and watch in self._watches:
            self._watches.remove(watch)
        self.watching = bool(self._watches)
        self._schedule()
        return bool(was)

    def look(self) -> None:
        """Look at the lines, and tell of those that are pulled since the last look."""
        for endpoint in {watch.endpoint.address: watch.endpoint for watch in self._watches}.values():
            pulled = endpoint.requests_service()
            if pulled and not self._pulled.get(endpoint.address, False):
                self._due.extend(watch for watch in self._watches if watch.endpoint is endpoint)
            self._pulled[endpoint.address] = pulled
        self._deliver()

    def wait(self, watch: Watch, deadline_s: float) -> bool:
        """Let time pass until an event is in the queue, and take it (True), or until the deadline has come (False)."""
        begun_s = self._clock.now()
        given_up_s = min(deadline_s, begun_s + _PATIENCE_S)
        while True:
            self.look()
            if watch.queued:
                watch.queued -= 1
                return True
            now_s = self._clock.now()
            if now_s >= given_up_s:
                if deadline_s == math.inf:
                    raise SimDeadlockError(
                        f"{watch.endpoint.address}: waited a day for a service request that never came"
                    )
                return False
            step_s = max(_LOOK_S, _LOOK_SHARE * (now_s - begun_s))
            event_s = watch.endpoint.instrument.next_event_s
            self._clock.sleep(min(step_s, given_up_s - now_s, event_s - now_s if event_s > now_s else math.inf))

    def _deliver(self) -> None:
        """Tell everybody what is due; what occurs meanwhile comes behind it."""
        if self._telling:
            return
        self._telling = True
        try:
            while self._due:
                self._due.popleft().occur()
        finally:
            self._telling = False

    def _schedule(self) -> None:
        told = any(_MECHANISM.handler in watch.mechanisms for watch in self._watches)
        self._clock.wake(self._wake, self._clock.now() + _LOOK_S if told else math.inf)

    def _look_again(self) -> None:
        try:
            self.look()
        finally:
            self._schedule()
