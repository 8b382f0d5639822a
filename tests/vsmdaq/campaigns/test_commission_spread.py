"""Commissioning of benches that are drawn within what their file states: z = (found - truth)/u has a sane mean and spread."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from vsmdaq.bench import known_drivers, open_bench
from vsmdaq.campaigns import Interrupts
from vsmdaq.campaigns.commission import Place, commission
from vsmdaq.formats.inputs import parse_bench
from vsmdaq_configs import starter_set

STARTER = Path(str(starter_set()))
SEEDS = 20
TRUTH = {
    "field_constant": 13333.333333333334,
    "lag": 0.1,
    "noise_30ms": 7.25e-9,
    "noise_100ms": 7.25e-9,
    "filter_memory_30ms": 0.03,
    "filter_memory_100ms": 0.1,
    "crosstalk": 2e-6,
}


@pytest.fixture(scope="module")
def scores(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[float]]:
    """All z by name; offset and gain of the gaussmeter are drawn here."""
    rng = np.random.default_rng(20240611)
    found: dict[str, list[float]] = {}
    for seed in range(SEEDS):
        folder = tmp_path_factory.mktemp(f"drawn{seed}")
        offset, gain = float(rng.normal(0.0, 40.0)), float(rng.normal(1.0, 0.002))
        lines = [
            f"base = {json.dumps(str(STARTER / 'worlds' / 'reference.toml'))}",
            'draw."gaussmeter.offset_a_per_m" = { u = 0.0 }',
            'draw."gaussmeter.gain" = { u_relative = 0.0 }',
            f"gaussmeter.offset_a_per_m = {offset!r}",
            f"gaussmeter.gain = {gain!r}",
        ]
        (folder / "world.toml").write_text("\n".join(lines), "utf-8")
        text = (STARTER / "benches" / "simulated.toml").read_text("utf-8")
        spec = parse_bench(
            text.replace("../worlds/reference.toml", "world.toml"), folder / "bench.toml", known_drivers=known_drivers()
        )
        with Interrupts() as interrupts, open_bench(spec, frozenset({"lockin"}), seed=seed, session="z") as bench:
            result = commission(Place(bench, folder, interrupts, sync=lambda _: None))
        by_name = {finding.name: finding for finding in result.findings}
        truth = TRUTH | {"gaussmeter_offset": offset, "remanence": 1200.0 * gain}
        for name, true in truth.items():
            value, u = by_name[name].value, by_name[name].u
            assert value is not None
            assert u is not None
            found.setdefault(name, []).append((value - true) / u)
    return found


@pytest.mark.parametrize("name", [*TRUTH, "gaussmeter_offset", "remanence"])
def test_the_spread_of_z_is_that_of_an_honest_uncertainty(scores: dict[str, list[float]], name: str):
    z = np.array(scores[name])
    # 20 of a standard normal: the mean within 4/sqrt(20), the spread (chi-squared, 99.99 %) within 0.45 and 1.65
    assert abs(z.mean()) < 0.9
    assert 0.45 < z.std(ddof=1) < 1.65
    assert np.abs(z).max() < 4.0
