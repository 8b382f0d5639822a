from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import vsmdaq_configs
from vsmdaq_drivers.contracts import (
    IdentityError,
    LimitError,
    LinkTimeoutError,
    LockInFilter,
    LockInReading,
    RefusedError,
    ReplyError,
)
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.links.settings import Terminators
from vsmdaq_drivers.links.visa import VisaSession
from vsmdaq_drivers.lockins.sr830 import SENSITIVITIES_V_RMS, SR830, TIME_CONSTANTS_S

IDN = "Stanford_Research_Systems,SR830,s/n86025,ver1.07"  # as printed in the manual
NO_OFFSET = [("OEXP? 1", "0.00,0"), ("OEXP? 2", "0.00,0"), ("OEXP? 3", "0.00,0")]
VOLTS = [("HARM?", "1"), ("ISRC?", "1"), ("LIAS?", "0")]


def test_tables_are_those_of_the_manual():
    # spot values of the manual's lists for SENS i and OFLT i
    sens = {0: 2e-9, 1: 5e-9, 2: 10e-9, 8: 1e-6, 17: 1e-3, 22: 50e-3, 24: 200e-3, 25: 500e-3, 26: 1.0}
    oflt = {0: 10e-6, 1: 30e-6, 4: 1e-3, 8: 100e-3, 9: 300e-3, 10: 1.0, 18: 10e3, 19: 30e3}
    assert len(SENSITIVITIES_V_RMS) == 27
    assert len(TIME_CONSTANTS_S) == 20
    assert {i: SENSITIVITIES_V_RMS[i] for i in sens} == sens
    assert {i: TIME_CONSTANTS_S[i] for i in oflt} == oflt


@pytest.mark.parametrize(("status_byte", "port"), [(0, 1), (None, 0)])
def test_replies_are_sent_to_the_port_that_is_used(wire, status_byte, port):
    link = wire([(f"OUTX {port}", None), ("*IDN?", IDN)], status_byte=status_byte)
    assert SR830(link).identify() == IDN


def test_the_other_port_is_tried_when_nothing_answers(wire):
    silence = LinkTimeoutError("nothing came.")
    link = wire([("OUTX 0", None), ("*IDN?", silence), ("OUTX 1", None), ("*IDN?", IDN)])
    assert SR830(link).identify() == IDN


def test_another_instrument_is_named(wire):
    link = wire([("OUTX 0", None), ("*IDN?", "LSCI,MODEL475,1,1.0")])
    with pytest.raises(IdentityError) as caught:
        SR830(link).identify()
    assert str(caught.value) == (
        "instrument at BENCH: expected a Stanford Research Systems SR830, but 'LSCI,MODEL475,1,1.0' answers. "
        "Check address and driver in the bench file."
    )


def test_prepare_leaves_a_good_state_alone(wire):
    SR830(wire([*NO_OFFSET, *VOLTS])).prepare()


def test_prepare_removes_offset_and_harmonic(wire):
    offset = [("OEXP? 1", "50.00,1"), ("OEXP 1,0,0", None), ("OEXP? 1", "0.00,0"), *NO_OFFSET[1:]]
    harmonic = [("HARM?", "2"), ("HARM 1", None), ("HARM?", "1"), *VOLTS[1:]]
    SR830(wire([*offset, *harmonic])).prepare()


def test_prepare_says_so_when_the_offset_stays(wire):
    link = wire([("OEXP? 1", "50.00,1"), ("OEXP 1,0,0", None), ("OEXP? 1", "50.00,1")])
    with pytest.raises(
        RefusedError, match=r"did not accept 'OEXP 1,0,0': offset and expand of X read back '50.00,1'\."
    ):
        SR830(link).prepare()


def test_prepare_refuses_a_current_input(wire):
    link = wire([*NO_OFFSET, ("HARM?", "1"), ("ISRC?", "2")])
    with pytest.raises(RefusedError, match="set to current, X and Y would be amperes"):
        SR830(link).prepare()


def test_prepare_sets_what_is_given(wire):
    script = [
        ("HARM?", "1"),
        ("ISRC 1", None),
        ("ISRC?", "1"),
        ("RMOD 2", None),
        ("RMOD?", "2"),
        ("ICPL 1", None),
        ("ICPL?", "1"),
        ("LIAS?", "0"),
    ]
    link = wire([*NO_OFFSET, *script])
    SR830(link, reserve="low noise", source="A-B", coupling="DC").prepare()


def test_x_y_and_frequency_come_in_one_message(wire):
    # the manual's own example of a SNAP reply has this form
    link = wire([("SNAP?1,2,3,9", "0.951359,0.0253297,0.951696,1000.00")], message_s=0.25)
    assert SR830(link).read() == LockInReading(0.951359, 0.0253297, 1000.0, 0.5)


