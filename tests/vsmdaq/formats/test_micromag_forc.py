"""FORC files of the MicroMag: written, read back, and read as others wrote them."""

import math
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.formats import micromag_forc
from vsmdaq.formats.micromag_forc import ForcData, parse, render
from vsmdaq.terms import InputError

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
SCRIPT = {"Hb1": -3e4, "Hb2": 3e4, "Hc1": 0.0, "Hc2": 5e4, "HCal": 1e5, "HNcr": 5e3, "HSat": 2e5}


def data(calibrated=True):
    fields = [np.array([2e4]), np.array([1e4, 1.5e4, 2e4]), np.array([0.0, 5e3])]
    curves = tuple((h, 1e-6 * np.tanh(h / 2e4) + 1e-9) for h in fields)
    return ForcData(tuple((1e5, 1e-6 + k * 1e-10) for k in range(3)) if calibrated else (), curves, SCRIPT, 2)


def text(calibrated=True):
    return render(
        data(calibrated), name='a "sample" µ', pauses_s={"PauseCal": 0.0} if calibrated else {}, averaging_s=0.3
    )


@pytest.mark.parametrize("calibrated", [True, False])
def test_what_is_written_is_read(calibrated):
    back = parse(text(calibrated))
    wanted = data(calibrated)
    assert back.smoothing == 2
    assert dict(back.script) == pytest.approx(SCRIPT, rel=1e-6)
    assert len(back.calibration) == len(wanted.calibration)
    for (h, m), (h0, m0) in zip(back.curves, wanted.curves, strict=True):
        assert h == pytest.approx(h0, abs=1e-3)
        assert m == pytest.approx(m0, rel=1e-8)


def test_the_file_is_ascii_with_the_line_ends_of_the_instrument():
    written = text()
    assert written.isascii()
    assert written.count("\n") == written.count("\r\n")
    assert written.endswith("MicroMag 2900/3900 Data File ends\r\n")
    assert '"a _sample_ _"' in written
    assert f"{1e5 * 4e-7 * math.pi:+.6E}" in written  # HCal in T


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("MicroMag 2900", "Macromag 2900", "line 1"),
        ("First-order reversal curves", "Hysteresis loop", "line 2"),
        ("Hybrid SI", "furlongs", "Units of measure"),
        ("NCrv           = 3", "NCrv           = 4", "NCrv: given 3"),
        ("NData          = 9", "NData          = 8", "NData: given 9"),
        ("MicroMag 2900/3900 Data File ends", "", "cut off"),
    ],
)
def test_a_damaged_file_is_refused(old, new, message):
    assert old in text()
    with pytest.raises(InputError, match=message):
        parse(text().replace(old, new))


def test_another_number_of_calibration_points_is_refused():
    one = data()
    with pytest.raises(ValueError, match="3 curves and 2 calibration points given"):
        render(ForcData(one.calibration[:2], one.curves, SCRIPT, 2), name="x", pauses_s={}, averaging_s=0.1)


@pytest.mark.skipif(DATA is None, reason="the measured files are not here")
def test_a_measured_file():
    """Numbers as they stand in the file: 140 curves, 15644 points with the 140 of the calibration; T and A m2."""
    found = micromag_forc.read(DATA / "forc" / "UB199BF")
    assert (len(found.curves), len(found.calibration)) == (140, 140)
    assert sum(h.size for h, _ in found.curves) == 15644 - 140
    assert found.calibration[0] == pytest.approx((2.074594e-01 / (4e-7 * math.pi), 9.187522e-05), rel=1e-9)
    assert found.curves[1][0] * 4e-7 * math.pi == pytest.approx([6.700292e-02, 6.878607e-02, 7.061973e-02], rel=1e-9)
    assert found.script["Hb1"] == pytest.approx(-0.05 / (4e-7 * math.pi), rel=1e-9)
    assert found.smoothing == 9
