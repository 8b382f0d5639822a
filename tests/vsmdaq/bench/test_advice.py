"""Advice follows from address, error and facts alone; the facts are made up here."""

from __future__ import annotations

import stat

import pytest

from vsmdaq.bench.advice import advise, advise_library, seen
from vsmdaq.bench.environment import DeviceFile, Environment, collect
from vsmdaq_drivers.contracts import AddressError, IdentityError, LinkLostError, LinkTimeoutError, RefusedError

PY = "@py"
FULL = frozenset({"serial", "usb", "gpib_ctypes", "zeroconf"})


def environment(system="Linux", **facts):
    return Environment(**({"system": system, "machine": "x86_64", "pyvisa_py": "0.8.1", "modules": FULL} | facts))


def advice(address, text, env, library=PY):
    error = AddressError(text, advice="Check that it is connected and not in use, and the address in the bench file.")
    return " | ".join(advise(address, error, library, env))


@pytest.mark.parametrize(
    ("system", "driver"),
    [("Linux", "linux-gpib project, or NI-488.2 for Linux"), ("Windows", "Keysight IO Libraries"), ("Darwin", "macOS")],
)
def test_gpib_without_a_driver_for_pyvisa_py(system, driver):
    found = advice("GPIB0::12::INSTR", "Please install linux-gpib", environment(system, modules=frozenset({"serial"})))
    assert driver in found
    assert "pip install gpib-ctypes" in found


def test_gpib_where_a_visa_library_would_do():
    env = environment("Windows", modules=frozenset(), ivi_libraries=(r"C:\Windows\system32\visa32.dll",))
    assert 'visa_library = "@ivi"' in advice("GPIB0::12::INSTR", "no gpib", env)


def test_gpib_board_that_may_not_be_used():
    env = environment(devices=(DeviceFile("/dev/gpib0", "gpib", "crw-rw----", usable=False),))
    found = advice("GPIB0::12::INSTR", "cannot open", env)
    assert "You may not use /dev/gpib0 (crw-rw----, group gpib): sudo usermod -aG gpib $USER" in found


def test_gpib_without_a_board_in_linux():
    assert "gpib_config" in advice("GPIB0::12::INSTR", "cannot open", environment())


def test_usb_needs_pyusb_and_libusb():
    found = advice("USB0::0xB506::0x2000::1::INSTR", "Please install PyUSB", environment(modules=frozenset()))
    assert "pip install pyusb" in found
    assert "libusb-1.0-0" in found


def test_the_udev_line_is_made_of_the_address():
    found = advice("USB0::0xB506::0x2000::002638::INSTR", "No device found", environment(libusb=True))
    rule = 'SUBSYSTEM=="usb", ATTR{idVendor}=="b506", ATTR{idProduct}=="2000", GROUP="plugdev", MODE="0660"'
    assert rule in found
    assert "sudo usermod -aG plugdev $USER" in found


def test_usb_numbers_may_be_decimal():
    found = advice("USB0::8121::1025::X::INSTR", "No device found", environment(libusb=True))
    assert 'ATTR{idVendor}=="1fb9", ATTR{idProduct}=="0401"' in found
    assert "serial port to Linux" in found


def test_usbtmc_device_that_may_not_be_used():
    env = environment(libusb=True, devices=(DeviceFile("/dev/usbtmc0", "root", "crw-------", usable=False),))
    found = advice("USB0::0x2A8D::0x0101::MY1::INSTR", "Access denied", env)
    assert "/dev/usbtmc0 (crw-------, group root): it belongs to root alone; a udev rule" in found


def test_usb_in_windows():
    assert "Zadig" in advice("USB0::0x2A8D::0x0101::MY1::INSTR", "not found", environment("Windows", libusb=True))


def test_serial_port_of_a_group_the_user_is_not_in():
    env = environment(devices=(DeviceFile("/dev/ttyUSB0", "dialout", "crw-rw----", usable=False),))
    for address in ("/dev/ttyUSB0", "ASRL/dev/ttyUSB0::INSTR"):
        found = advice(address, "[Errno 13] Permission denied", env)
        assert found == (
            "You may not use /dev/ttyUSB0 (crw-rw----, group dialout): sudo usermod -aG dialout $USER, then log in anew."
        )


def test_serial_port_that_is_not_there_lists_those_that_are():
    found = advice("/dev/ttyUSB0", "[Errno 2] No such file or directory", environment(ports=("/dev/ttyUSB3",)))
    assert "There is no /dev/ttyUSB0 now (ports: /dev/ttyUSB3)" in found
    assert "/dev/serial/by-id/" in found


