"""Signals are noted, and answered where it is safe to."""

import signal

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
