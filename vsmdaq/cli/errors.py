"""What a command ends with: one message on stderr, one exit code, never a traceback for what a user can cause.

0 done, 2 wrong input, 3 instrument absent, wrong or failing, 4 interlock or limit while running, 5 flagged points
under --strict, 128 + signal where interrupted (bench safe).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import cast

import typer

__all__ = ["exit_code_of"]

WRONG_INPUT, NO_INSTRUMENT, INTERLOCK, INTERRUPTED = 2, 3, 4, 130

# A wrong option or command. The class belongs to click, which typer has made a part of itself at some version: what
# typer itself exports is derived from it in all of them.
_UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a command and turn its end into an exit code; what nobody foresaw is raised."""
    try:
        result = command()
    except typer.Exit as end:
        return end.exit_code
    except _UsageError as error:
        error.show()
        return WRONG_INPUT
    except (typer.Abort, KeyboardInterrupt):
        _say("interrupted")
        return INTERRUPTED
    except Exception as error:
        code = _code(error)
        if code is None:
            raise
        _say(_message(error))
        return code
    return result if isinstance(result, int) else 0


def _message(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'file system'}: {error.strerror or error}"
    return str(error)


def _code(error: Exception) -> int | None:
    """Exit code of an error that a user or a bench can cause; None for a mistake of ours."""
    # only here: `--help` need not wait for all of it
    from vsmdaq.campaigns.interrupts import Interrupted  # noqa: PLC0415
    from vsmdaq.record import LockedError  # noqa: PLC0415
    from vsmdaq.terms import VsmdaqError  # noqa: PLC0415
    from vsmdaq_drivers.contracts import BenchError, InstrumentFaultError, LimitError  # noqa: PLC0415

    match error:
        case Interrupted():
            return error.exit_code
        case InstrumentFaultError() | LimitError():
            return INTERLOCK
        case BenchError() | LockedError():
            return NO_INSTRUMENT
        case VsmdaqError() | OSError():
            return WRONG_INPUT
        case _:
            return None


def _say(text: str) -> None:
    print(f"vsmdaq: {text}", file=sys.stderr)  # noqa: T201 - stderr is where a command line speaks
