from __future__ import annotations

import pytest

from vsmdaq_drivers.contracts import IdentityError, LimitError, RefusedError, ReplyError, StageReading
from vsmdaq_drivers.others.newport_esp301 import NewportEsp301

# manual: SN 7 is degree, MO? 1 is power on; other driver: TE? 0 is no error
PREPARED = [("TE?", "0"), ("1SN?", "7"), ("1MO?", "1"), ("1SL?", "-180"), ("1SR?", "180.0000")]
MOVE = [("1PA90.0000", None), ("TE?", "0")]


def look(angle, done, error="0"):
    return [("1TP", angle), ("1MD?", done), ("TE?", error)]


def ready(wire, script, **options):
    stage = NewportEsp301(wire([*PREPARED, *script]), **options)
    stage.prepare()
    return stage


def test_identity(wire):
    for found in ("ESP300 Version 3.04 07/27/01", "ESP301 Version 3.09"):
        assert NewportEsp301(wire([("VE?", found)])).identify() == found
    with pytest.raises(IdentityError):
        NewportEsp301(wire([("VE?", "SMC100CC")])).identify()


def test_prepare_throws_old_errors_away(wire):
    NewportEsp301(wire([("TE?", "113"), ("TE?", "6"), *PREPARED])).prepare()


@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([("TE?", "6")] * 20, "more than 20 errors wait"),
        ([("TE?", "0"), ("1SN?", "2")], "the unit of axis 1 is number 2; wanted is degree"),
        ([("TE?", "0"), ("1SN?", "7"), ("1MO?", "0")], "the motor is off; switch it on at the controller"),
    ],
)
def test_prepare_refuses(wire, script, message):
    with pytest.raises(RefusedError, match=message):
        NewportEsp301(wire(script)).prepare()


def test_a_move(wire):
    stage = ready(wire, [*MOVE, *look("0.0000", "1"), *look("45.1", "0"), *look("89.9990", "1")])
    stage.move_to(90.0)
    # done before the first look has seen it move: it is not there yet
    assert stage.poll() == StageReading(0.0, moving=True, faults=(), time_s=0.0)
    assert stage.poll().moving
    assert stage.poll() == StageReading(89.999, moving=False, faults=(), time_s=0.0)


def test_a_refused_move_names_its_error(wire):
    stage = ready(wire, [MOVE[0], ("TE?", "113")])
    with pytest.raises(RefusedError, match=r"'1PA90.0000': error 113, axis 1: motor not enabled"):
        stage.move_to(90.0)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("104", "axis 1: positive hardware limit"),
        ("199", "axis 1: error 99"),
        ("4", "emergency stop"),
        ("77", "error 77"),
    ],
)
def test_a_fault_ends_the_move(wire, number, text):
    stage = ready(wire, [*MOVE, *look("45.0", "1", number), *look("45.0", "1")])
    stage.move_to(90.0)
    assert stage.poll() == StageReading(45.0, moving=False, faults=(text,), time_s=0.0)
    assert not stage.poll().moving


def test_stop(wire):
    stage = ready(wire, [*MOVE, ("1ST", None), *look("12.0", "0"), *look("12.5", "1")])
    stage.move_to(90.0)
    stage.stop()
    assert [stage.poll().moving, stage.poll().moving] == [True, False]


def test_a_stop_that_was_not_heard_is_sent_again(wire):
    stage = ready(
        wire, [*MOVE, ("1ST", None), *look("12.0", "0"), *look("40.0", "0"), ("1ST", None), *look("41.0", "1")]
    )
    stage.move_to(90.0)
    stage.stop()
    moving = []
    for _ in range(3):
        stage._link.clock.sleep(0.6)
        moving.append(stage.poll().moving)
    assert moving == [True, True, False]


@pytest.mark.parametrize("angle", [180.1, -180.1, float("nan"), float("inf")])
def test_beyond_the_soft_limits_no_byte_is_sent(wire, angle):
    stage = ready(wire, [])
    with pytest.raises(LimitError, match="allowed are -180 to 180 degree; nothing was sent"):
        stage.move_to(angle)


def test_before_prepare_nothing_moves(wire):
    link = wire()
    with pytest.raises(RefusedError, match="the soft limits are not known before prepare"):
        NewportEsp301(link).move_to(1.0)
    assert link.sent == ()


def test_another_axis(wire):
    script = [
        ("TE?", "0"),
        ("3SN?", "7"),
        ("3MO?", "1"),
        ("3SL?", "-10"),
        ("3SR?", "10"),
        ("3PA0.0000", None),
        ("TE?", "0"),
    ]
    stage = NewportEsp301(wire(script), axis=3)
    stage.prepare()
    stage.move_to(-1e-9)
    with pytest.raises(ValueError, match="allowed are 1, 2, 3"):
        NewportEsp301(wire(), axis=4)


@pytest.mark.parametrize("garbage", ["", "?", "1,2", "NaN"])
def test_garbage(wire, garbage):
    with pytest.raises(ReplyError):
        NewportEsp301(wire([("1TP", garbage)])).poll()
