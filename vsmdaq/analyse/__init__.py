"""Room analyse."""
