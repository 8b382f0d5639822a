"""Every end has its code, and what it says goes to stderr."""

import subprocess
import sys
from collections.abc import Callable

import pytest
import typer

from vsmdaq.bench import NotReadyError
from vsmdaq.campaigns import Interrupted
from vsmdaq.cli.errors import exit_code_of
from vsmdaq.record import LockedError, RecordError
from vsmdaq.terms import InputError, Problem
from vsmdaq_drivers.contracts import (
    AddressError,
    IdentityError,
    InstrumentFaultError,
    LimitError,
    LinkTimeoutError,
    MagnetStillOnError,
    SettlingError,
    WatchdogError,
)

INPUT = InputError("bench.toml", (Problem("magnet.max_current", "90 A", "up to 70.1 A"),))
LOCKED = LockedError("GPIB0::12::INSTR", pid=4711, host="lab", bench="reference", run="loop")


def raiser(error: BaseException) -> Callable[[], None]:
    def command() -> None:
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (INPUT, 2),
        (RecordError("raw.csv", "No space left on device"), 3),
        (OSError(28, "No space left on device", "mh.csv"), 3),
        (PermissionError(13, "Permission denied", "runs"), 2),
        (NotReadyError({"supply": AddressError("nothing there.")}), 3),
        (IdentityError("a Lake Shore 643", "SR830", instrument="supply"), 3),
        (LinkTimeoutError("no reply."), 3),
        (SettlingError("no steady point.", timeout_s=30.0), 3),
        (MagnetStillOnError(12.5, "the supply does not follow"), 3),
        (LOCKED, 3),
        (LimitError("current", 67.5, -60.0, 60.0, "A"), 4),
        (InstrumentFaultError(("over temperature",)), 4),
        (WatchdogError("temperature", 340.0, (0.0, 330.0), "K"), 4),
        (Interrupted("SIGHUP", 129), 129),
        (Interrupted("SIGINT", 130), 130),
        (Interrupted("SIGTERM", 143), 143),
        (KeyboardInterrupt(), 130),
        (typer.Abort(), 130),
    ],
)
def test_an_end_has_its_code_and_its_words_on_stderr(
    error: BaseException, code: int, capsys: pytest.CaptureFixture[str]
):
    assert exit_code_of(raiser(error)) == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("vsmdaq: ")
    assert captured.err.endswith("\n")


def test_the_magnet_has_the_last_word(capsys: pytest.CaptureFixture[str]):
    exit_code_of(raiser(MagnetStillOnError(12.5, "the supply does not follow", instrument="lakeshore_643")))
    assert capsys.readouterr().err.splitlines()[-1].endswith("MAGNET STILL ON, I = +12.500 A")


def test_what_ended_the_run_is_said_before_the_magnet(capsys: pytest.CaptureFixture[str]):
    def command() -> None:
        try:
            raise LinkTimeoutError("no reply.", instrument="sr830")
        finally:
            raise MagnetStillOnError(12.5, "the supply does not follow", instrument="lakeshore_643")

    assert exit_code_of(command) == 3
    first, last = capsys.readouterr().err.splitlines()
    assert first == "vsmdaq: sr830: no reply."
    assert last.endswith("MAGNET STILL ON, I = +12.500 A")


def test_nobody_reads_stdout(capsys: pytest.CaptureFixture[str]):
    assert exit_code_of(raiser(BrokenPipeError(32, "Broken pipe"))) == 141
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("result", "code"), [(None, 0), (0, 0), (5, 5), ("text", 0)])
def test_what_a_command_returns(result: object, code: int):
    assert exit_code_of(lambda: result) == code


def test_typer_exits_are_silent(capsys: pytest.CaptureFixture[str]):
    assert exit_code_of(raiser(typer.Exit(5))) == 5
    assert capsys.readouterr() == ("", "")


def test_wrong_options_are_recognised_whichever_click_typer_has(capsys: pytest.CaptureFixture[str]):
    """Newer typer carries its own click: its errors are not those of an installed click."""
    assert exit_code_of(raiser(typer.BadParameter("no such thing"))) == 2
    assert "no such thing" in capsys.readouterr().err


def test_a_mistake_of_ours_is_not_dressed_up():
    with pytest.raises(ZeroDivisionError):
        exit_code_of(lambda: 1 // 0)


def test_click_itself_is_not_needed():
    """It is no dependency of ours, and with newer typer nobody else's."""
    code = f"import sys; sys.path[:] = {sys.path!r}; sys.modules['click'] = None\nfrom vsmdaq.cli import main; main(['--help'])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    typer_has_its_own = typer.BadParameter.__module__.startswith("typer.")
    assert (done.returncode == 0) == typer_has_its_own, done.stderr
