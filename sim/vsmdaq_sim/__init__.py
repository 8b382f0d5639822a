"""The simulated bench: a world with a known truth, behind real instrument messages."""
