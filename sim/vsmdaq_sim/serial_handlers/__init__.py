"""pyserial protocol handlers: ``serial.protocol_handler_packages.append("vsmdaq_sim.serial_handlers")``."""
