"""Simulated lock-in amplifiers."""
