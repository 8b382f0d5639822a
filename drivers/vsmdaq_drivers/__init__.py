"""Drivers of the instruments on a VSM or Gouy bench; knows nothing of the toolkit above it."""
