"""The operator's steps, and what stands where."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from vsmdaq.campaigns.interrupts import Interrupts
from vsmdaq.record import EventLog
from vsmdaq_drivers.contracts import Operator, OperatorStep

__all__ = ["Stage"]


class Stage:
    """Keeps track of what is mounted and hung, so that nobody is asked for what is already done.

    Parameters
    ----------
    operator, interrupts
        Who is asked; a signal ends the waiting.
    now : callable
        Bench time (s), for how long the operator took.

    Attributes
    ----------
    took_s : float
        Bench time that the operator has taken so far, s.
    """

    def __init__(self, operator: Operator, interrupts: Interrupts, now: Callable[[], float] = lambda: 0.0) -> None:
        self.took_s = 0.0
        self._now = now
        self._operator = operator
        self._interrupts = interrupts
        self._mounted = ""
        self._hung = ""
        self._session = uuid4().hex[:12]
        self._mounts = 0

    def mount(self, name: str, events: EventLog, *, anew: bool = False) -> None:
        """Have the sample on the vibrating rod, and no tube on the balance.

        One that is there stays, unless it is to be mounted `anew`. The record tells runs of one mount by its key ``mount``.
        """
        self.unhang(events)
        if self._mounted == name and not anew:
            told = {"action": "mount", "subject": name, "answer": "already mounted", "mount": self._mount}
            events.record("operator", told)
            return
        if self._mounted:
            self._do(OperatorStep("unmount", "", f"Take {self._mounted} off the rod."), events)
        self._mounted = ""
        self._mounts += 1
        self._do(OperatorStep("mount", name, f"Mount {name} on the rod, centre it, close the shield."), events)
        self._mounted = name

    def hang(self, name: str, events: EventLog) -> None:
        """Have the tube on the balance, and no sample on the rod."""
        if self._mounted:
            self._do(OperatorStep("unmount", "", f"Take {self._mounted} off the rod, swing the head away."), events)
            self._mounted = ""
        self.unhang(events)
        text = f"Hang {name} on the balance, its lower end at the centre of the gap; close the draught shield."
        self._do(OperatorStep("hang", name, text), events)
        self._hung = name

    def unhang(self, events: EventLog) -> None:
        """Have nothing on the balance."""
        if self._hung:
            self._do(OperatorStep("unhang", "", f"Take {self._hung} off the balance."), events)
            self._hung = ""

    @property
    def _mount(self) -> str:
        """Another text for every mount, whatever session."""
        return f"{self._session}-{self._mounts}"

    def _do(self, step: OperatorStep, events: EventLog) -> None:
        began_s = self._now()
        with self._interrupts.waiting():
            answer = self._operator.perform(step)
        self.took_s += self._now() - began_s
        told = {"action": step.action, "subject": step.subject, "text": step.text, "answer": answer}
        events.record("operator", told | ({"mount": self._mount} if step.action == "mount" else {}))
