"""Virtual benches drawn from what bench and sample files state, measured without messages."""
