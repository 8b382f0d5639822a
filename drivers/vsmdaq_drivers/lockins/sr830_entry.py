"""The SR830 in the catalogue of drivers: what it is called, what a bench file may say, and how well its facts are known."""

from __future__ import annotations

from vsmdaq_drivers.entry import CR, LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.lockins.sr830 import COUPLINGS, IDENTITY, RESERVES, SOURCES, SR830
from vsmdaq_drivers.lockins.sr830_buffer import TRANSFERS

__all__ = ["ENTRIES"]

ENTRIES = (
    DriverEntry(
        name="sr830",
        role="lockin",
        title="Stanford Research SR830, SR810",
        driver=SR830,
        identity=IDENTITY,
        example="Stanford_Research_Systems,SR830,s/n86025,ver1.07",
        simulator="sr830",
        interfaces=("GPIB", "RS-232"),
        bus=LF,
        serial_line=CR,
        serial=SerialSettings(9600),
        limits="2 nV to 1 V rms, 10 µs to 30 ks",
        options={
            "reserve": Option("reserve", "text", "dynamic reserve", choices=RESERVES),
            "source": Option("source", "text", "input", choices=SOURCES),
            "coupling": Option("coupling", "text", "input coupling", choices=COUPLINGS),
            "transfer": Option("transfer", "text", "how points of the buffer are fetched", choices=TRANSFERS),
        },
        facts=(
            Fact("commands, tables and status bits", "manual", "SR830 manual, ch. 5"),
            Fact("replies go to the port that OUTX names", "manual", "SR830 manual; qcodes"),
            Fact("time constants above 30 s are refused above 200 Hz", "manual", "SR830 manual, p. 5-23; read back"),
            Fact("SNAP? carries no offset", "assumed", "offsets are made zero; the SR844's manual says it does"),
            Fact("the buffer stores what is displayed; its three formats", "manual", "SR830 manual, p. 5-12 to 5-18"),
            Fact("the first sample comes within one interval of STRT", "assumed", "told with every reading"),
        ),
    ),
)
