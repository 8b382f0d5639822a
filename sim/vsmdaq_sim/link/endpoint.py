"""One instrument's end of the wire: bytes and time, nothing else.

A message costs bus time in each direction; the instrument answers after its reply time. All waiting happens on the
bench's clock: a time-out of three seconds costs three virtual seconds and no real one.
"""

from __future__ import annotations

import math
from collections import deque
from enum import Enum

from vsmdaq_sim.faults import WireFaults
from vsmdaq_sim.instruments.common.instrument import Reply, SimInstrument
from vsmdaq_sim.instruments.common.ports import SimClock
from vsmdaq_sim.link.outbox import Outbox

__all__ = ["ConnectionLostError", "Endpoint", "ReadEnd", "SimDeadlockError"]

_INPUT_LIMIT = 65536  # bytes without a terminator; a real input buffer is smaller still
_REQUEST_POLL_S = 0.01
_PATIENCE_S = 86400.0  # a read without time-out that polls an instrument for a day waits for what never comes


class SimDeadlockError(RuntimeError):
    """A read without time-out that nothing can ever answer."""


class ConnectionLostError(ConnectionError):
    """The wire to the instrument is interrupted."""


class ReadEnd(Enum):
    """Why a read ended."""

    END = "end of message"
    TERMCHAR = "termination character"
    COUNT = "count reached"
    TIMEOUT = "time-out"


