"""A small sample of benchmarks/coverage.py: drawn benches, the whole campaign, results against the worlds' truth."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "coverage.py"


def study() -> ModuleType:
    spec = importlib.util.spec_from_file_location("coverage_study", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_results_of_drawn_benches_agree_with_their_truth():
    """Three benches, 17 quantities each: no |z| above 4.5 (for 51 normal deviates a chance of 3e-4), none suspiciously small.

    The mean of z² is 1 with a spread of about sqrt(2/15), since a bench has some five independent quantities.
    """
    module = study()
    z = []
    for seed in range(3):
        rows = module.campaign((module.FIRST_SEED + seed, False))
        assert len(rows) == 17
        for name, value, true, u, u_noise in rows:
            assert 0.0 < u_noise <= u, name
            z.append((value - true) / u)
    assert max(map(abs, z)) < 4.5
    assert sum(v * v for v in z) / len(z) == pytest.approx(1.0, abs=0.99)
