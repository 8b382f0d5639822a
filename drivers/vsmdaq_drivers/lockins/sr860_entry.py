"""The SR860 in the catalogue."""

from __future__ import annotations

from vsmdaq_drivers.entry import LF, DriverEntry, Fact, Option
from vsmdaq_drivers.links.settings import SerialSettings
from vsmdaq_drivers.lockins.sr860 import IDENTITY, SR860
from vsmdaq_drivers.lockins.sr860_tables import COUPLINGS, SOURCES

__all__ = ["ENTRIES"]

ENTRIES = (
    DriverEntry(
        name="sr860",
        role="lockin",
        title="Stanford Research SR860, SR865, SR865A",
        driver=SR860,
        identity=IDENTITY,
        example="Stanford_Research_Systems,SR860,003456,v1.55",
        simulator="sr860",
        interfaces=("GPIB", "RS-232", "USB", "LAN"),
        bus=LF,
        serial_line=LF,
        serial=SerialSettings(115200),
        limits="1 nV to 1 V rms, 1 µs to 30 ks",
        options={
            "input_range": Option("input_range_v", "voltage", "largest voltage at the input: 1 V, 300, 100, 30, 10 mV"),
            "source": Option("source", "text", "input", choices=SOURCES),
            "coupling": Option("coupling", "text", "input coupling", choices=COUPLINGS),
        },
        facts=(
            Fact("replies of one line come joined by ';'; lines end in LF", "manual", "SR860 manual p. 103"),
            Fact(
                "tables of SCAL, OFLT, IRNG; order of OUTP? and SNAP?",
                "other driver",
                "pymeasure, qcodes, srsinst.sr860",
            ),
            Fact("bits of LIAS? and CUROVLDSTAT?", "other driver", "srsinst.sr860; masks in the SR860 manual p. 152"),
            Fact("FREQDET? is the frequency that is detected", "other driver", "pymeasure, srsinst.sr860"),
            Fact("the synchronous filter acts below 4 kHz", "assumed", "bit 5 of LIAS? tells"),
            Fact("SNAP? without offset and expand is the voltage at the input", "assumed", "both are switched off"),
        ),
    ),
)
