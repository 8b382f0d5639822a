"""Everything else on a simulated bench: thermometers, generators, meters, stages, the operator."""
