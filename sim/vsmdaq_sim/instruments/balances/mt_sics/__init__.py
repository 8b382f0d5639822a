"""Balance with the MT-SICS command set (Mettler Toledo and many others)."""

from vsmdaq_sim.instruments.balances.mt_sics.instrument import KINDS, MtSics

__all__ = ["KINDS", "MtSics"]
