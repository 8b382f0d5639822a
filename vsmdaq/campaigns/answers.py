"""What an operator reads off, as a number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from vsmdaq.formats.inputs import QuantityTextError, parse_quantity
from vsmdaq.record import EventLog
from vsmdaq_drivers.contracts import OperatorError, OperatorStep

if TYPE_CHECKING:
    from vsmdaq.campaigns.session import Session

__all__ = ["ask"]

PATIENCE = 3
"""An answer that cannot be read is asked for again, so often."""


def ask(
    session: Session, step: OperatorStep, dimension: str, events: EventLog, *, default: float | None = None
) -> float:
    """Have a step done and take the value (SI) that is answered.

    Parameters
    ----------
    session, step, events
        Whom, what, and the record.
    dimension : str
        Of the value, e.g. ``"length"``.
    default : float, optional
        What an empty answer means, SI; without it an empty answer is none.

    Raises
    ------
    OperatorError
        The step cannot be done, or no value can be read out of the answers.
    """
    trouble = ""
    for _ in range(PATIENCE):
        text = f"{trouble}{step.text}"
        with session.interrupts.waiting():
            answer = session.bench.operator.perform(OperatorStep(step.action, step.subject, text))
        events.record("operator", {"action": step.action, "subject": step.subject, "text": text, "answer": answer})
        if default is not None and answer.strip() in {"", "OK"}:
            return default
        try:
            return parse_quantity(answer, dimension).value
        except QuantityTextError as error:
            trouble = f"{error}\n"
    raise OperatorError(
        f"no value can be read out of the answers to: {step.text}", instrument=session.bench.operator.name
    )
