"""Room gaussmeters."""
