from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import (
    IdentityError,
    LimitError,
    LinkTimeoutError,
    LockInFilter,
    LockInReading,
    LockInStatus,
    RefusedError,
    ReplyError,
)
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.lockins import signal_recovery_7265, signal_recovery_7270
from vsmdaq_drivers.lockins.signal_recovery_7265 import SignalRecovery7265
from vsmdaq_drivers.lockins.signal_recovery_7270 import SignalRecovery7270
from vsmdaq_drivers.lockins.signal_recovery_dsp import SENSITIVITIES_V_RMS

# How the steps of the dialogues are known. Manual (7220 ch. 6, 7270 p. 6-6 to 6-37): ID, SEN., TC., XY., FRQ., REFP., SLOPE, SYNC,
# REFMODE, XOF, DD, ST, N, VMODE, IMODE, CP, USBTERM; that the 7270 answers everything. Other driver (pymeasure): indices of
# SEN and TC, REFN, REFP. within 0 to 360, the line feed and the stray NUL. Assumed: that NOISEMODE and FASTMODE read back.
DONE = 1  # status byte: command complete
BOTH = [SignalRecovery7265, SignalRecovery7270]


def fast(driver):
    return [("NOISEMODE", "0"), ("FASTMODE", "0")] if driver is SignalRecovery7270 else []


def good(driver):
    look = [("N", "0")] if driver is SignalRecovery7265 else [("ST", "1")]
    offsets = [("XOF", "0,0"), ("YOF", "0,0")]
    return [
        ("IMODE", "0"),
        ("VMODE", "1"),
        ("DD", "44"),
        ("REFMODE", "0"),
        *fast(driver),
        ("REFN", "1"),
        *offsets,
        *look,
    ]


def told(driver, command):
    """A command without answer; the 7270 answers it with nothing but its NUL."""
    return (command, None if driver is SignalRecovery7265 else "")


def make(driver, wire, script=(), **options):
    return driver(wire(script, status_byte=DONE if driver is SignalRecovery7265 else None), **options)


def test_tables_are_those_of_pymeasure_and_the_manuals():
    # SEN: 7230 manual p. E-20; TC: 7220 manual p. 6-14, 7270 manual p. 6-16 and 6-37, pymeasure
    assert {n: SENSITIVITIES_V_RMS[n - 1] for n in (1, 3, 18, 27)} == {1: 2e-9, 3: 10e-9, 18: 1e-3, 27: 1.0}
    assert len(SENSITIVITIES_V_RMS) == 27
    old = signal_recovery_7265.TIME_CONSTANTS_S
    assert len(old) == 29
    assert [old[n] for n in (0, 2, 6, 7, 11, 14, 28)] == [10e-6, 40e-6, 640e-6, 5e-3, 0.1, 1.0, 50e3]
    new = signal_recovery_7270.TIME_CONSTANTS_S
    assert [new[n - 8] for n in (8, 12, 13, 30)] == [5e-3, 0.1, 0.2, 100e3]
    assert len(new) == 23


# --- who it is ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reply", ["7265", "7260", "7265\0", "\x007265", "7265\r"])
def test_identity_of_the_7265(wire, reply):
    link = wire([("ID", reply)])
    assert SignalRecovery7265(link).identify() in {"7265", "7260"}
    assert link.clears == 1


@pytest.mark.parametrize("before", ["", "\n"])
@pytest.mark.parametrize("reply", ["7270", "7270\n"])
def test_identity_of_the_7270(wire, before, reply):
    link = wire([("USBTERM 0", before), ("ID", reply), ("ID", reply)])
    assert SignalRecovery7270(link).identify() == "7270"
    assert link.clears == 2


@pytest.mark.parametrize("left", ["\x01", "\x11\x107270\n", ReplyError("ID", "\x81\0", "text")])
def test_status_bytes_behind_a_reply_are_found(wire, left):
    link = wire([("USBTERM 0", ""), ("ID", "7270\n"), ("ID", left)])
    with pytest.raises(ReplyError, match="on a network take port 50001, not 50000"):
        SignalRecovery7270(link).identify()


@pytest.mark.parametrize("other", ["7220", "7270", "SR830", ""])
def test_another_instrument_than_a_7265_is_named(wire, other):
    with pytest.raises(IdentityError) as caught:
        SignalRecovery7265(wire([("ID", other)])).identify()
    assert str(caught.value) == (
        f"instrument at BENCH: expected a Signal Recovery 7265, but {other!r} answers. "
        "Check address and driver in the bench file."
    )


def test_another_instrument_than_a_7270_is_named(wire):
    with pytest.raises(IdentityError, match="expected a Signal Recovery 7270, but '7265' answers"):
        SignalRecovery7270(wire([("USBTERM 0", ""), ("ID", "7265")])).identify()


