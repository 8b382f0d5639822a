"""How messages begin and end through PyVISA, beside the plain ones: END, blocks, chunks, flush, what sessions do not share."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pyvisa
from pyvisa import constants

LOCKIN = "GPIB0::8::INSTR"
SR860 = "GPIB0::9::INSTR"
SERIAL_LOCKIN = "ASRL5::INSTR"
BALANCE = "ASRL3::INSTR"
OPERATOR = "TCPIP0::operator::5025::SOCKET"
CODE = constants.StatusCode
MASK = constants.BufferOperation


def refused(call: Any, code: constants.StatusCode) -> None:
    with pytest.raises(pyvisa.VisaIOError) as caught:
        call()
    assert CODE(caught.value.error_code) == code


@pytest.fixture
def bench(managers: Callable[[str], Any], world_file: Path) -> Any:
    text = world_file.read_text(encoding="utf-8")
    line = f'\n[instruments.sr860]\nkind = "sr860"\naddress = "{SR860}"\nreply_s = 0.001\n'
    world_file.write_text(text + line, encoding="utf-8")
    return managers(f"{world_file}?seed=3")


def instrument(manager: Any, address: str) -> Any:
    return manager.visalib.bench.endpoints[address].instrument


# --- END --------------------------------------------------------------------------------------------------------------


def test_without_end_a_message_goes_on(manager: Any):
    lockin = manager.open_resource(LOCKIN, write_termination="")
    lockin.send_end = False
    for part in ("SEN", "S ", "1"):
        lockin.write(part)
    assert instrument(manager, LOCKIN).unknown == []
    lockin.send_end = True
    lockin.write("7")
    assert lockin.query("SENS?") == "17\n"


def test_a_terminator_ends_a_message_also_without_end(manager: Any):
    lockin = manager.open_resource(LOCKIN, write_termination="\n")
    lockin.send_end = False
    assert lockin.query("SENS?") == "26\n"


def test_a_serial_line_can_append_its_end(manager: Any):
    lockin = manager.open_resource(SERIAL_LOCKIN, read_termination="\r", write_termination="")
    lockin.write("SENS?")
    lockin.timeout = 50
    refused(lockin.read, CODE.error_timeout)
    lockin.clear()
    lockin.end_output = constants.SerialTermination.termination_char
    lockin.set_visa_attribute(constants.ResourceAttribute.termchar, ord("\r"))
    assert lockin.query("SENS?") == "26"


def test_suppressing_end_reads_on(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    lockin.write_raw(b"SENS?\nOFLT?\n")
    lockin.set_visa_attribute(constants.ResourceAttribute.suppress_end_enabled, True)
    assert lockin.read_bytes(6) == b"26\n10\n"


# --- binary -----------------------------------------------------------------------------------------------------------


def test_a_block_with_terminators_in_it_is_read_whole(bench: Any):
    lockin = bench.open_resource(SR860)
    lockin.write("CAPTURECFG X;CAPTURELEN 2;CAPTURESTART ONE, IMM")
    bench.visalib.clock.sleep(10.0)
    lockin.write("CAPTURESTOP")
    values = lockin.query_binary_values("CAPTUREGET? 0, 2", datatype="f", expect_termination=False)
    assert len(values) == 512
    # 0x0A0D0A0D: CR and LF in every byte
    nasty = struct.pack("<I", 0x0A0D0A0D)
    endpoint = bench.visalib.bench.endpoints[SR860]
    endpoint.instrument.execute = lambda *_, **__: [b"#220" + 5 * nasty + b"\n"]  # what any instrument may send
    for chunk_size in (20480, 3):
        lockin.chunk_size = chunk_size
        assert lockin.query_binary_values("X?", datatype="I") == [0x0A0D0A0D] * 5
    lockin.write("X?")
    assert lockin.read_bytes(4) + lockin.read_bytes(20) + lockin.read_raw() == b"#220" + 5 * nasty + b"\n"


def test_a_block_with_terminators_in_it_is_one_message(manager: Any):
    lockin = manager.open_resource(LOCKIN, write_termination="\n")
    lockin.write_binary_values("DATA ", [0x0A0D0A0D, 0, 10, 13], datatype="I")
    assert len(instrument(manager, LOCKIN).unknown) == 1
    assert lockin.query("SENS?") == "26\n"
    lockin.write_raw(b"DATA #15a\nb\rc\nOFLT?\n")  # the block ends where its length says
    assert lockin.read() == "10\n"
    assert instrument(manager, LOCKIN).unknown[1:] == ["DATA #15a\nb\rc"]
    lockin.write_raw(b"DATA #9x\nSENS?\n")  # no block
    assert lockin.read() == "26\n"


def test_a_block_may_come_in_pieces(manager: Any):
    lockin = manager.open_resource(SERIAL_LOCKIN, read_termination="\r", timeout=100)
    for part in (b"DATA #2", b"10a\nb\n", b"c\nd\ne\nSENS?\n"):
        lockin.write_raw(part)
        manager.visalib.clock.sleep(0.1)
    refused(lockin.read, CODE.error_timeout)  # the line feed before SENS? is the tenth byte of the block
    assert instrument(manager, SERIAL_LOCKIN).unknown == ["DATA #210a\nb\nc\nd\ne\nSENS?"]


# --- flush, status byte, trigger --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mask", "discards"),
    [
        (MASK.discard_read_buffer, True),
        (MASK.discard_read_buffer_no_io, True),
        (MASK.discard_receive_buffer, True),
        (MASK.discard_receive_buffer2, True),
        (MASK.flush_write_buffer, False),
        (MASK.discard_write_buffer, False),
        (MASK.flush_transmit_buffer, False),
        (MASK.discard_transmit_buffer, False),
        (MASK.discard_read_buffer | MASK.discard_write_buffer, True),
    ],
)
def test_every_mask_of_flush(manager: Any, mask: constants.BufferOperation, discards: bool):
    lockin = manager.open_resource(SERIAL_LOCKIN, read_termination="\r", timeout=50)
    lockin.write("SENS?")
    manager.visalib.clock.sleep(0.1)
    lockin.flush(mask)
    if discards:
        assert lockin.bytes_in_buffer == 0
        refused(lockin.read, CODE.error_timeout)
    else:
        assert lockin.read() == "26"


def test_a_mask_that_is_none(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    for mask in (0, 256, -1):
        refused(lambda mask=mask: lockin.flush(mask), CODE.error_invalid_mask)


@pytest.mark.parametrize("address", [SERIAL_LOCKIN, OPERATOR])
def test_a_stream_has_serial_poll_and_trigger_by_strings_or_not_at_all(manager: Any, address: str):
    resource = manager.open_resource(address, read_termination="\r" if address == SERIAL_LOCKIN else "\n")
    refused(lambda: resource.stb, CODE.error_nonsupported_operation)
    refused(resource.assert_trigger, CODE.error_nonsupported_operation)
    refused(lambda: resource.visalib.gpib_control_ren(resource.session, 1), CODE.error_nonsupported_operation)
    resource.io_protocol = constants.IOProtocol.protocol4882_strs
    if address == SERIAL_LOCKIN:
        assert resource.stb == 0b11  # no scan, no command in progress
        resource.assert_trigger()
        assert instrument(manager, address).unknown in ([], ["*TRG"])


def test_trigger_protocols(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    lockin.assert_trigger()
    refused(
        lambda: lockin.visalib.assert_trigger(lockin.session, constants.TriggerProtocol.on), CODE.error_invalid_protocol
    )


def test_a_trigger_takes_a_sample(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    lockin.write("SRAT 14;REST;STRT")  # one sample for each trigger
    lockin.assert_trigger()
    lockin.assert_trigger()
    assert int(lockin.query("SPTS?")) == 2


# --- what sessions do not share ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("address", "end"), [(LOCKIN, "\n"), (SERIAL_LOCKIN, "\r")])
def test_a_reply_goes_to_the_session_that_asked(manager: Any, address: str, end: str):
    one, two = (manager.open_resource(address, read_termination=end, timeout=100) for _ in range(2))
    one.write("SENS?")
    refused(two.read, CODE.error_timeout)
    two.write("OFLT?")
    assert two.read() == "10"
    assert one.read() == "26"


def test_opening_and_closing_another_session_takes_nothing_away(manager: Any):
    one = manager.open_resource(LOCKIN, read_termination="\n")
    one.write("SENS?")
    two = manager.open_resource(LOCKIN)
    two.close()
    assert one.read() == "26"


def test_half_a_message_of_one_session_is_not_ended_by_another(manager: Any):
    one, two = (manager.open_resource(SERIAL_LOCKIN, read_termination="\r") for _ in range(2))
    one.write_raw(b"SENS ")
    assert two.query("OFLT?") == "10"
    one.write_raw(b"17\n")
    assert two.query("SENS?") == "17"
    assert instrument(manager, SERIAL_LOCKIN).unknown == []


def test_attributes_belong_to_a_session(manager: Any):
    one, two = manager.open_resource(LOCKIN), manager.open_resource(LOCKIN)
    one.timeout, one.send_end, one.chunk_size = 77, False, 9
    assert (two.timeout, two.send_end, two.chunk_size) == (2000, True, 20480)


def test_a_flush_of_one_session_leaves_the_others_replies(manager: Any):
    one, two = (manager.open_resource(SERIAL_LOCKIN, read_termination="\r") for _ in range(2))
    one.write("SENS?")
    manager.visalib.clock.sleep(0.1)
    two.flush(MASK.discard_receive_buffer)
    assert two.bytes_in_buffer == 0
    assert one.read() == "26"


def test_a_late_reply_goes_to_who_asked_for_it(manager: Any):
    one, two = (
        manager.open_resource(BALANCE, read_termination="\r\n", write_termination="\r\n", timeout=500) for _ in range(2)
    )
    manager.visalib.bench.world.operator.hang("gouy-sample")
    manager.visalib.clock.sleep(60.01)
    one.write("S")  # answered at rest
    manager.visalib.clock.sleep(20.0)
    refused(two.read, CODE.error_timeout)
    assert one.read().startswith("S S")


def test_a_stream_goes_on_for_whoever_is_there(manager: Any):
    one = manager.open_resource(BALANCE, read_termination="\r\n", write_termination="\r\n")
    one.write("SIR")
    assert one.read().startswith("S ")
    one.close()
    two = manager.open_resource(BALANCE, read_termination="\r\n", write_termination="\r\n")
    assert two.read().startswith("S ")


def test_a_closed_session_is_no_object(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    library, handle = manager.visalib, lockin.session
    lockin.close()
    for call in (
        lambda: library.write(handle, b"SENS?"),
        lambda: library.read(handle, 1),
        lambda: library.clear(handle),
        lambda: library.lock(handle, constants.Lock.exclusive, 0),
        lambda: library.get_attribute(handle, constants.ResourceAttribute.timeout_value),
        lambda: library.close(handle),
        lambda: library.read_asynchronously(handle, 1),
    ):
        refused(call, CODE.error_invalid_object)


def test_what_no_instrument_has_is_refused_in_visas_words(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    library, handle = manager.visalib, lockin.session
    for call in (
        lambda: library.read_asynchronously(handle, 10),
        lambda: library.write_asynchronously(handle, b""),
        lambda: library.terminate(handle, None, 1),
        lambda: library.read_to_file(handle, "a", 1),
        lambda: library.write_from_file(handle, "a", 1),
        lambda: library.gpib_command(handle, b"\x14"),
        lambda: library.gpib_control_atn(handle, constants.ATNLineOperation.asrt),
        lambda: library.gpib_pass_control(handle, 1, 0),
        lambda: library.gpib_send_ifc(handle),
        lambda: library.usb_control_in(handle, 0, 0, 0, 0),
        lambda: library.usb_control_out(handle, 0, 0, 0, 0),
        lambda: library.assert_utility_signal(handle, 1),
        lambda: library.assert_interrupt_signal(handle, 1, 0),
        lambda: library.map_trigger(handle, 1, 2, 0),
        lambda: library.unmap_trigger(handle, 1, 2),
        lambda: library.vxi_command_query(handle, 1, 2),
    ):
        refused(call, CODE.error_nonsupported_operation)


def test_formatted_buffers_are_the_plain_ones(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    library = manager.visalib
    assert library.set_buffer(lockin.session, constants.BufferType.io_in, 4096) == CODE.success
    library.buffer_write(lockin.session, b"SENS?\n")
    assert library.buffer_read(lockin.session, 10)[0] == b"26\n"
