"""Service requests through PyVISA: by queue, by handler, waited for; what is expected stands in VPP-4.3, chapter 3.7."""

from __future__ import annotations

from typing import Any

import pytest
import pyvisa
from pyvisa import constants

from vsmdaq_sim.link import SimDeadlockError

LOCKIN = "GPIB0::8::INSTR"
CODE = constants.StatusCode
SRQ = constants.EventType.service_request
QUEUE, HANDLER = constants.EventMechanism.queue, constants.EventMechanism.handler
SUSPENDED = constants.EventMechanism.suspend_handler
AUTO_RESERVE_S = 2.0  # of the simulated SR830


def refused(call: Any, code: constants.StatusCode) -> None:
    with pytest.raises(pyvisa.VisaIOError) as caught:
        call()
    assert CODE(caught.value.error_code) == code


@pytest.fixture
def lockin(manager: Any) -> Any:
    """It requests service when no command is in progress any more (status bit 1); it has done so, and been polled."""
    lockin = manager.open_resource(LOCKIN)
    lockin.write("*SRE 2")
    assert lockin.stb & 0x40
    return lockin


def test_an_event_is_queued_while_the_program_does_something_else(manager: Any, lockin: Any):
    lockin.enable_event(SRQ, QUEUE)
    lockin.write("ARSV")
    manager.visalib.clock.sleep(10.0)
    before = manager.visalib.clock.now()
    answer = lockin.wait_on_event(SRQ, 1000)
    assert (answer.event.event_type, answer.timed_out) == (SRQ, False)
    assert manager.visalib.clock.now() == before  # it was there
    assert lockin.stb & 0x40
    refused(lambda: lockin.wait_on_event(SRQ, 100), CODE.error_timeout)
    assert lockin.wait_on_event(SRQ, 100, capture_timeout=True).timed_out


def test_waiting_takes_bench_time(manager: Any, lockin: Any):
    lockin.enable_event(SRQ, QUEUE)
    lockin.write("ARSV")
    before = manager.visalib.clock.now()
    lockin.wait_on_event(SRQ, 5000)
    assert manager.visalib.clock.now() - before == pytest.approx(AUTO_RESERVE_S, abs=0.05)
    before = manager.visalib.clock.now()
    refused(lambda: lockin.wait_on_event(SRQ, 0), CODE.error_timeout)
    assert manager.visalib.clock.now() == before


def test_what_must_be_enabled_first(lockin: Any):
    refused(lambda: lockin.wait_on_event(SRQ, 100), CODE.error_not_enabled)
    lockin.enable_event(SRQ, QUEUE)
    lockin.enable_event(SRQ, QUEUE)
    assert lockin.last_status == CODE.success_event_already_enabled
    lockin.disable_event(SRQ, QUEUE)
    refused(lambda: lockin.wait_on_event(SRQ, 100), CODE.error_not_enabled)
    refused(lambda: lockin.enable_event(SRQ, HANDLER), CODE.error_handler_not_installed)


def test_a_wait_without_time_out_for_what_never_comes_raises(lockin: Any):
    lockin.enable_event(SRQ, QUEUE)
    with pytest.raises(SimDeadlockError, match=LOCKIN):
        lockin.wait_on_event(SRQ, constants.VI_TMO_INFINITE)


def test_discarding(manager: Any, lockin: Any):
    lockin.enable_event(SRQ, QUEUE)
    lockin.write("ARSV")
    manager.visalib.clock.sleep(3.0)
    assert lockin.query("SENS?")  # looks at the line
    lockin.discard_events(SRQ, QUEUE)
    refused(lambda: lockin.wait_on_event(SRQ, 0), CODE.error_timeout)


def test_a_request_that_stands_is_an_event_for_a_newcomer(manager: Any, lockin: Any):
    lockin.write("ARSV")
    manager.visalib.clock.sleep(3.0)
    late = manager.open_resource(LOCKIN)
    late.enable_event(SRQ, QUEUE)
    assert late.wait_on_event(SRQ, 0).event.event_type == SRQ


def test_a_handler_is_called_while_time_passes(manager: Any, lockin: Any):
    clock, heard = manager.visalib.clock, []

    def handler(session: Any, event_type: Any, context: Any, user_handle: Any) -> None:
        kind, _ = manager.visalib.get_attribute(context, constants.EventAttribute.event_type)
        heard.append((session, event_type, kind, user_handle, clock.now()))

    user_handle = lockin.install_handler(SRQ, handler, "the lock-in")
    lockin.enable_event(SRQ, HANDLER)
    start = clock.now()
    lockin.write("ARSV")
    assert heard == []
    clock.sleep(10.0)  # nobody talks to the instrument
    ((session, event_type, kind, handle, at_s),) = heard
    assert (session, event_type, kind, handle) == (lockin.session, SRQ, SRQ, "the lock-in")
    assert at_s - start == pytest.approx(AUTO_RESERVE_S, abs=0.05)
    lockin.disable_event(SRQ, HANDLER)
    lockin.uninstall_handler(SRQ, handler, user_handle)
    assert lockin.stb & 0x40
    lockin.write("ARSV")
    clock.sleep(10.0)
    assert len(heard) == 1