# --- prepare -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", BOTH)
def test_prepare_leaves_a_good_state_alone(wire, driver):
    make(driver, wire, good(driver)).prepare()


@pytest.mark.parametrize("driver", BOTH)
def test_prepare_sets_what_is_given(wire, driver):
    script = [("IMODE", "0"), told(driver, "VMODE 3"), ("VMODE", "3"), told(driver, "CP 1"), ("CP", "1")]
    make(driver, wire, [*script, *good(driver)[2:]], source="A-B", coupling="DC").prepare()


@pytest.mark.parametrize("driver", BOTH)
def test_prepare_changes_what_is_wrong(wire, driver):
    script = [("IMODE", "0"), ("VMODE", "1"), ("DD", "59"), told(driver, "DD 44"), ("DD", "44")]
    script += [("REFMODE", "1"), told(driver, "REFMODE 0"), ("REFMODE", "0")]
    for name, _ in fast(driver):
        script += [(name, "1"), told(driver, f"{name} 0"), (name, "0")]
    script += [("REFN", "2"), told(driver, "REFN 1"), ("REFN", "1")]
    script += [
        ("XOF", "1,100"),
        told(driver, "XOF 0"),
        ("XOF", "0,100"),
        ("YOF", "1"),
        told(driver, "YOF 0"),
        ("YOF", "0"),
    ]
    make(driver, wire, [*script, good(driver)[-1]]).prepare()


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize(
    ("script", "message"),
    [
        ([("IMODE", "1")], "'IMODE': its input is set to current, X and Y would be amperes"),
        ([("IMODE", "0"), ("VMODE", "0")], "'VMODE': both of its inputs are grounded"),
    ],
)
def test_prepare_refuses_an_input_that_gives_no_voltage(wire, driver, script, message):
    with pytest.raises(RefusedError, match=f"instrument at BENCH: did not accept {message}"):
        make(driver, wire, script).prepare()


@pytest.mark.parametrize("driver", BOTH)
def test_prepare_says_so_when_an_offset_stays(wire, driver):
    script = [*good(driver)[:-3], ("XOF", "1,100"), told(driver, "XOF 0"), ("XOF", "1,100")]
    with pytest.raises(RefusedError, match="did not accept 'XOF 0': the offset stays on"):
        make(driver, wire, script).prepare()


# --- commands without answer -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("byte", "reason"), [(3, "it does not know the command"), (5, "it does not take this parameter")]
)
def test_the_7265_says_what_it_does_not_take(wire, byte, reason):
    lock_in = SignalRecovery7265(wire([("SEN 18", None)], status_byte=byte))
    with pytest.raises(RefusedError) as caught:
        lock_in.sensitivity_v_rms = 1e-3
    assert str(caught.value) == f"instrument at BENCH: did not accept 'SEN 18': {reason} (status byte {byte})."


def test_a_command_that_is_never_complete(wire):
    link = wire([("SEN 18", None)], status_byte=0)
    with pytest.raises(LinkTimeoutError, match="'SEN 18' was not complete within 1 s"):
        SignalRecovery7265(link).sensitivity_v_rms = 1e-3
    assert link.clock.now() == pytest.approx(1.0)


def test_without_serial_poll_the_setting_is_read_back_all_the_same(wire):
    lock_in = SignalRecovery7265(wire([("SEN 18", None), ("SEN", "18"), ("SEN.", "+1.0E-03")]))
    lock_in.sensitivity_v_rms = 1e-3


def test_the_7270_must_not_answer_a_setting_with_a_number(wire):
    with pytest.raises(ReplyError, match="answered '18' to 'SEN 18'; expected an empty reply"):
        SignalRecovery7270(wire([("SEN 18", "18")])).sensitivity_v_rms = 1e-3


# --- settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", BOTH)
def test_sensitivity(wire, driver):
    script = [told(driver, "SEN 18"), ("SEN", "18"), ("SEN.", "+1.0E-03"), ("SEN", "27")]
    lock_in = make(driver, wire, script)
    lock_in.sensitivity_v_rms = 1e-3
    assert lock_in.sensitivity_v_rms == 1.0


@pytest.mark.parametrize("driver", BOTH)
def test_a_table_that_does_not_fit_the_instrument_is_found_out(wire, driver):
    script = [told(driver, "SEN 18"), ("SEN", "18"), ("SEN.", "2.0E-03")]
    with pytest.raises(RefusedError, match=r"did not accept 'SEN 18': SEN\. reads back 0\.002 V rms"):
        make(driver, wire, script).sensitivity_v_rms = 1e-3


