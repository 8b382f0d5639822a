"""Devices of a stock pyvisa-sim YAML file that stand beside the instruments of a world."""

from __future__ import annotations

from pyvisa_sim import parser
from pyvisa_sim.devices import Devices

from vsmdaq_sim.bench import SimBench, canonical_address
from vsmdaq_sim.spec import LibrarySpec

__all__ = ["stock_devices"]


def stock_devices(spec: LibrarySpec, bench: SimBench) -> Devices:
    """Read the YAML file that the world names; none gives no devices.

    Raises
    ------
    ValueError
        A device sits at the address of one of the world's instruments.
    """
    static_yaml = bench.world.spec.static_yaml
    if static_yaml is None:
        return Devices()
    devices: Devices = parser.get_devices(str(static_yaml), False)
    for name in devices.list_resources():
        if canonical_address(name) in bench.endpoints:
            raise ValueError(f"{static_yaml}: {name} is also an instrument of {spec.path}")
    return devices
