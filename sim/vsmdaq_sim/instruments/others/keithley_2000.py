"""Keithley 2000 multimeter: voltages of the world; see `scpi_meter` for how it measures.

Ranges 100 mV to 1000 V (dc) and 750 V (ac), 20 % beyond each; an overflow is ``+9.9E37`` (manual, ``FORM:ELEM``). After power on it
measures continuously, and ``READ?`` is then refused with -213 and gives the latest reading; ``CONF`` and ``*RST`` end that. The time of
an ac reading follows the detector's bandwidth (3, 30, 300 Hz); the figures are rough.
"""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.scpi_settings import Kept
from vsmdaq_sim.instruments.others.scpi_meter.function import MeterFunction
from vsmdaq_sim.instruments.others.scpi_meter.instrument import MeterModel, ScpiMeter

__all__ = ["KINDS", "MODEL"]

_LINE_HZ = 50.0


def _dc_s(numbers: Mapping[str, float]) -> float:
    """Signal, zero and reference are measured in turn (autozero)."""
    return 3.0 * numbers["NPLC"] / _LINE_HZ


def _ac_s(numbers: Mapping[str, float]) -> float:
    return 1.0 if numbers["BAND"] < 30.0 else 0.1 + numbers["NPLC"] / _LINE_HZ


_DECADES = (0.1, 1.0, 10.0, 100.0)
MODEL = MeterModel(
    identity="KEITHLEY INSTRUMENTS INC.,MODEL 2000,1234567,A20  /A02",
    functions=(
        MeterFunction("VOLT:DC", "VOLTage[:DC]", (*_DECADES, 1000.0), seconds=_dc_s),
        MeterFunction("VOLT:AC", "VOLTage:AC", (*_DECADES, 750.0), seconds=_ac_s, ac=True),
        MeterFunction("CURR:DC", "CURRent[:DC]", (0.01, 0.1, 1.0, 3.0)),
        MeterFunction("CURR:AC", "CURRent:AC", (1.0, 3.0)),
        MeterFunction("RES", "RESistance", (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)),
        MeterFunction("FRES", "FRESistance", (100.0, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8)),
        *(
            MeterFunction(name, node)
            for name, node in (("FREQ", "FREQuency"), ("PER", "PERiod"), ("TEMP", "TEMPerature"))
        ),
        *(MeterFunction(name, node) for name, node in (("DIOD", "DIODe"), ("CONT", "CONTinuity"))),
    ),
    numbers={
        "NPLCycles": ("NPLC", 1.0, 0.01, 10.0),
        "DIGits": ("DIG", 7.0, 4.0, 7.0),
        "DETector:BANDwidth": ("BAND", 30.0, 3.0, 300e3),
        "AVERage:STATe": ("STAT", 0.0, 0.0, 1.0),
        "AVERage:COUNt": ("COUN", 10.0, 1.0, 100.0),
        "APERture": ("APER", 1.0, 0.01, 1.0),
        "THReshold:VOLTage:RANGe": ("THR", 10.0, 0.0, 1010.0),
    },
    kept=(
        *(
            Kept(f"[SENSe:]{node}:AVERage:TCONtrol", "MOV", words=("MOVing", "REPeat"))
            for node in ("VOLTage[:DC]", "VOLTage:AC", "CURRent[:DC]", "CURRent:AC", "RESistance", "FRESistance")
        ),
        Kept("FORMat[:DATA]", "ASC", words=("ASCii", "SREal", "REAL", "DREal")),
        Kept("FORMat:ELEMents", "READ", words=("READing", "CHANnel", "UNITs")),
        Kept("TRIGger[:SEQuence]:SOURce", "IMM", words=("IMMediate", "TIMer", "MANual", "BUS", "EXTernal")),
        Kept("TRIGger[:SEQuence]:COUNt", "1", range=(1.0, 9999.0)),
        Kept("TRIGger[:SEQuence]:DELay", "0.000000", range=(0.0, 999999.999)),
        Kept("TRIGger[:SEQuence]:TIMer", "0.100000", range=(0.001, 999999.999)),
        Kept("SAMPle:COUNt", "1", range=(1.0, 1024.0)),
        Kept("SYSTem:BEEPer:STATe", "1"),
        Kept("SYSTem:AZERo[:STATe]", "1"),
        Kept("DISPlay:ENABle", "1"),
        Kept("STATus:MEASurement:ENABle", "0", range=(0.0, 65535.0)),
    ),
    continuous=True,
    triggers=("TRIGger[:SEQuence]:COUNt", "SAMPle:COUNt", "TRIGger[:SEQuence]:DELay"),
    stores=True,
)

KINDS = (
    Kind(
        "keithley_2000",
        lambda world, line, _: ScpiMeter(
            world.voltage_of(line.options.get("terminals", "amplitude")), world.clock, MODEL
        ),
        ("terminals",),
    ),
)
