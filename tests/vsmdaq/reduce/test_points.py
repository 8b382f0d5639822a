"""mh.csv: every column of a made-up run by its own formula."""

import math

import numpy as np
import pytest

from vsmdaq.reduce.points import point_table
from vsmdaq.reduce.signals import signals

FIELDS = np.array([8e5, 4e5, 1e5, 500.0, 0.0, -500.0, -1e5, -8e5])
CHI, VOLUME, MASS = 0.3, math.pi / 6.0 * 1e-9, 4.1e-6
MOMENT = CHI * VOLUME * FIELDS / (1.0 + CHI / 3.0)  # of a sphere


@pytest.fixture
def table(made):
    def make(sample=None, **points):
        run = made.run(
            "loop",
            sample=sample or made.sample("reference-sphere"),
            moment_points=made.points(FIELDS, MOMENT, **points),
            artefacts=made.calibrations(u_relative=0.0029),
        )
        found = point_table(run, signals(run.moment_points, "loop"))
        return {name: np.array([math.nan if v == "" else v for v in values]) for name, values in found.items()}

    return make


def test_si_columns(table):
    found = table(u_signal=5e-9, u_field=8.0)
    internal = FIELDS / (1.0 + CHI / 3.0)
    assert found["index"].tolist() == list(range(8))
    assert found["field_applied_a_per_m"] == pytest.approx(FIELDS, abs=1e-9)
    assert found["field_internal_a_per_m"] == pytest.approx(internal, rel=1e-9)
    assert found["moment_a_m2"] == pytest.approx(MOMENT, rel=1e-9, abs=1e-20)
    assert found["magnetization_a_per_m"] == pytest.approx(CHI * internal, rel=1e-9, abs=1e-9)
    assert found["u_noise_moment_a_m2"] == pytest.approx(np.full(8, 0.64 * 5e-9), rel=1e-9)
    assert found["u_noise_magnetization_a_per_m"] == pytest.approx(np.full(8, 0.64 * 5e-9 / VOLUME), rel=1e-9)
    assert found["u_noise_field_a_per_m"] == pytest.approx(np.full(8, 8.0), rel=1e-9)
    # offset 40 A/m and gain 0.2 %
    assert found["u_common_field_a_per_m"] == pytest.approx(np.hypot(40.0, 0.002 * FIELDS), rel=1e-5)
    # calibration 0.29 %; three times the diameter's 0.3 % in the volume
    assert found["u_common_moment_a_m2"] == pytest.approx(np.abs(0.0029 * MOMENT), rel=1e-6, abs=1e-18)
    relative = math.hypot(0.0029, 0.009)
    assert found["u_common_magnetization_a_per_m"] == pytest.approx(
        np.abs(relative * CHI * internal), rel=1e-4, abs=1e-6
    )


def test_cgs_columns(table):
    """1 Oe = 1000/4 pi A/m, 1 emu = 1e-3 A m2, chi in SI = 4 pi chi in CGS."""
    found = table()
    oersted = 1000.0 / (4.0 * math.pi)
    assert found["field_applied_oe"] == pytest.approx(FIELDS / oersted, rel=1e-9)
    assert found["field_internal_oe"] == pytest.approx(FIELDS / (1.0 + CHI / 3.0) / oersted, rel=1e-9)
    assert found["moment_emu"] == pytest.approx(1e3 * MOMENT, rel=1e-9, abs=1e-17)
    assert found["volume_susceptibility_cgs"][0] == pytest.approx(CHI / (4.0 * math.pi), rel=1e-9)
    by_mass = CHI * VOLUME / MASS
    assert found["mass_susceptibility_cm3_per_g"][0] == pytest.approx(by_mass * 1e3 / (4.0 * math.pi), rel=1e-9)
    assert found["molar_susceptibility_cm3_per_mol"][0] == pytest.approx(
        by_mass * 0.0586934 * 1e6 / (4.0 * math.pi), rel=1e-9
    )


def test_susceptibility_is_empty_where_the_field_is_not_clearly_apart_from_zero(table):
    found = table()
    far = [True, True, True, False, False, False, True, True]  # 500 A/m is 12 times the 40 A/m of the offset
    for name, value in (
        ("volume_susceptibility", CHI),
        ("mass_susceptibility_m3_per_kg", CHI * VOLUME / MASS),
        ("molar_susceptibility_m3_per_mol", CHI * VOLUME / MASS * 0.0586934),
    ):
        assert np.isfinite(found[name]).tolist() == far
        assert found[name][far] == pytest.approx(np.full(5, value), rel=1e-9)


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ('name = "bare"\n', ("magnetization", "susceptibility")),
        ('name = "bare"\nmass = "4.1 mg"\n', ("magnetization", "volume_susceptibility", "molar")),
        ('name = "bare"\nshape = "sphere"\ndiameter = "1 mm"\n', ("mass_sus", "molar_sus")),
    ],
)
def test_columns_of_what_is_not_known_are_not_there(made, table, text, absent):
    names = list(table(made.sample_text(text)))
    assert not [name for name in names for word in absent if word in name]
    assert "field_internal_a_per_m" in names


def test_without_shape_internal_is_applied(made, table):
    found = table(made.sample_text('name = "bare"\n'))
    assert found["field_internal_a_per_m"] == pytest.approx(FIELDS, abs=1e-9)
