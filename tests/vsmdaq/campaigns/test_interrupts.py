"""Signals are noted, and answered where it is safe to."""

import signal
import threading
from pathlib import Path

import pytest

from vsmdaq.campaigns import Interrupted, Interrupts

SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@pytest.mark.parametrize("number", SIGNALS)
def test_a_signal_is_noted_and_raised_at_the_next_check(number: signal.Signals):
    with Interrupts() as interrupts:
        interrupts.check()
        signal.raise_signal(number)
        with pytest.raises(Interrupted, match=f"^interrupted by {number.name}$") as ended:
            interrupts.check()
        assert ended.value.exit_code == 128 + number


def test_the_first_signal_gives_the_exit_code():
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGTERM)
        signal.raise_signal(signal.SIGINT)
        with pytest.raises(Interrupted) as ended:
            interrupts.check()
        assert ended.value.exit_code == 143


def prompt(interrupts: Interrupts, shown: list[str]) -> None:
    """A person is asked, who answers with Ctrl-C."""
    with interrupts.waiting():
        shown.append("asked")
        signal.raise_signal(signal.SIGINT)
        shown.append("still waiting")


def test_while_a_person_is_waited_for_it_raises_at_once():
    with Interrupts() as interrupts:
        shown: list[str] = []
        with pytest.raises(Interrupted):
            prompt(interrupts, shown)
        assert shown == ["asked"]
        signal.raise_signal(signal.SIGINT)  # noted only, once the prompt is over


def test_a_signal_before_a_prompt_keeps_it_from_being_shown():
    with Interrupts() as interrupts:
        signal.raise_signal(signal.SIGINT)
        shown: list[str] = []
        with pytest.raises(Interrupted):
            prompt(interrupts, shown)
        assert shown == []


def test_handlers_are_put_back_whatever_happened():
    before = [signal.getsignal(number) for number in SIGNALS]
    interrupts = Interrupts()
    interrupts.__enter__()
    assert not set(before) & {signal.getsignal(number) for number in SIGNALS}
    error = ZeroDivisionError()
    assert not interrupts.__exit__(ZeroDivisionError, error, None), "and nothing is swallowed"
    assert [signal.getsignal(number) for number in SIGNALS] == before


def test_a_stop_request_ends_a_run_as_SIGTERM_does():  # noqa: N802
    asked: list[bool] = []
    with Interrupts(lambda: bool(asked)) as interrupts:
        interrupts.check()
        asked.append(True)
        with pytest.raises(Interrupted, match="by a stop request") as ended:
            interrupts.check()
        assert ended.value.exit_code == 143


def test_a_text_says_who_asks_for_the_end():
    words = r"by a stop request \(vsmdaq safe, process 7\)$"
    with Interrupts(lambda: "vsmdaq safe, process 7") as interrupts, pytest.raises(Interrupted, match=words):
        interrupts.check()


@pytest.mark.parametrize("name", ["STOP", "STOP.txt"])
def test_a_stop_file_is_obeyed_once_and_removed(tmp_path: Path, name: str):
    with Interrupts() as interrupts:
        interrupts.look_for_stop_file(tmp_path)
        interrupts.check()
        (tmp_path / name).touch()
        for _ in range(2):  # it stays the cause when the file has gone
            with pytest.raises(Interrupted, match=f"by the stop file .*{name}$") as ended:
                interrupts.check()
        assert ended.value.exit_code == 143
    assert not (tmp_path / name).exists()


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX signals")
def test_a_hang_up_that_nohup_ignores_stays_ignored():
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupts() as interrupts:
            signal.raise_signal(signal.SIGHUP)
            interrupts.check()
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


@pytest.mark.skipif(not hasattr(signal, "SIGTSTP"), reason="POSIX signals")
def test_a_bench_is_not_left_alone_by_ctrl_z():
    before = signal.getsignal(signal.SIGTSTP)
    with Interrupts() as interrupts:
        assert signal.getsignal(signal.SIGTSTP) is signal.SIG_IGN
        signal.raise_signal(signal.SIGTSTP)
        interrupts.check()
    assert signal.getsignal(signal.SIGTSTP) == before


def test_outside_the_main_thread_only_stop_requests_count():
    found: list[str] = []

    def work() -> None:
        try:
            with Interrupts(lambda: True) as interrupts:
                interrupts.check()
        except Interrupted as error:
            found.append(error.cause)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert found == ["a stop request"]
