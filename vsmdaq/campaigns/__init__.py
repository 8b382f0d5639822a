"""Room campaigns."""
