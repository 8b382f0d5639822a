"""Faults: what goes wrong on a bench, injected on purpose, with a log of what was injected.

Written in a world file as ``[[faults]]`` or armed from a program: ``bench.faults.arm(Fault("lockin", "no_reply", match="SNAP"))``.
"""

from vsmdaq_sim.faults.fault import KINDS_OF_FAULTS, Fault, FaultKind
from vsmdaq_sim.faults.injector import Injection, Injector, WireFaults

__all__ = ["KINDS_OF_FAULTS", "Fault", "FaultKind", "Injection", "Injector", "WireFaults"]
