"""The instruments of a bench by the addresses that a lock is held on."""

from __future__ import annotations

from vsmdaq.formats.inputs import BenchSpec
from vsmdaq_drivers.links.addresses import canonical_address

__all__ = ["SIMULATED", "lock_addresses"]

SIMULATED = "@vsmsim"


def lock_addresses(spec: BenchSpec) -> tuple[str, ...]:
    """Canonical addresses of the wired instruments; none for a simulated bench, which no other process can reach."""
    if spec.visa_library.endswith(SIMULATED):
        return ()
    wired = [spec.supply, spec.gaussmeter, spec.lockin, spec.balance]
    return tuple(canonical_address(instrument.address) for instrument in wired if instrument is not None)
