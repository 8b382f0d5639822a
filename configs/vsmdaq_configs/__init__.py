"""The starter set: benches, simulated worlds, samples, procedures (TOML)."""
