"""One instrument's end of the wire: bytes and time, nothing else.

A message costs bus time in each direction; the instrument answers after its reply time. All waiting happens on the
bench's clock: a time-out of three seconds costs three virtual seconds and no real one. What the instrument does by itself it does
at its time, whoever lets the clock run. Each host has buffers of its own: a reply goes to the one that asked.
"""

from __future__ import annotations

import math
from collections import deque

from vsmdaq_sim.faults import WireFaults
from vsmdaq_sim.instruments.common.instrument import Reply, SimInstrument
from vsmdaq_sim.instruments.common.ports import BenchClock
from vsmdaq_sim.link.hosts import Hosts, HostSide
from vsmdaq_sim.link.outbox import Outbox
from vsmdaq_sim.link.reading import ConnectionLostError, ReadEnd, SimDeadlockError

__all__ = ["Endpoint"]

_CHUNK = 65536
_PATIENCE_S = 86400.0  # a read without time-out that polls an instrument for a day waits for what never comes


class Endpoint:
    """Bytes to and from one instrument.

    Parameters
    ----------
    instrument : SimInstrument
        Who is at the other end.
    clock : BenchClock
        The bench's clock.
    address : str
        Canonical VISA resource name.
    message_s, reply_s : float
        Bus time of one transfer, and the instrument's time to answer, s.
    end_signal : bool
        The interface marks the end of a message (GPIB, USB, VXI-11); a serial line or raw socket does not, and
        a message there goes on until its terminator.

    Attributes
    ----------
    transcript : list of (float, str, bytes) or None
        Bench time, ``">"`` to or ``"<"`` from the instrument, and the bytes; None (as built) records nothing.
    faults : WireFaults or None
        What is to go wrong on this wire; None while nothing is.
    """

    def __init__(
        self,
        instrument: SimInstrument,
        clock: BenchClock,
        *,
        address: str,
        message_s: float,
        reply_s: float,
        end_signal: bool,
    ) -> None:
        self.instrument = instrument
        self.address = address
        self.end_signal = end_signal
        self.transcript: list[tuple[float, str, bytes]] | None = None
        self.faults: WireFaults | None = None
        self._gone_until_s = self._off_until_s = -math.inf
        self._clock = clock
        self._message_s = message_s
        self._reply_s = reply_s
        self._terminator = instrument.reply_terminator
        self._inbox: deque[tuple[str, HostSide]] = deque()
        self._last_message = ""  # what a late reply answers
        self._hosts = Hosts()
        self._alarm = self._service  # one object: the clock knows alarms by it
        self._alarm_s = math.inf

    def open(self) -> HostSide:
        """A new session: its buffers are empty; the instrument keeps its state."""
        return self._hosts.open()

    def close(self, host: HostSide) -> None:
        """A session has ended: what was on its way to it is lost."""
        self._hosts.close(host)

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
        if self.faults is not None and clock.now() < self._off_until_s:
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

    def _accept_while_busy(self, message: str, host: HostSide) -> None:
        if self.instrument.interrupts(message):
            self._inbox.clear()
            self._execute(message, host)
        else:
            self._inbox.append((message, host))

    def _execute(self, message: str, host: HostSide) -> None:
        heard: str | None = message
        self._last_message = message
        if self.faults is not None:
            heard = self.faults.command(message)
            if heard is None or self._clock.now() < self._off_until_s:
                return
        self._hosts.asker = host
        replies = self.instrument.execute(heard or "", message_available=host.outbox.ready_s <= self._clock.now())
        if replies:
            self._send(replies, host.outbox, self._clock.now() + self._reply_s, message)

    def _send(self, replies: list[Reply], outbox: Outbox, ready_s: float, message: str = "") -> None:
        for reply in replies:
            data = reply.encode("ascii", "backslashreplace") + self._terminator if isinstance(reply, str) else reply
            if self.faults is None:
                outbox.put(ready_s, data, end=True)
                continue
            for piece in self.faults.reply(message, data, self._terminator):
                outbox.put(ready_s + piece.delay_s, piece.data, end=piece.end)

    # --- the instrument's own time -------------------------------------------------------------------------------

    def _service(self) -> None:
        """Let the instrument do what is due, then what waited for it."""
        instrument = self.instrument
        event_s = instrument.next_event_s
        if event_s <= self._clock.now():
            replies = instrument.poll()
            for outbox in self._hosts.listeners() if replies else ():
                self._send(replies, outbox, self._clock.now())
            event_s = instrument.next_event_s
        if self._inbox:
            while self._inbox and not instrument.busy:
                self._execute(*self._inbox.popleft())
            event_s = instrument.next_event_s
        if event_s != self._alarm_s:
            self._set_alarm()

    def _set_alarm(self) -> None:
        """Be woken at the instrument's next event; one that is due already comes with the next message."""
        self._alarm_s = self.instrument.next_event_s
        self._clock.wake(self._alarm, self._alarm_s if self._alarm_s > self._clock.now() else math.inf)

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
                return b"".join(chunks), ReadEnd.END
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

    # --- what goes wrong -----------------------------------------------------------------------------------------

    def _check_wire(self) -> None:
        """Bring faults to the present; nothing but a fault interrupts a wire."""
        if self.faults is None:
            return
        self.faults.advance()
        if self._clock.now() < self._gone_until_s:
            raise ConnectionLostError(f"{self.address}: the connection is gone")

    def disconnect(self, until_s: float) -> None:
        """Interrupt the wire until a bench time; what was on its way is lost."""
        self._drop_all()
        self._gone_until_s = until_s

    def power_cycle(self, fresh: SimInstrument, until_s: float) -> None:
        """Have the instrument off until a bench time; `fresh` is what comes back."""
        self._drop_all()
        fresh.unknown[:0] = self.instrument.unknown
        fresh.unmodelled[:0] = self.instrument.unmodelled
        self.instrument = fresh
        self._off_until_s = until_s
        self._set_alarm()

    def say(self, text: str) -> None:
        """Have the instrument send a line that nobody asked for."""
        for outbox in self._hosts.listeners():
            outbox.put(self._clock.now(), text.encode("latin-1", "replace") + self._terminator, end=True)

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
        (host or self._hosts.only()).drop()
        self._inbox.clear()
        if self.end_signal:
            self._drop_all()
            self.instrument.device_clear()
            self._set_alarm()

    def _drop_all(self) -> None:
        self._inbox.clear()
        self._hosts.drop()

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
        self.instrument.trigger()
        self._set_alarm()
