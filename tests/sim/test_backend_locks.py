"""Locks through PyVISA; what is expected stands in VPP-4.3, chapter 3.6 and viLock."""

from __future__ import annotations

from typing import Any

import pytest
import pyvisa
from pyvisa import constants

from vsmdaq_sim.link import SimDeadlockError
from vsmdaq_sim.locks import Locks

LOCKIN = "GPIB0::8::INSTR"
SUPPLY = "GPIB0::12::INSTR"
CODE = constants.StatusCode


def refused(call: Any, code: constants.StatusCode) -> None:
    with pytest.raises(pyvisa.VisaIOError) as caught:
        call()
    assert CODE(caught.value.error_code) == code


@pytest.fixture
def three(manager: Any) -> tuple[Any, Any, Any]:
    return tuple(manager.open_resource(LOCKIN) for _ in range(3))


def test_an_exclusive_lock_keeps_every_operation_of_others_out(three: Any):
    one, two, _ = three
    one.lock_excl()
    for call in (
        lambda: two.query("SENS?"),
        lambda: two.write("SENS 3"),
        two.read,
        two.clear,
        lambda: two.stb,
        two.assert_trigger,
        lambda: two.flush(constants.BufferOperation.discard_read_buffer),
        lambda: two.control_ren(constants.RENLineOperation.asrt),
    ):
        refused(call, CODE.error_resource_locked)
    assert two.timeout == 2000  # attributes can be looked at
    assert two.lock_state == constants.AccessModes.exclusive_lock
    assert one.query("SENS?") == "26\n"


def test_a_lock_holds_for_its_instrument_only(manager: Any):
    one, other = manager.open_resource(LOCKIN), manager.open_resource(SUPPLY)
    one.lock_excl()
    assert other.query("*IDN?").startswith("LSCI,MODEL643")
    assert other.lock_state == constants.AccessModes.no_lock


def test_sharers_of_a_key_work_and_others_do_not(three: Any):
    one, two, three_ = three
    key = one.lock()
    assert key
    assert two.lock(requested_key=key) == key
    for sharer in (one, two):
        assert sharer.query("SENS?") == "26\n"
        assert sharer.lock_state == constants.AccessModes.shared_lock
    refused(lambda: three_.query("SENS?"), CODE.error_resource_locked)
    one.unlock()
    two.unlock()
    assert three_.query("SENS?") == "26\n"


def test_a_key_of_ones_own_choice(three: Any):
    one, two, _ = three
    assert one.lock(requested_key="bench 7") == "bench 7"
    refused(lambda: one.lock(requested_key="another"), CODE.error_invalid_access_key)
    assert two.lock(requested_key="bench 7") == "bench 7"


def test_a_sharer_may_lock_the_others_out(three: Any):
    one, two, _ = three
    key = one.lock()
    two.lock(requested_key=key)
    one.lock_excl()
    refused(lambda: two.query("SENS?"), CODE.error_resource_locked)
    one.unlock()
    assert one.last_status == CODE.success_nested_shared
    assert two.query("SENS?") == "26\n"


def test_locks_nest(three: Any):
    one, two, _ = three
    one.lock_excl()
    one.lock_excl()
    assert one.last_status == CODE.success_nested_exclusive
    one.unlock()
    assert one.last_status == CODE.success_nested_exclusive
    refused(lambda: two.query("SENS?"), CODE.error_resource_locked)
    one.unlock()
    assert one.last_status == CODE.success
    assert two.query("SENS?") == "26\n"
    refused(one.unlock, CODE.error_session_not_locked)


@pytest.mark.parametrize("kind", ["lock_excl", "lock"])
def test_what_is_locked_is_waited_for_on_the_virtual_clock(manager: Any, three: Any, kind: str):
    one, two, _ = three
    one.lock_excl()
    before = manager.visalib.clock.now()
    refused(lambda: getattr(two, kind)(timeout=1500), CODE.error_timeout)
    assert manager.visalib.clock.now() - before == pytest.approx(1.5)
    assert two.last_status == CODE.error_timeout
    before = manager.visalib.clock.now()
    refused(lambda: getattr(two, kind)(timeout=0), CODE.error_timeout)
    assert manager.visalib.clock.now() == before
    with pytest.raises(SimDeadlockError, match=LOCKIN):
        getattr(two, kind)(timeout=None)


def test_a_context_gives_its_lock_back(three: Any):
    one, two, _ = three
    with one.lock_context():
        refused(lambda: two.query("SENS?"), CODE.error_resource_locked)
    with one.lock_context(requested_key=None) as key, two.lock_context(requested_key=key):
        assert two.query("SENS?") == "26\n"
    assert two.query("SENS?") == "26\n"


def test_closing_gives_all_locks_back(three: Any):
    one, two, _ = three
    one.lock()
    one.lock_excl()
    one.lock_excl()
    one.close()
    assert two.query("SENS?") == "26\n"


def test_opening_with_an_exclusive_lock(manager: Any):
    one = manager.open_resource(LOCKIN, access_mode=constants.AccessModes.exclusive_lock)
    two = manager.open_resource(LOCKIN)  # opening is no use of the instrument
    refused(lambda: two.query("SENS?"), CODE.error_resource_locked)
    before = manager.visalib.clock.now()
    refused(
        lambda: manager.open_resource(LOCKIN, access_mode=constants.AccessModes.exclusive_lock, open_timeout=700),
        CODE.error_resource_locked,
    )
    assert manager.visalib.clock.now() - before == pytest.approx(0.7)
    one.close()
    three = manager.open_resource(LOCKIN, access_mode=constants.AccessModes.exclusive_lock)
    assert three.query("SENS?") == "26\n"


def test_opening_with_a_shared_lock_is_no_access_mode(manager: Any):
    # there would be no way to learn the key
    refused(
        lambda: manager.open_resource(LOCKIN, access_mode=constants.AccessModes.shared_lock),
        CODE.error_invalid_access_mode,
    )


def test_locks_hold_between_two_libraries_of_one_bench(managers: Any, world_file: Any, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(world_file.parent)
    one = managers(str(world_file)).open_resource(LOCKIN)
    two = managers("./world.toml").open_resource(LOCKIN)
    assert one.visalib is not two.visalib
    one.lock_excl()
    refused(lambda: two.query("SENS?"), CODE.error_resource_locked)


def test_an_unknown_lock_type(three: Any):
    one, _, _ = three
    refused(lambda: one.visalib.lock(one.session, 7, 0), CODE.error_invalid_lock_type)


def test_no_lock_is_left_in_the_table():
    locks, one, two = Locks(), object(), object()
    assert locks.release("a", one) == CODE.error_session_not_locked
    locks.exclusive("a", one)
    locks.shared("b", two, None)
    assert locks.any
    locks.forget("a", one)
    locks.forget("b", two)
    locks.forget("b", one)
    assert not locks.any
    assert not locks.excludes("a", two)
