"""Room reduce."""