# 5 = hypot(3, 4); full scale of SENS 20 is 10 mV (manual): 16 bits of it are 0.3 uV, three numbers 1.5 uV at most
@pytest.mark.parametrize("reply", ["0.004,0.003,0.005,83", "-0.004,0.003,0.0050000999,83"])
def test_r_that_agrees_with_x_and_y(wire, reply):
    assert SR830(wire([("SNAP?1,2,3,9", reply)])).read().y_v_rms == 0.003


def test_r_within_the_steps_of_the_range(wire):
    script = [("SNAP?1,2,3,9", "0.004,0.003,0.0050012,83"), ("SENS?", "20")]
    assert SR830(wire(script)).read().x_v_rms == 0.004


@pytest.mark.parametrize(
    "reply", ["0.007,0.003,0.005,83", "0.004,0.003,0.0051,83", "0.004,0.03,0.005,83", "0.004,3.003,0.005,83"]
)
def test_one_wrong_digit_is_no_reading(wire, reply):
    with pytest.raises(ReplyError, match=r"expected R near hypot\(X, Y\) = "):
        SR830(wire([("SNAP?1,2,3,9", reply), ("SENS?", "25")])).read()


def test_clipped_outputs_are_an_overload_and_no_contradiction(wire):
    # 20 mV at 10 mV full scale: all three are clipped at 1.09 of it
    script = [("SNAP?1,2,3,9", "0.0109,0.0109,0.0109,83"), ("SENS?", "20")]
    assert SR830(wire(script)).read().x_v_rms == 0.0109


def test_a_new_frequency_is_asked_for_once_more(wire):
    script = [
        ("SNAP?1,2,3,9", "0,0,0,83"),
        ("SNAP?1,2,3,9", "0,0,0,83.05"),
        ("SNAP?1,2,3,9", "0,0,0,90"),
        ("FREQ?", "90"),
    ]
    lock_in = SR830(wire(script))
    assert [lock_in.read().frequency_hz for _ in range(3)] == [83.0, 83.05, 90.0]


def test_a_frequency_that_is_not_repeated_is_no_reading(wire):
    script = [("SNAP?1,2,3,9", "0,0,0,83"), ("SNAP?1,2,3,9", "0,0,0,33"), ("FREQ?", "83"), ("SNAP?1,2,3,9", "0,0,0,83")]
    lock_in = SR830(wire(script))
    lock_in.read()
    with pytest.raises(ReplyError, match="expected the frequency that is answered then, 83 Hz"):
        lock_in.read()
    assert lock_in.read().frequency_hz == 83.0


@pytest.mark.parametrize(
    "reply", ["", "1,2,3", "1,2,3,4,5", "nan,0,0,83", "1e400,0,0,83", "0x1,0,1,83", "1,,1,83", "١,0,1,83"]
)
def test_garbage_is_no_reading(wire, reply):
    with pytest.raises(ReplyError) as caught:
        SR830(wire([("SNAP?1,2,3,9", reply)])).read()
    assert str(caught.value) == (
        f"instrument at BENCH: answered {reply!r} to 'SNAP?1,2,3,9'; expected 4 finite numbers separated by commas."
    )


@pytest.mark.parametrize(
    ("word", "flags"),
    [
        ("0", ()),
        ("1", ("overload_input",)),
        ("2", ("overload_filter",)),
        ("4", ("overload_output",)),
        ("8", ("reference_unlocked",)),
        ("16", ("time_constant_changed",)),
        ("32", ("time_constant_changed",)),
        ("64", ()),  # triggered
        ("13", ("overload_input", "overload_output", "reference_unlocked")),
    ],
)
def test_status_bits(wire, word, flags):
    assert SR830(wire([("LIAS?", word)])).status().flags == flags


def test_sensitivity_is_set_and_read_back(wire):
    link = wire([("SENS 17", None), ("SENS?", "17"), ("SENS?", "16")])
    lock_in = SR830(link)
    lock_in.sensitivity_v_rms = 1e-3
    assert lock_in.sensitivity_v_rms == 500e-6  # somebody turned the knob meanwhile


def test_sensitivity_that_is_not_taken(wire):
    link = wire([("SENS 17", None), ("SENS?", "18")])
    with pytest.raises(RefusedError) as caught:
        SR830(link).sensitivity_v_rms = 1e-3
    assert str(caught.value) == "instrument at BENCH: did not accept 'SENS 17': it reads back 18."


