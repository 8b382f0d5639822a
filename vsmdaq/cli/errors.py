"""What a command ends with: one message on stderr, one exit code, never a traceback for what a user can cause.

0 done, 2 wrong input, 3 instrument or disk absent, wrong or failing, 4 interlock, watchdog or limit while running, 5 flagged
points under --strict, 128 + signal where interrupted (bench safe), 141 where nobody reads stdout.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import cast

import typer

from vsmdaq.cli.streams import BROKEN_PIPE, let_go, stand_in

__all__ = ["code_and_message", "exit_code_of"]

WRONG_INPUT, FAILING, INTERLOCK, INTERRUPTED = 2, 3, 4, 130

CODES_OF_SYSTEM: Mapping[int | None, int] = {
    **dict.fromkeys((errno.ENOSPC, errno.EIO, errno.EFBIG, errno.EDQUOT, errno.EROFS), FAILING),
    errno.EPIPE: BROKEN_PIPE,
}
"""Errors of a disk that is full or broken, and of a reader that went away; any other one is about a path that was typed."""

# A wrong option or command. The class belongs to click, which typer has made a part of itself at some version: what
# typer itself exports is derived from it in all of them.
_UsageError = cast("type[typer.BadParameter]", typer.BadParameter.__mro__[1])


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a command and turn its end into an exit code; what nobody foresaw is raised."""
    stand_in()
    code = _ended(command)
    return code if let_go() else BROKEN_PIPE


def _ended(command: Callable[[], object]) -> int:
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
    except SystemExit as end:
        if not isinstance(end.__context__, BrokenPipeError):  # which typer turns into an exit of its own
            raise
        return BROKEN_PIPE
    except Exception as error:
        code = _code(error)
        if code is None:
            raise
        if not isinstance(error, BrokenPipeError):
            _tell(error)
        return code
    return result if isinstance(result, int) else 0


def _tell(error: Exception) -> None:
    if (cause := _cause(error)) is not None:
        _say(cause)
    _say(_message(error))


def _message(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"{error.filename or 'file system'}: {error.strerror or error}"
    return str(error)


def _cause(error: Exception) -> str | None:
    """What ended the run where the magnet, which then would not go off, has the last word."""
    from vsmdaq_drivers.contracts import MagnetStillOnError  # noqa: PLC0415

    if not isinstance(error, MagnetStillOnError):
        return None
    before: BaseException | None = error.__context__
    chain: list[Exception] = []
    while isinstance(before, Exception):
        chain.append(before)
        before = before.__context__
    # the first of ours: what came before it is how it came about, what came after is how going on failed
    ours = [each for each in chain if _code(each) is not None and not isinstance(each, OSError)]
    if ours:
        return _message(ours[-1])
    return f"{type(chain[-1]).__name__}: {chain[-1]}" if chain and not error.__suppress_context__ else None


def code_and_message(error: BaseException) -> tuple[int, str]:
    """Exit code and message that an error will end this command with; 1 for a mistake of ours, as the interpreter has it."""
    if isinstance(error, typer.Exit):
        return error.exit_code, ""
    if not isinstance(error, Exception):
        return INTERRUPTED, "interrupted"
    code = _code(error)
    return (1, f"{type(error).__name__}: {error}") if code is None else (code, _message(error))


def _code(error: Exception) -> int | None:
    """Exit code of an error that a user or a bench can cause; None for a mistake of ours."""
    # only here: `--help` need not wait for all of it
    from vsmdaq.campaigns.interrupts import Interrupted  # noqa: PLC0415
    from vsmdaq.record import LockedError, RecordError  # noqa: PLC0415
    from vsmdaq.terms import VsmdaqError  # noqa: PLC0415
    from vsmdaq_drivers.contracts import (  # noqa: PLC0415
        BenchError,
        InstrumentFaultError,
        LimitError,
        WatchdogError,
    )

    match error:
        case Interrupted():
            return error.exit_code
        case InstrumentFaultError() | LimitError() | WatchdogError():
            return INTERLOCK
        case BenchError() | LockedError() | RecordError():
            return FAILING
        case OSError() if error.errno in CODES_OF_SYSTEM:
            return CODES_OF_SYSTEM[error.errno]
        case VsmdaqError() | OSError():
            return WRONG_INPUT
        case _:
            return None


def _say(text: str) -> None:
    with suppress(OSError):  # nobody listens; the exit code still tells
        print(f"vsmdaq: {text}", file=sys.stderr)  # noqa: T201 - stderr is where a command line speaks
