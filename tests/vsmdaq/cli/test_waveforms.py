"""`vsmdaq analyse waveform` on the measured palladium."""

import json
from pathlib import Path

import pytest

from vsmdaq.cli.app import main

DATA = next((p / "shared" / "data" for p in Path(__file__).resolve().parents if (p / "shared" / "data").is_dir()), None)
pytestmark = pytest.mark.skipif(DATA is None, reason="the measured files are not here")
STEM = "calibration/M20171121_Pd_one_torlon_M_T__at_10000_Oe"


def command(*more):
    return [
        "analyse",
        "waveform",
        str(DATA / f"{STEM}.rw.dat"),
        "--background",
        str(DATA / f"{STEM}_background.rw.dat"),
        *more,
    ]


def test_susceptibility_as_json(capsys):
    assert main(command("--mass", "3.9 mg", "--json")) == 0
    content = json.loads(capsys.readouterr().out)
    first = content["scans"][0]
    # 5.688e-6 emu/(g Oe) with the file's own moments, 0.3 % above the published constant's 5.67e-6
    assert first["mass_susceptibility_m3_per_kg"] == pytest.approx(7.148e-8, rel=1e-3)
    assert first["mass_susceptibility_of_subtracted_moments_m3_per_kg"] == pytest.approx(3.652e-8, rel=5e-3)
    assert content["moment_per_amplitude_from"].startswith("from M20171121")
    assert len(content["scans"]) == 34


def test_a_table_and_where_its_scale_is_from(capsys, tmp_path):
    (tmp_path / "alone.rw.dat").write_bytes((DATA / f"{STEM}.rw.dat").read_bytes())
    arguments = command()
    arguments[2] = str(tmp_path / "alone.rw.dat")
    assert main(arguments) == 0
    lines = capsys.readouterr().out.splitlines()
    assert "published one of another MPMS3" in lines[0]
    assert len(lines) == 2 + 34


@pytest.mark.parametrize(("more", "named"), [(["--mass", "3.9 K"], "--mass"), (["--mass", "0 mg"], "--mass")])
def test_a_mass_that_is_none_is_refused(capsys, more, named):
    assert main(command(*more)) == 2
    assert named in capsys.readouterr().err
