"""Room balances."""
