"""The simulated bench as a pyserial URL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import serial

PACKAGE = "vsmdaq_sim.serial_handlers"


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    monkeypatch.setattr(serial, "protocol_handler_packages", [*serial.protocol_handler_packages, PACKAGE])
    opened: list[Any] = []

    def make(address: str, world: str, **options: Any) -> Any:
        opened.append(serial.serial_for_url(f"vsmsim://{address}?world={world}", **options))
        return opened[-1]

    yield make
    for port in opened:
        port.close()


def test_a_port_alone_has_a_bench_of_its_own(ports: Callable[..., Any], world_file: Path):
    port = ports("ASRL3::INSTR", f"{world_file}?seed=3", timeout=1.0)
    port.write(b"I4\r\n")
    assert port.read_until(b"\r\n") == b'I4 A "1114350697"\r\n'
    assert 0.0 < port.clock.now() < 0.1


def test_port_and_pyvisa_share_world_and_clock(ports: Callable[..., Any], manager: Any, world_file: Path):
    port = ports("ASRL3::INSTR", f"{world_file}?seed=3", timeout=1.0)
    assert port.bench is manager.visalib.bench
    assert port.clock is manager.visalib.clock


def test_the_world_may_be_percent_encoded(ports: Callable[..., Any], manager: Any, world_file: Path):
    library = quote(f"{world_file}?seed=3@vsmsim", safe="")
    assert ports("ASRL3::INSTR", library).bench is manager.visalib.bench


def test_the_order_of_opening_does_not_matter(
    ports: Callable[..., Any], managers: Callable[[str], Any], world_file: Path
):
    port = ports("ASRL3::INSTR", str(world_file))
    assert managers(str(world_file)).visalib.bench is port.bench


def test_a_bench_ends_with_its_last_holder(ports: Callable[..., Any], world_file: Path):
    one, two = ports("ASRL3::INSTR", str(world_file)), ports("ASRL5::INSTR", str(world_file))
    bench = one.bench
    assert two.bench is bench
    one.close()
    assert ports("ASRL3::INSTR", str(world_file)).bench is bench
    for port in (two, one):
        port.close()


def test_a_closed_bench_is_not_opened_again(ports: Callable[..., Any], world_file: Path):
    port = ports("ASRL3::INSTR", str(world_file))
    bench = port.bench
    port.close()
    port.open()
    assert port.bench is not bench


def test_a_time_out_passes_in_virtual_time_and_returns_what_came(ports: Callable[..., Any], world_file: Path):
    port = ports("ASRL5::INSTR", str(world_file), timeout=2.5)
    port.write(b"SENS?\r")
    before = port.clock.now()
    assert port.read(10) == b"26\r"
    assert port.clock.now() - before == pytest.approx(2.5)
    assert port.read(1) == b""


def test_reading_without_waiting(ports: Callable[..., Any], world_file: Path):
    port = ports("ASRL5::INSTR", str(world_file), timeout=0)
    port.write(b"SENS?;OFLT?\r")
    assert (port.in_waiting, port.read(10)) == (0, b"")
    port.clock.sleep(0.01)
    assert port.in_waiting == len(b"26\r10\r")
    assert port.read(2) == b"26"
    port.reset_input_buffer()
    assert port.in_waiting == 0


def test_a_stream_arrives_while_time_passes(ports: Callable[..., Any], world_file: Path):
    port = ports("ASRL3::INSTR", str(world_file), timeout=1.0)
    port.write(b"SIR\r\n")
    port.clock.sleep(1.0)
    port.write(b"@\r\n")
    lines = port.read(4096).split(b"\r\n")[:-1]
    assert len(lines) == 1 + 10 + 1  # at once, ten a second, and the answer to @
    assert lines[-1].startswith(b"I4 A")
    assert port.read(100) == b""


@pytest.mark.parametrize(
    ("url", "what"),
    [
        ("vsmsim://ASRL3::INSTR", "names no world"),
        ("vsmsim://ASRL3::INSTR?world=nowhere.toml", "no world file"),
        ("vsmsim://ASRL99::INSTR?world={world}", "there are: ASRL3::INSTR"),
        ("vsmsim://GPIB0::8::INSTR?world={world}", "no serial instrument"),
        ("vsmsim://balance?world={world}", "no VISA resource name"),
    ],
)
@pytest.mark.usefixtures("ports")
def test_a_bad_url_is_refused_readably(world_file: Path, url: str, what: str):
    with pytest.raises(serial.SerialException, match=what):
        serial.serial_for_url(url.format(world=world_file))


def test_a_closed_port_says_so(ports: Callable[..., Any], world_file: Path):
    port = ports("ASRL3::INSTR", str(world_file))
    port.close()
    port.close()
    with pytest.raises(serial.PortNotOpenError):
        port.read(1)
