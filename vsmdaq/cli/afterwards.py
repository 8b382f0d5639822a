"""A command of the user's at the very end: a mail, a message, a copy of the results.

It runs when the bench is safe and closed, whatever the run ended with; no shell is in between. What happened stands in its
environment. Whether it works has no part in how the run ended.
"""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Sequence

from vsmdaq.cli.console import Console
from vsmdaq.cli.errors import code_and_message
from vsmdaq.terms import InputError, Problem

__all__ = ["PATIENCE_S", "ended_with", "words_of"]

PATIENCE_S = 120.0
"""A command that takes longer is ended."""


def words_of(text: str, *, windows: bool = sys.platform == "win32") -> list[str] | str:
    """Split a command into words, as a POSIX shell does without expanding anything; Windows takes the text as it is.

    Raises
    ------
    InputError
        It is empty, or a quote is not closed.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise InputError("--then", (Problem("--then", text, "a command", f"{error}."),)) from error
    if not words:
        raise InputError("--then", (Problem("--then", repr(text), "a command with its arguments"),))
    return text if windows else words


def ended_with(then: str | None, work: Callable[[Console], int]) -> int:
    """Do something, then run the command with what it ended with; exit code and exceptions are those of the work.

    Parameters
    ----------
    then : str or None
        The command, None for none.
    work : callable
        Given whom to tell, returns its exit code; the bench is safe and closed when it returns or raises.

    Raises
    ------
    InputError
        The command cannot be read; nothing was done.
    """
    console = Console.make()
    if then is None:
        return work(console)
    command = words_of(then)
    try:
        code = work(console)
    except BaseException as error:
        failed, message = code_and_message(error)
        _run(command, console, failed, message, safe=not _left_on(error))
        raise
    _run(command, console, code, "; ".join(console.ends), safe=True)
    return code


def _left_on(error: BaseException) -> bool:
    from vsmdaq_drivers.contracts import MagnetStillOnError  # noqa: PLC0415 - only here

    return isinstance(error, MagnetStillOnError)


def _run(command: Sequence[str] | str, console: Console, code: int, summary: str, *, safe: bool) -> None:
    environment = os.environ | {
        "VSMDAQ_EXIT_CODE": str(code),
        "VSMDAQ_RUN": str(console.runs[-1].absolute()) if console.runs else "",
        "VSMDAQ_RUNS": os.pathsep.join(str(run.absolute()) for run in console.runs),
        "VSMDAQ_SAFE": "yes" if safe else "no",
        "VSMDAQ_SUMMARY": summary,
    }
    name = command if isinstance(command, str) else command[0]
    try:
        # the user's own command, typed by him or her
        done = subprocess.run(  # noqa: S603
            command, env=environment, stdin=subprocess.DEVNULL, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        console.tell(f"--then: {name} was ended after {PATIENCE_S:g} s")
    except KeyboardInterrupt:
        console.tell(f"--then: {name} was interrupted")
    except (OSError, ValueError) as error:
        console.tell(f"--then: {name} could not be run: {error}")
    else:
        if done.returncode != 0:
            console.tell(f"--then: {name} ended with {done.returncode}")