class Endpoint:
    """Bytes to and from one instrument.

    Parameters
    ----------
    instrument : SimInstrument
        Who is at the other end.
    clock : SimClock
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
        clock: SimClock,
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
        self._lost_bytes = 0
        self.faults: WireFaults | None = None
        self._gone_until_s = self._off_until_s = -math.inf
        self._clock = clock
        self._message_s = message_s
        self._reply_s = reply_s
        self._terminator = instrument.reply_terminator
        self._partial = b""
        self._inbox: deque[str] = deque()
        self._outbox = Outbox()

    # --- from the host -------------------------------------------------------------------------------------------

    def write(self, data: bytes) -> None:
        """Take bytes from the host; complete messages are carried out (or queue behind a busy instrument)."""
        clock = self._clock
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
            self._outbox.discard(clock.now())
        for message in self._split(data):
            if self._inbox or self.instrument.busy:
                self._accept_while_busy(message)
            else:
                self._execute(message)

    def _split(self, data: bytes) -> list[str]:
        """Complete messages; CR, LF, CR LF and NUL end one, and so does the END signal where there is one."""
        text = (self._partial + data).decode("latin-1")
        if "\r" in text or "\0" in text:
            text = text.replace("\r", "\n").replace("\0", "\n")
        lines = text.split("\n")
        rest = lines.pop()
        if rest and self.end_signal:
            lines.append(rest)
            rest = ""
        if len(rest) > _INPUT_LIMIT:
            self._lost_bytes += len(rest)
            rest = ""
        self._partial = rest.encode("latin-1")
        return [line for line in lines if line]

    def _accept_while_busy(self, message: str) -> None:
        if self.instrument.interrupts(message):
            self._inbox.clear()
            self._execute(message)
        else:
            self._inbox.append(message)

    def _execute(self, message: str) -> None:
        heard: str | None = message
        if self.faults is not None:
            heard = self.faults.command(message)
            if heard is None or self._clock.now() < self._off_until_s:
                return
        replies = self.instrument.execute(heard or "", message_available=self._message_available())
        if replies:
            self._send(replies, self._clock.now() + self._reply_s, message)

    def _message_available(self) -> bool:
        return self._outbox.ready_s <= self._clock.now()

    def _send(self, replies: list[Reply], ready_s: float, message: str = "") -> None:
        for reply in replies:
            data = reply.encode("ascii", "backslashreplace") + self._terminator if isinstance(reply, str) else reply
            if self.faults is None:
                self._outbox.put(ready_s, data, end=True)
                continue
            for piece in self.faults.reply(message, data, self._terminator):
                self._outbox.put(ready_s + piece.delay_s, piece.data, end=piece.end)

    def _service(self) -> None:
        """Let the instrument do what is due, then what waited for it."""
        instrument = self.instrument
        if instrument.next_event_s <= self._clock.now():
            replies = instrument.poll()
            if replies:
                self._send(replies, self._clock.now())
        while self._inbox and not instrument.busy:
            self._execute(self._inbox.popleft())

    # --- to the host ---------------------------------------------------------------------------------------------

    def read(
        self, count: int, timeout_s: float | None, *, termchar: int | None = None, stop_at_end: bool = True
    ) -> tuple[bytes, ReadEnd]:
        """Give bytes to the host.

        Parameters
        ----------
        count : int
            Most bytes wanted.
        timeout_s : float or None
            Virtual seconds to wait; None waits for ever, or raises where that would never end.
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
        deadline_s = math.inf if timeout_s is None else self._clock.now() + timeout_s
        chunks: list[bytes] = []
        missing = count
        while missing > 0:
            if not self._wait_for_head(deadline_s):
                return b"".join(chunks), ReadEnd.TIMEOUT
            data, whole = self._take(missing, termchar)
            chunks.append(data)
            missing -= len(data)
            if whole and self.end_signal and stop_at_end:
                return b"".join(chunks), ReadEnd.END
            if termchar is not None and data[-1] == termchar:
                return b"".join(chunks), ReadEnd.TERMCHAR
        return b"".join(chunks), ReadEnd.COUNT

    def take_ready(self) -> list[tuple[bytes, bool]]:
        """What the instrument has said by now, with whether a message ends there; for servers, which never wait."""
        self._check_wire()
        self._service()
        pieces: list[tuple[bytes, bool]] = []
        while self._outbox.ready_s <= self._clock.now():
            pieces.append(self._take(_INPUT_LIMIT, None))
        return pieces

    def next_s(self) -> float:
        """When there may be something to say (s); inf while nothing is under way."""
        next_s = min(self._outbox.ready_s, self.instrument.next_event_s)
        return next_s if self.faults is None else min(next_s, self.faults.next_s())

    def requests_service(self) -> bool:
        """Whether the instrument pulls the service request line now."""
        self._service()
        return self.instrument.requests_service(message_available=self._message_available())

    def _take(self, count: int, termchar: int | None) -> tuple[bytes, bool]:
        """Bytes of the head of the queue, and whether they end a message."""
        data, ends, begins = self._outbox.take(count, termchar)
        if begins:
            self._clock.sleep(self._message_s)
        if self.transcript is not None:
            self.transcript.append((self._clock.now(), "<", data))
        return data, ends

    def _wait_for_head(self, deadline_s: float) -> bool:
        """Let time pass until the head of the queue is ready (True) or the deadline has come (False)."""
        clock = self._clock
        given_up_s = clock.now() + _PATIENCE_S
        while True:
            if self.faults is not None:
                self._check_wire()
            self._service()
            ready_s = self._outbox.ready_s
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

    def say(self, text: str) -> None:
        """Have the instrument send a line that nobody asked for."""
        self._outbox.put(self._clock.now(), text.encode("latin-1", "replace") + self._terminator, end=True)

    # --- beside the messages -------------------------------------------------------------------------------------

    @property
    def lost_bytes(self) -> int:
        """Bytes of overflowing buffers."""
        return self._lost_bytes + self._outbox.lost_bytes

    @property
    def in_waiting(self) -> int:
        """Bytes that could be read now."""
        self._service()
        return self._outbox.waiting(self._clock.now())

    def discard_input(self) -> None:
        """Host's flush of what has already arrived; what the instrument has yet to send still comes."""
        self._service()
        self._outbox.discard(self._clock.now())

    def open(self) -> None:
        """A new session starts with empty buffers; the instrument keeps its state."""
        self._drop_all()

    def device_clear(self) -> None:
        """VISA's clear: both buffers emptied; where the interface has a device clear, the instrument gets it."""
        self._check_wire()
        self._clock.sleep(self._message_s)
        self._drop_all()
        if self.end_signal:
            self.instrument.device_clear()

    def _drop_all(self) -> None:
        self._partial = b""
        self._inbox.clear()
        self._outbox.discard()

    def status_byte(self) -> int:
        """Serial poll; answered also by a busy instrument."""
        self._check_wire()
        self._clock.sleep(self._message_s)
        self._service()
        return self.instrument.status_byte(message_available=self._message_available())

    def wait_for_request(self, deadline_s: float) -> bool:
        """Let time pass until the instrument requests service (True) or the deadline has come (False)."""
        given_up_s = min(deadline_s, self._clock.now() + _PATIENCE_S)
        while True:
            if self.requests_service():
                return True
            now_s = self._clock.now()
            if now_s >= given_up_s:
                if deadline_s == math.inf:
                    raise SimDeadlockError(f"{self.address}: waited a day for a service request that never came")
                return False
            self._clock.sleep(min(_REQUEST_POLL_S, given_up_s - now_s))

    def trigger(self) -> None:
        """Group execute trigger."""
        self._check_wire()
        self._clock.sleep(self._message_s)
        self._service()
        self.instrument.trigger()
