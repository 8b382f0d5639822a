"""Stanford Research SR830 and SR810 lock-in amplifiers: their messages, long operations, setups, power."""

from vsmdaq_sim.instruments.lockins.sr830.instrument import SR830
from vsmdaq_sim.instruments.lockins.sr830.kinds import KINDS

__all__ = ["KINDS", "SR830"]
