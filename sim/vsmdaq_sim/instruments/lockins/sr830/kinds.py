"""The SR830 and the SR810 as world files name them."""

from __future__ import annotations

from vsmdaq_sim.instruments.common.failures import reference_lost
from vsmdaq_sim.instruments.common.kind import Kind
from vsmdaq_sim.instruments.common.ports import InstrumentLine, WorldPort
from vsmdaq_sim.instruments.lockins.sr830.instrument import SR830

__all__ = ["KINDS"]


def _kind(model: str) -> Kind:
    def build(world: WorldPort, line: InstrumentLine, serial: bool) -> SR830:  # noqa: FBT001 - the registry's call
        offset = line.options.get("offset_in_outp", False)
        first = line.options.get("first_sample", "at_start")
        if not isinstance(offset, bool):
            raise ValueError(f"offset_in_outp: given {offset!r}; allowed: true, false")  # noqa: TRY004 - wrong input file
        part = world.lockin_of(line.role)
        return SR830(
            part,
            world.clock,
            serial=serial,
            model=model,
            first_sample=first,
            offset_in_outp=offset,
            output_bits=line.options.get("output_bits"),
        )

    return Kind(
        model.lower(),
        build,
        options=("first_sample", "offset_in_outp", "output_bits"),
        failures={
            "time_constant_turned": _turn_time_constant,
            "overload": _turn_sensitivity,
            "reference_lost": reference_lost,
        },
    )


def _turn_time_constant(world: WorldPort, instrument: SR830) -> None:  # noqa: ARG001 - the failure's shape
    """Somebody turns the time constant to 300 ms at the front panel."""
    instrument.turn_knob("OFLT", 9)


def _turn_sensitivity(world: WorldPort, instrument: SR830) -> None:  # noqa: ARG001 - the failure's shape
    """Somebody turns the sensitivity to 2 nV at the front panel."""
    instrument.turn_knob("SENS", 0)


KINDS = (_kind("SR830"), _kind("SR810"))
