"""Room others."""
