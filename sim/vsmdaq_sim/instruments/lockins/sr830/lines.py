"""Lines of the SR830: four letters, an optional ``?``, arguments; any case, any blanks, commands separated by ``;``."""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq_sim.instruments.lockins.sr830.buffer import Handler

__all__ = ["Command", "LineReader"]

Command = tuple[Handler | None, tuple[str, ...], str]
"""What carries it out (None where unknown), its arguments, and its own text."""

_CACHE_LIMIT = 2048


class LineReader:
    """Takes lines apart; a line that came before costs a look-up.

    Parameters
    ----------
    handlers : mapping of str to callable
        By four letters, with ``?`` for queries.
    """

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self._handlers = handlers
        self._known: dict[str, tuple[Command, ...]] = {}

    def read(self, line: str) -> tuple[Command, ...]:
        """Get the commands of a line."""
        known = self._known.get(line)
        return self._take_apart(line) if known is None else known

    def _take_apart(self, line: str) -> tuple[Command, ...]:
        commands: list[Command] = []
        for part in line.split(";"):
            text = "".join(part.split()).upper()
            if not text:
                continue
            key, rest = text[:4], text[4:]
            if rest.startswith("?"):
                key, rest = key + "?", rest[1:]
            commands.append((self._handlers.get(key), tuple(rest.split(",")) if rest else (), part.strip()))
        if len(self._known) >= _CACHE_LIMIT:
            self._known.clear()
        self._known[line] = tuple(commands)
        return self._known[line]
