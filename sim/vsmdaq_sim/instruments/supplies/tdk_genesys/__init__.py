"""TDK-Lambda Genesys on its serial port ("GEN" language), with a relay that reverses the magnet's leads."""

from vsmdaq_sim.instruments.supplies.tdk_genesys.instrument import KINDS, TdkGenesys

__all__ = ["KINDS", "TdkGenesys"]
