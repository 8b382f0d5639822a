"""The starter set: benches, simulated worlds, samples, procedures (TOML)."""

from importlib.resources import files
from importlib.resources.abc import Traversable

__all__ = ["starter_set"]


def starter_set() -> Traversable:
    """Folder that holds ``benches``, ``procedures``, ``samples`` and ``worlds``."""
    return files(__name__)
