"""Models of the waveform generators, and their settings that change nothing in the world."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from vsmdaq_sim.instruments.common.scpi_settings import Kept
from vsmdaq_sim.instruments.common.scpi_values import INFINITE

__all__ = ["KEPT", "MODELS", "GeneratorModel"]

_ZERO = "+0.0000000000000E+00"


@dataclass(frozen=True, slots=True)
class GeneratorModel:
    """Name, identity, channels, and what sets the limits: Vpp into 50 ohm, Hz."""

    name: str
    identity: str
    channels: int
    lowest_vpp: float
    highest_hz: float


MODELS: Mapping[str, GeneratorModel] = {
    model.name: model
    for model in (
        GeneratorModel("33210A", "Agilent Technologies,33210A,MY48001234,1.04-1.04-22-2", 1, 0.010, 10e6),
        GeneratorModel("33220A", "Agilent Technologies,33220A,MY44012345,2.07-2.06-22-2", 1, 0.010, 20e6),
        GeneratorModel("33511B", "Agilent Technologies,33511B,MY52101234,3.05-1.19-2.00-52-00", 1, 0.001, 20e6),
        GeneratorModel("33512B", "Agilent Technologies,33512B,MY52151234,3.05-1.19-2.00-52-00", 2, 0.001, 20e6),
        GeneratorModel("33522B", "Agilent Technologies,33522B,MY52201234,3.05-1.19-2.00-52-00", 2, 0.001, 30e6),
    )
}
KEPT = (
    *(
        Kept(f"[SOURce<n>:]{name}:STATe")
        for name in ("BURSt", "SWEep", "AM", "FM", "PM", "FSKey", "PWM", "SUM", "BPSK")
    ),
    Kept("[SOURce<n>:]PHASe[:ADJust]", _ZERO, range=(-360.0, 360.0)),
    Kept("[SOURce<n>:]FUNCtion:SQUare:DCYCle", "+5.0000000000000E+01", range=(0.01, 99.99)),
    Kept("[SOURce<n>:]FUNCtion:RAMP:SYMMetry", "+1.0000000000000E+02", range=(0.0, 100.0)),
    Kept("[SOURce<n>:]FUNCtion:PULSe:WIDTh", "+1.0000000000000E-04", range=(16e-9, 1e6)),
    Kept("[SOURce<n>:]FUNCtion:PULSe:DCYCle", "+1.0000000000000E+01", range=(0.0, 100.0)),
    Kept("[SOURce<n>:]FUNCtion:PULSe:HOLD", "WIDT", words=("WIDTh", "DCYCle")),
    Kept("[SOURce<n>:]FUNCtion:PULSe:TRANsition[:BOTH]", "+1.0000000000000E-08", range=(5e-9, 1e-6)),
    Kept("[SOURce<n>:][FUNCtion:]PULSe:PERiod", "+1.0000000000000E-03", range=(33e-9, 1e6)),
    Kept("[SOURce<n>:]FREQuency:MODE", "CW", words=("CW", "LIST", "SWEep", "FIXed")),
    Kept("[SOURce<n>:]BURSt:MODE", "TRIG", words=("TRIGgered", "GATed")),
    Kept("[SOURce<n>:]BURSt:NCYCles", "+1.0000000000000E+00", range=(1.0, INFINITE)),
    Kept("[SOURce<n>:]BURSt:PHASe", _ZERO, range=(-360.0, 360.0)),
    Kept("[SOURce<n>:]BURSt:INTernal:PERiod", "+1.0000000000000E-02", range=(1e-6, 8e3)),
    Kept("[SOURce<n>:]BURSt:GATE:POLarity", "NORM", words=("NORMal", "INVerted")),
    Kept("TRIGger<n>:SOURce", "IMM", words=("IMMediate", "EXTernal", "BUS", "TIMer")),
    Kept("TRIGger<n>:SLOPe", "POS", words=("POSitive", "NEGative")),
    Kept("TRIGger<n>:COUNt", "+1.0000000000000E+00", range=(1.0, 1e6)),
    Kept("TRIGger<n>:DELay", _ZERO, range=(0.0, 1e3)),
    Kept("TRIGger<n>:TIMer", "+1.0000000000000E+00", range=(1e-6, 8e3)),
    Kept("OUTPut<n>:POLarity", "NORM", words=("NORMal", "INVerted")),
    Kept("OUTPut<n>:TRIGger[:STATe]"),
    Kept("OUTPut:SYNC:SOURce", "CH1", words=("CH1", "CH2")),
    Kept("DISPlay:TEXT", '""', text=True),
    Kept("DISPlay[:WINDow][:STATe]", "1"),
    Kept("SYSTem:BEEPer:STATe", "1"),
    Kept("SYSTem:COMMunicate:RLSTate", "LOC", words=("LOCal", "REMote", "RWLock")),
)
