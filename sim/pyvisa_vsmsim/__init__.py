"""Front door of the PyVISA backend @vsmsim."""
