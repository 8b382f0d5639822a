"""What simulated instruments have in common: their shape, how lines and arguments are read, status registers."""
