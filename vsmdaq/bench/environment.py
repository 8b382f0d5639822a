"""What this computer has for talking to instruments: VISA libraries, Python packages, device files and who may use them.

Only looked at, nothing is sent to an instrument but what a VISA library sends by itself to list what it can see.
"""

from __future__ import annotations

import os
import platform
import stat
import struct
import sys
import warnings
from collections.abc import Iterable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

__all__ = ["DeviceFile", "Environment", "collect"]

_MODULES = ("serial", "usb", "gpib", "gpib_ctypes", "zeroconf", "psutil")
_PATTERNS = ("ttyUSB*", "ttyACM*", "ttyS*", "usbtmc*", "gpib*", "cu.*")


@dataclass(frozen=True, slots=True)
class DeviceFile:
    """A device file: its path, its owner's group, its mode (``"crw-rw----"``) and whether this user may read and write it."""

    path: str
    group: str
    mode: str
    usable: bool


@dataclass(frozen=True, slots=True)
class Environment:
    """Facts about this computer.

    Attributes
    ----------
    system, machine : str
        ``"Linux"``, ``"Windows"`` or ``"Darwin"``; ``"x86_64"``, ``"arm64"``, ...
    python_bits : int
        32 or 64.
    ivi_libraries : tuple of str
        Files of installed VISA libraries (NI's, Keysight's, ...), as PyVISA finds them.
    pyvisa_py : str
        Version of pyvisa-py; ``""`` where it is not installed.
    modules : frozenset of str
        Which of serial (pyserial), usb (pyusb), gpib (linux-gpib), gpib_ctypes, zeroconf, psutil can be imported.
    libusb : bool
        pyusb finds a library to work with.
    groups : frozenset of str
        The user's groups; empty where the system has none of that kind.
    devices : tuple of DeviceFile
        Serial ports, USBTMC instruments and GPIB boards by their files.
    ports : tuple of str
        Serial ports by name, as pyserial finds them.
    seen : tuple of str
        Addresses that the VISA library can see.
    """

    system: str
    machine: str = ""
    python_bits: int = 64
    ivi_libraries: tuple[str, ...] = ()
    pyvisa_py: str = ""
    modules: frozenset[str] = frozenset()
    libusb: bool = False
    groups: frozenset[str] = frozenset()
    devices: tuple[DeviceFile, ...] = ()
    ports: tuple[str, ...] = ()
    seen: tuple[str, ...] = ()


def collect(visa_library: str, *, folder: Path = Path("/dev")) -> Environment:
    """Look round on this computer.

    Parameters
    ----------
    visa_library : str
        As PyVISA takes it; what it can see is listed, nothing where it cannot be loaded.
    folder : Path
        Where device files stand.
    """
    return Environment(
        system=platform.system(),
        machine=platform.machine(),
        python_bits=8 * struct.calcsize("P"),
        ivi_libraries=_ivi_libraries(),
        pyvisa_py=_version("pyvisa-py"),
        modules=frozenset(name for name in _MODULES if find_spec(name) is not None),
        libusb=_libusb(),
        groups=_groups(),
        devices=tuple(_devices(folder)),
        ports=_ports(),
        seen=_seen(visa_library),
    )


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""


def _ivi_libraries() -> tuple[str, ...]:
    from pyvisa.ctwrapper.highlevel import IVIVisaLibrary  # noqa: PLC0415  PyVISA takes long to import

    return tuple(str(path) for path in IVIVisaLibrary.get_library_paths())


def _libusb() -> bool:
    if find_spec("usb") is None:
        return False
    from usb.backend import libusb0, libusb1  # type: ignore[import-not-found,import-untyped,unused-ignore]  # noqa: PLC0415  optional, untyped

    return libusb1.get_backend() is not None or libusb0.get_backend() is not None


def _groups() -> frozenset[str]:
    if sys.platform == "win32":
        return frozenset()
    return frozenset(_group_name(number) for number in {*os.getgroups(), os.getegid()})


def _group_name(number: int) -> str:
    if sys.platform == "win32":
        return ""
    from grp import getgrgid  # noqa: PLC0415  there is none on Windows

    try:
        return getgrgid(number).gr_name
    except KeyError:
        return str(number)


def _devices(folder: Path) -> Iterable[DeviceFile]:
    if sys.platform == "win32":
        return
    for path in sorted({path for pattern in _PATTERNS for path in folder.glob(pattern)}):
        try:
            status = path.stat()
        except OSError:
            continue  # a device that has just gone
        mode = stat.filemode(status.st_mode)
        yield DeviceFile(str(path), _group_name(status.st_gid), mode, os.access(path, os.R_OK | os.W_OK))


def _ports() -> tuple[str, ...]:
    if find_spec("serial") is None:
        return ()
    from serial.tools import list_ports  # noqa: PLC0415  only where it is asked for

    return tuple(sorted(str(port.device) for port in list_ports.comports()))


def _seen(visa_library: str) -> tuple[str, ...]:
    import pyvisa  # noqa: PLC0415  PyVISA takes long to import

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about what discovery leaves out; the advice says it
        try:
            manager = pyvisa.ResourceManager(visa_library)
            return tuple(sorted(manager.list_resources("?*")))
        except (OSError, ValueError, ImportError, pyvisa.errors.Error):
            return ()