@pytest.mark.parametrize("driver", BOTH)
def test_the_sensitivity_that_is_none(wire, driver):
    with pytest.raises(RefusedError, match="'SEN': it reads 0, which is none of 1 to 27"):
        _ = make(driver, wire, [("SEN", "0")]).sensitivity_v_rms


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize("value", [1e-9, 2.0, float("nan"), -1e-3])
def test_nothing_is_sent_beyond_the_ranges(wire, driver, value):
    with pytest.raises(LimitError, match="allowed are 2e-09 to 1 V rms; nothing was sent"):
        make(driver, wire).sensitivity_v_rms = value


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize(
    ("asked", "sent", "kept"),
    [(37.0, "37.000", "37.000"), (-90.0, "270.000", "-90.000"), (-90.0, "270.000", "270.000"), (360.0, "0.000", "0.0")],
)
def test_phase_is_sent_within_0_to_360(wire, driver, asked, sent, kept):
    lock_in = make(driver, wire, [told(driver, f"REFP. {sent}"), ("REFP.", kept), ("REFP.", kept)])
    lock_in.phase_deg = asked
    assert lock_in.phase_deg == float(kept)


@pytest.mark.parametrize("driver", BOTH)
def test_phase_that_is_not_taken(wire, driver):
    with pytest.raises(RefusedError, match=r"'REFP\. 37\.000': the phase reads back 36\.9 degree"):
        make(driver, wire, [told(driver, "REFP. 37.000"), ("REFP.", "36.9")]).phase_deg = 37.0


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize("value", [-360.1, 360.1, float("nan")])
def test_phase_beyond_its_range(wire, driver, value):
    with pytest.raises(LimitError):
        make(driver, wire).phase_deg = value


@pytest.mark.parametrize("driver", BOTH)
def test_harmonic_is_set_and_read_back(wire, driver):
    lock_in = make(driver, wire, [told(driver, "REFN 3"), ("REFN", "3"), ("REFN", "1")])
    lock_in.harmonic = 3
    assert lock_in.harmonic == 1


@pytest.mark.parametrize(("driver", "highest"), [(SignalRecovery7265, 65535), (SignalRecovery7270, 127)])
def test_harmonic_beyond_its_range(wire, driver, highest):
    for value in (0, highest + 1):
        with pytest.raises(LimitError, match=f"allowed are 1 to {highest}"):
            make(driver, wire).harmonic = value


INDEX_OF_100_MS = {SignalRecovery7265: 11, SignalRecovery7270: 12}


@pytest.mark.parametrize("driver", BOTH)
def test_filter_is_set_time_constant_last_and_read_back(wire, driver):
    n = INDEX_OF_100_MS[driver]
    sent = [told(driver, "SLOPE 3"), told(driver, "SYNC 0"), told(driver, f"TC {n}")]
    asked = [("SLOPE", "3"), ("SYNC", "0"), ("TC", str(n)), ("TC.", "1.000E-01")]
    make(driver, wire, [*sent, *asked]).set_filter(0.1, 4)


@pytest.mark.parametrize("driver", BOTH)
def test_a_synchronous_time_constant_is_whole_periods(wire, driver):
    n = INDEX_OF_100_MS[driver]
    sent = [told(driver, "SLOPE 0"), told(driver, "SYNC 1"), told(driver, f"TC {n}")]
    asked = [("SLOPE", "0"), ("SYNC", "1"), ("TC", str(n))]
    then = [("TC.", "9.639E-02"), ("SYNC", "1"), ("SLOPE", "0")]
    lock_in = make(driver, wire, [*sent, *asked, *then])
    lock_in.set_filter(0.1, 1, synchronous=True)
    assert lock_in.filter() == LockInFilter("rc", 1, 0.09639, synchronous=True)


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize(
    ("replies", "message"),
    [
        ({"SLOPE": "1"}, "'SLOPE 3': it reads back 1"),
        ({"SLOPE": "3", "SYNC": "1"}, "'SYNC 0': it reads back 1"),
        ({"SLOPE": "3", "SYNC": "0", "TC": "5"}, "'TC #': it reads back 5"),
        ({"SLOPE": "3", "SYNC": "0", "TC": "#", "TC.": "5E-02"}, r"'TC #': TC\. reads back 0\.05 s"),
    ],
)
def test_a_filter_that_is_not_taken(wire, driver, replies, message):
    n = str(INDEX_OF_100_MS[driver])
    sent = [told(driver, "SLOPE 3"), told(driver, "SYNC 0"), told(driver, f"TC {n}")]
    asked = [(name, reply.replace("#", n)) for name, reply in replies.items()]
    with pytest.raises(RefusedError, match="did not accept " + message.replace("#", n)):
        make(driver, wire, [*sent, *asked]).set_filter(0.1, 4)


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize(("tau", "poles"), [(1e-6, 1), (2e5, 1), (0.1, 0), (0.1, 5)])
def test_filter_beyond_its_ranges(wire, driver, tau, poles):
    with pytest.raises(LimitError):
        make(driver, wire).set_filter(tau, poles)