@pytest.mark.parametrize("value", [1e-9, 2.0, float("nan"), float("inf"), -1e-3])
def test_nothing_is_sent_beyond_the_ranges(wire, value):
    with pytest.raises(LimitError) as caught:
        SR830(wire()).sensitivity_v_rms = value
    assert str(caught.value) == (
        f"instrument at BENCH: sensitivity of {value:g} V rms was asked for, "
        "allowed are 2e-09 to 1 V rms; nothing was sent."
    )


def test_nothing_is_rounded_to_the_next_range(wire):
    with pytest.raises(
        RefusedError, match=r"'sensitivity 0.003 V rms': the nearest it has are 0.002 and 0.005 V rms\."
    ):
        SR830(wire()).sensitivity_v_rms = 3e-3


@pytest.mark.parametrize(("asked", "sent", "stored"), [(37.0, "37.00", "37.00"), (270.0, "270.00", "-90.00")])
def test_phase(wire, asked, sent, stored):
    lock_in = SR830(wire([(f"PHAS {sent}", None), ("PHAS?", stored), ("PHAS?", stored)]))
    lock_in.phase_deg = asked
    assert lock_in.phase_deg == float(stored)


def test_phase_that_is_not_taken(wire):
    with pytest.raises(RefusedError, match=r"the phase reads back 36\.9 degree"):
        SR830(wire([("PHAS 37.00", None), ("PHAS?", "36.90")])).phase_deg = 37.0


@pytest.mark.parametrize("value", [-360.5, 730.0, float("nan")])
def test_phase_beyond_its_range(wire, value):
    with pytest.raises(LimitError):
        SR830(wire()).phase_deg = value


def test_harmonic_is_set_and_read_back(wire):
    lock_in = SR830(wire([("HARM 3", None), ("HARM?", "3"), ("HARM?", "1")]))
    lock_in.harmonic = 3
    assert lock_in.harmonic == 1  # somebody turned the knob meanwhile


def test_harmonic_beyond_the_highest_frequency_is_refused(wire):
    # manual p. 5-4: i f <= 102 kHz, else the largest that there is
    with pytest.raises(RefusedError, match="did not accept 'HARM 1500': it reads back 1228"):
        SR830(wire([("HARM 1500", None), ("HARM?", "1228")])).harmonic = 1500


@pytest.mark.parametrize("value", [0, -1, 20000])
def test_harmonic_beyond_its_range(wire, value):
    with pytest.raises(LimitError, match="allowed are 1 to 19999"):
        SR830(wire()).harmonic = value


def test_filter_is_set_time_constant_last_and_read_back(wire):
    script = [("OFSL 3", None), ("SYNC 1", None), ("OFLT 8", None), ("OFSL?", "3"), ("SYNC?", "1"), ("OFLT?", "8")]
    SR830(wire(script)).set_filter(0.1, 4, synchronous=True)


def test_time_constant_that_the_lock_in_changed_by_itself(wire):
    script = [("OFSL 3", None), ("SYNC 0", None), ("OFLT 0", None), ("OFSL?", "3"), ("SYNC?", "0"), ("OFLT?", "2")]
    with pytest.raises(RefusedError, match="did not accept 'OFLT 0': it reads back 2"):
        SR830(wire(script)).set_filter(10e-6, 4)


@pytest.mark.parametrize(("tau", "poles"), [(1e-6, 1), (1e5, 1), (0.1, 0), (0.1, 5)])
def test_filter_beyond_its_ranges(wire, tau, poles):
    with pytest.raises(LimitError):
        SR830(wire()).set_filter(tau, poles)


@pytest.mark.parametrize(("frequency", "acts"), [("83.000", True), ("250.00", False)])
def test_synchronous_filter_counts_where_it_acts(wire, frequency, acts):
    script = [("OFLT?", "9"), ("OFSL?", "1"), ("SYNC?", "1"), ("FREQ?", frequency)]
    assert SR830(wire(script)).filter() == LockInFilter("rc", 2, 0.3, acts)


ACTIONS = {
    "SNAP?1,2,3,9": SR830.read,
    "LIAS?": SR830.status,
    "OFLT?": SR830.filter,
    "SENS?": lambda lock_in: lock_in.sensitivity_v_rms,
    "PHAS?": lambda lock_in: lock_in.phase_deg,
    "OEXP? 1": SR830.prepare,
}


@given(st.sampled_from(sorted(ACTIONS)), st.text(max_size=30).filter(lambda text: not set(text) & set("0123456789")))
def test_garbage_is_always_a_reply_error(query, reply):
    with pytest.raises(ReplyError):
        ACTIONS[query](SR830(ScriptedLink([(query, reply)])))


