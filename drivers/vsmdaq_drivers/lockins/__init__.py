"""Room lockins."""
