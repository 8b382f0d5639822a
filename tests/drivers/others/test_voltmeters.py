from __future__ import annotations

import pytest

from vsmdaq_drivers.contracts import IdentityError, LimitError, RefusedError, ReplyError, VoltageReading
from vsmdaq_drivers.others.keithley_2000 import Keithley2000
from vsmdaq_drivers.others.keithley_2182a import Keithley2182A
from vsmdaq_drivers.others.keysight_34461a import Keysight34461A

METERS = [Keithley2000, Keithley2182A, Keysight34461A]
IDENTITIES = {
    Keithley2000: "KEITHLEY INSTRUMENTS INC.,MODEL 2000,1234567,A20  /A02",
    Keithley2182A: "KEITHLEY INSTRUMENTS INC., MODEL 2182, 0123456, A01/A02",  # manual of the 2182
    Keysight34461A: "Agilent Technologies,34461A,MY5,A.01",
}
STOPPED = [("INIT:CONT 0", None), ("INIT:CONT?", "0")]  # assumed: READ? is refused otherwise


@pytest.mark.parametrize("meter", METERS)
def test_identity(wire, meter):
    for other, found in IDENTITIES.items():
        driver = meter(wire([("*IDN?", found)]))
        if other is meter:
            assert driver.identify() == found
        else:
            with pytest.raises(IdentityError):
                driver.identify()


@pytest.mark.parametrize(
    ("options", "node", "setup"),
    [
        ({}, "VOLT:AC", [("VOLT:AC:RANG:AUTO 1", None), ("VOLT:AC:RANG:AUTO?", "1")]),
        ({"range_v": 1.0}, "VOLT:AC", [("VOLT:AC:RANG 1", None), ("VOLT:AC:RANG?", "1.000000E+00")]),
        ({"quantity": "dc"}, "VOLT:DC", [("VOLT:DC:RANG:AUTO 1", None), ("VOLT:DC:RANG:AUTO?", "1")]),
    ],
)
def test_keithley_2000_prepare(wire, options, node, setup):
    script = [
        *STOPPED,
        (f'FUNC "{node}"', None),  # manual
        ("FUNC?", f'"{node}"'),  # other driver: quotes come back (qcodes)
        ("FORM:ELEM READ", None),  # manual
        ("FORM:ELEM?", "READ"),
        *setup,
    ]
    if node == "VOLT:AC":
        script += [("VOLT:AC:DET:BAND 30", None), ("VOLT:AC:DET:BAND?", "3.000000E+01")]
    Keithley2000(wire(script), **options).prepare()


@pytest.mark.parametrize(("lowest", "band"), [(3.0, 3), (29.9, 3), (83.0, 30), (1000.0, 300)])
def test_the_detector_reaches_down_to_the_lowest_frequency(wire, lowest, band):
    script = [
        *STOPPED,
        ('FUNC "VOLT:AC"', None),
        ("FUNC?", '"VOLT:AC"'),
        ("FORM:ELEM READ", None),
        ("FORM:ELEM?", "READ"),
        ("VOLT:AC:RANG:AUTO 1", None),
        ("VOLT:AC:RANG:AUTO?", "1"),
        (f"VOLT:AC:DET:BAND {band}", None),
        ("VOLT:AC:DET:BAND?", str(band)),
    ]
    Keithley2000(wire(script), lowest_frequency_hz=lowest).prepare()


@pytest.mark.parametrize("function", ['"VOLT"', '"VOLT:DC"'])
def test_keithley_2182a_prepare(wire, function):
    script = [
        *STOPPED,
        ("SENS:CHAN 1", None),
        ("SENS:CHAN?", "1"),
        ('SENS:FUNC "VOLT"', None),
        ("SENS:FUNC?", function),  # other driver: pymeasure reads VOLT:DC
        ("SENS:VOLT:NPLC 5", None),
        ("SENS:VOLT:NPLC?", "5.00"),
        ("SENS:VOLT:RANG 0.1", None),
        ("SENS:VOLT:RANG?", "0.1"),
    ]
    Keithley2182A(wire(script), range_v=0.1).prepare()


@pytest.mark.parametrize(
    ("options", "script"),
    [
        (
            {},
            [("CONF:VOLT:AC", None), ("FUNC?", '"VOLT:AC"'), ("VOLT:AC:BAND 20", None), ("VOLT:AC:BAND?", "+2.0E+01")],
        ),
        ({"quantity": "dc", "range_v": 0.1}, [("CONF:VOLT:DC 0.1", None), ("FUNC?", '"VOLT"')]),
    ],
)
def test_keysight_34461a_prepare(wire, options, script):
    Keysight34461A(wire(script), **options).prepare()


def test_a_function_that_is_not_taken_is_refused(wire):
    script = [("CONF:VOLT:AC", None), ("FUNC?", '"VOLT"'), ("SYST:ERR?", '-113,"Undefined header"')]
    with pytest.raises(RefusedError, match=r"'CONF:VOLT:AC': the function reads back VOLT; the instrument says -113"):
        Keysight34461A(wire(script)).prepare()
    script = [*STOPPED, ('FUNC "VOLT:AC"', None), ("FUNC?", '"VOLT:DC"'), ("SYST:ERR?", '0,"No error"')]
    with pytest.raises(RefusedError, match=r"it reads back VOLT:DC\."):
        Keithley2000(wire(script)).prepare()


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize(
    ("reply", "value", "flags"),
    [
        ("+1.234567E-03", 1.234567e-3, ()),
        ("-1.5", -1.5, ()),
        ("+9.9E37", None, ("overload",)),  # manual
        ("-9.90000000E+37", None, ("overload",)),  # other driver: qcodes reads both signs
    ],
)
def test_readings(wire, meter, reply, value, flags):
    assert meter(wire([("READ?", reply)])).read() == VoltageReading(value, flags, 0.0)


@pytest.mark.parametrize("meter", METERS)
@pytest.mark.parametrize("reply", ["", "OVERFLOW", "1.0,2.0", "+1.0E-03VDC", "nan"])
def test_garbage_is_no_reading(wire, meter, reply):
    with pytest.raises(ReplyError):
        meter(wire([("READ?", reply)])).read()


@pytest.mark.parametrize(
    ("meter", "options"),
    [
        (Keithley2000, {"range_v": 751.0}),
        (Keithley2000, {"range_v": -1.0}),
        (Keithley2000, {"lowest_frequency_hz": 2.0}),
        (Keithley2182A, {"range_v": 121.0}),
        (Keithley2182A, {"cycles": 0.0}),
        (Keithley2182A, {"cycles": float("nan")}),
        (Keysight34461A, {"quantity": "dc", "range_v": 1001.0}),
        (Keysight34461A, {"lowest_frequency_hz": float("nan")}),
    ],
)
def test_limits_of_the_options(wire, meter, options):
    with pytest.raises(LimitError):
        meter(wire(), **options)
