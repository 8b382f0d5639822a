"""The supply by configuration: presets and texts of its own. What is sent is what the configuration says."""

from __future__ import annotations

import math

import pytest

from vsmdaq_drivers.contracts import BenchError, CurrentLimits, IdentityError, LimitError, RefusedError
from vsmdaq_drivers.supplies.scpi_bipolar import ENTRIES, ScpiBipolar
from vsmdaq_drivers.supplies.scpi_texts import PRESETS, TEXTS

MAGNET = CurrentLimits(max_current_a=8.0, max_rate_a_per_s=50.0)
OPTIONS = {
    "preset": "scpi",
    "identity": r"ACME,BPS",
    "own_current_a": 10.0,
    "own_rate_a_per_s": 2.0,
    "compliance_v": 20.0,
    "compliance_readback_v": 0.05,
    "resolution_a": 0.005,
    "accuracy_a": 0.02,
    "readback_a": 0.002,
    "readback_delay_s": 0.0,
}
OWN_WORDS = {
    "preset": "none",
    "set_current": ":ISET {}A",
    "set_voltage": ":ULIM {}",
    "current": ":ISET?",
    "voltage": ":ULIM?",
    "measured_current": ":IM?",
    "measured_voltage": ":UM?",
    "output_on": ":OUT YES",
    "output_off": ":OUT NO",
    "output": ":OUT?",
}


def make(link, limits=MAGNET, **options):
    return ScpiBipolar(link, limits, **{**OPTIONS, **options})


def test_identity(wire):
    assert make(wire([("*IDN?", "ACME,BPS-40-10,0,1.0")])).identify() == "ACME,BPS-40-10,0,1.0"
    with pytest.raises(IdentityError, match="an identity like 'ACME,BPS'"):
        make(wire([("*IDN?", "OTHER,BPS")])).identify()
    assert make(wire(), identity="").identify() == ""


def test_limits_are_the_narrower_ones(wire):
    supply = make(wire())
    assert supply.limits == CurrentLimits(8.0, 2.0)
    assert supply.resolution_a == 0.005
    with pytest.raises(LimitError):
        supply.ramp_to(8.001, 1.0)
    with pytest.raises(LimitError):
        supply.ramp_to(1.0, 2.001)


def test_prepare_with_the_words_of_scpi(wire):
    script = [
        ("*CLS", None),
        ("OUTP?", "0"),
        ("MEAS:CURR?", "0.0010"),
        ("CURR 0.000", None),
        ("CURR?", "0.0000"),
        ("VOLT 20.0000", None),
        ("VOLT?", "20.0100"),
        ("MEAS:CURR?", "0.0010"),
        ("OUTP 1", None),
        ("OUTP?", "ON"),
        ("SYST:ERR?", '+0,"No error"'),
        ("OUTP?", "1"),
    ]
    make(wire(script)).prepare()


def test_prepare_with_the_words_of_the_bop_mg(wire):
    script = [
        ("*CLS", None),
        ("OUTP?", "0"),
        ("MEAS:CURR?", "0.0E0"),
        ("FUNC:MODE?", "0"),
        ("FUNC:MODE CURR", None),
        ("FUNC:MODE?", "1"),
        ("CURR 0.000", None),
        ("CURR?", "0.0E0"),
        ("VOLT 20.0000", None),
        ("VOLT?", "2.0E1"),
        ("MEAS:CURR?", "0.0E0"),
        ("OUTP ON", None),
        ("OUTP?", "1"),
        ("SYST:ERR?", '0,"No error"'),
        ("OUTP?", "1"),
        ("STAT:QUES:COND?", "0"),
    ]
    make(wire(script), preset="kepco_bop_mg").prepare()


def test_a_supply_with_words_of_its_own(wire):
    prepare = [
        (":OUT?", "0"),
        (":IM?", "0"),
        (":ISET 0.000A", None),
        (":ISET?", "0.000"),
        (":ULIM 20.0000", None),
        (":ULIM?", "20"),
        (":IM?", "0"),
        (":OUT YES", None),
        (":OUT?", "1"),
        (":OUT?", "1"),
    ]
    ramp = [(":OUT?", "1"), (":IM?", "0"), (":IM?", "0"), (":ISET 0.200A", None), (":IM?", "0.2"), (":ISET?", "0.2")]
    link = wire([*prepare, *ramp, (":ISET 0.323A", None), (":IM?", "0.323"), (":ISET?", "0.323")])
    supply = make(link, **OWN_WORDS)
    supply.prepare()
    supply.ramp_to(0.323, 2.0)  # the target is no multiple of the step, but has its digits
    for _ in range(3):
        link.clock.sleep(0.1)
        reading = supply.poll()
    assert (reading.set_point_a, reading.ramping) == (0.323, False)


