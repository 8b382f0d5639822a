"""One instrument's end of the wire: bytes and time, nothing else.

A message costs bus time in each direction; the instrument answers after its reply time. All waiting happens on the
bench's clock: a time-out of three seconds costs three virtual seconds and no real one. What the instrument does by itself it does
at its time, whoever lets the clock run. Each host has buffers of its own: a reply goes to the one that asked.
"""

from __future__ import annotations

import math
from collections import deque

from vsmdaq_sim.link.hosts import HostSide
from vsmdaq_sim.link.outbox import Outbox
from vsmdaq_sim.link.reading import ReadEnd, SimDeadlockError
from vsmdaq_sim.link.wire import Wire

__all__ = ["Endpoint"]

_CHUNK = 65536
_ENDED = ReadEnd.END  # of nearly all reads; looking up an enumeration takes its time
_PATIENCE_S = 86400.0  # a read without time-out that polls an instrument for a day waits for what never comes


class Endpoint(Wire):
    """Bytes to and from one instrument; see `Wire` for how it is made."""

    # --- from the host -------------------------------------------------------------------------------------------

    def write(self, data: bytes, host: HostSide | None = None, *, end: bool = True) -> None:
        """Take bytes from a host; complete messages are carried out (or queue behind a busy instrument).

        Without `end` the END signal does not come behind them: the message goes on with the next bytes.
        """
        clock = self._clock
        host = host or self._hosts.only()
        if self.faults is not None:
            self._check_wire()
        clock.sleep(self._message_s)
        if self.transcript is not None:
            self.transcript.append((clock.now(), ">", bytes(data)))
        if self.faults is not None:
            self.faults.advance()  # a fault that struck while the message was on its way is there before it
            if clock.now() < self._off_until_s:
                return
        self._service()
        if self.end_signal:
            # a message that comes before the last reply was fetched interrupts it (IEEE 488.2, 6.3.2.3)
            host.outbox.discard(clock.now())
        for message in host.messages(data, end=end and self.end_signal):
            if self._inbox or self.instrument.busy:
                self._accept_while_busy(message, host)
            else:
                self._execute(message, host)
        instrument = self.instrument
        if instrument.next_event_s != self._alarm_s:
            self._set_alarm()
        if instrument.busy:
            self.requests_service()  # so that the end of being busy is seen as a change

    # --- to the host ---------------------------------------------------------------------------------------------

    def read(
        self,
        count: int,
        timeout_s: float | None,
        host: HostSide | None = None,
        *,
        termchar: int | None = None,
        stop_at_end: bool = True,
    ) -> tuple[bytes, ReadEnd]:
        """Give bytes to a host.

        Parameters
        ----------
        count : int
            Most bytes wanted.
        timeout_s : float or None
            Virtual seconds to wait; None waits for ever, or raises where that would never end.
        host : HostSide, optional
            As `open` gave it.
        termchar : int, optional
            Byte that ends the read.
        stop_at_end : bool
            Whether the END signal ends the read, on interfaces that have one.

        Returns
        -------
        data : bytes
            What was read; at a time-out what had come until then (VISA loses it, pyserial returns it).
        why : ReadEnd
            What ended the read.

        Raises
        ------
        SimDeadlockError
            No time-out, and nothing under way.
        """
        if self.faults is not None:
            self._check_wire()
        host = host or self._hosts.only()
        deadline_s = math.inf if timeout_s is None else self._clock.now() + timeout_s
        chunks: list[bytes] = []
        missing = count
        while missing > 0:
            if not self._wait_for_head(host.outbox, deadline_s):
                return b"".join(chunks), ReadEnd.TIMEOUT
            data, whole = self._take(host.outbox, missing, termchar)
            chunks.append(data)
            missing -= len(data)
            if whole and self.end_signal and stop_at_end:
                return b"".join(chunks), _ENDED
            if termchar is not None and data[-1] == termchar:
                return b"".join(chunks), ReadEnd.TERMCHAR
        return b"".join(chunks), ReadEnd.COUNT

    def take_ready(self, host: HostSide | None = None) -> list[tuple[bytes, bool]]:
        """What the instrument has said to a host by now, with whether a message ends there; for servers, which never wait."""
        self._check_wire()
        self._service()
        outbox = (host or self._hosts.only()).outbox
        pieces: list[tuple[bytes, bool]] = []
        while outbox.ready_s <= self._clock.now():
            pieces.append(self._take(outbox, _CHUNK, None))
        return pieces

    def next_s(self, host: HostSide | None = None) -> float:
        """When there may be something to say to a host (s); inf while nothing is under way."""
        next_s = min((host or self._hosts.only()).outbox.ready_s, self.instrument.next_event_s)
        return next_s if self.faults is None else min(next_s, self.faults.next_s())

    def requests_service(self) -> bool:
        """Whether the instrument pulls the service request line now."""
        self._service()
        return self.instrument.requests_service(message_available=self._hosts.any_ready(self._clock.now()))

    def _take(self, outbox: Outbox, count: int, termchar: int | None) -> tuple[bytes, bool]:
        """Bytes of the head of the queue, and whether they end a message."""
        data, ends, begins = outbox.take(count, termchar)
        if begins:
            self._clock.sleep(self._message_s)
        if self.transcript is not None:
            self.transcript.append((self._clock.now(), "<", data))
        return data, ends

    def _wait_for_head(self, outbox: Outbox, deadline_s: float) -> bool:
        """Let time pass until the head of the queue is ready (True) or the deadline has come (False)."""
        clock = self._clock
        given_up_s = clock.now() + _PATIENCE_S
        while True:
            if self.faults is not None:
                self._check_wire()
            self._service()
            ready_s = outbox.ready_s
            now_s = clock.now()
            if ready_s <= now_s:
                return True
            event_s = self.instrument.next_event_s
            if self.faults is not None:
                event_s = min(event_s, self.faults.next_s())
            if ready_s < event_s and ready_s <= deadline_s:
                clock.sleep(ready_s - now_s)
                return True
            next_s = min(ready_s, event_s)
            if next_s > deadline_s:
                clock.sleep(max(deadline_s - now_s, 0.0))
                return False
            if next_s == math.inf or (deadline_s == math.inf and next_s > given_up_s):
                raise SimDeadlockError(
                    f"{self.address}: a read without time-out, but the instrument has nothing to say;"
                    " on a real bench this program would hang here"
                )
            clock.sleep(max(next_s - now_s, 0.0))

    # --- beside the messages -------------------------------------------------------------------------------------

    @property
    def lost_bytes(self) -> int:
        """Bytes of overflowing buffers."""
        return self._hosts.lost_bytes

    def waiting(self, host: HostSide | None = None) -> int:
        """Bytes that a host could read now."""
        self._service()
        return (host or self._hosts.only()).outbox.waiting(self._clock.now())

    def discard_input(self, host: HostSide | None = None) -> None:
        """Host's flush of what has already arrived; what the instrument has yet to send still comes."""
        self._service()
        (host or self._hosts.only()).outbox.discard(self._clock.now())

    def device_clear(self, host: HostSide | None = None) -> None:
        """VISA's clear: both buffers of the host emptied; where the interface has a device clear, the instrument gets it."""
        self._check_wire()
        self._clock.sleep(self._message_s)
        host = host or self._hosts.only()
        host.drop()
        self._inbox = deque(item for item in self._inbox if item[1] is not host)
        if self.end_signal:
            self._drop_all()
            self._bear_witness("clear")
            self.instrument.device_clear()
            self._set_alarm()

    def status_byte(self, host: HostSide | None = None) -> int:
        """Serial poll; answered also by a busy instrument."""
        self._check_wire()
        self._clock.sleep(self._message_s)
        self._service()
        available = (host or self._hosts.only()).outbox.ready_s <= self._clock.now()
        return self.instrument.status_byte(message_available=available)

    def trigger(self) -> None:
        """Group execute trigger."""
        self._check_wire()
        self._clock.sleep(self._message_s)
        self._service()
        self._bear_witness("trigger")
        self.instrument.trigger()
        self._set_alarm()
