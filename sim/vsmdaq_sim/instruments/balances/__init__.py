"""Simulated balances."""
