"""stdin, stdout and stderr that were closed, or whose reader has gone away: no reason to leave a magnet on.

* A run whose stderr is gone (a closed terminal, a broken pipe) goes on in silence; what happens stands in its record.
* A command whose stdout is gone does its work to the end; the result is on disk. It ends with 141, as a shell shows for
  any program whose reader went away (128 + SIGPIPE).
* Descriptors 0 to 2 that are closed when the command starts are opened on the null device: otherwise the next file that is
  opened, the journal say, would get their number and whatever is printed.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TextIO

import typer

__all__ = ["BROKEN_PIPE", "let_go", "say", "stand_in"]

BROKEN_PIPE = 141
"""Exit code where nobody reads the result: 128 + SIGPIPE."""


def stand_in() -> None:
    """Open the null device in the place of standard streams that are closed."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDWR)  # the lowest free number, which is this one
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)
        if getattr(sys, name) is None:
            mode = "r" if number == 0 else "w"
            setattr(sys, name, os.fdopen(number, mode, encoding="utf-8", closefd=False))


def say(text: str) -> None:
    """Write a line to stdout; where nobody reads it, silently not."""
    with suppress(OSError):
        typer.echo(text)


def let_go() -> bool:
    """Flush stdout and stderr before the interpreter does; what nobody reads any more is dropped. Whether stdout was read."""
    _flushed(sys.stderr)
    return _flushed(sys.stdout)


def _flushed(stream: TextIO | None) -> bool:
    if stream is None:
        return True
    try:
        stream.flush()
    except OSError:
        with suppress(OSError, ValueError):  # a stream without descriptor has nothing to be put right
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, stream.fileno())
            os.close(null)
        return False
    return True
