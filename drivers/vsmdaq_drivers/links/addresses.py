"""Addresses: which door they go through, and one spelling for each, so that a lock holds."""

from __future__ import annotations

import re
from pathlib import Path

__all__ = ["canonical_address", "is_visa_address"]

_VISA = re.compile(r"(GPIB|ASRL|TCPIP|USB|VICP|PXI|VXI|PRLGX-TCPIP|PRLGX-ASRL)[^:]*(::.*)?", re.IGNORECASE)
_BOARD = re.compile(r"(GPIB|TCPIP|USB)([0-9]*)", re.IGNORECASE)
_SERIAL = re.compile(r"ASRL(.+?)(::INSTR)?", re.IGNORECASE)
_SOCKET_URL = re.compile(r"socket://(.+):([0-9]+)/?", re.IGNORECASE)
_WINDOWS_PORT = re.compile(r"(?:\\\\\.\\)?COM([0-9]+)", re.IGNORECASE)


def is_visa_address(address: str) -> bool:
    """True for a VISA resource string (``GPIB0::8::INSTR``), False for a serial port or URL (``COM3``, ``socket://...``)."""
    text = address.strip()
    return "://" not in text and _VISA.fullmatch(text) is not None


def canonical_address(address: str) -> str:
    """Return one spelling for all the ways to write the address of one instrument.

    Upper case, board number and resource class are filled in, host names are lower case. A serial port is the same
    port whether it is opened by VISA or by its own name (``ASRL3::INSTR`` and ``COM3``; ``ASRL/dev/ttyUSB0::INSTR``,
    ``/dev/ttyUSB0`` and links to it), and so is a socket. Something unknown is returned without the blanks around it.
    """
    text = address.strip()
    if match := _SOCKET_URL.fullmatch(text):
        return f"TCPIP0::{match[1].lower()}::{match[2]}::SOCKET"
    if "://" in text:
        scheme, rest = text.split("://", 1)
        return f"{scheme.lower()}://{rest}"
    if match := _WINDOWS_PORT.fullmatch(text):
        return f"ASRL{match[1]}::INSTR"
    if text.startswith("/"):
        return _serial_path(text)
    return _canonical_visa(text) if is_visa_address(text) else text


def _canonical_visa(text: str) -> str:
    if match := _SERIAL.fullmatch(text):
        port = match[1]
        if port.startswith("/"):
            return _serial_path(port)
        return f"ASRL{port.upper().removeprefix('COM')}::INSTR"
    interface, *parts = text.split("::")
    if match := _BOARD.fullmatch(interface):
        interface = f"{match[1].upper()}{int(match[2] or 0)}"
    if not parts or parts[-1].upper() not in {"INSTR", "SOCKET", "RAW", "INTFC"}:
        parts.append("INSTR")
    kind = parts[-1].upper()
    middle = parts[:-1]
    if interface.startswith("GPIB"):
        middle = [str(int(part)) if part.strip().isdecimal() else part for part in middle]
    elif interface.startswith("TCPIP"):
        # "inst0" is what VISA fills in where no LAN device name is given.
        middle = [part.lower() for part in middle]
        middle += ["inst0"] if kind == "INSTR" and len(middle) == 1 else []
    elif interface.startswith("USB"):
        # Vendor and product may be written in hex or decimal, the interface number may be left out; the serial
        # number keeps its case, since two of them may differ in nothing else.
        middle = [_usb_number(part) for part in middle[:2]] + middle[2:]
        middle += ["0"] if kind == "INSTR" and len(middle) == 3 else []
    return "::".join([interface, *middle, kind])


def _usb_number(text: str) -> str:
    try:
        return f"0x{int(text, 0):04X}"
    except ValueError:
        return text.upper()


def _serial_path(path: str) -> str:
    # udev's names (/dev/serial/by-id/...) are links to the one device
    return f"ASRL{Path(path).resolve()}::INSTR"
