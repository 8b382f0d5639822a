"""What VISA offers and no simulated instrument has: refused with VISA's own error code, not with a missing method."""

from __future__ import annotations

from typing import Any, NoReturn

from pyvisa import constants, errors
from pyvisa_sim.highlevel import SimVisaLibrary

__all__ = ["RefusedOperations"]


class RefusedOperations(SimVisaLibrary):  # type: ignore[misc]  # pyvisa-sim is untyped
    """Operations of other interfaces and asynchronous ones.

    Each raises `pyvisa.errors.VisaIOError`: ``VI_ERROR_INV_OBJECT`` for a session that is not open, otherwise
    ``VI_ERROR_NSUP_OPER``.
    """

    def _refuse(self, session: Any) -> NoReturn:
        code = constants.StatusCode
        open_one = session in self.sessions
        raise errors.VisaIOError(code.error_nonsupported_operation if open_one else code.error_invalid_object)

    def read_asynchronously(self, session: Any, count: int) -> NoReturn:  # noqa: ARG002 - VISA's signature
        """No asynchronous reading: what would complete it is bench time, which the caller lets pass."""
        self._refuse(session)

    def write_asynchronously(self, session: Any, data: bytes) -> NoReturn:  # noqa: ARG002
        """No asynchronous writing."""
        self._refuse(session)

    def terminate(self, session: Any, degree: Any, job_id: Any) -> NoReturn:  # noqa: ARG002
        """There is no asynchronous job to end."""
        self._refuse(session)

    def read_to_file(self, session: Any, filename: str, count: int) -> NoReturn:  # noqa: ARG002
        """No transfer to files."""
        self._refuse(session)

    def write_from_file(self, session: Any, filename: str, count: int) -> NoReturn:  # noqa: ARG002
        """No transfer from files."""
        self._refuse(session)

    def gpib_command(self, session: Any, data: bytes) -> NoReturn:  # noqa: ARG002
        """Only a session to the interface (INTFC) sends command bytes."""
        self._refuse(session)

    def gpib_control_atn(self, session: Any, mode: Any) -> NoReturn:  # noqa: ARG002
        """Only a session to the interface has the ATN line."""
        self._refuse(session)

    def gpib_pass_control(self, session: Any, primary_address: int, secondary_address: int) -> NoReturn:  # noqa: ARG002
        """Only a session to the interface passes control."""
        self._refuse(session)

    def gpib_send_ifc(self, session: Any) -> NoReturn:
        """Only a session to the interface clears it."""
        self._refuse(session)

    def usb_control_in(  # noqa: D102 - as `usb_control_out`
        self,
        session: Any,
        request_type_bitmap_field: int,  # noqa: ARG002
        request_id: int,  # noqa: ARG002
        request_value: int,  # noqa: ARG002
        index: int,  # noqa: ARG002
        length: int = 0,  # noqa: ARG002
    ) -> NoReturn:
        self._refuse(session)

    def usb_control_out(
        self,
        session: Any,
        request_type_bitmap_field: int,  # noqa: ARG002
        request_id: int,  # noqa: ARG002
        request_value: int,  # noqa: ARG002
        index: int,  # noqa: ARG002
        data: bytes = b"",  # noqa: ARG002
    ) -> NoReturn:
        """No control pipe."""
        self._refuse(session)

    def assert_utility_signal(self, session: Any, line: Any) -> NoReturn:  # noqa: ARG002
        """No VXI backplane."""
        self._refuse(session)

    def assert_interrupt_signal(self, session: Any, mode: Any, status_id: int) -> NoReturn:  # noqa: ARG002
        """No VXI backplane."""
        self._refuse(session)

    def map_trigger(self, session: Any, trigger_source: Any, trigger_destination: Any, mode: Any = None) -> NoReturn:  # noqa: ARG002
        """No trigger lines."""
        self._refuse(session)

    def unmap_trigger(self, session: Any, trigger_source: Any, trigger_destination: Any) -> NoReturn:  # noqa: ARG002
        """No trigger lines."""
        self._refuse(session)

    def vxi_command_query(self, session: Any, mode: Any, command: int) -> NoReturn:  # noqa: ARG002
        """No VXI backplane."""
        self._refuse(session)
