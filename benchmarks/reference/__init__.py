"""The reference loop: ours, a fixed-wait script's, and what both are compared with."""
