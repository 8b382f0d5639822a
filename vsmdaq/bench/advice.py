"""What to do where an instrument cannot be opened: from its address, the error and the facts about this computer. Pure.

Sources: pyvisa-py, "Installation" (what it needs for GPIB, serial and USB; both device nodes of USBTMC; Zadig on Windows);
PyVISA, "Installation" (same bitness of Python and VISA) and "NI-VISA installation"; PyVISA issue 655 (VISA on Apple silicon);
udev(7); Linux, drivers/usb/serial/cp210x.c (Lake Shore's USB ports are serial ports).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from vsmdaq.bench.environment import DeviceFile, Environment
from vsmdaq_drivers.contracts import AddressError, BenchError, LinkError, LinkTimeoutError
from vsmdaq_drivers.links.addresses import is_visa_address

__all__ = ["advise", "advise_library", "seen"]

_USB = re.compile(r"USB[0-9]*::([^:]+)::([^:]+)", re.IGNORECASE)
_ASRL = re.compile(r"ASRL(.+?)(::INSTR)?", re.IGNORECASE)
_LAKE_SHORE = 0x1FB9
_DENIED = ("permission", "access denied", "access is denied", "insufficient", "errno 13")
_BUSY = ("busy", "errno 16", "in use", "access is denied", "permissionerror")


def advise(address: str, error: BenchError, visa_library: str, environment: Environment) -> tuple[str, ...]:
    """Return what to try, the most likely first; empty where the error says it all.

    Parameters
    ----------
    address : str
        As the bench file has it.
    error : BenchError
        What came of opening, identifying or preparing the instrument.
    visa_library : str
        As the bench file has it.
    environment : Environment
        What this computer has.
    """
    if isinstance(error, LinkTimeoutError):
        return tuple(_silent(address))
    if isinstance(error, AddressError):
        return tuple(_not_opened(address.strip(), error, environment, pure=_is_pure_python(visa_library)))
    if isinstance(error, LinkError):
        return ("The wire went dead in the middle: look at cable, hub and power, then begin again.",)
    return ()


def _not_opened(address: str, error: AddressError, environment: Environment, *, pure: bool) -> Iterator[str]:
    message = str(error).removesuffix(error.advice).lower()  # the words of the system, not our own
    text = address.upper()
    if not is_visa_address(address):
        yield from _serial(address, message, environment)
    elif text.startswith("GPIB"):
        yield from _gpib(environment, pure=pure)
    elif text.startswith("USB"):
        yield from _usb(address, environment, pure=pure)
    elif text.startswith("ASRL"):
        yield from _visa_serial(address, message, environment, pure=pure)
    else:
        yield from _network(environment, pure=pure)


def advise_library(visa_library: str, environment: Environment) -> tuple[str, ...]:
    """Return what to do where the VISA library itself cannot be loaded."""
    if _is_pure_python(visa_library):
        if not environment.pyvisa_py:
            return ("pyvisa-py is not installed: python -m pip install pyvisa-py.",)
        return (
            f"pyvisa-py {environment.pyvisa_py} is installed but does not load: run pyvisa-info and read what it says.",
        )
    return tuple(_no_ivi(environment))


def seen(environment: Environment) -> str:
    """One line about what can be seen from here."""
    found = (*environment.seen, *(port for port in environment.ports if not any(port in s for s in environment.seen)))
    return f"seen: {', '.join(found)}" if found else "seen: no instrument and no serial port"


def _is_pure_python(visa_library: str) -> bool:
    return visa_library.strip().lower().endswith("@py")


def _no_ivi(environment: Environment) -> Iterator[str]:
    if environment.ivi_libraries:
        yield (
            f"A VISA library is installed ({', '.join(environment.ivi_libraries)}) but does not load into this Python of "
            f"{environment.python_bits} bit: both must have the same number of bits."
        )
    else:
        yield "No VISA library (NI-VISA, Keysight IO Libraries, R&S VISA) is installed. Install one from its maker."
    if environment.system == "Darwin" and environment.machine == "arm64":
        yield "On a Mac with Apple silicon a VISA library for Intel does not load into a Python for arm64; see PyVISA issue 655."
    if environment.pyvisa_py:
        yield (
            f'Or do without: pyvisa-py {environment.pyvisa_py} is installed, so visa_library = "@py" in the bench file opens '
            f"{_opens(environment)}."
        )
    else:
        yield 'Or do without: python -m pip install pyvisa-py, and visa_library = "@py" in the bench file.'


def _opens(environment: Environment) -> str:
    modules = environment.modules
    kinds = ["TCPIP"]
    kinds += ["ASRL"] if "serial" in modules else []
    kinds += ["USB"] if "usb" in modules and environment.libusb else []
    kinds += ["GPIB"] if modules & {"gpib", "gpib_ctypes"} else []
    return ", ".join(kinds)


def _gpib(environment: Environment, *, pure: bool) -> Iterator[str]:
    if pure and not environment.modules & {"gpib", "gpib_ctypes"}:
        driver = {
            "Linux": "the linux-gpib project, or NI-488.2 for Linux",
            "Windows": "NI-488.2, or the Keysight IO Libraries",
            "Darwin": "NI-488.2 for macOS",
        }.get(environment.system, "that of the board's maker")
        yield (
            f"pyvisa-py needs a driver of the GPIB board and its Python side, and finds none: install {driver}, then "
            "python -m pip install gpib-ctypes (linux-gpib brings its own module, gpib)."
        )
        if environment.ivi_libraries:
            yield f'A VISA library is installed ({environment.ivi_libraries[0]}): visa_library = "@ivi" may open it at once.'
        return
    boards = [device for device in environment.devices if "/gpib" in device.path]
    yield from (_not_usable(board) for board in boards if not board.usable)
    if pure and environment.system == "Linux" and not boards:
        yield "There is no /dev/gpib*: load the board's driver and run gpib_config (linux-gpib), then look again."
    yield "Compare the address with the one in the instrument's own menu, and that its remote interface is set to GPIB."
    yield "One cable loose or one instrument switched off in the chain can silence all: try with this one alone."


def _usb(address: str, environment: Environment, *, pure: bool) -> Iterator[str]:
    vendor, product = _ids(address)
    if environment.system == "Linux" and vendor == _LAKE_SHORE:
        ports = ", ".join(port for port in environment.ports if "ttyUSB" in port) or "none is there now"
        yield f"Lake Shore's USB port is a serial port to Linux: give /dev/ttyUSB0 or the like as address ({ports})."
    if not pure:
        yield "In NI MAX, or Keysight Connection Expert, the instrument must be listed; copy its address from there."
        return
    if "usb" not in environment.modules:
        yield "pyvisa-py needs pyusb for this: python -m pip install pyusb."
    if not environment.libusb:
        library = {
            "Linux": "the package libusb-1.0-0 of the distribution",
            "Darwin": "brew install libusb",
            "Windows": "python -m pip install libusb-package",
        }.get(environment.system, "libusb 1.0")
        yield f"pyusb needs the library libusb 1.0: {library}."
    if environment.system == "Linux":
        yield from (_not_usable(d) for d in environment.devices if "/usbtmc" in d.path and not d.usable)
        yield from _udev(vendor, product)
    if environment.system == "Windows":
        yield (
            "Windows gives the instrument a USBTMC driver that libusb cannot use: replace it by WinUSB with Zadig, or install "
            'NI-VISA and set visa_library = "@ivi".'
        )


def _ids(address: str) -> tuple[int | None, int | None]:
    match = _USB.match(address.strip())
    if match is None:
        return None, None
    try:
        return int(match[1], 0), int(match[2], 0)
    except ValueError:
        return None, None


def _udev(vendor: int | None, product: int | None) -> Iterator[str]:
    if vendor is None or product is None:
        yield "Find vendor and product with lsusb: they are the first two numbers of the address."
        return
    rule = f'SUBSYSTEM=="usb", ATTR{{idVendor}}=="{vendor:04x}", ATTR{{idProduct}}=="{product:04x}", GROUP="plugdev", MODE="0660"'
    yield (
        f"If lsusb shows {vendor:04x}:{product:04x} but it does not open, you may not use it: put the line  {rule}  into "
        "/etc/udev/rules.d/90-vsmdaq.rules, run  sudo udevadm control --reload-rules  and plug it in again. "
        "You must be in the group: sudo usermod -aG plugdev $USER, then log in anew."
    )


def _visa_serial(address: str, message: str, environment: Environment, *, pure: bool) -> Iterator[str]:
    if pure and "serial" not in environment.modules:
        yield "pyvisa-py needs pyserial for this: python -m pip install pyserial."
        return
    match = _ASRL.fullmatch(address.strip())
    port = match[1] if match else ""
    if port.isdecimal() and environment.system != "Windows":
        yield (
            f"ASRL{port} is a name for Windows (COM{port}); here the port goes by its path, e.g. ASRL/dev/ttyUSB0::INSTR or "
            "/dev/ttyUSB0."
        )
        return
    yield from _serial(f"COM{port}" if port.isdecimal() else port, message, environment)


def _serial(port: str, message: str, environment: Environment) -> Iterator[str]:
    if "://" in port:
        yield from _network(environment, pure=True)
        return
    device = next((device for device in environment.devices if device.path == port), None)
    if device is not None and not device.usable:
        yield _not_usable(device)
        return
    if environment.system == "Windows" and any(word in message for word in _BUSY):
        yield f"Another program has {port} (a terminal, NI MAX, the maker's own software): close it. A port has one user at a time."
        return
    if any(word in message for word in _DENIED):
        yield f"You may not use {port}: on Linux, sudo usermod -aG dialout $USER, then log in anew."
        return
    if any(word in message for word in _BUSY):
        yield f"Another program has {port}: close it (lsof {port} names it). A port has one user at a time."
        return
    there = ", ".join(environment.ports) or "none"
    yield f"There is no {port} now (ports: {there}). Is the adapter plugged in? Its number may have changed."
    if environment.system == "Linux":
        yield "A name that stays is in /dev/serial/by-id/. On Debian and Ubuntu, brltty may take an adapter away: dmesg tells."
    if environment.system == "Darwin":
        yield "On macOS use the /dev/cu.* name, not /dev/tty.*, which waits for a modem's carrier."
    if environment.system == "Windows":
        yield "The Device Manager lists the ports under 'Ports (COM & LPT)'; without an entry the adapter's driver is missing."


def _not_usable(device: DeviceFile) -> str:
    text = f"You may not use {device.path} ({device.mode}, group {device.group})"
    if device.group and device.group != "root":
        return f"{text}: sudo usermod -aG {device.group} $USER, then log in anew."
    return f"{text}: it belongs to root alone; a udev rule has to give it to a group of yours."


def _network(environment: Environment, *, pure: bool) -> Iterator[str]:
    yield "Does the instrument answer to ping? Its own menu shows its IP address; a new lease may have changed it."
    yield "Is the port the right one, and does no other program hold the connection? Many instruments take one client."
    if pure and "zeroconf" not in environment.modules:
        yield "(pyvisa-py does not list HiSLIP instruments without zeroconf: python -m pip install zeroconf psutil. Opening needs neither.)"


def _silent(address: str) -> Iterator[str]:
    yield "The way to it is open, but it does not answer. Is it on, and is this interface the one chosen in its menu?"
    if not is_visa_address(address) or address.strip().upper().startswith("ASRL"):
        yield "Baud rate, data bits, parity and handshake must be those of its menu; and is it a null-modem cable that it wants?"
    elif address.strip().upper().startswith("GPIB"):
        yield "Is it in talk-only mode, or the end of its replies set to something else than the driver expects?"
