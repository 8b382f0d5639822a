"""Both links, with PyVISA and pyserial below them, against an instrument that answers with any bytes at any time."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import vsmdaq_configs
from fuzzing.choices import Choices
from fuzzing.kept_links import KEPT
from fuzzing.target import Target
from fuzzing.texts import damaged, garbage
from vsmdaq_drivers.contracts import LinkLostError, LinkTimeoutError, ReplyError
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_sim.link import Endpoint

__all__ = ["TARGETS", "Dialogue", "Parrot", "Said", "Step"]

_WORLD = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
_TIMEOUT_S = 0.5
_MESSAGE_S = 0.003
_SOUND = "sound reply"

Said = tuple[float, bytes]
"""One thing that the instrument says: delay (s) after the command, and bytes."""
Step = tuple[str, Any]
"""One use of the link: its method, and the number of bytes or the time-out that it is given."""


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What the instrument answers to the commands in turn, and what is done with the link."""

    end: str
    answers: tuple[tuple[Said, ...], ...]
    steps: tuple[Step, ...]


class Parrot:
    """An instrument that says what it was told to say; has the shape of the simulated ones.

    Parameters
    ----------
    now : callable
        Bench time, s.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self.unknown: list[str] = []
        self.unmodelled: list[str] = []
        self.busy = False
        self.next_event_s = math.inf
        self.reply_terminator = b""
        self.answers: list[tuple[Said, ...]] = []
        self.said = b""
        self._now = now
        self._due: list[Said] = []

    def execute(self, message: str, *, message_available: bool) -> list[str | bytes]:
        """Take the next answer."""
        del message, message_available
        now_s = self._now()
        self._due += [(now_s + delay_s, data) for delay_s, data in (self.answers.pop(0) if self.answers else ())]
        return self.poll()

    def poll(self) -> list[str | bytes]:
        """Say what is due."""
        now_s = self._now()
        due: list[str | bytes] = [data for at_s, data in self._due if at_s <= now_s and data]
        self._due = [(at_s, data) for at_s, data in self._due if at_s > now_s]
        self.next_event_s = min((at_s for at_s, _ in self._due), default=math.inf)
        self.said += b"".join(data for data in due if isinstance(data, bytes))
        return due

    def interrupts(self, message: str) -> bool:
        """It is never busy."""
        del message
        return False

    def status_byte(self, *, message_available: bool) -> int:
        """MAV."""
        return 0x10 if message_available else 0

    def requests_service(self, *, message_available: bool) -> bool:
        """It never does."""
        del message_available
        return False

    def device_clear(self) -> None:
        """Forget what is still to be said."""
        self._due.clear()
        self.next_event_s = math.inf

    def trigger(self) -> None:
        """No trigger function."""


# --- the links, each opened once -------------------------------------------------------------------------------------


@cache
def _visa(address: str, end: str) -> tuple[Any, Endpoint]:
    session = VisaSession(f"{_WORLD}?session=fuzz@vsmsim")
    link = session.open(address, "parrot", Terminators(end, end), timeout_s=_TIMEOUT_S)
    return link, session._manager.visalib.bench.endpoints[address]  # noqa: SLF001  # type: ignore[attr-defined]  # behind PyVISA


@cache
def _serial(address: str, end: str) -> tuple[Any, Endpoint]:
    url = f"vsmsim://{address}?world={_WORLD}?session=fuzz-serial"
    link = SerialLink(url, "parrot", Terminators(end, end), timeout_s=_TIMEOUT_S)
    return link, link._port.bench.endpoints[address]  # noqa: SLF001  # behind pyserial


# --- cases -----------------------------------------------------------------------------------------------------------


def _answer(end: str, choices: Choices) -> tuple[Said, ...]:
    said: list[Said] = []
    for _ in range(choices.pick((1, 1, 1, 0, 2, 3))):
        how = choices.below(8)
        sound = b"+1.234" + end.encode()
        data = sound if how < 3 else damaged(sound, choices) if how < 5 else garbage(choices)
        if how == 7:
            data += end.encode()
        said.append((choices.pick((0.0, 0.0, 0.1, 0.4, 0.6, 3.0)), data))
    return tuple(said)


def _dialogue(choices: Choices) -> Dialogue:
    end = choices.pick(("\n", "\r", "\r\n"))
    answers = tuple(_answer(end, choices) for _ in range(choices.below(6)))
    steps: list[Step] = []
    for _ in range(choices.below(7)):
        method = choices.pick(("query", "query", "query", "read", "write", "query_bytes", "clear", "serial_poll"))
        steps.append(
            (method, choices.pick((1, 4, 10, 300)) if method == "query_bytes" else choices.pick((None, 0.1, 2.0)))
        )
    return Dialogue(end, answers, tuple(steps))


# --- what must hold --------------------------------------------------------------------------------------------------


def _check(opened: Callable[[str], tuple[Any, Endpoint]], dialogue: Dialogue) -> None:
    link, endpoint = opened(dialogue.end)
    clock = link.clock
    parrot = Parrot(clock.now)
    endpoint.instrument = parrot
    link.clear()
    parrot.answers = list(dialogue.answers)
    for method, given in dialogue.steps:
        start_s = clock.now()
        found: Any = None
        failure: LinkTimeoutError | LinkLostError | ReplyError | None = None
        try:
            found = _use(link, method, given)
        except (LinkTimeoutError, LinkLostError, ReplyError) as error:
            failure = error
        if failure is None:
            _expect_said(method, given, found, parrot.said, dialogue.end)
        else:
            assert failure.instrument == link.name
            assert failure.command in {"Q?", "clear"}
            assert len(str(failure)) < 2500
        # PyVISA and pyserial begin the time-out anew with each piece in which a reply comes; a message costs its time on the bus
        pieces = sum(map(len, dialogue.answers))
        allowed_s = (1 + pieces) * (given if isinstance(given, float) else _TIMEOUT_S) + _MESSAGE_S * (
            10 + len(parrot.said)
        )
        assert clock.now() - start_s <= allowed_s, f"{method} took {clock.now() - start_s:g} s"
    clock.sleep(5.0)
    link.clear()
    parrot.answers = [((0.0, (_SOUND + dialogue.end).encode()),)]
    assert link.query("Q?") == _SOUND, "after a clear the next reply is the answer"


def _use(link: Any, method: str, given: Any) -> Any:
    if method in {"clear", "serial_poll"}:
        return getattr(link, method)()
    if method == "write":
        return link.write("Q?")
    if method == "query_bytes":
        return link.query_bytes("Q?", given)
    return getattr(link, method)("Q?", timeout_s=given)


def _expect_said(method: str, given: Any, found: Any, said: bytes, end: str) -> None:
    if method == "query_bytes":
        assert isinstance(found, bytes)
        assert len(found) == given
        assert found in said
    elif method in {"query", "read"}:
        assert isinstance(found, str)
        assert not found.endswith(("\r", "\n"))
        assert end not in found, "one line"
        assert found.encode() in said
    elif method == "serial_poll":
        assert found is None or 0 <= found <= 255
    else:
        assert found is None


_WIRES: dict[str, Callable[[str], tuple[Any, Endpoint]]] = {
    "visa gpib": partial(_visa, "GPIB0::8::INSTR"),
    "visa serial": partial(_visa, "ASRL3::INSTR"),
    "visa socket": partial(_visa, "TCPIP0::operator::5025::SOCKET"),
    "pyserial": partial(_serial, "ASRL3::INSTR"),
}
TARGETS = tuple(
    Target(f"link {name}", _dialogue, partial(_check, opened), KEPT.get(name, ())) for name, opened in _WIRES.items()
)
