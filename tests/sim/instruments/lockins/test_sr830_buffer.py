"""Data buffer of the SR830. Oracles: a voltage that is a known function of time, the manual's formats, and struct."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from vsmdaq_sim.instruments.lockins.sr830.instrument import SR830


@dataclass
class TimedSamples:
    clock: Any
    signal: Callable[[float], tuple[float, float]]
    next_s: float
    interval_s: float
    most: int | None
    keep: int

    def stop(self) -> None:
        self.next_s = math.inf

    def take(self) -> list[tuple[float, float, float]]:
        taken = []
        while self.next_s <= self.clock.now() + 1e-9:
            taken.append((self.next_s, *self.signal(self.next_s)))
            self.next_s += self.interval_s
            if self.most is not None:
                self.most -= 1
                if self.most == 0:
                    self.next_s = math.inf
        return taken[-self.keep :]


@dataclass
class MovingLockIn:
    """X and Y are functions of time."""

    clock: Any
    signal: Callable[[float], tuple[float, float]] = lambda t: (0.001 * t, -0.002 * t)
    frequency_hz: float | None = 83.0
    samplings: list[TimedSamples] = field(default_factory=list)

    def read(self) -> tuple[float, float]:
        return self.signal(self.clock.now())

    def sample(self, first_s: float, interval_s: float, most: int | None, keep: int) -> TimedSamples:
        made = TimedSamples(self.clock, self.signal, max(first_s, self.clock.now()), interval_s, most, keep)
        self.samplings.append(made)
        return made

    def set_filter(self, time_constant_s: float, poles: int, synchronous: bool) -> None:
        pass

    def set_phase_deg(self, phase_deg: float) -> None:
        pass

    def set_detection(self, harmonic: int, internal_hz: float | None) -> None:
        pass

    def stop_sampling(self) -> None:
        pass

    def input_peak_v(self) -> float:
        return 0.0

    def first_stage_peak_v(self) -> float:
        return 0.0

    def reference_frequency_hz(self) -> float | None:
        return self.frequency_hz


@pytest.fixture
def moving(clock: Any) -> MovingLockIn:
    return MovingLockIn(clock)


@pytest.fixture
def sr830(moving: MovingLockIn, clock: Any) -> SR830:
    return SR830(moving, clock, serial=False)


@pytest.fixture
def say(sr830: SR830, talk: Any) -> Any:
    talker = talk(sr830)
    talker("*CLS")
    return talker


def ieee(data: bytes) -> list[float]:
    return [value for (value,) in struct.iter_unpack("<f", data)]


def lia(data: bytes) -> list[float]:
    # manual p. 5-17: mantissa of 16 bits, exponent 0 to 248 with a zero byte behind it, m 2**(e-124)
    result = []
    for at in range(0, len(data), 4):
        mantissa = int.from_bytes(data[at : at + 2], "little", signed=True)
        assert data[at + 3] == 0
        result.append(mantissa * 2.0 ** (data[at + 2] - 124))
    return result


def test_an_empty_buffer(say: Any):
    assert say("SRAT?;SEND?;TSTR?;FAST?;SPTS?") == ["4", "1", "0", "0", "0"]
    assert say("TRCA?1,0,1") is None
    assert say("*ESR?4") == "1"


# manual: SRAT 0 = 62.5 mHz ... 13 = 512 Hz, factors of two
@pytest.mark.parametrize(("index", "rate_hz"), [(0, 0.0625), (4, 1.0), (7, 8.0), (10, 64.0), (13, 512.0)])
def test_points_come_at_the_sample_rate_and_hold_what_was_there_then(say: Any, clock: Any, index: int, rate_hz: float):
    clock.sleep(10.0)
    say(f"SRAT {index};REST;STRT")
    clock.sleep(20.5 / rate_hz)
    say("PAUS")
    clock.sleep(1000.0)
    assert say("SPTS?") == "21"
    # full scale is 1 V: a step of the mantissa is at most 2/32767 V
    step = 2.0 / 32767.0
    assert lia(say("TRCL?1,0,21")) == pytest.approx([0.001 * (10.0 + k / rate_hz) for k in range(21)], abs=step)
    assert lia(say("TRCL?2,0,21")) == pytest.approx([-0.002 * (10.0 + k / rate_hz) for k in range(21)], abs=step)


def test_the_three_formats_give_the_same_numbers(say: Any, clock: Any):
    say("SENS 20;SRAT 10;REST;STRT")  # 10 mV
    clock.sleep(1.0)
    say("PAUS")
    ascii_text = say("TRCA? 1, 3, 60")
    assert ascii_text.endswith(",")  # manual: "-1.234567e-009,+7.654321e-009,"
    fields = ascii_text.split(",")[:-1]
    assert all(text[0] in "+-" and text[-5:-2] in {"e-0", "e+0"} and len(text) == 14 for text in fields)
    numbers = [float(text) for text in fields]
    assert len(numbers) == 60
    assert ieee(say("TRCB?1,3,60")) == pytest.approx(numbers, rel=1e-6)
    assert lia(say("TRCL?1,3,60")) == ieee(say("TRCB?1,3,60"))
    assert ieee(say("TRCB ? 1,3,60")) == pytest.approx([0.001 * k / 64 for k in range(3, 63)], abs=1e-6)


def test_the_mantissa_has_the_steps_of_the_range(say: Any, moving: MovingLockIn, clock: Any):
    moving.signal = lambda _: (1.234567e-6, 0.0)
    say("SENS 8;REST;STRT")  # 1 uV full scale, 1.09 uV at most: 2**-34 V is the first step that fits 32767 times
    clock.sleep(0.5)
    (value,) = lia(say("TRCL?1,0,1"))
    assert value == pytest.approx(1.09e-6, abs=2.0**-34)  # clipped
    assert value / 2.0**-34 == int(value / 2.0**-34)


@pytest.mark.parametrize(
    "text", ["TRCA?1,0,5", "TRCB?1,4,1", "TRCL?3,0,1", "TRCL?1,-1,1", "TRCL?1,0,0", "SRAT 15", "SEND 2", "FAST 3"]
)
def test_points_that_are_not_there_are_an_execution_error(say: Any, clock: Any, text: str):
    say("REST;STRT")
    clock.sleep(3.5)
    say("PAUS")
    assert say("SPTS?") == "4"
    assert say(text) is None
    assert say("*ESR?") == "16"


def test_arguments_that_are_missing_are_a_command_error(say: Any):
    assert say("TRCA?1,0") is None
    assert say("*ESR?") == "32"


def test_one_shot_ends_when_the_buffer_is_full(say: Any, sr830: SR830, clock: Any):
    say("SRAT 13;SEND 0;REST;STRT")
    assert say("*STB?0") == "0"  # a scan is in progress
    clock.sleep(16383 / 512 - 0.1)
    assert 16000 < int(say("SPTS?")) < 16383
    clock.sleep(60.0)
    assert sr830.status_byte(message_available=False) & 1
    assert say("SPTS?") == "16383"
    first, last = lia(say("TRCL?1,0,1")) + lia(say("TRCL?1,16382,1"))
    assert last - first == pytest.approx(0.001 * 16382 / 512, abs=1e-4)
    say("STRT")
    clock.sleep(1.0)
    assert say("SPTS?") == "16383"


def test_loop_keeps_the_latest(say: Any, clock: Any):
    say("SRAT 7;SEND 1;REST;STRT")  # 8 Hz
    clock.sleep(16383 / 8 + 1000.0 + 0.01)
    assert say("SPTS?") == "16383"
    say("PAUS")
    (newest,) = lia(say("TRCL?1,16382,1"))
    assert newest == pytest.approx(min(0.001 * (16383 / 8 + 1000.0), 1.09), abs=1e-4)


def test_a_paused_scan_goes_on_behind_what_is_stored(say: Any, clock: Any):
    say("SRAT 4;REST;STRT")
    clock.sleep(2.5)
    say("PAUS;PAUS")
    assert say("*STB?0") == "0"  # SR850 manual: a paused scan is considered to be in progress
    clock.sleep(100.0)
    say("STRT;STRT")
    clock.sleep(1.5)
    say("PAUS")
    assert lia(say("TRCL?1,0,5")) == pytest.approx([0.0, 0.001, 0.002, 0.1025, 0.1035], abs=1e-4)
    say("REST")
    assert [say("SPTS?"), say("*STB?0")] == ["0", "1"]


def test_the_first_point_can_come_an_interval_later(moving: MovingLockIn, clock: Any, talk: Any):
    say = talk(SR830(moving, clock, serial=False, first_sample="after_interval"))
    say("SRAT 4;REST;STRT")
    clock.sleep(2.5)
    assert say("SPTS?") == "2"
    assert lia(say("TRCL?1,0,2")) == pytest.approx([0.001, 0.002], abs=1e-4)


def test_an_unknown_moment_of_the_first_point_is_refused(moving: MovingLockIn, clock: Any):
    with pytest.raises(ValueError, match="allowed: 'at_start', 'after_interval'"):
        SR830(moving, clock, serial=False, first_sample="soon")


def test_a_change_of_settings_changes_only_what_is_stored_afterwards(say: Any, clock: Any):
    say("SRAT 4;REST;STRT")
    clock.sleep(2.5)
    say("DDEF 1,1,0")  # R instead of X
    clock.sleep(2.0)
    say("DDEF 1,0,0;OEXP 1,10,0")  # X less 10 % of 1 V
    clock.sleep(1.0)
    say("PAUS")
    r = math.sqrt(5.0) * 0.001
    expected = [0.0, 0.001, 0.002, 3 * r, 4 * r, 0.005 - 0.1]
    assert lia(say("TRCL?1,0,6")) == pytest.approx(expected, abs=1e-4)


def test_offset_and_expand_make_the_steps_smaller(say: Any, moving: MovingLockIn, clock: Any):
    moving.signal = lambda _: (0.40001234, 0.0)
    say("OEXP 1,40,2;REST;STRT")
    clock.sleep(0.1)
    assert lia(say("TRCL?1,0,1")) == pytest.approx([0.00001234], abs=2.0**-21)  # 1.09 V/100 needs 2**-21 V a step


def test_other_displays_are_stored(say: Any, sr830: SR830, clock: Any):
    sr830.aux_in_v[:] = [1.25, -3.5, 0.5, 20.0]
    say("DDEF 1,4,0;DDEF 2,1,0;SRAT 4;REST")
    clock.sleep(1.0)
    say("STRT")
    clock.sleep(0.1)
    say("DDEF 2,4,0")
    clock.sleep(1.0)
    assert lia(say("TRCL?1,0,2")) == pytest.approx([-3.5, -3.5], abs=1e-3)
    assert lia(say("TRCL?2,0,2")) == pytest.approx([math.degrees(math.atan2(-2, 1)), 10.5], abs=1e-2)


# qcodes: a display with a ratio is in per cent
def test_a_ratio_is_stored_in_per_cent(say: Any, sr830: SR830, moving: MovingLockIn, clock: Any):
    moving.signal = lambda _: (0.25, 0.0)
    sr830.aux_in_v[1] = 2.0
    say("DDEF 1,0,2;REST;STRT")
    clock.sleep(0.1)
    assert float(say("OUTR?1")) == pytest.approx(12.5)  # 25 % of 1 V, by 2 V
    assert lia(say("TRCL?1,0,1")) == pytest.approx([12.5], rel=1e-4)
    sr830.aux_in_v[1] = 0.0
    assert float(say("OUTR?1")) == 1e6  # nothing to divide by


# --- triggers ---


def test_each_trigger_takes_a_point(say: Any, sr830: SR830, clock: Any):
    say("SRAT 14;REST;TRIG")
    assert say("SPTS?") == "0"  # storage was not started
    say("STRT;*CLS")
    for _ in range(3):
        clock.sleep(1.0)
        say("TRIG")
    sr830.trigger()
    assert say("SPTS?;LIAS?6;LIAS?6") == ["4", "1", "0"]
    assert lia(say("TRCL?1,0,4")) == pytest.approx([0.001, 0.002, 0.003, 0.003], abs=1e-4)
    say("PAUS;TRIG")
    assert say("SPTS?") == "4"


def test_a_trigger_starts_a_scan_where_it_is_told_to(say: Any, sr830: SR830, clock: Any):
    say("SRAT 4;TSTR 0;REST;TRIG")
    clock.sleep(2.5)
    assert say("SPTS?;LIAS?6") == ["0", "0"]
    say("TSTR 1")
    clock.sleep(2.5)
    assert say("SPTS?") == "0"
    sr830.trigger()  # group execute trigger
    clock.sleep(2.5)
    assert say("SPTS?;LIAS?6") == ["3", "1"]


def test_triggered_points_fill_the_buffer_once(moving: MovingLockIn, clock: Any, talk: Any):
    instrument = SR830(moving, clock, serial=False, model="SR810")
    say = talk(instrument)
    say("SRAT 14;SEND 0;REST;STRT")
    for _ in range(8200):
        instrument.trigger()
    assert say("SPTS?;*STB?0") == ["8191", "1"]


# --- fast transfer ---


def test_fast_transfer_sends_each_point_as_it_is_taken(say: Any, sr830: SR830, clock: Any):
    moments = []
    say("SENS 20;SRAT 7;SEND 0;REST;FAST 2")  # 10 mV, 8 Hz
    say("STRD")
    start_s = clock.now()
    received = b""
    for _ in range(5):
        clock.time_s = sr830.next_event_s
        moments.append(clock.now() - start_s)
        received += b"".join(sr830.poll())
    assert moments == pytest.approx([0.5 + k / 8 for k in range(5)])  # manual: STRD waits for half a second
    pairs = [struct.unpack_from("<hh", received, 4 * k) for k in range(5)]
    # 30000 is full scale; beyond 16 bits it stays at the end
    assert pairs == [(round(3.0 * 1000 * t), round(-6.0 * 1000 * t)) for t in moments]
    assert say("SPTS?") == "5"  # they are stored as well
    say("FAST 0")
    clock.sleep(1.0)
    assert say("FAST?") == "0"
    assert sr830.poll() == []


def test_fast_transfer_carries_offset_and_expand(say: Any, sr830: SR830, moving: MovingLockIn, clock: Any):
    moving.signal = lambda _: (0.45, 2.0)
    say("OEXP 1,40,1;FAST 1;REST;STRD")
    clock.sleep(0.5)
    # (0.45 - 0.4) 10 30000; the manual: "(raw data - offset) x expand"
    assert struct.unpack("<hh", b"".join(sr830.poll())) == (15000, 32767)


@pytest.mark.parametrize(("mode", "waiting", "aborted"), [(2, 60, False), (2, 70, True), (1, 2, False), (1, 5, True)])
def test_fast_transfer_ends_when_nobody_listens(
    say: Any, sr830: SR830, clock: Any, mode: int, waiting: int, aborted: bool
):
    say(f"SRAT 13;FAST {mode};REST;STRD")
    clock.sleep(0.5 + (waiting - 0.5) / 512)
    sent = b"".join(sr830.poll())
    assert len(sent) == (0 if aborted else 4 * waiting)
    assert say("ERRS?5") == str(int(aborted))
    assert (sr830.next_event_s == math.inf) is aborted


def test_an_abort_is_latched_in_the_error_status(say: Any, sr830: SR830, clock: Any):
    say("ERRE 5,1;SRAT 13;FAST 2;REST;STRD")
    clock.sleep(10.0)
    sr830.poll()
    assert say("*STB?2;ERRS?;ERRS?;FAST?;*STB?0") == ["1", "32", "0", "0", "1"]


def test_fast_transfer_needs_the_bus(moving: MovingLockIn, clock: Any, talk: Any):
    say = talk(SR830(moving, clock, serial=True))
    say("*CLS;FAST 1")
    assert say("FAST?;*ESR?") == ["0", "16"]


def test_reset_and_a_change_of_rate(say: Any, clock: Any):
    say("SRAT 4;REST;STRT")
    clock.sleep(1.5)
    say("SRAT 7")
    clock.sleep(1.05)
    say("PAUS")
    assert say("SPTS?") == "11"
    say("*RST")
    assert say("SPTS?;SRAT?;SEND?;FAST?") == ["0", "4", "1", "0"]


# --- SR810 ---


@pytest.fixture
def sr810(moving: MovingLockIn, clock: Any, talk: Any) -> Any:
    talker = talk(SR830(moving, clock, serial=False, model="SR810"))
    talker("*CLS")
    return talker


def test_an_sr810_has_one_display(sr810: Any):
    assert sr810("*IDN?") == "Stanford_Research_Systems,SR810,s/n86025,ver1.07"
    for text in ("DDEF 2,0,0", "DDEF? 2", "OUTR?2", "FPOP 2,0", "FPOP?2", "SNAP?1,11", "TRCL?2,0,1"):
        assert sr810(text) is None
        assert sr810("*ESR?") == "16", text
    assert sr810("DDEF 1,1,0;DDEF?1;SNAP?1,10") == ["1,0", "0,0"]


def test_an_sr810_takes_commands_without_the_display(sr810: Any, clock: Any):
    # SR810 manual: "TRCL ? j, k"
    sr810("DDEF 0,0;SRAT 4;REST;STRT")
    clock.sleep(3.5)
    sr810("PAUS")
    assert sr810("TRCL?0,4") == sr810("TRCL?1,0,4")
    assert sr810("DDEF?;FPOP 0;FPOP?;OUTR?") == ["0,0", "0", "0.0035"]


def test_an_sr810_holds_8191_points(sr810: Any, clock: Any):
    sr810("SRAT 13;SEND 0;REST;STRT")
    clock.sleep(60.0)
    assert sr810("SPTS?") == "8191"