def test_status_bits_as_configured(wire):
    looks = [("MEAS:CURR?", "0"), ("STAT?", "5"), ("OUTP?", "1")]
    supply = make(wire(looks), status="STAT?", limiting_bits=4, ignored_bits=0)
    reading = supply.poll()
    assert (reading.flags, reading.faults) == (("compliance",), ("status bit 0",))
    looks = [("MEAS:CURR?", "0"), ("STAT?", "5"), ("OUTP?", "1")]
    assert make(wire(looks), status="STAT?", limiting_bits=4, ignored_bits=1).poll().faults == ()


def test_a_mode_without_a_query_is_set_each_time_with_the_output_off(wire):
    script = [
        ("*CLS", None),
        ("OUTP?", "1"),
        ("MEAS:CURR?", "0"),
        ("OUTP 0", None),
        ("OUTP?", "0"),
        ("MODE CC", None),
        ("CURR 0.000", None),
        ("CURR?", "0"),
        ("VOLT 20.0000", None),
        ("VOLT?", "20"),
        ("MEAS:CURR?", "0"),
        ("OUTP 1", None),
        ("OUTP?", "1"),
        ("SYST:ERR?", "0"),
        ("OUTP?", "1"),
    ]
    make(wire(script), set_mode="MODE CC").prepare()


def test_the_readback_is_asked_after_its_delay_and_compared(wire):
    script = [("OUTP?", "1"), ("MEAS:CURR?", "0"), ("MEAS:CURR?", "0"), ("CURR 0.200", None), ("MEAS:CURR?", "0.2")]
    link = wire([*script, ("MEAS:CURR?", "0.2"), ("CURR?", "0.197")])
    supply = make(link, readback_delay_s=0.15)
    supply.ramp_to(1.0, 2.0)
    for _ in range(2):
        link.clock.sleep(0.1)
        supply.poll()
    link.clock.sleep(0.1)
    with pytest.raises(RefusedError, match=r"'CURR 0\.200': the set-point reads back \+0\.1970 A"):
        supply.poll()


@pytest.mark.parametrize("name", sorted(set(OWN_WORDS) - {"preset"}))
def test_a_text_that_is_missing(wire, name):
    with pytest.raises(BenchError, match=rf"the option {name} is wrong: there is no text for it\. See"):
        make(wire(), **{**OWN_WORDS, name: ""})


@pytest.mark.parametrize("text", ["CURR", "CURR {} {}", "CURR {value}", "CURR {}{"])
def test_a_text_without_place_for_the_number(wire, text):
    with pytest.raises(BenchError, match=r"the option set_current is wrong: 'CURR.*' has not one \{\} for the number"):
        make(wire(), set_current=text)


@pytest.mark.parametrize(
    "name",
    [
        "own_current_a",
        "own_rate_a_per_s",
        "compliance_v",
        "compliance_readback_v",
        "resolution_a",
        "accuracy_a",
        "readback_a",
        "max_step_a",
    ],
)
@pytest.mark.parametrize("value", [0.0, -1.0, math.nan])
def test_numbers_that_must_be_positive(wire, name, value):
    with pytest.raises(LimitError, match="nothing was sent"):
        make(wire(), **{name: value})


def test_a_readback_delay_is_bounded(wire):
    with pytest.raises(LimitError, match=r"readback delay of 2\.1 s"):
        make(wire(), readback_delay_s=2.1)


@pytest.mark.parametrize(
    ("resolution", "command"),
    [(1.0, "CURR 3"), (0.5, "CURR 3.0"), (0.0002, "CURR 3.0000"), (1 / 3, "CURR 3.000000000")],
)
def test_as_many_digits_as_the_step_has(wire, resolution, command):
    script = [("OUTP?", "1"), ("MEAS:CURR?", "3"), (command, None), ("CURR?", "3")]
    make(wire(script), resolution_a=resolution).ramp_to(3.0, 1.0)


def test_every_text_is_an_option_and_every_preset_has_all_texts():
    (entry,) = ENTRIES
    assert set(TEXTS) <= set(entry.options)
    assert all(set(texts) == set(TEXTS) for texts in PRESETS.values())
    assert entry.options["preset"].choices == tuple(PRESETS)
