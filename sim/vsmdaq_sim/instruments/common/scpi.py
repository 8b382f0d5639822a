"""SCPI: headers with long and short forms, optional nodes, an error queue.

``[SOURce:]CURRent[:LEVel]?`` in a table stands for every spelling of it: capitals are the short form, brackets may be left out,
``<n>`` is a numeric suffix that is 1 where it is missing. Commands of one line are separated by ``;``; one without a
leading ``:`` starts where the header before it left off (SCPI-99 vol. 1, 6.2.4). Replies of one line come joined by ``;``.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from itertools import product

from vsmdaq_sim.instruments.common.arguments import (
    CME,
    EXE,
    RefusedCommandError,
    arguments_of,
    no_arguments,
    parse_index,
)
from vsmdaq_sim.instruments.common.instrument import Reply
from vsmdaq_sim.instruments.common.status import StatusRegisters

__all__ = ["Handler", "ScpiDialect", "spellings"]

Handler = Callable[[tuple[str, ...]], str | None]
_QUEUE_LENGTH = 20
_SUFFIX = re.compile(r"(?<=[A-Z])[0-9]{1,9}")
_ERRORS = {CME: '-113,"Undefined header"', EXE: '-222,"Data out of range"'}


def spellings(pattern: str) -> Iterable[str]:
    """Every upper-case spelling of a header pattern, with ``#`` for each numeric suffix, e.g. ``CURR`` and ``SOUR:CURRENT``."""
    optional = re.search(r"\[([^\[\]]*)\]", pattern)
    if optional:
        before, after = pattern[: optional.start()], pattern[optional.end() :]
        yield from spellings(before + after)
        yield from spellings(before + optional.group(1) + after)
        return
    done = [""]
    for node in re.findall(r"[^:]+|:", pattern.replace("<n>", "#")):
        short = "".join(letter for letter in node if not letter.islower())
        done = [text + form for text in done for form in dict.fromkeys((short, node.upper()))]
    yield from dict.fromkeys(text.lstrip(":") for text in done)


def _with_suffixes(spelling: str, given: tuple[bool, ...]) -> str:
    """The spelling with ``#`` only where a numeric suffix is given."""
    first, *others = spelling.split("#")
    return first + "".join(("#" if mark else "") + text for mark, text in zip(given, others, strict=True))


@cache  # the same for every instrument of a kind, and a meter has thousands
def _forms(patterns: tuple[str, ...]) -> Mapping[str, tuple[str, tuple[bool, ...]]]:
    """Pattern by spelling, with ``#`` where a numeric suffix is given, and which of the pattern's suffixes those are."""
    forms: dict[str, tuple[str, tuple[bool, ...]]] = {}
    for pattern in patterns:
        for spelling in spellings(pattern):
            for given in product((True, False), repeat=spelling.count("#")):
                missing = (False,) * (pattern.count("<n>") - len(given))  # suffixes of nodes that were left out
                forms[_with_suffixes(spelling, given)] = (pattern, missing + given)
    return forms


