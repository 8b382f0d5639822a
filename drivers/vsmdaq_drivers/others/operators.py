"""Somebody who mounts samples: a person at the terminal, or an address of a simulated world."""

from __future__ import annotations

import sys
from typing import TextIO

from vsmdaq_drivers.contracts import Clock, IdentityError, Link, OperatorError, OperatorStep, ReplyError
from vsmdaq_drivers.entry import LF, DriverEntry

__all__ = ["ENTRIES", "IDENTITY", "PromptOperator", "WireOperator"]

IDENTITY = r"(?i).*operator"
_POLL_S = 1.0
_LONGEST_REASON = 500


class WireOperator:
    """An operator who is told by wire, as in a simulated world; satisfies the role `Operator`.

    ``MOUNT name``, ``UNMOUNT``, ``HANG name`` and ``UNHANG`` are answered with ``OK`` or ``ERR`` and a reason; ``DONE?`` with
    ``1`` once the step is done, else ``0``. ``MOVE x +1.250 mm``, ``HEAT 310 K``, ``READ amplitude`` and ``PROBE zero`` likewise; what the operator read
    off stands behind ``OK``.

    Parameters
    ----------
    link : Link
        The wire.
    patience_s : float
        Longest bench time that one step may take, s.
    """

    def __init__(self, link: Link, *, patience_s: float = 3600.0) -> None:
        self._link = link
        self._patience_s = patience_s

    @property
    def name(self) -> str:
        """Get driver and address, for messages."""
        return self._link.name

    def identify(self) -> str:
        """Ask who is there; raises IdentityError where it is no operator."""
        found = self._link.query("*IDN?")
        if "operator" not in found.lower():
            raise IdentityError("an operator", found, instrument=self.name)
        return found

    def prepare(self) -> None:
        """Nothing to set."""

    def perform(self, step: OperatorStep) -> str:
        """Have a step done and wait for it.

        Raises
        ------
        OperatorError
            Where it cannot be done, with the operator's own words, or takes longer than the patience.

        Returns
        -------
        str
            What was read off; ``"OK"`` where there is nothing to read.
        """
        if any(character in step.subject for character in "\r\n;"):
            raise OperatorError(f"the name {step.subject!r} cannot be sent in one line.", instrument=self.name)
        command = f"{step.action.upper()} {step.subject}".rstrip()
        answer = self._link.query(command).strip()
        if answer.startswith("ERR"):
            reason = answer.removeprefix("ERR").strip()[:_LONGEST_REASON] or "no reason given"
            raise OperatorError(
                f"could not {step.action} {step.subject}".rstrip() + f": {reason}.", instrument=self.name
            )
        if answer != "OK" and not (step.action in {"move", "read"} and answer.startswith("OK ")):
            raise ReplyError(command, answer, "OK or ERR with a reason", instrument=self.name)
        self._wait(step)
        return answer.removeprefix("OK ")

    def close(self) -> None:
        """Release the link."""
        self._link.close()

    def _wait(self, step: OperatorStep) -> None:
        clock = self._link.clock
        deadline_s = clock.now() + self._patience_s
        while True:
            answer = self._link.query("DONE?").strip()
            if answer == "1":
                return
            if answer != "0":
                raise ReplyError("DONE?", answer, "0 or 1", instrument=self.name)
            if clock.now() >= deadline_s:
                message = f"{step.action} {step.subject}".rstrip() + f" was not done within {self._patience_s:g} s."
                raise OperatorError(message, instrument=self.name)
            clock.sleep(_POLL_S)


class PromptOperator:
    """The person at the terminal; satisfies the role `Operator`.

    Parameters
    ----------
    clock : Clock
        Clock of the bench, for those who ask.
    answers, prompts : text stream, optional
        Where the answer is read and where the instruction goes; the terminal's input and error output by default.
    """

    def __init__(self, clock: Clock, *, answers: TextIO | None = None, prompts: TextIO | None = None) -> None:
        self._clock = clock
        self._answers = answers
        self._prompts = prompts

    @property
    def name(self) -> str:
        """Get the name for messages."""
        return "operator at the terminal"

    def identify(self) -> str:
        """Who is asked."""
        return self.name

    def prepare(self) -> None:
        """Nothing to set."""

    def perform(self, step: OperatorStep) -> str:
        """Print the instruction and wait for Enter; returns what was typed.

        Raises
        ------
        OperatorError
            Where ``q`` is typed, or nobody is there to answer.
        """
        answers = sys.stdin if self._answers is None else self._answers
        prompts = sys.stderr if self._prompts is None else self._prompts
        prompts.write(f"{step.text}\nPress Enter when it is done, q and Enter to give up: ")
        prompts.flush()
        line = answers.readline()
        if not line:
            raise OperatorError("nobody answers, the input has ended.", instrument=self.name)
        answer = line.strip()
        if answer.lower() == "q":
            raise OperatorError(f"gave up: {step.text}", instrument=self.name)
        return answer

    def close(self) -> None:
        """Nothing to release."""


ENTRIES = (
    DriverEntry(
        name="operator",
        role="operator",
        title="Operator of a simulated bench; at a real one the address is `prompt`",
        driver=WireOperator,
        identity=IDENTITY,
        example="VSMSIM,OPERATOR,0,1",
        simulator="operator",
        interfaces=("LAN",),
        serial_line=LF,
    ),
)
