"""Everything that can go wrong between the toolkit and an instrument, in one tree.

BenchError                   base; `instrument` says who, `advice` what to do next
  LimitError                 asked for more than magnet or instrument allow; no byte was sent
  LinkError                  the wire
    AddressError             nothing can be opened at this address
    LinkTimeoutError         no (complete) reply in time
    LinkLostError            the connection is gone
  ReplyError                 a reply came that cannot be read
  IdentityError              another instrument answers at this address
  RefusedError               the instrument reports that it did not accept a command
  InstrumentFaultError       trip, interlock, over-temperature ... reported by the instrument
  SettlingError              steady state or stability was not reached in time
  WatchdogError              what is measured is beyond what the bench allows, or contradicts what was set
  OperatorError              the operator (a person, or the simulated one) could not do a step
  MagnetStillOnError         the current could not be brought to zero, or that could not be verified
"""

from __future__ import annotations

__all__ = [
    "AddressError",
    "BenchError",
    "IdentityError",
    "InstrumentFaultError",
    "LimitError",
    "LinkError",
    "LinkLostError",
    "LinkTimeoutError",
    "MagnetStillOnError",
    "OperatorError",
    "RefusedError",
    "ReplyError",
    "SettlingError",
    "WatchdogError",
]


_LONGEST = 500
_KEPT = 200


def _shown(reply: str) -> str:
    """A reply as a message quotes it; the middle of a very long one (an instrument that talks on and on) is left out."""
    if len(reply) <= _LONGEST:
        return repr(reply)
    return f"{reply[:_KEPT]!r} [... {len(reply) - 2 * _KEPT} characters left out ...] {reply[-_KEPT:]!r}"


def _cut(text: str) -> str:
    """A text with a reply somewhere in it, without its middle where it is very long."""
    if len(text) <= _LONGEST:
        return text
    return f"{text[:_KEPT]} [... {len(text) - 2 * _KEPT} characters left out ...] {text[-_KEPT:]}"


class BenchError(Exception):
    """Base of all errors of instruments and links.

    Attributes
    ----------
    instrument : str
        Who refused or failed, e.g. ``"lakeshore_643 at GPIB0::12::INSTR"``.
    advice : str
        What to do next; may be empty.
    """

    def __init__(self, message: str, *, instrument: str = "", advice: str = "") -> None:
        self.instrument = instrument
        self.advice = advice
        text = f"{instrument}: {message}" if instrument else message
        super().__init__(f"{text} {advice}".rstrip())


class LimitError(BenchError):
    """A set-point beyond what magnet or instrument allow; nothing was sent.

    Attributes
    ----------
    quantity, unit : str
        What was asked for, and its unit.
    asked, lowest, highest : float
        The value asked for and the range allowed.
    """

    def __init__(
        self, quantity: str, asked: float, lowest: float, highest: float, unit: str, *, instrument: str = ""
    ) -> None:
        self.quantity = quantity
        self.asked = asked
        self.lowest = lowest
        self.highest = highest
        self.unit = unit
        super().__init__(
            f"{quantity} of {asked:g} {unit} was asked for, allowed are {lowest:g} to {highest:g} {unit}; nothing was sent.",
            instrument=instrument,
        )


class LinkError(BenchError):
    """The wire failed. `command` is what had been sent, ``""`` where nothing had."""

    def __init__(self, message: str, *, instrument: str = "", command: str = "", advice: str = "") -> None:
        self.command = command
        super().__init__(message, instrument=instrument, advice=advice)


class AddressError(LinkError):
    """Nothing can be opened at this address."""


class LinkTimeoutError(LinkError):
    """No complete reply came within the time-out."""


class LinkLostError(LinkError):
    """The connection is gone."""


class ReplyError(BenchError):
    """A reply that cannot be read.

    Attributes
    ----------
    command, reply, expected : str
        What was sent, what came back (verbatim), what was expected.
    """

    def __init__(self, command: str, reply: str, expected: str, *, instrument: str = "") -> None:
        self.command = command
        self.reply = reply
        self.expected = expected
        super().__init__(f"answered {_shown(reply)} to {command!r}; expected {expected}.", instrument=instrument)


class IdentityError(BenchError):
    """Another instrument than the bench file says answers at this address."""

    def __init__(self, expected: str, found: str, *, instrument: str = "") -> None:
        self.expected = expected
        self.found = found
        super().__init__(
            f"expected {expected}, but {_shown(found)} answers.",
            instrument=instrument,
            advice="Check address and driver in the bench file.",
        )


class RefusedError(BenchError):
    """The instrument reports that it did not accept a command, or reads back another setting."""

    def __init__(self, command: str, reason: str, *, instrument: str = "") -> None:
        self.command = command
        self.reason = reason
        super().__init__(f"did not accept {command!r}: {_cut(reason)}.", instrument=instrument)


class InstrumentFaultError(BenchError):
    """A trip, an interlock, an over-temperature: `faults` are the names the manual gives them."""

    def __init__(self, faults: tuple[str, ...], *, instrument: str = "") -> None:
        self.faults = faults
        super().__init__(f"reports {', '.join(faults)}.", instrument=instrument)


class SettlingError(BenchError):
    """Steady state or stability was not reached within `timeout_s`."""

    def __init__(self, message: str, *, timeout_s: float, instrument: str = "") -> None:
        self.timeout_s = timeout_s
        super().__init__(message, instrument=instrument)


class WatchdogError(BenchError):
    """A watched quantity is beyond what the bench file allows, or contradicts what was set.

    Attributes
    ----------
    quantity, unit : str
        What is watched, and its unit.
    found : float
        What was measured.
    allowed : tuple of float
        The range that was allowed at that moment.
    """

    def __init__(
        self,
        quantity: str,
        found: float,
        allowed: tuple[float, float],
        unit: str,
        *,
        instrument: str = "",
        advice: str = "",
    ) -> None:
        self.quantity = quantity
        self.found = found
        self.allowed = allowed
        self.unit = unit
        low, high = allowed
        super().__init__(
            f"{quantity} of {found:.6g} {unit}, allowed now are {low:.6g} to {high:.6g} {unit}.",
            instrument=instrument,
            advice=advice,
        )


class OperatorError(BenchError):
    """The operator could not, or did not want to, do a step."""


class MagnetStillOnError(BenchError):
    """The current could not be verified to be zero. `current_a` is None where it cannot be read."""

    def __init__(self, current_a: float | None, reason: str, *, instrument: str = "") -> None:
        self.current_a = current_a
        self.reason = reason
        value = "unknown" if current_a is None else f"{current_a:+.3f} A"
        super().__init__(f"{reason}. MAGNET STILL ON, I = {value}", instrument=instrument)
