"""The instrument's side of a wire: what is carried out and when, what is said to whom, and what goes wrong."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterable

from vsmdaq_sim.faults import WireFaults
from vsmdaq_sim.instruments.common.instrument import Reply, SimInstrument
from vsmdaq_sim.instruments.common.ports import BenchClock
from vsmdaq_sim.link.hosts import Hosts, HostSide
from vsmdaq_sim.link.outbox import Outbox
from vsmdaq_sim.link.reading import ConnectionLostError

__all__ = ["Wire"]


class Wire:
    """One instrument, and the buffers of those who talk to it.

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
    witness : callable or None
        Told what reaches the instrument: ``"command"`` and its text, ``"open"``, ``"close"``, ``"clear"``, ``"trigger"``.
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
        self._has_sessions = not address.startswith("ASRL")  # whoever opens a serial line next hears what still comes
        self.transcript: list[tuple[float, str, bytes]] | None = None
        self.faults: WireFaults | None = None
        self.witness: Callable[[str, str], None] | None = None
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
        self._bear_witness("open")
        return self._hosts.open()

    def close(self, host: HostSide) -> None:
        """A session has ended: what was on its way to it is lost."""
        self._bear_witness("close")
        self._hosts.close(host)

    def _bear_witness(self, what: str, text: str = "") -> None:
        if self.witness is not None:
            self.witness(what, text)

    # --- messages -----------------------------------------------------------------------------------------------------

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
        self._bear_witness("command", heard or "")
        replies = self.instrument.execute(heard or "", message_available=host.outbox.ready_s <= self._clock.now())
        if replies:
            self._send(replies, (host.outbox,), self._clock.now() + self._reply_s, message)

    def _send(self, replies: list[Reply], outboxes: Iterable[Outbox], ready_s: float, message: str) -> None:
        for reply in replies:
            data = reply.encode("ascii", "backslashreplace") + self._terminator if isinstance(reply, str) else reply
            if self.faults is None:
                for outbox in outboxes:
                    outbox.put(ready_s, data, end=True)
                continue
            for piece in self.faults.reply(message, data, self._terminator):
                for outbox in outboxes:
                    outbox.put(ready_s + piece.delay_s, piece.data, end=piece.end)

    # --- the instrument's own time -------------------------------------------------------------------------------

    def _service(self) -> None:
        """Let the instrument do what is due, then what waited for it."""
        instrument = self.instrument
        event_s = instrument.next_event_s
        if event_s <= self._clock.now():
            replies = instrument.poll()
            if replies:
                heard_by = self._hosts.asking() if self._has_sessions else self._hosts.listeners()
                self._send(replies, heard_by, self._clock.now(), self._last_message)
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

    def _drop_all(self) -> None:
        self._inbox.clear()
        self._hosts.drop()
