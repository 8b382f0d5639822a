"""`vsmdaq ask`: tell the process that measures a run to hold, go on, skip a point, finish early or stop."""

from __future__ import annotations

from pathlib import Path

from vsmdaq.campaigns.controls import CONTROL_FILE, ask
from vsmdaq.campaigns.standing import standing_of
from vsmdaq.cli.streams import say
from vsmdaq.record import RunFolder
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.system_clock import SystemClock

__all__ = ["ask_run"]

PATIENCE_S = 5.0
"""So long it is watched whether the word was taken."""

LOOK_S = 0.05


def ask_run(path: Path, word: str) -> int:
    """Ask for something and wait a little until it is taken; returns the exit code.

    Raises
    ------
    InputError
        It is no run folder, nobody measures it, or there is no such word.
    """
    folder = RunFolder.open(path)
    standing = standing_of(folder)
    if standing.over:
        raise InputError(str(path), (Problem("RUN", standing.text, "a run that is being measured"),))
    ask(folder.path, word)
    clock = SystemClock()
    while (folder.path / CONTROL_FILE).exists():
        if clock.now() > PATIENCE_S:
            say(f"{folder.run_id}: {word} is asked for; it is seen as soon as nobody is being waited for")
            return 0
        clock.sleep(LOOK_S)
    say(f"{folder.run_id}: {word} was taken")
    return 0
