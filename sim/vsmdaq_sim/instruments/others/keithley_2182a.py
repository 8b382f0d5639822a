"""Keithley 2182A nanovoltmeter: the direct voltage of the world's Hall probe; see `scpi_meter` for how it measures.

Channel 1 has ranges from 10 mV to 100 V, 20 % beyond each; channel 2 is open and shows nothing. An overflow is ``+9.9E37``.
"""

from __future__ import annotations

from collections.abc import Mapping

from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.scpi_settings import Kept
from vsmdaq_sim.instruments.others.scpi_meter.function import MeterFunction
from vsmdaq_sim.instruments.others.scpi_meter.instrument import MeterModel, ScpiMeter

__all__ = ["KINDS", "MODEL"]

_LINE_HZ = 50.0


def _seconds(numbers: Mapping[str, float]) -> float:
    """Signal and zero (front autozero) in turn."""
    return 2.0 * numbers["NPLC"] / _LINE_HZ


MODEL = MeterModel(
    identity="KEITHLEY INSTRUMENTS INC.,MODEL 2182A,1234567,C04  /A02",
    functions=(
        MeterFunction("VOLT:DC", "VOLTage[:DC][:CHANnel1]", (0.01, 0.1, 1.0, 10.0, 100.0), seconds=_seconds),
        MeterFunction("TEMP", "TEMPerature[:CHANnel1]", seconds=_seconds),
    ),
    numbers={
        "NPLCycles": ("NPLC", 5.0, 0.01, 60.0),
        "DIGits": ("DIG", 8.0, 4.0, 8.0),
        "DFILter[:STATe]": ("STAT", 0.0, 0.0, 1.0),
        "DFILter:COUNt": ("COUN", 10.0, 1.0, 100.0),
    },
    digits=8,
    kept=(
        Kept("[SENSe:]CHANnel", "1", range=(0.0, 2.0)),
        Kept("[SENSe:]VOLTage:CHANnel2:RANGe", "+1.000000E+01", range=(0.0, 12.0)),
        Kept("[SENSe:]VOLTage:CHANnel2:RANGe:AUTO", "1"),
        Kept("[SENSe:]VOLTage:CHANnel2:REFerence", "+0.000000E+00", range=(-12.0, 12.0)),
        Kept("[SENSe:]VOLTage:CHANnel2:REFerence:STATe", "0"),
        Kept("[SENSe:]TEMPerature:CHANnel2:REFerence", "+0.000000E+00", range=(-273.0, 1800.0)),
        Kept("[SENSe:]TEMPerature:CHANnel2:REFerence:STATe", "0"),
        Kept("[SENSe:]TEMPerature:TCouple", "J", words=("B", "E", "J", "K", "N", "R", "S", "T")),
        Kept("[SENSe:]TEMPerature:RJUNction:RSELect", "INT", words=("INTernal", "SIMulated")),
        Kept("[SENSe:]TEMPerature:RJUNction:SIMulated", "+2.300000E+01", range=(0.0, 60.0)),
        Kept("[SENSe:]TEMPerature:RTEMperature", "+2.300000E+01", range=(0.0, 60.0)),
        Kept("[SENSe:]VOLTage:LPASs[:STATe]", "0"),
        Kept("SYSTem:AZERo[:STATe]", "1"),
        Kept("SYSTem:FAZero[:STATe]", "1"),
        Kept("SYSTem:LSYNc[:STATe]", "0"),
        Kept("DISPlay:ENABle", "1"),
        Kept("FORMat[:DATA]", "ASC", words=("ASCii", "SREal", "REAL", "DREal")),
        Kept("FORMat:ELEMents", "READ", words=("READing", "CHANnel", "UNITs")),
        Kept("TRIGger:SOURce", "IMM", words=("IMMediate", "TIMer", "MANual", "BUS", "EXTernal")),
        Kept("TRIGger:COUNt", "1", range=(1.0, 9999.0)),
        Kept("TRIGger:DELay", "0.000000", range=(0.0, 999999.999)),
        Kept("SAMPle:COUNt", "1", range=(1.0, 1024.0)),
        Kept("SYSTem:LFRequency", "50", range=(50.0, 60.0)),
    ),
    continuous=True,
    triggers=("TRIGger:COUNt", "SAMPle:COUNt", "TRIGger:DELay"),
    stores=True,
)

KINDS = (
    Kind(
        "keithley_2182a",
        lambda world, line, _: ScpiMeter(world.voltage_of(line.options.get("terminals", "hall")), world.clock, MODEL),
        ("terminals",),
    ),
)
