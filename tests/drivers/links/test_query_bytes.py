"""Replies that are bytes: exactly so many, whatever they mean."""

from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import vsmdaq_configs
from vsmdaq_drivers.contracts import LimitError, LinkLostError, LinkTimeoutError, ReplyError
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaSession

WORLD = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
LF, CR = Terminators("\n", "\n"), Terminators("\r", "\r")
# both terminators, zero, and a byte that is no text
AWKWARD = b"\n\r\x00\xff\n\r"


# --- scripted ---


def test_scripted_bytes(wire):
    link = wire([("TRCL?1,0,1", AWKWARD), ("SPTS?", "1")], message_s=0.25)
    assert link.query_bytes("TRCL?1,0,1", 6) == AWKWARD
    assert link.query("SPTS?") == "1"
    assert link.clock.now() == 1.0


def test_scripted_bytes_that_are_too_few_or_too_many(wire):
    link = wire([("A?", b"\x01\x02"), ("B?", b"\x01\x02\xff"), ("C?", "1")])
    with pytest.raises(LinkTimeoutError, match=r"instrument at BENCH: only 2 of 3 bytes came in answer to 'A\?'\."):
        link.query_bytes("A?", 3)
    assert link.query_bytes("B?", 2) == b"\x01\x02"
    with pytest.raises(ReplyError, match="expected text"):
        link.query("C?")  # what was left over comes first
    assert link.read("C?") == "1"


def test_scripted_text_can_be_read_as_bytes_and_bytes_as_text(wire):
    link = wire([("A?", "12"), ("B?", b"34\r\n"), ("C?", LinkTimeoutError("nothing came."))])
    assert link.query_bytes("A?", 2) == b"12"
    assert link.query("B?") == "34"
    with pytest.raises(LinkTimeoutError):
        link.query_bytes("C?", 1)


def test_a_scripted_read_without_reply():
    with pytest.raises(AssertionError, match="has no reply"):
        ScriptedLink([("A?", None)]).query_bytes("A?", 1)


# --- pyserial ---


def answers(instrument, data):
    # the other side answers the next question; what is returned waits for it and gives the question
    pool = ThreadPoolExecutor(1)
    asked = pool.submit(lambda: (instrument.recv(100), instrument.sendall(data))[0])
    pool.shutdown(wait=False)
    return asked.result


@pytest.fixture
def peer():
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = SerialLink(f"socket://127.0.0.1:{server.getsockname()[1]}", "sr830", CR, timeout_s=1.0)
        instrument, _ = server.accept()
        with instrument:
            instrument.settimeout(1.0)
            yield link, instrument
        link.close()


def test_serial_bytes_are_not_ended_by_a_terminator(peer):
    link, instrument = peer
    instrument.sendall(b"before")  # the question: flushed
    answered = answers(instrument, AWKWARD + b"26\r")
    assert link.query_bytes("TRCL?1,0,1", 6) == AWKWARD
    assert answered() == b"TRCL?1,0,1\r"
    assert link.read("SENS?") == "26"


def test_serial_bytes_that_do_not_come(peer):
    link, instrument = peer
    answered = answers(instrument, b"\x01\x02")
    with pytest.raises(LinkTimeoutError) as caught:
        link.query_bytes("TRCL?1,0,1", 4, timeout_s=0.05)
    assert r"no complete reply to 'TRCL?1,0,1' within 0.05 s, only b'\x01\x02' came." in str(caught.value)
    answered()
    instrument.sendall(b"\x03\x04")  # too late: flushed before the next question
    link.write("SENS?")
    instrument.sendall(b"26\r")
    assert link.read("SENS?") == "26"


def test_serial_bytes_of_a_lost_line(peer):
    link, instrument = peer
    instrument.close()
    with pytest.raises(LinkLostError):
        link.query_bytes("TRCL?1,0,1", 4)


def test_no_reply_of_bytes_may_block_longer_than_two_seconds(peer):
    link, _ = peer
    with pytest.raises(LimitError):
        link.query_bytes("TRCL?1,0,1", 4, timeout_s=3.0)


# --- PyVISA, over the simulated bench ---


@pytest.fixture
def bus():
    session = VisaSession(f"{WORLD}@vsmsim")
    link = session.open("GPIB0::8::INSTR", "sr830", LF)
    yield link
    session.close()


def test_bus_bytes_are_not_ended_by_a_terminator(bus):
    # 16384 points of four bytes hold many line feeds and carriage returns
    bus.write("OUTX 1;SENS 10;OFLT 4;SRAT 13;SEND 0;REST;STRT")
    bus.clock.sleep(40.0)
    data = b"".join(bus.query_bytes(f"TRCL?1,{start},1000", 4000) for start in range(0, 16000, 1000))
    assert len(data) == 64000
    assert b"\n" in data
    assert bus.query("SPTS?") == "16383"


def test_bus_bytes_that_do_not_come(bus):
    bus.write("OUTX 1;SRAT 13;REST;STRT")
    bus.clock.sleep(1.0)
    bus.write("PAUS")
    start_s = bus.clock.now()
    with pytest.raises(LinkTimeoutError, match=r"no complete reply to 'TRCL\?1,0,10' within 1 s"):
        bus.query_bytes("TRCL?1,0,10", 41, timeout_s=1.0)
    assert bus.clock.now() - start_s == pytest.approx(1.0, abs=0.1)
    assert bus.query("SRAT?") == "13"


def test_an_interrupt_does_not_shift_what_comes_next(bus, monkeypatch):
    bus.write("OUTX 1;SRAT 13;REST;STRT")
    bus.clock.sleep(1.0)

    def interrupted(*_arguments):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(bus._resource, "read_bytes", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bus.query_bytes("TRCL?1,0,10", 40)
    bus.clock.sleep(1.0)
    assert bus.query("SRAT?") == "13"
