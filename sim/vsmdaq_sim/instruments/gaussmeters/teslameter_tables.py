"""Tables of the simulated teslameters: settings that the world does not show, and what the probe says of itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from vsmdaq_sim.instruments.common.arguments import EXE, RefusedCommandError, no_arguments
from vsmdaq_sim.instruments.common.scpi import Handler

__all__ = ["KEPT", "PROBE_DATA", "constant_handlers", "kept_handlers"]

KEPT = {
    "SENSe:TCOMpensation:TSOurce": "PROBE",
    "SENSe:TCOMpensation:MTEMperature": "23.0",
    "SENSe:FILTer[:STATe]": "0",
    "SENSe:FILTer:TYPe": "LPASS",
    "SENSe:FILTer:LPASs:CUTOff": "10000",
    "SENSe:FILTer:HPASs:CUTOff": "10",
    "SENSe:FILTer:BPASs:CENTer": "1000",
    "SENSe:QUALifier[:STATe]": "0",
    "SENSe:QUALifier:LATCh": "0",
    "SENSe:QUALifier:THReshold": "OVER,0.0",
    "SOURce:FIELd:MODE": "CLLOOP",
    "SOURce:FIELd:STATe": "0",
    "SOURce:FIELd:VLIMit": "10.0",
    "SOURce:FIELd:SLEW": "10.0",
    "SOURce:FIELd:CLL:GAIN": "1.0",
    "SOURce:FIELd:CLL:INTegral": "1.0",
    "SOURce:FIELd:CLL:RAMP[RATE]": "1.0",
    "SOURce:FIELd:CLL:SETPoint": "0.0",
    "SOURce:FIELd:OPL:VOLTage": "0.0",
    "SOURce:AOUT[:SIGNal]": "OFF",
    "SOURce:AOUT:SFACtor": "1.0",
    "SOURce:AOUT:BASEline": "0.0",
}
"""Header pattern, and value at power-up."""

PROBE_DATA = {
    "PROBe:MODEl?": "FP-2X-250-TS15M",
    "PROBe:SNUMber?": "LSA1234",
    "PROBe:PTYPe?": "HALL",
    "PROBe:STYPe?": "2DEX",
    "PROBe:SORientation?": "TRANSVERSE",
    "PROBe:CALDate?": "01/01/2026",
}
"""Query pattern, and reply."""


def constant_handlers(replies: Mapping[str, str]) -> dict[str, Handler]:
    """Make handlers of queries with one reply each."""

    def constant(text: str) -> Handler:
        return lambda arguments: no_arguments(arguments, text)

    return {pattern: constant(text) for pattern, text in replies.items()}


def kept_handlers(values: dict[str, str], note: Callable[[str], None]) -> dict[str, Handler]:
    """Make handlers that set and give back what stands in `values`, by header pattern."""

    def setter(pattern: str) -> Handler:
        def put(arguments: tuple[str, ...]) -> None:
            if not arguments:
                raise RefusedCommandError(EXE)
            values[pattern] = ",".join(arguments)
            note(f"{pattern} {values[pattern]}")

        return put

    def getter(pattern: str) -> Handler:
        return lambda arguments: no_arguments(arguments, values[pattern])

    table: dict[str, Handler] = {}
    for pattern in values:
        table[pattern] = setter(pattern)
        table[f"{pattern}?"] = getter(pattern)
    return table