def test_time_constants_below_5_ms_are_not_offered_on_the_7270(wire):
    with pytest.raises(LimitError, match=r"allowed are 0\.005 to 100000 s"):
        SignalRecovery7270(wire()).set_filter(1e-3, 1)


@pytest.mark.parametrize("driver", BOTH)
def test_filter_is_told_in_seconds_by_the_instrument(wire, driver):
    script = [("TC.", "1.0E-01"), ("SYNC", "0"), ("SLOPE", "1")]
    assert make(driver, wire, script).filter() == LockInFilter("rc", 2, 0.1, synchronous=False)


# --- reading -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize("tail", ["", "\n", "\r"])
def test_a_reading(wire, driver, tail):
    look = ("N", "0") if driver is SignalRecovery7265 else ("ST", "1")
    script = [("XY.", f"+1.234E-06,-5.0E-09{tail}"), ("FRQ.", f"8.30000E+01{tail}"), look]
    link = wire(script, message_s=0.25)
    assert driver(link).read() == LockInReading(1.234e-6, -5e-9, 83.0, 0.5)


def test_the_nul_that_pymeasure_strips(wire):
    link = wire([("XY.", "1E-6,2E-6\0"), ("FRQ.", "83.0\0"), ("N", "0\0")])
    assert SignalRecovery7265(link).read().y_v_rms == 2e-6


@pytest.mark.parametrize("driver", BOTH)
@pytest.mark.parametrize("reply", ["", "1", "1,2,3", "nan,0", "1e400,0", "0x1,0", "1,", "\x01\x10,2"])
def test_garbage_is_no_reading(wire, driver, reply):
    with pytest.raises(ReplyError, match=r"to 'XY\.'; expected 2 finite numbers"):
        make(driver, wire, [("XY.", reply)]).read()


# 7220 manual p. 6-29
@pytest.mark.parametrize(
    ("byte", "flags"),
    [
        (0, ()),
        (1 << 1, ()),  # analogue outputs
        (1 << 2, ()),
        (1 << 3, ("overload_output",)),
        (1 << 4, ("overload_output",)),
        (1 << 6, ("overload_input",)),
        (1 << 7, ("reference_unlocked",)),
        (0b1101_0000, ("overload_input", "overload_output", "reference_unlocked")),
    ],
)
def test_status_of_the_7265(wire, byte, flags):
    assert SignalRecovery7265(wire([("N", str(byte))])).status().flags == flags


# 7270 manual p. 6-34, 6-35
@pytest.mark.parametrize(
    ("script", "flags"),
    [
        ([("ST", "1")], ()),
        ([("ST", str(1 + 8))], ("reference_unlocked",)),
        ([("ST", str(1 + 64))], ("overload_input",)),
        ([("ST", str(1 + 16)), ("N", str(1 << 0))], ("overload_output",)),
        ([("ST", str(1 + 16)), ("N", str(1 << 1))], ("overload_output",)),
        ([("ST", str(1 + 16)), ("N", str(0b1111_1100))], ()),  # second demodulator, analogue outputs
    ],
)
def test_status_of_the_7270(wire, script, flags):
    assert SignalRecovery7270(wire(script)).status().flags == flags


def test_an_overload_between_two_calls_of_status_is_told_once(wire):
    reading = [("XY.", "0,0"), ("FRQ.", "83")]
    link = wire([*reading, ("N", "64"), *reading, ("N", "0"), ("N", "0"), ("N", "0")])
    lock_in = SignalRecovery7265(link)
    lock_in.read()
    lock_in.read()
    assert lock_in.status() == LockInStatus(("input",), reference_unlocked=False, settings_changed=False)
    assert lock_in.status().flags == ()


@given(st.sampled_from(BOTH), st.text(max_size=20).filter(lambda text: not set(text) & set("0123456789")))
def test_garbage_is_always_a_reply_error(driver, reply):
    for question, action in {"XY.": driver.read, "TC.": driver.filter, "IMODE": driver.prepare}.items():
        with pytest.raises(ReplyError):
            action(driver(ScriptedLink([(question, reply)])))


@given(st.sampled_from(BOTH), st.from_regex(r"[-+0-9.eE, ]{0,30}", fullmatch=True))
def test_numbers_are_finite_or_an_error(driver, reply):
    script = [("XY.", reply), ("FRQ.", "83"), ("N" if driver is SignalRecovery7265 else "ST", "1")]
    try:
        reading = driver(ScriptedLink(script)).read()
    except ReplyError:
        return
    assert math.isfinite(reading.x_v_rms + reading.y_v_rms)
