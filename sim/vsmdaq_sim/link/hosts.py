"""The hosts at a wire: each has what it has sent of a message that is not complete, and what it was sent and has not read."""

from __future__ import annotations

import re

from vsmdaq_sim.link.outbox import Outbox

__all__ = ["HostSide", "Hosts"]

_INPUT_LIMIT = 65536  # bytes without a terminator; a real input buffer is smaller still
_BLOCK = re.compile(r"(?<=[ ,])#([1-9])")
_SHIELD = str.maketrans({"\r": "\ue00d", "\n": "\ue00a", "\0": "\ue000"})
_UNSHIELD = str.maketrans({"\ue00d": "\r", "\ue00a": "\n", "\ue000": "\0"})


class HostSide:
    """A session's buffers; no two sessions share them.

    Attributes
    ----------
    outbox : Outbox
        On its way to the host.
    lost_bytes : int
        Bytes of messages that never ended.
    """

    __slots__ = ("_partial", "lost_bytes", "outbox")

    def __init__(self) -> None:
        self.outbox = Outbox()
        self.lost_bytes = 0
        self._partial = b""

    def messages(self, data: bytes, *, end: bool) -> list[str]:
        """Complete messages; CR, LF, CR LF and NUL end one, and so does END behind `data`; not so within a block ``#nLLL...``."""
        text = (self._partial + data).decode("latin-1")
        body = text.rstrip("\r\n\0")
        if (end or len(body) < len(text)) and body.isprintable() and "#" not in body:  # one message, as nearly always
            self._partial = b""
            return [body] if body else []
        shielded = "#" in text
        if shielded:
            text = _shielded(text)
        if "\r" in text or "\0" in text:
            text = text.replace("\r", "\n").replace("\0", "\n")
        lines = text.split("\n")
        rest = lines.pop()
        if rest and end:
            lines.append(rest)
            rest = ""
        if len(rest) > _INPUT_LIMIT:
            self.lost_bytes += len(rest)
            rest = ""
        if shielded:
            rest = rest.translate(_UNSHIELD)
            lines = [line.translate(_UNSHIELD) for line in lines]
        self._partial = rest.encode("latin-1")
        return [line for line in lines if line]

    def drop(self) -> None:
        """Empty both buffers."""
        self._partial = b""
        self.outbox.discard()


def _shielded(text: str) -> str:
    """The text with other letters for what looks like terminators within definite-length blocks (IEEE 488.2, 7.7.6)."""
    at = 0
    while found := _BLOCK.search(text, at):
        begin = found.end() + int(found[1])
        length = text[found.end() : begin]
        at = begin + int(length) if length.isdecimal() and length.isascii() else found.end()
        text = text[:begin] + text[begin:at].translate(_SHIELD) + text[at:] if at > begin else text
    return text


class Hosts:
    """All of them.

    Attributes
    ----------
    asker : HostSide or None
        Who sent the message that was carried out last.
    """

    def __init__(self) -> None:
        self.asker: HostSide | None = None
        self._open: list[HostSide] = []
        self._only: HostSide | None = None
        self._lost_bytes = 0

    def open(self) -> HostSide:
        """One more."""
        host = HostSide()
        self._open.append(host)
        return host

    def close(self, host: HostSide) -> None:
        """One has gone: what was on its way to it is lost."""
        self._lost_bytes += host.lost_bytes + host.outbox.lost_bytes
        self._open.remove(host)

    def only(self) -> HostSide:
        """The host that opened nothing."""
        if self._only is None:
            self._only = self.open()
        return self._only

    def listeners(self) -> list[Outbox]:
        """Who hears what the instrument says: the one that asked last; where it has gone, all."""
        if self.asker is not None and self.asker in self._open:
            return [self.asker.outbox]
        return [host.outbox for host in self._open]

    def asking(self) -> list[Outbox]:
        """Who hears it where the wire knows its sessions: the one that asked last, nobody where it has gone."""
        if self.asker is not None and self.asker not in self._open:
            return []
        return self.listeners()

    def any_ready(self, now_s: float) -> bool:
        """Whether a reply waits for any of them."""
        return any(host.outbox.ready_s <= now_s for host in self._open)

    def drop(self) -> None:
        """Empty all their buffers."""
        for host in self._open:
            host.drop()

    @property
    def lost_bytes(self) -> int:
        """Bytes of overflowing buffers."""
        return self._lost_bytes + sum(host.lost_bytes + host.outbox.lost_bytes for host in self._open)
