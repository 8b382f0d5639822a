"""Room links."""
