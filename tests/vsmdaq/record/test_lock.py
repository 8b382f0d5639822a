"""The bench lock between real processes: refused while held, free after a kill, and the dead are remembered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vsmdaq.record import BenchLock, LockedError, default_state_dir, request_stop
from vsmdaq_drivers.contracts import MagnetStillOnError

ADDRESSES = ("GPIB0::12::INSTR", "GPIB0::8::INSTR")
# Holds the lock until a line comes in; says what it sees.
HOLDER = """
import sys
from pathlib import Path
from vsmdaq.record import BenchLock
lock = BenchLock(sys.argv[2:], state_dir=Path(sys.argv[1]), bench="ref", run="loop-7")
lock.acquire()
print("held", flush=True)
sys.stdin.readline()
print(lock.stop_requested(), flush=True)
lock.release()
"""


@pytest.fixture
def holder(tmp_path):
    root = Path(__file__).resolve().parents[3]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(root), str(root / "drivers")])}
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path), *ADDRESSES],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        yield process
        if process.poll() is None:
            process.kill()


def lock_at(state_dir: Path, *addresses: str) -> BenchLock:
    return BenchLock(addresses or ADDRESSES, state_dir=state_dir, bench="mine", run="nickel")


def test_a_second_process_is_refused_by_name_and_all_is_let_go(tmp_path, holder):
    free_and_held = ("ASRL1::INSTR", ADDRESSES[0])
    with pytest.raises(LockedError, match=f"GPIB0::12::INSTR is held by process {holder.pid} .*run loop-7") as caught:
        lock_at(tmp_path, *free_and_held).acquire()
    assert caught.value.pid == holder.pid
    with lock_at(tmp_path, "ASRL1::INSTR") as lock:  # taken first, given back on refusal
        assert lock.found_unsafe == ()


def test_a_request_to_stop_reaches_the_holder_and_ends_with_it(tmp_path, holder):
    asked = request_stop(tmp_path, ADDRESSES, "safe was asked for")
    assert {one.pid for one in asked} == {holder.pid}
    output, _ = holder.communicate("\n")
    assert output == "safe was asked for\n"
    with lock_at(tmp_path) as lock:
        assert lock.found_unsafe == ()
        assert lock.stop_requested() is None
    assert request_stop(tmp_path, ADDRESSES, "again") == ()


def test_who_was_killed_is_found_by_the_next(tmp_path, holder):
    holder.kill()
    holder.wait()
    with lock_at(tmp_path) as lock:
        assert [(one.address, one.pid, one.run) for one in lock.found_unsafe] == [
            (address, holder.pid, "loop-7") for address in ADDRESSES
        ]
        lock.made_safe()
    with lock_at(tmp_path) as lock:
        assert lock.found_unsafe == ()


def test_who_was_killed_is_remembered_until_somebody_has_made_it_safe(tmp_path, holder):
    holder.kill()
    holder.wait()
    for _ in range(2):  # these only look
        with lock_at(tmp_path) as lock:
            assert [(one.pid, one.run) for one in lock.found_unsafe] == [(holder.pid, "loop-7")] * 2


def test_an_end_that_could_not_be_made_safe_is_remembered(tmp_path):
    lock = lock_at(tmp_path)
    lock.acquire()
    lock.release(left_unsafe="I = 3 A")
    lock.release()
    with lock_at(tmp_path) as following:
        assert {one.left_unsafe for one in following.found_unsafe} == {"I = 3 A"}


def test_a_magnet_that_stayed_on_is_remembered_without_being_told(tmp_path):
    with pytest.raises(MagnetStillOnError), lock_at(tmp_path):
        raise MagnetStillOnError(3.0, "the supply does not answer")
    with lock_at(tmp_path) as following:
        assert "MAGNET STILL ON, I = +3.000 A" in following.found_unsafe[0].left_unsafe
        following.made_safe()
    with lock_at(tmp_path) as last:
        assert last.found_unsafe == ()


def test_one_process_cannot_hold_an_instrument_twice(tmp_path):
    with lock_at(tmp_path) as lock:
        with pytest.raises(LockedError, match=str(os.getpid())):
            lock_at(tmp_path, ADDRESSES[1]).acquire()
        with pytest.raises(RuntimeError, match="held already"):
            lock.acquire()


def test_a_damaged_note_still_says_that_somebody_was_there(tmp_path):
    lock = lock_at(tmp_path)
    lock.acquire()
    lock.release(left_unsafe="x")
    for note in tmp_path.glob("*.holder.json"):
        note.write_text("{")
    with lock_at(tmp_path) as following:
        assert [one.pid for one in following.found_unsafe] == [None, None]


def test_nothing_is_left_after_release_but_empty_lock_files(tmp_path):
    with lock_at(tmp_path):
        request_stop(tmp_path, ADDRESSES, "stop")
    assert all(entry.suffix == ".lock" and entry.stat().st_size == 0 for entry in tmp_path.iterdir())


def test_addresses_that_differ_only_in_what_a_file_name_cannot_hold_are_two(tmp_path):
    with lock_at(tmp_path, "/dev/ttyUSB0"), lock_at(tmp_path, "dev:ttyUSB0"):
        pass


@pytest.mark.parametrize(
    ("environment", "windows", "expected"),
    [
        ({}, False, "/home/x/.local/state/vsmdaq"),
        ({"XDG_STATE_HOME": "/state"}, False, "/state/vsmdaq"),
        ({"XDG_STATE_HOME": "relative"}, False, "/home/x/.local/state/vsmdaq"),
        ({"LOCALAPPDATA": "/local"}, True, "/local/vsmdaq"),
        ({}, True, "/home/x/AppData/Local/vsmdaq"),
    ],
)
def test_state_folder_of_each_platform(environment, windows, expected):
    assert default_state_dir(environment, Path("/home/x"), windows=windows) == Path(expected)