def test_serial_port_in_use():
    assert "lsof /dev/ttyUSB0" in advice("/dev/ttyUSB0", "[Errno 16] Device or resource busy", environment())


def test_serial_port_of_windows_that_another_program_has():
    text = "could not open port 'COM3': PermissionError(13, 'Access is denied.', None, 5)"
    for address in ("COM3", "ASRL3::INSTR"):
        assert "Another program has COM3" in advice(address, text, environment("Windows"))


def test_serial_port_of_windows_that_is_not_there():
    text = "could not open port 'COM7': FileNotFoundError(2, 'The system cannot find the file specified.', None, 2)"
    assert "Device Manager" in advice("COM7", text, environment("Windows", ports=("COM3",)))


def test_serial_port_of_a_mac():
    assert "/dev/cu.*" in advice("/dev/tty.usbserial-1", "No such file", environment("Darwin"))


def test_a_number_for_a_serial_port_outside_windows():
    assert "ASRL3 is a name for Windows (COM3)" in advice("ASRL3::INSTR", "no such port", environment())


def test_serial_port_without_pyserial():
    env = environment(modules=frozenset())
    assert advice("ASRL/dev/ttyUSB0::INSTR", "x", env).startswith("pyvisa-py needs pyserial")


def test_network():
    found = advice("TCPIP0::10.0.0.5::5025::SOCKET", "connection refused", environment())
    assert "ping" in found
    assert "one client" in found
    assert "zeroconf" not in found
    assert "ping" in advice("socket://10.0.0.5:4305", "timed out", environment())


def test_an_instrument_that_is_silent_and_one_that_has_gone():
    (first, second) = advise("ASRL3::INSTR", LinkTimeoutError("no reply"), PY, environment())
    assert "does not answer" in first
    assert "Baud rate" in second
    assert "talk-only" in advise("GPIB0::8::INSTR", LinkTimeoutError("no reply"), PY, environment())[1]
    assert "cable" in advise("GPIB0::8::INSTR", LinkLostError("lost"), PY, environment())[0]


def test_what_the_instrument_says_itself_needs_no_advice():
    for error in (IdentityError("an SR830", "SR860"), RefusedError("SENS 1", "it reads back 2")):
        assert advise("GPIB0::8::INSTR", error, PY, environment()) == ()


def test_no_visa_library():
    found = " | ".join(advise_library("@ivi", environment("Darwin", machine="arm64", libusb=True)))
    assert "No VISA library" in found
    assert "issue 655" in found
    assert 'visa_library = "@py" in the bench file opens TCPIP, ASRL, USB, GPIB' in found
    assert "pip install pyvisa-py" in " | ".join(advise_library("", environment(pyvisa_py="")))


def test_a_visa_library_of_other_bits():
    found = advise_library("@ivi", environment(ivi_libraries=("/usr/lib/libvisa.so",), python_bits=64))
    assert "(/usr/lib/libvisa.so) but does not load into this Python of 64 bit" in found[0]


def test_pyvisa_py_missing_or_broken():
    assert advise_library(PY, environment(pyvisa_py=""))[0].startswith("pyvisa-py is not installed")
    assert "pyvisa-info" in advise_library(PY, environment())[0]


def test_what_is_seen_names_each_once():
    env = environment(seen=("ASRL/dev/ttyUSB0::INSTR", "GPIB0::8::INSTR"), ports=("/dev/ttyUSB0", "/dev/ttyS0"))
    assert seen(env) == "seen: ASRL/dev/ttyUSB0::INSTR, GPIB0::8::INSTR, /dev/ttyS0"
    assert seen(environment()) == "seen: no instrument and no serial port"


def test_the_facts_of_this_computer_are_what_its_files_say(tmp_path):
    for name, mode in (("ttyUSB0", 0o600), ("usbtmc0", 0o660), ("null", 0o666)):
        (tmp_path / name).touch()
        (tmp_path / name).chmod(mode)
    found = collect("@py", folder=tmp_path)
    devices = {device.path: device for device in found.devices}
    if found.system != "Windows":
        assert set(devices) == {str(tmp_path / "ttyUSB0"), str(tmp_path / "usbtmc0")}
        path = tmp_path / "ttyUSB0"
        assert devices[str(path)].mode == stat.filemode(path.stat().st_mode)
        assert devices[str(path)].usable
        assert devices[str(path)].group
    assert found.pyvisa_py
    assert "serial" in found.modules


def test_a_library_that_cannot_be_loaded_sees_nothing(tmp_path):
    assert collect(str(tmp_path / "libnothing.so"), folder=tmp_path).seen == ()
