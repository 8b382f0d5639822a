"""Room uncertainty."""
