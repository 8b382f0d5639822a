from pathlib import Path

import pytest

from vsmdaq_sim.world import World

WORLDS = Path(__file__).resolve().parents[3] / "configs" / "vsmdaq_configs" / "worlds"


@pytest.fixture
def reference_file():
    return WORLDS / "reference.toml"


@pytest.fixture
def population_file():
    return WORLDS / "population.toml"


@pytest.fixture
def make_world(tmp_path):
    """The reference world with some keys changed: make_world({"signal": {"noise_v_per_sqrt_hz": 0.0}}, seed=3)."""
    count = 0

    def make(changes=None, **kwargs):
        nonlocal count
        count += 1
        lines = [f"base = {str(WORLDS / 'reference.toml')!r}"]
        for table, keys in (changes or {}).items():
            lines.append(f"[{table}]")
            lines += [
                f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
                for key, value in keys.items()
            ]
        path = tmp_path / f"world-{count}.toml"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return World.load(path, **kwargs)

    return make


@pytest.fixture
def quiet(make_world):
    """The reference world without noise, cross-talk and holder, with an operator who needs no time."""

    def make(changes=None, **kwargs):
        quiet_changes = {
            "signal": {"noise_v_per_sqrt_hz": 0.0, "crosstalk_v_rms": 0.0, "holder_moment_per_field_m3": 0.0},
            "operator": {"mount_s": 0.0},
            "gaussmeter": {"noise_a_per_m": 0.0},
            "balance": {"noise_kg": 0.0, "drift_kg_per_s": 0.0},
        }
        for table, keys in (changes or {}).items():
            quiet_changes[table] = quiet_changes.get(table, {}) | keys
        return make_world(quiet_changes, **kwargs)

    return make
