"""Room supplies."""
