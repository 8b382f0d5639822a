"""The cases of `benchmarks/fuzz.py` are those of the tests: its package is found beside it."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))
