"""What is connected: bench file -> drivers (the one place that knows them), limits, lock, safe state."""

from vsmdaq.bench.addresses import lock_addresses
from vsmdaq.bench.bench import Bench
from vsmdaq.bench.compose import NotReadyError, known_drivers, library_for, open_bench
from vsmdaq.bench.safe import make_safe, zero

__all__ = [
    "Bench",
    "NotReadyError",
    "known_drivers",
    "library_for",
    "lock_addresses",
    "make_safe",
    "open_bench",
    "zero",
]
