"""What makes a bench real: each effect has its own table in the world file and is off without it."""
