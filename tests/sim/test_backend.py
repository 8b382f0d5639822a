"""Whole conversations through PyVISA."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import pyvisa
from pyvisa import constants

from vsmdaq_sim.backend import BenchLibrary
from vsmdaq_sim.link import SimDeadlockError

LOCKIN = "GPIB0::8::INSTR"
SUPPLY = "GPIB0::12::INSTR"
SERIAL_LOCKIN = "ASRL5::INSTR"
BALANCE = "ASRL3::INSTR"


def _code(caught: pytest.ExceptionInfo[pyvisa.VisaIOError]) -> constants.StatusCode:
    return constants.StatusCode(caught.value.error_code)


def test_identities_and_addresses(manager: Any):
    assert set(manager.list_resources()) == {LOCKIN, SUPPLY, "GPIB0::13::INSTR", BALANCE, SERIAL_LOCKIN}
    assert "TCPIP0::operator::5025::SOCKET" in manager.list_resources("?*")
    assert manager.open_resource("gpib::8").query("*IDN?") == "Stanford_Research_Systems,SR830,s/n86025,ver1.07\n"


def test_the_library_is_not_taken_for_the_stock_simulator(manager: Any):
    # Other people's drivers skip waits and device clears where they see that class name.
    assert type(manager.visalib) is BenchLibrary
    assert type(manager.visalib).__name__ != "SimVisaLibrary"


def test_a_query_costs_two_transfers_and_the_reply_time(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    before = manager.visalib.clock.now()
    lockin.query("*IDN?")
    assert manager.visalib.clock.now() - before == pytest.approx(0.003 + 0.001 + 0.003)


def test_a_time_out_costs_virtual_time(manager: Any):
    lockin = manager.open_resource(LOCKIN, timeout=3000)
    before = manager.visalib.clock.now()
    with pytest.raises(pyvisa.VisaIOError) as caught:
        lockin.read()
    assert _code(caught) == constants.StatusCode.error_timeout
    assert manager.visalib.clock.now() - before == pytest.approx(3.0)
    assert lockin.query("OFLT?") == "10\n"


def test_a_read_that_nothing_can_answer_raises_instead_of_hanging(manager: Any):
    lockin = manager.open_resource(LOCKIN, timeout=None)
    with pytest.raises(SimDeadlockError, match="GPIB0::8::INSTR"):
        lockin.read()


@pytest.mark.parametrize("address", ["GPIB0::30::INSTR", "ASRL77::INSTR", "USB0::1::2::3::INSTR"])
def test_an_unknown_address_is_an_error(manager: Any, address: str):
    with pytest.raises(pyvisa.VisaIOError) as caught:
        manager.open_resource(address)
    assert _code(caught) == constants.StatusCode.error_resource_not_found


def test_several_commands_in_one_raw_write(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    lockin.write_raw(b"SENS?\nOFLT?\r\nOFSL?\rSYNC?")  # the END signal closes the last
    assert [lockin.read() for _ in range(4)] == ["26\n", "10\n", "1\n", "0\n"]


def test_a_serial_line_waits_for_the_terminator(manager: Any):
    lockin = manager.open_resource(SERIAL_LOCKIN, read_termination="\r", timeout=100)
    lockin.write_raw(b"SE")
    with pytest.raises(pyvisa.VisaIOError):
        lockin.read()
    lockin.write_raw(b"NS?\n")
    assert lockin.read() == "26"


@pytest.mark.parametrize("termination", ["\n", "\r", "\r\n"])
def test_every_usual_terminator_ends_a_command(manager: Any, termination: str):
    lockin = manager.open_resource(SERIAL_LOCKIN, read_termination="\r", write_termination=termination)
    assert lockin.query("SENS?") == "26"
    assert lockin.bytes_in_buffer == 0


def test_the_wrong_read_terminator_times_out(manager: Any):
    lockin = manager.open_resource(SERIAL_LOCKIN, read_termination="\n", timeout=200)
    with pytest.raises(pyvisa.VisaIOError):
        lockin.query("SENS?")


def test_long_replies_come_in_chunks_and_single_bytes(manager: Any):
    lockin = manager.open_resource(LOCKIN, chunk_size=5)
    assert lockin.query("*IDN?").startswith("Stanford_Research_Systems,SR830")
    lockin.write("SENS?")
    assert (lockin.read_bytes(1), lockin.read_bytes(2)) == (b"2", b"6\n")


def test_a_late_reply_shifts_all_others_until_clear(manager: Any):
    balance = manager.open_resource(BALANCE, read_termination="\r\n", write_termination="\r\n", timeout=500)
    manager.visalib.bench.world.operator.hang("gouy-sample")
    manager.visalib.clock.sleep(60.01)
    with pytest.raises(pyvisa.VisaIOError):
        balance.query("S")
    balance.write("I4")
    balance.timeout = 60000
    assert balance.read().startswith("S S")  # the old answer
    balance.write("I2")
    balance.clear()
    assert balance.query("I4") == 'I4 A "1114350697"'


def test_status_byte_flush_and_waiting_bytes(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    assert lockin.stb == 0b11  # no scan, no command in progress
    lockin.write("SENS?")
    manager.visalib.clock.sleep(0.01)
    assert lockin.stb & 0x10
    lockin.flush(constants.BufferOperation.discard_read_buffer)
    assert not lockin.stb & 0x10
    serial = manager.open_resource(SERIAL_LOCKIN, read_termination="\r")
    serial.write("SENS?")
    assert serial.bytes_in_buffer == 0
    manager.visalib.clock.sleep(0.001)
    assert serial.bytes_in_buffer == len(b"26\r")


def test_a_service_request_is_waited_for_in_virtual_time(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    lockin.write("*SRE 2")  # no command in progress
    assert lockin.stb & 0x40
    lockin.write("ARSV")
    before = manager.visalib.clock.now()
    lockin.wait_for_srq()
    assert manager.visalib.clock.now() - before == pytest.approx(2.0, abs=0.05)


def test_a_lock_keeps_others_out(manager: Any):
    one, two = manager.open_resource(LOCKIN), manager.open_resource(LOCKIN)
    one.lock_excl()
    with pytest.raises(pyvisa.VisaIOError) as caught:
        two.query("SENS?")
    assert _code(caught) == constants.StatusCode.error_resource_locked
    assert one.query("SENS?") == "26\n"
    one.unlock()
    assert two.query("SENS?") == "26\n"
    with pytest.raises(pyvisa.VisaIOError) as caught:
        two.unlock()
    assert _code(caught) == constants.StatusCode.error_session_not_locked


def test_opening_clears_the_buffers_and_keeps_the_settings(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    lockin.write("SENS 17;*IDN?")
    lockin.close()
    assert manager.open_resource(LOCKIN).query("SENS?") == "17\n"


def test_an_attribute_error_inside_an_instrument_is_not_swallowed(manager: Any):
    lockin = manager.open_resource(LOCKIN)
    endpoint = manager.visalib.bench.endpoints[LOCKIN]

    class Broken:
        busy, next_event_s = False, float("inf")

        def execute(self, _message: str, **_: bool) -> list[str]:
            return self.nothing_of_this_name  # type: ignore[attr-defined,no-any-return]

    whole, endpoint.instrument = endpoint.instrument, Broken()
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        lockin.write("SENS?")
    endpoint.instrument = whole


def test_managers_of_different_sessions_are_isolated(managers: Callable[[str], Any], world_file: Path):
    one, two = managers(f"{world_file}?session=a"), managers(f"{world_file}?session=b")
    one.open_resource(LOCKIN).write("SENS 3")
    assert two.open_resource(LOCKIN).query("SENS?") == "26\n"
    assert one.visalib.clock is not two.visalib.clock


def test_a_closed_manager_leaves_nothing_behind(managers: Callable[[str], Any], world_file: Path):
    first = managers(str(world_file))
    library = first.visalib  # a living reference: PyVISA's own cache would hand this one out again
    first.open_resource(LOCKIN).write("SENS 3")
    first.open_resource(SUPPLY).write("SETI 5")
    first.close()
    second = managers(str(world_file))
    assert second.visalib is not library
    assert second.visalib.clock.now() == 0.0
    assert second.open_resource(LOCKIN).query("SENS?") == "26\n"
    assert float(second.open_resource(SUPPLY).query("SETI?")) == 0.0


def test_two_spellings_of_one_path_are_one_bench(
    managers: Callable[[str], Any], world_file: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.chdir(world_file.parent)
    assert managers(str(world_file)).visalib.bench is managers("world.toml").visalib.bench


def test_the_same_seed_gives_the_same_bytes(managers: Callable[[str], Any], world_file: Path):
    def talk(library: str) -> list[str]:
        manager = managers(library)
        lockin = manager.open_resource(LOCKIN)
        replies = [lockin.query("SNAP?1,2") for _ in range(20)]
        manager.close()
        return replies

    assert talk(f"{world_file}?seed=5") == talk(f"{world_file}?seed=5") != talk(f"{world_file}?seed=6")


def test_a_library_string_without_a_world_is_refused():
    with pytest.raises(OSError, match="needs a world file"):
        pyvisa.ResourceManager("@vsmsim")


def test_a_bad_world_file_is_refused_readably(tmp_path: Path):
    path = tmp_path / "bad.toml"
    path.write_text("[world]\nname = 3\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"bad\.toml"):
        pyvisa.ResourceManager(f"{path}@vsmsim")


@pytest.mark.parametrize(
    ("table", "what"),
    [
        ('kind = "sr831"\naddress = "GPIB0::9::INSTR"', r"sr831.*allowed: .*\bsr830\b"),
        ('kind = "sr830"\naddress = "GPIB0::8::INSTR"', "taken by another"),
        ('kind = "sr830"\naddress = "somewhere"', "no VISA resource name"),
        ('kind = "sr830"\naddress = "GPIB0::9::INSTR"\noptions = { colour = 1 }', "colour: unknown for sr830"),
        ('kind = "lakeshore_643"\naddress = "GPIB0::9::INSTR"\noptions = { seti_beyond_limit = "x" }', "clamp"),
    ],
)
def test_a_bad_instrument_line_names_what_is_allowed(world_file: Path, table: str, what: str):
    text = world_file.read_text(encoding="utf-8")
    world_file.write_text(f"{text}\n[instruments.extra]\nreply_s = 0.0\n{table}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=what):
        pyvisa.ResourceManager(f"{world_file}@vsmsim")


_YAML = """
spec: "1.1"
devices:
  thermometer:
    eom:
      GPIB INSTR:
        q: "\\n"
        r: "\\n"
    error: ERROR
    dialogues:
      - q: "*IDN?"
        r: "STOCK,THERMOMETER,1,1"
resources:
  GPIB0::22::INSTR:
    device: thermometer
"""


def test_a_stock_yaml_device_stands_beside_ours(managers: Callable[[str], Any], world_file: Path):
    (world_file.parent / "stock.yaml").write_text(_YAML, encoding="utf-8")
    text = world_file.read_text(encoding="utf-8")
    world_file.write_text(f'{text}\n[world]\nstatic_yaml = "stock.yaml"\n', encoding="utf-8")
    manager = managers(str(world_file))
    stock = manager.open_resource("GPIB0::22::INSTR", write_termination="\n", read_termination="\n")
    assert "GPIB0::22::INSTR" in manager.list_resources()
    assert stock.query("*IDN?") == "STOCK,THERMOMETER,1,1"
    assert manager.open_resource(LOCKIN).query("SENS?") == "26\n"


def test_a_transcript_holds_every_byte_with_its_time(manager: Any):
    endpoint = manager.visalib.bench.endpoints[LOCKIN]
    endpoint.transcript = []
    manager.open_resource(LOCKIN, write_termination="\n").query("SENS?")
    assert endpoint.transcript == [(pytest.approx(0.003), ">", b"SENS?\n"), (pytest.approx(0.007), "<", b"26\n")]
