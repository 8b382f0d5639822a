from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vsmdaq_drivers.contracts import IdentityError, LimitError, LockInFilter, LockInReading, RefusedError, ReplyError
from vsmdaq_drivers.links.scripted import ScriptedLink
from vsmdaq_drivers.lockins.sr860 import SR860
from vsmdaq_drivers.lockins.sr860_tables import INPUT_RANGES_V, SENSITIVITIES_V_RMS, TIME_CONSTANTS_S

IDN = "Stanford_Research_Systems,SR860,003456,v1.55"

# How the steps of the dialogues are known. Manual (p. 103): replies of one line joined by ';', *IDN?. Other driver (pymeasure,
# qcodes, srsinst.sr860): SCAL, OFLT, OFSL, SYNC, ADVFILT, IVMD, ISRC, ICPL, IRNG, RSRC, HARM, PHAS, SNAP?, FREQDET?, COFA, CEXP,
# CRAT, LIAS?, CUROVLDSTAT?. Assumed: that the synchronous filter ends at 4 kHz.
VOLTS = [("IVMD?", "0"), ("RSRC?", "1")]  # other driver
NOTHING_ON = [(f"{name}? {i}", "0") for name in ("COFA", "CEXP", "CRAT") for i in range(3)]  # other driver
END = [("HARM?", "1"), ("ADVFILT?", "0"), ("LIAS?;CUROVLDSTAT?", "0;0")]  # other driver; joined: manual


def test_tables_are_those_of_other_drivers():
    # pymeasure, qcodes and srsinst.sr860: SCAL 0 = 1 V ... 27 = 1 nV; OFLT 0 = 1 us ... 21 = 30 ks; IRNG 0 = 1 V ... 4 = 10 mV
    assert len(SENSITIVITIES_V_RMS) == 28
    assert len(TIME_CONSTANTS_S) == 22
    assert [SENSITIVITIES_V_RMS[-1 - i] for i in (0, 1, 2, 3, 9, 27)] == [1.0, 0.5, 0.2, 0.1, 1e-3, 1e-9]
    assert [TIME_CONSTANTS_S[i] for i in (0, 1, 10, 21)] == [1e-6, 3e-6, 0.1, 30e3]
    assert INPUT_RANGES_V[::-1] == (1.0, 0.3, 0.1, 0.03, 0.01)


@pytest.mark.parametrize("model", ["SR860", "SR865", "SR865A"])
def test_identity(wire, model):
    identity = IDN.replace("SR860", model)
    link = wire([("*IDN?", identity)])  # manual
    assert SR860(link).identify() == identity
    assert link.clears == 1


@pytest.mark.parametrize("other", ["Stanford_Research_Systems,SR830,s/n86025,ver1.07", "SR860", ""])
def test_another_instrument_is_named(wire, other):
    with pytest.raises(IdentityError) as caught:
        SR860(wire([("*IDN?", other)])).identify()
    assert str(caught.value) == (
        f"instrument at BENCH: expected a Stanford Research Systems SR860 or SR865, but {other!r} answers. "
        "Check address and driver in the bench file."
    )


def test_prepare_leaves_a_good_state_alone(wire):
    SR860(wire([*VOLTS, *NOTHING_ON, *END])).prepare()


def test_prepare_sets_what_is_given(wire):
    given_ = [("IRNG 1", None), ("IRNG?", "1"), ("ISRC 1", None), ("ISRC?", "1"), ("ICPL 1", None), ("ICPL?", "1")]
    link = wire([*VOLTS, *given_, *NOTHING_ON, *END])
    SR860(link, input_range_v=0.3, source="A-B", coupling="DC").prepare()


def test_prepare_switches_off_what_would_change_x_and_y(wire):
    script = []
    for name in ("COFA", "CEXP", "CRAT"):
        for i in range(3):
            script += [(f"{name}? {i}", "1"), (f"{name} {i},0", None), (f"{name}? {i}", "0")]
    end = [("HARM?", "2"), ("HARM 1", None), ("HARM?", "1"), ("ADVFILT?", "1"), ("ADVFILT 0", None), ("ADVFILT?", "0")]
    SR860(wire([*VOLTS, *script, *end, END[-1]])).prepare()


def test_prepare_says_so_when_an_offset_stays(wire):
    link = wire([*VOLTS, ("COFA? 0", "0"), ("COFA? 1", "1"), ("COFA 1,0", None), ("COFA? 1", "1")])
    with pytest.raises(RefusedError) as caught:
        SR860(link).prepare()
    assert str(caught.value) == "instrument at BENCH: did not accept 'COFA 1,0': the offset of Y stays on."


