"""What a command ends with: one message on stderr, one exit code, never a traceback for what a user can cause.

0 done, 2 wrong input, 3 instrument absent, wrong or failing, 4 interlock or limit while running, 5 flagged points
under --strict, 128 + signal where interrupted (bench safe).
"""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from vsmdaq.terms import InputError, VsmdaqError
from vsmdaq_drivers.contracts import BenchError, InstrumentFaultError, LimitError, MagnetStillOnError

__all__ = ["exit_code_of"]

WRONG_INPUT, NO_INSTRUMENT, INTERLOCK = 2, 3, 4


def exit_code_of(command: Callable[[], object]) -> int:
    """Run a command and turn its end into an exit code."""
    try:
        result = command()
    except click.exceptions.Exit as end:
        return end.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return 130
    except InputError as error:
        _say(str(error))
        return WRONG_INPUT
    except (BenchError, VsmdaqError) as error:
        return _bench_end(error)
    except OSError as error:
        _say(f"{error.filename or 'file system'}: {error.strerror or error}")
        return WRONG_INPUT
    return result if isinstance(result, int) else 0


def _bench_end(error: Exception) -> int:
    _say(str(error))
    code = getattr(error, "exit_code", None)
    if isinstance(code, int):
        return code
    if isinstance(error, MagnetStillOnError):
        return NO_INSTRUMENT
    if isinstance(error, InstrumentFaultError | LimitError):
        return INTERLOCK
    return NO_INSTRUMENT if isinstance(error, BenchError) else WRONG_INPUT


def _say(text: str) -> None:
    print(f"vsmdaq: {text}", file=sys.stderr)  # noqa: T201 - stderr is where a command line speaks
