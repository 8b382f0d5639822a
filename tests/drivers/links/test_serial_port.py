"""SerialLink against a socket on this machine and against pyserial's own loop://: bytes are compared as they pass."""

from __future__ import annotations

import socket

import pytest

from vsmdaq_drivers.contracts import AddressError, LimitError, LinkLostError, LinkTimeoutError, ReplyError
from vsmdaq_drivers.links.scripted import ScriptedClock
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.settings import SerialSettings, Terminators
from vsmdaq_drivers.system_clock import SystemClock

CR_LF = Terminators("\r\n", "\r\n")


@pytest.fixture
def peer():
    """A listening socket: gives the link and the instrument's end of the line."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        link = SerialLink(f"socket://127.0.0.1:{server.getsockname()[1]}", "mt_sics", CR_LF, timeout_s=1.0)
        instrument, _ = server.accept()
        with instrument:
            instrument.settimeout(1.0)
            yield link, instrument
        link.close()


def test_lines_with_their_terminators(peer):
    link, instrument = peer
    link.write("SI")
    assert instrument.recv(100) == b"SI\r\n"
    instrument.sendall(b"S S     100.00 g\r\nS D")
    assert link.read("SI") == "S S     100.00 g"
    with pytest.raises(LinkTimeoutError) as caught:
        link.read("SI", timeout_s=0.02)
    assert "no complete reply to 'SI' within 0.02 s, only b'S D' came." in str(caught.value)


def test_a_late_reply_does_not_pass_for_the_next_one(peer):
    link, instrument = peer
    with pytest.raises(LinkTimeoutError, match="nothing came"):
        link.query("SI", timeout_s=0.02)
    instrument.sendall(b"S S     1.00 g\r\n")
    link.write("SI")
    assert instrument.recv(100) == b"SI\r\nSI\r\n"
    instrument.sendall(b"S S     2.00 g\r\n")
    assert link.read("SI") == "S S     2.00 g"


def test_bytes_that_are_no_text(peer):
    link, instrument = peer
    instrument.sendall(b"\xff\xfe\r\n")
    with pytest.raises(ReplyError) as caught:
        link.read("SI")
    assert caught.value.reply == "\xff\xfe\r\n"


def test_the_other_side_hangs_up(peer):
    link, instrument = peer
    instrument.close()
    with pytest.raises(LinkLostError, match="the connection was lost at 'SI'"):
        link.query("SI")


def test_nobody_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(AddressError) as caught:
        SerialLink(f"socket://127.0.0.1:{port}", "mt_sics", CR_LF)
    assert str(caught.value).startswith(f"mt_sics at socket://127.0.0.1:{port}: 'socket://127.0.0.1:{port}' cannot be")
    assert str(caught.value).endswith("Check that it is connected and not in use, and the address in the bench file.")


@pytest.mark.parametrize("address", ["/dev/no-such-port", "nonsense://x"])
def test_what_is_no_port(address):
    with pytest.raises(AddressError, match="cannot be opened"):
        SerialLink(address, "mt_sics", CR_LF)


def test_no_message_may_block_longer_than_two_seconds():
    with pytest.raises(LimitError):
        SerialLink("loop://", "mt_sics", CR_LF, timeout_s=2.5)


def test_pause_between_messages_is_kept_on_the_benchs_clock():
    clock = ScriptedClock()
    link = SerialLink("loop://", "lakeshore_643", CR_LF, settings=SerialSettings(57600, pause_s=0.05), clock=clock)
    assert link.query("RDGI?") == "RDGI?"
    assert clock.now() == 0.0
    link.query("RDGI?")
    assert clock.now() == 0.05
    clock.sleep(1.0)
    link.query("RDGI?")
    assert clock.now() == 1.05
    link.close()


def test_clock_poll_and_close():
    link = SerialLink("loop://", "mt_sics", CR_LF)
    assert isinstance(link.clock, SystemClock)
    assert link.serial_poll() is None
    link.close()
    link.close()
    with pytest.raises(LinkLostError):
        link.write("SI")
