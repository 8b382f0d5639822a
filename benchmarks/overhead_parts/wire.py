"""A VISA library whose instruments answer at once, in the words of a 643, a 475 and an SR830: drivers and PyVISA without physics."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pyvisa
from overhead_parts.desk import Desk
from pyvisa.constants import StatusCode

from vsmdaq.bench import Bench
from vsmdaq.formats.inputs import BenchSpec
from vsmdaq_drivers.catalogue import DRIVERS
from vsmdaq_drivers.contracts import CurrentLimits
from vsmdaq_drivers.links.visa import VisaSession

__all__ = ["AtOnce", "bench_on_the_wire"]

_MESSAGE_S = 0.003


class AtOnce(pyvisa.highlevel.VisaLibraryBase):
    """Answers from a table; what is set is kept by its mnemonic and read back; the readings are those of a `Desk`."""

    def _init(self) -> None:
        self.desk = Desk()
        self.clock = self.desk.clock
        self._kept: dict[str, str] = {"OEXP": "0.00,0", "HARM": "1", "ISRC": "0", "OFLT": "8", "OFSL": "3", "SYNC": "0"}
        self._kept |= {
            "SENS": "11",
            "PHAS": "0.00",
            "XPGM": "0",
            "RSEG": "0",
            "SETI": "+00.0000",
            "RDGMODE": "1,3,1,1,1",
        }
        self._reply = b""
        self._answers = {
            "SNAP?1,2,3,9": self._snap,
            "RDGFIELD?;OPST?": lambda: f"{self.desk.gaussmeter.read().field_a_per_m:+.5E};0",
            "RDGI?": lambda: f"{self.desk.supply.current_a:+08.4f}",
            "OPST?": lambda: "2",
            "ERST?": lambda: "0,0",
            "LIAS?": lambda: "0",
        }
        self._identities = {
            2: "LSCI,MODEL643,1,1.0/1.0",
            3: "LSCI,MODEL475,1,1.0",
            4: "Stanford_Research_Systems,SR830,1,1",
        }

    def _snap(self) -> str:
        reading = self.desk.lockin.read()
        x, y = reading.x_v_rms, reading.y_v_rms
        return f"{x:.6g},{y:.6g},{(x * x + y * y) ** 0.5:.6g},83"

    def open_default_resource_manager(self) -> tuple[int, StatusCode]:
        return 1, StatusCode.success

    def open(self, _session: int, name: str, *_arguments: Any, **_options: Any) -> tuple[int, StatusCode]:
        handle = {"GPIB0::12::INSTR": 2, "GPIB0::13::INSTR": 3, "GPIB0::8::INSTR": 4}[name]
        return handle, StatusCode.success

    def close(self, _session: int) -> StatusCode:
        return StatusCode.success

    def clear(self, _session: int) -> StatusCode:
        return StatusCode.success

    def get_attribute(self, _session: int, _attribute: int) -> tuple[int, StatusCode]:
        return 0, StatusCode.success

    def set_attribute(self, *_arguments: Any) -> StatusCode:
        return StatusCode.success

    def disable_event(self, *_arguments: Any) -> StatusCode:
        return StatusCode.success

    def discard_events(self, *_arguments: Any) -> StatusCode:
        return StatusCode.success

    def read_stb(self, _session: int) -> tuple[int, StatusCode]:
        return 0, StatusCode.success

    def list_resources(self, *_arguments: Any) -> tuple[str, ...]:
        return ()

    def write(self, session: int, data: bytes) -> tuple[int, StatusCode]:
        self.clock.sleep(_MESSAGE_S)
        text = data.decode().strip()
        answer = self._answers.get(text)
        if answer is not None:
            self._reply = answer().encode() + b"\r\n"
        elif text == "*IDN?":
            self._reply = self._identities[session].encode() + b"\r\n"
        elif "?" in text:
            self._reply = self._kept[text.partition("?")[0]].encode() + b"\r\n"
        else:
            name, _, value = text.partition(" ")
            self._kept[name] = value
            if name == "SETI":
                self.desk.supply.current_a = float(value)
        return len(data), StatusCode.success

    def read(self, _session: int, _count: int) -> tuple[bytes, StatusCode]:
        self.clock.sleep(_MESSAGE_S)
        return self._reply, StatusCode.success


@contextmanager
def bench_on_the_wire(spec: BenchSpec) -> Iterator[Bench]:
    """The drivers of a bench file's supply, gaussmeter and lock-in at a library that answers at once."""
    library = AtOnce("at once")
    session = VisaSession(library)  # type: ignore[arg-type] # PyVISA takes a library as well as its name
    limits = CurrentLimits(spec.magnet.max_current_a, spec.magnet.max_rate_a_per_s)
    made: dict[str, Any] = {}
    for role, line in (("supply", spec.supply), ("gaussmeter", spec.gaussmeter), ("lockin", spec.lockin)):
        entry = DRIVERS[line.driver]
        link = session.open(line.address, line.driver, entry.terminators(line.address))
        made[role] = entry.make(link, limits) if role == "supply" else entry.make(link)
        made[role].identify()
        made[role].prepare()
    try:
        yield Bench(
            spec, session.clock, made["supply"], made["gaussmeter"], made["lockin"], None, library.desk.operator, {}
        )
    finally:
        session.close()
