"""A wire with a simulated instrument at its end, on which replies are tampered with; PyVISA's resource, as a driver's link sees it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pyvisa.constants import StatusCode
from pyvisa.errors import VisaIOError

from fuzzing.choices import Choices
from fuzzing.session import Plan
from fuzzing.texts import damaged
from vsmdaq_sim.instruments.common.ports import SimClock
from vsmdaq_sim.link import Endpoint, ReadEnd

__all__ = ["EndlessError", "Tampering", "WireResource"]

_MOST_BYTES = 1 << 17


class EndlessError(AssertionError):
    """A driver that sends and reads without end."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """Part of a reply: delay (s), bytes, and whether the message ends there."""

    delay_s: float
    data: bytes
    end: bool = True


class Tampering:
    """Takes the place of the simulator's own faults at the wire of one instrument.

    Parameters
    ----------
    plan : Plan
        What becomes of the replies while it is active; replies beyond the plan pass.

    Attributes
    ----------
    active : bool
        Whether replies are tampered with.
    """

    def __init__(self, plan: Plan) -> None:
        self.active = False
        self._plan = list(plan)

    def command(self, message: str) -> str:
        """Commands pass."""
        return message

    def _next(self) -> tuple[str, bytes]:
        if not self.active or not self._plan:
            return "pass", b""
        entry = self._plan[0]
        if isinstance(entry, int):
            self._plan[:1] = [entry - 1] if entry > 1 else []
            return "pass", b""
        del self._plan[0]
        return entry

    def reply(self, message: str, data: bytes, terminator: bytes) -> Sequence[_Piece]:
        """What the host gets of a reply."""
        del message
        how, put = self._next()
        end = terminator if terminator and data.endswith(terminator) else b""
        half = len(data) // 2
        pieces = {
            "pass": lambda: (_Piece(0.0, data),),
            "instead": lambda: (_Piece(0.0, put + (end or terminator)),),
            "raw": lambda: (_Piece(0.0, put),),  # not even a terminator
            "damaged": lambda: (_Piece(0.0, damaged(data[: len(data) - len(end)], Choices(put)) + end),),
            "damaged end": lambda: (_Piece(0.0, damaged(data, Choices(put))),),
            "before": lambda: (_Piece(0.0, put + terminator), _Piece(0.0, data)),
            "behind": lambda: (_Piece(0.0, data), _Piece(0.0, put + terminator)),
            "late": lambda: (_Piece(2.5, data),),
            "none": lambda: (),
            "halves": lambda: (_Piece(0.0, data[:half], end=False), _Piece(1.5, data[half:])),
        }[how]()
        return [piece for piece in pieces if piece.data]

    def next_s(self) -> float:
        """Nothing happens by itself."""
        return math.inf

    def advance(self) -> None:
        """The world brings itself to the present."""


class WireResource:
    """What `VisaLink` needs of a resource of PyVISA.

    Parameters
    ----------
    endpoint : Endpoint
        The wire.
    termchar : int or None
        Byte that ends a read; None for the END signal alone.
    clock : SimClock
        The bench's.
    most : int
        Transfers after which a driver counts as endless.

    Attributes
    ----------
    timeout : float
        Milliseconds, as PyVISA has them.
    sent, received : int
        Transfers since `restart`.
    """

    def __init__(self, endpoint: Endpoint, termchar: int | None, clock: SimClock, *, most: int) -> None:
        self.resource_name = endpoint.address
        self.visalib = self  # with a clock, as the library of a simulated bench has: what breaks inside must come out
        self.clock = clock
        self.timeout = 2000.0
        self.sent = self.received = 0
        self._endpoint = endpoint
        self._termchar = termchar
        self._most = most

    def restart(self) -> None:
        """Count from zero."""
        self.sent = self.received = 0

    def write_raw(self, data: bytes) -> int:
        """Send bytes."""
        self.sent += 1
        self._count()
        self._endpoint.write(data)
        return len(data)

    def read_raw(self) -> bytes:
        """Receive one message."""
        return self._read(_MOST_BYTES, self._termchar, {ReadEnd.END, ReadEnd.TERMCHAR, ReadEnd.COUNT})

    def read_bytes(self, count: int) -> bytes:
        """Receive so many bytes."""
        data = b""
        while len(data) < count:
            data += self._read(count - len(data), None, {ReadEnd.END, ReadEnd.COUNT})
        return data

    def _read(self, count: int, termchar: int | None, sound: set[ReadEnd]) -> bytes:
        self.received += 1
        self._count()
        data, why = self._endpoint.read(count, self.timeout / 1000.0, termchar=termchar)
        if why not in sound:
            raise VisaIOError(StatusCode.error_timeout)
        return data

    def _count(self) -> None:
        if self.sent + self.received > self._most:
            raise EndlessError(f"more than {self._most} transfers in one call")

    def clear(self) -> None:
        """Device clear."""
        self._endpoint.device_clear()

    def flush(self, mask: object) -> None:
        """Discard what has arrived."""
        del mask
        self._endpoint.discard_input()

    def read_stb(self) -> int:
        """Serial poll."""
        return self._endpoint.status_byte()

    def close(self) -> None:
        """Nothing is held."""