def test_prepare_says_so_when_the_advanced_filter_stays(wire):
    link = wire([*VOLTS, *NOTHING_ON, ("HARM?", "1"), ("ADVFILT?", "1"), ("ADVFILT 0", None), ("ADVFILT?", "1")])
    with pytest.raises(RefusedError, match="did not accept 'ADVFILT 0': it reads back 1"):
        SR860(link).prepare()


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ([("IVMD?", "1")], "'IVMD?': its input is set to current, X and Y would be amperes"),
        ([("IVMD?", "0"), ("RSRC?", "2")], "'RSRC?': its reference is set to dual, X and Y would be those of"),
    ],
)
def test_prepare_refuses_what_gives_no_voltage_at_the_reference(wire, script, reason):
    with pytest.raises(RefusedError, match="did not accept " + reason.replace("?", r"\?")):
        SR860(wire(script), input_range_v=0.3).prepare()


@pytest.mark.parametrize(("value", "error"), [(2.0, LimitError), (0.001, LimitError), (0.2, RefusedError)])
def test_an_input_range_that_it_has_not_is_refused_before_a_byte_is_sent(wire, value, error):
    with pytest.raises(error, match="input range"):
        SR860(wire(), input_range_v=value).prepare()


def test_x_y_and_frequency_come_in_one_message(wire):
    link = wire([("SNAP? 0,1,2;FREQDET?", "2.4e-07,-1.9e-06,1.91509791e-06;83.0001")], message_s=0.25)
    assert SR860(link).read() == LockInReading(2.4e-7, -1.9e-6, 83.0001, 0.5)


@pytest.mark.parametrize(
    "reply", ["", "1,2,3", "1,0,1;83;4", "1,1;83", "1,2,3,4;83", "nan,0,0;83", "1,0,1;", "1,0,1;x", "١,0,1;83"]
)
def test_garbage_is_no_reading(wire, reply):
    with pytest.raises(ReplyError, match=r"to 'SNAP\? 0,1,2;FREQDET\?'; expected"):
        SR860(wire([("SNAP? 0,1,2;FREQDET?", reply)])).read()


def test_r_that_contradicts_x_and_y_is_no_reading(wire):
    script = [("SNAP? 0,1,2;FREQDET?", "0.004,0.003,0.0057;83"), ("SCAL?", "6")]
    with pytest.raises(ReplyError, match=r"expected R near hypot\(X, Y\) = 0\.005"):
        SR860(wire(script)).read()


# Bits: srsinst.sr860, the maker's driver
@pytest.mark.parametrize(
    ("word", "flags"),
    [
        (0, ()),
        (1 << 0, ("overload_output",)),
        (1 << 1, ("overload_output",)),
        (1 << 3, ("reference_unlocked",)),
        (1 << 4, ("overload_input",)),
        (1 << 5, ("time_constant_changed",)),
        (1 << 6, ("overload_filter",)),
        (1 << 7, ()),  # triggered
        (1 << 8, ("overload_output",)),
        (1 << 11, ("overload_output",)),
        (0b111 << 12, ()),  # capture done, scan
        (0b11000, ("overload_input", "reference_unlocked")),
    ],
)
def test_status_bits(wire, word, flags):
    for reply in (f"{word};0", f"0;{word}", f"{word};{word}"):  # latched, live, both
        assert SR860(wire([("LIAS?;CUROVLDSTAT?", reply)])).status().flags == flags


@pytest.mark.parametrize("reply", ["0", "0;", "x;0", "-1;0", "0;65536", "1.5;0", "0;0;0"])
def test_garbage_is_no_status(wire, reply):
    with pytest.raises(ReplyError):
        SR860(wire([("LIAS?;CUROVLDSTAT?", reply)])).status()


def test_sensitivity_counts_downwards(wire):
    lock_in = SR860(wire([("SCAL 18", None), ("SCAL?", "18"), ("SCAL?", "0")]))
    lock_in.sensitivity_v_rms = 1e-6
    assert lock_in.sensitivity_v_rms == 1.0  # somebody turned the knob meanwhile


def test_sensitivity_that_is_not_taken(wire):
    with pytest.raises(RefusedError) as caught:
        SR860(wire([("SCAL 9", None), ("SCAL?", "10")])).sensitivity_v_rms = 1e-3
    assert str(caught.value) == "instrument at BENCH: did not accept 'SCAL 9': it reads back 10."


@pytest.mark.parametrize("value", [0.5e-9, 2.0, float("nan"), float("inf"), -1e-3])
def test_nothing_is_sent_beyond_the_ranges(wire, value):
    with pytest.raises(LimitError) as caught:
        SR860(wire()).sensitivity_v_rms = value
    assert str(caught.value) == (
        f"instrument at BENCH: sensitivity of {value:g} V rms was asked for, "
        "allowed are 1e-09 to 1 V rms; nothing was sent."
    )


def test_nothing_is_rounded_to_the_next_range(wire):
    with pytest.raises(
        RefusedError, match=r"'sensitivity 0.003 V rms': the nearest it has are 0.002 and 0.005 V rms\."
    ):
        SR860(wire()).sensitivity_v_rms = 3e-3


