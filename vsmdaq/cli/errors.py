"""What a command ends with: one message on stderr, one exit code, never a traceback for what a user can cause.

0 done, 2 wrong input, 3 instrument absent, wrong or failing, 4 interlock or limit while running, 5 flagged points
under --strict, 128 + signal where interrupted (bench safe).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from vsmdaq.campaigns.interrupts import Interrupted
from vsmdaq.record import LockedError
from vsmdaq.terms import VsmdaqError
from vsmdaq_drivers.contracts import BenchError, InstrumentFaultError, LimitError

__all__ = ["exit_code_of"]

WRONG_INPUT, NO_INSTRUMENT, INTERLOCK, INTERRUPTED = 2, 3, 4, 130


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a command and turn its end into an exit code."""
    try:
        result = command()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt, BenchError, VsmdaqError, OSError) as error:
        _say(_message(error))
        return _code(error)
    return result if isinstance(result, int) else 0


def _message(error: BaseException) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'file system'}: {error.strerror or error}"
    return "interrupted" if isinstance(error, click.Abort | KeyboardInterrupt) else str(error)


def _code(error: BaseException) -> int:
    match error:
        case Interrupted():
            return error.exit_code
        case click.Abort() | KeyboardInterrupt():
            return INTERRUPTED
        case InstrumentFaultError() | LimitError():
            return INTERLOCK
        case BenchError() | LockedError():
            return NO_INSTRUMENT
        case _:
            return WRONG_INPUT


def _say(text: str) -> None:
    print(f"vsmdaq: {text}", file=sys.stderr)  # noqa: T201 - stderr is where a command line speaks
