"""VisaLink against the stock PyVISA simulator, which stands at the wire: terminators and time-outs are real."""

from __future__ import annotations

import pytest

from vsmdaq_drivers.contracts import AddressError, LimitError, LinkLostError, LinkTimeoutError, ReplyError
from vsmdaq_drivers.links.settings import SerialSettings, Terminators
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_drivers.lockins.sr830 import SR830
from vsmdaq_drivers.system_clock import SystemClock

LF = Terminators("\n", "\n")
CR_LF = Terminators("\r\n", "\r\n")
YAML = r"""
spec: "1.1"
devices:
  lock-in:
    eom:
      GPIB INSTR: {q: "\n", r: "\n"}
    error: ERROR
    dialogues:
      - {q: "*IDN?", r: "Stanford_Research_Systems,SR830,s/n00000,ver1.07"}
      - {q: "OUTX 0"}
      - {q: "OUTX 1"}
      - {q: "SNAP?1,2,3,9", r: "1.5e-6,-2e-9,1.5e-6,83.000"}
      - {q: "SILENCE"}
  balance:
    eom:
      ASRL INSTR: {q: "\r\n", r: "\r\n"}
    error: ES
    dialogues:
      - {q: "SI", r: "S S     100.00 g"}
      - {q: "UNIT", r: "S S     100.00 µg"}
resources:
  GPIB0::8::INSTR: {device: lock-in}
  ASRL3::INSTR: {device: balance}
"""


@pytest.fixture
def session(tmp_path):
    path = tmp_path / "bench.yaml"
    path.write_text(YAML, encoding="utf-8")
    session = VisaSession(f"{path}@sim")
    yield session
    session.close()


def test_lines_go_out_and_come_back_without_their_terminators(session):
    assert session.open("GPIB0::8::INSTR", "sr830", LF).query("SNAP?1,2,3,9") == "1.5e-6,-2e-9,1.5e-6,83.000"


def test_a_driver_works_over_it(session):
    lock_in = SR830(session.open("GPIB0::8::INSTR", "sr830", LF))
    assert lock_in.identify() == "Stanford_Research_Systems,SR830,s/n00000,ver1.07"
    reading = lock_in.read()
    assert (reading.x_v_rms, reading.y_v_rms, reading.frequency_hz) == (1.5e-6, -2e-9, 83.0)
    assert lock_in.name == "sr830 at GPIB0::8::INSTR"


def test_the_terminator_sent_is_the_one_given(session):
    link = session.open("GPIB0::8::INSTR", "sr830", Terminators("\n", "\r"), timeout_s=0.02)
    with pytest.raises(LinkTimeoutError):  # the simulated lock-in still waits for its "\n"
        link.query("*IDN?")


def test_a_serial_port_takes_its_settings(session):
    frame = SerialSettings(2400, 7, "even", 2)
    link = session.open("ASRL3::INSTR", "mt_sics", CR_LF, serial=frame)
    assert link.query("SI") == "S S     100.00 g"
    assert link.serial_poll() is None


def test_nothing_at_the_address(session):
    with pytest.raises(AddressError) as caught:
        session.open("GPIB0::9::INSTR", "sr830", LF)
    message = str(caught.value)
    assert message.startswith("sr830 at GPIB0::9::INSTR: VISA library '")
    assert "@sim' cannot open 'GPIB0::9::INSTR': " in message
    assert message.endswith(
        "It offers ASRL3::INSTR, GPIB0::8::INSTR. "
        "Check that it is switched on and connected, and the address in the bench file."
    )


@pytest.mark.parametrize("address", ["GPIB0", "nonsense", ""])
def test_what_is_no_address(session, address):
    with pytest.raises(AddressError) as caught:
        session.open(address, "sr830", LF)
    assert caught.value.instrument == f"sr830 at {address}"


def test_a_library_that_is_not_there():
    with pytest.raises(AddressError) as caught:
        VisaSession("@no_such_backend")
    assert str(caught.value).startswith("the VISA library '@no_such_backend' cannot be loaded: ")
    assert "'@py' (pyvisa-py)" in str(caught.value)


def test_silence_is_a_time_out_that_names_the_command(session):
    link = session.open("GPIB0::8::INSTR", "sr830", LF, timeout_s=0.02)
    with pytest.raises(LinkTimeoutError) as caught:
        link.query("SILENCE")
    assert str(caught.value) == (
        "sr830 at GPIB0::8::INSTR: no complete reply to 'SILENCE' within 0.02 s. "
        "Check that it is switched on, and terminators and address in the bench file."
    )
    assert caught.value.command == "SILENCE"


def test_a_time_out_can_be_given_for_one_message(session):
    link = session.open("GPIB0::8::INSTR", "sr830", LF)
    with pytest.raises(LinkTimeoutError, match=r"within 0\.01 s"):
        link.query("SILENCE", timeout_s=0.01)


def test_no_message_may_block_longer_than_two_seconds(session):
    link = session.open("GPIB0::8::INSTR", "sr830", LF)
    for timeout_s in (2.1, 0.0, float("inf")):
        with pytest.raises(LimitError, match="allowed are 0 to 2 s"):
            link.read(timeout_s=timeout_s)
    with pytest.raises(LimitError):
        session.open("GPIB0::8::INSTR", "sr830", LF, timeout_s=3.0)


def test_a_closed_link_is_lost(session):
    link = session.open("GPIB0::8::INSTR", "sr830", LF)
    link.close()
    link.close()
    with pytest.raises(LinkLostError, match=r"the connection was lost at '\*IDN\?'"):
        link.query("*IDN?")


def test_closing_one_instrument_leaves_the_others(session):
    lock_in = session.open("GPIB0::8::INSTR", "sr830", LF)
    balance = session.open("ASRL3::INSTR", "mt_sics", CR_LF)
    lock_in.close()
    assert balance.query("SI") == "S S     100.00 g"


def test_closing_the_session_closes_all(session):
    link = session.open("GPIB0::8::INSTR", "sr830", LF)
    session.close()
    with pytest.raises(LinkLostError):
        link.query("*IDN?")


def test_clear_and_poll_where_the_library_has_neither(session):
    link = session.open("GPIB0::8::INSTR", "sr830", LF)
    link.clear()
    assert link.serial_poll() is None


def test_without_a_virtual_clock_it_is_the_systems(session):
    assert isinstance(session.clock, SystemClock)
    assert session.open("GPIB0::8::INSTR", "sr830", LF).clock is session.clock


def test_bytes_that_are_no_text(session):
    link = session.open("GPIB0::8::INSTR", "sr830", LF)
    link._resource.read_raw = lambda: b"\xff\xfe\n"  # the stock simulator can only send text
    link.write("*IDN?")
    with pytest.raises(ReplyError, match="expected text"):
        link.read("*IDN?")
