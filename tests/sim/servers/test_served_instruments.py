"""Served instruments through pyvisa-py and pyserial: programs that know nothing of the simulator."""

from __future__ import annotations

import socket
import sys

import pytest
import pyvisa
import serial

from vsmdaq_sim.servers.hislip import MessageType, pack, unpack_header

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="pseudo-terminals")


@pytest.fixture
def manager():
    manager = pyvisa.ResourceManager("@py")
    yield manager
    manager.close()


@pytest.fixture
def supply(manager, served):
    return manager.open_resource(
        served.instruments["supply"].visa, read_termination="\r\n", write_termination="\r\n", timeout=3000
    )


def test_hislip_answers_and_bench_time_passes_by_itself(supply, served):
    assert supply.query("*IDN?").startswith("LSCI,MODEL643")
    supply.write("RATE 50;SETI 5.0")
    begun_s = served.ask(ask="time")["time_s"]
    while abs(float(supply.query("RDGI?"))) < 4.999:
        assert served.ask(ask="time")["time_s"] < begun_s + 60.0
    assert served.ask(ask="magnet")["current_a"] == pytest.approx(5.0, abs=1e-3)
    supply.write("SETI 0.0")


def test_hislip_serial_poll_and_clear(supply):
    supply.write("*CLS;*ESE 32")
    assert supply.read_stb() & 0x20 == 0
    supply.write("NONSENSE 1")  # a command error sets bit 5 of the event register
    assert supply.query("*ESE?") == "032"
    assert supply.read_stb() & 0x20
    supply.write("SETI?")
    supply.clear()  # device clear: the reply that was under way is gone
    assert supply.query("*IDN?").startswith("LSCI")


def exchange(channel, message: bytes):
    channel.sendall(message)
    return receive(channel)


def receive(channel):
    kind, control, parameter, length = unpack_header(channel.recv(16, socket.MSG_WAITALL))
    return kind, control, parameter, channel.recv(length, socket.MSG_WAITALL) if length else b""


def test_hislip_byte_by_byte_with_a_service_request(served):
    """What IVI-6.1 says goes over the wire; pyvisa-py's client knows no service requests."""
    port = int(served.instruments["gaussmeter"].visa.split(",")[1].split(":")[0])
    with (
        socket.create_connection(("127.0.0.1", port), 5.0) as sync,
        socket.create_connection(("127.0.0.1", port), 5.0) as aside,
    ):
        kind, _, parameter, _ = exchange(sync, pack(MessageType.INITIALIZE, 0, 0x0100_0000, b"hislip1"))
        assert (kind, parameter >> 16) == (MessageType.INITIALIZE_RESPONSE, 0x0100)
        kind, *_ = exchange(aside, pack(MessageType.ASYNC_INITIALIZE, 0, parameter & 0xFFFF))
        assert kind == MessageType.ASYNC_INITIALIZE_RESPONSE
        size = exchange(aside, pack(MessageType.ASYNC_MAXIMUM_MESSAGE_SIZE, 0, 0, (4096).to_bytes(8, "big")))
        assert size == (MessageType.ASYNC_MAXIMUM_MESSAGE_SIZE_RESPONSE, 0, 0, (4096).to_bytes(8, "big"))
        sync.sendall(pack(MessageType.DATA, 0, 0xFFFF_FF00, b"*CLS;*ESE 32;"))
        sync.sendall(pack(MessageType.DATA_END, 0, 0xFFFF_FF00, b"*SRE 32\n"))
        reply = exchange(sync, pack(MessageType.DATA_END, 0, 0xFFFF_FF02, b"*SRE?\n"))
        assert reply == (MessageType.DATA_END, 0, 0xFFFF_FF02, b"032\r\n")
        sync.sendall(pack(MessageType.DATA_END, 0, 0xFFFF_FF04, b"NONSENSE\n"))
        assert receive(aside)[0] == MessageType.ASYNC_SERVICE_REQUEST
        kind, status, *_ = exchange(aside, pack(MessageType.ASYNC_STATUS_QUERY))
        assert kind == MessageType.ASYNC_STATUS_RESPONSE
        assert status & 0x60 == 0x60  # it asked for service, and says why
        assert exchange(aside, pack(MessageType.ASYNC_LOCK, 1, 0))[:2] == (MessageType.ASYNC_LOCK_RESPONSE, 1)
        assert exchange(aside, pack(MessageType.ASYNC_LOCK_INFO))[:2] == (MessageType.ASYNC_LOCK_INFO_RESPONSE, 1)
        assert exchange(aside, pack(MessageType.ASYNC_LOCK, 0, 0))[:2] == (MessageType.ASYNC_LOCK_RESPONSE, 1)
        assert exchange(aside, pack(MessageType.ASYNC_LOCK, 0, 0))[:2] == (MessageType.ASYNC_LOCK_RESPONSE, 3)
        assert exchange(aside, pack(MessageType.ASYNC_DEVICE_CLEAR))[0] == MessageType.ASYNC_DEVICE_CLEAR_ACKNOWLEDGE
        assert exchange(sync, pack(MessageType.DEVICE_CLEAR_COMPLETE))[0] == MessageType.DEVICE_CLEAR_ACKNOWLEDGE
        sync.sendall(pack(MessageType.TRIGGER, 0, 0xFFFF_FF06))
        assert exchange(sync, pack(MessageType.DATA_END, 0, 0xFFFF_FF08, b"*SRE?\n"))[3] == b"032\r\n"
        assert exchange(aside, pack(MessageType.DATA))[0] == MessageType.ERROR


