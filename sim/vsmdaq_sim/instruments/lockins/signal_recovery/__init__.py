"""Signal Recovery (EG&G, Ametek) 7265 and 7270 lock-in amplifiers: their commands and their status."""

from vsmdaq_sim.instruments.lockins.signal_recovery.instrument import KINDS, SignalRecovery

__all__ = ["KINDS", "SignalRecovery"]
