import pytest

from vsmdaq_sim.world import World, WorldFileError


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("[signal]\nphase_dge = 3.0", ["signal.phase_dge", "unknown key", "phase_deg"]),
        ("[singal]\nphase_deg = 3.0", ["singal", "unknown table", "signal"]),
        ("[signal]\nphase_deg = '37'", ["signal.phase_deg", "'37'", "valid number"]),
        ("[signal]\nphase_deg = nan", ["signal.phase_deg", "nan", "finite"]),
        ("[magnet]\nlag_s = 0.0", ["magnet.lag_s", "0.0", "greater than 0"]),
        ("[coils]\nturns = 1500.5", ["coils.turns", "1500.5", "integer"]),
        ("[magnet]\nremanence_radii_a = [0.001]", ["remanence_radii_a", "0.001", "rises"]),
        ("[samples.x]\nmaterial = 'iron'", ["samples.x.material", "'iron'", "tanh-play", "nickel"]),
        ("[samples.x]\nmaterial = 'nickel'\nmoment_a_m2 = 1e-3", ["samples.x", "diameter_m"]),
        ("[samples.x]\nmaterial = 'linear'\nmass_kg = 1e-3", ["samples.x", "mass_susceptibility_m3_per_kg"]),
        ("[samples.x]\nmaterial = 'empty'\nlength_m = 1e-3", ["samples.x", "diameter_m"]),
        (
            "[tubes.x]\nload_mass_kg=1\nblank_force_n_per_a2_m2=0\nbore_diameter_m=1",
            ["tubes.x", "volume_susceptibility"],
        ),
        ("[instruments.other]\nkind = 'x'", ["instruments.other.address", "nothing"]),
        ("[draw]\n'signal.phase' = { u = 1.0 }", ["signal.phase", "None", "number"]),
        ("[draw]\n'signal.phase_deg' = { U = 1.0 }", ["signal.phase_deg", "U", "u_relative"]),
        ("[draw]\n'signal.phase_deg' = 1.0", ["signal.phase_deg", "1.0", "table"]),
        ("world = 3", ["world", "3", "table"]),
        ("clock = ", ["TOML"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path, reference_file, line, words):
    path = tmp_path / "world.toml"
    path.write_text(f"base = {str(reference_file)!r}\n{line}\n", encoding="utf-8")
    with pytest.raises(WorldFileError) as caught:
        World.load(path)
    for word in [str(path), *words]:
        assert word in str(caught.value)


def test_missing_file_and_missing_tables(tmp_path):
    with pytest.raises(WorldFileError, match=r"none\.toml"):
        World.load(tmp_path / "none.toml")
    (tmp_path / "empty.toml").write_text("", encoding="utf-8")
    with pytest.raises(WorldFileError, match=r"\[world\]"):
        World.load(tmp_path / "empty.toml")


def test_bases_in_a_circle_are_refused(tmp_path):
    (tmp_path / "a.toml").write_text("base = 'b.toml'", encoding="utf-8")
    (tmp_path / "b.toml").write_text("base = 'a.toml'", encoding="utf-8")
    with pytest.raises(WorldFileError, match="not based on this one"):
        World.load(tmp_path / "a.toml")


def test_paths_are_relative_to_the_file_they_stand_in(tmp_path, reference_file):
    (tmp_path / "sub").mkdir()
    (tmp_path / "loop.txt").write_text("# H m\n1e6 1e-6\n0 5e-7\n-1e6 -1e-6\n0, -5e-7\n1e6 1e-6\n", encoding="utf-8")
    lower = tmp_path / "lower.toml"
    lower.write_text(
        f"base = {str(reference_file)!r}\n[world]\nstatic_yaml = 'more.yaml'\n"
        "[samples.rock]\nmaterial = 'measured-loop'\nfile = 'loop.txt'\ncrossover_a_per_m = 1e3\n",
        encoding="utf-8",
    )
    upper = tmp_path / "sub" / "upper.toml"
    upper.write_text("base = '../lower.toml'", encoding="utf-8")
    world = World.load(upper)
    assert world.spec.static_yaml == tmp_path / "more.yaml"
    assert world.spec.path == upper


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1 1\n0 0\n-1 x\n0 0\n1 1\n", ["line 3", "two numbers"]),
        ("1 1\n0 0\n-1 nan\n0 0\n1 1\n", ["line 3"]),
        ("1 1\n0 0 0\n", ["line 2"]),
        ("0 0\n1 1\n2 2\n3 3\n", ["falling"]),
        ("1 1\n0 0\n0 0\n-1 -1\n1 1\n", ["falling"]),
    ],
)
def test_loop_files_that_cannot_be_used(tmp_path, reference_file, text, words):
    (tmp_path / "loop.txt").write_text(text, encoding="utf-8")
    path = tmp_path / "world.toml"
    path.write_text(
        f"base = {str(reference_file)!r}\n[samples.rock]\nmaterial = 'measured-loop'\nfile = 'loop.txt'\ncrossover_a_per_m = 1.0\n",
        encoding="utf-8",
    )
    with pytest.raises(WorldFileError) as caught:
        World.load(path)
    for word in words:
        assert word in str(caught.value)
