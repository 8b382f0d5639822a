"""A small sample of benchmarks/population_coverage.py: virtual benches, with corrections and without, by messages and without."""

import math
import sys
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
BENCHES = 2


@pytest.fixture(scope="module")
def rows():
    sys.path.append(str(BENCHMARKS))
    from population_coverage import FIRST_SEED, task

    return [task((FIRST_SEED + k, True)) for k in range(BENCHES)]


def z_of(rows, without):
    return {name: [row[without, name][0] for row in rows] for left_out, name in rows[0] if left_out == without}


def test_results_agree_with_the_truth_of_their_bench(rows):
    """Eleven quantities of two benches: a |z| above 4.5 has a chance of 2e-4; a bench has some five independent ones."""
    z = z_of(rows, "")
    assert len(z) == 11
    everything = [value for values in z.values() for value in values]
    assert max(map(abs, everything)) < 4.5
    assert math.fsum(value**2 for value in everything) / len(everything) == pytest.approx(1.0, abs=0.95)


@pytest.mark.parametrize(
    ("without", "quantity"),
    [
        ("shape", "film.saturation_moment"),
        ("image", "palladium.mass_susceptibility"),
        ("background", "palladium.mass_susceptibility"),
    ],
)
def test_without_a_correction_the_interval_fails(rows, without, quantity):
    """Neither bench has the truth within 95 %, where with the correction they have."""
    assert min(map(abs, z_of(rows, without)[quantity])) > 1.96
    assert min(map(abs, z_of(rows, "")[quantity])) < 1.96


def test_points_without_messages_give_the_results_of_the_messages():
    """What is left is the field's own averaging and messages at other instants: a twentieth of u at most."""
    sys.path.append(str(BENCHMARKS))
    from population.equality import both
    from population_coverage import FILES, FIRST_SEED, ORDER, WANTED

    differences = both(FIRST_SEED, FILES, ORDER, WANTED)
    assert len(differences) == len(WANTED)
    assert max(map(abs, differences.values())) < 0.05
