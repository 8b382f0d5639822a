from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyvisa import rname

from vsmdaq_drivers.links.addresses import canonical_address, is_visa_address


@pytest.mark.parametrize(
    ("address", "is_visa"),
    [
        ("GPIB0::8::INSTR", True),
        ("gpib::8", True),
        ("ASRL3::INSTR", True),
        ("ASRL/dev/ttyUSB0::INSTR", True),
        ("TCPIP0::10.0.0.5::7777::SOCKET", True),
        ("USB0::0x0957::0x0407::MY44::0::INSTR", True),
        ("COM3", False),
        ("/dev/ttyUSB0", False),
        ("socket://10.0.0.5:7777", False),
        ("vsmsim://world.toml/ASRL3::INSTR", False),
    ],
)
def test_which_door(address, is_visa):
    assert is_visa_address(address) is is_visa


@pytest.mark.parametrize(
    "same",
    [
        ("GPIB0::8::INSTR", "gpib::8::instr", " GPIB0::8 ", "GPIB0::08::INSTR"),
        ("ASRL3::INSTR", "COM3", "com3", "asrl3", "ASRLCOM3::INSTR", r"\\.\COM3"),
        ("ASRL/dev/no-such-tty::INSTR", "/dev/no-such-tty"),
        ("TCPIP0::magnet.lab::7777::SOCKET", "socket://Magnet.Lab:7777", "TCPIP::MAGNET.lab::7777::SOCKET"),
        ("TCPIP0::10.0.0.5::inst0::INSTR", "TCPIP::10.0.0.5::INSTR", "tcpip0::10.0.0.5"),
        ("USB0::0x0957::0x0407::MY44::0::INSTR", "usb::0x957::0x407::MY44::INSTR", "USB::2391::1031::MY44"),
        ("vsmsim://World.toml/ASRL3", "VSMSIM://World.toml/ASRL3"),
    ],
)
def test_one_spelling(same):
    assert {canonical_address(address) for address in same} == {same[0]}


def test_a_link_to_a_port_is_the_port(tmp_path):
    (tmp_path / "ttyUSB0").touch()
    (tmp_path / "by-id").symlink_to(tmp_path / "ttyUSB0")
    assert canonical_address(str(tmp_path / "by-id")) == canonical_address(str(tmp_path / "ttyUSB0"))


def test_usb_serial_numbers_differ_in_case():
    assert canonical_address("USB0::1::2::a::INSTR") != canonical_address("USB0::1::2::A::INSTR")


@pytest.mark.parametrize("address", ["GPIB::8", "GPIB1::8::3::INSTR", "TCPIP::10.0.0.5", "USB::0x0957::0x0407::MY44"])
def test_as_pyvisa_spells_it(address):
    assert canonical_address(address).lower() == rname.to_canonical_name(address).lower()


@given(st.text(max_size=40).filter(lambda text: "\0" not in text))
def test_canonical_is_idempotent_and_never_fails(address):
    once = canonical_address(address)
    assert canonical_address(once) == once