@pytest.mark.parametrize(("asked", "sent", "kept"), [(37.0, "37.000000", "37.0000000"), (270.0, "270.000000", "-90.0")])
def test_phase(wire, asked, sent, kept):
    lock_in = SR860(wire([(f"PHAS {sent}", None), ("PHAS?", kept), ("PHAS?", kept)]))
    lock_in.phase_deg = asked
    assert lock_in.phase_deg == float(kept)


def test_phase_that_is_not_taken(wire):
    with pytest.raises(RefusedError, match=r"'PHAS 37.000000': the phase reads back 36\.9 degree"):
        SR860(wire([("PHAS 37.000000", None), ("PHAS?", "36.9")])).phase_deg = 37.0


@pytest.mark.parametrize("value", [-360000.5, 4e5, float("nan")])
def test_phase_beyond_its_range(wire, value):
    with pytest.raises(LimitError):
        SR860(wire()).phase_deg = value


def test_harmonic_is_set_and_read_back(wire):
    lock_in = SR860(wire([("HARM 3", None), ("HARM?", "3"), ("HARM?", "3")]))
    lock_in.harmonic = 3
    assert lock_in.harmonic == 3


@pytest.mark.parametrize("value", [0, 100])
def test_harmonic_beyond_its_range(wire, value):
    with pytest.raises(LimitError, match="allowed are 1 to 99"):
        SR860(wire()).harmonic = value


def test_filter_is_set_without_the_advanced_filter_and_read_back(wire):
    sent = [("ADVFILT 0", None), ("OFSL 3", None), ("SYNC 1", None), ("OFLT 10", None)]
    SR860(wire([*sent, ("ADVFILT?", "0"), ("OFSL?", "3"), ("SYNC?", "1"), ("OFLT?", "10")])).set_filter(
        0.1, 4, synchronous=True
    )


@pytest.mark.parametrize(
    ("replies", "refused"), [(["1"], "ADVFILT 0"), (["0", "2"], "OFSL 3"), (["0", "3", "0", "11"], "OFLT 10")]
)
def test_a_filter_that_is_not_taken(wire, replies, refused):
    sent = [("ADVFILT 0", None), ("OFSL 3", None), ("SYNC 0", None), ("OFLT 10", None)]
    asked = list(zip(["ADVFILT?", "OFSL?", "SYNC?", "OFLT?"], replies, strict=False))
    with pytest.raises(RefusedError, match=f"did not accept '{refused}': it reads back {replies[-1]}"):
        SR860(wire([*sent, *asked])).set_filter(0.1, 4)


@pytest.mark.parametrize(("tau", "poles"), [(0.5e-6, 1), (1e5, 1), (0.1, 0), (0.1, 5)])
def test_filter_beyond_its_ranges(wire, tau, poles):
    with pytest.raises(LimitError):
        SR860(wire()).set_filter(tau, poles)


@pytest.mark.parametrize(("frequency", "acts"), [("83.000", True), ("4100", False)])
def test_synchronous_filter_counts_where_it_acts(wire, frequency, acts):
    script = [("ADVFILT?", "0"), ("OFLT?", "10"), ("OFSL?", "1"), ("SYNC?", "1"), ("FREQDET?", frequency)]
    assert SR860(wire(script)).filter() == LockInFilter("rc", 2, 0.1, acts)


def test_filter_without_synchronous_filter(wire):
    script = [("ADVFILT?", "0"), ("OFLT?", "21"), ("OFSL?", "0"), ("SYNC?", "0")]
    assert SR860(wire(script)).filter() == LockInFilter("rc", 1, 30e3, synchronous=False)


def test_the_advanced_filter_is_not_described(wire):
    with pytest.raises(RefusedError, match="the advanced filter is on, which is no cascade of RC stages"):
        SR860(wire([("ADVFILT?", "1")])).filter()


ACTIONS = {
    "SNAP? 0,1,2;FREQDET?": SR860.read,
    "LIAS?;CUROVLDSTAT?": SR860.status,
    "ADVFILT?": SR860.filter,
    "SCAL?": lambda lock_in: lock_in.sensitivity_v_rms,
    "PHAS?": lambda lock_in: lock_in.phase_deg,
    "IVMD?": SR860.prepare,
}


@given(st.sampled_from(sorted(ACTIONS)), st.text(max_size=30).filter(lambda text: not set(text) & set("0123456789")))
def test_garbage_is_always_a_reply_error(query, reply):
    with pytest.raises(ReplyError):
        ACTIONS[query](SR860(ScriptedLink([(query, reply)])))


@given(st.from_regex(r"[-+0-9.eE, ;]{0,30}", fullmatch=True))
def test_numbers_are_finite_or_an_error(reply):
    try:
        reading = SR860(ScriptedLink([("SNAP? 0,1,2;FREQDET?", reply), ("SCAL?", "0")])).read()
    except ReplyError:
        return
    assert all(math.isfinite(value) for value in (reading.x_v_rms, reading.y_v_rms, reading.frequency_hz))
