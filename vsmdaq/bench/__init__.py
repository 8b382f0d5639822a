"""What is connected: bench file -> drivers (the one place that knows them), limits, lock, safe state."""

from vsmdaq.bench.addresses import lock_addresses
from vsmdaq.bench.bench import Bench, MagnetEnd, OpenMagnet
from vsmdaq.bench.compose import NotReadyError, known_drivers, open_bench
from vsmdaq.bench.magnet import open_magnet
from vsmdaq.bench.safe import make_safe, zero
from vsmdaq.bench.watchdog import Watchdog
from vsmdaq.bench.watched import WatchedGaussmeter, WatchedSupply, look_again
from vsmdaq.bench.wires import library_for

__all__ = [
    "Bench",
    "MagnetEnd",
    "NotReadyError",
    "OpenMagnet",
    "Watchdog",
    "WatchedGaussmeter",
    "WatchedSupply",
    "known_drivers",
    "library_for",
    "lock_addresses",
    "look_again",
    "make_safe",
    "open_bench",
    "open_magnet",
    "zero",
]
