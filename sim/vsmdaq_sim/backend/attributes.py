"""VISA attributes of a session: what pyvisa-sim keeps by default, and what it lacks or has wrong.

An attribute that this kind of session does not have, that is read only, or whose value is not allowed, is refused with VISA's
own error code.
"""

from __future__ import annotations

from typing import Any, cast

from pyvisa import attributes, constants, rname
from pyvisa_sim.sessions.session import Session

__all__ = ["allowed", "complete"]

_A = constants.ResourceAttribute
_VERSION = 0x00500800  # VISA 5.8: the issue that these sessions follow
_MADE_BY = "vsmdaq simulated bench"


def complete(session: Session) -> None:
    """Give a session the attributes that depend on where it is, in place."""
    held: dict[Any, Any] = cast("dict[Any, Any]", session.attrs)  # typed too narrowly there
    held[_A.resource_impl_version] = 0x00100000
    held[_A.resource_spec_version] = _VERSION
    held[_A.resource_manufacturer_name] = _MADE_BY
    held[_A.resource_manufacturer_id] = 0x0FFF
    held[_A.max_queue_length] = 50
    held[_A.dma_allow_enabled] = False
    parsed = session.parsed
    kind = held[_A.interface_type]
    if kind != constants.InterfaceType.asrl:
        held.pop(_A.termchar, None)  # pyvisa-sim puts the GPIB board number there
    board = str(getattr(parsed, "board", "0"))
    held[_A.interface_number] = int(board) if board.isdigit() else 0
    held[_A.interface_instrument_name] = f"{kind.name.upper()}{board}"
    if kind == constants.InterfaceType.gpib:
        held[_A.gpib_ren_state] = constants.LineState.asserted
    elif kind == constants.InterfaceType.asrl:
        for line in (_A.asrl_cts_state, _A.asrl_dsr_state, _A.asrl_dcd_state):
            held[line] = constants.LineState.asserted
        held[_A.asrl_ri_state] = constants.LineState.unasserted
        held[_A.asrl_connected] = True
    elif kind == constants.InterfaceType.tcpip:
        _complete_network(held, parsed)
    elif kind == constants.InterfaceType.usb:
        _complete_usb(held, parsed)


def _complete_network(held: dict[Any, Any], parsed: rname.ResourceName) -> None:
    held[_A.tcpip_hostname] = held[_A.tcpip_address]
    if isinstance(parsed, rname.TCPIPInstr):
        name = parsed.lan_device_name.lower()
        held[_A.tcpip_device_name] = parsed.lan_device_name
        held[_A.tcpip_is_hislip] = name.startswith("hislip")
        held[_A.tcpip_hislip_version] = 0x0100
        held[_A.tcpip_hislip_max_message_kb] = 1024
        held[_A.tcpip_hislip_overlap_enable] = False
        held[_A.tcpip_port] = 4880 if name.startswith("hislip") else 111


def _complete_usb(held: dict[Any, Any], parsed: rname.ResourceName) -> None:
    held[_A.manufacturer_id] = int(str(held[_A.manufacturer_id]), 0)
    held[_A.model_code] = int(str(held[_A.model_code]), 0)
    held[_A.manufacturer_name] = held[_A.model_name] = "simulated"
    held[_A.usb_interface_number] = int(getattr(parsed, "usb_interface_number", None) or 0)
    held[_A.usb_protocol] = 1  # USBTMC with the USB488 subclass
    held[_A.usb_max_interrupt_size] = 64
    held[_A.is_4882_compliant] = True


def allowed(attribute: int, state: Any) -> bool:
    """Whether an attribute may have this value."""
    kind = attributes.AttributesByID[attribute]
    if issubclass(kind, attributes.EnumAttribute | attributes.FlagAttribute):
        try:
            kind.enum_type(state)
        except ValueError:
            return False
    elif issubclass(kind, attributes.RangeAttribute):
        return bool(kind.min_value <= state <= kind.max_value or state in (kind.values or ()))
    elif issubclass(kind, attributes.CharAttribute):
        return isinstance(state, int) and 0 <= state <= 255
    elif issubclass(kind, attributes.ValuesAttribute):
        return state in kind.values
    return True
