"""Each fault at the wire, seen by PyVISA: what the host gets, and that the log says what was injected."""

from __future__ import annotations

from pathlib import Path

import pytest
import pyvisa
from pyvisa import constants

import vsmdaq_configs
from vsmdaq_sim.faults import KINDS_OF_FAULTS, Fault

REFERENCE = Path(vsmdaq_configs.__file__).parent / "worlds" / "reference.toml"
TIMEOUT = constants.StatusCode.error_timeout


@pytest.fixture
def manager():
    manager = pyvisa.ResourceManager(f"{REFERENCE}@vsmsim")
    yield manager
    manager.close()


@pytest.fixture
def bench(manager):
    return manager.visalib.bench


@pytest.fixture
def supply(manager):
    supply = manager.open_resource("GPIB0::12::INSTR", read_termination="\r\n", write_termination="\r\n")
    supply.timeout = 1000
    supply.write("SETI 5.0")
    manager.visalib.clock.sleep(10.0)
    return supply


def raw(resource) -> bytes:
    resource.write("SETI?")
    return resource.read_raw()


def timed_out(resource) -> bool:
    with pytest.raises(pyvisa.VisaIOError) as caught:
        raw(resource)
    return caught.value.error_code == TIMEOUT


def kinds(bench) -> list[str]:
    return [injection.kind for injection in bench.faults.log]


def test_no_reply_once_and_in_sync_afterwards(supply, bench):
    bench.faults.arm(Fault("supply", "no_reply", match="SETI"))
    assert timed_out(supply)
    assert raw(supply) == b"+05.0000\r\n"
    (injection,) = bench.faults.log
    assert (injection.instrument, injection.kind, injection.command) == ("supply", "no_reply", "SETI?")


def test_a_late_reply_is_there_when_its_time_has_come(supply, bench):
    bench.faults.arm(Fault("supply", "late_reply", delay_s=1.5))
    assert timed_out(supply)
    bench.clock.sleep(1.0)
    assert supply.read_raw() == b"+05.0000\r\n"  # the late one: what a driver must not take for the next


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (Fault("supply", "garbage", text="@#!"), b"@#!\r\n"),
        (Fault("supply", "non_utf8"), b"+\xff\xfe\x8005.0000\r\n"),
        (Fault("supply", "shortened"), b"+05.000\r\n"),
        (Fault("supply", "replaced", text="+60.0000"), b"+60.0000\r\n"),
    ],
    ids=lambda value: value.kind if isinstance(value, Fault) else "",
)
def test_bytes_of_the_reply(supply, bench, fault, expected):
    bench.faults.arm(fault)
    assert raw(supply) == expected
    assert raw(supply) == b"+05.0000\r\n"
    assert kinds(bench) == [fault.kind]


@pytest.mark.parametrize("kind", ["truncated", "wrong_terminator"])
def test_a_line_that_does_not_end_is_a_time_out(supply, bench, kind):
    bench.faults.arm(Fault("supply", kind))
    assert timed_out(supply)
    supply.clear()
    assert raw(supply) == b"+05.0000\r\n"


def test_slow_drip_takes_its_time(supply, bench):
    bench.faults.arm(Fault("supply", "slow_drip", delay_s=0.05))
    start_s = bench.clock.now()
    assert raw(supply) == b"+05.0000\r\n"
    assert bench.clock.now() - start_s == pytest.approx(9 * 0.05 + 0.016, abs=0.03)  # ten bytes


def test_bit_flips_are_as_many_as_asked_for(supply, bench):
    bench.faults.arm(Fault("supply", "bit_flips", count=3))
    reply = raw(supply)
    assert sum((a ^ b).bit_count() for a, b in zip(reply, b"+05.0000\r\n", strict=True)) == 3


def test_one_digit_is_another_one(supply, bench):
    bench.faults.arm(Fault("supply", "changed_digit"))
    reply = raw(supply)
    assert sum(a != b for a, b in zip(reply, b"+05.0000\r\n", strict=True)) == 1
    float(reply)


def test_duplicate_leaves_one_behind(supply, bench):
    bench.faults.arm(Fault("supply", "duplicate"))
    assert raw(supply) == supply.read_raw() == b"+05.0000\r\n"


def test_stuck_repeats_the_reply_to_the_same_command(supply, bench):
    bench.faults.arm(Fault("supply", "stuck", match="RDGI", after=1, times=0))
    supply.write("SETI 9.0")
    first = supply.query("RDGI?")
    bench.clock.sleep(10.0)
    assert supply.query("RDGI?") == first
    assert raw(supply) == b"+09.0000\r\n"


def test_swapped_gives_the_reply_to_the_command_before(supply, bench):
    bench.faults.arm(Fault("supply", "swapped", match="SETI"))
    rate = supply.query("RATE?")
    assert supply.query("SETI?") == rate


def test_a_lost_command_changes_nothing(supply, bench):
    bench.faults.arm(Fault("supply", "lost_command", match="SETI 7"))
    supply.write("SETI 7.0")
    assert raw(supply) == b"+05.0000\r\n"
    supply.write("SETI 7.0")
    assert raw(supply) == b"+07.0000\r\n"


