"""What came before a question is no answer to it: replies that come twice, lines that nobody asked for, on each kind of wire."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyvisa

import vsmdaq_configs
from vsmdaq_drivers.links.serial_port import SerialLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_sim.faults import Fault

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
CR_LF = Terminators("\r\n", "\r\n")
WIRES = ["GPIB0::5::INSTR", "ASRL5::INSTR", "TCPIP0::supply::7777::SOCKET", "vsmsim://ASRL5::INSTR"]


@pytest.fixture(params=WIRES)
def supply(request, tmp_path):
    """A link to a simulated supply, and its bench."""
    path = tmp_path / "world.toml"
    address = request.param.removeprefix("vsmsim://")
    path.write_text(
        f'base = "{REFERENCE.as_posix()}"\n[instruments.supply]\nkind = "lakeshore_643"\naddress = "{address}"\nreply_s = 0.01\n',
        encoding="utf-8",
    )
    session = VisaSession(f"{path}@vsmsim")
    bench = pyvisa.ResourceManager(f"{path}@vsmsim").visalib.bench
    if request.param == address:
        link = session.open(address, "supply", CR_LF)
    else:
        link = SerialLink(f"{request.param}?world={path}", "supply", CR_LF)
    link.write("SETI 5.0")
    link.write("RATE 7.0")
    yield link, bench
    link.close()
    session.close()


def test_a_reply_that_comes_twice_does_not_shift_the_answers(supply):
    link, bench = supply
    bench.faults.arm(Fault("supply", "duplicate", times=0))
    assert [link.query(query) for query in ("SETI?", "RATE?") * 3] == ["+05.0000", "+07.0000"] * 3
    assert len(bench.faults.log) == 6


def test_a_line_that_nobody_asked_for_is_no_answer(supply):
    link, bench = supply
    bench.faults.arm(Fault("supply", "unsolicited", text="+09.0000", at_s=bench.clock.now() + 0.5))
    bench.clock.sleep(1.0)
    bench.world.advance()
    assert [link.query("SETI?"), link.query("RATE?")] == ["+05.0000", "+07.0000"]
    assert bench.faults.log


def test_bytes_as_well(supply):
    link, bench = supply
    bench.faults.arm(Fault("supply", "duplicate", times=0))
    assert [link.query_bytes("SETI?", 10) for _ in range(3)] == [b"+05.0000\r\n"] * 3
