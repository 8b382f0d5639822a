"""What an LCR meter makes of an impedance, and its settings that change nothing in the world."""

from __future__ import annotations

import cmath
import math
from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.scpi_settings import Kept

__all__ = ["FUNCTIONS", "KEPT"]

FUNCTIONS: Mapping[str, Callable[[complex, float], tuple[float, float]]] = {
    "CPD": lambda z, w: ((1 / z).imag / w, (1 / z).real / (1 / z).imag),
    "CPQ": lambda z, w: ((1 / z).imag / w, (1 / z).imag / (1 / z).real),
    "CPG": lambda z, w: ((1 / z).imag / w, (1 / z).real),
    "CPRP": lambda z, w: ((1 / z).imag / w, 1 / (1 / z).real),
    "CSD": lambda z, w: (-1 / (w * z.imag), z.real / abs(z.imag)),
    "CSQ": lambda z, w: (-1 / (w * z.imag), abs(z.imag) / z.real),
    "CSRS": lambda z, w: (-1 / (w * z.imag), z.real),
    "LPD": lambda z, w: (-1 / (w * (1 / z).imag), (1 / z).real / abs((1 / z).imag)),
    "LPQ": lambda z, w: (-1 / (w * (1 / z).imag), abs((1 / z).imag) / (1 / z).real),
    "LPG": lambda z, w: (-1 / (w * (1 / z).imag), (1 / z).real),
    "LPRP": lambda z, w: (-1 / (w * (1 / z).imag), 1 / (1 / z).real),
    "LSD": lambda z, w: (z.imag / w, z.real / z.imag),
    "LSQ": lambda z, w: (z.imag / w, z.imag / z.real),
    "LSRS": lambda z, w: (z.imag / w, z.real),
    "RX": lambda z, _: (z.real, z.imag),
    "ZTD": lambda z, _: (abs(z), math.degrees(cmath.phase(z))),
    "ZTR": lambda z, _: (abs(z), cmath.phase(z)),
    "GB": lambda z, _: ((1 / z).real, (1 / z).imag),
    "YTD": lambda z, _: (abs(1 / z), math.degrees(cmath.phase(1 / z))),
    "YTR": lambda z, _: (abs(1 / z), cmath.phase(1 / z)),
}
"""Primary and secondary parameter from impedance (ohm) and angular frequency (rad/s), by function."""

KEPT = (
    Kept("BIAS:STATe"),
    Kept("BIAS:VOLTage[:LEVel]", "+0.00000E+00", range=(-40.0, 40.0)),
    Kept("BIAS:CURRent[:LEVel]", "+0.00000E+00", range=(-0.1, 0.1)),
    Kept("BIAS:RANGe:AUTO", "1"),
    Kept("CORRection:OPEN:STATe"),
    Kept("CORRection:SHORt:STATe"),
    Kept("CORRection:LOAD:STATe"),
    Kept("CORRection:LENGth", "+0.00000E+00", range=(0.0, 4.0)),
    Kept("AMPLitude:ALC"),
    Kept("OUTPut:HPOWer"),
    Kept("TRIGger:DELay", "+0.00000E+00", range=(0.0, 999.0)),
    Kept("FORMat[:DATA]", "ASC", words=("ASCii", "REAL")),
    Kept("FORMat:ASCii:LONG"),
    Kept("COMParator[:STATe]"),
    Kept(
        "DISPlay:PAGE",
        "MEAS",
        words=("MEASurement", "BNUMber", "BCOunt", "LIST", "MSETup", "LTABle", "CSETup", "LSETup"),
    ),
    Kept("DISPlay:ENABle", "1"),
    Kept("INITiate:CONTinuous"),
)
"""Settings that are kept and given back."""
