"""Which class plays which kind of instrument in a world file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from vsmdaq_sim.instruments.instrument import SimInstrument
from vsmdaq_sim.instruments.lakeshore_475 import LakeShore475
from vsmdaq_sim.instruments.lakeshore_643 import LakeShore643
from vsmdaq_sim.instruments.mt_sics import MtSics
from vsmdaq_sim.instruments.operator import SimulatedOperator
from vsmdaq_sim.instruments.ports import InstrumentLine, WorldPort
from vsmdaq_sim.instruments.sr830 import SR830

__all__ = ["KINDS", "build_instrument"]

Builder = Callable[[WorldPort, InstrumentLine, bool], SimInstrument]

# kind: (options it knows, builder)
KINDS: Mapping[str, tuple[tuple[str, ...], Builder]] = MappingProxyType(
    {
        "sr830": ((), lambda world, _, serial: SR830(world.lockin, world.clock, serial=serial)),
        "lakeshore_643": (("seti_beyond_limit",), lambda world, line, _: LakeShore643(world.magnet, line.options)),
        "lakeshore_475": (
            ("overload_text", "probe"),
            lambda world, line, _: LakeShore475(world.gaussmeter, line.options),
        ),
        "mt_sics": (
            ("capacity_kg", "stable_timeout_s", "interval_s"),
            lambda world, line, _: MtSics(world.balance, world.clock, line.options),
        ),
        "operator": ((), lambda world, _, __: SimulatedOperator(world.operator, world.clock)),
    }
)


def build_instrument(world: WorldPort, line: InstrumentLine, *, serial: bool) -> SimInstrument:
    """Make the instrument of one line of the world file.

    Raises
    ------
    ValueError
        Unknown kind or option; the message names those allowed.
    """
    if line.kind not in KINDS:
        raise ValueError(f"instruments.{line.role}.kind: given {line.kind!r}; allowed: {', '.join(KINDS)}")
    allowed, builder = KINDS[line.kind]
    for key in line.options:
        if key not in allowed:
            raise ValueError(
                f"instruments.{line.role}.options.{key}: unknown for {line.kind}; allowed: {', '.join(allowed) or 'none'}"
            )
    return builder(world, line, serial)
