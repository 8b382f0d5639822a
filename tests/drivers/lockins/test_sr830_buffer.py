"""Buffer of the SR830: whole dialogues, each line with how it is known, and the driver over simulated instruments."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import vsmdaq_configs
from vsmdaq_drivers.contracts import BufferReading, LimitError, LinkTimeoutError, LockInStatus, RefusedError, ReplyError
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_drivers.lockins.sr830 import SR830
from vsmdaq_drivers.lockins.sr830_buffer import DataBuffer

WORLD = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
IDN = "Stanford_Research_Systems,SR830,s/n86025,ver1.07"
CLEAN = LockInStatus((), reference_unlocked=False, settings_changed=False)

DISPLAYS = [
    ("DDEF? 1", "0,0"),  # manual p. 5-8: both numbers, X without ratio
    ("OEXP? 1", "0.00,0"),  # manual p. 5-8
    ("DDEF? 2", "0,0"),
    ("OEXP? 2", "0.00,0"),
]


def opening(rate=10, loop=0):
    return [
        ("*IDN?", IDN),  # manual
        ("PAUS", None),  # manual p. 5-14: ignored where nothing is stored
        ("REST", None),  # manual p. 5-14
        ("FAST 0", None),  # manual p. 5-18
        ("FAST?", "0"),
        ("DDEF 1,0,0", None),  # manual p. 5-8
        ("DDEF 2,0,0", None),
        *DISPLAYS,
        (f"SRAT {rate}", None),  # manual; other driver: qcodes has the same table
        ("SRAT?", str(rate)),
        (f"SEND {loop}", None),  # manual; other driver: qcodes
        ("SEND?", str(loop)),
        ("TSTR 0", None),  # manual; other driver: qcodes
        ("TSTR?", "0"),
        ("SPTS?", "0"),  # manual p. 5-16: 0 after a reset
        ("LIAS?", "4"),  # manual p. 5-23
        ("STRT", None),  # manual; other driver: pymeasure, qcodes
    ]


def closing(stored, transfers, rate=10, sens=17, after=None, lias="0"):
    return [
        ("PAUS", None),  # manual p. 5-16: before anything is read
        ("SPTS?", str(stored)),
        ("SRAT?", str(rate)),
        *DISPLAYS,
        ("SENS?", str(sens)),
        *transfers,
        ("SPTS?", str(stored if after is None else after)),
        ("LIAS?", lias),
    ]


def lia(*points):
    return b"".join(m.to_bytes(2, "little", signed=True) + bytes((e, 0)) for m, e in points)


def test_sample_rates_are_those_of_the_manual(wire):
    # manual (as of the SR844, p. 4-24): 0 = 62.5 mHz, 4 = 1 Hz, 13 = 512 Hz
    rates = SR830(wire()).sample_rates_hz
    assert {i: rates[i] for i in (0, 1, 4, 9, 13)} == {0: 0.0625, 1: 0.125, 4: 1.0, 9: 32.0, 13: 512.0}
    assert len(rates) == 14


def test_a_scan_read_in_the_instruments_own_format(wire):
    # 1 mV range; m 2**(e-124) by hand: 16384 2**-24, -8192 2**-24, 1 2**-14
    transfers = [
        ("TRCL? 1,0,3", lia((16384, 100), (-8192, 100), (1, 110))),  # manual p. 5-17; other driver: qcodes
        ("TRCL? 2,0,3", lia((0, 100), (0, 0), (-32768, 99))),
    ]
    link = wire([*opening(), *closing(3, transfers)], status_byte=0, message_s=0.5)
    lock_in = SR830(link)
    lock_in.start_scan(64.0)
    started_s = link.clock.now()
    reading = lock_in.read_buffer()
    assert reading == BufferReading(
        x_v_rms=(2**-10, -(2**-11), 2**-14),
        y_v_rms=(0.0, 0.0, -(2**-10)),
        interval_s=1 / 64,
        time_s=started_s - 0.5,
        time_uncertainty_s=0.5 + 1 / 64,
        status=CLEAN,
    )


def test_a_part_of_a_scan_in_ieee_format_and_an_overload(wire):
    data = struct.pack("<2f", 1e-4, -2e-4)
    transfers = [("TRCB? 1,7,2", data), ("TRCB? 2,7,2", data)]  # manual p. 5-17; other driver: pymeasure
    link = wire([*opening(rate=4), *closing(9, transfers, rate=4, lias="5")], status_byte=0)
    lock_in = SR830(link, transfer="ieee")
    lock_in.start_scan(1.0)
    reading = lock_in.read_buffer(7, 2)
    assert reading.x_v_rms == pytest.approx((1e-4, -2e-4), rel=1e-7)
    assert reading.y_v_rms == reading.x_v_rms
    assert [reading.time_s, reading.interval_s] == [7.0, 1.0]
    assert reading.status.overloads == ("input", "output")


# manual p. 5-16 has a comma behind the last number; without it, as some readers assume, is taken too
@pytest.mark.parametrize("end", [",", "", ", "], ids=["manual", "assumed", "assumed blank"])
def test_a_scan_over_a_serial_port_comes_as_text(wire, end):
    transfers = [
        ("TRCA? 1,0,2", "-1.234567e-004,+7.654321e-009" + end),
        ("TRCA? 2,0,2", "+0.000000e+000,+1.000000e-003" + end),
    ]
    lock_in = SR830(wire([*opening(), *closing(2, transfers)]))
    lock_in.start_scan(64.0)
    reading = lock_in.read_buffer()
    assert [reading.x_v_rms, reading.y_v_rms] == [(-1.234567e-4, 7.654321e-9), (0.0, 1e-3)]


def test_long_transfers_come_in_blocks(wire):
    transfers = [(f"TRCA? {c},{at},{n}", "0," * n) for c in (1, 2) for at, n in ((3, 50), (53, 50), (103, 17))]
    lock_in = SR830(wire([*opening(), *closing(120, transfers)]))
    lock_in.start_scan(64.0)
    assert len(lock_in.read_buffer(3).x_v_rms) == 117


def test_the_time_of_a_full_loop_is_counted_from_its_end(wire):
    transfers = [("TRCL? 1,16382,1", lia((1, 100))), ("TRCL? 2,16382,1", lia((1, 100)))]
    link = wire([*opening(loop=1), *closing(16383, transfers)], status_byte=0)
    lock_in = SR830(link)
    lock_in.start_scan(64.0, loop=True)
    link.clock.sleep(1000.0)
    stopped_s = link.clock.now()
    reading = lock_in.read_buffer(16382)
    assert reading.time_s == pytest.approx(stopped_s - 1 / 64)
    assert reading.time_uncertainty_s == pytest.approx(1 / 64)


def test_stop_and_points(wire):
    lock_in = SR830(wire([("PAUS", None), ("SPTS?", "17")]))
    lock_in.stop_scan()
    assert lock_in.buffer_points == 17


# --- what is refused ---


@pytest.mark.parametrize("rate_hz", [0.03, 1000.0, float("nan")])
def test_no_such_rate(wire, rate_hz):
    with pytest.raises(LimitError, match=r"sample rate of .* Hz was asked for, allowed are 0\.0625 to 512 Hz"):
        SR830(wire()).start_scan(rate_hz)


def test_no_rate_is_rounded(wire):
    with pytest.raises(RefusedError, match="'sample rate 100 Hz': the nearest it has are 64 and 128 Hz"):
        SR830(wire()).start_scan(100.0)


@pytest.mark.parametrize(("start", "count"), [(-1, None), (16383, 1), (0, 0), (0, 16384)])
def test_points_outside_the_buffer(wire, start, count):
    with pytest.raises(LimitError, match="nothing was sent"):
        SR830(wire()).read_buffer(start, count)


def test_nothing_to_read_without_a_scan(wire):
    with pytest.raises(RefusedError, match="'read_buffer': no scan was started"):
        SR830(wire()).read_buffer()


def test_an_sr810_is_refused(wire):
    lock_in = SR830(wire([("*IDN?", "Stanford_Research_Systems,SR810,s/n1,ver1.0")]))
    with pytest.raises(RefusedError, match="an SR810 has one display, it cannot store X and Y"):
        lock_in.start_scan(64.0)


@pytest.mark.parametrize(
    ("query", "reply", "message"),
    [
        ("FAST?", "2", "did not accept 'FAST 0': it reads back 2"),
        ("DDEF? 2", "1,0", "did not accept 'DDEF? 2': Y is not shown: '1,0' instead of zeros"),
        ("DDEF? 1", "0,1", "X is not shown: '0,1'"),
        ("OEXP? 1", "40.00,0", "X is not without offset and expand: '40.00,0'"),
        ("OEXP? 2", "0.00,1", "Y is not without offset and expand: '0.00,1'"),
        ("SRAT?", "9", "did not accept 'SRAT 10': it reads back 9"),
        ("SEND?", "1", "did not accept 'SEND 0': it reads back 1"),
        ("TSTR?", "1", "did not accept 'TSTR 0': it reads back 1"),
        ("SPTS?", "3", "did not accept 'REST': 3 points are still stored"),
    ],
)
def test_a_scan_that_is_not_as_it_should_be_does_not_start(query, reply, message):
    script = [(sent, reply if sent == query else answer) for sent, answer in opening()]
    script = script[: [sent for sent, _ in script].index(query) + 1]
    with ScriptedLink(script) as link:
        with pytest.raises(RefusedError) as caught:
            SR830(link).start_scan(64.0)
        assert message in str(caught.value)


def start_and_read(wire, script, **options):
    link = wire([*opening(), *script], status_byte=0)
    lock_in = SR830(link, **options)
    lock_in.start_scan(64.0)
    return lock_in.read_buffer()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([("PAUS", None), ("SPTS?", "0")], "points 0 to 0': it has stored 0 points"),
        ([("PAUS", None), ("SPTS?", "2"), ("SRAT?", "11")], "SRAT? gives 11, the scan was started with 10"),
        ([("PAUS", None), ("SPTS?", "2"), ("SRAT?", "10"), ("DDEF? 1", "1,0")], "X is not shown"),
    ],
)
def test_a_scan_that_somebody_changed(wire, script, message):
    with pytest.raises(RefusedError) as caught:
        start_and_read(wire, script)
    assert message in str(caught.value)


def test_storage_that_goes_on(wire):
    transfers = [("TRCL? 1,0,1", lia((1, 100))), ("TRCL? 2,0,1", lia((1, 100)))]
    script = closing(1, transfers, after=4)[:-1]
    with pytest.raises(RefusedError, match="'PAUS': points are still stored: 1, then 4"):
        start_and_read(wire, script)


def until_the_transfer(*transfers):
    return [line for line in closing(1, transfers) if line[0] != "LIAS?"][:-1]


def test_numbers_that_x_cannot_have(wire):
    # 2**15 2**-24 = 1.95 mV in the 1 mV range
    script = until_the_transfer(("TRCL? 1,0,1", lia((16384, 101))))
    with pytest.raises(ReplyError, match=r"answered '0.00195312' to 'TRCL\? 1,0,1'; expected at most 1.1 times"):
        start_and_read(wire, script)


@pytest.mark.parametrize("data", [b"\x00\x40\x65\x01", b"\x00\x40\xf9\x00", b"\x00\x64\x00\x80"])
def test_bytes_that_are_out_of_step(wire, data):
    # the fourth byte is always zero, and the exponent at most 248 (manual p. 5-17)
    with pytest.raises(ReplyError, match="expected exponents of 0 to 248"):
        start_and_read(wire, until_the_transfer(("TRCL? 1,0,1", data)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1.0])
def test_ieee_numbers_that_are_none(wire, value):
    with pytest.raises(ReplyError, match=r"expected at most 1\.1 times the full scale of 0\.001 V"):
        start_and_read(wire, until_the_transfer(("TRCB? 1,0,1", struct.pack("<f", value))), transfer="ieee")


def test_bytes_that_are_missing(wire):
    with pytest.raises(LinkTimeoutError, match="only 3 of 4 bytes"):
        start_and_read(wire, until_the_transfer(("TRCL? 1,0,1", b"\x00\x40\x60")))


def test_bytes_that_are_left_over_spoil_the_next_reply():
    transfers = [("TRCL? 1,0,1", lia((1, 100))), ("TRCL? 2,0,1", lia((1, 100)) + b"\xff")]
    link = ScriptedLink([*opening(), *closing(1, transfers)], status_byte=0)
    lock_in = SR830(link)
    lock_in.start_scan(64.0)
    with pytest.raises(ReplyError):
        lock_in.read_buffer()


@given(st.text(max_size=40).filter(lambda text: not set(text) & set("0123456789")))
def test_garbage_is_a_reply_error(reply):
    link = ScriptedLink([("TRCA? 1,0,2", reply)])
    buffer = DataBuffer(link, lambda: CLEAN, transfer="ascii")
    with pytest.raises(ReplyError):
        buffer._channel(1, 0, 2, 1.0)


@given(st.binary(min_size=8, max_size=8))
def test_any_bytes_are_numbers_of_the_range_or_an_error(data):
    for transfer, query in (("lia", "TRCL? 1,0,2"), ("ieee", "TRCB? 1,0,2")):
        buffer = DataBuffer(ScriptedLink([(query, data)]), lambda: CLEAN, transfer=transfer)
        try:
            values = buffer._channel(1, 0, 2, 1.0)
        except ReplyError:
            continue
        assert all(abs(value) <= 1.1 for value in values)


# --- over simulated instruments ---


@pytest.fixture
def bench(tmp_path) -> Iterator:
    sessions = []

    def make(options="", kind="sr830", address="GPIB0::8::INSTR"):
        path = tmp_path / "world.toml"
        path.write_text(
            f'base = "{WORLD.as_posix()}"\n[instruments.lockin]\nkind = "{kind}"\naddress = "{address}"\n'
            f"reply_s = 0.001\n[instruments.lockin.options]\n{options}\n",
            encoding="utf-8",
        )
        session = VisaSession(f"{path}@vsmsim")
        sessions.append(session)
        end = "\r" if address.startswith("ASRL") else "\n"
        return session.open(address, "sr830", Terminators(end, end))

    yield make
    for session in sessions:
        session.close()


def prepared(link, **options):
    lock_in = SR830(link, **options)
    lock_in.identify()
    lock_in.prepare()
    lock_in.sensitivity_v_rms = 5e-6
    lock_in.set_filter(0.01, 2)
    link.clock.sleep(1.0)
    return lock_in


# where sources disagree or are silent: the simulator does it both ways
@pytest.mark.parametrize("first", ["at_start", "after_interval"])
@pytest.mark.parametrize("offset", ["true", "false"])
@pytest.mark.parametrize("transfer", ["lia", "ieee", "ascii"])
def test_buffer_of_a_simulated_instrument(bench, first, offset, transfer):
    link = bench(f'first_sample = "{first}"\noffset_in_outp = {offset}')
    link.write("OUTX 1;OEXP 1,40,1;DDEF 1,4,1;FAST 2;TSTR 1")  # what somebody left behind
    lock_in = prepared(link, transfer=transfer)
    lock_in.start_scan(64.0)
    link.clock.sleep(4.0)
    reading = lock_in.read_buffer()
    assert len(reading.x_v_rms) == len(reading.y_v_rms) == lock_in.buffer_points
    assert len(reading.x_v_rms) == pytest.approx(4.0 * 64, abs=3)
    assert reading.status == CLEAN
    # empty bench: cross-talk of 2 uV at 120 degree (world file), noise of 7.25 nV/rtHz in 12.5 Hz, ripple of 20 nV
    z = np.array(reading.x_v_rms) + 1j * np.array(reading.y_v_rms)
    assert abs(z.mean()) == pytest.approx(2e-6, abs=2e-8)
    assert np.degrees(np.angle(z.mean())) == pytest.approx(120.0, abs=1.0)
    assert 1e-8 < np.std(z.real) < 6e-8
    assert lock_in.read().frequency_hz == pytest.approx(83.0)


@pytest.mark.parametrize("first", ["at_start", "after_interval"])
def test_the_time_of_samples_is_within_what_is_told(bench, first):
    link = bench(f'first_sample = "{first}"')
    lock_in = prepared(link)
    lock_in.set_filter(0.03, 2)
    lock_in.start_scan(512.0)
    link.clock.sleep(1.0)
    before_s = link.clock.now()
    lock_in.phase_deg = 120.0  # X of the cross-talk jumps from -1 uV to +2 uV
    after_s = link.clock.now()
    link.clock.sleep(1.0)
    reading = lock_in.read_buffer()
    assert reading.interval_s == 1 / 512
    jump = int(np.argmax(np.array(reading.x_v_rms) > 0.5e-6))
    # the first sample behind the jump was taken when the phase was set, or up to an interval later
    earliest_s = reading.time_s + jump * reading.interval_s
    assert earliest_s <= after_s + reading.interval_s
    assert earliest_s + reading.time_uncertainty_s >= before_s
    assert reading.time_uncertainty_s < 0.01


def test_buffer_over_a_serial_port(bench):
    lock_in = prepared(bench(address="ASRL5::INSTR"))
    lock_in.start_scan(512.0)
    lock_in._link.clock.sleep(1.0)
    reading = lock_in.read_buffer(10, 200)
    assert len(reading.x_v_rms) == 200
    assert abs(np.mean(reading.x_v_rms)) == pytest.approx(1e-6, abs=1e-7)


def test_an_overload_while_storing_is_told(bench):
    lock_in = prepared(bench())
    lock_in.sensitivity_v_rms = 1e-6
    lock_in.start_scan(64.0)
    lock_in._link.clock.sleep(1.0)
    reading = lock_in.read_buffer()
    assert "output" in reading.status.overloads
    assert max(abs(value) for value in reading.y_v_rms) == pytest.approx(1.09e-6, rel=1e-3)


def test_a_full_single_shot(bench):
    lock_in = prepared(bench())
    lock_in.start_scan(512.0)
    lock_in._link.clock.sleep(100.0)
    assert lock_in.buffer_points == 16383
    assert len(lock_in.read_buffer(16000).x_v_rms) == 383


def test_a_time_constant_that_somebody_turned_is_noticed_by_reading_back(bench):
    link = bench()
    lock_in = prepared(link)
    instrument = link._resource.visalib.bench.endpoints["GPIB0::8::INSTR"].instrument
    instrument.turn_knob("OFLT", 9)
    assert lock_in.filter().time_constant_s == 0.3
    lock_in.start_scan(64.0)
    instrument.turn_knob("SRAT", 4)
    link.clock.sleep(3.0)
    with pytest.raises(RefusedError, match=r"SRAT\? gives 4"):
        lock_in.read_buffer()


def test_a_lock_in_that_lost_its_power_is_noticed(bench):
    link = bench()
    lock_in = prepared(link)
    lock_in.start_scan(64.0)
    link.clock.sleep(1.0)
    link._resource.visalib.bench.endpoints["GPIB0::8::INSTR"].instrument.power_on()
    with pytest.raises(RefusedError, match="it has stored 0 points"):
        lock_in.read_buffer()


def test_a_simulated_sr810(bench):
    lock_in = prepared(bench(kind="sr810"))
    assert abs(complex(lock_in.read().x_v_rms, lock_in.read().y_v_rms)) == pytest.approx(2e-6, abs=2e-7)
    with pytest.raises(RefusedError, match="an SR810 has one display"):
        lock_in.start_scan(64.0)
