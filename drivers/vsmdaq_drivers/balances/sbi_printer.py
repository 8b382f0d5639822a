"""How an SBI balance prints: when asked, when asked and at rest, or by itself."""

from __future__ import annotations

from vsmdaq_drivers.balances.lines import ask, line_or_none
from vsmdaq_drivers.balances.sbi_lines import parse_line
from vsmdaq_drivers.contracts import Link, LinkTimeoutError

__all__ = ["PRINT", "Printer"]

PRINT = "\x1bP"

_LISTEN_S = 1.0
_LISTEN_LINES = 4
_LONGEST_SILENCE_S = 60.0
_ADVICE = (
    "Set the balance's data output to 'manual, without stability', or prints = \"stable\" in [balance.options]; "
    "check baud rate, parity (often odd) and terminators in the bench file."
)


class Printer:
    """Gets lines out of a balance.

    Parameters
    ----------
    link : Link
        The wire.
    only_at_rest : bool
        Whether it is silent while the load moves.
    """

    def __init__(self, link: Link, *, only_at_rest: bool) -> None:
        self._link = link
        self._only_at_rest = only_at_rest
        self._automatic: bool | None = None
        self._silent_since_s: float | None = None

    @property
    def known(self) -> bool:
        """Whether it has been found out if the balance prints by itself."""
        return self._automatic is not None

    def first_line(self) -> str:
        """Receive one line, and find out whether more come without being asked for.

        Raises
        ------
        LinkTimeoutError
            Nothing came.
        """
        self._link.clear()
        self._automatic = self._hears()
        line = self.ask()
        self._automatic = self._automatic or self._hears()
        return line

    def _hears(self) -> bool:
        """Two lines unasked are automatic printing; one may be the print key, or left over."""
        heard = 0
        for _ in range(_LISTEN_LINES):
            line = line_or_none(self._link, PRINT, _LISTEN_S)
            heard += line is not None and _whole(line)
            if line is None or heard == 2:
                break
        return heard == 2

    def ask(self) -> str:
        """Receive one line; the last that came, where none has the form of one.

        Raises
        ------
        LinkTimeoutError
            Nothing came; says what to set at the balance.
        """
        if self._automatic:
            self._link.clear()
            for _ in range(_LISTEN_LINES):
                line = line_or_none(self._link, PRINT, _LISTEN_S)
                if line is None:
                    break
                if _whole(line):
                    return line
            self._automatic = False  # somebody switched it off
            line = self.ask()
            self._automatic = self._hears()
            return line
        try:
            return ask(self._link, PRINT, _whole)
        except LinkTimeoutError as error:
            message = "no weight came within the time-out."
            raise LinkTimeoutError(message, instrument=self._link.name, command=PRINT, advice=_ADVICE) from error

    def line(self) -> str | None:
        """Receive one line; None for silence that is allowed.

        Raises
        ------
        LinkTimeoutError
            Nothing came; where silence is allowed, for more than 60 s.
        """
        try:
            line = self.ask()
        except LinkTimeoutError:
            now_s = self._link.clock.now()
            if self._silent_since_s is None:
                self._silent_since_s = now_s
            if not self._only_at_rest or now_s - self._silent_since_s > _LONGEST_SILENCE_S:
                raise
            return None
        self._silent_since_s = None
        return line


def _whole(line: str) -> bool:
    return parse_line(line).kind != "unreadable"