def test_a_corrupted_command_is_heard_wrong(supply, bench):
    bench.faults.arm(Fault("supply", "corrupted_command", match="SETI 7", count=2))
    supply.write("SETI 7.0")
    assert bench.faults.log[0].outcome != repr("SETI 7.0")


def test_unsolicited_at_its_time(supply, bench):
    bench.faults.arm(Fault("supply", "unsolicited", text="HELLO", at_s=bench.clock.now() + 0.5))
    assert supply.read_raw() == b"HELLO\r\n"
    assert kinds(bench) == ["unsolicited"]


def test_disconnect_and_return(supply, bench):
    bench.faults.arm(Fault("supply", "disconnect", match="SETI", duration_s=3.0))
    with pytest.raises(pyvisa.VisaIOError) as caught:
        raw(supply)
    assert caught.value.error_code == constants.StatusCode.error_connection_lost
    bench.clock.sleep(3.0)
    assert raw(supply) == b"+05.0000\r\n"


def test_disconnect_in_the_middle_of_a_wait(supply, bench):
    start_s = bench.clock.now()
    bench.faults.arm(Fault("supply", "disconnect", at_s=start_s + 0.3))
    with pytest.raises(pyvisa.VisaIOError) as caught:
        supply.read_raw()
    assert caught.value.error_code == constants.StatusCode.error_connection_lost
    assert bench.clock.now() == pytest.approx(start_s + 0.3)


def test_power_cycle_comes_back_with_defaults(manager, bench):
    lockin = manager.open_resource("GPIB0::8::INSTR", read_termination="\n", write_termination="\n")
    lockin.timeout = 1000
    lockin.write("SENS 12")
    bench.faults.arm(Fault("lockin", "power_cycle", match="OFLT", duration_s=4.0))
    with pytest.raises(pyvisa.VisaIOError):
        lockin.query("OFLT?")
    with pytest.raises(pyvisa.VisaIOError):
        lockin.query("SENS?")
    bench.clock.sleep(4.0)
    assert lockin.query("SENS?") == "26"  # 1 V, the manual's default


def test_probability_is_the_seeds_and_near_what_was_asked(bench, supply):
    def struck():
        bench.faults.clear()
        bench.faults.log.clear()
        bench.faults.arm(Fault("supply", "garbage", text="x", times=0, probability=0.2))
        return sum(raw(supply) == b"x\r\n" for _ in range(1000))

    count = struck()
    assert abs(count - 200) < 4 * (1000 * 0.2 * 0.8) ** 0.5  # four standard deviations of a binomial
    assert len(bench.faults.log) == count


def test_count_and_window(supply, bench):
    bench.faults.arm(Fault("supply", "garbage", text="x", after=2, times=2))
    assert [raw(supply) == b"x\r\n" for _ in range(6)] == [False, False, True, True, False, False]
    bench.faults.arm(
        Fault("supply", "garbage", text="y", times=0, at_s=bench.clock.now() + 1, until_s=bench.clock.now() + 2)
    )
    seen = []
    for _ in range(6):
        seen.append(raw(supply) == b"y\r\n")
        bench.clock.sleep(0.5)
    assert seen == [False, False, True, True, False, False]


def test_faults_in_the_world_file(tmp_path):
    path = tmp_path / "world.toml"
    path.write_text(
        f'base = "{REFERENCE}"\n'
        '[[faults]]\ninstrument = "supply"\nkind = "replaced"\nmatch = "RATE"\ntext = "+99.0000"\n'
        '[[faults]]\ninstrument = "lockin"\nkind = "disconnect"\nat_s = 4.0\n',
        encoding="utf-8",
    )
    manager = pyvisa.ResourceManager(f"{path}@vsmsim")
    supply = manager.open_resource("GPIB0::12::INSTR", read_termination="\r\n")
    assert supply.query("RATE?") == "+99.0000"
    manager.close()


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('instrument = "lock"\nkind = "no_reply"', "instrument: given 'lock'; allowed: supply"),
        ('instrument = "lockin"\nkind = "nothing"', "kind: given 'nothing'; allowed: no_reply, late_reply"),
        ('instrument = "lockin"\nkind = "no_reply"\nmatch = "("', "match: given '\\('; allowed: a regular expression"),
        ('instrument = "lockin"\nkind = "disconnect"', "at_s: given None; allowed: a time"),
        ('instrument = "lockin"\nkind = "no_reply"\ncolour = 1', r"faults\[0\].colour"),
        ('instrument = "lockin"\nkind = "fail"\nat_s = 1.0', "what: given ''; allowed: the name of a failure"),
        ('instrument = "lockin"\nkind = "fail"\nat_s = 1.0\nwhat = "fire"', "what: given 'fire'; allowed: "),
    ],
)
def test_a_bad_fault_names_what_is_allowed(tmp_path, text, what):
    path = tmp_path / "world.toml"
    path.write_text(f'base = "{REFERENCE}"\n[[faults]]\n{text}\n', encoding="utf-8")
    with pytest.raises(ValueError, match=what):
        pyvisa.ResourceManager(f"{path}@vsmsim")


def test_every_kind_says_what_it_is():
    assert all(kind.about for kind in KINDS_OF_FAULTS.values())


def test_a_sound_bench_has_no_faults_on_its_wires(supply, bench):
    raw(supply)
    assert all(endpoint.faults is None for endpoint in bench.endpoints.values())
    assert bench.faults.log == []
