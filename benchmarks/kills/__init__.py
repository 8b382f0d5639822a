"""Kill runs on a served world at random instants, and see from the world's own log and the run folders what became of them."""