@given(st.from_regex(r"[-+0-9.eE, ]{0,30}", fullmatch=True))
def test_numbers_are_finite_or_an_error(reply):
    try:
        reading = SR830(ScriptedLink([("SNAP?1,2,3,9", reply), ("SENS?", "26")])).read()
    except ReplyError:
        return
    assert all(math.isfinite(value) for value in (reading.x_v_rms, reading.y_v_rms, reading.frequency_hz))


def test_close_releases_the_link(wire):
    link = wire()
    SR830(link).close()
    assert link.closed


# Every command that the driver can send, and how it is known.
KNOWN = {
    "*IDN?": "manual; qcodes, pymeasure",
    "DDEF": "manual p. 5-8; qcodes, pymeasure",
    "DDEF?": "manual p. 5-8; qcodes, pymeasure",
    "FAST": "manual p. 5-18; pymeasure",
    "FAST?": "manual p. 5-18",
    "FREQ?": "manual; qcodes, pymeasure",
    "HARM": "manual; qcodes, pymeasure",
    "HARM?": "manual; qcodes, pymeasure",
    "ICPL": "manual; qcodes, pymeasure",
    "ICPL?": "manual; qcodes, pymeasure",
    "ISRC": "manual; qcodes, pymeasure",
    "ISRC?": "manual; qcodes, pymeasure",
    "LIAS?": "manual p. 5-23; pymeasure",
    "OEXP": "manual p. 5-8; pymeasure sends 10 for x10, which the manual does not have",
    "OEXP?": "manual p. 5-8; qcodes, pymeasure",
    "OFLT": "manual; qcodes, pymeasure",
    "OFLT?": "manual; qcodes, pymeasure",
    "OFSL": "manual; qcodes, pymeasure",
    "OFSL?": "manual; qcodes, pymeasure",
    "OUTX": "manual; qcodes",
    "PAUS": "manual p. 5-14; qcodes, pymeasure",
    "PHAS": "manual; qcodes, pymeasure",
    "PHAS?": "manual; qcodes, pymeasure",
    "REST": "manual p. 5-14; qcodes, pymeasure",
    "RMOD": "manual; qcodes, pymeasure",
    "RMOD?": "manual; qcodes, pymeasure",
    "SEND": "manual; qcodes",
    "SEND?": "manual; qcodes",
    "SENS": "manual; qcodes, pymeasure",
    "SENS?": "manual; qcodes, pymeasure",
    "SNAP?": "manual p. 5-15; qcodes, pymeasure",
    "SPTS?": "manual p. 5-16; qcodes, pymeasure",
    "SRAT": "manual; qcodes, pymeasure",
    "SRAT?": "manual; qcodes, pymeasure",
    "STRT": "manual; qcodes, pymeasure",
    "SYNC": "manual; qcodes, pymeasure",
    "SYNC?": "manual; qcodes, pymeasure",
    "TRCA?": "manual p. 5-16",
    "TRCB?": "manual p. 5-16; pymeasure",
    "TRCL?": "manual p. 5-17; qcodes",
    "TSTR": "manual; qcodes, pymeasure",
    "TSTR?": "manual; qcodes",
}


def test_every_command_that_is_sent_is_listed_and_understood():
    session = VisaSession(f"{Path(vsmdaq_configs.__file__).parent / 'worlds' / 'reference.toml'}@vsmsim")
    link = session.open("GPIB0::8::INSTR", "sr830", Terminators("\n", "\n"))
    endpoint = link._resource.visalib.bench.endpoints["GPIB0::8::INSTR"]
    endpoint.transcript = []
    link.write("OUTX 1;HARM 2;OEXP 1,10,0")  # both of which `prepare` removes
    for transfer in ("lia", "ieee", "ascii"):
        lock_in = SR830(link, reserve="normal", source="A-B", coupling="DC", transfer=transfer)
        lock_in.identify()
        lock_in.prepare()
        lock_in.sensitivity_v_rms = 1e-5
        lock_in.phase_deg = 10.0
        lock_in.set_filter(0.01, 2, synchronous=True)
        lock_in.filter()
        lock_in.read()
        lock_in.start_scan(64.0)
        lock_in.stop_scan()
        lock_in.read_buffer()
    sent = [data.decode().strip() for _, way, data in endpoint.transcript if way == ">"][1:]
    found = {re.match(r"\*?[A-Z]{3,4}\??", line).group() for line in sent}  # type: ignore[union-attr]
    assert found == set(KNOWN)
    assert endpoint.instrument.unknown == []
    assert int(link.query("*ESR?")) & 0b110000 == 0  # neither execution nor command errors
    session.close()