class ScpiDialect:
    """Reads lines and hands the commands to the instrument's table.

    Parameters
    ----------
    table : mapping of str to callable
        The instrument's own commands by header pattern; a handler of a header with numeric suffixes gets them as the first
        arguments.
    identity : str
        Reply to ``*IDN?``.
    reset : callable
        What ``*RST`` does.
    condition : callable
        The instrument's own bits of the status byte.
    separator : str
        Between the replies of one line.
    no_error : str
        Reply to ``SYST:ERR?`` where there is none.
    cleared : callable
        What ``*CLS`` clears beside event register and error queue.

    Attributes
    ----------
    unknown : list of str
        Commands that nobody knows.
    """

    def __init__(
        self,
        table: Mapping[str, Handler],
        *,
        identity: str,
        reset: Callable[[], None],
        condition: Callable[[], int] = lambda: 0,
        separator: str = ";",
        no_error: str = '0,"No error"',
        cleared: Callable[[], None] = lambda: None,
    ) -> None:
        self.unknown: list[str] = []
        self.status = StatusRegisters()
        self._cleared = cleared
        self._condition = condition
        self._reset = reset
        self._separator = separator
        self._no_error = no_error
        self._message_available = False
        self._errors: deque[str] = deque(maxlen=_QUEUE_LENGTH)
        common: dict[str, Handler] = {
            "*IDN?": lambda arguments: no_arguments(arguments, identity),
            "*RST": self._do_reset,
            "*CLS": self._clear_status,
            "*ESR?": lambda arguments: no_arguments(arguments, str(self.status.take_events())),
            "*ESE?": lambda arguments: no_arguments(arguments, str(self.status.event_enable)),
            "*ESE": self._set_event_enable,
            "*SRE?": lambda arguments: no_arguments(arguments, str(self.status.request_enable)),
            "*SRE": self._set_request_enable,
            "*STB?": self._query_status_byte,
            "*OPC?": lambda arguments: no_arguments(arguments, "1"),
            "*OPC": lambda _: self.status.latch(0),
            "*WAI": lambda _: None,
            "*TST?": lambda arguments: no_arguments(arguments, "0"),
            "SYSTem:ERRor[:NEXT]?": self._next_error,
            "SYSTem:VERSion?": lambda arguments: no_arguments(arguments, "1999.0"),
        }
        self._handlers: dict[str, Handler] = {**common, **table}
        self._forms = _forms(tuple(self._handlers))

    def execute(self, message: str, *, message_available: bool) -> list[Reply]:
        """Carry out one line."""
        self._message_available = message_available
        replies: list[str] = []
        path = ""
        for part in _split(message, ";"):
            text = part.strip()
            if not text:
                continue
            head, *others = text.split(maxsplit=1)  # any white space
            head, rest = head.upper(), "".join(others)
            full = head.lstrip(":") if head.startswith((":", "*")) or not path else f"{path}:{head}"
            arguments = tuple(argument.strip() for argument in _split(rest, ",")) if rest else ()
            handler, suffixes = self._find(full)
            if handler is None and not head.startswith((":", "*")):
                handler, suffixes = self._find(head)  # many instruments take a header from the root here, too
                full = head if handler is not None else full
            if not head.startswith("*"):
                path = full.rstrip("?").rpartition(":")[0]
            reply = self._carry_out(handler, suffixes + arguments, text)
            if reply is not None:
                replies.append(reply)
        return [self._separator.join(replies)] if replies else []

    def _find(self, head: str) -> tuple[Handler | None, tuple[str, ...]]:
        """Handler of a header, and its numeric suffixes (1 where left out)."""
        form = self._forms.get(head)
        if form is not None:
            return self._handlers[form[0]], ("1",) * len(form[1])
        form = self._forms.get(_SUFFIX.sub("#", head))
        if form is None:
            return None, ()
        numbers = iter(_SUFFIX.findall(head))
        return self._handlers[form[0]], tuple(next(numbers) if given else "1" for given in form[1])

    def _carry_out(self, handler: Handler | None, arguments: tuple[str, ...], text: str) -> str | None:
        if handler is None:
            self.unknown.append(text)
            self.refuse(CME)
            return None
        try:
            return handler(arguments)
        except RefusedCommandError as refusal:
            self.refuse(refusal.bit)
            return None

    def refuse(self, bit: int, error: str = "") -> None:
        """Note an error in the event register and the queue."""
        self.status.latch(bit)
        if len(self._errors) == _QUEUE_LENGTH:
            self._errors[-1] = '-350,"Queue overflow"'
        else:
            self._errors.append(error or _ERRORS.get(bit, '-200,"Execution error"'))

    def status_byte(self, *, message_available: bool) -> int:
        """Answer a serial poll."""
        return self.status.take_request(self._byte(message_available=message_available))

    def requests_service(self, *, message_available: bool) -> bool:
        """Whether SRQ is pulled."""
        return bool(self.status.update_request(self._byte(message_available=message_available)) & 0x40)

    def _byte(self, *, message_available: bool) -> int:
        byte = self._condition() | self.status.event_summary() | (0x04 if self._errors else 0)
        return byte | (0x10 if message_available else 0)

    def _query_status_byte(self, arguments: tuple[str, ...]) -> str:
        byte = self._byte(message_available=self._message_available)
        return no_arguments(arguments, str(self.status.update_request(byte)))

    def _next_error(self, arguments: tuple[str, ...]) -> str:
        return no_arguments(arguments, self._errors.popleft() if self._errors else self._no_error)

    def _do_reset(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self._reset()

    def _clear_status(self, arguments: tuple[str, ...]) -> None:
        no_arguments(arguments)
        self.status.take_events()
        self._errors.clear()
        self._cleared()

    def _set_event_enable(self, arguments: tuple[str, ...]) -> None:
        self.status.event_enable = parse_index(arguments_of(arguments, 1)[0], 0, 255)

    def _set_request_enable(self, arguments: tuple[str, ...]) -> None:
        self.status.request_enable = parse_index(arguments_of(arguments, 1)[0], 0, 255)


def _split(text: str, mark: str) -> list[str]:
    """Split at `mark`, but not within quotes."""
    parts, quote, start = [], "", 0
    for at, letter in enumerate(text):
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "\"'":
            quote = letter
        elif letter == mark:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]
