"""Room calibrate."""