def test_a_handler_may_talk_to_the_instrument(manager: Any, lockin: Any):
    clock, polled, answers = manager.visalib.clock, [], []

    def handler(resource: Any, event: Any, _: Any) -> None:
        assert event.event_type == SRQ
        polled.append(resource.stb)
        answers.append(resource.query("SENS?"))

    lockin.install_handler(SRQ, lockin.wrap_handler(handler))
    lockin.enable_event(SRQ, HANDLER)
    for _ in range(3):
        lockin.write("ARSV")
        clock.sleep(5.0)
    assert len(polled) == 3
    assert all(byte & 0x42 == 0x42 for byte in polled)
    assert answers == ["26\n"] * 3


def test_a_handler_is_called_behind_a_call_that_took_the_time(manager: Any, lockin: Any):
    heard = []
    lockin.install_handler(SRQ, lambda *_: heard.append(manager.visalib.clock.now()))
    lockin.enable_event(SRQ, HANDLER)
    lockin.write("ARSV")
    assert lockin.query("SENS?") == "26\n"  # waits until the operation is over
    assert len(heard) == 1


def test_suspended_handlers_hear_later(manager: Any, lockin: Any):
    heard: list[int] = []
    lockin.install_handler(SRQ, lambda *_: heard.append(1))
    lockin.enable_event(SRQ, SUSPENDED)
    lockin.write("ARSV")
    manager.visalib.clock.sleep(5.0)
    lockin.query("SENS?")
    assert heard == []
    lockin.enable_event(SRQ, HANDLER)
    assert heard == [1]


def test_several_handlers_are_a_chain(lockin: Any, manager: Any):
    heard: list[str] = []
    lockin.install_handler(SRQ, lambda *_: heard.append("first"))

    def last(*_: Any) -> Any:
        heard.append("second")
        return CODE.success_no_more_handler_calls_in_chain

    lockin.enable_event(SRQ, HANDLER)
    lockin.write("ARSV")
    manager.visalib.clock.sleep(5.0)
    assert heard == ["first"]
    assert lockin.stb & 0x40
    lockin.install_handler(SRQ, last)  # the latest is called first
    lockin.write("ARSV")
    manager.visalib.clock.sleep(5.0)
    assert heard == ["first", "second"]


def test_an_error_in_a_handler_comes_out(lockin: Any, manager: Any):
    def handler(*_: Any) -> None:
        raise LookupError("in the handler")

    lockin.install_handler(SRQ, handler)
    lockin.enable_event(SRQ, HANDLER)
    lockin.write("ARSV")
    with pytest.raises(LookupError, match="in the handler"):
        manager.visalib.clock.sleep(5.0)
    assert lockin.query("SENS?") == "26\n"


def test_two_sessions_each_hear(manager: Any, lockin: Any):
    other = manager.open_resource(LOCKIN)
    heard: list[str] = []
    lockin.install_handler(SRQ, lambda *_: heard.append("one"))
    lockin.enable_event(SRQ, HANDLER)
    other.enable_event(SRQ, QUEUE)
    lockin.write("ARSV")
    other.wait_on_event(SRQ, 5000)
    assert heard == ["one"]
    lockin.close()
    assert other.stb & 0x40
    other.write("ARSV")
    other.wait_on_event(SRQ, 5000)
    assert heard == ["one"]  # a closed session hears nothing


@pytest.mark.parametrize("address", ["ASRL3::INSTR", "TCPIP0::operator::5025::SOCKET"])
def test_a_stream_has_no_service_requests(manager: Any, address: str):
    resource = manager.open_resource(address)
    refused(lambda: resource.enable_event(SRQ, QUEUE), CODE.error_invalid_event)


def test_there_are_no_other_events(lockin: Any):
    refused(lambda: lockin.enable_event(constants.EventType.io_completion, QUEUE), CODE.error_invalid_event)
    refused(lambda: lockin.visalib.enable_event(lockin.session, SRQ, 64), CODE.error_invalid_mechanism)


def test_wait_for_srq_of_pyvisa(manager: Any, lockin: Any):
    lockin.write("ARSV")
    before = manager.visalib.clock.now()
    lockin.wait_for_srq(timeout=None)
    assert manager.visalib.clock.now() - before == pytest.approx(AUTO_RESERVE_S, abs=0.05)


def test_looking_costs_little(manager: Any, lockin: Any):
    lockin.install_handler(SRQ, lambda *_: None)
    lockin.enable_event(SRQ, HANDLER)
    manager.visalib.clock.sleep(100.0)  # 10000 looks
    lockin.disable_event(SRQ, HANDLER)
    assert manager.visalib.clock.now() == pytest.approx(100.0, abs=1.0)
