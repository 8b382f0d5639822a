"""What a fault makes of the bytes of one reply: pieces, each with its delay, and whether the message ends with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from random import Random
from types import MappingProxyType

from vsmdaq_sim.faults.fault import Fault

__all__ = ["MANGLERS", "Piece", "flipped"]

_PRINTABLE = "".join(chr(code) for code in range(33, 127))


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that are ready `delay_s` after the reply would have been; `end` with the END signal behind them."""

    delay_s: float
    data: bytes
    end: bool = True


def flipped(data: bytes, count: int, random: Random) -> bytes:
    """Flip `count` different bits of `data` (as many as there are)."""
    mangled = bytearray(data)
    for bit in random.sample(range(8 * len(data)), min(count, 8 * len(data))):
        mangled[bit // 8] ^= 1 << bit % 8
    return bytes(mangled)


def _garbage(fault: Fault, body: bytes, end: bytes, random: Random) -> list[Piece]:
    text = fault.text
    if text is None:
        text = "".join(random.choice(_PRINTABLE) for _ in range(max(len(body), 3)))
    return [Piece(0.0, text.encode("latin-1", "replace") + end)]


def _changed_digit(_: Fault, body: bytes, end: bytes, random: Random) -> list[Piece]:
    places = [at for at, byte in enumerate(body) if 48 <= byte <= 57]
    if not places:
        return [Piece(0.0, body + end)]
    at = random.choice(places)
    digit = 48 + (body[at] - 48 + random.randint(1, 9)) % 10
    return [Piece(0.0, body[:at] + bytes([digit]) + body[at + 1 :] + end)]


def _slow_drip(fault: Fault, body: bytes, end: bytes, _: Random) -> list[Piece]:
    data = body + end
    return [Piece(fault.delay_s * at, data[at : at + 1], at == len(data) - 1) for at in range(len(data))]


# (fault, the reply without its terminator, the terminator, random) -> pieces
MANGLERS: Mapping[str, Callable[[Fault, bytes, bytes, Random], list[Piece]]] = MappingProxyType(
    {
        "no_reply": lambda _, __, ___, ____: [],
        "late_reply": lambda fault, body, end, _: [Piece(fault.delay_s, body + end)],
        "slow_drip": _slow_drip,
        "garbage": _garbage,
        "non_utf8": lambda _, body, end, __: [Piece(0.0, body[:1] + b"\xff\xfe\x80" + body[1:] + end)],
        "truncated": lambda _, body, __, ___: [Piece(0.0, body[: max(len(body) // 2, 1)], end=False)],
        "wrong_terminator": lambda fault, body, _, __: [
            Piece(0.0, body + (";" if fault.text is None else fault.text).encode("latin-1", "replace"), end=False)
        ],
        "bit_flips": lambda fault, body, end, random: [Piece(0.0, flipped(body, fault.count, random) + end)],
        "duplicate": lambda _, body, end, __: [Piece(0.0, body + end), Piece(0.0, body + end)],
        "shortened": lambda _, body, end, __: [Piece(0.0, body[:-1] + end)],
        "changed_digit": _changed_digit,
        "replaced": lambda fault, _, end, __: [Piece(0.0, (fault.text or "").encode("latin-1", "replace") + end)],
    }
)
