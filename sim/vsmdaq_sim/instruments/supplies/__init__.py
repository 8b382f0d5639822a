"""Simulated magnet supplies."""
