"""Simulated gaussmeters."""
