"""The instruments of a bench by the addresses that a lock is held on."""

from __future__ import annotations

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq_drivers.links.addresses import canonical_address

__all__ = ["SIMULATED", "lock_addresses"]

SIMULATED = "@vsmsim"
_NO_WIRE = "none"  # address of a driver that has no wire


def lock_addresses(spec: BenchSpec) -> tuple[str, ...]:
    """Canonical addresses of the wired instruments; none for a simulated bench, which no other process can reach."""
    if spec.visa_library.endswith(SIMULATED):
        return ()
    wired = [spec.supply, spec.gaussmeter, spec.lockin, spec.balance]
    addresses = [instrument.address for instrument in wired if instrument is not None]
    return tuple(canonical_address(address) for address in addresses if address != _NO_WIRE)
