"""Keysight (Agilent) 34461A multimeter: voltages of the world; see `scpi_meter` for how it measures.

Ranges 100 mV to 1000 V (dc) and 750 V (ac), 20 % beyond each; an overload is ±9.9E+37 and no error (manual of the Truevolt
series, ``SENS:CURR:RANG``). An ac reading takes as long as its filter settles: 1.66, 0.25 or 0.025 s at 3, 20 or 200 Hz
(same manual, ``SENS:CURR:AC:BAND``). A frequency between them takes the next lower filter.
"""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.scpi_settings import Kept
from vsmdaq_sim.instruments.others.scpi_meter.function import MeterFunction
from vsmdaq_sim.instruments.others.scpi_meter.instrument import MeterModel, ScpiMeter

__all__ = ["KINDS", "MODEL"]

_LINE_HZ = 50.0
_SETTLING_S = ((200.0, 0.025), (20.0, 0.25), (0.0, 1.66))  # from this bandwidth on, Hz


def _dc_s(numbers: Mapping[str, float]) -> float:
    return 2.0 * numbers["NPLC"] / _LINE_HZ


def _ac_s(numbers: Mapping[str, float]) -> float:
    return next(seconds for lowest_hz, seconds in _SETTLING_S if numbers["BAND"] >= lowest_hz)


_DECADES = (0.1, 1.0, 10.0, 100.0)
MODEL = MeterModel(
    identity="Keysight Technologies,34461A,MY53201234,A.02.14-02.40-02.14-00.49-01-01",
    functions=(
        MeterFunction("VOLT", "VOLTage[:DC]", (*_DECADES, 1000.0), seconds=_dc_s),
        MeterFunction("VOLT:AC", "VOLTage:AC", (*_DECADES, 750.0), seconds=_ac_s, ac=True),
        MeterFunction("CURR", "CURRent[:DC]", (1e-4, 1e-3, 1e-2, 0.1, 1.0, 3.0)),
        MeterFunction("CURR:AC", "CURRent:AC", (1e-4, 1e-3, 1e-2, 0.1, 1.0, 3.0)),
        MeterFunction("RES", "RESistance", (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)),
        MeterFunction("FRES", "FRESistance", (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)),
        MeterFunction("FREQ", "FREQuency"),
        MeterFunction("PER", "PERiod"),
        MeterFunction("TEMP", "TEMPerature"),
        MeterFunction("DIOD", "DIODe"),
        MeterFunction("CONT", "CONTinuity"),
        MeterFunction("CAP", "CAPacitance"),
    ),
    numbers={
        "NPLCycles": ("NPLC", 10.0, 0.02, 100.0),
        "RESolution": ("RES", 3e-7, 3e-8, 1.0),
        "BANDwidth": ("BAND", 20.0, 3.0, 200.0),
        "APERture": ("APER", 0.1, 0.01, 1.0),
        "ZERO:AUTO": ("STAT", 1.0, 0.0, 1.0),
    },
    digits=8,
    kept=(
        Kept("TRIGger:SOURce", "IMM", words=("IMMediate", "EXTernal", "BUS", "INTernal")),
        Kept("TRIGger:COUNt", "+1.00000000E+00", range=(1.0, 9.9e37)),
        Kept("TRIGger:DELay", "+0.00000000E+00", range=(0.0, 3600.0)),
        Kept("TRIGger:DELay:AUTO", "1"),
        Kept("TRIGger:SLOPe", "NEG", words=("POSitive", "NEGative")),
        Kept("TRIGger:LEVel", "+0.00000000E+00", range=(-1e3, 1e3)),
        Kept("SAMPle:COUNt", "+1", range=(1.0, 1e6)),
        Kept("SAMPle:SOURce", "IMM", words=("IMMediate", "TIMer")),
        Kept("SAMPle:TIMer", "+1.00000000E+00", range=(1e-4, 3600.0)),
        Kept("SYSTem:LFRequency", "+50", range=(50.0, 60.0)),
        Kept("DISPlay[:STATe]", "1"),
        Kept("DISPlay:TEXT[:DATA]", '""', text=True),
        Kept("ROUTe:TERMinals", "FRON", words=("FRONt", "REAR")),
        Kept("FORMat[:DATA]", "ASC", words=("ASCii", "REAL")),
    ),
    no_error='+0,"No error"',
    tells_range=True,
)

KINDS = (
    Kind(
        "keysight_34461a",
        lambda world, line, _: ScpiMeter(
            world.voltage_of(line.options.get("terminals", "amplitude")), world.clock, MODEL
        ),
        ("terminals",),
    ),
)
