"""What the Lake Shore instruments have in common: IEEE 488.2 lines, chains with ``;``, joined replies, common commands.

``HEAD[?] argument,argument``: any case, blanks between head and arguments. The replies of a chain come as one line,
joined by ``;``. An unknown head is a command error (CME), a value out of range an execution error (EXE).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import CME, RefusedCommandError, arguments_of, no_arguments, parse_index
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.status import StatusRegisters

__all__ = ["Dialect", "Handler"]

Handler = Callable[[tuple[str, ...]], str | None]
_CACHE_LIMIT = 2048


class Dialect:
    """Reads lines and hands the commands to the instrument's table.

    Parameters
    ----------
    table : mapping of str to callable
        The instrument's own commands: ``"SETI"`` sets, ``"SETI?"`` asks.
    identity : str
        Reply to ``*IDN?``.
    reset : callable
        What ``*RST`` does.
    condition : callable
        The instrument's own bits of the status byte.

    Attributes
    ----------
    unknown : list of str
        Commands that nobody knows.
    """

    def __init__(
        self, table: Mapping[str, Handler], *, identity: str, reset: Callable[[], None], condition: Callable[[], int]
    ) -> None:
        self.unknown: list[str] = []
        self.status = StatusRegisters()
        self._condition = condition
        self._reset = reset
        self._message_available = False
        self._parsed: dict[str, tuple[tuple[Handler | None, tuple[str, ...], str], ...]] = {}
        self._table: dict[str, Handler] = {
            "*IDN?": lambda arguments: no_arguments(arguments, identity),
            "*RST": self._do_reset,
            "*CLS": self._clear_status,
            "*ESR?": lambda arguments: no_arguments(arguments, f"{self.status.take_events():03d}"),
            "*ESE?": lambda arguments: no_arguments(arguments, f"{self.status.event_enable:03d}"),
            "*ESE": self._set_event_enable,
            "*SRE?": lambda arguments: no_arguments(arguments, f"{self.status.request_enable:03d}"),
            "*SRE": self._set_request_enable,
            "*STB?": self._query_status_byte,
            "*OPC?": lambda arguments: no_arguments(arguments, "1"),
            "*OPC": lambda _: self.status.latch(0),
            "*WAI": lambda _: None,
            "*TST?": lambda arguments: no_arguments(arguments, "0"),
            **table,
        }

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        parsed = self._parsed.get(message)
        if parsed is None:
            parsed = self._parse(message)
        self._message_available = message_available
        replies: list[str] = []
        for handler, arguments, text in parsed:
            if handler is None:
                self.unknown.append(text)
                self.status.latch(CME)
                continue
            try:
                reply = handler(arguments)
            except RefusedCommandError as refusal:
                self.status.latch(refusal.bit)
                continue
            if reply is not None:
                replies.append(reply)
        return [";".join(replies)] if replies else []

    def _parse(self, message: str) -> tuple[tuple[Handler | None, tuple[str, ...], str], ...]:
        commands: list[tuple[Handler | None, tuple[str, ...], str]] = []
        for part in message.split(";"):
            text = part.strip()
            if not text:
                continue
            head, query, rest = text.partition("?")
            if not query:
                head, _, rest = text.partition(" ")
            arguments = tuple(argument.strip() for argument in rest.split(",")) if rest.strip() else ()
            commands.append((self._table.get(head.strip().upper() + query), arguments, text))
        if len(self._parsed) >= _CACHE_LIMIT:
            self._parsed.clear()
        self._parsed[message] = tuple(commands)
        return self._parsed[message]

    def status_byte(self, *, message_available: bool) -> int:
        """Serial poll: clears RQS."""
        return self.status.take_request(self._byte(message_available=message_available))

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return bool(self.status.update_request(self._byte(message_available=message_available)) & 0x40)

    def _byte(self, *, message_available: bool) -> int:
        return self._condition() | (0x10 if message_available else 0) | self.status.event_summary()

    def _query_status_byte(self, arguments: tuple[str, ...]) -> str:
        byte = self.status.update_request(self._byte(message_available=self._message_available))
        return no_arguments(arguments, f"{byte:03d}")

    def _do_reset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments, "")
        self._reset()

    def _clear_status(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments, "")
        self.status.take_events()

    def _set_event_enable(self, arguments: tuple[str, ...]) -> None:
        self.status.event_enable = parse_index(arguments_of(arguments, 1)[0], 0, 255)

    def _set_request_enable(self, arguments: tuple[str, ...]) -> None:
        self.status.request_enable = parse_index(arguments_of(arguments, 1)[0], 0, 255)
