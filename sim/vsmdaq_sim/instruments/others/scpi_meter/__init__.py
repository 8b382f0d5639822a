"""A SCPI voltmeter before two terminals of the world: what Keithley and Keysight meters have in common."""

from vsmdaq_sim.instruments.others.scpi_meter.instrument import MeterModel, ScpiMeter

__all__ = ["MeterModel", "ScpiMeter"]
