"""Attributes and the list of resources through PyVISA; what is expected follows from the address, or stands in VPP-4.3."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pyvisa
from pyvisa import attributes, constants

GPIB, SERIAL, SOCKET = "GPIB0::8::INSTR", "ASRL5::INSTR", "TCPIP0::operator::5025::SOCKET"
USB = "USB0::0x0B21::0x0039::SN7::INSTR"
VXI11, HISLIP = "TCPIP0::10.0.0.1::inst0::INSTR", "TCPIP0::10.0.0.2::hislip0::INSTR"
EVERY = (GPIB, SERIAL, SOCKET, USB, VXI11, HISLIP)
A = constants.ResourceAttribute
CODE = constants.StatusCode


@pytest.fixture
def bench(managers: Callable[[str], Any], world_file: Path) -> Any:
    text = world_file.read_text(encoding="utf-8")
    for role, address in (("a", USB), ("b", VXI11), ("c", HISLIP)):
        text += f'\n[instruments.{role}]\nkind = "sr860"\naddress = "{address}"\nreply_s = 0.001\n'
    world_file.write_text(text, encoding="utf-8")
    return managers(f"{world_file}?seed=3")


def refused(call: Any, code: constants.StatusCode) -> None:
    with pytest.raises(pyvisa.VisaIOError) as caught:
        call()
    assert CODE(caught.value.error_code) == code


def properties_of(resource: Any) -> dict[str, attributes.Attribute[Any]]:
    found: dict[str, attributes.Attribute[Any]] = {}
    for kind in type(resource).__mro__:
        for name, member in vars(kind).items():
            if isinstance(member, attributes.Attribute):
                found.setdefault(name, member)
    return found


@pytest.mark.parametrize("address", EVERY)
def test_every_property_of_a_resource_has_a_value(bench: Any, address: str):
    resource = bench.open_resource(address)
    names = properties_of(resource)
    assert len(names) > 8
    for name in names:
        value = getattr(resource, name)
        assert value is not attributes.NotAvailable, name


@pytest.mark.parametrize("address", EVERY)
def test_every_property_that_can_be_set_keeps_what_it_had(bench: Any, address: str):
    resource = bench.open_resource(address)
    for name, member in properties_of(resource).items():
        if member.write and member.read:
            value = getattr(resource, name)
            setattr(resource, name, value)
            assert getattr(resource, name) == value, name


def test_what_the_address_says(bench: Any):
    gpib, serial, usb = bench.open_resource(GPIB), bench.open_resource(SERIAL), bench.open_resource(USB)
    assert (gpib.primary_address, gpib.secondary_address, gpib.interface_number) == (8, constants.VI_NO_SEC_ADDR, 0)
    assert gpib.interface_type == constants.InterfaceType.gpib
    assert (gpib.resource_name, gpib.resource_class) == (GPIB, "INSTR")
    assert serial.interface_number == 5
    assert (usb.manufacturer_id, usb.model_code, usb.serial_number) == (0x0B21, 0x0039, "SN7")
    assert usb.is_4882_compliant is True
    for address, host, is_hislip in ((VXI11, "10.0.0.1", False), (HISLIP, "10.0.0.2", True)):
        network = bench.open_resource(address)
        assert network.get_visa_attribute(A.tcpip_address) == host
        assert network.get_visa_attribute(A.tcpip_is_hislip) is is_hislip
    socket = bench.open_resource(SOCKET)
    assert socket.get_visa_attribute(A.tcpip_port) == 5025
    assert socket.get_visa_attribute(A.tcpip_hostname) == "operator"


def test_termination_character_is_a_line_feed_whatever_the_board(bench: Any):
    for address in EVERY:
        assert bench.open_resource(address).get_visa_attribute(A.termchar) == 10


def test_a_serial_line(bench: Any):
    line = bench.open_resource(SERIAL, read_termination="\r")
    line.baud_rate, line.data_bits = 19200, 7
    line.parity, line.stop_bits = constants.Parity.odd, constants.StopBits.two
    line.flow_control = constants.ControlFlow.rts_cts
    assert (line.baud_rate, line.data_bits, line.parity) == (19200, 7, constants.Parity.odd)
    assert (line.stop_bits, line.flow_control) == (constants.StopBits.two, constants.ControlFlow.rts_cts)
    for name in (A.asrl_cts_state, A.asrl_dsr_state, A.asrl_dcd_state):
        assert line.get_visa_attribute(name) == constants.LineState.asserted
    assert line.get_visa_attribute(A.asrl_ri_state) == constants.LineState.unasserted
    assert line.bytes_in_buffer == 0
    line.write("*IDN?")
    bench.visalib.clock.sleep(0.01)
    assert line.bytes_in_buffer == len(b"Stanford_Research_Systems,SR830,s/n86025,ver1.07\r")


def test_remote_enable(bench: Any):
    gpib = bench.open_resource(GPIB)
    operation, state = constants.RENLineOperation, constants.LineState
    assert gpib.remote_enabled == state.asserted
    for mode, expected in (
        (operation.deassert, state.unasserted),
        (operation.asrt, state.asserted),
        (operation.deassert_gtl, state.unasserted),
        (operation.asrt_address, state.asserted),
        (operation.address_gtl, state.asserted),
        (operation.asrt_llo, state.asserted),
        (operation.asrt_address_llo, state.asserted),
    ):
        assert gpib.control_ren(mode) == CODE.success
        assert gpib.remote_enabled == expected
    assert gpib.query("SENS?") == "26\n"
    assert bench.open_resource(USB).control_ren(operation.asrt) == CODE.success


def test_time_outs(bench: Any):
    lockin = bench.open_resource(GPIB)
    for given, kept in ((50, 50), (None, float("+inf")), (float("+inf"), float("+inf")), (0, 0)):
        lockin.timeout = given
        assert lockin.timeout == kept
    del lockin.timeout
    assert lockin.timeout == float("+inf")


def test_what_is_refused(bench: Any):
    lockin = bench.open_resource(GPIB)
    refused(lambda: lockin.get_visa_attribute(A.asrl_baud_rate), CODE.error_nonsupported_attribute)
    refused(lambda: lockin.set_visa_attribute(A.asrl_baud_rate, 9600), CODE.error_nonsupported_attribute)
    refused(lambda: lockin.get_visa_attribute(1), CODE.error_nonsupported_attribute)
    refused(lambda: lockin.set_visa_attribute(A.interface_number, 3), CODE.error_attribute_read_only)
    refused(lambda: lockin.set_visa_attribute(A.termchar, 999), CODE.error_nonsupported_attribute_state)
    refused(lambda: lockin.set_visa_attribute(A.io_prot, 99), CODE.error_nonsupported_attribute_state)
    line = bench.open_resource(SERIAL)
    refused(lambda: line.set_visa_attribute(A.asrl_data_bits, 9), CODE.error_nonsupported_attribute_state)
    refused(lambda: line.set_visa_attribute(A.asrl_parity, 99), CODE.error_nonsupported_attribute_state)


def test_the_list_of_resources(bench: Any):
    assert set(EVERY) - {SOCKET} - set(bench.list_resources()) == {USB}  # which VISA writes with its interface's number
    assert "USB0::0x0B21::0x0039::SN7::0::INSTR" in bench.list_resources("USB?*")
    assert set(bench.list_resources("?*SOCKET")) == {SOCKET}
    infos = bench.list_resources_info("GPIB?*")
    assert set(infos) == set(bench.list_resources("GPIB?*"))
    info = infos[GPIB]
    assert (info.interface_type, info.interface_board_number) == (constants.InterfaceType.gpib, 0)
    assert (info.resource_class, info.resource_name, info.alias) == ("INSTR", GPIB, None)
    assert bench.open_resource(GPIB).resource_info == info
    assert bench.resource_info("gpib::8").resource_name == GPIB
    refused(lambda: bench.list_resources("VXI?*"), CODE.error_resource_not_found)


def test_who_made_it(bench: Any):
    lockin = bench.open_resource(GPIB)
    assert lockin.resource_manufacturer_name == "vsmdaq simulated bench"
    assert lockin.spec_version >> 20 == 5
    assert lockin.get_visa_attribute(A.interface_instrument_name) == "GPIB0"
