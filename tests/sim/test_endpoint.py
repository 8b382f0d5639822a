"""The wire without VISA: whose bytes are whose, and that an instrument keeps its own time."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vsmdaq_configs
from vsmdaq_sim.bench import SimBench
from vsmdaq_sim.faults import Fault
from vsmdaq_sim.link.hosts import Hosts, HostSide
from vsmdaq_sim.spec import LibrarySpec

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"


@pytest.fixture
def bench(tmp_path: Path) -> SimBench:
    path = tmp_path / "world.toml"
    path.write_text(
        f'base = "{REFERENCE.as_posix()}"\n'
        '[instruments.ramps]\nkind = "danfysik_8500"\naddress = "ASRL8::INSTR"\nreply_s = 0.001\n'
        '[instruments.meter]\nkind = "keithley_2000"\naddress = "GPIB0::16::INSTR"\nreply_s = 0.001\n',
        encoding="utf-8",
    )
    return SimBench.load(LibrarySpec(path, 1))


def test_an_instrument_does_its_steps_at_their_time_though_nobody_talks(bench: SimBench):
    ramps = bench.endpoint_of("ramps")
    for line in ("REM", "N"):
        ramps.write(line.encode() + b"\r")
    bench.clock.sleep(1.0)
    for line in ("RAMPSET 2", "R 0.025", "R 0.05", "R 0", "RAMP R"):  # of 160 A, each for 2 s
        ramps.write(line.encode() + b"\r")
    set_points = []
    for _ in range(4):
        bench.clock.sleep(1.9)
        set_points.append(bench.world.magnet.set_point_a)
    assert set_points == pytest.approx([4.0, 8.0, 0.0, 0.0])


def test_readings_are_of_the_time_at_which_they_are_taken(bench: SimBench):
    meter = bench.endpoint_of("meter")
    for line in (b"*RST", b"TRIG:COUN 5", b"TRIG:DEL 1", b"TRAC:POIN 5", b"TRAC:FEED:CONT NEXT", b"*SRE 1"):
        meter.write(line)
    meter.write(b"STAT:MEAS:ENAB 512;:INIT")
    assert not meter.status_byte() & 1
    bench.clock.sleep(4.0)
    assert not meter.status_byte() & 1
    bench.clock.sleep(4.0)  # 5 times the delay of 1 s and three times 1 power line cycle
    assert meter.status_byte() & 0x41 == 0x41
    meter.write(b"TRAC:DATA?")
    assert len(meter.read(1000, 1.0)[0].split(b",")) == 5


def test_a_fault_strikes_also_a_reply_that_comes_when_the_reading_is_done(bench: SimBench):
    meter = bench.endpoint_of("meter")
    bench.faults.arm(Fault("meter", "garbage", match="^READ", text="sand"))
    meter.write(b"READ?")
    assert meter.waiting() == 0
    assert meter.read(100, 5.0)[0] == b"sand\n"
    meter.write(b"READ?")
    assert meter.read(100, 5.0)[0][:1] in b"+-"


def test_waking_up_costs_nothing_where_nothing_is_to_be_done(bench: SimBench):
    bench.endpoint_of("lockin").write(b"*IDN?")
    bench.clock.sleep(365.0 * 86400.0)
    assert bench.endpoint_of("lockin").waiting() == len(b"Stanford_Research_Systems,SR830,s/n86025,ver1.07\n")


def test_bytes_that_were_lost_are_counted_also_when_their_host_has_gone(bench: SimBench):
    lockin = bench.endpoint_of("lockin")
    lockin.end_signal = False
    host = lockin.open()
    lockin.write(b"x" * 70000, host)
    assert lockin.lost_bytes == 70000
    lockin.close(host)
    assert lockin.lost_bytes == 70000


def test_who_hears():
    hosts = Hosts()
    one, two = hosts.open(), hosts.open()
    assert hosts.listeners() == [one.outbox, two.outbox]  # nobody has asked yet
    hosts.asker = two
    assert hosts.listeners() == hosts.asking() == [two.outbox]
    hosts.close(two)
    assert hosts.listeners() == [one.outbox]  # on a serial line
    assert hosts.asking() == []  # where there are sessions, a reply to one that has gone is lost
    one.outbox.put(3.0, b"a", end=True)
    assert [hosts.any_ready(2.9), hosts.any_ready(3.0)] == [False, True]
    hosts.drop()
    assert not hosts.any_ready(9.0)


_LINE = st.text(st.characters(min_codepoint=32, max_codepoint=126, exclude_characters="#"), min_size=1, max_size=12)
_BLOCK = st.binary(max_size=40).map(lambda data: f" #2{len(data):02d}".encode() + data)
_MESSAGE = st.builds(lambda line, block: line.encode() + block, _LINE, st.one_of(st.just(b""), _BLOCK))


@given(st.lists(st.tuples(_MESSAGE, st.sampled_from([b"\n", b"\r", b"\r\n", b"\0"])), max_size=6), st.data())
def test_messages_come_out_whole_however_the_bytes_arrive(messages, data):
    stream = b"".join(message + end for message, end in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=5)))
    host, got = HostSide(), []
    for begin, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        got += host.messages(stream[begin:end], end=False)
    assert got == [message.decode("latin-1") for message, _ in messages]


@given(_LINE, st.booleans())
def test_end_closes_a_message_and_its_absence_does_not(line, ends):
    host = HostSide()
    assert host.messages(line.encode(), end=ends) == ([line] if ends else [])
    assert host.messages(b"\n", end=False) == ([] if ends else [line])