def test_two_sessions_of_one_instrument_do_not_share_replies(manager, supply, served):
    other = manager.open_resource(
        served.instruments["lockin"].visa, read_termination="\n", write_termination="\n", timeout=3000
    )
    other.write("OUTX 1")
    supply.write("SETI?")
    assert other.query("*IDN?").startswith("Stanford_Research_Systems,SR830")
    assert float(supply.read()) == 0.0


def test_an_unknown_sub_address_is_refused(served):
    port = int(served.instruments["supply"].visa.split(",")[1].split(":")[0])
    with socket.create_connection(("127.0.0.1", port), 5.0) as sync:
        kind, _, _, text = exchange(sync, pack(MessageType.INITIALIZE, 0, 0x0100_0000, b"hislip77"))
        assert (kind, text) == (MessageType.FATAL_ERROR, b"no instrument 'hislip77'")


def test_terminal_by_pyserial_and_by_pyvisa(manager, served):
    with serial.Serial(served.instruments["balance"].serial, timeout=3.0) as port:
        port.write(b"I4\r\n")
        assert port.read_until(b"\r\n").startswith(b"I4 A ")
    resource = manager.open_resource(served.instruments["balance"].visa, read_termination="\r\n", timeout=3000)
    assert resource.query("I4").startswith("I4 A ")
    resource.close()


def test_socket_by_pyserial_turns_a_second_host_away(served):
    url = served.instruments["operator"].serial
    with serial.serial_for_url(url, timeout=3.0) as port:
        port.write(b"*IDN?\n")
        assert b"OPERATOR" in port.read_until(b"\n")
        host, number = url.removeprefix("socket://").split(":")
        with socket.create_connection((host, int(number)), timeout=3.0) as second:
            assert second.recv(10) == b""


def test_faults_are_armed_through_the_control_socket(supply, served):
    fault = {"instrument": "supply", "kind": "garbage", "match": "RATE", "text": "xyz"}
    assert served.ask(ask="arm", fault=fault) == {"armed": fault}
    assert supply.query("RATE?") == "xyz"
    assert [found["kind"] for found in served.ask(ask="faults")["faults"]] == ["garbage"]


def test_a_wire_that_is_interrupted_closes_the_connection(manager, served):
    supply = manager.open_resource(served.instruments["gaussmeter"].visa, read_termination="\r\n", timeout=500)
    served.ask(ask="arm", fault={"instrument": "gaussmeter", "kind": "disconnect", "match": "UNIT", "duration_s": 5.0})
    with pytest.raises((pyvisa.Error, OSError, RuntimeError)):
        [supply.query("UNIT?") for _ in range(3)]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ({"ask": "weather"}, "ask: given 'weather'; allowed: time, magnet, truth, mark, arm, faults, stop"),
        ({"ask": "arm", "fault": {"instrument": "supply", "kind": "fire"}}, "kind: given 'fire'"),
        ({"ask": "arm", "fault": {"colour": 1}}, "colour"),
        ({}, "KeyError"),
        ([], "TypeError"),
    ],
)
def test_nonsense_to_the_control_socket_is_answered(served, line, what):
    if isinstance(line, dict):
        assert what in served.ask(**line)["error"]
    else:
        with socket.create_connection(("127.0.0.1", served.control_port), timeout=5.0) as control:
            control.sendall(b"[]\n")
            assert what in control.makefile().readline()


def test_nonsense_to_the_hislip_port_is_turned_away(served):
    port = int(served.instruments["supply"].visa.split(",")[1].split(":")[0])
    for data in (b"GET / HTTP/1.1\r\n\r\n", b"HS" + b"\xff" * 30, b"HS\x06\x00" + b"\x00" * 12):
        with socket.create_connection(("127.0.0.1", port), timeout=5.0) as stranger:
            stranger.sendall(data)
            stranger.shutdown(socket.SHUT_WR)
            while stranger.recv(1000):
                pass
